import type { DirectoryScope } from './scope.js';

/**
 * Keeps which groups wait for members whose ids are nobody's yet. In a transaction `put` and `take` first lock what waits in
 * the directory, as a statement of its own: who comes at the same time as the group is either seen or waited for.
 */
export interface PendingMemberStore {
  /** Notes that these ids are to be members of a group. Idempotent. */
  put(scope: DirectoryScope, groupId: string, memberIds: readonly string[]): Promise<void>;
  /** A group waits no longer for these ids, or for nobody at all. Idempotent. */
  remove(scope: DirectoryScope, groupId: string, memberIds?: readonly string[]): Promise<void>;
  /** The groups that wait for this id, which wait no longer then. */
  take(scope: DirectoryScope, memberId: string): Promise<readonly string[]>;
}
