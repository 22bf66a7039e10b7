import { type CryptoKey, importPKCS8 } from 'jose';
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  clockSkew,
  clockTolerance,
  customFetch,
  discovery,
  modifyAssertion,
  None,
  PrivateKeyJwt,
  type ServerMetadata,
} from 'openid-client';
import { createBoundedCache } from '../core/bounded-cache.js';
import type { Clock } from '../core/clock.js';
import { sha256 } from '../core/sha256.js';
import type { OidcClientKey, OidcTenant } from '../tenancy/oidc-tenant.js';
import type { GuardedFetch } from './guarded-fetch.js';
import { OidcError } from './oidc-error.js';
import type { Provider } from './provider.js';
import type { ProviderMetadata } from './provider-metadata.js';

/** Seconds that two clocks may differ. */
export const CLOCK_TOLERANCE = 60;

const ENTRA = new URL('https://login.microsoftonline.com/');

/** Answers about one person come at each sign-in, and whoever reads a long one holds up everybody else. */
const MOST_BYTES = 256 * 1024;

/** What every call to a provider needs. */
export interface ClientContext {
  readonly tenant: OidcTenant;
  readonly provider: Provider;
  readonly clock: Clock;
  readonly insecure: boolean;
}

/** One way in which a client says who it is. */
interface ClientCredential {
  /** Tells it from the tenant's others. */
  readonly key: string;
  readonly auth: ClientAuth;
}

/** For public clients, and for calls that carry no client authentication. */
export const NO_CREDENTIAL: ClientCredential = { key: 'none', auth: None() };

const configurations = new WeakMap<Provider, Map<string, Configuration>>();
const MOST_CONFIGURATIONS = 8;

/** The configuration of openid-client for one credential of a client, kept as long as what the provider said of itself. */
export async function clientConfiguration(
  context: ClientContext,
  { key, auth }: ClientCredential,
): Promise<Configuration> {
  const { provider, tenant, clock } = context;
  const skew = Math.floor(clock.now() / 1000) - Math.floor(Date.now() / 1000);
  const name = JSON.stringify([skew, key, tenant.clientId]);
  const known = configurations.get(provider) ?? new Map<string, Configuration>();
  const configuration = known.get(name) ?? (await createConfiguration(context, auth, skew));
  if (known.size >= MOST_CONFIGURATIONS) known.clear();
  configurations.set(provider, known.set(name, configuration));
  return configuration;
}

async function createConfiguration(
  { tenant, provider, insecure }: ClientContext,
  auth: ClientAuth,
  skew: number,
): Promise<Configuration> {
  const server = serverMetadata(provider.metadata);
  const client = { [clockSkew]: skew, [clockTolerance]: CLOCK_TOLERANCE };
  const configuration = provider.metadata.issuerIsTemplate
    ? // openid-client knows Entra's templates only in documents that it was given by its own discovery.
      await discovery(ENTRA, tenant.clientId, client, auth, { [customFetch]: async () => Response.json(server) })
    : new Configuration(server, tenant.clientId, client, auth);
  configuration[customFetch] = fetchFor(provider.fetch);
  // The guarded fetch has its own limit.
  configuration.timeout = 0;
  if (insecure) allowInsecureRequests(configuration);
  return configuration;
}

function serverMetadata(metadata: ProviderMetadata): ServerMetadata {
  const { tokenEndpoint, userInfoEndpoint, endSessionEndpoint } = metadata;
  return {
    issuer: metadata.issuer,
    authorization_endpoint: metadata.authorizationEndpoint,
    jwks_uri: metadata.jwksUri,
    id_token_signing_alg_values_supported: [...metadata.algorithms],
    // With a template the parameter names one tenant; the answer is checked against those before.
    authorization_response_iss_parameter_supported: metadata.announcesIssuerParameter && !metadata.issuerIsTemplate,
    ...(tokenEndpoint !== undefined && { token_endpoint: tokenEndpoint }),
    ...(userInfoEndpoint !== undefined && { userinfo_endpoint: userInfoEndpoint }),
    ...(endSessionEndpoint !== undefined && { end_session_endpoint: endSessionEndpoint }),
  };
}

function fetchFor(fetch: GuardedFetch) {
  return async (
    url: string,
    {
      method,
      headers,
      body,
    }: { readonly method: string; readonly headers: Record<string, string>; readonly body?: unknown },
  ): Promise<Response> => {
    const sent = body instanceof URLSearchParams || typeof body === 'string' ? { body: body.toString() } : {};
    return fetch(url, { method, headers, maxBytes: MOST_BYTES, ...sent });
  };
}

/** The ways in which the tenant may authenticate, best first: one for each secret. */
export async function clientAuthentications(
  tenant: OidcTenant,
  metadata: ProviderMetadata,
): Promise<readonly ClientCredential[]> {
  const { clientAuthentication, clientSecrets = [], privateKey } = tenant;
  if (clientAuthentication === 'none') return [NO_CREDENTIAL];
  if (clientAuthentication === 'private_key_jwt') {
    if (!privateKey) throw new OidcError('tenant_invalid', { setting: 'privateKey' });
    return [await signedAssertion(privateKey, metadata)];
  }
  const authenticate = clientAuthentication === 'client_secret_basic' ? ClientSecretBasic : ClientSecretPost;
  return clientSecrets.map((secret) => ({ key: `${clientAuthentication} ${secret}`, auth: authenticate(secret) }));
}

const importedKeys = createBoundedCache<CryptoKey>({ maxEntries: 200 });

async function signedAssertion(
  key: OidcClientKey,
  { tokenEndpoint = '' }: ProviderMetadata,
): Promise<ClientCredential> {
  const { pem, algorithm, keyId, audience } = key;
  const cacheKey = sha256(`${algorithm} ${pem}`);
  const imported = importedKeys.get(cacheKey) ?? (await importKey(pem, algorithm));
  importedKeys.set(cacheKey, imported);
  const clientKey = keyId === undefined ? { key: imported } : { key: imported, kid: keyId };
  const auth = PrivateKeyJwt(clientKey, {
    [modifyAssertion]: (_header, payload) => {
      if (audience === 'token_endpoint') payload['aud'] = tokenEndpoint;
    },
  });
  return { key: `${cacheKey} ${keyId} ${audience}`, auth };
}

async function importKey(pem: string, algorithm: string): Promise<CryptoKey> {
  try {
    return await importPKCS8(pem.trim(), algorithm);
  } catch {
    throw new OidcError('tenant_invalid', { setting: 'privateKey' });
  }
}
