import type { JsonValue } from './resource-store.js';

/** Whether a JSON value is a list. (`Array.isArray` does not narrow a readonly list.) */
export function isJsonList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
