import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';

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
  readonly endAccess?: EndAccess;
  /** How long the callback may take, in milliseconds. */
  readonly timeout: number;
}

/** Ends access by the host's callback, and remembers that it has to until it has succeeded. */
export interface Access {
  /** What to store with a change that ends access, so that it is not forgotten when the callback fails. */
  readonly pending: { readonly accessEnding?: true };
  /**
   * Calls the host, outside any transaction. What succeeded is forgotten only if the person is still in the version that
   * the call was about (none for a deleted one): who came back and left again meanwhile has a call of their own.
   * @throws {AccessEndingError}
   */
  end(event: AccessEnded, version?: number): Promise<void>;
}

/** Creates what provisioning ends access with. Without a callback there is nothing to remember and nothing to do. */
export function createAccess({ storage, endAccess, timeout }: AccessOptions): Access {
  if (!endAccess) return { pending: {}, end: async () => {} };
  return {
    pending: { accessEnding: true },
    async end(event, version) {
      const { organizationId, directoryId, userId, personId, reason } = event;
      const told = { organizationId, directoryId, userId, ...(personId !== undefined && { personId }), reason };
      try {
        await withTimeout(endAccess, told, timeout);
      } catch (error) {
        throw new AccessEndingError(userId, { cause: error });
      }
      const scope = { organizationId, directoryId };
      await storage.transaction(scope, async ({ directoryUsers }) => {
        const user = await directoryUsers.get(scope, userId);
        if (user?.version === version) await directoryUsers.clearAccessEnding(scope, userId);
      });
    },
  };
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
