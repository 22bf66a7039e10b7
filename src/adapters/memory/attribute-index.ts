import { foldCase } from '../../core/fold.js';
import { isJsonList } from '../../storage/json-list.js';
import type { AttributePath } from '../../storage/query.js';
import type { JsonValue, StoredResource } from '../../storage/resource-store.js';
import { LookupIndex } from './lookup-index.js';

/**
 * Finds what holds a text at an attribute path. Keys are folded whether or not the attribute minds letter case: what is
 * found may be more than what matches a filter, never less.
 */
export class AttributeIndex<T extends object> {
  readonly path: AttributePath;
  readonly #entries = new LookupIndex<T>();

  constructor(path: AttributePath) {
    this.path = path;
  }

  add(resource: StoredResource, entry: T): void {
    for (const key of keysAt(resource.attributes, this.path)) this.#entries.add(key, entry);
  }

  remove(resource: StoredResource, entry: T): void {
    for (const key of keysAt(resource.attributes, this.path)) this.#entries.remove(key, entry);
  }

  /** What `remove` and `add` would do; most changes of a resource leave its keys. */
  exchange(before: StoredResource, after: StoredResource, entry: T): void {
    const [outermost = ''] = this.path;
    if (before.attributes[outermost] === after.attributes[outermost]) return;
    const oldKeys = keysAt(before.attributes, this.path);
    const newKeys = keysAt(after.attributes, this.path);
    if (oldKeys.length === newKeys.length && oldKeys.every((key, index) => key === newKeys[index])) return;
    for (const key of oldKeys) this.#entries.remove(key, entry);
    for (const key of newKeys) this.#entries.add(key, entry);
  }

  count(value: string): number {
    return this.#entries.count(foldCase(value));
  }

  find(value: string): Iterable<T> {
    return this.#entries.find(foldCase(value));
  }
}

function keysAt(value: JsonValue | undefined, path: AttributePath, depth = 0): readonly string[] {
  const name = path[depth];
  if (typeof value === 'string') {
    // An element that is a plain value can be asked for its `value`, see `compileElementFilter`.
    const isReached = name === undefined || (name === 'value' && depth === path.length - 1);
    return isReached ? [foldCase(value)] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (isJsonList(value)) return value.flatMap((element) => keysAt(element, path, depth));
  return name !== undefined && Object.hasOwn(value, name) ? keysAt(value[name], path, depth + 1) : [];
}
