import type { CustomResourceStore } from './custom-resource-store.js';
import type { DirectoryStore } from './directory-store.js';
import type { DirectoryUserStore } from './directory-user.js';
import type { GroupStore } from './group-store.js';
import type { HostStorage } from './host-storage.js';
import type { JournalStore } from './journal-store.js';
import type { ProvisioningStores } from './managed-storage.js';
import type { OidcTenantStore } from './oidc-tenant-store.js';
import type { OutboxStore } from './outbox-store.js';
import type { OrganizationScope } from './scope.js';
import type { DurableSignInStore } from './sign-in-store.js';
import type { TrafficStores } from './traffic-store.js';

/** The half that the library keeps for itself; adapters bring it ready-made. */
export interface LibraryStorage {
  readonly directories: DirectoryStore;
  readonly directoryUsers: DirectoryUserStore;
  readonly groups: GroupStore;
  readonly customResources: CustomResourceStore;
  readonly oidcTenants: OidcTenantStore;
  readonly signIns: DurableSignInStore;
  readonly journal: JournalStore;
  readonly outbox: OutboxStore;
}

/** What a query may carry. Where `filtering` or `sorting` is false, the library filters or sorts in bounded batches. */
export interface StorageCapabilities {
  readonly filtering: boolean;
  readonly sorting: boolean;
}

/**
 * The storage port. Every call that concerns a tenant names it: there is no ambient tenant. A store promises all or
 * nothing for each of its own calls, and within `transaction` for all of them together.
 */
export interface Storage extends HostStorage, LibraryStorage, Partial<ProvisioningStores>, Partial<TrafficStores> {
  readonly capabilities: StorageCapabilities;

  /**
   * Runs `work` on a storage whose writes become visible together when it resolves, and not at all when it rejects.
   * `work` may be run again, so it calls nothing but the storage it is given. A transaction inside one joins it, and when
   * it fails so does the whole.
   */
  transaction<T>(scope: OrganizationScope, work: (storage: Storage) => Promise<T>): Promise<T>;
}
