import { createFunction, own, RECORD_COLUMNS } from './postgres-function.js';
import { isLive, recordColumns, recordExpressions, USER } from './resource-rows.js';
import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';
import { userGroups } from './user-groups.js';

const COLUMNS = [...RECORD_COLUMNS, 'groups text'];

/** The functions that read people with their groups: one by its id, or those who have a `userName`. */
export function userFunctions(names: TableNames, dialect: SqlDialect): readonly string[] {
  const columns = recordColumns('r', recordExpressions(USER, 'r', names, dialect));
  const people = `select ${columns}, ${userGroups(names, dialect)} from ${names.resources} as r where ${own('r')}`;
  return [
    createFunction({
      name: names.readUser,
      parameters: ['in_organization_id text', 'in_directory_id text', 'in_id text'],
      columns: COLUMNS,
      tables: [names.resources, names.memberships],
      body: `
        return query ${people} and r.id = in_id and r.type = '${USER}' and ${isLive('r')};
      `,
    }),
    createFunction({
      name: names.findUsers,
      parameters: ['in_organization_id text', 'in_directory_id text', 'in_user_name_key text', 'in_limit bigint'],
      columns: COLUMNS,
      tables: [names.resources, names.memberships],
      // A key that is empty stands for what is no single text.
      body: `
        return query ${people} and r.user_name_key in (in_user_name_key, '') and coalesce(r.type, '') = '${USER}'
        and r.deleted_at is null and (r.user_name_key = in_user_name_key or exists (select
        from jsonb_path_query(r.search, '$.".userName"[*]') as v(node)
        where (v.node ->> 't') collate "C" = in_user_name_key)) limit in_limit;
      `,
    }),
  ];
}
