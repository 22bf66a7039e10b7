import { foldCase } from '../core/fold.js';
import { toInstant } from '../core/instant.js';
import { compareText } from './compare-text.js';
import { isJsonList } from './json-list.js';
import type { Sort } from './query.js';
import type { JsonValue, StoredResource } from './resource-store.js';

/** What a resource is sorted by; `undefined` where it has no value of the attribute's type. */
export type SortKey = string | number | undefined;

/**
 * Compiles how the key of a resource is found: folded text, an instant, a number, or 0 and 1 for false and true. Of
 * several values the element marked primary counts, else the first.
 */
export function sortKeyOf(sort: Sort): (resource: StoredResource) => SortKey {
  const { path, type, caseExact } = sort;
  return (resource) => {
    const value = valueAt(resource, path);
    switch (type) {
      case 'boolean':
        return typeof value === 'boolean' ? Number(value) : undefined;
      case 'integer':
      case 'decimal':
        return typeof value === 'number' ? value : undefined;
      case 'dateTime':
        if (typeof value !== 'string') return undefined;
        // The store's own stamps have one form, which sorts as it is.
        return path[0] === 'meta' ? value : toInstant(value);
      default:
        if (typeof value !== 'string') return undefined;
        return caseExact || type === 'binary' ? value : foldCase(value);
    }
  };
}

/**
 * Compares two keys in the direction of a sort. Text goes by code points; no value counts as greater than any
 * (RFC 7644 section 3.4.2.3).
 */
export function compareSortKeys(descending: boolean): (a: SortKey, b: SortKey) => number {
  const direction = descending ? -1 : 1;
  return (a, b) => {
    if (a === b) return 0;
    if (a === undefined) return direction;
    if (b === undefined) return -direction;
    const isBefore = typeof a === 'string' && typeof b === 'string' ? compareText(a, b) < 0 : a < b;
    return isBefore ? -direction : direction;
  };
}

function valueAt(resource: StoredResource, path: readonly string[]): JsonValue | undefined {
  const [first, second] = path;
  if (first === 'id') return path.length === 1 ? resource.id : undefined;
  if (first === 'meta') return path.length === 2 && isStamp(second) ? resource[second] : undefined;
  let value: JsonValue | undefined = resource.attributes;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || isJsonList(value) || !Object.hasOwn(value, name))
      return undefined;
    value = preferred(value[name]);
  }
  return value;
}

function isStamp(name: string | undefined): name is 'created' | 'lastModified' | 'version' {
  return name === 'created' || name === 'lastModified' || name === 'version';
}

function preferred(value: JsonValue | undefined): JsonValue | undefined {
  if (value === undefined || !isJsonList(value)) return value;
  return value.find((element) => isPrimary(element)) ?? value[0];
}

function isPrimary(element: JsonValue): boolean {
  return typeof element === 'object' && element !== null && !isJsonList(element) && element['primary'] === true;
}
