import type { JsonObject, JsonValue } from './resource-store.js';

/** How many characters of text a value holds, down to its last part: a measure of what a look at all of it costs. */
export function textLength(value: JsonValue | undefined): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let length = 0;
  for (const name in value) length += textLength((value as JsonObject)[name]);
  return length;
}
