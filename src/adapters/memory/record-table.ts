import { freezeJson } from './freeze-json.js';
import { LookupIndex } from './lookup-index.js';
import { SortedKeys } from './sorted-keys.js';
import { SteadyMap } from './steady-map.js';
import type { UndoLog } from './undo-log.js';

/** Records by key, with any number of look-ups by other texts that several may share. */
export class RecordTable<T extends object> {
  readonly #rows = new SteadyMap<T>();
  readonly #keyOf: (record: T) => string;
  readonly #watchers: ((record: T) => void)[] = [];
  #sorted: SortedKeys | undefined;
  readonly #lookups: readonly { readonly textsOf: (record: T) => readonly string[]; readonly index: LookupIndex<T> }[];

  /** @param lookups what each look-up finds a record by; they are asked for by their place */
  constructor(keyOf: (record: T) => string, ...lookups: readonly ((record: T) => readonly string[])[]) {
    this.#keyOf = keyOf;
    this.#lookups = lookups.map((textsOf) => ({ textsOf, index: new LookupIndex<T>() }));
  }

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  /** Records of a look-up, in no particular order. */
  find(lookup: number, text: string): readonly T[] {
    return Array.from(this.#lookups[lookup]?.index.find(text) ?? []);
  }

  /** The same one by one, for who may not need all of them. */
  each(lookup: number, text: string): Iterable<T> {
    return this.#lookups[lookup]?.index.find(text) ?? [];
  }

  count(lookup: number, text: string): number {
    return this.#lookups[lookup]?.index.count(text) ?? 0;
  }

  /** Records in order of their keys, behind a position. The order is kept from the first time that somebody asks. */
  page({ after, limit }: { readonly after: string; readonly limit: number }): readonly T[] {
    this.#sorted ??= new SortedKeys(this.#rows.keys());
    return this.#sorted.after(after, limit).flatMap((key) => this.#rows.get(key) ?? []);
  }

  keys(): readonly string[] {
    return this.#rows.keys();
  }

  /** Tells of each record that comes, goes or is exchanged, also when that is taken back. */
  watch(watcher: (record: T) => void): void {
    this.#watchers.push(watcher);
  }

  put(record: T, undo: UndoLog): void {
    this.#exchange(this.#keyOf(record), freezeJson(record), undo);
  }

  remove(key: string, undo: UndoLog): void {
    if (this.#rows.has(key)) this.#exchange(key, undefined, undo);
  }

  #exchange(key: string, after: T | undefined, undo: UndoLog): void {
    const before = this.#rows.get(key);
    this.#place(key, before, after);
    undo.note(() => this.#place(key, after, before));
  }

  #place(key: string, before: T | undefined, after: T | undefined): void {
    for (const { textsOf, index } of this.#lookups) {
      if (before) for (const text of textsOf(before)) index.remove(text, before);
      if (after) for (const text of textsOf(after)) index.add(text, after);
    }
    if (after) this.#rows.set(key, after);
    else this.#rows.delete(key);
    if (after && !before) this.#sorted?.add(key);
    if (before && !after) this.#sorted?.delete(key);
    for (const watcher of this.#watchers) {
      if (before) watcher(before);
      if (after) watcher(after);
    }
  }
}

/** A page of records that are in order of a key, behind a position. */
export function pageBehind<T>(
  records: readonly T[],
  keyOf: (record: T) => string,
  { after, limit }: { readonly after: string; readonly limit: number },
): readonly T[] {
  return records.filter((record) => after === '' || keyOf(record) > after).slice(0, limit);
}

/** Several texts as one key, which no other texts make. */
export function placeKey(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
