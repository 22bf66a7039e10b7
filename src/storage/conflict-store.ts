import type { DirectoryScope, OrganizationScope } from './scope.js';

/** Something that an identity provider pushed and that waits for a decision. */
export interface Conflict {
  readonly id: string;
  readonly directoryId: string;
  /** `user:<id>` or `group:<id>`. */
  readonly subject: string;
  readonly reason: string;
  /** Whom it could be. */
  readonly userId?: string;
  readonly at: string;
}

/** Keeps open conflicts: one for a subject of a directory. */
export interface ConflictStore {
  /** In order of id, behind `after` (`''` for the start). */
  list(
    scope: OrganizationScope,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly Conflict[]>;
  get(scope: OrganizationScope, id: string): Promise<Conflict | undefined>;
  find(scope: DirectoryScope, subject: string): Promise<Conflict | undefined>;
  /** One about the same subject keeps its id and time. */
  put(scope: DirectoryScope, conflict: Omit<Conflict, 'directoryId'>): Promise<void>;
  /** Ends it. Idempotent. */
  remove(scope: DirectoryScope, subject: string): Promise<void>;
}
