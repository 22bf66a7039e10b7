import { createBoundedCache } from './bounded-cache.js';
import type { Clock } from './clock.js';

export interface CachedLookupOptions<V> {
  readonly clock: Clock;
  /** How long an answer is used. */
  readonly seconds: number;
  /** Bounds the values and, separately, the keys known to have none, so that a flood of bad keys evicts no value. */
  readonly maxEntries: number;
  /** Asks the source. `previous` is the value that was known last, however old, where it is still at hand. */
  readonly load: (key: string, previous: V | undefined) => Promise<V | undefined>;
}

/** Answers of a slow source, remembered for a few seconds. */
export interface CachedLookup<V> {
  /** What is known now without asking: a value, `null` for "there is none", `undefined` for "it has to be asked". */
  peek(key: string, now: number): V | null | undefined;
  /** Asks the source; calls for one key share one question. A failure goes to all of them and is not remembered. */
  load(key: string): Promise<V | null>;
}

interface Answer<V> {
  readonly value: V;
  readonly askedAt: number;
}

/** Creates a {@link CachedLookup}. An answer counts from the moment of asking, so none is used for longer than `seconds`. */
export function createCachedLookup<V>(options: CachedLookupOptions<V>): CachedLookup<V> {
  const { clock, maxEntries } = options;
  const lifetime = options.seconds * 1000;
  const present = createBoundedCache<Answer<V>>({ maxEntries });
  const absentSince = createBoundedCache<number>({ maxEntries });
  const asking = new Map<string, Promise<V | null>>();

  function isFresh(askedAt: number, now: number): boolean {
    // A clock set back must not lengthen the life of an answer.
    return now >= askedAt && now - askedAt < lifetime;
  }

  async function ask(key: string): Promise<V | null> {
    const askedAt = clock.now();
    const value = await options.load(key, present.get(key)?.value);
    if (value === undefined) {
      present.delete(key);
      absentSince.set(key, askedAt);
      return null;
    }
    absentSince.delete(key);
    present.set(key, { value, askedAt });
    return value;
  }

  return {
    peek(key, now) {
      const answer = present.get(key);
      if (answer !== undefined) return isFresh(answer.askedAt, now) ? answer.value : undefined;
      const since = absentSince.get(key);
      return since !== undefined && isFresh(since, now) ? null : undefined;
    },
    load(key) {
      const underWay = asking.get(key);
      if (underWay !== undefined) return underWay;
      const answer = ask(key).finally(() => asking.delete(key));
      asking.set(key, answer);
      return answer;
    },
  };
}
