import type { Grant, GrantChange, GrantSource, GrantTarget } from './grant.js';
import type { DirectoryScope, OrganizationScope } from './scope.js';

/** That all members of a group have a role somewhere; without a group, that everybody of the directory has it. */
export interface GrantRow {
  readonly groupId?: string;
  readonly target: GrantTarget;
  readonly role: string;
}

/** A change of rows; `change` are rows with another role than before. */
export interface GrantRowPlan {
  readonly add: readonly GrantRow[];
  readonly remove: readonly GrantRow[];
  readonly change: readonly GrantRow[];
}

/** Which part of a large change. */
export interface GrantRowPage {
  /** `''`, or the `next` of the part before. */
  readonly after: string;
  /** Most grants to look at. */
  readonly limit: number;
  /** Whether directory users that are not active count for `add`. */
  readonly inactive: 'count' | 'leave-out';
}

/** A part of what a change of rows does, or would do. */
export interface GrantRowStep {
  readonly changed: GrantChange;
  /** Absent when there is nothing left. */
  readonly next?: string;
}

/** Keeps grants. Primary key (organization, user, target, source); indexed by user, (source, target) and (target, role). */
export interface GrantStore {
  /** All grants of these people. */
  ofUsers(scope: OrganizationScope, userIds: readonly string[]): Promise<readonly Grant[]>;
  /** Grants of one source of these people, in one indexed read. */
  ofSource(scope: OrganizationScope, source: GrantSource, userIds: readonly string[]): Promise<readonly Grant[]>;
  /** Who has this very role there by any source, each once. */
  holders(scope: OrganizationScope, target: GrantTarget, role: string): Promise<readonly string[]>;
  /** Everybody who has anything there, in order of id, each once, behind `after` (`''` for the start). */
  peopleAt(
    scope: OrganizationScope,
    target: GrantTarget,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly string[]>;
  /** Any number of grants in one statement, idempotently: an `add` that is there gets the role. Answers what really changed. */
  change(scope: OrganizationScope, change: GrantChange): Promise<GrantChange>;
  /**
   * What `applyRows` would do, without doing it. A row of a group has the source `group:<id>`, one without
   * `default-team:<directory>`. `add` concerns the people behind the direct members; who has the grant already is left out.
   * `remove` and `change` concern whoever has a grant of that source and target.
   * @throws {RangeError} for a position that is none.
   */
  previewRows(scope: DirectoryScope, plan: GrantRowPlan, page: GrantRowPage): Promise<GrantRowStep>;
  /**
   * Carries out a part of a change of rows, as one set operation. Rows come in the order `add`, `change`, `remove`, so that
   * nobody is out in between. The parts together do what `previewRows` says, if nothing else changes meanwhile.
   * @throws {RangeError} for a position that is none.
   */
  applyRows(scope: DirectoryScope, plan: GrantRowPlan, page: GrantRowPage): Promise<GrantRowStep>;
}
