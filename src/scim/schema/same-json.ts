import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import { isJsonObject } from './coerce-value.js';

/** Whether two values say the same; the order of names in an object says nothing. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element: JsonValue, index) => sameJson(element, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names: readonly (keyof JsonObject)[] = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => sameJson(a[name], b[name]));
}
