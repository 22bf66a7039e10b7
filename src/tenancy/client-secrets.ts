import type { OidcTenantRecord, SealedClientSecret } from '../storage/oidc-tenant-record.js';
import { TenantActionError } from './tenant-action-error.js';

const MOST_SECRETS = 2;

/** A further secret, tried where the provider refuses the first. @throws {TenantActionError} when there are two. */
export function addSecret(tenant: OidcTenantRecord, secret: SealedClientSecret): OidcTenantRecord {
  const { clientSecrets, state } = tenant;
  if (clientSecrets.length >= MOST_SECRETS) {
    throw new TenantActionError('secrets', state, 'There are two client secrets already: remove one first.');
  }
  if (clientSecrets.some(({ fingerprint }) => fingerprint === secret.fingerprint)) {
    throw new TenantActionError('secrets', state, 'This client secret is stored already.');
  }
  return { ...tenant, clientSecrets: [...clientSecrets, secret] };
}

/** Puts a secret first; `undefined` when it is, or there is no such secret. */
export function promoteSecret(tenant: OidcTenantRecord, secretId: string): OidcTenantRecord | undefined {
  const { clientSecrets } = tenant;
  const promoted = clientSecrets.find(({ id }) => id === secretId);
  if (!promoted || clientSecrets[0] === promoted) return undefined;
  return { ...tenant, clientSecrets: [promoted, ...clientSecrets.filter((secret) => secret !== promoted)] };
}

/** Takes a secret away; `undefined` when there is no such secret. @throws {TenantActionError} for the last that is needed. */
export function removeSecret(tenant: OidcTenantRecord, secretId: string): OidcTenantRecord | undefined {
  const { clientSecrets, state, settings } = tenant;
  const left = clientSecrets.filter(({ id }) => id !== secretId);
  if (left.length === clientSecrets.length) return undefined;
  const isNeeded =
    String(settings['clientAuthentication']).startsWith('client_secret') && settings['flow'] !== 'id_token';
  if (left.length === 0 && isNeeded) {
    throw new TenantActionError('secrets', state, 'This is the only client secret: add another one first.');
  }
  return { ...tenant, clientSecrets: left };
}

/** Sets or takes away when a secret expires; `undefined` when there is no such secret. Another date is reminded of anew. */
export function setSecretExpiry(
  tenant: OidcTenantRecord,
  secretId: string,
  expiresAt: string | undefined,
): OidcTenantRecord | undefined {
  if (!tenant.clientSecrets.some(({ id }) => id === secretId)) return undefined;
  const clientSecrets = tenant.clientSecrets.map((secret) => {
    if (secret.id !== secretId || secret.expiresAt === expiresAt) return secret;
    const { expiresAt: _, remindedOf: __, ...rest } = secret;
    return { ...rest, ...(expiresAt !== undefined && { expiresAt }) };
  });
  return { ...tenant, clientSecrets };
}
