import {
  DEFAULT_PROVISIONING_POLICY,
  PROVISIONING_POLICY_SCHEMA,
  type ProvisioningPolicy,
} from './provisioning-policy.js';
import type { RoleCatalogue } from './role-catalogue.js';

/** What provisioning goes by, in routers and in the service for hosts alike. */
export interface ProvisioningRules {
  /** How it differs from `DEFAULT_PROVISIONING_POLICY`; a directory may differ again. */
  readonly policy?: Partial<ProvisioningPolicy>;
  /** The roles of the host, lowest first. Member, Administrator and Owner unless told, in teams without Owner. */
  readonly roles?: RoleCatalogue;
  /** What a directory begins with before anything was saved for it. `off` unless told. */
  readonly mappingMode?: 'off' | 'manual' | 'auto';
}

/** The rules with everything that was not told. */
export type CompleteRules = Required<ProvisioningRules> & { readonly policy: ProvisioningPolicy };

const DEFAULT_ROLES: RoleCatalogue = {
  organization: [{ name: 'Member' }, { name: 'Administrator', privileged: true }, { name: 'Owner', privileged: true }],
  team: [{ name: 'Member' }, { name: 'Administrator', privileged: true }],
};

/** Fills in what was not told. */
export function completeRules({
  policy,
  roles = DEFAULT_ROLES,
  mappingMode = 'off',
}: ProvisioningRules): CompleteRules {
  return { policy: { ...DEFAULT_PROVISIONING_POLICY, ...policy }, roles, mappingMode };
}

const roleList = {
  type: 'array',
  minItems: 1,
  description: 'a list of at least one role',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: { name: { type: 'string', minLength: 1 }, privileged: { type: 'boolean' } },
  },
};

/** What the rules may say, as JSON Schema. */
export const PROVISIONING_RULES_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    policy: PROVISIONING_POLICY_SCHEMA,
    roles: {
      type: 'object',
      additionalProperties: false,
      required: ['organization', 'team'],
      properties: { organization: roleList, team: roleList },
    },
    mappingMode: { enum: ['off', 'manual', 'auto'], description: 'one of off, manual, auto' },
  },
};
