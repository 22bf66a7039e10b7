import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { createApplication, openStorage } from './application.js';
import type { Tables } from './tables.js';

const { DATABASE_URL: connectionString, PORT = '3000' } = process.env;
if (connectionString === undefined) {
  console.error('Set DATABASE_URL to a PostgreSQL database, as in: postgres://localhost/trial');
  process.exitCode = 1;
} else {
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }) });
  const baseUrl = `http://localhost:${PORT}`;
  createApplication(await openStorage(database), baseUrl).listen(Number(PORT), '127.0.0.1', () =>
    console.log(`The application listens at ${baseUrl}.`),
  );
}
