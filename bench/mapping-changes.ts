import type pg from 'pg';
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
      await compareCounts(pool);
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

/** @throws {Error} when the one has written more than the other. Both have given out ids of their own. */
async function compareCounts(pool: pg.Pool): Promise<void> {
  const count = async (schema: string) => {
    const rowsOf = (name: string) => `"${schema}".sso_${name}`;
    const { rows } = await pool.query(
      `select (select count(*) from ${rowsOf('grants')}) as grants, ` +
        `(select count(*) from ${rowsOf('team_memberships')}) as memberships, ` +
        `(select count(*) from ${rowsOf('journal')} where subject_key like 'person:%') as entries, ` +
        `(select sum(jsonb_array_length(document::jsonb -> 'payload' -> 'changes')) from ${rowsOf('outbox')}) as told`,
    );
    return JSON.stringify(rows);
  };
  const [ours, byHand] = [await count(SCHEMAS.ours), await count(SCHEMAS.byHand)];
  if (ours !== byHand) throw new Error(`not the same rows: ours ${ours}, by hand ${byHand}`);
}
