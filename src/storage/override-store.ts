import type { OrganizationScope } from './scope.js';

/** A role that somebody set by hand on a provisioned membership. */
export interface StoredOverride {
  readonly userId: string;
  readonly teamId: string;
  readonly role: string;
  readonly baseRole: string;
}

/** Keeps overrides: one for a user and a team. */
export interface OverrideStore {
  ofUsers(scope: OrganizationScope, userIds: readonly string[]): Promise<readonly StoredOverride[]>;
  put(scope: OrganizationScope, override: StoredOverride): Promise<void>;
  /** Idempotent. */
  remove(scope: OrganizationScope, places: readonly Pick<StoredOverride, 'userId' | 'teamId'>[]): Promise<void>;
}
