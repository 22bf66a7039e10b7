import { ConfigurationError } from '../core/configuration.js';
import type { ConfigurationFault } from '../core/option-faults.js';
import { readBreakGlassEmails } from './break-glass.js';
import { type OidcTenant, parseOidcTenant } from './oidc-tenant.js';
import type { SignInRules, TenantResolver } from './tenant-resolver.js';

/** A tenant that stands in a configuration file. Its `provedDomains` are those that you yourself vouch for. */
export interface FixedTenant extends OidcTenant, Partial<SignInRules> {}

/**
 * A {@link TenantResolver} for applications whose tenants are few and known in advance.
 *
 * @example
 * const tenants = createFixedTenants([
 *   {
 *     id: 'acme',
 *     organizationId: 'acme',
 *     authority: 'https://acme.okta.com',
 *     clientId: '0oa1',
 *     clientAuthentication: 'client_secret_basic',
 *     clientSecrets: [process.env['ACME_SECRET'] ?? ''],
 *     provedDomains: ['acme.example'],
 *   },
 * ]);
 *
 * @throws {ConfigurationError} with every fault: of a tenant, an id or a domain given twice, a break-glass address
 * outside the tenant's domains and their subdomains.
 */
export function createFixedTenants(tenants: readonly FixedTenant[]): TenantResolver {
  const faults: ConfigurationFault[] = [];
  const byId = new Map<string, OidcTenant>();
  const byDomain = new Map<string, OidcTenant>();
  const rules = new Map<string, SignInRules>();
  for (const [index, { ssoRequired = true, breakGlassEmails = [], ...given }] of tenants.entries()) {
    const at = `[${index}]`;
    const tenant = readTenant(given, at, faults);
    if (!tenant) continue;
    if (byId.has(tenant.id)) faults.push({ path: `${at}.id`, message: 'is the id of another tenant too' });
    byId.set(tenant.id, tenant);
    const domains = tenant.provedDomains ?? [];
    const breakGlass = readBreakGlassEmails(breakGlassEmails, domains);
    for (const { path, message } of breakGlass.faults) faults.push({ path: `${at}.${path}`, message });
    rules.set(tenant.id, { ssoRequired, breakGlassEmails: breakGlass.emails });
    for (const domain of domains) {
      if (byDomain.has(domain)) {
        faults.push({ path: `${at}.provedDomains`, message: 'has a domain that is given for another tenant too' });
      }
      byDomain.set(domain, tenant);
    }
  }
  if (faults.length > 0) throw new ConfigurationError('createFixedTenants', faults);
  return {
    byId: async (tenantId) => byId.get(tenantId),
    byDomain: async (domain) => byDomain.get(domain),
    rulesOf: async (tenantId) => rules.get(tenantId),
  };
}

function readTenant(given: OidcTenant, at: string, faults: ConfigurationFault[]): OidcTenant | undefined {
  try {
    return parseOidcTenant(given);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const { path, message } of error.faults) faults.push({ path: path === '' ? at : `${at}.${path}`, message });
    return undefined;
  }
}
