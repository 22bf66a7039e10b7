import type { Clock, ManagedStorage, TrafficStores } from 'express-sso-scim';
import { createSqlStorage, migrate } from 'express-sso-scim/adapters/sql';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { createDirectory, fillDirectory } from './new-directory.js';
import type { Scale } from './population.js';
import type { DatabaseSettings } from './serve.js';

/** The tables that hold resources; the others hold the directory and its token. */
const FILLED = ['resources', 'unique_keys', 'emails', 'memberships', 'group_counters'] as const;

/** Tables of a schema, opened as a host does it. */
export interface OpenTables {
  readonly kysely: Kysely<unknown>;
  readonly storage: ManagedStorage & TrafficStores;
}

export function openTables(
  { connectionString, schema }: Omit<DatabaseSettings, 'token'>,
  poolSettings: pg.PoolConfig = {},
): OpenTables {
  const pool = new pg.Pool({ connectionString, ...poolSettings });
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  return { kysely, storage: createSqlStorage(kysely, { schema }) };
}

/** Makes a schema with empty tables in it, in the place of one that an earlier run left behind. */
export async function createTables(pool: pg.Pool, connectionString: string, schema: string): Promise<void> {
  await dropTables(pool, [schema]);
  const { kysely } = openTables({ connectionString, schema });
  await migrate(kysely, { schema });
  await kysely.destroy();
}

/** Makes tables and fills them through the storage, with nothing but a directory when there are to be no users. */
export async function fillTables(
  pool: pg.Pool,
  { connectionString, schema }: Omit<DatabaseSettings, 'token'>,
  { clock, scale }: { readonly clock: Clock; readonly scale: Scale },
): Promise<DatabaseSettings> {
  await createTables(pool, connectionString, schema);
  // Nobody minds when a crash loses what is being seeded.
  const { kysely, storage } = openTables({ connectionString, schema }, { options: '-c synchronous_commit=off' });
  const token = await createDirectory(storage, clock);
  await fillDirectory(storage, clock, scale);
  await kysely.destroy();
  return { connectionString, schema, token };
}

/** Makes tables with the same rows, in the same places: how many pages a walk touches depends on that. */
export async function copyTables(pool: pg.Pool, from: DatabaseSettings, schema: string): Promise<DatabaseSettings> {
  await createTables(pool, from.connectionString, schema);
  const [rows, copies] = [`"${from.schema}".sso_`, `"${schema}".sso_`];
  for (const table of FILLED) {
    await pool.query(
      `insert into ${copies}${table} overriding system value select * from ${rows}${table} as r order by r.ctid`,
    );
  }
  await pool.query(
    `select setval(pg_get_serial_sequence('${copies}resources', 'sequence'), coalesce(max(sequence), 1)) ` +
      `from ${copies}resources`,
  );
  console.log(`  copied to ${schema}`);
  return { ...from, schema };
}

/** Empties the tables, but keeps the directory. */
export async function emptyTables(pool: pg.Pool, schema: string): Promise<void> {
  await pool.query(`truncate ${FILLED.map((table) => `"${schema}".sso_${table}`).join(', ')} restart identity`);
}

export async function dropTables(pool: pg.Pool, schemas: readonly string[]): Promise<void> {
  for (const schema of schemas) await pool.query(`drop schema if exists "${schema}" cascade`);
}

/** Leaves nothing for later that the server would otherwise do while somebody measures. */
export async function settle(pool: pg.Pool): Promise<void> {
  await pool.query('vacuum (analyze)');
  await pool.query('checkpoint');
}
