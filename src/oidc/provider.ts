import { createBoundedCache } from '../core/bounded-cache.js';
import type { Clock } from '../core/clock.js';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import { type Authority, examineAuthority, examineDocument } from './discovery-document.js';
import { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions } from './guarded-fetch.js';
import { type JsonRecord, parseJsonObject } from './json-object.js';
import { OidcError } from './oidc-error.js';
import { asOidcError } from './provider-failure.js';
import type { ProviderFinding, ProviderMetadata } from './provider-metadata.js';
import { createRefreshable } from './refreshable.js';
import { createSigningKeys, type SigningKeys } from './signing-keys.js';

/** The identity provider of one tenant, as it describes itself now. */
export interface Provider {
  readonly metadata: ProviderMetadata;
  readonly keys: SigningKeys;
  /** Reaches the hosts that this tenant's provider may live on. */
  readonly fetch: GuardedFetch;
}

/** What {@link Providers.examine} found out about the provider of a tenant. */
export interface ProviderReport {
  /** Whether people could sign in. */
  readonly usable: boolean;
  /** The provider's own name, when its document could be read and fits. */
  readonly issuer: string | undefined;
  /** What somebody should look at, in the order of the checks. */
  readonly findings: readonly ProviderFinding[];
}

/** The providers of all tenants: each is asked once for many sign-ins, and no tenant shares anything with another. */
export interface Providers {
  /** @throws {OidcError} when the provider cannot be reached or used. */
  get(tenant: OidcTenant): Promise<Provider>;
  /** Asks the provider anew and tells everything that is wrong. Throws nothing. */
  examine(tenant: OidcTenant): Promise<ProviderReport>;
}

export interface ProvidersOptions {
  readonly clock: Clock;
  readonly fetchOptions: Omit<GuardedFetchOptions, 'internalHosts'>;
  /** Replaces the guarded fetch. */
  readonly fetch: GuardedFetch | undefined;
  /** Milliseconds that a discovery document is used. */
  readonly documentAge: number;
  readonly keyAge: number;
  readonly keyCooldown: number;
  readonly failureAge: number;
}

const MOST_TENANTS = 2000;

interface Entry {
  get(): Promise<Provider>;
}

/** Creates {@link Providers}. */
export function createProviders(options: ProvidersOptions): Providers {
  const { clock, documentAge, keyAge, keyCooldown, failureAge } = options;
  const insecure = options.fetchOptions.unsafeLoopback === true;
  const entries = createBoundedCache<Entry>({ maxEntries: MOST_TENANTS });
  const plainFetch = options.fetch ?? createGuardedFetch(options.fetchOptions);

  function fetchOf({ internalHosts = [] }: OidcTenant): GuardedFetch {
    if (options.fetch || internalHosts.length === 0) return plainFetch;
    return createGuardedFetch({ ...options.fetchOptions, internalHosts });
  }

  function keysOf(metadata: ProviderMetadata, fetch: GuardedFetch): SigningKeys {
    const fetchKeys = () => fetchJson(fetch, metadata.jwksUri, 'keys');
    return createSigningKeys({ clock, fetchKeys, maxAge: keyAge, cooldown: keyCooldown, failureAge });
  }

  async function discover(tenant: OidcTenant, fetch: GuardedFetch): Promise<ProviderMetadata> {
    const authority = unlessFaulty(examineAuthority(tenant, insecure));
    const document = await fetchJson(fetch, authority.documentUrl, 'discovery');
    return unlessFaulty(examineDocument(tenant, authority, document, insecure));
  }

  function createEntry(tenant: OidcTenant): Entry {
    const fetch = fetchOf(tenant);
    return createRefreshable<Provider>({
      clock,
      maxAge: documentAge,
      cooldown: documentAge,
      failureAge,
      load: async (previous) => {
        const metadata = await discover(tenant, fetch);
        if (previous && previous.metadata.issuer !== metadata.issuer) {
          throw new OidcError('issuer_changed', { before: previous.metadata.issuer, now: metadata.issuer });
        }
        const sameKeys = previous?.metadata.jwksUri === metadata.jwksUri ? previous?.keys : undefined;
        return { metadata, keys: sameKeys ?? keysOf(metadata, fetch), fetch };
      },
    });
  }

  async function examineReached(tenant: OidcTenant, authority: Authority): Promise<ProviderReport> {
    const fetch = fetchOf(tenant);
    const document = await fetchJson(fetch, authority.documentUrl, 'discovery');
    const { result, findings } = examineDocument(tenant, authority, document, insecure);
    if (!result) return { usable: false, issuer: undefined, findings };
    try {
      await keysOf(result, fetch).prepare();
      return { usable: true, issuer: result.issuer, findings };
    } catch (fault) {
      const finding = findingOf(fault, 'keys', result.jwksUri);
      return { usable: false, issuer: result.issuer, findings: [...findings, finding] };
    }
  }

  return {
    get(tenant) {
      const key = JSON.stringify([
        tenant.id,
        tenant.authority,
        tenant.flow,
        tenant.internalHosts,
        restrictions(tenant),
      ]);
      const known = entries.get(key);
      if (known) return known.get();
      const created = createEntry(tenant);
      entries.set(key, created);
      return created.get();
    },

    async examine(tenant) {
      const { result, findings } = examineAuthority(tenant, insecure);
      if (!result) return { usable: false, issuer: undefined, findings };
      try {
        const report = await examineReached(tenant, result);
        return { ...report, findings: [...findings, ...report.findings] };
      } catch (fault) {
        return {
          usable: false,
          issuer: undefined,
          findings: [...findings, findingOf(fault, 'document', result.documentUrl)],
        };
      }
    },
  };
}

/** Settings that a document is checked against. */
function restrictions({ entraTenantIds, googleHostedDomains, provedDomains }: OidcTenant): readonly unknown[] {
  return [entraTenantIds, googleHostedDomains, (provedDomains ?? []).length > 0];
}

async function fetchJson(fetch: GuardedFetch, url: string, stage: 'discovery' | 'keys'): Promise<JsonRecord> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: 'application/json' } });
  } catch (fault) {
    throw asOidcError(fault, stage);
  }
  if (response.status !== 200) throw new OidcError('discovery_invalid', { part: stage, status: response.status });
  const json = parseJsonObject(await response.text());
  if (!json) throw new OidcError('discovery_invalid', { part: stage, reason: 'no JSON object' });
  return json;
}

function unlessFaulty<T>(examined: {
  readonly result: T | undefined;
  readonly findings: readonly ProviderFinding[];
}): T {
  if (examined.result !== undefined) return examined.result;
  const errors = examined.findings.filter(({ severity }) => severity === 'error');
  const findings = errors.map(({ code }) => code);
  throw new OidcError('discovery_invalid', { findings }, errors.map(({ message }) => message).join(' '));
}

function findingOf(fault: unknown, part: 'document' | 'keys', url: string): ProviderFinding {
  const { code, mender, message, details } = asOidcError(fault, 'discovery');
  const { status, fault: below } = details;
  const seen = status === undefined ? '' : ` It answered with status ${String(status)}.`;
  const reason =
    below === 'certificate' ? ' Its certificate is not valid.' : below === 'redirect' ? ' It redirects elsewhere.' : '';
  const address = URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : url;
  return {
    code: `${part}_${code}`,
    severity: 'error',
    mender,
    message: `${message} (${address})${seen}${reason}`,
  };
}
