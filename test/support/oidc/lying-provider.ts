import { createHash, randomUUID } from 'node:crypto';
import type { GuardedFetch, GuardedRequest } from '../../../src/oidc/guarded-fetch.js';
import type { OidcTenant } from '../../../src/tenancy/oidc-tenant.js';
import { createSigningKey, type SigningKey, signJwt } from './signing-key.js';

/** How a provider differs from a right one: one small object for each case. `undefined` takes a member away. */
export interface Lie {
  readonly document?: Readonly<Record<string, unknown>>;
  readonly keys?: (keys: readonly object[]) => readonly unknown[];
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signs with this instead: another key, a shared secret, or nothing. */
  readonly signer?: SigningKey | string | 'nobody';
  /** Changes the finished ID Token. */
  readonly idToken?: (token: string) => unknown;
  readonly payload?: unknown;
  /** Replaces the answer of the token endpoint; a text goes out as it is. */
  readonly tokenAnswer?: (answer: Readonly<Record<string, unknown>>) => unknown;
  readonly userInfo?: Readonly<Record<string, unknown>> | string;
  readonly userInfoHeaders?: Readonly<Record<string, string>>;
  readonly callback?: (parameters: URLSearchParams) => void;
}

/** What reached a provider. */
export interface ReceivedRequest extends GuardedRequest {
  readonly path: string;
  readonly form: URLSearchParams;
}

const SUBJECT = 'user-1';

/** A provider without sockets that tells the truth, except where a {@link Lie} says otherwise. */
export class LyingProvider {
  readonly issuer: string;
  readonly received: ReceivedRequest[] = [];
  lie: Lie = {};
  keys: readonly SigningKey[];
  now: () => number = Date.now;
  claims: Readonly<Record<string, unknown>> = {};
  userInfo: Readonly<Record<string, unknown>> = {};
  clientSecrets: readonly string[] = ['secret'];
  readonly #codes = new Map<string, URLSearchParams>();
  readonly #people = new Map<string, Readonly<Record<string, unknown>>>();

  constructor(issuer: string, keys: readonly SigningKey[] = [createSigningKey('key-1')]) {
    this.issuer = issuer;
    this.keys = keys;
  }

  /** How often a path was asked. */
  count(path: string): number {
    return this.received.filter((request) => request.path.endsWith(path)).length;
  }

  tenant(changes: Partial<OidcTenant> = {}): OidcTenant {
    return {
      id: 'acme',
      organizationId: 'org-acme',
      authority: this.issuer,
      clientId: 'client',
      clientAuthentication: 'client_secret_post',
      clientSecrets: ['secret'],
      provedDomains: ['acme.example'],
      ...changes,
    };
  }

  get document(): Readonly<Record<string, unknown>> {
    const base = this.issuer.replace(/\/$/, '');
    return changed(
      {
        issuer: this.issuer,
        authorization_endpoint: `${base}/authorize`,
        token_endpoint: `${base}/token`,
        jwks_uri: `${base}/keys`,
        userinfo_endpoint: `${base}/userinfo`,
        end_session_endpoint: `${base}/logout`,
        response_types_supported: ['code', 'id_token'],
        response_modes_supported: ['query', 'form_post'],
        code_challenge_methods_supported: ['S256'],
        id_token_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
        authorization_response_iss_parameter_supported: true,
      },
      this.lie.document,
    );
  }

