import type { JsonObject, StoredResource } from '../../storage/resource-store.js';
import type { ResourceType } from '../schema/resource-type.js';
import { type Projection, project } from './projection.js';
import type { ScimContext } from './scim-message.js';
import { entityTag } from './version.js';

/** What a resource shows that is kept apart from it: `groups` of a user, `members` of a group. */
export interface Besides {
  readonly name: 'groups' | 'members';
  readonly values: readonly JsonObject[];
  /** A fingerprint of what is shown, where the version of the resource does not move with it. */
  readonly mark?: number;
}

/** A resource as an answer shows it. */
export interface WrittenResource {
  readonly content: JsonObject;
  readonly etag: string;
  readonly location: string;
}

export interface ResourceWriter {
  /** Writes a stored resource as it is shown, whole or narrowed. */
  write(
    context: ScimContext,
    resource: StoredResource,
    besides: Besides | undefined,
    projection: Projection | undefined,
  ): WrittenResource;
}

/**
 * Creates the writer of one resource type. It makes an object of parts that are there already; the text is made of the
 * whole answer at once, which costs less than putting texts together, kept or not.
 */
export function createResourceWriter(type: ResourceType): ResourceWriter {
  const extensions = [...type.extensions.values()].map(({ schema }) => schema.id);
  const coreSchema = [type.schema.id];
  const allSchemas = [type.schema.id, ...extensions];

  function schemasOf(attributes: JsonObject): readonly string[] {
    let count = 0;
    for (const extension of extensions) if (attributes[extension] !== undefined) count += 1;
    if (count === 0) return coreSchema;
    if (count === extensions.length) return allSchemas;
    return allSchemas.filter((schema, index) => index === 0 || attributes[schema] !== undefined);
  }

  return {
    write({ baseUrl }, { id, attributes, version, created, lastModified }, besides, projection) {
      const etag = entityTag(version, besides?.mark);
      const location = `${baseUrl}/${type.endpoint}/${encodeURIComponent(id)}`;
      const meta = { resourceType: type.name, created, lastModified, location, version: etag };
      const shown = besides && besides.values.length > 0 ? { [besides.name]: besides.values } : undefined;
      const content = { schemas: schemasOf(attributes), id, ...attributes, ...shown, meta };
      return { content: projection ? project(content, projection) : content, etag, location };
    },
  };
}
