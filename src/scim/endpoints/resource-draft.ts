import type { ResourceDraft } from '../../provisioning/directory-users.js';
import { isJsonList } from '../../storage/json-list.js';
import type { JsonObject, JsonValue, StoredResource } from '../../storage/resource-store.js';
import { ScimError } from '../error.js';
import { isJsonObject } from '../schema/coerce-value.js';

/** Characters of JSON that a resource may be kept as, members aside. A page of a thousand such still is one text. */
const LONGEST_RESOURCE = 256 * 1024;

/** @throws {ScimError} 413 for a resource that would make every list it is in unbearable. */
export function refuseLargeResource(attributes: JsonObject): void {
  if (atMostAsJson(attributes) <= LONGEST_RESOURCE || JSON.stringify(attributes).length <= LONGEST_RESOURCE) return;
  throw new ScimError(413, undefined, `A resource may have at most ${LONGEST_RESOURCE} characters as JSON.`);
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

/** The draft, or `undefined` when it says what the resource is already: then nothing is written and no version moves. */
export function draftUnlessSame(current: StoredResource, draft: ResourceDraft): ResourceDraft | undefined {
  return sameJson(current.attributes, draft.attributes) ? undefined : draft;
}

function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element: JsonValue, index) => sameJson(element, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sameJson(a[name], b[name]));
}
