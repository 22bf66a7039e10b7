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
  // Without a listener the end of an idle connection would end the process.
  pool.on('error', (error) => console.error(`PostgreSQL ended an idle connection: ${error.message}`));
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const baseUrl = `http://localhost:${PORT}`;
  createApplication(await openStorage(database), baseUrl).listen(Number(PORT), '127.0.0.1', () =>
    console.log(`The application listens at ${baseUrl}.`),
  );
}
