import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { sha256 } from '../core/sha256.js';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import { OidcError } from './oidc-error.js';

/**
 * A sign-in under way: plain JSON that the host keeps for the browser that began it, sealed, since it holds the PKCE
 * verifier and the nonce. Whoever keeps it also sees to it that it is used once.
 */
export interface PendingLogin {
  readonly tenantId: string;
  /** Of the settings that must not change meanwhile. */
  readonly fingerprint: string;
  /** Comes back in the answer; says to which pending login the answer belongs. */
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** What the sign-in is for, e.g. `sign-in` or `test`; handed back with the result. */
  readonly purpose: string;
  /** Where to go afterwards; handed back as it was. Checking it is up to the host. */
  readonly returnTo?: string;
  readonly maxAge?: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Begins a {@link PendingLogin} with fresh random values. */
export function createPendingLogin(
  tenant: OidcTenant,
  clock: Clock,
  wishes: Pick<PendingLogin, 'redirectUri' | 'purpose' | 'returnTo' | 'maxAge'>,
): PendingLogin {
  return {
    ...wishes,
    tenantId: tenant.id,
    fingerprint: fingerprintOf(tenant),
    ...randomValues(),
    createdAt: clock.now(),
  };
}

/** 256 bits each; asking for all at once is three times as fast. */
function randomValues() {
  const bytes = randomBytes(96);
  const take = (start: number) => bytes.toString('base64url', start, start + 32);
  return { state: take(0), nonce: take(32), codeVerifier: take(64) };
}

/**
 * Checks that an answer belongs to the pending login, before anything in the answer is believed.
 *
 * @throws {OidcError} `login_unknown`, `login_expired` or `login_changed`.
 */
export function checkPendingLogin(
  tenant: OidcTenant,
  pending: PendingLogin | undefined,
  state: string | undefined,
  limits: { readonly clock: Clock; readonly lifetime: number },
): PendingLogin {
  if (!isPendingLogin(pending)) throw new OidcError('login_unknown', { reason: 'no pending login' });
  if (state === undefined || !isSameText(state, pending.state)) {
    throw new OidcError('login_unknown', { reason: state === undefined ? 'no state' : 'other state' });
  }
  if (pending.tenantId !== tenant.id) throw new OidcError('login_unknown', { reason: 'other tenant' });
  const age = limits.clock.now() - pending.createdAt;
  // A clock set back by more than two nodes differ must not lengthen a login's life.
  if (age > limits.lifetime || age < -60_000) throw new OidcError('login_expired', { seconds: Math.round(age / 1000) });
  if (pending.fingerprint !== fingerprintOf(tenant)) throw new OidcError('login_changed');
  return pending;
}

/** Secrets are not part of it: changing one must not end the sign-ins under way. */
function fingerprintOf(tenant: OidcTenant): string {
  const { authority, clientId, flow = 'code', responseMode = 'query', entraTenantIds, googleHostedDomains } = tenant;
  return sha256(JSON.stringify([authority, clientId, flow, responseMode, entraTenantIds, googleHostedDomains]));
}

const TEXTS = ['tenantId', 'fingerprint', 'state', 'nonce', 'codeVerifier', 'redirectUri', 'purpose'] as const;

function isPendingLogin(pending: PendingLogin | undefined): pending is PendingLogin {
  if (typeof pending !== 'object' || pending === null) return false;
  const isText = (name: (typeof TEXTS)[number]) => typeof pending[name] === 'string' && pending[name] !== '';
  return TEXTS.every(isText) && Number.isFinite(pending.createdAt);
}

/** Compares in a time that does not tell how much is equal. */
export function isSameText(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(one)), Buffer.from(sha256(other)));
}
