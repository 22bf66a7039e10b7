import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  PostgresDialect,
  type PostgresPoolClient,
  type QueryResult,
  SqliteDialect,
} from 'kysely';
import Libsql from 'libsql';
import pg from 'pg';
import { type EmbeddedConnection, embeddedDialect } from './embedded-dialect.js';

/** When a process dies: at which of the statements it sends from when it is armed, before or after that is done. */
export interface Crash {
  readonly statement: number;
  readonly moment: 'before' | 'after';
  isArmed?: true;
  hasHappened: boolean;
}

/** A dialect of a process that dies: its connections are gone, and it never gets another one. */
export function crashingDialect(environment: Readonly<Record<string, string>>, crash: Crash): Dialect {
  const { DATABASE_URL: connectionString, DATABASE_FILE: file } = environment;
  if (connectionString !== undefined) return onPostgres(connectionString, crash);
  return file === undefined ? onEmbedded(crash) : onFile(file, crash);
}

/** Counts a statement, and tells whether the process dies at it. */
function createFuse(crash: Crash): () => boolean {
  let sent = 0;
  return () => {
    if (crash.hasHappened) throw gone();
    if (!crash.isArmed) return false;
    sent += 1;
    return sent === crash.statement;
  };
}

function gone(): Error {
  return Object.assign(new Error('the connection is gone'), { code: 'ECONNRESET' });
}

function onPostgres(connectionString: string, crash: Crash): Dialect {
  const pool = new pg.Pool({ connectionString, max: 1 });
  pool.on('error', () => undefined);
  const diesNow = createFuse(crash);

  async function die(client: pg.PoolClient): Promise<never> {
    crash.hasHappened = true;
    client.release(true);
    throw gone();
  }

  const connect = async (): Promise<PostgresPoolClient> => {
    if (crash.hasHappened) throw gone();
    const client = await pool.connect();
    const query = async (text: string, values: readonly unknown[] = []) => {
      const isLast = diesNow();
      if (isLast && crash.moment === 'before') return die(client);
      const result = await client.query(text, [...values]);
      return isLast ? die(client) : result;
    };
    const release = () => {
      if (!crash.hasHappened) client.release();
    };
    // Kysely has a second form of `query`, for cursors, which nothing here asks for.
    return Object.assign(Object.create(client) as PostgresPoolClient, { query, release });
  };
  return new PostgresDialect({ pool: { connect, end: () => pool.end() } });
}

function onEmbedded(crash: Crash): Dialect {
  const diesNow = createFuse(crash);
  const dialect = embeddedDialect();

  function die(connection: DatabaseConnection): never {
    crash.hasHappened = true;
    (connection as EmbeddedConnection).end();
    throw gone();
  }

  return {
    ...dialect,
    createDriver() {
      const driver = dialect.createDriver();
      return Object.assign(Object.create(driver) as typeof driver, {
        async acquireConnection(): Promise<DatabaseConnection> {
          const connection = await driver.acquireConnection();
          const executeQuery: DatabaseConnection['executeQuery'] = async <R>(
            query: CompiledQuery,
          ): Promise<QueryResult<R>> => {
            const isLast = diesNow();
            if (isLast && crash.moment === 'before') return die(connection);
            const result = await connection.executeQuery<R>(query);
            return isLast ? die(connection) : result;
          };
          return Object.assign(Object.create(connection) as DatabaseConnection, { executeQuery });
        },
      });
    },
  };
}

function onFile(file: string, crash: Crash): Dialect {
  const database = new Libsql(file);
  const diesNow = createFuse(crash);

  function die(): never {
    crash.hasHappened = true;
    // What the next process finds is what was committed; here the lock of the dead one has to be given back by hand.
    if (database.inTransaction) database.exec('rollback');
    database.close();
    throw gone();
  }

  return new SqliteDialect({
    database: {
      prepare(text) {
        const isLast = diesNow();
        if (isLast && crash.moment === 'before') die();
        const statement = database.prepare(text);
        const finish = <T>(result: T): T => (isLast ? die() : result);
        return {
          reader: statement.reader,
          all: (values) => finish(statement.all(values)),
          run: (values) => finish(statement.run(values)),
          iterate: (values) => statement.iterate(values),
        };
      },
      close() {
        if (!crash.hasHappened) database.close();
      },
    },
  });
}
