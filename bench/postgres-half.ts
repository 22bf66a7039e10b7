import pg from 'pg';
import { requireIndexes } from './bare-plans.js';
import { compareRows, RESOURCE_VIEWS } from './compare-rows.js';
import { meetContestant } from './contestant.js';
import { measureCycle } from './full-cycle.js';
import { type Contestants, compareAll, type HalfPlan, measureAll } from './half.js';
import { createHeldClock } from './held-clock.js';
import { fillProvisioned, measureMappingChanges } from './mapping-changes.js';
import { startOwnPostgres } from './own-postgres.js';
import { measureWriters } from './parallel-writers.js';
import { caseTable, type HalfResult, halfResult } from './report.js';
import type { DatabaseSettings, ServerSettings } from './serve.js';
import { createServerGroup, type ServerGroup } from './server-process.js';
import { measureSync } from './sync-memory.js';
import { copyTables, dropTables, fillTables, settle } from './tables.js';
import { measureTeams } from './team-changes.js';

/** What is measured besides the cases. */
export const FURTHER_FIGURES = {
  writers: 'postgres: parallel writers',
  sync: 'postgres: memory of a sync',
  cycle: 'postgres: first full cycle',
  mapping: 'postgres: mapping of everybody',
  teams: 'postgres: a member change with teams',
} as const;

const SCHEMAS = { ours: 'bench_ours', bare: 'bench_bare', bareAgain: 'bench_bare_again' } as const;

/** Measures ours and bare twice, each on tables of its own in one PostgreSQL, and what else is said of ours on it. */
export async function measurePostgres(plan: HalfPlan): Promise<HalfResult> {
  const postgres = await startOwnPostgres();
  const { connectionString } = postgres;
  const pool = new pg.Pool({ connectionString });
  // A server that stops says so to connections that are being closed; whoever still needs one is told by the next query.
  pool.on('error', () => undefined);
  const servers = createServerGroup();
  try {
    const { instant, scale } = plan;
    const clock = createHeldClock(instant);
    const ours = await fillTables(pool, { connectionString, schema: SCHEMAS.ours }, { clock, scale });
    const bare = await copyTables(pool, ours, SCHEMAS.bare);
    const bareAgain = await copyTables(pool, ours, SCHEMAS.bareAgain);
    await settle(pool);
    await requireIndexes(pool, SCHEMAS.bare);

    const on = (database: DatabaseSettings): ServerSettings => ({ instant, scale, database });
    const running = [
      await servers.start('ours-server', { ...on(ours), traffic: plan.traffic }),
      await servers.start('bare-postgres-server', on(bare)),
      await servers.start('bare-postgres-server', on(bareAgain)),
    ] as const;
    const common = { token: ours.token, scale, connections: plan.measuring.connections };
    const contestants: Contestants = [
      await meetContestant('ours', running[0], common, 'without cursors'),
      await meetContestant('bare', running[1], common, 'without cursors'),
      await meetContestant('bare again', running[2], common, 'without cursors'),
    ];
    await compareAll(plan, contestants);
    await compareRows(pool, { ours: SCHEMAS.ours, bare: SCHEMAS.bare }, RESOURCE_VIEWS);
    console.log('bare has written the same rows as ours');
    for (const server of running) await server.command('letGo');

    const results = await measureAll(plan, contestants);
    if (results.length > 0) console.log(`\n${caseTable(results)}\n`);
    if (plan.isWanted(FURTHER_FIGURES.writers)) console.log(await measureWriters(contestants[0], plan.measuring));
    for (const { client } of contestants) client.close();
    servers.stop();
    if (plan.isWanted(FURTHER_FIGURES.sync)) {
      for (const line of await measureSync(servers, on(ours))) console.log(line);
    }
    await measureProvisioning(pool, servers, on(ours), plan);
    if (!plan.isWanted(FURTHER_FIGURES.cycle)) return halfResult(results);
    const cycle = await measureCycle(pool, servers, plan, connectionString);
    console.log(cycle.text);
    return halfResult(results, [cycle.line]);
  } finally {
    servers.stop();
    await dropTables(pool, Object.values(SCHEMAS));
    await pool.end();
    await postgres.stop();
  }
}

async function measureProvisioning(
  pool: pg.Pool,
  servers: ServerGroup,
  settings: ServerSettings & { readonly database?: DatabaseSettings },
  { isWanted }: HalfPlan,
): Promise<void> {
  const { mapping, teams } = FURTHER_FIGURES;
  if (!settings.database || !(isWanted(mapping) || isWanted(teams))) return;
  const { ours, drop } = await fillProvisioned(pool, settings.database, settings);
  const provisioned = { ...settings, database: ours };
  if (isWanted(mapping)) {
    for (const line of await measureMappingChanges(pool, servers, provisioned)) console.log(line);
  }
  if (isWanted(teams)) {
    await settle(pool);
    console.log(await measureTeams(servers, provisioned));
  }
  await drop();
}
