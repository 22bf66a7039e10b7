import type { Request, RequestHandler, Response } from 'express';
import defaultPassport from 'passport';
import { systemClock } from '../../core/clock.js';
import { ConfigurationError } from '../../core/configuration.js';
import { createDebugLogger } from '../../core/logger.js';
import { createOidcEngine } from '../../oidc/oidc-engine.js';
import type { SignInMethods } from '../../tenancy/sign-in-methods.js';
import type { TenantResolver } from '../../tenancy/tenant-resolver.js';
import { chooseBaseUrl } from './base-url.js';
import { createEnforcement } from './enforcement.js';
import { loginUrl } from './home-realm.js';
import { createLogout } from './logout.js';
import { PassportOidcStrategy } from './oidc-strategy.js';
import { type OidcTenantRouterOptions, parseOidcTenantRouterOptions } from './oidc-tenant-router-options.js';
import { createPendingLoginCookies } from './pending-login-cookies.js';
import { createProcessSignIns } from './process-sign-ins.js';
import { createSignInRateLimiter } from './rate-limit.js';
import { prefersJson, writeRefusal } from './refusal-writer.js';
import { safeReturnTo } from './return-to.js';
import { createSessionGuard } from './session-guard.js';
import { askApplication } from './sign-in-decision.js';
import { createSignInEndpoints } from './sign-in-endpoints.js';
import { createSignInFlow, type SignInStart } from './sign-in-flow.js';
import { redirectTo } from './sign-in-page.js';

/** The router, and what else a host uses of it. */
export interface OidcTenantRouter extends RequestHandler {
  /**
   * Middleware, after the one of your sessions: ends a session that the identity provider has ended by back-channel
   * logout, or whose tenant may sign nobody in any more, and lets the request go on without a user.
   */
  readonly requireActiveSession: RequestHandler;
  /**
   * Middleware, after `passport.session()`: who must use single sign-on and has signed in otherwise is sent to the
   * identity provider, or refused where a program asks. Break-glass addresses pass. Who has signed in otherwise and has no
   * address that says whether they must is refused.
   */
  readonly requireSso: RequestHandler;
  /**
   * How the owner of an address may sign in: ask it when somebody has sent a password, and before you mail a link.
   * `hasPassword: false` says that they have none. What it answers about one person is not for whoever typed the address.
   */
  signInMethodsFor(email: string, facts?: { readonly hasPassword?: boolean }): Promise<SignInMethods>;
  /** Answers a request by sending the browser to the identity provider of a tenant. @throws {OidcError} and others */
  startSignIn(request: Request, response: Response, start: Omit<SignInStart, 'redirectUri'>): Promise<void>;
}

/**
 * Creates the sign-in of a multi-tenant application, one identity provider for each tenant (OpenID Connect Core 1.0), as
 * an Express router. Below its mount it answers `/login` (an e-mail address leads to its provider), `/login/:tenantId`,
 * the callback, `/logout`, `/logged-out` and `/backchannel-logout/:tenantId`; everything else goes on to the next
 * handler. Mount it after the session and before cross-site request checks: providers send forms from other sites.
 *
 * @param tenantResolver finds tenants: `createFixedTenants` for a few
 * @throws {ConfigurationError} listing every option that cannot be used
 * @example
 * ```ts
 * import express from 'express';
 * import session from 'express-session';
 * import passport from 'passport';
 * import { createKeyRing, createOidcTenantRouter, type TenantResolver } from 'express-sso-scim';
 *
 * declare const tenants: TenantResolver;
 * const app = express();
 * app.use(session({ secret: 'from your configuration', resave: false, saveUninitialized: false }));
 * app.use(passport.session());
 * const signIn = createOidcTenantRouter(tenants, {
 *   baseUrl: 'https://app.example',
 *   keyRing: createKeyRing({ writeWith: '2026', keys: { '2026': process.env['SSO_KEY'] ?? '' } }),
 *   onSignIn: async ({ identity }) => ({ user: { id: identity.linkKey, email: identity.email.address } }),
 * });
 * app.use(signIn);
 * app.use(signIn.requireActiveSession);
 * ```
 */
export function createOidcTenantRouter(
  tenantResolver: TenantResolver,
  options: OidcTenantRouterOptions,
): OidcTenantRouter {
  if (typeof tenantResolver?.byId !== 'function' || typeof tenantResolver.byDomain !== 'function') {
    const message = 'must be a tenant resolver, with byId and byDomain';
    throw new ConfigurationError('createOidcTenantRouter', [{ path: 'tenantResolver', message }]);
  }
  const settings = parseOidcTenantRouterOptions(options);
  const { clock = systemClock, logger = createDebugLogger('sign-in'), keyRing, onSignIn, purposes = {} } = settings;
  const { engine = createOidcEngine({ clock, logger }), signIns = createProcessSignIns() } = settings;
  const { sessionSeconds = 30 * 86_400, sessionCheckSeconds = 5, rateLimits = {} } = settings;
  const { passport = defaultPassport, callbackPath = '/signin-oidc' } = settings;
  const baseUrls = typeof settings.baseUrl === 'string' ? [settings.baseUrl] : settings.baseUrl;
  const baseUrlOf = (request: Request) => chooseBaseUrl(baseUrls, request);
  const limiter = createSignInRateLimiter(rateLimits, { clock, logger });
  const flow = createSignInFlow({
    engine,
    tenantResolver,
    signIns,
    clock,
    cookies: createPendingLoginCookies(keyRing),
    purposes: new Map(Object.entries(purposes)),
    admit: (request, tenant) => limiter.countTenant(request, tenant.id),
  });
  const strategy = new PassportOidcStrategy({
    flow,
    clock,
    logger,
    redirectUri: `${baseUrls[0]}${callbackPath}`,
    decide: ({ login, tenant, request }) => askApplication(onSignIn, login, { tenant, request }),
  });
  const endpoints = createSignInEndpoints({
    tenantResolver,
    engine,
    logger,
    limiter,
    strategy,
    passport,
    callbackPath,
    baseUrls,
    baseUrlOf,
    logout: createLogout({ engine, tenantResolver, signIns, keyRing, clock, logger, sessionSeconds }),
    homePath: settings.homePath ?? '/',
    loggedOutPath: settings.loggedOutPath ?? '/',
    otherSignInUrl: settings.otherSignInUrl,
  });
  const enforcement = createEnforcement(tenantResolver, settings.emailOf);

  const signInMiddleware: RequestHandler = (request, response, next) => {
    const endpoint = endpoints.find(request);
    if (!endpoint) return next();
    endpoint(request, response).catch((thrown: unknown) => writeRefusal(request, response, thrown, logger));
  };

  return Object.assign(signInMiddleware, {
    requireActiveSession: createSessionGuard({
      signIns,
      tenantResolver,
      clock,
      logger,
      seconds: sessionCheckSeconds,
    }),
    requireSso: enforcement.guard((request, response, { email, ssoTenantId, refusal }) => {
      if (ssoTenantId === undefined || request.method !== 'GET' || prefersJson(request)) {
        return writeRefusal(request, response, refusal, logger);
      }
      const baseUrl = baseUrlOf(request);
      const returnTo = safeReturnTo(request.originalUrl, baseUrl);
      redirectTo(response, loginUrl(baseUrl, ssoTenantId, { login_hint: email, returnTo }));
    }),
    signInMethodsFor: enforcement.methodsFor,
    startSignIn: endpoints.start,
  });
}
