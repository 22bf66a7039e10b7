import type { Clock } from '../core/clock.js';
import { newId } from '../core/id.js';
import type { StoredResource } from '../storage/resource-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import type { ResourceDraft } from './directory-users.js';
import { changeOptimistically, laterThan } from './optimistic-change.js';

/** Resources of types that the host defines: kept as pushed, without rules of their own. */
export interface CustomResources {
  /** @throws {UniqueConflictError} */
  create(scope: DirectoryScope, type: string, draft: ResourceDraft): Promise<StoredResource>;
  /** See `DirectoryUsers.change`. */
  change(
    scope: DirectoryScope,
    type: string,
    id: string,
    decide: (resource: StoredResource) => ResourceDraft | undefined,
  ): Promise<StoredResource | undefined>;
  /** @returns whether there was such a resource. */
  remove(
    scope: DirectoryScope,
    type: string,
    id: string,
    precondition: (resource: StoredResource) => void,
  ): Promise<boolean>;
}

export function createCustomResources(options: { readonly storage: Storage; readonly clock: Clock }): CustomResources {
  const { storage, clock } = options;
  return {
    create(scope, type, draft) {
      const created = new Date(clock.now()).toISOString();
      return storage.customResources.insert(scope, type, { id: newId(), created, ...draft });
    },

    change(scope, type, id, decide) {
      return changeOptimistically(storage, scope, async ({ customResources }) => {
        const resource = await customResources.get(scope, type, id);
        const draft = resource && decide(resource);
        if (!resource || !draft) return resource;
        const lastModified = laterThan(resource.lastModified, clock.now());
        return customResources.update(scope, type, id, { ...draft, lastModified }, resource.version);
      });
    },

    remove(scope, type, id, precondition) {
      return changeOptimistically(storage, scope, async ({ customResources }) => {
        const resource = await customResources.get(scope, type, id);
        if (!resource) return false;
        precondition(resource);
        await customResources.delete(scope, type, id, resource.version);
        return true;
      });
    },
  };
}
