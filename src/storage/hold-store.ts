import type { Grant } from './grant.js';
import type { DirectoryScope, OrganizationScope } from './scope.js';

/** Removals that an identity provider has caused and that wait for a decision. */
export interface Hold {
  readonly id: string;
  readonly reason: 'blast-radius' | 'last-owner';
  readonly at: string;
  /** Not empty. A grant waits under one hold at most. */
  readonly grants: readonly Grant[];
}

/** A hold as a list shows it, however much waits under it. */
export interface HoldSummary extends Omit<Hold, 'grants'> {
  /** How many people it is about; counted no further than {@link MOST_HELD_PEOPLE}. */
  readonly people: number;
  /** Some of its grants, {@link FIRST_HELD} at most. */
  readonly first: readonly Grant[];
}

export interface HoldPage {
  readonly items: readonly HoldSummary[];
  readonly next?: string;
}

/** How far people of a hold are counted. */
export const MOST_HELD_PEOPLE = 1000;
/** Grants of a hold that a list shows. */
export const FIRST_HELD = 20;

/** Keeps holds, and how many people a directory has taken something from lately. */
export interface HoldStore {
  /** Open ones, oldest first, with everything that waits. */
  list(scope: DirectoryScope): Promise<readonly Hold[]>;
  /**
   * The same in pages that cost no more where more waits. `after` is `''` or the `next` of the page before; a position that is
   * none is a `RangeError`.
   */
  page(scope: DirectoryScope, page: { readonly after: string; readonly limit: number }): Promise<HoldPage>;
  get(scope: DirectoryScope, id: string): Promise<Hold | undefined>;
  put(scope: DirectoryScope, hold: Hold): Promise<void>;
  /** The grants of these people that wait, in any directory of the organization. */
  waiting(scope: OrganizationScope, userIds: readonly string[]): Promise<readonly Grant[]>;
  /** These grants wait no longer; a hold without grants is gone. Idempotent. */
  release(scope: OrganizationScope, grants: readonly Grant[]): Promise<void>;
  /** Notes that these people have lost something at that time. The latest time of each stays. */
  noteLost(scope: DirectoryScope, userIds: readonly string[], at: string): Promise<void>;
  /** How many people have lost something then or later, without these. */
  lostSince(scope: DirectoryScope, since: string, without: readonly string[]): Promise<number>;
}
