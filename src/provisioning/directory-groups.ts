import type { Clock } from '../core/clock.js';
import { newId } from '../core/id.js';
import type { DirectoryGroup, MemberChange } from '../storage/group-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import type { ResourceDraft } from './directory-users.js';
import { changeOptimistically, laterThan } from './optimistic-change.js';
import type { RequestScope } from './request-scope.js';

/** A change of a group: of its attributes, of its members, or of both as one. */
interface GroupChange {
  /** Sees the current state and may throw; `undefined` leaves the attributes as they are. */
  readonly decide?: (group: DirectoryGroup) => ResourceDraft | undefined;
  readonly members?: MemberChange;
  /** What to do about members that name nothing in the directory. */
  readonly unknownMembers: 'refuse' | 'skip';
  /** Throws to refuse the change because of the group's version. */
  readonly precondition?: (group: DirectoryGroup) => void;
}

/** What becomes of the groups that an identity provider pushes into a directory. */
export interface DirectoryGroups {
  /** @throws {UniqueConflictError} @throws {UnknownMembersError} */
  create(
    scope: RequestScope,
    draft: ResourceDraft,
    members: readonly string[],
    unknownMembers: 'refuse' | 'skip',
  ): Promise<DirectoryGroup>;

  /**
   * Changes a group, all or nothing.
   * @returns `undefined` when there is no such group.
   * @throws {UniqueConflictError} @throws {UnknownMembersError}
   */
  change(scope: RequestScope, id: string, change: GroupChange): Promise<DirectoryGroup | undefined>;

  /** @returns whether there was such a group. */
  remove(scope: RequestScope, id: string, precondition: (group: DirectoryGroup) => void): Promise<boolean>;
}

export function createDirectoryGroups(options: { readonly storage: Storage; readonly clock: Clock }): DirectoryGroups {
  const { storage, clock } = options;

  function now(): string {
    return new Date(clock.now()).toISOString();
  }

  async function changeAttributes(
    { groups }: Storage,
    scope: DirectoryScope,
    id: string,
    { decide, precondition }: GroupChange,
  ): Promise<DirectoryGroup | undefined> {
    const group = await groups.get(scope, id);
    if (!group) return undefined;
    precondition?.(group);
    const draft = decide?.(group);
    if (!draft) return group;
    const lastModified = laterThan(group.lastModified, clock.now());
    return groups.update(scope, id, { ...draft, lastModified }, group.version);
  }

  return {
    create(scope, draft, ids, unknown) {
      return storage.groups.insert(scope, { id: newId(), created: now(), ...draft }, { ids, unknown });
    },

    async change(scope, id, change) {
      const { members, unknownMembers, decide, precondition } = change;
      if (!members) {
        return changeOptimistically(storage, scope, (within) => changeAttributes(within, scope, id, change));
      }
      const request = { change: members, at: now(), unknown: unknownMembers } as const;
      if (!decide && !precondition) return (await storage.groups.changeMembers(scope, id, request))?.group;
      return changeOptimistically(storage, scope, (outside) =>
        outside.transaction(scope, async (within) => {
          const group = await changeAttributes(within, scope, id, change);
          if (!group) return undefined;
          // Whoever stated a version means the whole change; the attributes have moved it on within this transaction.
          const ifVersion = precondition ? { ifVersion: group.version } : {};
          return (await within.groups.changeMembers(scope, id, { ...request, ...ifVersion }))?.group;
        }),
      );
    },

    async remove(scope, id, precondition) {
      return changeOptimistically(storage, scope, async ({ groups }) => {
        const group = await groups.get(scope, id);
        if (!group) return false;
        precondition(group);
        await groups.delete(scope, id, group.version, laterThan(group.lastModified, clock.now()));
        return true;
      });
    },
  };
}
