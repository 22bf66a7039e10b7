import type { Request, Response } from 'express';
import type { KeyRing } from '../../core/key-ring.js';
import { sha256 } from '../../core/sha256.js';
import type { PendingLogin } from '../../oidc/pending-login.js';
import { isSecureUrl } from './base-url.js';
import { type RequestCookie, readCookies } from './request-cookies.js';

/** Where pending logins are between start and answer: each in a sealed cookie of the browser that began it. */
export interface PendingLoginCookies {
  keep(request: Request, response: Response, pending: PendingLogin, isFormPost: boolean): void;
  /** The pending login that an answer belongs to. Its cookie is removed, whatever becomes of it. */
  take(request: Request, response: Response, state: string): PendingLogin | undefined;
}

const MOST = 8;
/** Bytes of all of them: proxies take headers of about 8 KiB, and the application has cookies of its own. */
const MOST_BYTES = 5000;
const SECONDS = 600;
const NAME = 'sso-login.';

/**
 * Creates {@link PendingLoginCookies}. The name of a cookie has the time of its start and a hash of its `state`: an answer
 * finds its own, and the oldest make room without being opened. `__Host-` keeps subdomains from writing them.
 */
export function createPendingLoginCookies(keyRing: KeyRing): PendingLoginCookies {
  const sealer = keyRing.sealer('pending login');
  return {
    keep(request, response, pending, isFormPost) {
      const isSecure = isSecureUrl(pending.redirectUri);
      const name = `${prefix(isSecure)}${Math.floor(pending.createdAt / 1000).toString(36)}.${hashOf(pending.state)}`;
      const value = sealer.seal(pack(pending), name);
      for (const { name: old } of tooMany(readCookies(request, prefix(isSecure)), name.length + value.length)) {
        remove(response, old, isSecure);
      }
      // A browser sends Lax cookies with no POST from another site; None needs Secure, also on localhost.
      const sameSite = isFormPost ? 'none' : 'lax';
      const secure = isSecure || isFormPost;
      write(response, name, value, { secure, sameSite, age: `Max-Age=${SECONDS}` });
    },

    take(request, response, state) {
      const end = `.${hashOf(state)}`;
      const [found] = [true, false]
        .flatMap((isSecure) => readCookies(request, prefix(isSecure)).map((cookie) => ({ ...cookie, isSecure })))
        .filter(({ name }) => name.endsWith(end));
      if (!found) return undefined;
      remove(response, found.name, found.isSecure);
      const opened = sealer.open(found.value, found.name);
      return opened === undefined ? undefined : unpack(opened);
    },
  };
}

function prefix(isSecure: boolean): string {
  return isSecure ? `__Host-${NAME}` : NAME;
}

function hashOf(state: string): string {
  return sha256(state).slice(0, 32);
}

function remove(response: Response, name: string, isSecure: boolean): void {
  write(response, name, '', { secure: isSecure, sameSite: 'lax', age: 'Expires=Thu, 01 Jan 1970 00:00:00 GMT' });
}

interface CookieWishes {
  readonly secure: boolean;
  readonly sameSite: 'lax' | 'none';
  /** Max-Age or Expires. */
  readonly age: string;
}

/** Names and values need no encoding, so a cookie is a few words: Express takes four times as long for them. */
function write(response: Response, name: string, value: string, { secure, sameSite, age }: CookieWishes): void {
  const flags = `; Path=/; HttpOnly; SameSite=${sameSite === 'none' ? 'None' : 'Lax'}${secure ? '; Secure' : ''}`;
  response.append('Set-Cookie', `${name}=${value}; ${age}${flags}`);
}

/** The oldest, so that with the new one there are neither too many nor too long ones. */
function tooMany(cookies: readonly RequestCookie[], added: number): readonly RequestCookie[] {
  const newestFirst = [...cookies].sort((one, other) => startOf(other) - startOf(one));
  let bytes = added;
  return newestFirst.filter(({ name, value }, index) => {
    bytes += name.length + value.length;
    return index >= MOST - 1 || bytes > MOST_BYTES;
  });
}

function startOf({ name }: RequestCookie): number {
  return Number.parseInt(name.split('.')[1] ?? '', 36) || 0;
}

/** Without the names of members: it travels with every request. */
function pack(pending: PendingLogin): string {
  const { tenantId, fingerprint, state, nonce, codeVerifier, redirectUri, purpose, createdAt } = pending;
  const { returnTo = null, maxAge = null } = pending;
  return JSON.stringify([
    tenantId,
    fingerprint,
    state,
    nonce,
    codeVerifier,
    redirectUri,
    purpose,
    createdAt,
    returnTo,
    maxAge,
  ]);
}

type Packed = readonly [string, string, string, string, string, string, string, number, string | null, number | null];

function unpack(text: string): PendingLogin {
  const [tenantId, fingerprint, state, nonce, codeVerifier, redirectUri, purpose, createdAt, returnTo, maxAge] =
    JSON.parse(text) as Packed;
  return {
    tenantId,
    fingerprint,
    state,
    nonce,
    codeVerifier,
    redirectUri,
    purpose,
    createdAt,
    ...(returnTo !== null && { returnTo }),
    ...(maxAge !== null && { maxAge }),
  };
}
