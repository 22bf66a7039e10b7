import type { Clock } from '../core/clock.js';
import type { Logger } from '../core/logger.js';
import type { Provisioning } from '../provisioning/provisioning.js';
import type { Storage } from '../storage/storage.js';
import { allows } from '../tenancy/scopes.js';
import { runBulk } from './endpoints/bulk.js';
import { createCustomResourceEndpoint } from './endpoints/custom-resources.js';
import { createDiscovery, isDiscovery, refuseDiscoveryFilter } from './endpoints/discovery.js';
import { createGroupsEndpoint } from './endpoints/groups.js';
import type { ResourceEndpoint } from './endpoints/resource-endpoint.js';
import { searchAll, searchOne } from './endpoints/search.js';
import { createUsersEndpoint } from './endpoints/users.js';
import { notFound, ScimError, toScimError } from './error.js';
import type { ScimLimits } from './limits.js';
import { errorResponse } from './message/error-response.js';
import { readProjection } from './message/projection.js';
import { readQueryParameters } from './message/query-parameters.js';
import type { ScimContext, ScimRequest, ScimResponse } from './message/scim-message.js';
import { searchFromBody, searchFromQuery, selectionFromQuery } from './message/search-request.js';
import type { ResourceType } from './schema/resource-type.js';

/** The three resource types of a router: users, groups, and what the host defines. */
export interface ScimSchemas {
  readonly user: ResourceType;
  readonly group: ResourceType;
  readonly custom: readonly ResourceType[];
}

