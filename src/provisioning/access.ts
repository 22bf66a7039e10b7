import type { Clock } from '../core/clock.js';
import { newId } from '../core/id.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { STEP_SUBJECT } from './provisioning-step.js';
import type { RequestScope } from './request-scope.js';

/** Somebody's access has to end now: sessions, API keys, refresh tokens. */
export interface AccessEnded extends DirectoryScope {
  /** SCIM id of the person in the directory. */
  readonly userId: string;
  /** The host's user behind it, where provisioning is on. */
  readonly personId?: string;
  readonly reason: 'deactivated' | 'deleted';
}

/** Ends running access of a person in the host. May be called again for the same person; must then do no harm. */
export type EndAccess = (event: AccessEnded) => Promise<void> | void;

/** The change is stored, but the host's callback has not succeeded; the same request, repeated, calls it again. */
export class AccessEndingError extends Error {
  override readonly name = 'AccessEndingError';
  readonly code = 'access_ending';

  constructor(userId: string, options?: ErrorOptions) {
    super(`access of ${userId} could not be ended`, options);
  }
}

export interface AccessOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly endAccess?: EndAccess;
  /** How long the callback may take, in milliseconds. */
  readonly timeout: number;
  /** Who calls it: the request that ends access, or maintenance after it. */
  readonly cause: 'scim' | 'maintenance';
}

/** Whose access ends; without a version the person was deleted. */
export interface Ending extends RequestScope {
  readonly userId: string;
  readonly version?: number;
}

/** Ends access by the host's callback, and remembers that it has to until it has succeeded. */
export interface Access {
  /** What to store with a change that ends access, so that it is not forgotten when the callback fails. */
  readonly pending: { readonly accessEnding?: true };
  /** Tells maintenance that access is to be ended, in the transaction that stores `pending`. */
  remember(within: Pick<Storage, 'outbox'>, ending: Ending): Promise<void>;
  /**
   * Calls the host, outside any transaction. What succeeded is forgotten only if the person is still in the version that
   * the call was about: who came back and left again meanwhile has a call of their own. The journal says how it went.
   * @throws {AccessEndingError}
   */
  end(ending: Ending): Promise<void>;
}

/** What maintenance finds in the outbox about access that is to be ended. */
export const ACCESS_TOPIC = 'access-ending';

/** Creates what provisioning ends access with. Without a callback there is nothing to remember and nothing to do. */
export function createAccess({ storage, clock, endAccess, timeout, cause }: AccessOptions): Access {
  if (!endAccess) return { pending: {}, remember: async () => {}, end: async () => {} };
  const now = () => new Date(clock.now()).toISOString();

  function entry({ directoryId, userId, requestId }: Ending, { reason, personId }: AccessEnded, isEnded: boolean) {
    const details = {
      cause,
      directoryId,
      directoryUserId: userId,
      reason,
      ...(personId !== undefined && { personId }),
    };
    return {
      id: newId(),
      subject: STEP_SUBJECT,
      kind: isEnded ? 'access-ended' : 'access-not-ended',
      at: now(),
      ...(requestId !== undefined && { causeId: requestId }),
      details,
    };
  }

  return {
    pending: { accessEnding: true },

    remember: async ({ outbox }, ending) => {
      const { organizationId, directoryId, userId } = ending;
      const payload = { directoryId, userId };
      await outbox.enqueue({
        organizationId,
        key: keyOf(ending),
        topic: ACCESS_TOPIC,
        kind: 'access.ending',
        at: now(),
        payload,
      });
    },

    async end(ending) {
      const { organizationId, directoryId, userId, version } = ending;
      const scope = { organizationId, directoryId };
      const personId = await storage.people?.linkedTo(scope, userId);
      const reason = version === undefined ? 'deleted' : 'deactivated';
      const event: AccessEnded = { ...scope, userId, ...(personId !== undefined && { personId }), reason };
      try {
        await withTimeout(endAccess, event, timeout);
      } catch (error) {
        await storage.journal.append(scope, [entry(ending, event, false)]);
        throw new AccessEndingError(userId, { cause: error });
      }
      await storage.transaction(scope, async ({ directoryUsers, journal, outbox }) => {
        const user = await directoryUsers.get(scope, userId);
        if (user?.version === version) await directoryUsers.clearAccessEnding(scope, userId);
        await journal.append(scope, [entry(ending, event, true)]);
        await outbox.ack([keyOf(ending)]);
      });
    },
  };
}

function keyOf({ organizationId, directoryId, userId, version }: Ending): string {
  return `${organizationId}:${ACCESS_TOPIC}:${directoryId}:${userId}:${version ?? 'deleted'}`;
}

async function withTimeout(endAccess: EndAccess, event: AccessEnded, timeout: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`endAccess did not finish within ${timeout} ms`)), timeout);
  });
  try {
    await Promise.race([(async () => endAccess(event))(), late]);
  } finally {
    clearTimeout(timer);
  }
}
