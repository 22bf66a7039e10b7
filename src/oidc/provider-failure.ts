import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import { GuardedFetchError } from './guarded-fetch.js';
import { issuerHint } from './issuer-rules.js';
import { OidcError, type OidcErrorCode, type OidcErrorDetails } from './oidc-error.js';

/** What was being done when something failed. */
export type ProviderStage = 'discovery' | 'keys' | 'answer' | 'token' | 'id_token' | 'user_info' | 'refresh';

const LONGEST_DESCRIPTION = 300;

/**
 * Turns whatever was thrown into an {@link OidcError} that holds nothing secret: openid-client hangs whole answers and
 * claims below its errors. `secrets` are texts that must not appear even where the provider repeats them.
 */
export function asOidcError(fault: unknown, stage: ProviderStage, secrets: readonly string[] = []): OidcError {
  if (fault instanceof OidcError) return fault;
  const fetchFault = causeOf(fault, GuardedFetchError);
  if (fetchFault) return fetchError(fetchFault, stage);
  if (fault instanceof AuthorizationResponseError) {
    return refusal(fault.error, fault.error_description, secrets);
  }
  if (fault instanceof ResponseBodyError) {
    const said = saying(fault.error, fault.error_description, secrets);
    return new OidcError(bodyCode(fault.error, stage), { stage, status: fault.status, ...said });
  }
  if (fault instanceof WWWAuthenticateChallengeError) {
    const code = stage === 'user_info' ? 'user_info_invalid' : 'client_refused';
    return new OidcError(code, { stage, status: fault.status });
  }
  if (fault instanceof ClientError) return clientError(fault, stage);
  const name = fault instanceof Error ? fault.name : typeof fault;
  return new OidcError('provider_answer_invalid', { stage, reason: name });
}

/** The answer in which a provider refuses a sign-in (OpenID Connect Core section 3.1.2.6). */
export function refusal(error: string, description: string | undefined, secrets: readonly string[] = []): OidcError {
  const code = error === 'access_denied' ? 'sign_in_cancelled' : 'refused_by_provider';
  return new OidcError(code, { stage: 'answer', ...saying(error, description, secrets) });
}

/** Whether the provider does not know the client or its secret, so that the next secret is worth a try. */
export function isClientRefusal(fault: unknown): boolean {
  return (
    (fault instanceof ResponseBodyError && fault.error === 'invalid_client') ||
    fault instanceof WWWAuthenticateChallengeError
  );
}

function fetchError({ fault, host, systemCode }: GuardedFetchError, stage: ProviderStage): OidcError {
  const details = { stage, fault, host, ...(systemCode !== undefined && { systemCode }) };
  if (fault === 'timeout') return new OidcError('provider_timeout', details);
  if (fault === 'address' || fault === 'url') return new OidcError('provider_forbidden', details);
  const isReachability = fault === 'name' || fault === 'connection' || fault === 'certificate';
  return new OidcError(isReachability ? 'provider_unreachable' : 'provider_answer_invalid', details);
}

function bodyCode(error: string, stage: ProviderStage): OidcErrorCode {
  if (error === 'invalid_client' || error === 'unauthorized_client') return 'client_refused';
  if (error === 'invalid_grant') return stage === 'refresh' ? 'refresh_refused' : 'code_refused';
  return stage === 'user_info' ? 'user_info_invalid' : 'provider_answer_invalid';
}

function clientError(fault: ClientError, stage: ProviderStage): OidcError {
  const below = fault.cause instanceof Error ? fault.cause : undefined;
  const compared: Compared = isObject(below?.cause) ? below.cause : {};
  const { claim, expected, claims } = compared;
  const reason = fault.code ?? 'unknown';
  const details = { stage, reason, ...(typeof claim === 'string' && { claim }) };
  if (stage === 'user_info') return new OidcError('user_info_invalid', details);
  if (claim === 'iss') return wrongIssuer(stage, expected, isObject(claims) ? { ...claims }.iss : undefined);
  if (below?.message.includes('"id_token" property')) return new OidcError('token_missing', details);
  const isTokenCheck = /\bJW[TE]\b|ID Token/.test(below?.message ?? '') || reason.includes('JWT');
  return new OidcError(isTokenCheck ? 'token_invalid' : 'provider_answer_invalid', details);
}

/** What openid-client hangs below its error when a claim is not as it should be. */
interface Compared {
  readonly claim?: unknown;
  readonly expected?: unknown;
  readonly claims?: { readonly iss?: unknown };
}

/** Names both issuers: it is what an administrator has to compare. */
export function wrongIssuer(stage: ProviderStage, expected: unknown, received: unknown): OidcError {
  const [wanted, given] = [expected, received].map((issuer) => String(issuer).slice(0, LONGEST_DESCRIPTION));
  const details = { stage, claim: 'iss', expected: wanted ?? '', received: given ?? '' };
  return new OidcError('token_invalid', details, issuerHint(String(expected), String(received)));
}

function saying(error: string, description: string | undefined, secrets: readonly string[]): OidcErrorDetails {
  return {
    error: /^[\w.:/-]{1,100}$/.test(error) ? error : 'malformed',
    ...(description !== undefined && { description: harmless(description, secrets) }),
  };
}

/** A provider's own words, cut short, without anything that was a secret or looks like a token. */
function harmless(description: string, secrets: readonly string[]): string {
  const known = secrets
    .filter((secret) => secret.length > 3)
    .reduce((text, secret) => text.replaceAll(secret, '…'), description);
  const clean = known.replaceAll(/[\w-]{8,}\.[\w-]{8,}\.[\w-]*|[\w-]{40,}/g, '…');
  return clean.slice(0, LONGEST_DESCRIPTION);
}

function causeOf<T extends Error>(fault: unknown, type: new (...given: never[]) => T): T | undefined {
  let current = fault;
  for (let depth = 0; depth < 5 && isObject(current); depth += 1) {
    if (current instanceof type) return current;
    current = 'cause' in current ? current.cause : undefined;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
