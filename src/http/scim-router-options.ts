import type { Request } from 'express';
import type { Clock } from '../core/clock.js';
import { createOptionsValidator } from '../core/configuration.js';
import type { Logger } from '../core/logger.js';
import type { EndAccess } from '../provisioning/access.js';
import { PROVISIONING_RULES_SCHEMA, type ProvisioningRules } from '../provisioning/provisioning-rules.js';
import type { ResourceTypeAdditions } from '../scim/schema/core-resource-types.js';
import type { ResourceTypeInput } from '../scim/schema/resource-type.js';
import type { DirectoryPrincipal } from '../tenancy/principal.js';
import { SCIM_POLICY_SCHEMA, type ScimPolicy } from '../tenancy/scim-policy.js';

/** Who a request comes from, as the host's own authentication says. */
export interface HostAuthentication {
  /** The one directory that the caller may work on; a request that addresses another is refused. */
  readonly directoryId: string;
  /** `users`, `groups`, `users:read` …; left out means everything. */
  readonly scopes?: readonly string[];
  /** The directory user that the request acts for: the subject of `/Me`. */
  readonly userId?: string;
}

/** Options of `createScimRouter`. Everything has a default that is safe; what is not given is not switched on. */
export interface ScimRouterOptions {
  /**
   * Public URL of the mount, e.g. `https://app.example.com/scim/v2`. With `directoryFrom: 'host'` it may hold `{host}`,
   * the host name that led to the directory. It is the only source of `Location`, `meta.location` and `$ref`; the `Host`
   * header never is. Without it these are references without scheme and host, such as `/scim/v2/acme/Users/1`.
   */
  readonly baseUrl?: string;
  /**
   * What tells the directory of a request: `path` (the segment after the mount), `token` (the bearer token alone) or
   * `host` (an exact host name of the directory). The token must belong to that directory in any case. `path` unless told.
   */
  readonly directoryFrom?: 'path' | 'token' | 'host';
  /** Serve only directories of this kind; `default` unless told. */
  readonly kind?: string;
  /** How this router differs from `DEFAULT_SCIM_POLICY`; a directory may differ again. */
  readonly policy?: Partial<ScimPolicy>;
  /** Attributes and extensions of users besides the core and enterprise ones. */
  readonly users?: ResourceTypeAdditions;
  readonly groups?: ResourceTypeAdditions;
  /** Resource types of the host's own, e.g. entitlements and roles for Okta. */
  readonly customResourceTypes?: readonly ResourceTypeInput[];
  /**
   * Ends running access of a person: sessions, API keys, refresh tokens. Called when somebody is deactivated or deleted,
   * and again whenever the identity provider repeats a request whose call failed. Must do no harm when called twice.
   */
  readonly endAccess?: EndAccess;
  /** Milliseconds that `endAccess` may take. 10,000 unless told. */
  readonly endAccessTimeout?: number;
  /**
   * What follows for people and teams from what identity providers push. Without it a push is stored, and nothing else.
   * Needs a storage whose users and teams can be changed.
   */
  readonly provisioning?: ProvisioningRules;
  /**
   * Replaces bearer tokens by the host's own authentication. Answer `undefined` to refuse (401).
   * The risk: whoever this accepts can read and change every person of the directory it names.
   */
  readonly authenticate?: (
    request: Request,
  ) => Promise<HostAuthentication | undefined> | HostAuthentication | undefined;
  /** Asked before each request: seconds to wait (answered as 429 with Retry-After), or `undefined` to go on. */
  readonly throttle?: (principal: DirectoryPrincipal) => Promise<number | undefined> | number | undefined;
  /**
   * Let anybody read ServiceProviderConfig, Schemas and ResourceTypes. The risk: it shows which attributes you keep, and,
   * where the path or the host name tells the directory, whoever tries ids or names learns which ones there are.
   */
  readonly openDiscovery?: boolean;
  /**
   * Bytes of a request body. 16 MiB unless told, room for a group of 100,000. Kept only where this router reads the body: a
   * parser of the host that comes first has limits of its own.
   */
  readonly maxBodyBytes?: number;
  /** Resources on a page when the client does not say. 100 unless told. */
  readonly defaultPageSize?: number;
  /** Most resources on a page. 1,000 unless told. */
  readonly maxPageSize?: number;
  /** Seconds between two pages of a walk by cursor. 3,600 unless told. */
  readonly cursorTimeout?: number;
  /**
   * Bytes of memory that lists may keep texts of users in, so that a page which is read again need not be made again. Taken
   * as lists are read. 128 MiB unless told, enough for about 100,000 users.
   */
  readonly listCacheBytes?: number;
  /**
   * Bulk requests: `false` switches them off. 1,000 operations and 1 MiB unless told; `maxPayloadSize` is kept as
   * `maxBodyBytes` is.
   */
  readonly bulk?: false | { readonly maxOperations: number; readonly maxPayloadSize: number };
  /** Seconds that a revoked token or disabled directory may still be accepted on this node, at most 300. 5 unless told. */
  readonly tokenCacheSeconds?: number;
  /**
   * Keeps a record of calls, so that an organization sees what its identity provider has sent: without tokens, and with
   * the kind of each value in place of the value. `true`, or how much is kept: of each directory the newest `entries`
   * (10,000 unless told), and nothing older than `days` (30 unless told). Off unless told.
   */
  readonly traffic?: boolean | { readonly entries?: number; readonly days?: number };
  readonly clock?: Clock;
  readonly logger?: Logger;
}

