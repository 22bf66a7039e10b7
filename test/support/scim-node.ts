// One node of an application, as a process of its own: `node scim-node.js`, with PORT-less HTTP on loopback. It is
// compiled by the test that starts it.
import { createServer } from 'node:http';
import { env } from 'node:process';
import express from 'express';
import { createScimRouter } from 'express-sso-scim';
import { createSqlStorage } from 'express-sso-scim/adapters/sql';
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import pg from 'pg';

const { DATABASE_URL: connectionString, DATABASE_FILE: file = ':memory:', DATABASE_SCHEMA: schema } = env;

function openDialect(): PostgresDialect | SqliteDialect {
  if (connectionString !== undefined) {
    const pool = new pg.Pool({ connectionString, max: 10 });
    const ignore = (): void => {};
    pool.on('error', ignore).on('connect', (client) => void client.on('error', ignore));
    return new PostgresDialect({ pool });
  }
  const database = new Libsql(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000');
  return new SqliteDialect({ database });
}

const kysely = new Kysely<unknown>({ dialect: openDialect() });
const storage = createSqlStorage(kysely, schema === undefined ? {} : { schema });
const app = express();
app.use('/scim/v2', createScimRouter(storage, { baseUrl: 'https://scim.test/scim/v2' }));
const server = createServer(app);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`PORT ${typeof address === 'object' && address ? address.port : ''}`);
});
