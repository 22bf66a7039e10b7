import type { Logger } from '../core/logger.js';
import type { Callback } from './callback-parameters.js';
import type { ClientContext } from './client-configuration.js';
import { acceptIdToken, type Exchanged, exchangeCode, type OidcTokens } from './code-exchange.js';
import { withDeadline } from './deadline.js';
import { groupsOf, type OidcGroups } from './group-claim.js';
import { issuersOf } from './id-token.js';
import { type JsonRecord, textList, textOf } from './json-object.js';
import type { ResolveGroups } from './oidc-engine-options.js';
import { OidcError } from './oidc-error.js';
import { type OidcIdentity, readIdentity } from './oidc-identity.js';
import type { PendingLogin } from './pending-login.js';
import type { Provider } from './provider.js';
import { refusal } from './provider-failure.js';
import { askUserInfo } from './user-info.js';

/** A sign-in that holds. */
export interface CompletedLogin {
  readonly identity: OidcIdentity;
  readonly tokens: OidcTokens;
  readonly purpose: string;
  readonly returnTo: string | undefined;
  /** The provider's session (`sid`), which a back-channel logout may name. */
  readonly sessionId: string | undefined;
  /**
   * From when it counts, in milliseconds since 1970: when the person proved who they are, or before that the start of the
   * sign-in, but never after its answer came. A logout that the provider tells of later than this ends it.
   */
  readonly startedAt: number;
  /** When the person proved who they are, in milliseconds since 1970, if the provider says so. */
  readonly authenticatedAt: number | undefined;
  readonly acr: string | undefined;
  readonly amr: readonly string[];
}

interface CompletionOptions {
  readonly resolveGroups: ResolveGroups | undefined;
  /** Milliseconds that `resolveGroups` may take. */
  readonly resolveTimeout: number;
  readonly logger: Logger;
}

/** Ends a sign-in whose pending login was checked. @throws {OidcError} */
export async function completeLogin(
  context: ClientContext,
  pending: PendingLogin,
  callback: Callback,
  options: CompletionOptions,
): Promise<CompletedLogin> {
  const { tenant, clock } = context;
  const answeredAt = clock.now();
  checkIssuerParameter(context, callback.iss);
  if (callback.error !== undefined) {
    const { state, nonce, codeVerifier } = pending;
    const secrets = [state, nonce, codeVerifier, callback.code ?? '', ...(tenant.clientSecrets ?? [])];
    throw refusal(callback.error, callback.error_description, secrets);
  }
  const { verified, tokens, secretIndex } = await exchange(context, pending, callback);
  if (secretIndex > 0) {
    options.logger.warn(
      { tenantId: tenant.id, secretIndex },
      'the provider refused the newest client secret and took an older one',
    );
  }
  const identity = readIdentity(tenant, verified, await askUserInfo(context, verified, tokens.accessToken));
  const groups = await resolvedGroups(context, identity, tokens, options);
  const seen = circumstances(verified.claims);
  const startedAt = Math.min(answeredAt, Math.max(pending.createdAt, seen.authenticatedAt ?? 0));
  return { identity: { ...identity, groups }, tokens, startedAt, ...seen, ...wishesOf(pending) };
}

async function exchange(context: ClientContext, pending: PendingLogin, callback: Callback): Promise<Exchanged> {
  const { flow = 'code' } = context.tenant;
  const { code, id_token: idToken } = callback;
  const [expected, foreign] = flow === 'code' ? [code, idToken] : [idToken, code];
  if (expected === undefined || foreign !== undefined) throw new OidcError('answer_invalid', { flow });
  return flow === 'code' ? exchangeCode(context, pending, callback) : acceptIdToken(context, pending, callback);
}

async function resolvedGroups(
  { tenant }: ClientContext,
  { groups, claims }: OidcIdentity,
  { accessToken }: OidcTokens,
  { resolveGroups, resolveTimeout, logger }: CompletionOptions,
): Promise<OidcGroups> {
  const isUnsure = groups.state === 'overflow' || (groups.state === 'present' && groups.mayBeCut);
  if (!resolveGroups || !isUnsure) return groups;
  try {
    const asked = async () => resolveGroups({ tenant, groups, claims, accessToken });
    const list = await withDeadline(resolveTimeout, asked());
    const resolved = list === undefined ? groups : groupsOf(list);
    return resolved.state === 'present' ? { ...resolved, mayBeCut: list === undefined } : resolved;
  } catch (error) {
    logger.warn({ tenantId: tenant.id, error }, 'resolveGroups failed; the groups stay as the token has them');
    return groups;
  }
}

/** Mix-up of providers (RFC 9207): an issuer that is named must be the right one, and one that is announced must be named. */
function checkIssuerParameter({ tenant, provider }: ClientContext, iss: string | undefined): void {
  const { metadata }: Provider = provider;
  if (iss === undefined) {
    // In the other flow the ID Token itself says who answers.
    if (metadata.announcesIssuerParameter && tenant.flow !== 'id_token')
      throw new OidcError('answer_invalid', { parameter: 'iss' });
  } else if (!issuersOf(tenant, metadata).includes(iss)) {
    throw new OidcError('issuer_mismatch', { part: 'answer' });
  }
}

function circumstances({ sid, auth_time: authTime, acr, amr }: JsonRecord) {
  return {
    sessionId: textOf(sid),
    authenticatedAt: typeof authTime === 'number' ? authTime * 1000 : undefined,
    acr: textOf(acr),
    amr: textList(amr) ?? [],
  };
}

function wishesOf({ purpose, returnTo }: PendingLogin) {
  return { purpose, returnTo };
}
