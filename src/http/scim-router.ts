import type { Request, RequestHandler, Response } from 'express';
import { systemClock } from '../core/clock.js';
import { ConfigurationError } from '../core/configuration.js';
import { createDebugLogger } from '../core/logger.js';
import type { ConfigurationFault } from '../core/option-faults.js';
import { createProvisioning } from '../provisioning/provisioning.js';
import { ScimError, toScimError } from '../scim/error.js';
import type { ScimLimits } from '../scim/limits.js';
import { errorResponse } from '../scim/message/error-response.js';
import type { ScimContext, ScimResponse } from '../scim/message/scim-message.js';
import { createGroupType, createUserType } from '../scim/schema/core-resource-types.js';
import { compileResourceType, type ResourceType } from '../scim/schema/resource-type.js';
import { createServiceProvider, type ScimSchemas } from '../scim/service-provider.js';
import type { Directory } from '../storage/directory-store.js';
import { isManaged } from '../storage/managed-storage.js';
import type { Storage } from '../storage/storage.js';
import { normalizeHost } from '../tenancy/host-name.js';
import type { DirectoryPrincipal } from '../tenancy/principal.js';
import { DEFAULT_SCIM_POLICY, parseScimPolicy, type ScimPolicy } from '../tenancy/scim-policy.js';
import { AccessRefusal } from './access-refusal.js';
import { type CallNotes, type CallRecord, type CallRecordOptions, createCallRecord } from './call-record.js';
import { createDirectoryAccess } from './directory-access.js';
import { hasUnreadBody, readRequestBody } from './request-body.js';
import { requestHost } from './request-host.js';
import { type RequestPath, readRequestPath } from './request-path.js';
import { writeResponse } from './response-writer.js';
import { parseScimRouterOptions, type ScimRouterOptions } from './scim-router-options.js';

const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
const ALL_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/**
 * Creates the SCIM 2.0 service provider of a multi-tenant application (RFC 7643, 7644 and 9865) as an Express router.
 * Mount it before body parsers and cross-site request checks: it reads and authenticates requests itself.
 *
 * @param storage where directories, users and groups are kept
 * @throws {ConfigurationError} listing every option that cannot be used
 * @example
 * ```ts
 * import express from 'express';
 * import { createScimRouter } from 'express-sso-scim';
 * import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
 *
 * const app = express();
 * app.use('/scim/v2', createScimRouter(createMemoryStorage(), { baseUrl: 'https://app.example.com/scim/v2' }));
 * ```
 */
export function createScimRouter(storage: Storage, options: ScimRouterOptions = {}): RequestHandler {
  if (typeof storage !== 'object' || storage === null) {
    throw new ConfigurationError('createScimRouter', [{ path: 'storage', message: 'must be a storage adapter' }]);
  }
  const settings = parseScimRouterOptions(options);
  const {
    clock = systemClock,
    logger = createDebugLogger('scim'),
    directoryFrom = 'path',
    kind = 'default',
  } = settings;
  const { maxBodyBytes = 16 * 1024 * 1024, tokenCacheSeconds = 5, throttle, openDiscovery, authenticate } = settings;
  const { provisioning: rules } = settings;
  if (rules && !isManaged(storage)) {
    throw new ConfigurationError('createScimRouter', [
      { path: 'provisioning', message: 'needs a storage whose users and teams can be changed' },
    ]);
  }
  const routerPolicy: ScimPolicy = { ...DEFAULT_SCIM_POLICY, ...settings.policy };
  const limits = limitsOf(settings);
  const access = createDirectoryAccess({
    storage,
    clock,
    logger,
    directoryFrom,
    kind,
    tokenCacheSeconds,
    ...(authenticate ? { authenticate } : {}),
  });
  const provider = createServiceProvider({
    storage,
    provisioning: createProvisioning({ storage, clock, ...settings, ...(rules && { rules }) }),
    schemas: compileSchemas(settings),
    limits,
    clock,
    logger,
  });
  const policies = new WeakMap<Directory, ScimPolicy>();
  const record = callRecordOf(storage, settings, { clock, logger, directoryFrom, kind });

  function policyOf(directory: Directory): ScimPolicy {
    const known = policies.get(directory);
    if (known) return known;
    const policy = { ...routerPolicy, ...parseScimPolicy(directory.policy) };
    policies.set(directory, policy);
    return policy;
  }

  function baseUrlOf(request: Request, directoryId: string | undefined): string {
    const { baseUrl = request.baseUrl } = settings;
    // A host name gets here only after it has led to a directory, so it is one of an exact list.
    const mount = baseUrl.replace('{host}', () => normalizeHost(requestHost(request)) ?? '').replace(/\/$/, '');
    return directoryFrom === 'path' && directoryId !== undefined ? `${mount}/${directoryId}` : mount;
  }

  function contextOf(request: Request, principal: DirectoryPrincipal, requestId: string | undefined): ScimContext {
    const { directory } = principal;
    const scope = { organizationId: directory.organizationId, directoryId: directory.id };
    return {
      scope: requestId === undefined ? scope : { ...scope, requestId },
      directory,
      principal,
      policy: policyOf(directory),
      baseUrl: baseUrlOf(request, directory.id),
    };
  }

  async function respectThrottle(principal: DirectoryPrincipal): Promise<void> {
    const wait = await throttle?.(principal);
    if (wait === undefined) return;
    const seconds = Math.ceil(wait);
    throw new ScimError(429, undefined, `Too many requests. Wait ${seconds} seconds.`, { retryAfter: seconds });
  }

  async function discoverOpenly(
    request: Request,
    address: string | undefined,
    path: RequestPath,
  ): Promise<ScimResponse | undefined> {
    const directory = await access.locate(request, address);
    // Where only a token tells the directory, whoever sends one is shown what that directory offers.
    if (!directory && request.headers.authorization !== undefined) return undefined;
    const site = { baseUrl: baseUrlOf(request, directory?.id), resourceTypes: directory?.resourceTypes };
    return provider.discover(site, { method: methodOf(request), ...path });
  }

  async function answer(request: Request, notes: CallNotes | undefined): Promise<ScimResponse> {
    if (request.method === 'OPTIONS') return { status: 204, allow: ALL_METHODS };
    const whole = readRequestPath(request.url);
    const [first, ...rest] = whole.segments;
    const [address, segments] = directoryFrom === 'path' ? [first, rest] : [undefined, whole.segments];
    const path = { segments, query: whole.query };
    if (notes) Object.assign(notes, { address, ...path });
    const open = openDiscovery ? await discoverOpenly(request, address, path) : undefined;
    if (open) return open;
    const principal = await access.authenticate(request, address);
    if (notes) notes.principal = principal;
    if (throttle) await respectThrottle(principal);
    const limit = limits.bulk && segments[0] === 'Bulk' ? limits.bulk.maxPayloadSize : maxBodyBytes;
    const body = METHODS_WITH_BODY.has(request.method) ? await readRequestBody(request, limit) : undefined;
    if (notes) notes.body = body;
    return provider.handle(contextOf(request, principal, notes?.requestId), {
      method: methodOf(request),
      ...path,
      ifMatch: request.headers['if-match'],
      ifNoneMatch: request.headers['if-none-match'],
      body,
    });
  }

  async function scimMiddleware(request: Request, response: Response): Promise<void> {
    let message: ScimResponse;
    const notes = record?.begin();
    try {
      message = await answer(request, notes);
    } catch (thrown) {
      const error = toScimError(thrown);
      if (notes && error instanceof AccessRefusal) notes.refusal = error.reason;
      if (error.status >= 500)
        logger.error({ err: error.cause ?? error, status: error.status }, 'a SCIM request failed');
      message = errorResponse(error);
    }
    const sending = writeResponse(response, message, hasUnreadBody(request));
    if (sending) await sending.catch((thrown: unknown) => noteBrokenAnswer(thrown));
    if (notes) record?.end(request, notes, message);
  }

  /** A client that goes away is no failure. */
  function noteBrokenAnswer(thrown: unknown): void {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    logger.error({ err: thrown }, 'a SCIM answer broke off');
  }

  // No Router of Express around it: that would look for a route once more, with each request.
  return (request, response, next) => {
    // Express 4 does not look at what a handler returns.
    scimMiddleware(request, response).catch(next);
  };
}

