import { createCachedLookup } from '../core/cached-lookup.js';
import type { Clock } from '../core/clock.js';
import type { Logger } from '../core/logger.js';
import type { Directory, DirectoryStore, DirectoryToken } from '../storage/directory-store.js';
import { hashOfToken } from './bearer-token.js';
import type { DirectoryPrincipal } from './principal.js';

const TOUCH_INTERVAL = 60_000;

export interface AuthenticatorOptions {
  readonly storage: { readonly directories: Pick<DirectoryStore, 'findToken' | 'touchToken'> };
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a revoked token or disabled directory may still be accepted. 5 unless told. */
  readonly cacheSeconds?: number;
  /** Bounds the tokens remembered, and separately the hashes known to be no token. 10,000 unless told. */
  readonly cacheEntries?: number;
}

/** Why a token is refused. `malformed` text was never a token of ours. */
export type AuthenticationFailure = 'malformed' | 'unknown' | 'expired' | 'revoked' | 'directory_disabled';

type AuthenticationResult =
  | { readonly ok: true; readonly principal: DirectoryPrincipal }
  | { readonly ok: false; readonly reason: AuthenticationFailure };

export interface Authenticator {
  /** Rejects only with what the store rejects with; that is never remembered. */
  authenticate(token: string): Promise<AuthenticationResult>;
}

/** A token as the cache holds it, with its answer made in advance. */
interface KnownToken {
  readonly token: DirectoryToken;
  readonly revoked: boolean;
  readonly disabled: boolean;
  /** Milliseconds; infinite without expiry, NaN (which counts as expired) when the record is not readable. */
  readonly expiresAt: number;
  /** What it gets unless it is refused. */
  readonly answer: Promise<AuthenticationResult>;
  /** When its last use was noted, by whichever node. */
  touchedAt: number;
}

const MALFORMED = refusal('malformed');
const UNKNOWN = refusal('unknown');
const EXPIRED = refusal('expired');
const REVOKED = refusal('revoked');
const DIRECTORY_DISABLED = refusal('directory_disabled');

/**
 * Finds out who a bearer token belongs to. Text with a wrong checksum never reaches the store; a record is used for at
 * most `cacheSeconds`, so that every node refuses a revoked token within that time.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { clock, logger, cacheSeconds = 5, cacheEntries = 10_000 } = options;
  const { directories } = options.storage;

  const tokens = createCachedLookup<KnownToken>({
    clock,
    seconds: cacheSeconds,
    maxEntries: cacheEntries,
    async load(hash, previous) {
      const found = await directories.findToken(hash);
      return found && knownToken(found.token, found.directory, previous);
    },
  });

  function judge(known: KnownToken, now: number): Promise<AuthenticationResult> {
    if (known.revoked) return REVOKED;
    if (!(now < known.expiresAt)) return EXPIRED;
    if (known.disabled) return DIRECTORY_DISABLED;
    if (!(now - known.touchedAt < TOUCH_INTERVAL)) {
      known.touchedAt = now;
      void noteUse(known.token, now);
    }
    return known.answer;
  }

  async function noteUse({ id, directoryId, organizationId }: DirectoryToken, now: number): Promise<void> {
    try {
      await directories.touchToken({ organizationId }, directoryId, id, new Date(now).toISOString());
    } catch (error) {
      logger.warn({ err: error, organizationId, directoryId, tokenId: id }, 'the last use of a token was not noted');
    }
  }

  return {
    authenticate(token) {
      // Secrets are never compared, only looked up by their hash: how long that takes tells nothing about any token.
      const hash = hashOfToken(token);
      if (hash === undefined) return MALFORMED;
      const now = clock.now();
      const known = tokens.peek(hash, now);
      if (known === null) return UNKNOWN;
      if (known !== undefined) return judge(known, now);
      return tokens.load(hash).then((loaded) => (loaded === null ? UNKNOWN : judge(loaded, clock.now())));
    },
  };
}

function knownToken(token: DirectoryToken, directory: Directory, previous: KnownToken | undefined): KnownToken {
  const { id, scopes, expiresAt, lastUsedAt } = token;
  // Shared by all requests with this token, hence frozen.
  const principal = Object.freeze({ directory, tokenId: id, ...(scopes && { scopes }) });
  return {
    token,
    revoked: token.revokedAt !== undefined,
    expiresAt: expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt),
    disabled: directory.disabledAt !== undefined,
    answer: Promise.resolve(Object.freeze({ ok: true, principal })),
    touchedAt: Math.max(
      lastUsedAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(lastUsedAt),
      previous?.touchedAt ?? Number.NEGATIVE_INFINITY,
    ),
  };
}

function refusal(reason: AuthenticationFailure): Promise<AuthenticationResult> {
  return Promise.resolve(Object.freeze({ ok: false, reason }));
}
