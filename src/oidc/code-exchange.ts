import {
  authorizationCodeGrant,
  type Configuration,
  implicitAuthentication,
  refreshTokenGrant,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
  useIdTokenResponseType,
} from 'openid-client';
import type { Callback } from './callback-parameters.js';
import {
  type ClientContext,
  clientAuthentications,
  clientConfiguration,
  NO_CREDENTIAL,
} from './client-configuration.js';
import { type VerifiedIdToken, verifyIdToken } from './id-token.js';
import { OidcError } from './oidc-error.js';
import type { PendingLogin } from './pending-login.js';
import { asOidcError, isClientRefusal } from './provider-failure.js';

/** The tokens of a sign-in. The host decides what it keeps, and seals it. */
export interface OidcTokens {
  /** Absent in the flow `id_token`. */
  readonly accessToken?: string;
  /** Absent in the answer to a refresh where the provider sends none. */
  readonly idToken?: string;
  readonly refreshToken?: string;
  /** When the access token ends, in milliseconds since 1970, if the provider says so. */
  readonly expiresAt?: number;
  readonly scope?: string;
}

/** What an answer of the provider was exchanged for. */
export interface Exchanged {
  readonly verified: VerifiedIdToken;
  readonly tokens: OidcTokens;
  /** Which of the tenant's secrets the provider took: 0 is the newest. */
  readonly secretIndex: number;
}

type Answer = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** Exchanges a code for tokens (OpenID Connect Core section 3.1.3) and verifies them. @throws {OidcError} */
export async function exchangeCode(
  context: ClientContext,
  pending: PendingLogin,
  callback: Callback,
): Promise<Exchanged> {
  const { code = '', iss } = callback;
  const { state, nonce, codeVerifier, redirectUri, maxAge } = pending;
  const url = new URL(redirectUri);
  url.searchParams.set('code', code);
  url.searchParams.set('state', state);
  if (iss !== undefined && !context.provider.metadata.issuerIsTemplate) url.searchParams.set('iss', iss);
  const checks = {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
    ...(maxAge !== undefined && { maxAge }),
  };
  const { answer, secretIndex } = await withEachSecret(context, 'token', [code, codeVerifier, state, nonce], (client) =>
    authorizationCodeGrant(client, url, checks),
  );
  const { id_token: idToken, access_token: accessToken } = answer;
  if (idToken === undefined) throw new OidcError('token_missing');
  const verified = await verifyIdToken(context.tenant, context.provider, context.clock, { idToken, accessToken });
  return { verified, tokens: tokensOf(answer, context), secretIndex };
}

/** Checks an ID Token that came by form_post without a code (OpenID Connect Core section 3.2). @throws {OidcError} */
export async function acceptIdToken(
  context: ClientContext,
  pending: PendingLogin,
  { id_token: idToken = '' }: Callback,
): Promise<Exchanged> {
  const { tenant, provider, clock } = context;
  // First, since it fetches the keys anew where the one of this token is not known yet.
  const verified = await verifyIdToken(tenant, provider, clock, { idToken });
  const keys = await provider.keys.prepare();
  const local: ClientContext = { ...context, provider: { ...provider, fetch: async () => Response.json(keys) } };
  const client = await clientConfiguration(local, NO_CREDENTIAL);
  useIdTokenResponseType(client);
  const url = new URL(pending.redirectUri);
  url.hash = new URLSearchParams({ id_token: idToken, state: pending.state }).toString();
  const checks = { expectedState: pending.state, ...(pending.maxAge !== undefined && { maxAge: pending.maxAge }) };
  try {
    await implicitAuthentication(client, url, pending.nonce, checks);
  } catch (fault) {
    throw asOidcError(fault, 'id_token', [idToken, pending.state, pending.nonce]);
  }
  return { verified, tokens: { idToken }, secretIndex: 0 };
}

/** What a refresh must not change (OpenID Connect Core section 12.2). */
export interface RefreshRequest {
  readonly refreshToken: string;
  readonly issuer: string;
  readonly subject: string;
}

/** Exchanges a refresh token for new tokens. @throws {OidcError} also when the new ID Token is about somebody else. */
export async function refreshTokens(context: ClientContext, request: RefreshRequest): Promise<OidcTokens> {
  const { refreshToken, issuer, subject } = request;
  const { answer } = await withEachSecret(context, 'refresh', [refreshToken], (client) =>
    refreshTokenGrant(client, refreshToken),
  );
  const { id_token: idToken, access_token: accessToken } = answer;
  if (idToken !== undefined) {
    const verified = await verifyIdToken(context.tenant, context.provider, context.clock, { idToken, accessToken });
    if (verified.issuer !== issuer) throw new OidcError('token_invalid', { stage: 'refresh', claim: 'iss' });
    if (verified.subject !== subject) throw new OidcError('token_invalid', { stage: 'refresh', claim: 'sub' });
  }
  return tokensOf(answer, context);
}

/** Tries the secrets, newest first, until the provider knows one. */
async function withEachSecret(
  context: ClientContext,
  stage: 'token' | 'refresh',
  secrets: readonly string[],
  call: (client: Configuration) => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly secretIndex: number }> {
  const { tenant, provider } = context;
  let refused: unknown;
  for (const [secretIndex, credential] of (await clientAuthentications(tenant, provider.metadata)).entries()) {
    try {
      return { answer: await call(await clientConfiguration(context, credential)), secretIndex };
    } catch (fault) {
      refused = fault;
      if (!isClientRefusal(fault)) break;
    }
  }
  throw asOidcError(refused, stage, [...secrets, ...(tenant.clientSecrets ?? [])]);
}

function tokensOf(answer: Answer, { clock }: ClientContext): OidcTokens {
  const { access_token, id_token, refresh_token, expires_in, scope } = answer;
  return {
    accessToken: access_token,
    ...(id_token !== undefined && { idToken: id_token }),
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    ...(expires_in !== undefined && { expiresAt: clock.now() + expires_in * 1000 }),
    ...(scope !== undefined && { scope }),
  };
}