  /** What the browser brings back from the authorization endpoint. */
  authorize(url: string, subject: string = SUBJECT): URLSearchParams {
    const asked = new URL(url).searchParams;
    const parameters = new URLSearchParams({ state: asked.get('state') ?? '', iss: this.issuer });
    if (asked.get('response_type') === 'id_token') {
      parameters.set('id_token', String(this.#idToken(asked, undefined, subject)));
    } else {
      const code = randomUUID();
      this.#codes.set(code, asked);
      this.#people.set(code, { sub: subject });
      parameters.set('code', code);
    }
    this.lie.callback?.(parameters);
    return parameters;
  }

  readonly fetch: GuardedFetch = async (url, request = {}) => {
    const { pathname } = new URL(url);
    const form = new URLSearchParams(request.body ?? '');
    this.received.push({ ...request, path: pathname, form });
    if (pathname.endsWith('/.well-known/openid-configuration')) return json(this.document);
    if (pathname.endsWith('/keys')) {
      const keys = this.keys.map(({ jwk }) => jwk);
      return json({ keys: this.lie.keys?.(keys) ?? keys });
    }
    if (pathname.endsWith('/token')) return this.#token(form, request.headers ?? {});
    if (pathname.endsWith('/userinfo')) return this.#userInfo(request.headers ?? {});
    return new Response(null, { status: 404 });
  };

  #token(form: URLSearchParams, headers: Readonly<Record<string, string>>): Response {
    const basic = /^Basic (.*)$/.exec(headers['authorization'] ?? '')?.[1];
    const secret = basic ? Buffer.from(basic, 'base64').toString().split(':')[1] : form.get('client_secret');
    const isAssertion = form.has('client_assertion');
    if (!isAssertion && secret !== null && secret !== undefined && !this.clientSecrets.includes(secret)) {
      return json({ error: 'invalid_client', error_description: `bad secret ${secret}` }, 401);
    }
    const code = form.get('code') ?? '';
    const asked = this.#codes.get(code);
    this.#codes.delete(code);
    if (!asked || challengeOf(form.get('code_verifier') ?? '') !== asked.get('code_challenge')) {
      return json({ error: 'invalid_grant' }, 400);
    }
    if (form.get('redirect_uri') !== asked.get('redirect_uri')) return json({ error: 'invalid_grant' }, 400);
    const { sub } = this.#people.get(code) ?? {};
    const accessToken = `access-${String(sub)}`;
    const answer = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: 'refresh',
      id_token: this.#idToken(asked, accessToken, String(sub)),
    };
    const sent = this.lie.tokenAnswer ? this.lie.tokenAnswer(answer) : answer;
    return json(sent);
  }

  #idToken(asked: URLSearchParams, accessToken: string | undefined, subject: string): unknown {
    const seconds = Math.floor(this.now() / 1000);
    const maxAge = asked.get('max_age');
    const claims = {
      iss: this.issuer,
      sub: subject,
      aud: asked.get('client_id'),
      iat: seconds,
      exp: seconds + 300,
      nonce: asked.get('nonce'),
      ...(maxAge !== null && { auth_time: seconds }),
      ...(accessToken !== undefined && { at_hash: halfHash(accessToken) }),
      ...this.claims,
    };
    const token = this.sign(changed(claims, this.lie.claims), this.lie.header);
    return this.lie.idToken ? this.lie.idToken(token) : token;
  }

  /** Signs claims with the newest key, as the lie wants it. */
  sign(claims: object, header: Readonly<Record<string, unknown>> = {}): string {
    const [key] = this.keys;
    if (!key) throw new Error('a provider has a key');
    const { signer = key } = this.lie;
    const payload = 'payload' in this.lie ? this.lie.payload : claims;
    return signJwt(
      changed({ alg: key.algorithm, kid: key.kid }, header),
      payload,
      signer === 'nobody' ? undefined : signer,
    );
  }

  #userInfo(headers: Readonly<Record<string, string>>): Response {
    const subject = /^Bearer access-(.*)$/.exec(headers['authorization'] ?? '')?.[1];
    if (subject === undefined) return new Response(null, { status: 401 });
    const { userInfo, userInfoHeaders } = this.lie;
    if (typeof userInfo === 'string') {
      return new Response(userInfo, { headers: { 'content-type': 'application/json', ...userInfoHeaders } });
    }
    return json(changed({ sub: subject, ...this.userInfo }, userInfo));
  }
}

/** A fetch that leads each host to its own provider. */
export function worldOf(...providers: readonly LyingProvider[]): GuardedFetch {
  return async (url, request) => {
    const provider = providers.find(({ issuer }) => url.startsWith(new URL(issuer).origin));
    if (!provider) throw new Error(`nobody lives at ${url}`);
    return provider.fetch(url, request);
  };
}

/** OpenID Connect Core section 3.1.3.6, for the algorithms of the tests that end in 256. */
function halfHash(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

function changed(
  truth: Readonly<Record<string, unknown>>,
  lie: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { ...truth, ...lie };
}

function json(value: unknown, status = 200): Response {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return new Response(body, { status, headers: { 'content-type': 'application/json' } });
}
