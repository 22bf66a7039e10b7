import type { ConflictStore } from './conflict-store.js';
import type { GrantStore } from './grant-store.js';
import type { HoldStore } from './hold-store.js';
import type { ManagedTeamStore, ManagedUserStore } from './host-storage.js';
import type { LoginStore } from './login-store.js';
import type { MappingStore } from './mapping-store.js';
import type { OverrideStore } from './override-store.js';
import type { PendingMemberStore } from './pending-member-store.js';
import type { PersonStore } from './person-store.js';
import type { OrganizationScope } from './scope.js';
import type { Storage } from './storage.js';
import { PROVISIONING_STORES } from './store-names.js';

/** The stores that provisioning needs besides; a storage for the protocol alone goes without. */
export interface ProvisioningStores {
  readonly people: PersonStore;
  readonly logins: LoginStore;
  readonly grants: GrantStore;
  readonly mappings: MappingStore;
  readonly overrides: OverrideStore;
  readonly conflicts: ConflictStore;
  readonly holds: HoldStore;
  readonly pendingMembers: PendingMemberStore;
}

/** A storage that provisioning can work with. */
export type ManagedStorage = Storage &
  ProvisioningStores & { readonly users: ManagedUserStore; readonly teams: ManagedTeamStore };

/** Whether a storage has everything that provisioning needs. */
export function isManaged(storage: Storage): storage is ManagedStorage {
  return (
    PROVISIONING_STORES.every((name) => storage[name] !== undefined) &&
    'create' in storage.users &&
    'create' in storage.teams
  );
}

/** A transaction of a storage that provisioning can work with; what it passes on is of the same kind. */
export function manage<T>(
  storage: Storage,
  scope: OrganizationScope,
  work: (storage: ManagedStorage) => Promise<T>,
): Promise<T> {
  return storage.transaction(scope, (inside) => work(managed(inside)));
}

/** @throws {TypeError} when the storage lacks what provisioning needs. */
export function managed(storage: Storage): ManagedStorage {
  if (isManaged(storage)) return storage;
  throw new TypeError(
    'provisioning needs a storage whose users and teams can be changed, with its stores of people and grants',
  );
}
