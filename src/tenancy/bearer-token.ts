import { randomToken } from '../core/random-token.js';
import { sha256 } from '../core/sha256.js';

const WELL_FORMED = /^scim_[A-Za-z0-9_-]{49}$/;
const CHECKSUM_LENGTH = 6;

const LONGEST_HEADER = 512;
// "Bearer" alone names no token. Identity providers whose administrator typed the word add it a second time.
const AUTHORIZATION = /^ *(?:bearer +){0,2}(?!bearer(?: |$))([\x21-\x7e]+) *$/i;

/** A new bearer token, and the hash to keep in its stead. */
export interface BearerToken {
  /** `scim_`, 32 random bytes and a checksum of 6 characters, both in base64url. Show it once, keep it nowhere. */
  readonly token: string;
  readonly hash: string;
}

/** Makes a token that nobody can guess, and that tells itself apart from a mistyped one. */
export function createBearerToken(): BearerToken {
  const body = `scim_${randomToken()}`;
  const hash = sha256(body);
  return { token: body + checksumOf(hash), hash };
}

/**
 * The hash under which the token is kept: SHA-256, hexadecimal, of all but the checksum. `undefined` for text that
 * cannot be a token of ours, so that guesses and garbage never reach the store.
 */
export function hashOfToken(token: string): string | undefined {
  if (!WELL_FORMED.test(token)) return undefined;
  // The checksum is the head of this very hash: one digest serves both the check and the look-up.
  const hash = sha256(token.slice(0, -CHECKSUM_LENGTH));
  return token.endsWith(checksumOf(hash)) ? hash : undefined;
}

/** Whether text looks like a token of ours: its form and its checksum. Says nothing of whether it was ever issued. */
export function isWellFormedToken(text: string): boolean {
  return hashOfToken(text) !== undefined;
}

function checksumOf(hash: string): string {
  return Buffer.from(hash.slice(0, 10), 'hex').toString('base64url').slice(0, CHECKSUM_LENGTH);
}

/**
 * The token of an `Authorization` header, in any spelling that identity providers send: `Bearer x`, `bearer x`,
 * `Bearer Bearer x` and bare `x`. `undefined` for everything else: another scheme, several words, control characters,
 * more than 512 characters.
 */
export function readAuthorization(header: string | undefined): string | undefined {
  if (header === undefined || header.length > LONGEST_HEADER) return undefined;
  return AUTHORIZATION.exec(header)?.[1];
}
