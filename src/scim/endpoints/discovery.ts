import { createBoundedCache } from '../../core/bounded-cache.js';
import { notFound, ScimError } from '../error.js';
import type { ScimLimits } from '../limits.js';
import type { ScimResponse } from '../message/scim-message.js';
import { describeAttribute } from '../schema/attribute-type.js';
import type { CompiledSchema, ResourceType } from '../schema/resource-type.js';
import { listResponse } from './search.js';

const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const RESOURCE_TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const SERVICE_PROVIDER_CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';

/** The three discovery endpoints (RFC 7644 section 4). */
export interface Discovery {
  /** The answer to GET, or `undefined` when the path is none of theirs. `types` are what the directory offers. */
  answer(baseUrl: string, segments: readonly string[], types: readonly ResourceType[]): ScimResponse | undefined;
}

/** Creates discovery. What it announces is what the router does, from the same values. */
export function createDiscovery(limits: ScimLimits): Discovery {
  const texts = createBoundedCache<ScimResponse>({ maxEntries: 256 });

  function remembered(
    baseUrl: string,
    name: string,
    types: readonly ResourceType[],
    make: () => ScimResponse,
  ): ScimResponse {
    const key = `${baseUrl} ${name} ${types.map((type) => type.name).join(' ')}`;
    const known = texts.get(key);
    if (known) return known;
    const made = make();
    texts.set(key, made);
    return made;
  }

  return {
    answer(baseUrl, [name = '', id, ...rest], types) {
      if (rest.length > 0) return undefined;
      switch (name) {
        case 'ServiceProviderConfig':
          if (id !== undefined) return undefined;
          return remembered(baseUrl, name, [], () => one(serviceProviderConfig(baseUrl, limits)));
        case 'ResourceTypes':
          if (id === undefined) {
            return remembered(baseUrl, name, types, () =>
              list(types.map((type) => describeResourceType(type, baseUrl))),
            );
          }
          return one(
            describeResourceType(
              found(types, (type) => type.name === id, 'resource type', id),
              baseUrl,
            ),
          );
        case 'Schemas': {
          const schemas = schemasOf(types);
          if (id === undefined) {
            return remembered(baseUrl, name, types, () =>
              list(schemas.map((schema) => describeSchema(schema, baseUrl))),
            );
          }
          return one(
            describeSchema(
              found(schemas, (schema) => schema.id.toLowerCase() === id.toLowerCase(), 'schema', id),
              baseUrl,
            ),
          );
        }
        default:
          return undefined;
      }
    },
  };
}

/** Whether a path belongs to discovery. */
export function isDiscovery(segment: string | undefined): boolean {
  return segment === 'ServiceProviderConfig' || segment === 'ResourceTypes' || segment === 'Schemas';
}

/** A filter on discovery is forbidden (RFC 7644 section 4), so that nobody takes the answer for a filtered one. */
export function refuseDiscoveryFilter(parameters: ReadonlyMap<string, string>): void {
  if (parameters.has('filter')) throw new ScimError(403, undefined, 'Discovery endpoints cannot be filtered.');
}

function found<T>(all: readonly T[], matches: (each: T) => boolean, noun: string, id: string): T {
  const one = all.find(matches);
  if (one === undefined) throw notFound(`There is no ${noun} "${id.slice(0, 128)}".`);
  return one;
}

function one(resource: object): ScimResponse {
  return { status: 200, body: JSON.stringify(resource) };
}

function list(resources: readonly object[]): ScimResponse {
  const { length } = resources;
  return listResponse({ total: length, itemsPerPage: length }, resources, { startIndex: 1 });
}

function schemasOf(types: readonly ResourceType[]): readonly CompiledSchema[] {
  const schemas = new Map<string, CompiledSchema>();
  for (const type of types) {
    schemas.set(type.schema.id, type.schema);
    for (const { schema } of type.extensions.values()) schemas.set(schema.id, schema);
  }
  return [...schemas.values()];
}

function describeSchema({ id, name, description, attributes }: CompiledSchema, baseUrl: string): object {
  return {
    schemas: [SCHEMA],
    id,
    name,
    description,
    attributes: [...attributes.values()].map(describeAttribute),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${encodeURIComponent(id)}` },
  };
}

function describeResourceType(type: ResourceType, baseUrl: string): object {
  return {
    schemas: [RESOURCE_TYPE],
    id: type.name,
    name: type.name,
    description: type.description,
    endpoint: `/${type.endpoint}`,
    schema: type.schema.id,
    schemaExtensions: [...type.extensions.values()].map(({ schema, required }) => ({ schema: schema.id, required })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${encodeURIComponent(type.name)}` },
  };
}

function serviceProviderConfig(baseUrl: string, limits: ScimLimits): object {
  const { bulk, defaultPageSize, maxPageSize, cursorTimeout } = limits;
  return {
    schemas: [SERVICE_PROVIDER_CONFIG],
    patch: { supported: true },
    bulk: {
      supported: bulk !== undefined,
      maxOperations: bulk?.maxOperations ?? 0,
      maxPayloadSize: bulk?.maxPayloadSize ?? 0,
    },
    filter: { supported: true, maxResults: maxPageSize },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize,
      maxPageSize,
      cursorTimeout,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A bearer token in the Authorization header, issued for this directory.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}
