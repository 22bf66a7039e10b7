import type { Page, Query } from './query.js';
import type { ResourceStore, StoredResource } from './resource-store.js';
import type { DirectoryScope } from './scope.js';

/** What an identity provider pushed about one person into one directory. */
export interface DirectoryUser extends StoredResource {
  /**
   * Set while ending this person's access has been decided but the host's callback has not succeeded yet. Whoever sees
   * it refuses sign-in; whoever repeats the request, and maintenance, calls the callback again.
   */
  readonly accessEnding?: true;
}

/** What remains of a deleted user: enough to finish ending access, and the resource itself where the policy keeps it. */
export interface DeletedUser {
  readonly id: string;
  readonly deletedAt: string;
  readonly accessEnding?: true;
  /** The resource as it was, when the policy says so. */
  readonly kept?: DirectoryUser;
}

/** A group that somebody is a direct member of, as a user resource shows it. */
export interface GroupReference {
  readonly id: string;
  readonly displayName: string;
}

/** A user with the groups it is a direct member of, in order of their creation. */
export interface UserInGroups {
  readonly user: DirectoryUser;
  readonly groups: readonly GroupReference[];
}

export interface UserQuery extends Query {
  /** Says that the groups of the users on the page are wanted too. */
  readonly withGroups?: true;
}

export interface UserPage extends Page<DirectoryUser> {
  /**
   * The groups of each user on the page, as in {@link UserInGroups}, where they were wanted and the store reads them in the
   * same round trip. Where they are absent, the library asks `groupsOf`.
   */
  readonly groups?: ReadonlyMap<string, readonly GroupReference[]>;
}

/** Keeps directory users. Indexed: id, userName, externalId, any e-mail value. */
export interface DirectoryUserStore extends Omit<ResourceStore<DirectoryUser>, 'query'> {
  /** As {@link ResourceStore.query}. */
  query(scope: DirectoryScope, query: UserQuery): Promise<UserPage>;

  /** A user with its groups, in one round trip. */
  getWithGroups(scope: DirectoryScope, id: string): Promise<UserInGroups | undefined>;

  /**
   * Deletes a user: it leaves every query and every group, its unique keys are free, its id is not. What `deleted` says
   * is kept. In one step with the versions of the groups it was in.
   * @throws {StaleVersionError} when the version is not `ifVersion`, or the user is gone.
   */
  tombstone(scope: DirectoryScope, deleted: DeletedUser, ifVersion: number): Promise<void>;

  /** What remains of a deleted user. */
  getDeleted(scope: DirectoryScope, id: string): Promise<DeletedUser | undefined>;

  /**
   * Clears `accessEnding` of a live or deleted user, idempotently. It is the library's own bookkeeping: neither version
   * nor `lastModified` moves.
   */
  clearAccessEnding(scope: DirectoryScope, id: string): Promise<void>;
}
