import type { Clock } from '../core/clock.js';
import type { Logger } from '../core/logger.js';
import type { ClaimedEvent } from '../storage/outbox-store.js';
import type { Storage } from '../storage/storage.js';
import { ACCESS_TOPIC, createAccess, type EndAccess, type Ending } from './access.js';

/** Endings of access that the requests which caused them have not brought to an end. */
interface AccessEndings {
  /** Tries up to `limit` of them once more. One that fails again waits for minutes; none is ever given up. */
  retry(limit: number): Promise<{ readonly ended: number; readonly notEnded: number }>;
}

/** Milliseconds for which one that was tried is not tried again. */
const HOLD = 5 * 60_000;
/** Milliseconds for which the request that ends access is left to do it. */
const HEAD_START = 60_000;
const AT_A_TIME = 10;

/** Creates what goes on ending access after a host's callback has failed, or the process has ended before it was called. */
export function createAccessEndings(options: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly endAccess: EndAccess;
  readonly timeout: number;
  readonly logger: Logger;
}): AccessEndings {
  const { storage, clock, logger } = options;
  const access = createAccess({ ...options, cause: 'maintenance' });

  async function tryAgain(event: ClaimedEvent): Promise<'ended' | 'not-ended' | 'early'> {
    if (clock.now() - Date.parse(event.at) < HEAD_START) return 'early';
    const ending = await stillEnding(storage, event);
    try {
      if (ending) await access.end(ending);
      return 'ended';
    } catch (error) {
      const { organizationId, attempts } = event;
      logger.warn({ organizationId, ...event.payload, attempts, error }, 'access could not be ended yet');
      return 'not-ended';
    }
  }

  /** Of one person one after the other: when the first has ended access, the others have nothing to do. */
  async function tryAll(events: readonly ClaimedEvent[]) {
    const tries = new Map<string, Promise<'ended' | 'not-ended' | 'early'>>();
    return Promise.all(
      events.map((event) => {
        const person = JSON.stringify([event.organizationId, event.payload]);
        const next = (tries.get(person) ?? Promise.resolve()).then(() => tryAgain(event));
        tries.set(person, next);
        return next;
      }),
    );
  }

  return {
    async retry(limit) {
      let [ended, notEnded, tried] = [0, 0, 0];
      while (tried < limit) {
        const now = clock.now();
        const events = await storage.outbox.claim(ACCESS_TOPIC, iso(now), iso(now + HOLD), AT_A_TIME);
        if (events.length === 0) break;
        tried += events.length;
        const outcomes = await tryAll(events);
        await storage.outbox.ack(events.filter((_, index) => outcomes[index] === 'ended').map(({ key }) => key));
        ended += outcomes.filter((outcome) => outcome === 'ended').length;
        notEnded += outcomes.filter((outcome) => outcome === 'not-ended').length;
      }
      return { ended, notEnded };
    },
  };
}

/** Whose access is still to be ended; nobody's where a repeated request has done it, or the person is active again. */
async function stillEnding({ directoryUsers }: Storage, event: ClaimedEvent): Promise<Ending | undefined> {
  const scope = { organizationId: event.organizationId, directoryId: String(event.payload['directoryId']) };
  const userId = String(event.payload['userId']);
  const user = await directoryUsers.get(scope, userId);
  if (user) return user.accessEnding && { ...scope, userId, version: user.version };
  const deleted = await directoryUsers.getDeleted(scope, userId);
  return deleted?.accessEnding && { ...scope, userId };
}

const iso = (time: number) => new Date(time).toISOString();
