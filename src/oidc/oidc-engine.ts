import { systemClock } from '../core/clock.js';
import { ConfigurationError } from '../core/configuration.js';
import { createDebugLogger } from '../core/logger.js';
import { type OidcTenant, parseOidcTenant } from '../tenancy/oidc-tenant.js';
import { type AuthorizationWishes, buildLoginUrl } from './authorization-request.js';
import { type CallbackParameters, readCallback, readParameter } from './callback-parameters.js';
import type { ClientContext } from './client-configuration.js';
import { type OidcTokens, type RefreshRequest, refreshTokens } from './code-exchange.js';
import { type CompletedLogin, completeLogin } from './complete-login.js';
import { withDeadline } from './deadline.js';
import { issuersOf } from './id-token.js';
import {
  completeLogout,
  type LogoutNotice,
  type LogoutWishes,
  type StartedLogout,
  startLogout,
  verifyLogoutToken,
} from './logout.js';
import { type OidcEngineOptions, parseOidcEngineOptions } from './oidc-engine-options.js';
import { OidcError } from './oidc-error.js';
import { checkPendingLogin, createPendingLogin, type PendingLogin } from './pending-login.js';
import { createProviders, type ProviderReport } from './provider.js';
import { asOidcError } from './provider-failure.js';

/** How a sign-in begins. */
export interface StartLogin extends AuthorizationWishes {
  /** The application's callback, as registered at the provider: absolute, from configuration, never from a `Host` header. */
  readonly redirectUri: string;
  /** `sign-in` unless told. A result of another purpose must not create a session. */
  readonly purpose?: string;
  readonly returnTo?: string;
  /** Replaces the tenant's `maxAge`. */
  readonly maxAge?: number;
}

/** A sign-in that has begun: send the browser to `url`, and keep `pending` for it, sealed. */
export interface StartedLogin {
  readonly url: string;
  readonly pending: PendingLogin;
}

/** A sign-in that a provider's portal asks for. */
export interface ThirdPartyLogin {
  readonly loginHint: string | undefined;
  /** Where the portal wants the person to end up. Unchecked: apply the rule for `returnTo`. */
  readonly targetLinkUri: string | undefined;
}

/**
 * OpenID Connect for many tenants, without Express or passport. Every method takes the tenant as a value and throws
 * {@link OidcError} alone. Nothing about a sign-in is kept here: two calls meet only in the provider's document and keys.
 */
export interface OidcEngine {
  /** Begins a sign-in: state, nonce and PKCE are always fresh. */
  start(tenant: OidcTenant, login: StartLogin): Promise<StartedLogin>;
  /**
   * Ends a sign-in: checks the answer against `pending`, exchanges the code, verifies the ID Token, asks UserInfo. The
   * host takes `pending` away before it calls this, so that it is used once.
   */
  complete(
    tenant: OidcTenant,
    pending: PendingLogin | undefined,
    parameters: CallbackParameters,
  ): Promise<CompletedLogin>;
  /** The `state` of an answer, by which the host finds the pending login. */
  stateOf(parameters: CallbackParameters): string | undefined;
  refresh(tenant: OidcTenant, request: RefreshRequest): Promise<OidcTokens>;
  /** `undefined` where the provider has no logout of its own. */
  startLogout(tenant: OidcTenant, wishes: LogoutWishes): Promise<StartedLogout | undefined>;
  /** Checks the `state` of a browser that comes back from a logout. */
  completeLogout(state: string | undefined, parameters: CallbackParameters): void;
  /** Verifies the `logout_token` of a back-channel logout. The host accepts each `tokenId` once. */
  verifyLogoutToken(tenant: OidcTenant, token: string): Promise<LogoutNotice>;
  /** Checks a login that a third party initiates (OpenID Connect Core section 4): its `iss` must be the tenant's. */
  acceptThirdPartyLogin(tenant: OidcTenant, parameters: CallbackParameters): Promise<ThirdPartyLogin>;
  /** Looks at a tenant's provider for whoever sets it up, and says what is wrong and who can mend it. */
  examine(tenant: OidcTenant): Promise<ProviderReport>;
}

/**
 * Creates an {@link OidcEngine}.
 *
 * @example
 * const engine = createOidcEngine();
 * const { url, pending } = await engine.start(tenant, { redirectUri: 'https://app.example/signin-oidc' });
 *
 * @throws {ConfigurationError} when the options cannot be used.
 */
