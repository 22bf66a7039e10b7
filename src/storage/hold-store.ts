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

/** Keeps holds, and how many people a directory has taken something from lately. */
export interface HoldStore {
  /** Open ones, oldest first. */
  list(scope: DirectoryScope): Promise<readonly Hold[]>;
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
