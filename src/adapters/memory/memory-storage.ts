import type { HostStorage } from '../../storage/host-storage.js';
import type { Storage, StorageCapabilities } from '../../storage/storage.js';
import type { Access } from './access.js';
import { createCustomStore } from './custom-store.js';
import { Database } from './database.js';
import { createDirectoryStore } from './directory-store.js';
import { createGroupStore } from './group-store.js';
import { type HostSeeds, openHostSeeds } from './host-seeds.js';
import { createJournalStore } from './journal-store.js';
import { createOidcTenantStore } from './oidc-tenant-store.js';
import { createOutboxStore } from './outbox-store.js';
import { OutsideAccess } from './outside-access.js';
import { createSignInStore } from './sign-in-store.js';
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
export function createMemoryStorage(options: MemoryStorageOptions = {}): Storage {
  const { capabilities = { filtering: true, sorting: true }, ...seeds } = options;
  return storageOver(new OutsideAccess(new Database()), openHostSeeds(seeds), capabilities);
}

function storageOver(
  access: Access,
  hostOver: (access: Access) => HostStorage,
  capabilities: StorageCapabilities,
): Storage {
  return {
    capabilities,
    ...hostOver(access),
    directories: createDirectoryStore(access),
    directoryUsers: createUserStore(access, capabilities),
    groups: createGroupStore(access, capabilities),
    customResources: createCustomStore(access, capabilities),
    oidcTenants: createOidcTenantStore(access),
    signIns: createSignInStore(access),
    journal: createJournalStore(access),
    outbox: createOutboxStore(access),
    transaction: (scope, work) =>
      access.transaction(scope, (inside) => work(storageOver(inside, hostOver, capabilities))),
  };
}
