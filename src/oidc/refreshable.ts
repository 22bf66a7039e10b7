import type { Clock } from '../core/clock.js';

/** A value that somebody else may change, kept for a while. */
export interface Refreshable<V> {
  /** The value, asked for anew when it is too old. Calls share one question. */
  get(): Promise<V>;
  /** A value newer than `seen`; the same one while the last forced question is too recent. */
  getNewer(seen: V): Promise<V>;
}

export interface RefreshableOptions<V> {
  readonly clock: Clock;
  /** Milliseconds that a value is used. */
  readonly maxAge: number;
  /** Milliseconds between two questions forced by {@link Refreshable.getNewer}. */
  readonly cooldown: number;
  /** Milliseconds in which a failure is told again instead of asking anew. */
  readonly failureAge: number;
  readonly load: (previous: V | undefined) => Promise<V>;
}

/** Creates a {@link Refreshable}. A failure to renew a value that is too old is a failure: nothing stale is used. */
export function createRefreshable<V>(options: RefreshableOptions<V>): Refreshable<V> {
  const { clock, load } = options;
  let known: { readonly value: V; readonly at: number } | undefined;
  let failure: { readonly fault: unknown; readonly at: number } | undefined;
  let asking: Promise<V> | undefined;
  let forcedAt: number | undefined;

  function isWithin(at: number, limit: number): boolean {
    const age = clock.now() - at;
    // A clock set back must not lengthen the life of anything.
    return age >= 0 && age < limit;
  }

  function ask(): Promise<V> {
    const at = clock.now();
    asking ??= load(known?.value)
      .then(
        (value) => {
          known = { value, at };
          failure = undefined;
          return value;
        },
        (fault: unknown) => {
          failure = { fault, at: clock.now() };
          throw fault;
        },
      )
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  async function get(): Promise<V> {
    if (known && isWithin(known.at, options.maxAge)) return known.value;
    if (!asking && failure && isWithin(failure.at, options.failureAge)) throw failure.fault;
    return ask();
  }

  return {
    get,
    async getNewer(seen) {
      if (known && known.value !== seen) return get();
      if (asking) return asking;
      if (forcedAt !== undefined && isWithin(forcedAt, options.cooldown)) return seen;
      forcedAt = clock.now();
      return ask();
    },
  };
}
