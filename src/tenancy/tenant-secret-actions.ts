import type { Clock } from '../core/clock.js';
import type { ClientCredentials } from './client-credentials.js';
import { addSecret, promoteSecret, removeSecret, setSecretExpiry } from './client-secrets.js';
import type { OidcTenants } from './oidc-tenants.js';
import type { TenantAct } from './tenant-act.js';
import { readSecret, readSecretExpiry } from './tenant-input.js';
import { allowChange } from './tenant-life.js';
import type { OidcTenantPolicy } from './tenant-policy.js';

type SecretActions = Pick<OidcTenants, 'addSecret' | 'promoteSecret' | 'removeSecret' | 'setSecretExpiry'>;

/** What people do with the client secrets of a tenant. The history says which secret it was, and never what it is. */
export function createTenantSecretActions(
  act: TenantAct,
  credentials: Pick<ClientCredentials, 'sealSecret'>,
  policy: OidcTenantPolicy,
  clock: Clock,
): SecretActions {
  return {
    async addSecret(scope, { secret, expiresAt }, by) {
      const text = readSecret(secret, expiresAt, clock.now());
      return act(scope, by, (tenant, now) => {
        allowChange(tenant, [], by, policy);
        const sealed = credentials.sealSecret(tenant.id, text.secret, new Date(now).toISOString(), text.expiresAt);
        const { id: secretId, fingerprint } = sealed;
        return { kind: 'secret-added', tenant: addSecret(tenant, sealed), details: { secretId, fingerprint } };
      });
    },

    promoteSecret: (scope, secretId, by) =>
      act(scope, by, (tenant) => {
        const changed = promoteSecret(tenant, secretId);
        return changed && { kind: 'secret-promoted', tenant: changed, details: { secretId } };
      }),

    removeSecret: (scope, secretId, by) =>
      act(scope, by, (tenant) => {
        const changed = removeSecret(tenant, secretId);
        return changed && { kind: 'secret-removed', tenant: changed, details: { secretId } };
      }),

    async setSecretExpiry(scope, secretId, given, by) {
      const expiresAt = readSecretExpiry(given, clock.now());
      return act(scope, by, (tenant) => {
        const changed = setSecretExpiry(tenant, secretId, expiresAt);
        return (
          changed && {
            kind: 'secret-expiry-changed',
            tenant: changed,
            details: { secretId, expiresAt: expiresAt ?? null },
          }
        );
      });
    },
  };
}
