import type { Clock } from '../core/clock.js';
import { newId } from '../core/id.js';
import type { DeletedUser, DirectoryUser, UserInGroups } from '../storage/directory-user.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { Storage } from '../storage/storage.js';
import type { Access } from './access.js';
import { changeOptimistically, laterThan } from './optimistic-change.js';
import type { RequestScope } from './request-scope.js';

/** What a caller says of a resource: its canonical attributes and the keys that must be its own. */
export interface ResourceDraft {
  readonly attributes: JsonObject;
  readonly uniqueKeys: readonly string[];
}

/** What becomes of the people that an identity provider pushes into a directory. */
export interface DirectoryUsers {
  /**
   * Adds a person. `id` only where an identity provider may choose it.
   * @throws {UniqueConflictError}
   */
  create(scope: RequestScope, draft: ResourceDraft, id?: string): Promise<DirectoryUser>;

  /**
   * Changes a person as `decide` says, which sees the current state and may throw; `undefined` leaves it as it is. May
   * be asked again when others change the same person. Ends access when `active` becomes false, and again when an
   * earlier attempt to end it did not succeed.
   * @returns the person with the groups that were read before the change; `undefined` when there is no such person.
   * @throws {UniqueConflictError} @throws {AccessEndingError}
   */
  change(
    scope: RequestScope,
    id: string,
    decide: (user: DirectoryUser) => ResourceDraft | undefined,
  ): Promise<UserInGroups | undefined>;

  /**
   * Deletes a person and ends access. `decide` may throw to refuse. Repeating it finishes what an earlier attempt left.
   * @returns whether there was anything to do.
   * @throws {AccessEndingError}
   */
  remove(
    scope: RequestScope,
    id: string,
    kept: 'erase' | 'keep',
    decide: (user: DirectoryUser) => void,
  ): Promise<boolean>;
}

export function createDirectoryUsers(options: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly access: Access;
}): DirectoryUsers {
  const { storage, clock, access } = options;

  return {
    create(scope, draft, id = newId()) {
      const created = new Date(clock.now()).toISOString();
      return storage.directoryUsers.insert(scope, { id, created, ...draft });
    },

    async change(scope, id, decide) {
      let changed: UserInGroups | undefined;
      try {
        changed = await changeOptimistically(storage, scope, async ({ directoryUsers }) => {
          const found = await directoryUsers.getWithGroups(scope, id);
          changed = found;
          const draft = found && decide(found.user);
          if (!found || !draft) return found;
          const { user, groups } = found;
          const lastModified = laterThan(user.lastModified, clock.now());
          const change = { ...draft, lastModified, ...pendingAfter(user, draft, access) };
          return { user: await directoryUsers.update(scope, id, change, user.version), groups };
        });
      } finally {
        // Also when the request is refused: a repeated one may state a version that is no longer the current one.
        const user = changed?.user;
        if (user?.accessEnding) await access.end({ ...scope, userId: id, reason: 'deactivated' }, user.version);
      }
      return changed;
    },

    async remove(scope, id, kept, decide) {
      const deleted = await changeOptimistically(storage, scope, async ({ directoryUsers }) => {
        const user = await directoryUsers.get(scope, id);
        if (!user) return directoryUsers.getDeleted(scope, id);
        decide(user);
        const tombstone: DeletedUser = {
          id,
          deletedAt: new Date(clock.now()).toISOString(),
          ...(isActive(user.attributes) || user.accessEnding ? access.pending : {}),
          ...(kept === 'keep' ? { kept: user } : {}),
        };
        await directoryUsers.tombstone(scope, tombstone, user.version);
        return { ...tombstone, fresh: true };
      });
      if (deleted?.accessEnding) await access.end({ ...scope, userId: id, reason: 'deleted' });
      return deleted !== undefined && ('fresh' in deleted || deleted.accessEnding === true);
    },
  };
}

/** Access is to be ended when a person stops being active, and until then when that has not succeeded yet. */
function pendingAfter(user: DirectoryUser, draft: ResourceDraft, access: Access): { readonly accessEnding?: true } {
  if (isActive(draft.attributes)) return {};
  return isActive(user.attributes) || user.accessEnding ? access.pending : {};
}

function isActive(attributes: JsonObject): boolean {
  return attributes['active'] !== false;
}
