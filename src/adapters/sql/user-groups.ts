import type { GroupReference } from '../../storage/directory-user.js';
import type { Row } from './access.js';
import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/** The column `groups` of people in `resources as r`: those they are directly in, in order of their creation. */
export function userGroups({ resources, memberships }: TableNames, { listOf, pair }: SqlDialect): string {
  const list = listOf(
    `select ${pair('g.id', "coalesce(g.display_name, '')")} as value, g.sequence as place ` +
      `from ${memberships} as m join ${resources} as g on g.organization_id = m.organization_id ` +
      'and g.directory_id = m.directory_id and g.id = m.group_id ' +
      'where m.organization_id = r.organization_id and m.directory_id = r.directory_id and m.member_id = r.id',
  );
  return `${list} as groups`;
}

/** Reads that column. */
export function groupsOf(row: Row): readonly GroupReference[] {
  const pairs = JSON.parse(String(row['groups'] ?? '[]')) as readonly string[];
  return pairs.map((pair) => {
    const [id, displayName] = JSON.parse(pair) as readonly [string, string];
    return { id, displayName };
  });
}
