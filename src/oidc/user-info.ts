import { fetchUserInfo } from 'openid-client';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import { type ClientContext, clientConfiguration, NO_CREDENTIAL } from './client-configuration.js';
import type { VerifiedIdToken } from './id-token.js';
import { isJsonRecord, type JsonRecord, parseJsonObject } from './json-object.js';
import { OidcError } from './oidc-error.js';
import { asOidcError } from './provider-failure.js';

/**
 * What UserInfo says about the person, or `undefined` when it need not be asked. The token travels in the Authorization
 * header, and the answer must be about the person of the ID Token (OpenID Connect Core section 5.3).
 *
 * @throws {OidcError}
 */
export async function askUserInfo(
  context: ClientContext,
  verified: VerifiedIdToken,
  accessToken: string | undefined,
): Promise<JsonRecord | undefined> {
  const { tenant, provider } = context;
  const endpoint = provider.metadata.userInfoEndpoint;
  if (endpoint === undefined || accessToken === undefined || !isWanted(tenant, verified.claims)) return undefined;
  let text = '';
  const fetch: typeof provider.fetch = async (url, request) => {
    const response = await provider.fetch(url, request);
    // Signed and encrypted answers are another protocol, and openid-client would take one without looking at its signature.
    if (response.headers.get('content-type')?.includes('jwt'))
      throw new OidcError('user_info_invalid', { reason: 'jwt' });
    text = await response.text();
    const { status, headers } = response;
    return new Response(text === '' ? null : text, { status, headers });
  };
  const client = await clientConfiguration({ ...context, provider: { ...provider, fetch } }, NO_CREDENTIAL);
  try {
    const userInfo = await fetchUserInfo(client, accessToken, verified.subject);
    if (!isJsonRecord(userInfo)) throw new OidcError('user_info_invalid', { reason: 'no object' });
  } catch (fault) {
    throw asOidcError(fault, 'user_info', [accessToken]);
  }
  const claims = parseJsonObject(text);
  if (!claims) throw new OidcError('user_info_invalid', { reason: 'no object' });
  return claims;
}

function isWanted({ userInfo = 'when-needed', claimNames = {} }: OidcTenant, claims: JsonRecord): boolean {
  if (userInfo !== 'when-needed') return userInfo === 'always';
  const wanted = ['email', 'name', ...Object.values(claimNames)];
  return wanted.some((name) => claims[name] === undefined);
}
