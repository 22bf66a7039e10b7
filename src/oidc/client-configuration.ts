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

/** What the calls of openid-client need for one sign-in. It is made for each and shared by none. */
export interface ClientContext {
  readonly tenant: OidcTenant;
  readonly provider: Provider;
  readonly clock: Clock;
  /** Ends every request of this sign-in. */
  readonly signal: AbortSignal | undefined;
  readonly insecure: boolean;
}

/** Creates the configuration of openid-client with one way of client authentication. */
export async function createClientConfiguration(context: ClientContext, auth: ClientAuth): Promise<Configuration> {
  const { tenant, provider, clock, signal, insecure } = context;
  const server = serverMetadata(provider.metadata);
  const client = {
    [clockSkew]: Math.floor(clock.now() / 1000) - Math.floor(Date.now() / 1000),
    [clockTolerance]: CLOCK_TOLERANCE,
  };
  const configuration = provider.metadata.issuerIsTemplate
    ? // openid-client knows Entra's templates only in documents that it was given by its own discovery.
      await discovery(ENTRA, tenant.clientId, client, auth, { [customFetch]: async () => Response.json(server) })
    : new Configuration(server, tenant.clientId, client, auth);
  configuration[customFetch] = fetchFor(provider.fetch, signal);
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

function fetchFor(fetch: GuardedFetch, signal: AbortSignal | undefined) {
  return async (
    url: string,
    {
      method,
      headers,
      body,
    }: { readonly method: string; readonly headers: Record<string, string>; readonly body?: unknown },
  ): Promise<Response> => {
    const sent = body instanceof URLSearchParams || typeof body === 'string' ? { body: body.toString() } : {};
    return fetch(url, { method, headers, signal, ...sent });
  };
}

/** The ways in which the tenant may authenticate, best first: one for each secret. */
export async function clientAuthentications(
  tenant: OidcTenant,
  metadata: ProviderMetadata,
): Promise<readonly ClientAuth[]> {
  const { clientAuthentication, clientSecrets = [], privateKey } = tenant;
  if (clientAuthentication === 'none') return [None()];
  if (clientAuthentication === 'private_key_jwt') {
    if (!privateKey) throw new OidcError('tenant_invalid', { setting: 'privateKey' });
    return [await signedAssertion(privateKey, metadata)];
  }
  const authenticate = clientAuthentication === 'client_secret_basic' ? ClientSecretBasic : ClientSecretPost;
  return clientSecrets.map((secret) => authenticate(secret));
}

const importedKeys = createBoundedCache<CryptoKey>({ maxEntries: 200 });

async function signedAssertion(key: OidcClientKey, { tokenEndpoint = '' }: ProviderMetadata): Promise<ClientAuth> {
  const { pem, algorithm, keyId, audience } = key;
  const cacheKey = sha256(`${algorithm} ${pem}`);
  const imported = importedKeys.get(cacheKey) ?? (await importKey(pem, algorithm));
  importedKeys.set(cacheKey, imported);
  const clientKey = keyId === undefined ? { key: imported } : { key: imported, kid: keyId };
  return PrivateKeyJwt(clientKey, {
    [modifyAssertion]: (_header, payload) => {
      if (audience === 'token_endpoint') payload['aud'] = tokenEndpoint;
    },
  });
}

async function importKey(pem: string, algorithm: string): Promise<CryptoKey> {
  try {
    return await importPKCS8(pem.trim(), algorithm);
  } catch {
    throw new OidcError('tenant_invalid', { setting: 'privateKey' });
  }
}
