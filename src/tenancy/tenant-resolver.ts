import type { OidcTenant } from './oidc-tenant.js';

/**
 * Where a sign-in router finds its tenants. It answers only tenants that may sign people in now: a tenant that is not
 * approved, disabled, or under a domain that is not proved is `undefined`, like one that does not exist.
 */
export interface TenantResolver {
  byId(tenantId: string): Promise<OidcTenant | undefined>;
  /** The one tenant that has proved this domain: lower case, in ASCII. */
  byDomain(domain: string): Promise<OidcTenant | undefined>;
}
