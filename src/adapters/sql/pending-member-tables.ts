import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/** Version 4: members that groups wait for. */
export function pendingMemberTables({ prefix, pendingMembers }: TableNames, { types }: SqlDialect): readonly string[] {
  const { text } = types;
  return [
    `create table ${pendingMembers} (organization_id ${text} not null, directory_id ${text} not null, ` +
      `member_id ${text} not null, group_id ${text} not null, ` +
      'primary key (organization_id, directory_id, member_id, group_id))',
    `create index "${prefix}pending_members_group" on ${pendingMembers} (organization_id, directory_id, group_id)`,
  ];
}
