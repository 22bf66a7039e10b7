import type { OidcTenant } from './oidc-tenant.js';

/** What else than single sign-on is open to people with an address in a tenant's domains. */
export interface SignInRules {
  /** Whether they must use the identity provider, unless their address is one of {@link breakGlassEmails}. */
  readonly ssoRequired: boolean;
  /** Exact addresses that may sign in another way when the identity provider is down. */
  readonly breakGlassEmails: readonly string[];
}

/**
 * Where a sign-in router finds its tenants. It answers only tenants that may sign people in now: a tenant that is not
 * approved, disabled, or under a domain that is not proved is `undefined`, like one that does not exist.
 */
export interface TenantResolver {
  byId(tenantId: string): Promise<OidcTenant | undefined>;
  /** The one tenant that has proved this domain: lower case, in ASCII. */
  byDomain(domain: string): Promise<OidcTenant | undefined>;
  /** Without it, or where it answers nothing, single sign-on is required of everybody in the tenant's domains. */
  rulesOf?(tenantId: string): Promise<SignInRules | undefined>;
}
