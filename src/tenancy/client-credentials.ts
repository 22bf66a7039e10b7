import { newId } from '../core/id.js';
import type { KeyRing } from '../core/key-ring.js';
import { sha256 } from '../core/sha256.js';
import type { OidcTenantRecord, SealedClientKey, SealedClientSecret } from '../storage/oidc-tenant-record.js';
import type { OidcClientKey } from './oidc-tenant.js';

/** The secrets of one tenant in the clear. */
interface OpenCredentials {
  readonly clientSecrets: readonly string[];
  readonly privateKeyPem: string | undefined;
}

/** Seals what clients authenticate with, each secret for its tenant and its place. */
export interface ClientCredentials {
  sealSecret(tenantId: string, secret: string, at: string, expiresAt: string | undefined): SealedClientSecret;
  sealKey(tenantId: string, key: OidcClientKey, at: string): SealedClientKey;
  /** @throws {Error} when something was sealed with a key that the key ring no longer has. */
  open(tenant: OidcTenantRecord): OpenCredentials;
  /** The same tenant with everything sealed by the current key; `undefined` when it is already, or cannot be. */
  reseal(tenant: OidcTenantRecord): OidcTenantRecord | undefined;
}

const KEY_FIELD = 'privateKey';

export function createClientCredentials(keyRing: KeyRing): ClientCredentials {
  const sealer = keyRing.sealer('oidc-client-credentials');
  const bindingOf = (tenantId: string, field: string) => JSON.stringify([tenantId, field]);
  const secretField = (secretId: string) => `clientSecret:${secretId}`;

  function openField(tenantId: string, field: string, sealed: string): string {
    const text = sealer.open(sealed, bindingOf(tenantId, field));
    if (text === undefined) {
      throw new Error(`a credential of the OIDC tenant ${tenantId} does not open: its key is not in the key ring`);
    }
    return text;
  }

  function openAll({ id, clientSecrets, privateKey }: OidcTenantRecord): OpenCredentials {
    return {
      clientSecrets: clientSecrets.map((secret) => openField(id, secretField(secret.id), secret.sealed)),
      privateKeyPem: privateKey && openField(id, KEY_FIELD, privateKey.sealed),
    };
  }

  function openedOrNothing(tenant: OidcTenantRecord): OpenCredentials | undefined {
    try {
      return openAll(tenant);
    } catch {
      // Whoever needs the secret says so; what else is to do for the tenant need not wait.
      return undefined;
    }
  }

  return {
    sealSecret(tenantId, secret, addedAt, expiresAt) {
      const id = newId();
      const sealed = sealer.seal(secret, bindingOf(tenantId, secretField(id)));
      const fingerprint = fingerprintOf(tenantId, secret);
      return { id, sealed, fingerprint, addedAt, ...(expiresAt !== undefined && { expiresAt }) };
    },

    sealKey(tenantId, { pem, ...rest }, addedAt) {
      const sealed = sealer.seal(pem, bindingOf(tenantId, KEY_FIELD));
      return { ...rest, sealed, fingerprint: fingerprintOf(tenantId, pem), addedAt };
    },

    open: openAll,

    reseal(tenant) {
      const { id, clientSecrets, privateKey } = tenant;
      const all = [...clientSecrets, ...(privateKey ? [privateKey] : [])];
      if (all.every(({ sealed }) => sealer.isCurrent(sealed))) return undefined;
      const opened = openedOrNothing(tenant);
      if (!opened) return undefined;
      const again = (field: string, text: string) => sealer.seal(text, bindingOf(id, field));
      return {
        ...tenant,
        clientSecrets: clientSecrets.map((secret, index) => ({
          ...secret,
          sealed: again(secretField(secret.id), opened.clientSecrets[index] ?? ''),
        })),
        ...(privateKey && { privateKey: { ...privateKey, sealed: again(KEY_FIELD, opened.privateKeyPem ?? '') } }),
      };
    },
  };
}

/** Eight digits: enough to tell two secrets apart, of no use to whoever wants to know one. */
function fingerprintOf(tenantId: string, secret: string): string {
  return sha256(JSON.stringify([tenantId, secret])).slice(0, 8);
}
