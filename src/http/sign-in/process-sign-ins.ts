import { createBoundedCache } from '../../core/bounded-cache.js';
import type { EndedSessions, SessionOrigin, SignInStore } from '../../storage/sign-in-store.js';

const MOST = 50_000;

/**
 * Creates a {@link SignInStore} in the memory of this process. Other processes know nothing of it, and a restart forgets
 * it: a sign-in could be answered once on each node, and a logout at the provider ends sessions on one node alone. With
 * more than one process use `storage.signIns`. It keeps the newest 50,000 entries of each kind and more, and forgets older.
 */
export function createProcessSignIns(): SignInStore {
  const used = createBoundedCache<string>({ maxEntries: MOST });
  const ended = createBoundedCache<string>({ maxEntries: MOST });
  return {
    async consumeOnce({ organizationId }, key, at, expiresAt) {
      const name = JSON.stringify([organizationId, key]);
      const until = used.get(name);
      if (until !== undefined && until > at) return false;
      used.set(name, expiresAt);
      return true;
    },

    async endSessions({ organizationId }, sessions, at) {
      const name = keyOf(organizationId, sessions);
      const before = ended.get(name);
      if (before === undefined || before < at) ended.set(name, at);
    },

    async sessionsEndedAt({ organizationId }, origin) {
      const times = concerning(origin).flatMap((sessions) => ended.get(keyOf(organizationId, sessions)) ?? []);
      return times.sort().at(-1);
    },
  };
}

/** What may have been ended so that a session of this origin is over. */
function concerning({ tenantId, issuer, subject, sessionId }: SessionOrigin): readonly EndedSessions[] {
  const whole = { tenantId, issuer };
  const person = { ...whole, subject };
  return sessionId === undefined ? [person] : [person, { ...whole, sessionId }, { ...person, sessionId }];
}

function keyOf(organizationId: string, { tenantId, issuer, subject, sessionId }: EndedSessions): string {
  return JSON.stringify([organizationId, tenantId, issuer, subject ?? null, sessionId ?? null]);
}
