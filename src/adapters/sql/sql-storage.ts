import type { Kysely } from 'kysely';
import type { JoinableStorage } from '../../storage/compose-storage.js';
import type { ManagedTeamStore, ManagedUserStore } from '../../storage/host-storage.js';
import type { ProvisioningStores } from '../../storage/managed-storage.js';
import type { OrganizationScope } from '../../storage/scope.js';
import type { TrafficStores } from '../../storage/traffic-store.js';
import type { JoinableAccess } from './access.js';
import { openConflictStore } from './conflict-store.js';
import { openCustomStore } from './custom-store.js';
import { openDirectoryStore } from './directory-store.js';
import { openGrantStore } from './grant-store.js';
import { openGroupStore } from './group-store.js';
import { openHoldStore } from './hold-store.js';
import { openHostStores } from './host-stores.js';
import { openJournalStore } from './journal-store.js';
import { openLoginStore } from './login-store.js';
import { openMappingStore } from './mapping-store.js';
import type { SqlOptions } from './migrate.js';
import { openOidcTenantStore } from './oidc-tenant-store.js';
import { openOutboxStore } from './outbox-store.js';
import { OutsideAccess } from './outside-access.js';
import { openOverrideStore } from './override-store.js';
import { openPersonStore } from './person-store.js';
import { openSignInStore } from './sign-in-store.js';
import { dialectOf } from './sql-dialect.js';
import type { StoreSite } from './store-site.js';
import { tableNames } from './table-names.js';
import { openTrafficStore } from './traffic-store.js';
import { openUserStore } from './user-store.js';

type Replaced = keyof ProvisioningStores | keyof TrafficStores | 'users' | 'teams' | 'transaction';

/** A storage with everything that provisioning needs, in whose transactions stores of the host can take part. */
export interface SqlStorage<DB> extends Omit<JoinableStorage<Kysely<DB>>, Replaced>, ProvisioningStores, TrafficStores {
  readonly users: ManagedUserStore;
  readonly teams: ManagedTeamStore;
  transaction<T>(scope: OrganizationScope, work: (storage: SqlStorage<DB>) => Promise<T>): Promise<T>;
}

/**
 * Creates a storage on the Kysely instance of the host, for PostgreSQL or SQLite. It opens no connection of its own; the
 * tables are made by `migrate`, and looked at before the first statement.
 *
 * A statement or transaction that meets others in its way is tried again a few times, then fails as unavailable, as it
 * does when the database cannot be reached or cannot write.
 *
 * @throws {TypeError} for another database, a name that cannot be one of a table, or a transaction in the place of a
 * Kysely instance
 *
 * @example
 * ```ts
 * import { createSqlStorage, migrate } from 'express-sso-scim/adapters/sql';
 * import type { Storage } from 'express-sso-scim';
 * import type { Kysely } from 'kysely';
 *
 * export async function openStorage<DB>(kysely: Kysely<DB>): Promise<Storage> {
 *   await migrate(kysely);
 *   return createSqlStorage(kysely);
 * }
 * ```
 */
export function createSqlStorage<DB>(kysely: Kysely<DB>, options: SqlOptions = {}): SqlStorage<DB> {
  if (kysely.isTransaction) throw new TypeError('a storage is made on a Kysely instance, not on a transaction');
  const dialect = dialectOf(kysely, options.dialect);
  const names = tableNames(options, dialect.name);
  return storageOver(new OutsideAccess(kysely, dialect, options), openStores({ names, dialect }));
}

type Stores = ReturnType<typeof openStores>;

function openStores(site: StoreSite) {
  return {
    host: openHostStores(site),
    directories: openDirectoryStore(site),
    directoryUsers: openUserStore(site),
    groups: openGroupStore(site),
    customResources: openCustomStore(site),
    oidcTenants: openOidcTenantStore(site),
    signIns: openSignInStore(site),
    journal: openJournalStore(site),
    outbox: openOutboxStore(site),
    people: openPersonStore(site),
    logins: openLoginStore(site),
    grants: openGrantStore(site),
    mappings: openMappingStore(site),
    overrides: openOverrideStore(site),
    conflicts: openConflictStore(site),
    holds: openHoldStore(site),
    traffic: openTrafficStore(site),
  };
}

function storageOver<DB>(access: JoinableAccess<DB>, stores: Stores): SqlStorage<DB> {
  return {
    get handle() {
      return access.handle;
    },
    capabilities: { filtering: true, sorting: true },
    ...stores.host(access),
    directories: stores.directories(access),
    directoryUsers: stores.directoryUsers(access),
    groups: stores.groups(access),
    customResources: stores.customResources(access),
    oidcTenants: stores.oidcTenants(access),
    signIns: stores.signIns(access),
    journal: stores.journal(access),
    outbox: stores.outbox(access),
    people: stores.people(access),
    logins: stores.logins(access),
    grants: stores.grants(access),
    mappings: stores.mappings(access),
    overrides: stores.overrides(access),
    conflicts: stores.conflicts(access),
    holds: stores.holds(access),
    traffic: stores.traffic(access),
    transaction: (scope, work) => access.transaction(scope, (inside) => work(storageOver(inside, stores))),
  };
}
