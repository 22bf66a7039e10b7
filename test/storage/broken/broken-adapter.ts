import type { LibraryStorage, Storage } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import type { StorageUnderTest } from 'express-sso-scim/testing';
import { type ManagedStorage, manage } from '../../../src/storage/managed-storage.js';

/** The memory adapter with one fault. */
export interface BrokenAdapter {
  /** The rule that has to find it. */
  readonly rule: string;
  readonly fault: string;
  open(): StorageUnderTest;
}

/** Methods that take the place of those of a store. */
export type Patch = { readonly [Store in keyof LibraryStorage]?: Partial<LibraryStorage[Store]> } & {
  readonly transaction?: Storage['transaction'];
};

/** @param begin starts one adapter: what it gives is applied to the storage, and to that of each transaction */
export function broken(rule: string, fault: string, begin: () => (inner: Storage) => Patch): BrokenAdapter {
  return { rule, fault, open: () => ({ storage: applyPatch(createMemoryStorage(), begin()) }) };
}

function applyPatch(inner: Storage, patch: (inner: Storage) => Patch): Storage {
  const { directories, directoryUsers, groups, customResources, oidcTenants, signIns, journal, outbox, transaction } =
    patch(inner);
  return {
    ...inner,
    directories: { ...inner.directories, ...directories },
    directoryUsers: { ...inner.directoryUsers, ...directoryUsers },
    groups: { ...inner.groups, ...groups },
    customResources: { ...inner.customResources, ...customResources },
    oidcTenants: { ...inner.oidcTenants, ...oidcTenants },
    signIns: { ...inner.signIns, ...signIns },
    journal: { ...inner.journal, ...journal },
    outbox: { ...inner.outbox, ...outbox },
    transaction:
      transaction ?? ((scope, work) => inner.transaction(scope, (inside) => work(applyPatch(inside, patch)))),
  };
}

/** Methods that take the place of those of a store that provisioning needs. */
type ManagedPatch = {
  readonly [Store in
    | 'users'
    | 'teams'
    | 'people'
    | 'logins'
    | 'grants'
    | 'mappings'
    | 'overrides'
    | 'conflicts'
    | 'holds'
    | 'pendingMembers']?: Partial<ManagedStorage[Store]>;
};

/** As {@link broken}, for the stores of provisioning. */
export function brokenManaged(
  rule: string,
  fault: string,
  begin: () => (inner: ManagedStorage) => ManagedPatch,
): BrokenAdapter {
  return { rule, fault, open: () => ({ storage: applyManagedPatch(createMemoryStorage(), begin()) }) };
}

function applyManagedPatch(inner: ManagedStorage, patch: (inner: ManagedStorage) => ManagedPatch): ManagedStorage {
  const { users, teams, people, logins, grants, mappings, overrides, conflicts, holds, pendingMembers } = patch(inner);
  return {
    ...inner,
    users: { ...inner.users, ...users },
    teams: { ...inner.teams, ...teams },
    people: { ...inner.people, ...people },
    logins: { ...inner.logins, ...logins },
    grants: { ...inner.grants, ...grants },
    mappings: { ...inner.mappings, ...mappings },
    overrides: { ...inner.overrides, ...overrides },
    conflicts: { ...inner.conflicts, ...conflicts },
    holds: { ...inner.holds, ...holds },
    pendingMembers: { ...inner.pendingMembers, ...pendingMembers },
    transaction: (scope, work) => manage(inner, scope, (inside) => work(applyManagedPatch(inside, patch))),
  };
}
