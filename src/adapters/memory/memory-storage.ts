import type { OrganizationStore } from '../../storage/host-storage.js';
import type { ManagedStorage } from '../../storage/managed-storage.js';
import type { StorageCapabilities } from '../../storage/storage.js';
import type { TrafficStores } from '../../storage/traffic-store.js';
import type { Access } from './access.js';
import { createConflictStore } from './conflict-store.js';
import { createCustomStore } from './custom-store.js';
import { createDirectoryStore } from './directory-store.js';
import { createGrantStore } from './grant-store.js';
import { createGroupStore } from './group-store.js';
import { createHoldStore } from './hold-store.js';
import { type HostSeeds, openOrganizations, seededDatabase } from './host-seeds.js';
import { createJournalStore } from './journal-store.js';
import { createLoginStore } from './login-store.js';
import { createManagedTeams } from './managed-teams.js';
import { createManagedUsers } from './managed-users.js';
import { createMappingStore } from './mapping-store.js';
import { createOidcTenantStore } from './oidc-tenant-store.js';
import { createOutboxStore } from './outbox-store.js';
import { OutsideAccess } from './outside-access.js';
import { createOverrideStore } from './override-store.js';
import { createPersonStore } from './person-store.js';
import { createSignInStore } from './sign-in-store.js';
import { createTrafficStore } from './traffic-store.js';
import { createUserStore } from './user-store.js';

/** What a memory storage starts with. */
export interface MemoryStorageOptions extends HostSeeds {
  /** What its queries can do; both by default. With less it shows how the library works with a simpler store. */
  readonly capabilities?: StorageCapabilities;
}

/**
 * Creates a storage that keeps everything in this process and forgets it with it: for tests, trials, and as the
 * reference for other adapters. Look-ups by an indexed attribute or a membership never look at all rows. Transactions of
 * one organization run one after the other, and nobody outside sees a part of one. What is given to be stored is frozen.
 *
 * @example
 * ```ts
 * import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
 *
 * const storage = createMemoryStorage({ organizations: [{ id: 'acme', name: 'Acme' }] });
 * ```
 */
export function createMemoryStorage(options: MemoryStorageOptions = {}): ManagedStorage & TrafficStores {
  const { capabilities = { filtering: true, sorting: true }, ...seeds } = options;
  return storageOver(new OutsideAccess(seededDatabase(seeds)), openOrganizations(seeds), capabilities);
}

function storageOver(
  access: Access,
  organizationsOver: (access: Access) => OrganizationStore,
  capabilities: StorageCapabilities,
): ManagedStorage & TrafficStores {
  return {
    capabilities,
    organizations: organizationsOver(access),
    users: createManagedUsers(access),
    teams: createManagedTeams(access),
    directories: createDirectoryStore(access),
    directoryUsers: createUserStore(access, capabilities),
    groups: createGroupStore(access, capabilities),
    customResources: createCustomStore(access, capabilities),
    oidcTenants: createOidcTenantStore(access),
    signIns: createSignInStore(access),
    journal: createJournalStore(access),
    outbox: createOutboxStore(access),
    people: createPersonStore(access),
    logins: createLoginStore(access),
    grants: createGrantStore(access),
    mappings: createMappingStore(access),
    overrides: createOverrideStore(access),
    conflicts: createConflictStore(access),
    holds: createHoldStore(access),
    traffic: createTrafficStore(access),
    transaction: (scope, work) =>
      access.transaction(scope, (inside) => work(storageOver(inside, organizationsOver, capabilities))),
  };
}
