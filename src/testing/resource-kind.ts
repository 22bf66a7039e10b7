import type { Page, Query } from '../storage/query.js';
import type { NewResource, ResourceChange, StoredResource } from '../storage/resource-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';

/** One way to keep resources. What all of them promise is asked of each through this. */
export interface ResourceKind {
  readonly title: 'users' | 'groups' | 'custom resources';
  get(storage: Storage, scope: DirectoryScope, id: string): Promise<StoredResource | undefined>;
  /** Custom resources have none. */
  getMany?(storage: Storage, scope: DirectoryScope, ids: readonly string[]): Promise<readonly StoredResource[]>;
  query(storage: Storage, scope: DirectoryScope, query: Query): Promise<Page<StoredResource>>;
  insert(storage: Storage, scope: DirectoryScope, resource: NewResource<StoredResource>): Promise<StoredResource>;
  update(
    storage: Storage,
    scope: DirectoryScope,
    id: string,
    change: ResourceChange<StoredResource>,
    ifVersion: number,
  ): Promise<StoredResource>;
  remove(storage: Storage, scope: DirectoryScope, id: string, ifVersion: number, at: string): Promise<void>;
}

export const USERS: ResourceKind = {
  title: 'users',
  get: ({ directoryUsers }, scope, id) => directoryUsers.get(scope, id),
  getMany: ({ directoryUsers }, scope, ids) => directoryUsers.getMany(scope, ids),
  query: ({ directoryUsers }, scope, query) => directoryUsers.query(scope, query),
  insert: ({ directoryUsers }, scope, user) => directoryUsers.insert(scope, user),
  update: ({ directoryUsers }, scope, id, change, ifVersion) => directoryUsers.update(scope, id, change, ifVersion),
  remove: ({ directoryUsers }, scope, id, ifVersion, at) =>
    directoryUsers.tombstone(scope, { id, deletedAt: at }, ifVersion),
};

export const GROUPS: ResourceKind = {
  title: 'groups',
  get: ({ groups }, scope, id) => groups.get(scope, id),
  getMany: ({ groups }, scope, ids) => groups.getMany(scope, ids),
  query: ({ groups }, scope, query) => groups.query(scope, query),
  insert: ({ groups }, scope, group) => groups.insert(scope, group, { ids: [], unknown: 'refuse' }),
  update: ({ groups }, scope, id, change, ifVersion) => groups.update(scope, id, change, ifVersion),
  remove: ({ groups }, scope, id, ifVersion, at) => groups.delete(scope, id, ifVersion, at),
};

const TYPE = 'Entitlement';

export const CUSTOM_RESOURCES: ResourceKind = {
  title: 'custom resources',
  get: ({ customResources }, scope, id) => customResources.get(scope, TYPE, id),
  query: ({ customResources }, scope, query) => customResources.query(scope, TYPE, query),
  insert: ({ customResources }, scope, resource) => customResources.insert(scope, TYPE, resource),
  update: ({ customResources }, scope, id, change, ifVersion) =>
    customResources.update(scope, TYPE, id, change, ifVersion),
  remove: ({ customResources }, scope, id, ifVersion) => customResources.delete(scope, TYPE, id, ifVersion),
};

export const RESOURCE_KINDS: readonly ResourceKind[] = [USERS, GROUPS, CUSTOM_RESOURCES];
