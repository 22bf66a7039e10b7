import type { Request, Response } from 'express';
import { parseEmailAddress } from '../../core/email-address.js';
import type { Logger } from '../../core/logger.js';
import { isStorableText } from '../../core/storable-text.js';
import { type CallbackParameters, readParameter } from '../../oidc/callback-parameters.js';
import type { OidcEngine } from '../../oidc/oidc-engine.js';
import type { OidcTenant } from '../../tenancy/oidc-tenant.js';
import type { TenantResolver } from '../../tenancy/tenant-resolver.js';
import { createBackChannel } from './back-channel.js';
import { refuseCrossSite } from './cross-site.js';
import { answerHomeRealm } from './home-realm.js';
import { beginSession } from './host-session.js';
import type { Logout } from './logout.js';
import type { PassportOidcStrategy } from './oidc-strategy.js';
import type { OidcTenantRouterOptions, PassportInstance } from './oidc-tenant-router-options.js';
import { attemptSignIn } from './passport-attempt.js';
import type { SignInRateLimiter } from './rate-limit.js';
import { safeReturnTo } from './return-to.js';
import { shownGroups } from './shown-groups.js';
import { callbackParameters } from './sign-in-body.js';
import type { SignInStart } from './sign-in-flow.js';
import { protectAnswer, redirectTo } from './sign-in-page.js';
import { SignInRefusal } from './sign-in-refusal.js';

export interface SignInEndpointsOptions
  extends Required<Pick<OidcTenantRouterOptions, 'callbackPath' | 'homePath' | 'loggedOutPath'>> {
  readonly tenantResolver: TenantResolver;
  readonly engine: OidcEngine;
  readonly logger: Logger;
  readonly limiter: SignInRateLimiter;
  readonly strategy: PassportOidcStrategy;
  readonly passport: PassportInstance;
  readonly logout: Logout;
  readonly baseUrls: readonly string[];
  readonly baseUrlOf: (request: Request) => string;
  readonly otherSignInUrl: string | undefined;
}

/** Answers one request, or throws why not. */
type Endpoint = (request: Request, response: Response) => Promise<void>;

type TenantEndpoint = (request: Request, response: Response, tenantId: string) => Promise<void>;

/** What the router answers. */
export interface SignInEndpoints {
  /** `undefined` for everything that is not the router's. */
  find(request: Request): Endpoint | undefined;
  start(request: Request, response: Response, start: Omit<SignInStart, 'redirectUri'>): Promise<void>;
}

/** Longer hints than an address help nobody, and end up in a URL. */
const LONGEST_HINT = 320;

