import type { Request, RequestHandler } from 'express';
import type { Clock } from '../../core/clock.js';
import { createOptionsValidator } from '../../core/configuration.js';
import type { KeyRing } from '../../core/key-ring.js';
import type { Logger } from '../../core/logger.js';
import type { OidcEngine } from '../../oidc/oidc-engine.js';
import type { SignInStore } from '../../storage/sign-in-store.js';
import type { SignInRateLimits } from './rate-limit.js';
import type { OnSignIn } from './sign-in-decision.js';
import type { SignInPurpose } from './sign-in-flow.js';

/** What the router uses of a Passport instance. */
export interface PassportInstance {
  authenticate(
    strategy: { authenticate(request: Request, options?: object): void },
    options: object,
    callback: (error: unknown, user?: unknown, info?: unknown) => void,
  ): RequestHandler;
}

/** Options of `createOidcTenantRouter`. */
export interface OidcTenantRouterOptions {
  /**
   * The public address of the mount, e.g. `https://app.example`; several where the application is known by several hosts,
   * such as one for each region: a request is answered with the one of its own host, or else with the first. Plain http
   * only on localhost.
   */
  readonly baseUrl: string | readonly string[];
  /** Seals what browsers keep while they are at the identity provider. */
  readonly keyRing: KeyRing;
  readonly onSignIn: OnSignIn;
  /**
   * Where the use of a sign-in and the end of sessions are remembered: `storage.signIns`. Without it they are remembered
   * in this process alone, which is wrong as soon as there are two.
   */
  readonly signIns?: SignInStore;
  /** `createOidcEngine()` unless told. */
  readonly engine?: OidcEngine;
  /** Your Passport instance, with its serializers. The one that `import passport from 'passport'` gives, unless told. */
  readonly passport?: PassportInstance;
  /** Below the mount; the same for all tenants. `/signin-oidc` unless told. */
  readonly callbackPath?: string;
  /** Where people go after a sign-in that names no place. A path of the application, `/` unless told. */
  readonly homePath?: string;
  /** Where people go after a logout that names no place. A path of the application, `/` unless told. */
  readonly loggedOutPath?: string;
  /** Your own login page, for people whose domain belongs to no tenant. */
  readonly otherSignInUrl?: string;
  /** The e-mail address of whoever is signed in, for `requireSso`. `request.user.email` unless told. */
  readonly emailOf?: (request: Request) => string | undefined;
  /** Seconds that your sessions live at most; so long a logout at the provider is remembered. 30 days unless told. */
  readonly sessionSeconds?: number;
  /** Seconds that a session may live on after its provider or tenant has ended, at most 300. 5 unless told. */
  readonly sessionCheckSeconds?: number;
  /** `false` switches them off, for applications that limit elsewhere. */
  readonly rateLimits?: SignInRateLimits | false;
  /** Sign-ins for something else than a session, by name; begun with `startSignIn`. */
  readonly purposes?: Readonly<Record<string, SignInPurpose>>;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

const isFunction = { isFunction: true, description: 'a function' };
const positive = { type: 'integer', minimum: 1, description: 'a whole number above 0' };
const path = {
  type: 'string',
  pattern: '^/(?!/)[^\\s?#\\\\]*$',
  maxLength: 512,
  description: 'a path such as "/", without query',
};
const baseUrl = {
  type: 'string',
  pattern: '^(?:https://[^\\s?#@/]+|http://(?:localhost|127\\.0\\.0\\.1|\\[::1\\])(?::\\d+)?)(?:/[^\\s?#]*[^\\s?#/])?$',
  description: 'an https URL such as https://app.example, without a slash at its end; http only on localhost',
};
const objectOf = (...names: readonly string[]) => ({
  type: 'object',
  description: `an object with ${names.join(', ')}`,
  required: names,
  properties: Object.fromEntries(names.map((name) => [name, isFunction])),
});

/** Checks the options of `createOidcTenantRouter`. @throws {ConfigurationError} with every fault. */
export const parseOidcTenantRouterOptions: (options: unknown) => OidcTenantRouterOptions =
  createOptionsValidator<OidcTenantRouterOptions>('createOidcTenantRouter', {
    required: ['baseUrl', 'keyRing', 'onSignIn'],
    properties: {
      baseUrl: {
        anyOf: [baseUrl, { type: 'array', minItems: 1, items: baseUrl }],
        description: `${baseUrl.description}; or a list of such`,
      },
      keyRing: objectOf('sealer'),
      onSignIn: isFunction,
      signIns: objectOf('consumeOnce', 'endSessions', 'sessionsEndedAt'),
      engine: objectOf('start', 'complete', 'stateOf', 'startLogout', 'verifyLogoutToken', 'acceptThirdPartyLogin'),
      passport: objectOf('authenticate'),
      callbackPath: { ...path, pattern: '^(?:/[\\w.~-]+)+$', description: 'a path such as /signin-oidc' },
      homePath: path,
      loggedOutPath: path,
      otherSignInUrl: {
        type: 'string',
        pattern: '^(?:https?://|/(?!/))[!-\\[\\]-~]*$',
        description: 'a path or URL such as /login',
      },
      emailOf: isFunction,
      sessionSeconds: positive,
      sessionCheckSeconds: { type: 'integer', minimum: 0, maximum: 300, description: 'a whole number from 0 to 300' },
      rateLimits: {
        anyOf: [
          { const: false },
          {
            type: 'object',
            additionalProperties: false,
            properties: {
              perAddress: positive,
              perTenant: positive,
              logoutsPerAddress: positive,
              refusedLogouts: positive,
              store: isFunction,
            },
          },
        ],
        description: 'false, or an object with perAddress, perTenant, logoutsPerAddress, refusedLogouts, store',
      },
      purposes: {
        type: 'object',
        propertyNames: { not: { const: 'sign-in' } },
        additionalProperties: objectOf('tenantById', 'onResult'),
      },
      clock: objectOf('now'),
      logger: objectOf('debug', 'info', 'warn', 'error'),
    },
  });