const oneOf = (...values: readonly string[]) => ({ enum: values, description: `one of ${values.join(', ')}` });
const positive = { type: 'integer', minimum: 1, description: 'a whole number above 0' };
const isFunction = { isFunction: true, description: 'a function' };

const attributeShape = {
  type: 'object',
  required: ['name', 'type'],
  properties: {
    name: { type: 'string' },
    type: { type: 'string' },
    multiValued: { type: 'boolean' },
    required: { type: 'boolean' },
    caseExact: { type: 'boolean' },
    mutability: { type: 'string' },
    returned: { type: 'string' },
  },
};

const attributes = {
  type: 'array',
  items: {
    ...attributeShape,
    properties: { ...attributeShape.properties, subAttributes: { type: 'array', items: attributeShape } },
  },
};

const schema = {
  type: 'object',
  required: ['id', 'name', 'attributes'],
  properties: { id: { type: 'string' }, name: { type: 'string' }, attributes },
};

const ADDITIONS = {
  attributes,
  extensions: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['schema'],
      properties: { schema, required: { type: 'boolean' } },
    },
  },
};

const additions = { type: 'object', additionalProperties: false, properties: ADDITIONS };

const customResourceTypes = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'endpoint', 'schema'],
    properties: {
      name: {
        type: 'string',
        pattern: '^(?!(?:User|Group)$)[A-Za-z][A-Za-z0-9]{0,63}$',
        description: 'a name such as "Entitlement", other than User and Group',
      },
      endpoint: {
        type: 'string',
        pattern:
          '^(?!(?:Users|Groups|Bulk|Me|Schemas|ResourceTypes|ServiceProviderConfig)$)[A-Za-z][A-Za-z0-9-]{0,63}$',
        description: 'a path segment such as "Entitlements", without slash, other than the endpoints of SCIM itself',
      },
      description: { type: 'string' },
      schema,
      ...ADDITIONS,
    },
  },
};

const logger = {
  type: 'object',
  description: 'an object with debug, info, warn and error',
  required: ['debug', 'info', 'warn', 'error'],
  properties: { debug: isFunction, info: isFunction, warn: isFunction, error: isFunction },
};

const clock = {
  type: 'object',
  description: 'an object with a method now',
  required: ['now'],
  properties: { now: isFunction },
};

/** Checks the options of `createScimRouter`. @throws {ConfigurationError} with every fault. */
export const parseScimRouterOptions: (options: unknown) => ScimRouterOptions =
  createOptionsValidator<ScimRouterOptions>('createScimRouter', {
    if: { required: ['directoryFrom'], properties: { directoryFrom: { const: 'host' } } },
    else: {
      properties: {
        baseUrl: {
          type: 'string',
          pattern: '^[^{}]*$',
          description: 'without {host}, which needs directoryFrom "host"',
        },
      },
    },
    properties: {
      baseUrl: {
        type: 'string',
        pattern: '^https?://[^?#]+$',
        description: 'a URL such as https://app.example.com/scim/v2',
      },
      directoryFrom: oneOf('path', 'token', 'host'),
      kind: { type: 'string', minLength: 1 },
      policy: SCIM_POLICY_SCHEMA,
      users: additions,
      groups: additions,
      customResourceTypes,
      endAccess: isFunction,
      provisioning: PROVISIONING_RULES_SCHEMA,
      endAccessTimeout: positive,
      authenticate: isFunction,
      throttle: isFunction,
      openDiscovery: { type: 'boolean' },
      maxBodyBytes: positive,
      defaultPageSize: positive,
      maxPageSize: positive,
      cursorTimeout: positive,
      listCacheBytes: { type: 'integer', minimum: 1_048_576, description: 'a whole number from 1,048,576 (1 MiB)' },
      bulk: {
        anyOf: [
          { const: false },
          {
            type: 'object',
            additionalProperties: false,
            required: ['maxOperations', 'maxPayloadSize'],
            properties: { maxOperations: positive, maxPayloadSize: positive },
          },
        ],
        description: 'false, or an object with maxOperations and maxPayloadSize',
      },
      tokenCacheSeconds: { type: 'integer', minimum: 0, maximum: 300, description: 'a whole number from 0 to 300' },
      traffic: {
        anyOf: [
          { type: 'boolean' },
          {
            type: 'object',
            additionalProperties: false,
            properties: {
              entries: { type: 'integer', minimum: 1, maximum: 1_000_000 },
              days: { type: 'integer', minimum: 1, maximum: 400 },
            },
          },
        ],
        description: 'true, false, or an object with entries (1 to 1,000,000) and days (1 to 400)',
      },
      clock,
      logger,
    },
  });
