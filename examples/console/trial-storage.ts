import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ManagedStorage } from 'express-sso-scim';
import { createSqlStorage, migrate } from 'express-sso-scim/adapters/sql';
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import pg from 'pg';
import { type Organizations, openOrganizations } from './organizations.js';
import type { Settings } from './settings.js';
import { codeOf, StartError, unusableFolder } from './start-error.js';

/** Where the example keeps everything that is not a key. */
export interface TrialStorage {
  readonly storage: ManagedStorage;
  readonly organizations: Organizations;
  /** For the greeting: where everything is kept. */
  readonly place: string;
  readonly close: () => Promise<void>;
}

/**
 * Opens PostgreSQL where `DATABASE_URL` names one, else a file in the data folder, and brings the tables up to date.
 * @throws {StartError} when that cannot be.
 */
export async function openTrialStorage({ dataDirectory, databaseUrl }: Settings): Promise<TrialStorage> {
  const file = join(dataDirectory, 'console.db');
  const kysely = new Kysely<unknown>({
    dialect: databaseUrl === undefined ? openFile(file, dataDirectory) : openPostgres(databaseUrl),
  });
  try {
    await migrate(kysely);
  } catch (error) {
    await kysely.destroy();
    throw new StartError(`The database cannot be used: ${reasonOf(error)}. See DATABASE_URL and DATA_DIR.`, {
      cause: error,
    });
  }
  return {
    storage: createSqlStorage(kysely),
    organizations: openOrganizations(kysely),
    place: databaseUrl === undefined ? file : 'PostgreSQL',
    close: () => kysely.destroy(),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  const deeper = cause instanceof Error ? ` (${codeOf(cause)})` : '';
  return `${message}${deeper}`;
}

function openFile(file: string, dataDirectory: string): SqliteDialect {
  try {
    mkdirSync(dataDirectory, { recursive: true });
    const database = new Libsql(file);
    // Readers do not wait for a writer, and a write is on the disk when it is answered.
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000');
    return new SqliteDialect({ database });
  } catch (error) {
    throw unusableFolder(dataDirectory, error);
  }
}

function openPostgres(connectionString: string): PostgresDialect {
  const pool = new pg.Pool({ connectionString });
  // A connection that the server ends is replaced by the next request. While it is in use only its client tells.
  const ended = (error: Error) => console.error(`PostgreSQL ended a connection: ${error.message}`);
  pool.on('error', ended).on('connect', (client) => void client.on('error', ended));
  return new PostgresDialect({ pool });
}
