import type { Request, Response } from 'express';
import type { AdminAccess } from '../../admin/admin-access.js';
import type { Clock } from '../../core/clock.js';
import { createOptionsValidator } from '../../core/configuration.js';
import type { KeyRing } from '../../core/key-ring.js';
import type { Logger } from '../../core/logger.js';
import { PROVISIONING_RULES_SCHEMA, type ProvisioningRules } from '../../provisioning/provisioning-rules.js';
import { NAME_SCHEMA } from '../../tenancy/name-schema.js';
import { SCIM_POLICY_SCHEMA, type ScimPolicy } from '../../tenancy/scim-policy.js';
import type { ExamineTenant } from '../../tenancy/tenant-examination.js';
import type { OidcTenantPolicy } from '../../tenancy/tenant-policy.js';
import type { TxtLookup } from '../../tenancy/txt-lookup.js';

/** Options of `createAdminRouter`. */
export interface AdminRouterOptions {
  /**
   * Says who asks and what they may: `undefined` for nobody. `organizationId` is the one that the address names, for people
   * of several; absent where it names none. The router refuses whoever is answered for another organization, operators
   * excepted.
   */
  readonly authorize: (
    request: Request,
    organizationId: string | undefined,
  ) => Promise<AdminAccess | undefined> | AdminAccess | undefined;
  /** The public address of the mount, e.g. `https://app.example/settings/sso`. Plain http only on localhost. */
  readonly baseUrl: string;
  /** Seals client secrets, and proves that a form is ours. */
  readonly keyRing: KeyRing;
  /** The public address of `createScimRouter`, which the base URLs of directories begin with. */
  readonly scimBaseUrl: string;
  /**
   * Where an application has several SCIM routers, one for each kind of directory, or one that finds directories by token or
   * host: the kinds that can be made, by name, the usual one first. Without it there is one, `default`, found by path.
   */
  readonly directoryKinds?: Readonly<Record<string, DirectoryKindOptions>>;
  /** The policy of `createScimRouter`: pages say what a directory does that differs in nothing. */
  readonly scimPolicy?: Partial<ScimPolicy>;
  /** The public address of `createOidcTenantRouter`; without it pages cannot say what to enter at the identity provider. */
  readonly signInBaseUrl?: string;
  /** The same as for `createOidcTenantRouter`. */
  readonly callbackPath?: string;
  /** Looks at identity providers: `engine.examine`. */
  readonly examine?: ExamineTenant;
  readonly lookupTxt?: TxtLookup;
  /** The same as for `createMaintenance`. */
  readonly tenantPolicy?: Partial<OidcTenantPolicy>;
  /** The same as for `createScimRouter`. */
  readonly provisioning?: ProvisioningRules;
  /** Who creates directories: owners, unless told, or operators alone. */
  readonly directoryCreation?: 'owner' | 'operator';
  /**
   * Begins a test sign-in: `(request, response, tenantId) => signIn.startSignIn(request, response, { tenantId, purpose: 'test' })`
   * with the purpose that `createTestSignIn` makes. Without it pages offer none.
   */
  readonly startTestSignIn?: (request: Request, response: Response, tenantId: string) => Promise<void>;
  /** Where pages send people who are not signed in. */
  readonly signInUrl?: string;
  /** Where each page leads back to: your application. Without it pages have no such link. */
  readonly homeUrl?: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** One kind of directories. */
interface DirectoryKindOptions {
  /** What people call it, e.g. `Status page`. */
  readonly label: string;
  /** The public address of its router; `scimBaseUrl` unless told. */
  readonly scimBaseUrl?: string;
  /** What tells its router the directory of a request; `path` unless told. */
  readonly directoryFrom?: 'path' | 'token' | 'host';
}

const isFunction = { isFunction: true, description: 'a function' };
const objectOf = (...names: readonly string[]) => ({
  type: 'object',
  description: `an object with ${names.join(', ')}`,
  required: names,
  properties: Object.fromEntries(names.map((name) => [name, isFunction])),
});
const url = {
  type: 'string',
  pattern: '^(?:https://[^\\s?#@/]+|http://(?:localhost|127\\.0\\.0\\.1|\\[::1\\])(?::\\d+)?)(?:/[^\\s?#]*[^\\s?#/])?$',
  description: 'an https URL such as https://app.example/sso, without a slash at its end; http only on localhost',
};

const link = (example: string) => ({
  type: 'string',
  pattern: '^(?:https?://|/(?!/))[!-\\[\\]-~]*$',
  description: `a path or URL such as ${example}`,
});

/** Checks the options of `createAdminRouter`. @throws {ConfigurationError} with every fault. */
export const parseAdminRouterOptions: (options: unknown) => AdminRouterOptions =
  createOptionsValidator<AdminRouterOptions>('createAdminRouter', {
    required: ['authorize', 'baseUrl', 'keyRing', 'scimBaseUrl'],
    properties: {
      authorize: isFunction,
      baseUrl: url,
      keyRing: objectOf('sealer'),
      scimBaseUrl: url,
      directoryKinds: {
        type: 'object',
        minProperties: 1,
        propertyNames: NAME_SCHEMA,
        description: 'an object with at least one kind',
        additionalProperties: {
          type: 'object',
          additionalProperties: false,
          required: ['label'],
          properties: { label: NAME_SCHEMA, scimBaseUrl: url, directoryFrom: { enum: ['path', 'token', 'host'] } },
        },
      },
      scimPolicy: SCIM_POLICY_SCHEMA,
      signInBaseUrl: url,
      callbackPath: { type: 'string', pattern: '^(?:/[\\w.~-]+)+$', description: 'a path such as /signin-oidc' },
      examine: isFunction,
      lookupTxt: isFunction,
      tenantPolicy: { type: 'object' },
      provisioning: PROVISIONING_RULES_SCHEMA,
      directoryCreation: { enum: ['owner', 'operator'] },
      startTestSignIn: isFunction,
      signInUrl: link('/login'),
      homeUrl: link('/'),
      clock: objectOf('now'),
      logger: objectOf('debug', 'info', 'warn', 'error'),
    },
  });