export interface ServiceProviderOptions {
  readonly storage: Storage;
  readonly provisioning: Provisioning;
  readonly schemas: ScimSchemas;
  readonly limits: ScimLimits;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What discovery has to know: where it is, and which resource types are on offer (all, when left out). */
interface DiscoverySite {
  readonly baseUrl: string;
  readonly resourceTypes: readonly string[] | undefined;
}

/** SCIM 2.0 without HTTP: a message in, a message out. */
export interface ServiceProvider {
  /** Answers a request that has been authenticated. Never rejects: every fault becomes an error message. */
  handle(context: ScimContext, request: ScimRequest): Promise<ScimResponse>;
  /** Discovery for whoever asks, where the host opens it. `undefined` for any other path. */
  discover(site: DiscoverySite, request: ScimRequest): ScimResponse | undefined;
}

/** Creates the service provider of RFC 7643, 7644 and 9865. */
export function createServiceProvider(options: ServiceProviderOptions): ServiceProvider {
  const { storage, provisioning, schemas, limits, clock, logger } = options;
  const { users, groups, customResources } = provisioning;
  const endpoints: ReadonlyMap<string, ResourceEndpoint> = new Map(
    [
      createUsersEndpoint({ type: schemas.user, storage, users, listCacheBytes: limits.listCacheBytes }),
      createGroupsEndpoint({ type: schemas.group, storage, groups }),
      ...schemas.custom.map((type) => createCustomResourceEndpoint({ type, storage, customResources })),
    ].map((endpoint) => [endpoint.type.endpoint, endpoint]),
  );
  const discovery = createDiscovery(limits);
  const searching = { clock, cursorTimeout: limits.cursorTimeout, capabilities: storage.capabilities };

  function offered(names: readonly string[] | undefined): readonly ResourceEndpoint[] {
    return [...endpoints.values()].filter(({ type }) => names?.includes(type.name) ?? true);
  }

  async function dispatch(context: ScimContext, request: ScimRequest): Promise<ScimResponse> {
    const [first, ...rest] = request.segments;
    if (first === undefined) return atRoot(context, request);
    const endpoint = endpoints.get(first);
    if (endpoint) {
      const { resourceTypes } = context.directory;
      if (resourceTypes && !resourceTypes.includes(endpoint.type.name)) {
        throw notFound(`This directory does not offer ${endpoint.type.endpoint}.`);
      }
      return atResource(context, endpoint, request, rest);
    }
    if (first === 'Bulk' && rest.length === 0) return atBulk(context, request);
    if (first === 'Me' && rest.length === 0) return atMe(context, request);
    if (first === '.search' && rest.length === 0) return searchEverywhere(context, request);
    const { baseUrl, directory } = context;
    const answer = discover({ baseUrl, resourceTypes: directory.resourceTypes }, request);
    if (answer) return answer;
    throw notFound(`There is nothing at /${request.segments.join('/').slice(0, 128)}.`);
  }

  function discover({ baseUrl, resourceTypes }: DiscoverySite, request: ScimRequest): ScimResponse | undefined {
    if (!isDiscovery(request.segments[0])) return undefined;
    const types = offered(resourceTypes).map(({ type }) => type);
    requireMethod(request, ['GET']);
    refuseDiscoveryFilter(readQueryParameters(request.query));
    return discovery.answer(baseUrl, request.segments, types);
  }

  async function atRoot(context: ScimContext, request: ScimRequest): Promise<ScimResponse> {
    requireMethod(request, ['GET']);
    return searchAll(
      context,
      offered(context.directory.resourceTypes),
      searchFromQuery(readQueryParameters(request.query), limits),
    );
  }

  async function searchEverywhere(context: ScimContext, request: ScimRequest): Promise<ScimResponse> {
    requireMethod(request, ['POST']);
    return searchAll(context, offered(context.directory.resourceTypes), searchFromBody(request.body, limits));
  }

  async function atResource(
    context: ScimContext,
    endpoint: ResourceEndpoint,
    request: ScimRequest,
    [id, ...rest]: readonly string[],
  ): Promise<ScimResponse> {
    if (rest.length > 0) throw notFound('There is nothing below a resource.');
    const isSearch = id === '.search';
    requireMethod(
      request,
      id === undefined ? ['GET', 'POST'] : isSearch ? ['POST'] : ['GET', 'PUT', 'PATCH', 'DELETE'],
    );
    requireScope(context, endpoint, isSearch || request.method === 'GET' ? 'read' : 'write');
    if (isSearch) return searchOne(context, endpoint, searchFromBody(request.body, limits), searching);
    const parameters = readQueryParameters(request.query);
    if (id === undefined && request.method === 'GET') {
      return searchOne(context, endpoint, searchFromQuery(parameters, limits), searching);
    }
    return operate(context, endpoint, request, id ?? '', parameters);
  }

  async function operate(
    context: ScimContext,
    endpoint: ResourceEndpoint,
    { method, body, ifMatch, ifNoneMatch }: ScimRequest,
    id: string,
    parameters: ReadonlyMap<string, string>,
  ): Promise<ScimResponse> {
    const projection = readProjection(selectionFromQuery(parameters), endpoint.type, endpoint.returned);
    const wanted = { projection, ifMatch, ifNoneMatch };
    switch (method) {
      case 'GET':
        return endpoint.read(context, id, wanted);
      case 'POST':
        return endpoint.create(context, body, wanted);
      case 'PUT':
        return endpoint.replace(context, id, body, wanted);
      case 'PATCH':
        return endpoint.patch(context, id, body, wanted);
      default:
        return endpoint.remove(context, id, wanted);
    }
  }

  async function atBulk(context: ScimContext, request: ScimRequest): Promise<ScimResponse> {
    if (!limits.bulk) throw new ScimError(501, undefined, 'Bulk requests are switched off here.');
    requireMethod(request, ['POST']);
    return runBulk(request.body, {
      maxOperations: limits.bulk.maxOperations,
      baseUrl: context.baseUrl,
      run: (operation) => dispatch(context, operation),
      note: (error) => noteFault(error, context),
    });
  }

  /** The subject of a request is known only where the host's own authentication names one (RFC 7644 section 3.11). */
  async function atMe(context: ScimContext, request: ScimRequest): Promise<ScimResponse> {
    const { userId } = context.principal;
    if (userId === undefined) {
      throw new ScimError(501, undefined, 'This token belongs to a directory and not to a person: /Me has no subject.');
    }
    return dispatch(context, { ...request, segments: [schemas.user.endpoint, userId] });
  }

  /** What is no fault of the client goes to the log with its cause; a 501 is an answer like any other. */
  function noteFault(error: ScimError, { scope }: ScimContext): void {
    if (error.status !== 500 && error.status !== 503) return;
    logger.error({ err: error.cause ?? error, ...scope, status: error.status }, 'a SCIM request failed');
  }

  return {
    async handle(context, request) {
      try {
        return await dispatch(context, request);
      } catch (thrown) {
        const error = toScimError(thrown);
        noteFault(error, context);
        return errorResponse(error);
      }
    },

    discover(site, request) {
      try {
        return discover(site, request);
      } catch (thrown) {
        return errorResponse(toScimError(thrown));
      }
    },
  };
}

function requireScope({ principal }: ScimContext, { type }: ResourceEndpoint, access: 'read' | 'write'): void {
  if (allows(principal, type.endpoint, access)) return;
  const scope = access === 'read' ? `${type.endpoint.toLowerCase()}:read` : type.endpoint.toLowerCase();
  throw new ScimError(403, undefined, `This token may not ${access} ${type.endpoint}: it lacks the scope "${scope}".`);
}

/** A method that the path does not offer is refused with the ones it does (RFC 9110 section 15.5.6). */
function requireMethod({ method }: ScimRequest, offered: readonly string[]): void {
  if (offered.includes(method)) return;
  const allow = offered.map((each) => (each === 'GET' ? 'GET, HEAD' : each)).join(', ');
  throw new ScimError(405, undefined, `${method} is not offered here. Offered: ${allow}.`, { allow });
}
