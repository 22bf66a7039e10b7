import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage } from 'express-sso-scim';
import { createSqlStorage, migrate, type SqlOptions } from 'express-sso-scim/adapters/sql';
import { CompiledQuery, type Dialect, Kysely, type LogEvent, PostgresDialect, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import { embeddedDialect } from './embedded-dialect.js';
import { HAS_POSTGRES_SERVER, newSchemaName, startPostgres } from './postgres.js';
import { openPool } from './postgres-pool.js';

/** A statement as it was sent. */
interface SentStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A database with tables of its own. */
export interface SqlDatabase {
  readonly kysely: Kysely<unknown>;
  /** Where in it the tables are. */
  readonly options: SqlOptions;
  /** By which another process finds the database. */
  readonly environment: Readonly<Record<string, string>>;
  /** Every statement that was sent, newest last. */
  readonly statements: SentStatement[];
  /** A storage on migrated tables. */
  storage(): Promise<Storage>;
  /** Sends a statement past the storage; `sso_` stands for the beginning of the names of tables. */
  send(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Another pool of connections to the same tables; on SQLite, which has one writer, the same connection. */
  another(): SqlDatabase;
  close(): Promise<void>;
}

export type DatabaseName = 'libsql' | 'postgres';

/** Databases that the tests of the SQL adapter run on. */
export const DATABASES: readonly DatabaseName[] = ['libsql', 'postgres'];

/** The tables of directories, people and groups. */
export const TABLES: readonly string[] = [
  'resources',
  'unique_keys',
  'emails',
  'memberships',
  'group_counters',
  'directories',
  'directory_hosts',
];

export async function openDatabase(name: DatabaseName, connections = 10): Promise<SqlDatabase> {
  if (name === 'libsql') return openLibsql();
  return HAS_POSTGRES_SERVER ? openPostgres(connections) : openEmbedded(connections);
}

function openLibsql(): SqlDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'express-sso-scim-libsql-'));
  const open = () => {
    const database = new Libsql(join(folder, 'data.db'));
    database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 50');
    return new SqliteDialect({ database });
  };
  return databaseOver(open, {}, { DATABASE_FILE: join(folder, 'data.db') }, async () =>
    rmSync(folder, { recursive: true, force: true }),
  );
}

async function openPostgres(connections: number): Promise<SqlDatabase> {
  const server = await startPostgres();
  const schema = newSchemaName();
  const open = () => {
    const { connectionString } = server;
    return new PostgresDialect({ pool: openPool({ connectionString, max: connections }) });
  };
  return databaseOver(open, { schema }, { DATABASE_URL: server.connectionString }, async (kysely) => {
    if (!server.isOurs) await kysely.executeQuery(CompiledQuery.raw(`drop schema if exists "${schema}" cascade`));
    return () => server.stop();
  });
}

/** A schema of the one that serves the whole run. Who asks for one connection keeps it, with all its settings. */
function openEmbedded(connections: number): SqlDatabase {
  const schema = newSchemaName();
  return databaseOver(
    () => embeddedDialect({ isKept: connections === 1 }),
    { schema },
    {},
    async (kysely) => void (await kysely.executeQuery(CompiledQuery.raw(`drop schema if exists "${schema}" cascade`))),
  );
}

function databaseOver(
  open: () => Dialect,
  options: SqlOptions,
  environment: Readonly<Record<string, string>>,
  cleanUp: (kysely: Kysely<unknown>) => Promise<(() => Promise<void>) | void>,
): SqlDatabase {
  const statements: SentStatement[] = [];
  const log = ({ query }: LogEvent) => {
    statements.push(query);
  };
  const kysely = new Kysely<unknown>({ dialect: open(), log });
  const prefix = options.schema === undefined ? 'sso_' : `"${options.schema}".sso_`;
  const opened = () => databaseOver(open, options, environment, async () => undefined);
  const database: SqlDatabase = {
    kysely,
    options,
    environment,
    statements,
    async storage() {
      await migrate(kysely, options);
      return createSqlStorage(kysely, options);
    },
    async send(text) {
      const { rows } = await kysely.executeQuery<Record<string, unknown>>(
        CompiledQuery.raw(text.replaceAll(/\bsso_/g, prefix)),
      );
      return rows;
    },
    another: () => (options.schema === undefined ? { ...database, close: async () => undefined } : opened()),
    async close() {
      const last = await cleanUp(kysely);
      await kysely.destroy();
      await last?.();
    },
  };
  return database;
}
