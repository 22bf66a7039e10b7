import { type CompactVerifyResult, compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import type { Clock } from '../core/clock.js';
import { isJsonRecord, type JsonRecord, parseJsonObject } from './json-object.js';
import { OidcError } from './oidc-error.js';
import { createRefreshable } from './refreshable.js';

/**
 * A key is found by its name, and no other is imported or tried; so many cost as much to look through as a signature to
 * check.
 */
const MOST_KEYS = 1000;
/** Ten times what a token with 200 groups has. */
const LONGEST_TOKEN = 100_000;

/** The keys with which a provider signs. */
export interface SigningKeys {
  /**
   * Verifies the signature of a JWT and answers its payload. A key that is not known, or a signature that does not hold,
   * makes the keys be fetched once more, so that a key changed just before signing works.
   *
   * @throws {OidcError} `token_invalid`, `token_untrusted`, or what fetching failed with.
   */
  verify(token: string, algorithms: readonly string[]): Promise<VerifiedJwt>;
  /** Fetches the keys unless they are at hand. @throws {OidcError} when there is no usable one. */
  prepare(): Promise<JSONWebKeySet>;
}

/** A JWT whose signature holds. */
interface VerifiedJwt {
  readonly payload: JsonRecord;
  readonly algorithm: string;
  readonly type: string | undefined;
}

interface KeySet {
  readonly json: JSONWebKeySet;
  readonly find: ReturnType<typeof createLocalJWKSet>;
}

export interface SigningKeysOptions {
  readonly clock: Clock;
  /** Fetches the JSON Web Key Set. */
  readonly fetchKeys: () => Promise<JsonRecord>;
  /** Milliseconds that keys are used. */
  readonly maxAge: number;
  /** Milliseconds between two fetches that an unknown key causes. */
  readonly cooldown: number;
  /** Milliseconds in which a failure is told again. */
  readonly failureAge: number;
}

/** Creates the {@link SigningKeys} of one provider. They are fetched when they are first needed. */
export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  const keys = createRefreshable<KeySet>({
    ...options,
    load: async () => readKeySet(await options.fetchKeys()),
  });

  async function verifyWith({ find }: KeySet, token: string, algorithms: readonly string[]): Promise<VerifiedJwt> {
    return readVerified(await compactVerify(token, find, { algorithms: [...algorithms] }));
  }

  return {
    async verify(token, algorithms) {
      if (token.length > LONGEST_TOKEN) throw new OidcError('token_invalid', { reason: 'too long' });
      const known = await keys.get();
      try {
        return await verifyWith(known, token, algorithms);
      } catch (fault) {
        if (!mayBeRotation(fault)) throw asTokenFault(fault);
        const newer = await keys.getNewer(known);
        if (newer === known) throw asTokenFault(fault);
        return await verifyWith(newer, token, algorithms).catch((again: unknown) => {
          throw asTokenFault(again);
        });
      }
    },
    prepare: async () => (await keys.get()).json,
  };
}

function readKeySet(document: JsonRecord): KeySet {
  const { keys } = document;
  const usable = Array.isArray(keys) ? keys.filter(isSigningKey) : [];
  if (usable.length === 0 || usable.length > MOST_KEYS) {
    throw new OidcError('discovery_invalid', { part: 'keys', keys: usable.length }, 'It has no usable signing key.');
  }
  const json = { keys: usable };
  return { json, find: createLocalJWKSet(json) };
}

function isSigningKey(key: unknown): key is { kty: string } {
  if (!isJsonRecord(key)) return false;
  const { kty, use } = key;
  return (kty === 'RSA' || kty === 'EC' || kty === 'OKP') && (use === undefined || use === 'sig');
}

function readVerified({ payload, protectedHeader }: CompactVerifyResult): VerifiedJwt {
  const claims = parseJsonObject(Buffer.from(payload).toString('utf8'));
  if (!claims) throw new OidcError('token_invalid', { reason: 'payload is no object' });
  return { payload: claims, algorithm: protectedHeader.alg, type: protectedHeader.typ };
}

function mayBeRotation(fault: unknown): boolean {
  return fault instanceof errors.JWKSNoMatchingKey || fault instanceof errors.JWSSignatureVerificationFailed;
}

function asTokenFault(fault: unknown): OidcError {
  if (fault instanceof OidcError) return fault;
  const reason = fault instanceof errors.JOSEError ? fault.code : 'verification failed';
  const isMalformed = fault instanceof errors.JWSInvalid;
  return new OidcError(isMalformed ? 'token_invalid' : 'token_untrusted', { reason });
}
