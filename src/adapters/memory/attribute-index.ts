import { foldCase } from '../../core/fold.js';
import type { AttributePath } from '../../storage/query.js';
import type { StoredResource } from '../../storage/resource-store.js';
import { textsAt } from '../../storage/texts-at.js';
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
    for (const key of textsAt(resource.attributes, this.path)) this.#entries.add(key, entry);
  }

  remove(resource: StoredResource, entry: T): void {
    for (const key of textsAt(resource.attributes, this.path)) this.#entries.remove(key, entry);
  }

  /** What `remove` and `add` would do; most changes of a resource leave its keys. */
  exchange(before: StoredResource, after: StoredResource, entry: T): void {
    const [outermost = ''] = this.path;
    if (before.attributes[outermost] === after.attributes[outermost]) return;
    const oldKeys = textsAt(before.attributes, this.path);
    const newKeys = textsAt(after.attributes, this.path);
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
