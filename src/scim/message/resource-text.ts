import { createBoundedCache } from '../../core/bounded-cache.js';
import type { JsonObject, JsonValue, StoredResource } from '../../storage/resource-store.js';
import type { ResourceType } from '../schema/resource-type.js';
import { type Projection, project } from './projection.js';
import type { ScimContext } from './scim-message.js';
import { entityTag } from './version.js';

/** What a resource shows that is kept apart from it: `groups` of a user, `members` of a group, as JSON text of a list. */
export interface Besides {
  readonly name: 'groups' | 'members';
  readonly text: string;
}

/** A resource ready to be sent. */
export interface WrittenResource {
  readonly text: string;
  readonly etag: string;
  readonly location: string;
}

export interface ResourceWriter {
  /** Writes a stored resource as its JSON, whole or narrowed. */
  write(
    context: ScimContext,
    resource: StoredResource,
    besides: Besides | undefined,
    projection: Projection | undefined,
  ): WrittenResource;
}

/** The text of one version of one resource, but for what may differ between two answers. */
interface CachedText {
  readonly baseUrl: string;
  readonly directoryId: string;
  readonly version: number;
  readonly lastModified: string;
  /** `{"schemas":…` up to the last attribute. */
  readonly head: string;
  /** `,"meta":{…` up to the version. */
  readonly meta: string;
  readonly location: string;
}

/**
 * Creates the writer of one resource type. The text of a whole resource is made once for each version and kept in a
 * bounded cache: serialising is most of what an answer costs.
 */
export function createResourceWriter(type: ResourceType, cacheEntries: number): ResourceWriter {
  const cache = createBoundedCache<CachedText>({ maxEntries: cacheEntries });

  function cachedText({ baseUrl, scope }: ScimContext, resource: StoredResource): CachedText {
    const found = cache.get(resource.id);
    if (
      found !== undefined &&
      found.version === resource.version &&
      found.lastModified === resource.lastModified &&
      found.directoryId === scope.directoryId &&
      found.baseUrl === baseUrl
    ) {
      return found;
    }
    const made = makeText(type, baseUrl, scope.directoryId, resource);
    cache.set(resource.id, made);
    return made;
  }

  return {
    write(context, resource, besides, projection) {
      // An empty list says nothing that the version does not: no tag is needed for it.
      const etag = entityTag(resource.version, besides?.name === 'groups' && besides.text !== '[]' ? besides.text : '');
      if (projection) {
        const location = locationOf(context.baseUrl, type, resource.id);
        const whole = wholeResource(type, resource, location, etag, besides);
        return { text: JSON.stringify(project(whole, projection)), etag, location };
      }
      const { head, meta, location } = cachedText(context, resource);
      const middle = besides && besides.text !== '[]' ? `,"${besides.name}":${besides.text}` : '';
      return { text: `${head}${middle}${meta}"W/\\"${etag.slice(3, -1)}\\""}}`, etag, location };
    },
  };
}

/** The public URL of a resource. */
export function locationOf(baseUrl: string, type: ResourceType, id: string): string {
  return `${baseUrl}/${type.endpoint}/${encodeURIComponent(id)}`;
}

function makeText(type: ResourceType, baseUrl: string, directoryId: string, resource: StoredResource): CachedText {
  const { id, attributes, version, created, lastModified } = resource;
  const location = locationOf(baseUrl, type, id);
  const inner = JSON.stringify(attributes).slice(1, -1);
  const schemas = JSON.stringify(schemasOf(type, attributes));
  const meta = JSON.stringify({ resourceType: type.name, created, lastModified, location }).slice(0, -1);
  return {
    baseUrl,
    directoryId,
    version,
    lastModified,
    location,
    head: `{"schemas":${schemas},"id":${JSON.stringify(id)}${inner === '' ? '' : `,${inner}`}`,
    meta: `,"meta":${meta},"version":`,
  };
}

function wholeResource(
  type: ResourceType,
  { id, attributes, created, lastModified }: StoredResource,
  location: string,
  version: string,
  besides: Besides | undefined,
): JsonObject {
  return {
    schemas: schemasOf(type, attributes),
    id,
    ...attributes,
    ...(besides && besides.text !== '[]' ? { [besides.name]: JSON.parse(besides.text) as JsonValue } : {}),
    meta: { resourceType: type.name, created, lastModified, location, version },
  };
}

function schemasOf(type: ResourceType, attributes: JsonObject): readonly string[] {
  const schemas = [type.schema.id];
  for (const { schema } of type.extensions.values()) {
    if (attributes[schema.id] !== undefined) schemas.push(schema.id);
  }
  return schemas;
}
