import type { ResourceDraft } from '../../provisioning/directory-users.js';
import { isJsonList } from '../../storage/json-list.js';
import type { JsonObject, JsonValue, StoredResource } from '../../storage/resource-store.js';
import type { ScimPolicy } from '../../tenancy/scim-policy.js';
import { ScimError } from '../error.js';
import { requireAttributes } from '../schema/required-values.js';
import type { ResourceType } from '../schema/resource-type.js';
import { sameJson } from '../schema/same-json.js';
import { uniqueKeys } from '../schema/unique-keys.js';

/** Characters of JSON that a resource may be kept as, members aside. A page of a thousand such still is one text. */
const LONGEST_RESOURCE = 256 * 1024;

/**
 * What is to be stored of a resource that a request states as a whole.
 * @param before what is judged leniently, see `requireAttributes`
 * @throws {ScimError} 400 invalidValue where something required is missing, 413 for a resource that is too large.
 */
export function wholeDraftOf(
  attributes: JsonObject,
  type: ResourceType,
  policy: ScimPolicy,
  before?: JsonObject,
): ResourceDraft {
  requireAttributes(attributes, type, { before });
  return draftOf(attributes, type, policy);
}

/**
 * What is to be stored of a resource that is known to be complete: its attributes, and the keys that are its alone.
 * @throws {ScimError} 413 for a resource that is too large.
 */
export function draftOf(attributes: JsonObject, type: ResourceType, policy: ScimPolicy): ResourceDraft {
  refuseLargeResource(attributes);
  return { attributes, uniqueKeys: uniqueKeys(type, attributes, policy) };
}

/** It would make every list it is in unbearable. */
function refuseLargeResource(attributes: JsonObject): void {
  if (atMostAsJson(attributes) <= LONGEST_RESOURCE || lengthAsJson(attributes) <= LONGEST_RESOURCE) return;
  throw new ScimError(413, undefined, `A resource may have at most ${LONGEST_RESOURCE} characters as JSON.`);
}

/** Without `active`: `false` is longer than `true`, and that must not keep anybody from being deactivated. */
function lengthAsJson(attributes: JsonObject): number {
  return JSON.stringify({ ...attributes, active: undefined }).length;
}

/** A bound of the characters of JSON that costs less than writing it: every character could need an escape of six. */
function atMostAsJson(value: JsonValue): number {
  if (typeof value === 'string') return 6 * value.length + 3;
  if (typeof value !== 'object' || value === null) return 26;
  let sum = 3;
  if (isJsonList(value)) {
    for (const element of value) sum += atMostAsJson(element);
    return sum;
  }
  for (const name in value) sum += 6 * name.length + 3 + atMostAsJson(value[name] ?? null);
  return sum;
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
