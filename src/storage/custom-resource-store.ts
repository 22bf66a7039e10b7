import type { Page, Query } from './query.js';
import type { NewResource, ResourceChange, StoredResource } from './resource-store.js';
import type { DirectoryScope } from './scope.js';

/**
 * Keeps resources of types that the host defines. As {@link ResourceStore}, with the name of the resource type
 * (`Entitlement`) as second argument. Indexed: id, externalId, displayName.
 */
export interface CustomResourceStore {
  get(scope: DirectoryScope, type: string, id: string): Promise<StoredResource | undefined>;
  query(scope: DirectoryScope, type: string, query: Query): Promise<Page<StoredResource>>;
  insert(scope: DirectoryScope, type: string, resource: NewResource<StoredResource>): Promise<StoredResource>;
  update(
    scope: DirectoryScope,
    type: string,
    id: string,
    change: ResourceChange<StoredResource>,
    ifVersion: number,
  ): Promise<StoredResource>;
  /** @throws {StaleVersionError} when the version is not `ifVersion`, or the resource is gone. */
  delete(scope: DirectoryScope, type: string, id: string, ifVersion: number): Promise<void>;
}
