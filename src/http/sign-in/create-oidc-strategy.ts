import type { Request } from 'express';
import { type Clock, systemClock } from '../../core/clock.js';
import { createOptionsValidator } from '../../core/configuration.js';
import type { KeyRing } from '../../core/key-ring.js';
import { createDebugLogger, type Logger } from '../../core/logger.js';
import { createOidcEngine, type OidcEngine } from '../../oidc/oidc-engine.js';
import type { SignInStore } from '../../storage/sign-in-store.js';
import type { TenantResolver } from '../../tenancy/tenant-resolver.js';
import { PassportOidcStrategy } from './oidc-strategy.js';
import { createPendingLoginCookies } from './pending-login-cookies.js';
import { createProcessSignIns } from './process-sign-ins.js';
import { askApplication, type OnSignIn } from './sign-in-decision.js';
import { createSignInFlow } from './sign-in-flow.js';

/** Options of `createOidcStrategy`. */
export interface OidcStrategyOptions {
  readonly tenantResolver: TenantResolver;
  readonly keyRing: KeyRing;
  /** The public address of the route that the answers come to. */
  readonly callbackUrl: string;
  /** As in `createOidcTenantRouter`: without it, one process alone. */
  readonly signIns?: SignInStore;
  readonly engine?: OidcEngine;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** A strategy as Passport takes it. */
export interface OidcStrategy {
  readonly name: string;
  authenticate(request: Request, options?: object): void;
}

const isFunction = { isFunction: true, description: 'a function' };
const parseOptions = createOptionsValidator<OidcStrategyOptions>('createOidcStrategy', {
  required: ['tenantResolver', 'keyRing', 'callbackUrl'],
  properties: {
    tenantResolver: { type: 'object', required: ['byId'], properties: { byId: isFunction } },
    keyRing: { type: 'object', required: ['sealer'], properties: { sealer: isFunction } },
    callbackUrl: { type: 'string', pattern: '^https?://[^?#]+$', description: 'an absolute URL without query' },
    signIns: { type: 'object', required: ['consumeOnce'], properties: { consumeOnce: isFunction } },
    engine: { type: 'object', required: ['start', 'complete'] },
    clock: { type: 'object', required: ['now'] },
    logger: { type: 'object', required: ['error'] },
  },
});

/**
 * Creates the strategy for a host that keeps its own routes in place of the router's. `passport.authenticate` with a
 * `tenantId` begins a sign-in, with none it takes the answer, from a query or a form. A sign-in that is refused fails
 * with the reason, whose `message` may be shown.
 *
 * @throws {ConfigurationError} listing every option that cannot be used
 * @example
 * ```ts
 * import passport from 'passport';
 * import { createOidcStrategy, type KeyRing, type TenantResolver } from 'express-sso-scim';
 *
 * declare const tenantResolver: TenantResolver;
 * declare const keyRing: KeyRing;
 * const callbackUrl = 'https://app.example/callback';
 * const strategy = createOidcStrategy({ tenantResolver, keyRing, callbackUrl }, ({ identity }) => ({ user: identity }));
 * passport.use('sso', strategy);
 * ```
 */
export function createOidcStrategy(options: OidcStrategyOptions, onSignIn: OnSignIn): OidcStrategy {
  const settings = parseOptions(options);
  const { tenantResolver, keyRing, callbackUrl, clock = systemClock } = settings;
  const { logger = createDebugLogger('sign-in'), signIns = createProcessSignIns() } = settings;
  const flow = createSignInFlow({
    engine: settings.engine ?? createOidcEngine({ clock, logger }),
    tenantResolver,
    cookies: createPendingLoginCookies(keyRing),
    signIns,
    clock,
    purposes: new Map(),
    admit: async () => undefined,
  });
  return new PassportOidcStrategy({
    flow,
    redirectUri: callbackUrl,
    decide: ({ login, tenant, request }) => askApplication(onSignIn, login, { tenant, request }),
    clock,
    logger,
  });
}