/** Creates {@link SignInEndpoints}. */
export function createSignInEndpoints(options: SignInEndpointsOptions): SignInEndpoints {
  const { tenantResolver, engine, logger, limiter, logout, callbackPath, baseUrls, baseUrlOf } = options;

  async function start(request: Request, response: Response, wishes: Omit<SignInStart, 'redirectUri'>): Promise<void> {
    protectAnswer(response);
    await attemptSignIn(options, request, response, { ...wishes, redirectUri: `${baseUrlOf(request)}${callbackPath}` });
  }

  /** `/login`: an address leads to its tenant; so does the hint of a portal that knows no tenant. */
  async function discover(request: Request, response: Response): Promise<void> {
    protectAnswer(response);
    const parameters = await callbackParameters(request);
    const tenant = readParameter(parameters, 'iss') === undefined ? undefined : await tenantOfHint(parameters);
    if (tenant) return startFor(request, response, tenant, parameters);
    await answerHomeRealm(request, response, parameters, { ...options, baseUrl: baseUrlOf(request) });
  }

  async function tenantOfHint(parameters: CallbackParameters): Promise<OidcTenant | undefined> {
    const hinted = parseEmailAddress(readParameter(parameters, 'login_hint') ?? '');
    return hinted && tenantResolver.byDomain(hinted.domain);
  }

  /** `/login/:tenantId`, by a link of the application or by the portal of a provider (OpenID Connect Core section 4). */
  async function login(request: Request, response: Response, tenantId: string): Promise<void> {
    await startFor(request, response, await knownTenant(tenantId), await callbackParameters(request));
  }

  async function startFor(request: Request, response: Response, tenant: OidcTenant, parameters: CallbackParameters) {
    const isThirdParty = readParameter(parameters, 'iss') !== undefined;
    const { loginHint, targetLinkUri } = isThirdParty
      ? await engine.acceptThirdPartyLogin(tenant, parameters)
      : {
          loginHint: readParameter(parameters, 'login_hint'),
          targetLinkUri: readParameter(parameters, 'returnTo'),
        };
    const returnTo = safeReturnTo(targetLinkUri, baseUrlOf(request));
    await start(request, response, {
      tenantId: tenant.id,
      ...(returnTo !== undefined && { returnTo }),
      ...(loginHint !== undefined && loginHint.length <= LONGEST_HINT && { loginHint }),
    });
  }

  async function callback(request: Request, response: Response): Promise<void> {
    protectAnswer(response);
    const result = await attemptSignIn(options, request, response, {});
    if (!result) return;
    const { user, login, tenant } = result;
    const { identity, sessionId, tokens } = login;
    await beginSession(request, user, {
      organizationId: tenant.organizationId,
      tenantId: tenant.id,
      issuer: identity.issuer,
      subject: identity.subject,
      ...(sessionId !== undefined && { sessionId }),
      ...(tokens.idToken !== undefined && { idToken: tokens.idToken }),
      // Not now: a logout that came while the code was exchanged or the application decided must end it.
      signedInAt: new Date(login.startedAt).toISOString(),
    });
    const { tenantId, issuer, subject } = identity;
    logger.info({ tenantId, issuer, subject, groups: shownGroups(identity.groups) }, 'somebody has signed in');
    redirectTo(response, new URL(login.returnTo ?? options.homePath, baseUrlOf(request)).href);
  }

  async function leave(request: Request, response: Response): Promise<void> {
    protectAnswer(response);
    refuseCrossSite(request, baseUrls);
    const baseUrl = baseUrlOf(request);
    const wished = safeReturnTo(readParameter(await callbackParameters(request), 'returnTo'), baseUrl);
    const returnTo = new URL(wished ?? options.loggedOutPath, baseUrl).href;
    redirectTo(response, await logout.leave(request, response, baseUrl, returnTo));
  }

  async function comeBack(request: Request, response: Response): Promise<void> {
    protectAnswer(response);
    const parameters = await callbackParameters(request);
    redirectTo(response, logout.comeBack(request, response, baseUrlOf(request), parameters));
  }

  async function knownTenant(tenantId: string): Promise<OidcTenant> {
    const tenant = isStorableText(tenantId) ? await tenantResolver.byId(tenantId) : undefined;
    if (!tenant) throw new SignInRefusal('tenant_unknown');
    return tenant;
  }

  function limited(endpoint: Endpoint): Endpoint {
    return async (request, response) => {
      await limiter.countAddress(request);
      await endpoint(request, response);
    };
  }

  const fixed = new Map<string, Endpoint>([
    [`GET ${callbackPath}`, limited(callback)],
    [`POST ${callbackPath}`, limited(callback)],
    ['GET /login', limited(discover)],
    ['POST /login', limited(discover)],
    ['POST /logout', leave],
    ['GET /logged-out', comeBack],
  ]);

  const limitedLogin: TenantEndpoint = async (request, response, tenantId) => {
    await limiter.countAddress(request);
    await login(request, response, tenantId);
  };
  const ofTenant = new Map<string, TenantEndpoint>([
    ['GET /login', limitedLogin],
    ['POST /login', limitedLogin],
    ['POST /backchannel-logout', createBackChannel(options)],
  ]);

  return {
    start,
    find({ method, path }) {
      const asked = `${method} ${path.replace(/\/$/, '')}`;
      const known = fixed.get(asked);
      if (known) return known;
      const slash = asked.lastIndexOf('/');
      const endpoint = ofTenant.get(asked.slice(0, slash));
      if (!endpoint) return undefined;
      const tenantId = decoded(asked.slice(slash + 1));
      return (request, response) => endpoint(request, response, tenantId);
    },
  };
}

/** Broken percent-encoding names no tenant. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '\0';
  }
}
