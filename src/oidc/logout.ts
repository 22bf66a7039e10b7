import { buildEndSessionUrl } from 'openid-client';
import { randomToken } from '../core/random-token.js';
import type { CallbackParameters } from './callback-parameters.js';
import { readParameter } from './callback-parameters.js';
import { CLOCK_TOLERANCE, type ClientContext, clientConfiguration, NO_CREDENTIAL } from './client-configuration.js';
import { issuersOf } from './id-token.js';
import { isJsonRecord, type JsonRecord, textOf } from './json-object.js';
import { OidcError } from './oidc-error.js';
import { isSameText } from './pending-login.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** Seconds after which a logout token is too old to be fresh news. */
const OLDEST_LOGOUT = 600;
const LOGOUT_TYPES = new Set(['logout+jwt', 'application/logout+jwt', 'jwt']);

export interface LogoutWishes {
  /** Registered at the provider; where the browser comes back to. */
  readonly postLogoutRedirectUri: string;
  /** The ID Token of the session; many providers ask the person before they log out without it. */
  readonly idTokenHint?: string;
  readonly logoutHint?: string;
}

/** A logout under way. The host keeps `state` for the browser until it comes back. */
export interface StartedLogout {
  readonly url: string;
  readonly state: string;
}

/** Where the browser goes to end the session at the provider (RP-Initiated Logout 1.0), if it offers that. */
export async function startLogout(context: ClientContext, wishes: LogoutWishes): Promise<StartedLogout | undefined> {
  if (context.provider.metadata.endSessionEndpoint === undefined) return undefined;
  const state = randomToken();
  const parameters = new URLSearchParams({ post_logout_redirect_uri: wishes.postLogoutRedirectUri, state });
  if (wishes.idTokenHint !== undefined) parameters.set('id_token_hint', wishes.idTokenHint);
  if (wishes.logoutHint !== undefined) parameters.set('logout_hint', wishes.logoutHint);
  const client = await clientConfiguration(context, NO_CREDENTIAL);
  return { url: buildEndSessionUrl(client, parameters).href, state };
}

/** Checks that a browser comes back from the logout it was sent to. @throws {OidcError} `logout_invalid` */
export function completeLogout(state: string | undefined, parameters: CallbackParameters): void {
  const answered = readParameter(parameters, 'state');
  if (state === undefined || answered === undefined || !isSameText(state, answered)) {
    throw new OidcError('logout_invalid', { reason: answered === undefined ? 'no state' : 'other state' });
  }
}

/** What a provider says has ended. One of `subject` and `sessionId` is there at least. */
export interface LogoutNotice {
  readonly issuer: string;
  readonly subject: string | undefined;
  /** The `sid` of the sign-ins that ended; without it all of the subject's. */
  readonly sessionId: string | undefined;
  /** The token's own id (`jti`): accept each once, until {@link expiresAt}. */
  readonly tokenId: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Verifies a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6). @throws {OidcError} */
export async function verifyLogoutToken(context: ClientContext, token: string): Promise<LogoutNotice> {
  const { tenant, provider, clock } = context;
  const { payload, type } = await provider.keys.verify(token, provider.metadata.algorithms);
  const { iss, aud, iat, exp, jti, events, nonce, sub, sid } = payload;
  const now = clock.now() / 1000;
  // An ID Token has the type JWT or none, and is told apart by its nonce and the event it lacks.
  if (type !== undefined && !LOGOUT_TYPES.has(type.toLowerCase())) throw invalid('typ');
  if (typeof iss !== 'string' || !issuersOf(tenant, provider.metadata).includes(iss)) throw invalid('iss');
  if (aud !== tenant.clientId && !(Array.isArray(aud) && aud.includes(tenant.clientId))) throw invalid('aud');
  if (typeof iat !== 'number' || iat > now + CLOCK_TOLERANCE || iat < now - OLDEST_LOGOUT) throw invalid('iat');
  if (typeof exp !== 'number' || exp <= now - CLOCK_TOLERANCE) throw invalid('exp');
  if (textOf(jti) === undefined) throw invalid('jti');
  if (!isLogoutEvent(events)) throw invalid('events');
  if (nonce !== undefined) throw invalid('nonce');
  const [subject, sessionId] = [optionalText(sub, 'sub'), optionalText(sid, 'sid')];
  if (subject === undefined && sessionId === undefined) throw invalid('sub');
  return { issuer: iss, subject, sessionId, tokenId: String(jti), issuedAt: iat * 1000, expiresAt: exp * 1000 };
}

function isLogoutEvent(events: unknown): boolean {
  return isJsonRecord(events) && isJsonRecord((events as JsonRecord)[EVENT]);
}

function optionalText(value: unknown, claim: string): string | undefined {
  if (value === undefined) return undefined;
  const text = textOf(value);
  if (text === undefined) throw invalid(claim);
  return text;
}

function invalid(claim: string): OidcError {
  return new OidcError('logout_invalid', { claim });
}
