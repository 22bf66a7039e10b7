import type { RequestHandler } from 'express';
import { createCachedLookup } from '../../core/cached-lookup.js';
import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../core/logger.js';
import type { SessionOrigin, SignInStore } from '../../storage/sign-in-store.js';
import { endSession, readSignIn, type SignInRecord } from './host-session.js';

export interface SessionGuardOptions {
  readonly signIns: SignInStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long an answer of the store is used. */
  readonly seconds: number;
}

/**
 * Creates the middleware that ends sessions whose sign-in the identity provider has ended by back-channel logout. The
 * request goes on without a user; sessions that began in another way pass.
 */
export function createSessionGuard({ signIns, clock, logger, seconds }: SessionGuardOptions): RequestHandler {
  const lookup = createCachedLookup<string>({
    clock,
    seconds,
    maxEntries: 10_000,
    load(key) {
      const [organizationId = '', tenantId = '', issuer = '', subject = '', sessionId] = JSON.parse(key) as string[];
      const origin: SessionOrigin = { tenantId, issuer, subject, ...(sessionId !== undefined && { sessionId }) };
      return signIns.sessionsEndedAt({ organizationId }, origin);
    },
  });

  async function isOver(record: SignInRecord): Promise<boolean> {
    const { organizationId, tenantId, issuer, subject, sessionId, signedInAt } = record;
    const parts = [organizationId, tenantId, issuer, subject];
    const key = JSON.stringify(sessionId === undefined ? parts : [...parts, sessionId]);
    const known = lookup.peek(key, clock.now());
    const endedAt = known === undefined ? await lookup.load(key) : known;
    return endedAt !== null && signedInAt <= endedAt;
  }

  return (request, _response, next) => {
    async function check(): Promise<void> {
      const record = readSignIn(request);
      if (!record || !(await isOver(record))) return;
      await endSession(request);
      logger.info({ tenantId: record.tenantId }, 'a session was ended that is over at the identity provider');
    }
    check().then(() => next(), next);
  };
}