/** @throws {ConfigurationError} when calls shall be recorded and the storage cannot keep them. */
function callRecordOf(
  storage: Storage,
  { traffic: wish, customResourceTypes = [] }: ScimRouterOptions,
  rest: Pick<CallRecordOptions, 'clock' | 'logger' | 'directoryFrom' | 'kind'>,
): CallRecord | undefined {
  if (wish === undefined || wish === false) return undefined;
  const { traffic } = storage;
  if (!traffic) {
    throw new ConfigurationError('createScimRouter', [
      { path: 'traffic', message: 'needs a storage with the store `traffic`' },
    ]);
  }
  const { entries = 10_000, days = 30 } = wish === true ? {} : wish;
  const endpoints = customResourceTypes.map(({ endpoint }) => endpoint.replace(/^\//, ''));
  return createCallRecord({ storage, traffic, ...rest, endpoints, entries, days });
}

function methodOf({ method }: Request): string {
  return method === 'HEAD' ? 'GET' : method;
}

function limitsOf(settings: ScimRouterOptions): ScimLimits {
  const {
    defaultPageSize = 100,
    maxPageSize = 1000,
    cursorTimeout = 3600,
    bulk,
    listCacheBytes = 134_217_728,
  } = settings;
  return {
    defaultPageSize: Math.min(defaultPageSize, maxPageSize),
    maxPageSize,
    cursorTimeout,
    listCacheBytes,
    bulk: bulk === false ? undefined : (bulk ?? { maxOperations: 1000, maxPayloadSize: 1024 * 1024 }),
  };
}

/** Compiles what the options describe. @throws {ConfigurationError} with a fault for each type that is wrongly described. */
function compileSchemas({ users, groups, customResourceTypes = [] }: ScimRouterOptions): ScimSchemas {
  const faults: ConfigurationFault[] = [];
  const compiled = (path: string, compile: () => ResourceType): readonly ResourceType[] => {
    try {
      return [compile()];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      faults.push({ path, message: error.message });
      return [];
    }
  };
  const [user] = compiled('users', () => createUserType(users));
  const [group] = compiled('groups', () => createGroupType(groups));
  const custom = customResourceTypes.flatMap((input, index) =>
    compiled(`customResourceTypes[${index}]`, () => {
      const twin = customResourceTypes.findIndex(
        ({ name, endpoint }) => name === input.name || endpoint === input.endpoint,
      );
      if (twin < index) throw new TypeError(`has the name or endpoint of customResourceTypes[${twin}]`);
      return compileResourceType(input);
    }),
  );
  if (!user || !group || faults.length > 0) throw new ConfigurationError('createScimRouter', faults);
  return { user, group, custom };
}
