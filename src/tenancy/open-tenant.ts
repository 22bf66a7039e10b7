import type { OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import type { ClientCredentials } from './client-credentials.js';
import { type OidcTenant, parseOidcTenant } from './oidc-tenant.js';

/**
 * A tenant with its secrets in the clear, in whatever state it is.
 * @throws {Error} when something was sealed with a key that the key ring no longer has, or cannot be used.
 */
export function openTenant(tenant: OidcTenantRecord, credentials: ClientCredentials): OidcTenant {
  const { id, organizationId, settings, provedDomains, privateKey } = tenant;
  const { clientSecrets, privateKeyPem: pem } = credentials.open(tenant);
  const { sealed: _, fingerprint: __, addedAt: ___, ...key } = privateKey ?? {};
  return parseOidcTenant({
    ...settings,
    id,
    organizationId,
    provedDomains,
    ...(clientSecrets.length > 0 && { clientSecrets }),
    ...(pem !== undefined && { privateKey: { ...key, pem } }),
  });
}
