import { createCachedLookup } from '../core/cached-lookup.js';
import { type Clock, systemClock } from '../core/clock.js';
import type { KeyRing } from '../core/key-ring.js';
import { createDebugLogger, type Logger } from '../core/logger.js';
import { isStorageError } from '../storage/errors.js';
import type { OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import type { OidcTenantStore } from '../storage/oidc-tenant-store.js';
import { createClientCredentials } from './client-credentials.js';
import { normalizeDomain } from './domain-name.js';
import type { OidcTenant } from './oidc-tenant.js';
import { openTenant } from './open-tenant.js';
import type { SignInRules, TenantResolver } from './tenant-resolver.js';

export interface TenantResolverOptions {
  readonly keyRing: KeyRing;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** How long a tenant that was disabled or changed may still be found as it was. 5 unless told. */
  readonly cacheSeconds?: number;
  /** Bounds the tenants remembered, and separately what is known to be none. 1,000 unless told. */
  readonly cacheEntries?: number;
}

/** A tenant as sign-ins find it. */
interface UsableTenant {
  readonly tenant: OidcTenant;
  readonly rules: SignInRules;
}

const TENANT_ID = /^[A-Za-z0-9_-]{1,100}$/;

/**
 * Creates a {@link TenantResolver} over the tenants of a storage: those that are active and have proved a domain. What was
 * sealed with an older key is sealed anew.
 *
 * @example
 * const tenantResolver = createTenantResolver(storage, { keyRing });
 *
 * @throws whatever the storage throws; that is never remembered.
 */
export function createTenantResolver(
  storage: { readonly oidcTenants: Pick<OidcTenantStore, 'get' | 'findByDomain' | 'update'> },
  options: TenantResolverOptions,
): TenantResolver {
  const { keyRing, clock = systemClock, logger = createDebugLogger('tenancy') } = options;
  const { cacheSeconds: seconds = 5, cacheEntries: maxEntries = 1000 } = options;
  const credentials = createClientCredentials(keyRing);

  async function usable(record: OidcTenantRecord | undefined): Promise<UsableTenant | undefined> {
    if (record?.state !== 'active' || record.provedDomains.length === 0) return undefined;
    try {
      const tenant = openTenant(record, credentials);
      await sealAnew(record);
      return { tenant, rules: { ssoRequired: true, breakGlassEmails: record.breakGlassEmails } };
    } catch (error) {
      logger.error({ tenantId: record.id, error }, 'an OIDC tenant cannot be used');
      throw error;
    }
  }

  async function sealAnew(tenant: OidcTenantRecord): Promise<void> {
    const resealed = credentials.reseal(tenant);
    if (!resealed) return;
    try {
      await storage.oidcTenants.update({ ...resealed, version: tenant.version + 1 }, tenant.version);
    } catch (error) {
      // Somebody else was faster, or the database takes no writes now: the next one who comes by does it.
      if (!isStorageError(error)) throw error;
    }
  }

  const lookup = (load: (key: string) => Promise<OidcTenantRecord | undefined>) => {
    const known = createCachedLookup<UsableTenant>({
      clock,
      seconds,
      maxEntries,
      load: async (key) => usable(await load(key)),
    });
    return async (key: string): Promise<UsableTenant | undefined> => {
      const found = known.peek(key, clock.now());
      return (found === undefined ? await known.load(key) : found) ?? undefined;
    };
  };
  const byId = lookup((id) => storage.oidcTenants.get(id));
  const byDomain = lookup((domain) => storage.oidcTenants.findByDomain(domain));

  const withId = async (tenantId: string) => (TENANT_ID.test(tenantId) ? byId(tenantId) : undefined);

  return {
    byId: async (tenantId) => (await withId(tenantId))?.tenant,
    byDomain: async (domain) => (normalizeDomain(domain) === domain ? (await byDomain(domain))?.tenant : undefined),
    rulesOf: async (tenantId) => (await withId(tenantId))?.rules,
  };
}
