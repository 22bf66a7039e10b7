import type { OidcDomain, OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import type { ClientCredentials } from './client-credentials.js';
import { claimDomain } from './domain-proof.js';
import type { OidcClientKey } from './oidc-tenant.js';
import type { ReadForm } from './tenant-form.js';
import type { OidcTenantPolicy } from './tenant-policy.js';

/** A tenant as a form says. Domains that it had keep their state. */
export function applyForm(
  tenant: OidcTenantRecord,
  form: ReadForm,
  now: number,
  policy: OidcTenantPolicy,
  credentials: ClientCredentials,
): OidcTenantRecord {
  const at = new Date(now).toISOString();
  const { settings, breakGlassEmails, preferences, clientSecret, secretExpiresAt } = form;
  const known = new Map(tenant.domains.map((domain): [string, OidcDomain] => [domain.name, domain]));
  const domains = form.domains.map((name) => known.get(name) ?? claimDomain(name, now, policy));
  const { privateKey: keptKey, ...rest } = tenant;
  const privateKey =
    sealedKey(tenant, form.privateKey, at, credentials) ?? (form.privateKey === null ? undefined : keptKey);
  const clientSecrets =
    clientSecret === undefined
      ? tenant.clientSecrets
      : [clientSecret].flatMap((text) =>
          text === null ? [] : [credentials.sealSecret(tenant.id, text, at, secretExpiresAt)],
        );
  return {
    ...rest,
    settings,
    domains,
    breakGlassEmails,
    preferences,
    clientSecrets,
    ...(privateKey && { privateKey }),
  };
}

function sealedKey(
  { id }: OidcTenantRecord,
  key: OidcClientKey | null | undefined,
  at: string,
  credentials: ClientCredentials,
) {
  return key ? credentials.sealKey(id, key, at) : undefined;
}
