#!/usr/bin/env node
import process from 'node:process';
import { parseArgs } from 'node:util';
import { migrationSql } from './adapters/sql/migrate.js';

// Prints the migrations, for people who review SQL before it runs:
// npx express-sso-scim-migrations --dialect postgres [--prefix sso_] [--schema sso]

const USAGE = 'usage: express-sso-scim-migrations --dialect postgres|sqlite [--prefix name] [--schema name]';

try {
  const { values } = parseArgs({
    options: { dialect: { type: 'string' }, prefix: { type: 'string' }, schema: { type: 'string' } },
  });
  const { dialect, prefix, schema } = values;
  if (dialect !== 'postgres' && dialect !== 'sqlite') throw new TypeError('which dialect?');
  process.stdout.write(
    migrationSql(dialect, { ...(prefix !== undefined && { prefix }), ...(schema !== undefined && { schema }) }),
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 2;
}
