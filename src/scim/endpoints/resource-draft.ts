import type { ResourceDraft } from '../../provisioning/directory-users.js';
import type { JsonObject, StoredResource } from '../../storage/resource-store.js';
import { ScimError } from '../error.js';
import { sameJson } from '../schema/same-json.js';

/** Characters of JSON that a resource may be kept as, members aside. A page of a thousand such still is one text. */
const LONGEST_RESOURCE = 256 * 1024;

/** @throws {ScimError} 413 for a resource that would make every list it is in unbearable. */
export function refuseLargeResource(attributes: JsonObject): void {
  if (JSON.stringify(attributes).length <= LONGEST_RESOURCE) return;
  throw new ScimError(413, undefined, `A resource may have at most ${LONGEST_RESOURCE} characters as JSON.`);
}

/**
 * The draft, or `undefined` when it says what the resource is already: then nothing is written and no version moves. Under
 * a policy that has changed since, the keys differ, and are written.
 */
export function draftUnlessSame(current: StoredResource, draft: ResourceDraft): ResourceDraft | undefined {
  const { uniqueKeys } = draft;
  const hasSameKeys =
    uniqueKeys.length === current.uniqueKeys.length && uniqueKeys.every((key) => current.uniqueKeys.includes(key));
  return hasSameKeys && sameJson(current.attributes, draft.attributes) ? undefined : draft;
}
