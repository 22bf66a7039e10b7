import type { HostStorage } from './host-storage.js';
import { provisioningStoresOf } from './managed-storage.js';
import type { Storage } from './storage.js';

/**
 * A storage that lets stores of the host take part in its transactions. An adapter over a database offers this, so that
 * a host's own tables in the same database change, and are read, together with the library's.
 */
export interface JoinableStorage<Handle> extends Storage {
  /** What statements are made on: outside a transaction the database, inside one that transaction. */
  readonly handle: Handle;
  transaction<T>(
    scope: Parameters<Storage['transaction']>[0],
    work: (storage: JoinableStorage<Handle>) => Promise<T>,
  ): Promise<T>;
}

/** Stores of the host, each as it is, or as a function that makes one that takes part in the transactions of the base. */
export type HostParts<Handle> = {
  readonly [Part in keyof HostStorage]?: HostStorage[Part] | ((handle: Handle) => HostStorage[Part]);
};

/**
 * Puts stores of the host in the place of those of a base, inside transactions too. A host that has a table of users or
 * teams implements that interface and nothing else.
 *
 * A part that is a store is *foreign*: it is called as it is, also inside a transaction, of which it knows nothing. A part
 * that is a function is called with the base's handle, once for the database and once for each transaction; what it makes
 * should be cheap.
 *
 * @throws {TypeError} when a part is a function and the base has no handle.
 *
 * @example
 * ```ts
 * import { composeStorage, type UserStore } from 'express-sso-scim';
 * import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
 *
 * declare const users: UserStore;
 *
 * const storage = composeStorage(createMemoryStorage(), { users });
 * ```
 */
export function composeStorage<Handle>(
  base: JoinableStorage<Handle>,
  parts: HostParts<Handle>,
): JoinableStorage<Handle>;
export function composeStorage(base: Storage, parts: Partial<HostStorage>): Storage;
export function composeStorage(base: Storage | JoinableStorage<unknown>, parts: HostParts<unknown>): Storage {
  return compose(base, parts);
}

function compose(base: Storage | JoinableStorage<unknown>, parts: HostParts<unknown>): Storage {
  const { organizations, users, teams } = parts;
  const composed: Storage = {
    capabilities: base.capabilities,
    directories: base.directories,
    directoryUsers: base.directoryUsers,
    groups: base.groups,
    customResources: base.customResources,
    oidcTenants: base.oidcTenants,
    signIns: base.signIns,
    journal: base.journal,
    outbox: base.outbox,
    ...provisioningStoresOf(base),
    ...(base.traffic && { traffic: base.traffic }),
    organizations: open(base, organizations) ?? base.organizations,
    users: open(base, users) ?? base.users,
    teams: open(base, teams) ?? base.teams,
    transaction: (scope, work) => base.transaction(scope, (inside: Storage) => work(compose(inside, parts))),
  };
  return 'handle' in base ? Object.assign(composed, { handle: base.handle }) : composed;
}

function open<Part extends object>(
  base: Storage | JoinableStorage<unknown>,
  part: Part | ((handle: unknown) => Part) | undefined,
): Part | undefined {
  if (typeof part !== 'function') return part;
  if (!('handle' in base)) throw new TypeError('a part that is a function needs a base with a handle to its database');
  return part(base.handle);
}
