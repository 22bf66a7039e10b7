import { foldCase } from '../core/fold.js';
import { isJsonList } from './json-list.js';
import type { AttributePath } from './query.js';
import type { JsonValue } from './resource-store.js';

/**
 * The texts at a path, folded, whether or not the attribute minds letter case: what an index has to hold so that what is
 * found by it may be more than what matches a filter, never less. An element that is a plain value can be asked for its
 * `value`, see `compileElementFilter`.
 */
export function textsAt(value: JsonValue | undefined, path: AttributePath, depth = 0): readonly string[] {
  const name = path[depth];
  if (typeof value === 'string') {
    const isReached = name === undefined || (name === 'value' && depth === path.length - 1);
    return isReached ? [foldCase(value)] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (isJsonList(value)) return value.flatMap((element) => textsAt(element, path, depth));
  return name !== undefined && Object.hasOwn(value, name) ? textsAt(value[name], path, depth + 1) : [];
}
