import type { Clock } from '../core/clock.js';
import type { Storage } from '../storage/storage.js';
import { createAccess, type EndAccess } from './access.js';
import { type CustomResources, createCustomResources } from './custom-resources.js';
import { createDirectoryGroups, type DirectoryGroups } from './directory-groups.js';
import { createDirectoryUsers, type DirectoryUsers } from './directory-users.js';
import { createProvisionedGroups } from './provisioned-groups.js';
import { createProvisionedUsers } from './provisioned-users.js';
import { completeRules, type ProvisioningRules } from './provisioning-rules.js';

/** The domain that every change of people and groups goes through, wherever it comes from. */
export interface Provisioning {
  readonly users: DirectoryUsers;
  readonly groups: DirectoryGroups;
  readonly customResources: CustomResources;
}

export interface ProvisioningOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly endAccess?: EndAccess;
  /** Milliseconds that `endAccess` may take. 10,000 unless told. */
  readonly endAccessTimeout?: number;
  /** What follows for people and teams; without, a push is stored and nothing else. */
  readonly rules?: ProvisioningRules;
}

export function createProvisioning(options: ProvisioningOptions): Provisioning {
  const { storage, clock, endAccess, endAccessTimeout: timeout = 10_000 } = options;
  const access = createAccess({ storage, clock, timeout, cause: 'scim', ...(endAccess ? { endAccess } : {}) });
  const customResources = createCustomResources({ storage, clock });
  if (!options.rules) {
    const users = createDirectoryUsers({ storage, clock, access });
    return { users, groups: createDirectoryGroups({ storage, clock }), customResources };
  }
  const rules = completeRules(options.rules);
  return {
    users: createProvisionedUsers({ storage, clock, access, rules }),
    groups: createProvisionedGroups({ storage, clock, rules }),
    customResources,
  };
}
