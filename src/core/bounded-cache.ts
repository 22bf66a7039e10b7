/** A map that forgets. */
export interface BoundedCache<V extends NonNullable<unknown>> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
}

/**
 * A cache of two generations: entries are written to the young one; when that is full it becomes the old one and the
 * old one is dropped. An entry that is read moves to the young one. Each call costs the same however full the cache is,
 * and it never holds more than twice `maxEntries`.
 */
export function createBoundedCache<V extends NonNullable<unknown>>(options: {
  readonly maxEntries: number;
}): BoundedCache<V> {
  const { maxEntries } = options;
  let young = new Map<string, V>();
  let old = new Map<string, V>();

  function set(key: string, value: V): void {
    if (young.size >= maxEntries && !young.has(key)) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  }

  function get(key: string): V | undefined {
    const recent = young.get(key);
    if (recent !== undefined) return recent;
    const value = old.get(key);
    if (value !== undefined) set(key, value);
    return value;
  }

  return {
    get,
    set,
    delete(key) {
      young.delete(key);
      old.delete(key);
    },
  };
}
