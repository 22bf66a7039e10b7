import type { Clock } from '../core/clock.js';
import { createOptionsValidator } from '../core/configuration.js';
import type { Logger } from '../core/logger.js';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import type { OidcGroups } from './group-claim.js';
import type { GuardedFetch } from './guarded-fetch.js';
import type { HostLookup } from './host-lookup.js';
import type { JsonRecord } from './json-object.js';

/** Asks where the groups really are, e.g. Microsoft Graph. */
export type ResolveGroups = (unresolved: {
  readonly tenant: OidcTenant;
  /** An overflow, or a list that may be cut. */
  readonly groups: OidcGroups;
  readonly claims: JsonRecord;
  readonly accessToken: string | undefined;
}) => Promise<readonly string[] | undefined>;

/** Options of `createOidcEngine`. Everything has a default that is safe. */
export interface OidcEngineOptions {
  /**
   * Called when a token says that there are more groups than it holds, or when a list may be cut. Answer all of them, or
   * `undefined` to leave it at that. A failure, or no answer within `requestTimeout`, is logged and changes nothing.
   */
  readonly resolveGroups?: ResolveGroups;
  /** Seconds between start and answer of a sign-in. 600 unless told. */
  readonly pendingLoginSeconds?: number;
  /** Seconds that a discovery document is used. 3,600 unless told. */
  readonly discoverySeconds?: number;
  /** Seconds that signing keys are used. 600 unless told. */
  readonly keySeconds?: number;
  /** Seconds between two fetches of keys that an unknown key causes. 10 unless told. */
  readonly keyCooldownSeconds?: number;
  /** Milliseconds of one request to a provider. 5,000 unless told. */
  readonly requestTimeout?: number;
  /** Milliseconds that any call takes at most, all its requests together. 15,000 unless told. */
  readonly loginTimeout?: number;
  /** Bytes of one answer of a provider. 1 MiB unless told; of tokens and UserInfo never more than 256 KiB. */
  readonly maxAnswerBytes?: number;
  /** Certificates (PEM) of authorities to trust besides those that Node.js knows. */
  readonly certificateAuthorities?: readonly string[];
  /** UNSAFE, for development and tests: providers on loopback, also with plain http. */
  readonly unsafeLoopback?: boolean;
  /** Finds the addresses of host names; they are checked all the same. */
  readonly lookup?: HostLookup;
  /** UNSAFE: replaces the guarded fetch, with everything it guards against. For tests, or a proxy that guards likewise. */
  readonly fetch?: GuardedFetch;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

const seconds = { type: 'integer', minimum: 1, description: 'a whole number of seconds above 0' };
const milliseconds = { type: 'integer', minimum: 1, description: 'a whole number of milliseconds above 0' };
const isFunction = { isFunction: true, description: 'a function' };

/** Checks the options of `createOidcEngine`. @throws {ConfigurationError} with every fault. */
export const parseOidcEngineOptions: (options: unknown) => OidcEngineOptions =
  createOptionsValidator<OidcEngineOptions>('createOidcEngine', {
    properties: {
      resolveGroups: isFunction,
      pendingLoginSeconds: { ...seconds, maximum: 3600, description: 'a whole number of seconds from 1 to 3600' },
      discoverySeconds: seconds,
      keySeconds: seconds,
      keyCooldownSeconds: seconds,
      requestTimeout: milliseconds,
      loginTimeout: milliseconds,
      maxAnswerBytes: { type: 'integer', minimum: 1, description: 'a whole number of bytes above 0' },
      certificateAuthorities: {
        type: 'array',
        items: { type: 'string', pattern: '^\\s*-----BEGIN CERTIFICATE-----', description: 'a certificate in PEM' },
      },
      unsafeLoopback: { type: 'boolean' },
      lookup: isFunction,
      fetch: isFunction,
      clock: {
        type: 'object',
        description: 'an object with a method now',
        required: ['now'],
        properties: { now: isFunction },
      },
      logger: {
        type: 'object',
        description: 'an object with debug, info, warn and error',
        required: ['debug', 'info', 'warn', 'error'],
        properties: { debug: isFunction, info: isFunction, warn: isFunction, error: isFunction },
      },
    },
  });
