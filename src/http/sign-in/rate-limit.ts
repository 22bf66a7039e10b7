import type { Request } from 'express';
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit';
import { createBoundedCache } from '../../core/bounded-cache.js';
import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../core/logger.js';
import { SignInRefusal } from './sign-in-refusal.js';

/** How many requests a minute the sign-in router answers. */
export interface SignInRateLimits {
  /**
   * From one address, IPv6 by the subnet of 56 bits. 300 unless told: a company behind one address comes at nine. The
   * address is Express's `req.ip`: declare your proxies with `trust proxy`, or all people share one address.
   */
  readonly perAddress?: number;
  /** Starts and answers of one tenant. 1,200 unless told. */
  readonly perTenant?: number;
  /** Where hits are counted, as a store of express-rate-limit; in this process unless told. */
  readonly store?: (counter: 'address' | 'tenant') => Store;
}

/** Counts requests. Both functions throw a {@link SignInRefusal} with status 429 when there were too many. */
export interface SignInRateLimiter {
  countAddress(request: Request): Promise<void>;
  countTenant(request: Request, tenantId: string): Promise<void>;
}

const WINDOW = 60_000;
const MOST_KEYS = 20_000;
const PROPERTY = 'signInRate';

/** Creates a {@link SignInRateLimiter}; without limits one that never refuses. */
export function createSignInRateLimiter(
  limits: SignInRateLimits | false,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): SignInRateLimiter {
  if (limits === false) return { countAddress: async () => undefined, countTenant: async () => undefined };
  const { perAddress = 300, perTenant = 1200, store } = limits;

  function counter(name: 'address' | 'tenant', limit: number): (request: Request, key: string) => Promise<void> {
    const keys = new WeakMap<Request, string>();
    const count = rateLimit({
      windowMs: WINDOW,
      limit,
      store: store?.(name) ?? createHitStore(clock),
      keyGenerator: (request) => keys.get(request) ?? '',
      requestPropertyName: PROPERTY,
      standardHeaders: false,
      legacyHeaders: false,
      // Counters that are down must not keep everybody out.
      passOnStoreError: true,
      logger: {
        warn: (error, message) => logger.warn({ err: error }, message ?? 'rate limit'),
        error: (error, message) => logger.error({ err: error }, message ?? 'rate limit'),
      },
      validate: false,
      handler: (request, _response, next) => next(tooMany(request, clock)),
    });
    return (request, key) => {
      keys.set(request, key);
      return new Promise((resolve, reject) => {
        const { res } = request;
        if (!res) throw new TypeError('a request of Express has its response');
        Promise.resolve(count(request, res, (error?: unknown) => (error ? reject(error) : resolve()))).catch(reject);
      });
    };
  }

  const [countAddress, countTenant] = [counter('address', perAddress), counter('tenant', perTenant)];
  return {
    countAddress: (request) => countAddress(request, request.ip === undefined ? '' : ipKeyGenerator(request.ip)),
    countTenant,
  };
}

function tooMany(request: Request, clock: Clock): SignInRefusal {
  const { resetTime }: { readonly resetTime?: Date } = Reflect.get(request, PROPERTY) ?? {};
  const wait = resetTime ? resetTime.getTime() - clock.now() : WINDOW;
  return new SignInRefusal('too_many_requests', { retryAfter: Math.max(1, Math.ceil(wait / 1000)) });
}

interface Hits {
  count: number;
  readonly until: number;
}

/** Counts in this process, for a bounded number of keys. */
function createHitStore(clock: Clock): Store {
  const hits = createBoundedCache<Hits>({ maxEntries: MOST_KEYS });
  return {
    localKeys: true,
    increment(key) {
      const now = clock.now();
      const known = hits.get(key);
      const current = known && known.until > now ? known : { count: 0, until: now + WINDOW };
      current.count += 1;
      hits.set(key, current);
      return { totalHits: current.count, resetTime: new Date(current.until) };
    },
    decrement() {},
    resetKey: (key) => hits.delete(key),
  };
}
