import { foldCase } from '../../core/fold.js';
import type { HostStorage, Organization, Team, User } from '../../storage/host-storage.js';
import type { Row } from './access.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

/** Host-owned stores over tables of ours. The host fills them, with `foldCase` of e-mail addresses and names as keys. */
export function openHostStores({ names, dialect }: StoreSite): StoreOver<HostStorage> {
  const { organizations, users, teams } = names;
  const find = (columns: string, table: string, key: string) =>
    prepare<'organizationId' | 'key'>(
      `select ${columns} from ${table} as h where h.organization_id = {organizationId} and h.${key} = {key} ` +
        'order by h.sequence limit 1',
      dialect,
    );
  const organization = prepare(
    `select h.id, h.name, h.parent_id, h.root_user_id from ${organizations} as h where h.id = {id}`,
    dialect,
  );
  const userColumns = 'h.id, h.account_id, h.email, h.display_name';
  const user = find(userColumns, users, 'id');
  const userByEmail = find(userColumns, users, 'email_key');
  const team = find('h.id, h.name', teams, 'id');
  const teamByName = find('h.id, h.name', teams, 'name_key');

  return (access) => {
    const first = async <T>(statement: ReturnType<typeof user>, read: (row: Row) => T) => {
      const [row] = await access.read(undefined, (run) => run(statement));
      return row && read(row);
    };
    return {
      organizations: { get: (id) => first(organization({ id }), organizationOf) },
      users: {
        get: ({ organizationId }, key) => first(user({ organizationId, key }), userOf),
        findByEmail: ({ organizationId }, email) =>
          first(userByEmail({ organizationId, key: foldCase(email) }), userOf),
      },
      teams: {
        get: ({ organizationId }, key) => first(team({ organizationId, key }), teamOf),
        findByName: ({ organizationId }, name) => first(teamByName({ organizationId, key: foldCase(name) }), teamOf),
      },
    };
  };
}

function organizationOf(row: Row): Organization {
  const { parent_id: parentId, root_user_id: rootUserId } = row;
  return {
    id: String(row['id']),
    name: String(row['name']),
    ...(typeof parentId === 'string' && { parentId }),
    ...(typeof rootUserId === 'string' && { rootUserId }),
  };
}

function userOf(row: Row): User {
  const { account_id: accountId, display_name: displayName } = row;
  return {
    id: String(row['id']),
    ...(typeof accountId === 'string' && { accountId }),
    email: String(row['email']),
    ...(typeof displayName === 'string' && { displayName }),
  };
}

function teamOf(row: Row): Team {
  return { id: String(row['id']), name: String(row['name']) };
}
