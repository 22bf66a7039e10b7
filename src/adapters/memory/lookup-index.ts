import { SteadyMap } from './steady-map.js';

/** Finds entries by a key that several may share. Most keys lead to one entry, which then needs no set. */
export class LookupIndex<T extends object> {
  readonly #entries = new SteadyMap<T | Set<T>>();

  add(key: string, entry: T): void {
    const found = this.#entries.get(key);
    if (found === undefined) this.#entries.set(key, entry);
    else if (found instanceof Set) found.add(entry);
    else if (found !== entry) this.#entries.set(key, new Set([found, entry]));
  }

  remove(key: string, entry: T): void {
    const found = this.#entries.get(key);
    if (found instanceof Set) found.delete(entry);
    if (found === entry || (found instanceof Set && found.size === 0)) this.#entries.delete(key);
  }

  count(key: string): number {
    const found = this.#entries.get(key);
    if (found === undefined) return 0;
    return found instanceof Set ? found.size : 1;
  }

  find(key: string): Iterable<T> {
    const found = this.#entries.get(key);
    if (found === undefined) return [];
    return found instanceof Set ? found : [found];
  }
}
