import { createOptionsValidator } from '../core/configuration.js';
import type { DomainTimes } from './domain-proof.js';

/** In what the life of OIDC tenants differs between products. */
export interface OidcTenantPolicy extends DomainTimes {
  /**
   * `operator`: somebody who runs the application looks at each request and approves it. `proved-domains`: a request becomes
   * active by itself when all of its domains are proved, and organizations change what they like.
   */
  readonly approval: 'operator' | 'proved-domains';
  /** What the name of the TXT record begins with: `_sso-challenge.acme.example`. */
  readonly proofLabel: string;
  /** Days before the expiry of a client secret on which somebody is reminded of it. */
  readonly reminderDays: number;
}

export const DEFAULT_OIDC_TENANT_POLICY: OidcTenantPolicy = {
  approval: 'operator',
  proofLabel: '_sso-challenge',
  claimDays: 14,
  recheckHours: 24,
  graceDays: 7,
  reminderDays: 14,
};

const days = { type: 'number', exclusiveMinimum: 0, maximum: 3650, description: 'a number of days' };

/** Checks a policy, or a part of one. @throws {ConfigurationError} with every fault. */
export const parseTenantPolicy: (policy: unknown) => Partial<OidcTenantPolicy> = createOptionsValidator<
  Partial<OidcTenantPolicy>
>('the policy of OIDC tenants', {
  properties: {
    approval: { enum: ['operator', 'proved-domains'] },
    proofLabel: {
      type: 'string',
      pattern: '^_?[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?$',
      description: 'one label of a domain name in lower case, such as "_acme-challenge"',
    },
    claimDays: days,
    recheckHours: { type: 'number', exclusiveMinimum: 0, maximum: 8760, description: 'a number of hours' },
    graceDays: days,
    reminderDays: days,
  },
});
