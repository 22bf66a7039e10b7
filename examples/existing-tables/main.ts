import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { createApplication, openStorage } from './application.js';
import type { Tables } from './tables.js';

const { DATABASE_URL: connectionString, PORT = '3000' } = process.env;
if (connectionString === undefined) {
  console.error('Set DATABASE_URL to a PostgreSQL database, as in: postgres://localhost/trial');
  process.exitCode = 1;
} else {
  const pool = new pg.Pool({ connectionString });
  // Without listeners the end of a connection, idle or in use, would end the process.
  const ended = (error: Error) => console.error(`PostgreSQL ended a connection: ${error.message}`);
  pool.on('error', ended).on('connect', (client) => void client.on('error', ended));
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const baseUrl = `http://localhost:${PORT}`;
  createApplication(await openStorage(database), baseUrl).listen(Number(PORT), '127.0.0.1', () =>
    console.log(`The application listens at ${baseUrl}.`),
  );
}
