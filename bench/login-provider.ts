import { createPublicKey, generateKeyPairSync, hash, randomUUID, sign } from 'node:crypto';

export const ISSUER = 'https://idp.example';
export const CLIENT_ID = 'client';
export const CLIENT_SECRET = 'a secret of the benchmark';

/** A provider in this process that answers at once, and says how long it took itself. */
export interface LoginProvider {
  /** What the browser brings back from the address that it was sent to. */
  authorize(url: string): URLSearchParams;
  fetch(url: string | URL, request?: { readonly body?: unknown }): Promise<Response>;
  /** Milliseconds that the provider has worked. */
  busy(): number;
  /** How often the document and the keys were asked for. */
  fetches(): number;
}

export function createLoginProvider(): LoginProvider {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' };
  const codes = new Map<string, URLSearchParams>();
  let milliseconds = 0;
  let fetches = 0;

  function timed<T>(work: () => T): T {
    const start = performance.now();
    const result = work();
    milliseconds += performance.now() - start;
    return result;
  }

  function answer(path: string, form: URLSearchParams): object {
    if (path === '/token') return tokens(form.get('code') ?? '');
    fetches += 1;
    if (path === '/keys') return { keys: [jwk] };
    return {
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      jwks_uri: `${ISSUER}/keys`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['ES256'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    };
  }

  function tokens(code: string): object {
    const asked = codes.get(code);
    if (!asked) throw new Error('a code that was not given');
    codes.delete(code);
    const now = Math.floor(Date.now() / 1000);
    const accessToken = `access ${code}`;
    const claims = {
      iss: ISSUER,
      sub: code,
      aud: CLIENT_ID,
      iat: now,
      exp: now + 300,
      nonce: asked.get('nonce'),
      at_hash: hash('sha256', accessToken, 'buffer').toString('base64url', 0, 16),
      email: 'ada@acme.example',
      email_verified: true,
      name: 'Ada Lovelace',
      groups: ['engineering', 'operations'],
    };
    const signed = [{ alg: 'ES256', kid: 'k' }, claims].map(encoded).join('.');
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const idToken = `${signed}.${signature.toString('base64url')}`;
    return { access_token: accessToken, token_type: 'Bearer', expires_in: 300, id_token: idToken };
  }

  return {
    authorize(url) {
      const asked = new URL(url).searchParams;
      const code = randomUUID();
      codes.set(code, asked);
      return new URLSearchParams({ code, state: asked.get('state') ?? '' });
    },
    fetch: async (url, request) =>
      timed(() => Response.json(answer(new URL(url).pathname, new URLSearchParams(String(request?.body ?? ''))))),
    busy: () => milliseconds,
    fetches: () => fetches,
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
