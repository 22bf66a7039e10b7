import { isLive, USER } from './resource-rows.js';
import type { StoreSite } from './store-site.js';

/** The condition that a row of resources is the live directory user of a link `l`. */
export function isLinked(alias: string): string {
  return (
    `${alias}.organization_id = l.organization_id and ${alias}.directory_id = l.directory_id ` +
    `and ${alias}.id = l.directory_user_id and ${alias}.type = '${USER}' and ${isLive(alias)}`
  );
}

/**
 * The columns that make a person, for each row `e` with a `user_id`. Each person is looked up by itself: without statistics
 * a join of lists begins at the wrong end.
 * @param organization the expression that says which organization
 */
export function personColumns({ names, dialect }: StoreSite, organization: string): string {
  const { people, directoryLinks, logins, resources } = names;
  const { listOf, pair, isFalse } = dialect;
  const state = `case when ${isFalse('r.attributes', 'active')} then 'inactive' else 'active' end`;
  const directoryUsers = listOf(
    `select ${pair(pair('l.directory_id', 'l.directory_user_id'), state)} as value, l.directory_user_id as place ` +
      `from ${directoryLinks} as l join ${resources} as r on ${isLinked('r')} ` +
      `where l.organization_id = ${organization} and l.user_id = e.user_id and l.is_gone = 0`,
  );
  return (
    'e.user_id as user_id, ' +
    `(select p.document from ${people} as p where p.organization_id = ${organization} and p.user_id = e.user_id) as document, ` +
    `${directoryUsers} as directory_users, case when exists (select 1 from ${logins} as o ` +
    `where o.organization_id = ${organization} and o.user_id = e.user_id) then 1 else 0 end as linked`
  );
}
