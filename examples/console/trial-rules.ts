import type { ProvisioningRules } from 'express-sso-scim';

/**
 * What follows for people here: each pushed group is a team, and whoever an organization's provider vouches for may sign in,
 * also before SCIM has pushed them. Every point of the policy that is not named has its careful default.
 */
export const TRIAL_RULES: ProvisioningRules = {
  mappingMode: 'auto',
  policy: { justInTime: 'create' },
};
