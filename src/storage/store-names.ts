import type { HostStorage } from './host-storage.js';
import type { ProvisioningStores } from './managed-storage.js';
import type { LibraryStorage, Storage } from './storage.js';
import type { TrafficStores } from './traffic-store.js';

/** The stores of the host. */
export const HOST_STORES: readonly (keyof HostStorage)[] = namesOf<HostStorage>({
  organizations: true,
  users: true,
  teams: true,
});

/** The stores that the library keeps for itself. */
export const LIBRARY_STORES: readonly (keyof LibraryStorage)[] = namesOf<LibraryStorage>({
  directories: true,
  directoryUsers: true,
  groups: true,
  customResources: true,
  oidcTenants: true,
  signIns: true,
  journal: true,
  outbox: true,
});

/** The stores that provisioning needs besides. */
export const PROVISIONING_STORES: readonly (keyof ProvisioningStores)[] = namesOf<ProvisioningStores>({
  people: true,
  logins: true,
  grants: true,
  mappings: true,
  overrides: true,
  conflicts: true,
  holds: true,
  pendingMembers: true,
});

/** The store that a record of calls needs. */
export const TRAFFIC_STORES: readonly (keyof TrafficStores)[] = namesOf<TrafficStores>({ traffic: true });

/** What a storage has of some stores, to be passed on by what wraps it. */
export function pickStores<Name extends keyof Storage>(storage: Storage, names: readonly Name[]): Pick<Storage, Name> {
  const stores = names.map((name) => [name, storage[name]] as const).filter(([, store]) => store);
  return Object.fromEntries(stores) as Pick<Storage, Name>;
}

/** With a key for each store, which the compiler counts. */
function namesOf<Stores>(names: Readonly<Record<keyof Stores & string, true>>): readonly (keyof Stores & string)[] {
  return Object.keys(names) as (keyof Stores & string)[];
}
