#!/usr/bin/env node
import process from 'node:process';
import { parseArgs } from 'node:util';

// Prints the migrations, for people who review SQL before it runs:
// npx express-sso-scim-migrations --dialect postgres [--prefix sso_] [--schema sso]

const USAGE = 'usage: express-sso-scim-migrations --dialect postgres|sqlite [--prefix name] [--schema name]';

try {
  const { values } = parseArgs({
    options: { dialect: { type: 'string' }, prefix: { type: 'string' }, schema: { type: 'string' } },
  });
  const { dialect, prefix, schema } = values;
  if (dialect !== 'postgres' && dialect !== 'sqlite') throw new TypeError('which dialect?');
  const { migrationSql } = await import('./adapters/sql/migrate.js').catch(sayWhatIsMissing);
  process.stdout.write(
    migrationSql(dialect, { ...(prefix !== undefined && { prefix }), ...(schema !== undefined && { schema }) }),
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 2;
}

/** Kysely is an optional peer dependency. */
function sayWhatIsMissing(error: unknown): never {
  if (error instanceof Error && /Cannot find package 'kysely'/.test(error.message)) {
    throw new Error('it needs kysely: npm install kysely');
  }
  throw error;
}
