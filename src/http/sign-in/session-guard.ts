import type { RequestHandler } from 'express';
import { createCachedLookup } from '../../core/cached-lookup.js';
import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../core/logger.js';
import type { SessionOrigin, SignInStore } from '../../storage/sign-in-store.js';
import type { TenantResolver } from '../../tenancy/tenant-resolver.js';
import { endSession, readSignIn, type SignInRecord } from './host-session.js';

export interface SessionGuardOptions {
  readonly signIns: SignInStore;
  readonly tenantResolver: Pick<TenantResolver, 'byId'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long an answer of the store is used. */
  readonly seconds: number;
}

/** Later than every session. */
const ALWAYS = '9999-12-31T23:59:59.999Z';

/**
 * Creates the middleware that ends sessions whose sign-in the identity provider has ended by back-channel logout, and
 * those whose tenant may sign nobody in any more: disabled, or another organization's. The request goes on without a
 * user; sessions that began in another way pass.
 */
export function createSessionGuard(options: SessionGuardOptions): RequestHandler {
  const { signIns, tenantResolver, clock, logger, seconds } = options;
  const lookup = createCachedLookup<string>({
    clock,
    seconds,
    maxEntries: 10_000,
    async load(key) {
      const [organizationId = '', tenantId = '', issuer = '', subject = '', sessionId] = JSON.parse(key) as string[];
      const origin: SessionOrigin = { tenantId, issuer, subject, ...(sessionId !== undefined && { sessionId }) };
      const [tenant, endedAt] = await Promise.all([
        tenantResolver.byId(tenantId),
        signIns.sessionsEndedAt({ organizationId }, origin),
      ]);
      return tenant?.organizationId === organizationId ? endedAt : ALWAYS;
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
      logger.info({ tenantId: record.tenantId }, 'a session was ended: its sign-in or its tenant is over');
    }
    check().then(() => next(), next);
  };
}
