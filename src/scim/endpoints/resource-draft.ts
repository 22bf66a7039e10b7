import type { ResourceDraft } from '../../provisioning/directory-users.js';
import type { JsonValue, StoredResource } from '../../storage/resource-store.js';
import { isJsonObject } from '../schema/coerce-value.js';

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