export function createOidcEngine(options: OidcEngineOptions = {}): OidcEngine {
  const given = parseOidcEngineOptions(options);
  const { clock = systemClock, logger = createDebugLogger('oidc'), resolveGroups } = given;
  const lifetime = (given.pendingLoginSeconds ?? 600) * 1000;
  const loginTimeout = given.loginTimeout ?? 15_000;
  const completion = { resolveGroups, resolveTimeout: given.requestTimeout ?? 5000, logger };
  const insecure = given.unsafeLoopback === true;
  const providers = createProviders({
    clock,
    fetch: given.fetch,
    fetchOptions: fetchOptionsOf(given),
    documentAge: (given.discoverySeconds ?? 3600) * 1000,
    keyAge: (given.keySeconds ?? 600) * 1000,
    keyCooldown: (given.keyCooldownSeconds ?? 10) * 1000,
    failureAge: 5000,
  });

  /** Checks the tenant and reaches its provider, in bounded time, and lets nothing out but an OidcError. */
  function withProvider<T>(tenant: OidcTenant, work: (context: ClientContext) => T | Promise<T>): Promise<T> {
    async function run(): Promise<T> {
      try {
        checkTenant(tenant);
        return await work({ tenant, provider: await providers.get(tenant), clock, insecure });
      } catch (fault) {
        throw asOidcError(fault, 'answer');
      }
    }
    return withDeadline(loginTimeout, run());
  }

  return {
    start: (tenant, { redirectUri, purpose = 'sign-in', returnTo, maxAge, ...wishes }) =>
      withProvider(tenant, (context) => {
        checkRedirectUri(redirectUri);
        const oldest = maxAge ?? tenant.maxAge;
        const pending = createPendingLogin(tenant, clock, {
          redirectUri,
          purpose,
          ...(returnTo !== undefined && { returnTo }),
          ...(oldest !== undefined && { maxAge: oldest }),
        });
        return { url: buildLoginUrl(context, pending, wishes), pending };
      }),

    async complete(tenant, pending, parameters) {
      checkTenant(tenant);
      const callback = readCallback(parameters);
      const checked = checkPendingLogin(tenant, pending, callback.state, { clock, lifetime });
      return withProvider(tenant, (context) => completeLogin(context, checked, callback, completion));
    },

    stateOf: (parameters) => readParameter(parameters, 'state'),

    refresh: (tenant, request) => withProvider(tenant, (context) => refreshTokens(context, request)),

    startLogout: (tenant, wishes) => withProvider(tenant, (context) => startLogout(context, wishes)),

    completeLogout,

    verifyLogoutToken: (tenant, token) => withProvider(tenant, (context) => verifyLogoutToken(context, token)),

    acceptThirdPartyLogin: (tenant, parameters) =>
      withProvider(tenant, ({ provider }) => {
        const issuer = readParameter(parameters, 'iss');
        if (issuer === undefined || !issuersOf(tenant, provider.metadata).includes(issuer)) {
          throw new OidcError('issuer_mismatch', { part: 'third party login' });
        }
        const loginHint = readParameter(parameters, 'login_hint');
        return { loginHint, targetLinkUri: readParameter(parameters, 'target_link_uri') };
      }),

    async examine(tenant) {
      checkTenant(tenant);
      return providers.examine(tenant);
    },
  };
}

function fetchOptionsOf(options: OidcEngineOptions) {
  const { unsafeLoopback, certificateAuthorities, requestTimeout, maxAnswerBytes, lookup } = options;
  return {
    ...(unsafeLoopback !== undefined && { unsafeLoopback }),
    ...(certificateAuthorities && { certificateAuthorities }),
    ...(requestTimeout !== undefined && { timeout: requestTimeout }),
    ...(maxAnswerBytes !== undefined && { maxBytes: maxAnswerBytes }),
    ...(lookup && { lookup }),
  };
}

function checkTenant(tenant: OidcTenant): void {
  try {
    parseOidcTenant(tenant);
  } catch (fault) {
    if (!(fault instanceof ConfigurationError)) throw fault;
    const faults = fault.faults.map(({ path, message }) => `${path}: ${message}`);
    throw new OidcError('tenant_invalid', { faults });
  }
}

function checkRedirectUri(redirectUri: string): void {
  if (!/^https?:\/\/[^?#]+$/.test(redirectUri) || !URL.canParse(redirectUri)) {
    throw new OidcError('request_invalid', { part: 'redirectUri' });
  }
}
