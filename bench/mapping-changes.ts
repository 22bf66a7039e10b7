import type pg from 'pg';
import { compareRows, type TableViews } from './compare-rows.js';
import { createHeldClock } from './held-clock.js';
import { mapByHand } from './mapping-by-hand.js';
import { median } from './median.js';
import { addOutsiders, insertPeople } from './provisioned-people.js';
import type { MappingChange } from './provisioning-server.js';
import { type MappingFigures, mappingLine } from './report.js';
import type { DatabaseSettings, ServerSettings, Usage } from './serve.js';
import type { ServerGroup } from './server-process.js';
import { copyTables, dropTables, openTables, settle } from './tables.js';

const ROUNDS = 3;
const SCHEMAS = { ours: 'bench_provisioned', byHand: 'bench_provisioned_by_hand' } as const;
const KINDS = ['map', 'unmap'] as const;

/** Tables with a person for every user, beside the same for what is written by hand. */
export interface ProvisionedTables {
  readonly ours: DatabaseSettings;
  drop(): Promise<void>;
}

export async function fillProvisioned(
  pool: pg.Pool,
  from: DatabaseSettings,
  { instant, scale }: Pick<ServerSettings, 'instant' | 'scale'>,
): Promise<ProvisionedTables> {
  const clock = createHeldClock(instant);
  for (const schema of Object.values(SCHEMAS)) {
    const { connectionString } = await copyTables(pool, from, schema);
    const { kysely, storage } = openTables({ connectionString, schema });
    await addOutsiders(storage, clock, scale);
    await kysely.destroy();
    await insertPeople(pool, schema, clock);
  }
  return { ours: { ...from, schema: SCHEMAS.ours }, drop: () => dropTables(pool, Object.values(SCHEMAS)) };
}

/**
 * Gives everybody in the large group a team, and takes it away again: by preview and confirmation, in a fresh process each
 * round, and by one statement by hand.
 */
export async function measureMappingChanges(
  pool: pg.Pool,
  servers: ServerGroup,
  settings: ServerSettings,
): Promise<readonly string[]> {
  console.log('  measuring: a change of the mapping');
  const ours: Record<(typeof KINDS)[number], MappingChange[]> = { map: [], unmap: [] };
  const byHand: Record<(typeof KINDS)[number], number[]> = { map: [], unmap: [] };
  const peaks: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const server = await servers.start('provisioning-server', settings);
    for (const kind of KINDS) {
      await settle(pool);
      ours[kind].push((await server.command(kind)) as MappingChange);
      await settle(pool);
      const start = performance.now();
      await mapByHand(pool, SCHEMAS.byHand, kind, new Date(settings.instant).toISOString());
      byHand[kind].push((performance.now() - start) / 1000);
      await compareWritten(pool);
    }
    peaks.push(((await server.command('usage')) as Usage).peakRss);
    servers.stop();
  }
  return KINDS.map((kind) => {
    const figures: MappingFigures = {
      kind,
      people: settings.scale.users,
      preview: median(ours[kind].map(({ seconds }) => seconds.preview)),
      save: median(ours[kind].map(({ seconds }) => seconds.save)),
      byHand: median(byHand[kind]),
      told: ours[kind].at(-1)?.told ?? 0,
      peakRss: Math.max(...peaks),
    };
    return mappingLine(figures);
  });
}

/**
 * Compares what both have written, and empties the journal and the outbox.
 * @throws {Error} when that is not the same rows
 */
async function compareWritten(pool: pg.Pool): Promise<void> {
  await compareRows(pool, { ours: SCHEMAS.ours, 'by hand': SCHEMAS.byHand }, WRITTEN);
  const emptied = Object.values(SCHEMAS).flatMap((schema) => [`"${schema}".sso_journal`, `"${schema}".sso_outbox`]);
  await pool.query(`truncate ${emptied.join(', ')}`);
}

/**
 * What a change of the mapping writes. Each side gives out ids and times of its own: they have to be there, in the same
 * lengths. That somebody has saved a mapping is one entry of ours.
 */
const WRITTEN: TableViews = {
  grants: (schema) => `select * from "${schema}".sso_grants`,
  team_memberships: (schema) => `select * from "${schema}".sso_team_memberships`,
  journal: (schema) =>
    "select organization_id, subject_key, length(cause_key) as cause, jsonb_set(document::jsonb - array['id', 'at', 'causeId'], " +
    "'{details,stepId}', '0') as document, length(document::jsonb::text) as length " +
    `from "${schema}".sso_journal where subject_key like 'person:%'`,
  told: (schema) =>
    `select organization_id, topic, change.value::text from "${schema}".sso_outbox, ` +
    "jsonb_array_elements(document::jsonb -> 'payload' -> 'changes') as change(value)",
  outbox: (schema) =>
    "select document::jsonb - array['key', 'at', 'payload'] as document, event_key = document::jsonb ->> 'key' as keyed, " +
    "jsonb_array_length(document::jsonb -> 'payload' -> 'changes') as changes, length(document::jsonb ->> 'at') as at " +
    `from "${schema}".sso_outbox`,
};
