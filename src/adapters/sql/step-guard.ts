import { migrationTable } from './migrations.js';
import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/**
 * Statements for people who take the steps by hand: they fail, with a sentence that names it, where a step has not been
 * taken, and leave nothing.
 */
export function stepGuard(version: number, names: TableNames, dialect: SqlDialect): readonly string[] {
  const { migrations, prefix } = names;
  const sentence = `version ${version} of the tables is missing, take that step before this one`;
  const isTaken = `exists (select 1 from ${migrations} where version = ${version})`;
  if (dialect.name === 'postgres') {
    // Looked for by its name first: a statement about a table that is not there fails for that reason.
    return [
      `do $guard$ begin if to_regclass('${migrations}') is not null then if ${isTaken} then return; end if; end if; ` +
        `raise exception '${sentence}'; end $guard$`,
    ];
  }
  // Outside triggers SQLite says words of ours as names of constraints alone.
  const guard = `temp."${prefix}guard"`;
  return [
    migrationTable(names, dialect),
    `create table ${guard} (is_taken integer constraint "${sentence}" check (is_taken))`,
    `insert or rollback into ${guard} select ${isTaken}`,
    `drop table ${guard}`,
  ];
}
