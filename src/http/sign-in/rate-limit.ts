import type { Request } from 'express';
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit';
import { createBoundedCache } from '../../core/bounded-cache.js';
import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../core/logger.js';
import { asRefusal, SignInRefusal } from './sign-in-refusal.js';

/** How many requests a minute the sign-in router answers. */
export interface SignInRateLimits {
  /**
   * From one address, IPv6 by the subnet of 56 bits. 300 unless told: a company behind one address comes at nine. The
   * address is Express's `req.ip`: declare your proxies with `trust proxy`, or all people share one address.
   */
  readonly perAddress?: number;
  /** Starts and answers of one tenant. 1,200 unless told. */
  readonly perTenant?: number;
  /**
   * Back-channel logouts from one address, which is a provider's: it sends one for each session. They count apart from
   * people's requests. 30,000 unless told.
   */
  readonly logoutsPerAddress?: number;
  /**
   * Back-channel logouts from one address to one tenant that are refused. After so many, further ones are not looked at
   * for the rest of the minute. 300 unless told.
   */
  readonly refusedLogouts?: number;
  /** Where hits are counted, as a store of express-rate-limit; in this process unless told. */
  readonly store?: (counter: SignInCounter) => Store;
}

/** What the sign-in router counts. */
export type SignInCounter = 'address' | 'tenant' | 'logout' | 'refused-logout';

/** Counts requests. Each function throws a {@link SignInRefusal} with status 429 when there were too many. */
export interface SignInRateLimiter {
  countAddress(request: Request): Promise<void>;
  countTenant(request: Request, tenantId: string): Promise<void>;
  countLogout(request: Request): Promise<void>;
  /** Without a tenant: those to tenants that there are not. */
  countRefusedLogout(request: Request, tenantId: string | undefined): Promise<void>;
  /** Counts nothing. */
  checkRefusedLogouts(request: Request, tenantId: string | undefined): void;
}

const WINDOW = 60_000;
const MOST_KEYS = 20_000;
const PROPERTY = 'signInRate';

/** Creates a {@link SignInRateLimiter}; without limits one that never refuses. */
export function createSignInRateLimiter(
  limits: SignInRateLimits | false,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): SignInRateLimiter {
  if (limits === false) return UNLIMITED;
  const { perAddress = 300, perTenant = 1200, logoutsPerAddress = 30_000, refusedLogouts = 300, store } = limits;
  /** Until when no more is looked at. What others have counted is learned with the next refusal of one's own. */
  const closed = createBoundedCache<number>({ maxEntries: MOST_KEYS });

  function counter(name: SignInCounter, limit: number): (request: Request, key: string) => Promise<void> {
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
  const countLogout = counter('logout', logoutsPerAddress);
  const countRefused = counter('refused-logout', refusedLogouts);
  return {
    countAddress: (request) => countAddress(request, addressOf(request)),
    countTenant,
    countLogout: (request) => countLogout(request, addressOf(request)),

    async countRefusedLogout(request, tenantId) {
      const key = refusedKey(request, tenantId);
      try {
        await countRefused(request, key);
      } catch (thrown) {
        const { retryAfter = 0 } = asRefusal(thrown);
        closed.set(key, clock.now() + Math.min(retryAfter * 1000, WINDOW));
        throw thrown;
      }
    },

    checkRefusedLogouts(request, tenantId) {
      const left = (closed.get(refusedKey(request, tenantId)) ?? 0) - clock.now();
      // A clock set back must not keep it closed for longer.
      if (left > 0 && left <= WINDOW) {
        throw new SignInRefusal('too_many_requests', { retryAfter: Math.ceil(left / 1000) });
      }
    },
  };
}

const nothing = async () => undefined;
const UNLIMITED: SignInRateLimiter = {
  countAddress: nothing,
  countTenant: nothing,
  countLogout: nothing,
  countRefusedLogout: nothing,
  checkRefusedLogouts: () => undefined,
};

function addressOf({ ip }: Request): string {
  return ip === undefined ? '' : ipKeyGenerator(ip);
}

function refusedKey(request: Request, tenantId: string | undefined): string {
  return tenantId === undefined ? addressOf(request) : `${addressOf(request)} ${tenantId}`;
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
      const left = known ? known.until - now : 0;
      // A clock set back must not make a window longer.
      const current = known && left > 0 && left <= WINDOW ? known : { count: 0, until: now + WINDOW };
      current.count += 1;
      hits.set(key, current);
      return { totalHits: current.count, resetTime: new Date(current.until) };
    },
    decrement() {},
    resetKey: (key) => hits.delete(key),
  };
}
