import type { ProvisioningRules } from 'express-sso-scim';

/** What routers, pages and sign-ins of the example go by alike. */
export const RULES: ProvisioningRules = {
  // What groups give is what an owner has mapped them to; an organization may switch to a team for each group.
  mappingMode: 'manual',
  // Whoever an identity provider vouches for may come in, known to SCIM or not.
  policy: { justInTime: 'create' },
};
