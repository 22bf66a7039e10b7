import type { HostStorage, ManagedTeamStore, ManagedUserStore, Organization } from '../../storage/host-storage.js';
import type { Row } from './access.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';
import { openTeamStore } from './team-store.js';
import { openUserAccounts } from './user-accounts.js';

/** Stores that a host may own itself, over tables of ours. */
export interface HostStores extends HostStorage {
  readonly users: ManagedUserStore;
  readonly teams: ManagedTeamStore;
}

/** Opens them. The host fills the table of organizations, and the others with whom it knows already. */
export function openHostStores(site: StoreSite): StoreOver<HostStores> {
  const { names, dialect } = site;
  const users = openUserAccounts(site);
  const teams = openTeamStore(site);
  const organization = prepare(
    `select h.id, h.name, h.parent_id, h.root_user_id from ${names.organizations} as h where h.id = {id}`,
    dialect,
  );

  return (access) => ({
    organizations: {
      async get(id) {
        const [row] = await access.read(undefined, (run) => run(organization({ id })));
        return row && organizationOf(row);
      },
    },
    users: users(access),
    teams: teams(access),
  });
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
