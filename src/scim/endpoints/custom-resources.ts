import type { CustomResources } from '../../provisioning/custom-resources.js';
import { queryInBatches } from '../../storage/batched-query.js';
import type { Storage } from '../../storage/storage.js';
import { notFound, type ScimError } from '../error.js';
import { returnedRules } from '../message/projection.js';
import { createResourceWriter } from '../message/resource-writer.js';
import { requireMatch } from '../message/version.js';
import { applyEdits } from '../patch/apply-edits.js';
import { readPatch } from '../patch/patch-edits.js';
import { canonicalResource } from '../schema/canonical-resource.js';
import type { ResourceType } from '../schema/resource-type.js';
import { keepUnchangeable } from '../schema/unchangeable-values.js';
import { draftOf, draftUnlessSame, wholeDraftOf } from './resource-draft.js';
import type { ResourceEndpoint } from './resource-endpoint.js';
import { written, writtenUnlessKnown } from './written-answer.js';

/** The endpoint of a resource type that the host defines, e.g. `/Entitlements` for Okta. */
export function createCustomResourceEndpoint(options: {
  readonly type: ResourceType;
  readonly storage: Storage;
  readonly customResources: CustomResources;
}): ResourceEndpoint {
  const { type, storage, customResources } = options;
  const writer = createResourceWriter(type);

  return {
    type,
    returned: returnedRules(type),

    async create(context, body, { projection }) {
      const { attributes } = canonicalResource(body, type, context.policy);
      const resource = await customResources.create(
        context.scope,
        type.name,
        wholeDraftOf(attributes, type, context.policy),
      );
      return written(201, writer.write(context, resource, undefined, projection));
    },

    async read(context, id, { projection, ifNoneMatch }) {
      const resource = await storage.customResources.get(context.scope, type.name, id);
      if (!resource) throw unknownResource(type, id);
      return writtenUnlessKnown(writer.write(context, resource, undefined, projection), ifNoneMatch);
    },

    async replace(context, id, body, { projection, ...conditions }) {
      const { attributes } = canonicalResource(body, type, context.policy);
      const resource = await customResources.change(context.scope, type.name, id, (current) => {
        requireMatch(conditions, current.version);
        return draftUnlessSame(
          current,
          wholeDraftOf(keepUnchangeable(current.attributes, attributes, type), type, context.policy),
        );
      });
      if (!resource) throw unknownResource(type, id);
      return written(200, writer.write(context, resource, undefined, projection));
    },

    async patch(context, id, body, { projection, ...conditions }) {
      const rules = { type, id, policy: context.policy };
      const edits = readPatch(body, rules);
      const resource = await customResources.change(context.scope, type.name, id, (current) => {
        requireMatch(conditions, current.version);
        return draftUnlessSame(current, draftOf(applyEdits(current.attributes, edits, rules), type, context.policy));
      });
      if (!resource) throw unknownResource(type, id);
      return written(200, writer.write(context, resource, undefined, projection));
    },

    async remove({ scope }, id, conditions) {
      const done = await customResources.remove(scope, type.name, id, ({ version }) =>
        requireMatch(conditions, version),
      );
      if (!done) throw unknownResource(type, id);
      return { status: 204 };
    },

    query({ scope }, query) {
      const ask = (each: typeof query) => storage.customResources.query(scope, type.name, each);
      return queryInBatches(ask, storage.groups, scope, query, storage.capabilities);
    },

    async write(context, { items }, projection) {
      return items.map((resource) => writer.write(context, resource, undefined, projection).content);
    },
  };
}

function unknownResource(type: ResourceType, id: string): ScimError {
  return notFound(`${type.name} not found: this directory has none with the id "${id.slice(0, 64)}".`);
}
