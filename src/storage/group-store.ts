import type { GroupReference } from './directory-user.js';
import type { ResourceStore, StoredResource } from './resource-store.js';
import type { DirectoryScope } from './scope.js';

/** A group that an identity provider pushed. Its members are kept apart: reading a group never reads them. */
export interface DirectoryGroup extends StoredResource {
  readonly memberCount: number;
}

/** A direct member of a group: a user or a group of the same directory. */
export interface GroupMember {
  readonly id: string;
  readonly type: 'User' | 'Group';
  /** Of a user. */
  readonly userName?: string;
  readonly displayName?: string;
}

/** A change of a set of members, by id. `replace` is exact; in the other form `remove` and `add` share no id. */
export type MemberChange =
  | { readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly replace: readonly string[] };

export interface MemberChangeRequest {
  readonly change: MemberChange;
  /** Becomes `lastModified` when anything changed. */
  readonly at: string;
  readonly ifVersion?: number;
  /**
   * What to do about added ids that name nothing in the directory: refuse the whole change, or leave them out. Removing
   * such an id is done already.
   */
  readonly unknown: 'refuse' | 'skip';
}

/** What a member change really did: ids that were already there, or already gone, are in neither list. */
export interface MemberChangeResult {
  /** The group after the change. */
  readonly group: DirectoryGroup;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Keeps groups and who is in them. Indexed: id, displayName, externalId, membership both ways. */
export interface GroupStore extends Omit<ResourceStore<DirectoryGroup>, 'insert' | 'update'> {
  /**
   * As {@link ResourceStore.insert}, with its first members, all or nothing; they are part of version 1.
   * @throws {UnknownMembersError} with `unknown: 'refuse'`.
   */
  insert(
    scope: DirectoryScope,
    group: Omit<DirectoryGroup, 'version' | 'lastModified' | 'memberCount'>,
    members: Pick<MemberChangeRequest, 'unknown'> & { readonly ids: readonly string[] },
  ): Promise<DirectoryGroup>;

  /** As {@link ResourceStore.update}; members stay. */
  update(
    scope: DirectoryScope,
    id: string,
    change: Omit<DirectoryGroup, 'id' | 'version' | 'created' | 'memberCount'>,
    ifVersion: number,
  ): Promise<DirectoryGroup>;

  /**
   * Direct members, in an order of the store's own that stays the same while a walk goes on. `after` is the `next` of
   * the page before, or `''`.
   */
  members(
    scope: DirectoryScope,
    groupId: string,
    page: { readonly after: string; readonly limit: number },
  ): Promise<{ readonly items: readonly GroupMember[]; readonly next?: string }>;

  /** The groups that each of these users or groups is a direct member of; ids without any may be left out. */
  groupsOf(
    scope: DirectoryScope,
    memberIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly GroupReference[]>>;

  /**
   * Changes members as one set operation: atomic, idempotent, at the cost of the change and not of the group. Parallel
   * changes of different members never lose each other. A change that alters nothing leaves version and lastModified.
   * @returns `undefined` when there is no such group.
   * @throws {UnknownMembersError} with `unknown: 'refuse'`; then nothing has changed.
   * @throws {StaleVersionError} when `ifVersion` is given and is not the version.
   */
  changeMembers(
    scope: DirectoryScope,
    groupId: string,
    request: MemberChangeRequest,
  ): Promise<MemberChangeResult | undefined>;

  /**
   * Deletes a group with its memberships, also those in other groups, for which `at` becomes `lastModified`. Its unique
   * keys are free, its id is not.
   * @throws {StaleVersionError} when the version is not `ifVersion`, or the group is gone.
   */
  delete(scope: DirectoryScope, id: string, ifVersion: number, at: string): Promise<void>;
}
