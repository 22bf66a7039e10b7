import { CompiledQuery, type Kysely } from 'kysely';
import { StorageUnavailableError } from '../../storage/errors.js';
import { MIGRATIONS, migrationTable, SCHEMA_VERSION } from './migrations.js';
import { withRetries } from './retry.js';
import { dialectNamed, dialectOf, type SqlDialect } from './sql-dialect.js';
import { stepGuard } from './step-guard.js';
import { type TableNames, type TableOptions, tableNames } from './table-names.js';

/** Where the tables are, and how to speak to the database. */
export interface SqlOptions extends TableOptions {
  /** Only where the adapter of the Kysely instance does not tell: for dialects of third parties. */
  readonly dialect?: SqlDialect['name'];
}

/**
 * Brings the tables to the version that this code knows: each step in a transaction of its own, forward only. When two
 * processes start together one waits for the other. Creates the schema, where one is named that is not there. Where the
 * tables are in that version already it only reads, so a role that may not create anything can call it too.
 *
 * @returns the versions that have been reached now, none when there was nothing to do
 * @throws {StorageUnavailableError} when the tables are newer than this code, or the database cannot be reached
 *
 * @example
 * ```ts
 * import { migrate } from 'express-sso-scim/adapters/sql';
 * import type { Kysely } from 'kysely';
 *
 * export async function prepare(kysely: Kysely<unknown>): Promise<void> {
 *   await migrate(kysely);
 * }
 * ```
 */
export async function migrate<DB>(kysely: Kysely<DB>, options: SqlOptions = {}): Promise<readonly number[]> {
  const dialect = dialectOf(kysely, options.dialect);
  const names = tableNames(options, dialect.name);
  const plain = kysely.withoutPlugins();
  const before = await withRetries(dialect, () => versionIn(plain, dialect, names));
  if (before !== undefined) refuseNewer(before);
  if (before === SCHEMA_VERSION) return [];
  const reached: number[] = [];
  for (;;) {
    const version = await withRetries(dialect, () =>
      dialect.transaction(plain, async (connection) => {
        const run = async (text: string) => (await connection.executeQuery(CompiledQuery.raw(text))).rows;
        await run(dialect.migrationLock(names.migrations));
        for (const statement of await missingGroundwork(names, dialect, run)) await run(statement);
        const [row] = await run(versionQuery(names, dialect));
        const current = versionOf(row);
        refuseNewer(current);
        const next = MIGRATIONS[current];
        if (!next) return undefined;
        for (const statement of [...next.statements(names, dialect), noteOf(next.version, names)]) await run(statement);
        return next.version;
      }),
    );
    if (version === undefined) return reached;
    reached.push(version);
  }
}

/**
 * Looks whether the tables are there and in the version that this code knows. A storage does it by itself before its
 * first statement; at the start of a program a fault shows earlier.
 *
 * @throws {StorageUnavailableError} that says what is wrong
 */
export async function checkSchema<DB>(kysely: Kysely<DB>, options: SqlOptions = {}): Promise<void> {
  const dialect = dialectOf(kysely, options.dialect);
  const names = tableNames(options, dialect.name);
  const plain = kysely.withoutPlugins();
  const { rows } = await withRetries(dialect, () =>
    plain.executeQuery(CompiledQuery.raw(versionQuery(names, dialect))),
  );
  const current = versionOf(rows[0]);
  refuseNewer(current);
  if (current < SCHEMA_VERSION) {
    throw new StorageUnavailableError(
      `the tables are in version ${current} and this code needs ${SCHEMA_VERSION}: run migrate(kysely) first`,
    );
  }
}

/**
 * The statements of {@link migrate} as text, for people who review first. They begin with empty tables; each step says
 * its version, so that whoever has some of them can begin later. A step fails in the database, with a sentence that names
 * it, where the one before has not been taken.
 */
export function migrationSql(dialectName: SqlDialect['name'], options: TableOptions = {}): string {
  const dialect = dialectNamed(dialectName);
  const names = tableNames(options, dialectName);
  const steps = MIGRATIONS.map(({ version, statements }) =>
    [
      `-- Version ${version}`,
      'begin;',
      ...[
        ...(version === 1 ? groundwork(names, dialect) : stepGuard(version - 1, names, dialect)),
        ...statements(names, dialect),
        noteOf(version, names),
      ].map((statement) => `${statement};`),
      'commit;',
    ].join('\n'),
  );
  return `${steps.join('\n\n')}\n`;
}

/** The version of the tables, or `undefined` where there are none. */
async function versionIn<DB>(kysely: Kysely<DB>, dialect: SqlDialect, names: TableNames): Promise<number | undefined> {
  try {
    return versionOf((await kysely.executeQuery(CompiledQuery.raw(versionQuery(names, dialect)))).rows[0]);
  } catch (error) {
    if (dialect.faultOf(error) === 'unmigrated') return undefined;
    throw error;
  }
}

/** PostgreSQL asks who says `if not exists` for the right to create, also where there is nothing to create. */
async function missingGroundwork(
  names: TableNames,
  dialect: SqlDialect,
  run: (text: string) => Promise<readonly unknown[]>,
): Promise<readonly string[]> {
  const statements = groundwork(names, dialect);
  if (names.schema === undefined) return statements;
  const found = await run(`select 1 from pg_namespace where nspname = '${names.schema}'`);
  return found.length > 0 ? statements.slice(1) : statements;
}

function groundwork(names: TableNames, dialect: SqlDialect): readonly string[] {
  const table = migrationTable(names, dialect);
  return names.schema === undefined ? [table] : [`create schema if not exists "${names.schema}"`, table];
}

function versionQuery(names: TableNames, { encoding }: SqlDialect): string {
  return `select coalesce(max(version), 0) as version, ${encoding} as encoding from ${names.migrations}`;
}

function noteOf(version: number, names: TableNames): string {
  return `insert into ${names.migrations} (version, at) values (${version}, current_timestamp)`;
}

/** @throws {StorageUnavailableError} when the database could not keep every text. */
function versionOf(row: unknown): number {
  if (typeof row === 'object' && row !== null && 'encoding' in row && row.encoding !== 'UTF8') {
    throw new StorageUnavailableError(
      `the database is encoded in ${row.encoding}, which cannot hold every text: make one with the encoding UTF8`,
    );
  }
  return typeof row === 'object' && row !== null && 'version' in row ? Number(row.version) : 0;
}

function refuseNewer(version: number): void {
  if (version <= SCHEMA_VERSION) return;
  throw new StorageUnavailableError(
    `the tables are in version ${version}, and this code knows no later one than ${SCHEMA_VERSION}: ` +
      'a newer release of express-sso-scim has migrated them, and this one must not touch them',
  );
}
