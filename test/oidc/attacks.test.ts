import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CompletedLogin } from '../../src/oidc/complete-login.js';
import { createGuardedFetch } from '../../src/oidc/guarded-fetch.js';
import { createOidcEngine, type OidcEngine } from '../../src/oidc/oidc-engine.js';
import { OidcError, type OidcErrorCode } from '../../src/oidc/oidc-error.js';
import type { OidcTenant } from '../../src/tenancy/oidc-tenant.js';
import { createLoopbackServer, type LoopbackServer } from '../support/oidc/loopback-server.js';
import { type Lie, LyingProvider } from '../support/oidc/lying-provider.js';
import { createSigningKey, signText } from '../support/oidc/signing-key.js';

const ISSUER = 'https://idp.example';
const REDIRECT_URI = 'https://app.example/signin-oidc';
const NOW = Date.parse('2026-01-15T12:00:00Z');
const SECONDS = NOW / 1000;
const ES = createSigningKey('key-1');
const OTHER_ES = createSigningKey('key-2');
const FOREIGN = { ...createSigningKey('key-1'), kid: 'key-1' };
const RSA = createSigningKey('rsa-1', 'RS256');
const FOREIGN_RSA = createSigningKey('rsa-1', 'RS256');
const PSS = createSigningKey('pss-1', 'PS256');
const ED = createSigningKey('ed-1', 'EdDSA');

const clock = { now: () => NOW };
let provider: LyingProvider;
let engine: OidcEngine;

function setUp(keys = [ES]): void {
  provider = new LyingProvider(ISSUER, keys);
  provider.now = clock.now;
  provider.userInfo = { email: 'ada@acme.example', email_verified: true };
  engine = createOidcEngine({ fetch: provider.fetch, clock });
}

beforeEach(() => setUp());

async function signIn(lie: Lie = {}, changes: Partial<OidcTenant> = {}): Promise<CompletedLogin> {
  const tenant = provider.tenant(changes);
  provider.lie = lie;
  const { url, pending } = await engine.start(tenant, { redirectUri: REDIRECT_URI });
  return engine.complete(tenant, pending, provider.authorize(url));
}

/** The code of the error, or `accepted`. */
async function outcome(lie: Lie, changes: Partial<OidcTenant> = {}): Promise<OidcErrorCode | 'accepted'> {
  try {
    const { identity } = await signIn(lie, changes);
    expect(identity.subject).toBe('user-1');
    return 'accepted';
  } catch (error) {
    return (error as { readonly code: OidcErrorCode }).code;
  }
}

/** Puts other claims into a token and leaves its signature as it was. */
function altered(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'admin' };
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

const listed = (algorithm: string): Lie['document'] & object => ({
  id_token_signing_alg_values_supported: ['ES256', algorithm],
});

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth - 1) + ']'.repeat(depth - 1));
}

/** The attack table: the case, what the provider does, what is right; the modules of the OpenID Foundation's suite by name. */
const ATTACKS: readonly (readonly [name: string, lie: Lie, right: OidcErrorCode | 'accepted'])[] = [
  ['ok: oidcc-client-test', {}, 'accepted'],
  [
    'id_token alg=none: oidcc-client-test-idtoken-sig-none',
    { header: { alg: 'none', kid: undefined }, signer: 'nobody' },
    'token_invalid',
  ],
  ['id_token signed by a foreign key: everything is right but the key', { signer: FOREIGN }, 'token_untrusted'],
  ['rp-id_token-bad-sig-es256', { signer: OTHER_ES }, 'token_untrusted'],
  ['payload changed after signing', { idToken: altered }, 'token_untrusted'],
  [
    'alg confusion HS256 with client secret: rp-id_token-sig-hs256 (not supported)',
    { header: { alg: 'HS256' }, signer: 'secret' },
    'token_invalid',
  ],
  ['rp-id_token-bad-sig-hs256', { header: { alg: 'HS256' }, signer: 'another secret' }, 'token_invalid'],
  [
    'alg=none and the metadata lists "none"',
    { header: { alg: 'none', kid: undefined }, signer: 'nobody', document: listed('none') },
    'token_invalid',
  ],
  [
    'HS256 and the metadata lists HS256',
    { header: { alg: 'HS256' }, signer: 'secret', document: listed('HS256') },
    'token_invalid',
  ],
  ['aud is a one-element array', { claims: { aud: ['client'] } }, 'accepted'],
  ['kid absent, one key in JWKS: oidcc-client-test-kid-absent-single-jwks', { header: { kid: undefined } }, 'accepted'],
  [
    'kid absent, several keys in JWKS: oidcc-client-test-kid-absent-multiple-jwks',
    { header: { kid: undefined }, keys: (keys) => [...keys, OTHER_ES.jwk] },
    'token_untrusted',
  ],
  [
    'kid absent, a second key that is for encryption',
    { header: { kid: undefined }, keys: (keys) => [...keys, { ...OTHER_ES.jwk, use: 'enc' }] },
    'accepted',
  ],
  [
    'the only key with that kid is for encryption',
    { keys: () => [{ ...ES.jwk, use: 'enc' }, OTHER_ES.jwk] },
    'token_untrusted',
  ],
  ['kid unknown', { header: { kid: 'key-9' } }, 'token_untrusted'],
  ['wrong iss: oidcc-client-test-invalid-iss', { claims: { iss: 'https://other.example' } }, 'token_invalid'],
  ['no iss', { claims: { iss: undefined } }, 'token_invalid'],
  ['no sub: oidcc-client-test-missing-sub', { claims: { sub: undefined } }, 'token_invalid'],
  ['sub is empty', { claims: { sub: '' } }, 'token_invalid'],
  ['sub of more than 1,000 characters', { claims: { sub: 's'.repeat(1001) } }, 'token_invalid'],
  ['sid of more than 1,000 characters', { claims: { sid: 's'.repeat(1001) } }, 'token_invalid'],
  ['sid is a list', { claims: { sid: ['s'] } }, 'token_invalid'],
  ['ID Token of more than 100,000 characters', { claims: { x: 'x'.repeat(75_000) } }, 'token_invalid'],
  ['claims nested 100 deep', { claims: { x: nested(100) } }, 'accepted'],
  ['claims nested 1,000 deep', { claims: { x: nested(1000) } }, 'token_invalid'],
  ['userinfo nested 1,000 deep', { userInfo: { x: nested(1000) } }, 'user_info_invalid'],
  ['sub is a number', { claims: { sub: 1 } }, 'token_invalid'],
  ['wrong aud: oidcc-client-test-invalid-aud', { claims: { aud: 'other' } }, 'token_invalid'],
  ['no aud: oidcc-client-test-invalid-aud', { claims: { aud: undefined } }, 'token_invalid'],
  ['aud array + foreign azp', { claims: { aud: ['client', 'other'], azp: 'other' } }, 'token_invalid'],
  ['aud string, foreign azp', { claims: { azp: 'other' } }, 'token_invalid'],
  ['aud array of 2, no azp', { claims: { aud: ['client', 'other'] } }, 'token_invalid'],
  ['expired 10 min ago', { claims: { exp: SECONDS - 600 } }, 'token_invalid'],
  ['expired 61 s ago', { claims: { exp: SECONDS - 61 } }, 'token_invalid'],
  ['expired 10 s ago (skew)', { claims: { exp: SECONDS - 10 } }, 'accepted'],
  ['exp is a string "never"', { claims: { exp: 'never' } }, 'token_invalid'],
  ['no exp', { claims: { exp: undefined } }, 'token_invalid'],
  ['no iat: oidcc-client-test-missing-iat', { claims: { iat: undefined } }, 'token_invalid'],
  ['iat is a text', { claims: { iat: String(SECONDS) } }, 'token_invalid'],
  ['iat one day in the future', { claims: { iat: SECONDS + 86_400 } }, 'token_invalid'],
  ['iat 61 s in the future', { claims: { iat: SECONDS + 61 } }, 'token_invalid'],
  ['iat 30 s in the future (skew)', { claims: { iat: SECONDS + 30 } }, 'accepted'],
  ['iat ten days old, exp ahead (MAY reject; accepted)', { claims: { iat: SECONDS - 864_000 } }, 'accepted'],
  ['nbf in the future', { claims: { nbf: SECONDS + 600 } }, 'token_invalid'],
  ['nbf 30 s in the future (skew)', { claims: { nbf: SECONDS + 30 } }, 'accepted'],
  ['wrong nonce: oidcc-client-test-nonce-invalid', { claims: { nonce: 'other' } }, 'token_invalid'],
  ['nonce missing', { claims: { nonce: undefined } }, 'token_invalid'],
  [
    'at_hash wrong: oidcc-client-test-invalid-athash',
    { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } },
    'token_invalid',
  ],
  ['at_hash is a number', { claims: { at_hash: 1 } }, 'token_invalid'],
  ['at_hash absent', { claims: { at_hash: undefined } }, 'accepted'],
  ['state missing in callback', { callback: (parameters) => parameters.delete('state') }, 'login_unknown'],
  ['state changed in callback', { callback: (parameters) => parameters.set('state', 'other') }, 'login_unknown'],
  ['state given twice', { callback: (parameters) => parameters.append('state', 'other') }, 'answer_invalid'],
  ['code given twice', { callback: (parameters) => parameters.append('code', 'other') }, 'answer_invalid'],
  [
    'a callback with nothing',
    { callback: (parameters) => ['state', 'code', 'iss'].map((name) => parameters.delete(name)) },
    'login_unknown',
  ],
  ['a callback without code', { callback: (parameters) => parameters.delete('code') }, 'answer_invalid'],
  ['an ID Token beside the code', { callback: (parameters) => parameters.set('id_token', 'x.y.z') }, 'answer_invalid'],
  [
    'iss param of another OP (RFC 9207)',
    { callback: (parameters) => parameters.set('iss', 'https://other.example') },
    'issuer_mismatch',
  ],
  ['iss param absent though announced', { callback: (parameters) => parameters.delete('iss') }, 'answer_invalid'],
  [
    'iss param absent and not announced',
    {
      document: { authorization_response_iss_parameter_supported: undefined },
      callback: (parameters) => parameters.delete('iss'),
    },
    'accepted',
  ],
  ['userinfo sub differs: oidcc-client-test-userinfo-invalid-sub', { userInfo: { sub: 'admin' } }, 'user_info_invalid'],
  ['userinfo without sub', { userInfo: { sub: undefined } }, 'user_info_invalid'],
  ['userinfo not JSON', { userInfo: '<html>' }, 'user_info_invalid'],
  ['userinfo is JSON null', { userInfo: 'null' }, 'user_info_invalid'],
  ['userinfo is empty', { userInfo: '' }, 'user_info_invalid'],
  [
    'userinfo is a JWT that nobody signed (signed UserInfo is not supported)',
    { userInfo: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyLTEifQ.', userInfoHeaders: { 'content-type': 'application/jwt' } },
    'user_info_invalid',
  ],
  ['token response has no id_token', { tokenAnswer: ({ id_token: _, ...rest }) => rest }, 'token_missing'],
  ['token response is JSON null', { tokenAnswer: () => null }, 'provider_answer_invalid'],
  ['token response is a list', { tokenAnswer: () => [] }, 'provider_answer_invalid'],
  ['token response is not JSON', { tokenAnswer: () => '<html>' }, 'provider_answer_invalid'],
  [
    'token response without access_token',
    { tokenAnswer: ({ access_token: _, ...rest }) => rest },
    'provider_answer_invalid',
  ],
  ['id_token is a number', { idToken: () => 1 }, 'token_missing'],
  ['id_token is not a JWT', { idToken: () => 'x' }, 'token_invalid'],
  ['id_token is encrypted (not supported)', { idToken: () => 'a.b.c.d.e' }, 'token_invalid'],
  ['id_token payload is JSON null', { payload: null }, 'token_invalid'],
  ['id_token payload is a list', { payload: [] }, 'token_invalid'],
  ['a critical header that nobody knows', { header: { crit: ['x'], x: 1 } }, 'token_invalid'],
  [
    'a key of the token itself (jwk header)',
    { header: { jwk: FOREIGN.jwk, kid: 'x' }, signer: FOREIGN },
    'token_untrusted',
  ],
  [
    'OP says access_denied',
    {
      callback: (parameters) => {
        parameters.delete('code');
        parameters.set('error', 'access_denied');
      },
    },
    'sign_in_cancelled',
  ],
  [
    'an error without state is not believed',
    {
      callback: (parameters) => {
        parameters.delete('state');
        parameters.set('error', 'access_denied');
      },
    },
    'login_unknown',
  ],
  [
    'OP says something else',
    {
      callback: (parameters) => {
        parameters.delete('code');
        parameters.set('error', 'invalid_scope');
      },
    },
    'refused_by_provider',
  ],
];

describe('a provider that lies', () => {
  it.each(ATTACKS)('%s', async (_name, lie, right) => {
    expect(await outcome(lie)).toBe(right);
  });

  it('gets no code when the answer is not for this browser', async () => {
    for (const name of ['state', 'iss']) {
      expect(await outcome({ callback: (parameters) => parameters.set(name, 'other') })).not.toBe('accepted');
    }
    expect(provider.count('/token')).toBe(0);
  });

  it.each([
    ['oidcc-client-test-idtoken-sig-rs256', RSA],
    ['PS256', PSS],
    ['rp-id_token-sig-es256', ES],
    ['EdDSA', ED],
  ] as const)('%s: accepted', async (_name, key) => {
    setUp([key]);
    expect(await outcome({ claims: { at_hash: undefined } })).toBe('accepted');
  });

  it('oidcc-client-test-invalid-sig-rs256 (rp-id_token-bad-sig-rs256): refused', async () => {
    setUp([RSA]);
    expect(await outcome({ signer: FOREIGN_RSA })).toBe('token_untrusted');
  });

  it('has 1,000 keys: the one that is named is found, and no other is looked into', async () => {
    // Importing one of these fails.
    const others = Array.from({ length: 999 }, (_, index) => ({ ...ES.jwk, kid: `other-${index}`, x: 'A', y: 'A' }));
    const keys: Lie['keys'] = (own) => [...others, ...own];
    expect([await outcome({ keys }), await outcome({ keys })]).toEqual(['accepted', 'accepted']);
    expect(provider.count('/keys')).toBe(1);
    expect(await outcome({ keys, header: { kid: undefined } })).toBe('token_untrusted');
    setUp();
    expect(await outcome({ keys: (own) => [...others, OTHER_ES.jwk, ...own] })).toBe('discovery_invalid');
  });

  it('has two keys of one name: refused, since neither is the one', async () => {
    expect(await outcome({ keys: (keys) => [...keys, { ...OTHER_ES.jwk, kid: ES.kid }] })).toBe('token_untrusted');
  });

  it.each([
    ['sub', 'payload', '"sub":"mallory"', 'before', 'accepted'],
    ['sub', 'payload', '"sub":7', 'after', 'token_invalid'],
    ['iss', 'payload', '"iss":"https://other.example"', 'before', 'accepted'],
    ['iss', 'payload', '"iss":"https://other.example"', 'after', 'token_invalid'],
    ['aud', 'payload', '"aud":"other"', 'after', 'token_invalid'],
    ['nonce', 'payload', '"nonce":"other"', 'after', 'token_invalid'],
    ['alg', 'header', '"alg":"none"', 'before', 'accepted'],
    ['alg', 'header', '"alg":"none"', 'after', 'token_invalid'],
    ['kid', 'header', '"kid":"other"', 'after', 'token_untrusted'],
  ] as const)(
    'says %s twice in the %s: %s %s counts as the last (RFC 7515 section 4, RFC 7519 section 4): %s',
    async (_name, part, member, place, right) => {
      const idToken = (token: string) => {
        const [header = '', payload = ''] = token.split('.').map((text) => Buffer.from(text, 'base64url').toString());
        const twice = (text: string) =>
          place === 'before' ? text.replace('{', `{${member},`) : text.replace(/\}$/, `,${member}}`);
        return part === 'header' ? signText(twice(header), payload, ES) : signText(header, twice(payload), ES);
      };
      expect(await outcome({ idToken })).toBe(right);
      if (right === 'accepted')
        expect((await signIn({ idToken })).identity).toMatchObject({ subject: 'user-1', issuer: ISSUER });
    },
  );

  it('signs with what its document does not list: refused', async () => {
    expect(await outcome({ document: { id_token_signing_alg_values_supported: ['RS256'] } })).toBe('token_invalid');
  });

  it('rp-userinfo-not-query, rp-userinfo-bearer-header: the access token travels in the header alone', async () => {
    await signIn();
    const asked = provider.received.find(({ path }) => path === '/userinfo');
    expect(asked?.headers?.['authorization']).toBe('Bearer access-user-1');
    expect(asked?.body).toBeUndefined();
  });

  it('rp-claims-aggregated, oidcc-client-test-distributed-claims: the reference is kept and not followed', async () => {
    const before = provider.count('');
    const elsewhere = {
      _claim_names: { groups: 'a' },
      _claim_sources: { a: { endpoint: 'https://idp.example/steal' } },
    };
    const { identity } = await signIn({ claims: elsewhere });
    expect(identity.groups).toEqual({ state: 'overflow' });
    expect(identity.claims['_claim_sources']).toEqual(elsewhere._claim_sources);
    expect(provider.count('/steal')).toBe(0);
    expect(provider.count('')).toBeGreaterThan(before);
  });

  it('oidcc-client-test-scope-userinfo-claims: asks for the scopes, takes their claims', async () => {
    const tenant = provider.tenant({ additionalScopes: ['groups', 'openid'] });
    const { url, pending } = await engine.start(tenant, { redirectUri: REDIRECT_URI });
    expect(new URL(url).searchParams.get('scope')).toBe('openid profile email groups');
    const { identity } = await engine.complete(tenant, pending, provider.authorize(url));
    expect(identity.email).toEqual({ verified: true, address: 'ada@acme.example', domain: 'acme.example' });
  });
});

describe('a provider that was asked for a fresh sign-in', () => {
  it.each([
    ['auth_time is fresh', {}, 'accepted'],
    ['auth_time is too old', { claims: { auth_time: SECONDS - 400 } }, 'token_invalid'],
    ['auth_time is missing', { claims: { auth_time: undefined } }, 'token_invalid'],
    ['auth_time is a text', { claims: { auth_time: String(SECONDS) } }, 'token_invalid'],
  ] as const)('%s', async (_name, lie, right) => {
    expect(await outcome(lie, { maxAge: 300 })).toBe(right);
  });

  it('takes a maximum age of 0 seriously', async () => {
    expect(await outcome({ claims: { auth_time: SECONDS - 100 } }, { maxAge: 0 })).toBe('token_invalid');
  });
});

describe('a provider that answers the browser with an ID Token (flow id_token by form_post)', () => {
  const changes: Partial<OidcTenant> = { flow: 'id_token', responseMode: 'form_post', clientAuthentication: 'none' };

  it.each([
    ['everything is right', {}, 'accepted'],
    ['a foreign key', { signer: FOREIGN }, 'token_untrusted'],
    ['nobody signed', { header: { alg: 'none' }, signer: 'nobody' }, 'token_untrusted'],
    ['wrong nonce', { claims: { nonce: 'other' } }, 'token_invalid'],
    ['nonce missing', { claims: { nonce: undefined } }, 'token_invalid'],
    ['wrong aud', { claims: { aud: 'other' } }, 'token_invalid'],
    ['expired', { claims: { exp: SECONDS - 600 } }, 'token_invalid'],
    ['wrong iss', { claims: { iss: 'https://other.example' } }, 'token_invalid'],
    ['state changed', { callback: (parameters: URLSearchParams) => parameters.set('state', 'x') }, 'login_unknown'],
    ['a code beside it', { callback: (parameters: URLSearchParams) => parameters.set('code', 'x') }, 'answer_invalid'],
    ['no ID Token', { callback: (parameters: URLSearchParams) => parameters.delete('id_token') }, 'answer_invalid'],
  ] as const)('%s', async (_name, lie, right) => {
    expect(await outcome(lie, changes)).toBe(right);
    expect(provider.count('/token')).toBe(0);
  });

  it('is refused where the tenant has not chosen it', async () => {
    const tenant = provider.tenant(changes);
    const { url, pending } = await engine.start(tenant, { redirectUri: REDIRECT_URI });
    const answer = engine.complete(provider.tenant(), pending, provider.authorize(url));
    await expect(answer).rejects.toMatchObject({ code: 'login_changed' });
  });

  it('asks for it by form_post with a nonce and without a code', async () => {
    const { url } = await engine.start(provider.tenant(changes), { redirectUri: REDIRECT_URI });
    const asked = Object.fromEntries(new URL(url).searchParams);
    expect(asked).toMatchObject({ response_type: 'id_token', response_mode: 'form_post' });
    expect(asked['nonce']).toHaveLength(43);
    expect(asked).not.toHaveProperty('code_challenge');
  });
});

describe('a provider behind a real socket', () => {
  let server: LoopbackServer;

  async function outcomeAt(path: string, timeout = 20_000): Promise<unknown> {
    server = await createLoopbackServer();
    try {
      const reached = createGuardedFetch({ unsafeLoopback: true, timeout });
      const bad = createOidcEngine({
        clock,
        fetch: (url, request) =>
          url.endsWith('/token') ? reached(`${server.origin}${path}`, request) : provider.fetch(url, request),
      });
      const tenant = provider.tenant();
      const { url, pending } = await bad.start(tenant, { redirectUri: REDIRECT_URI });
      return await bad.complete(tenant, pending, provider.authorize(url)).catch((error: unknown) => error);
    } finally {
      await server.close();
    }
  }

  it('token response of 64 MiB: refused after the first', async () => {
    expect(await outcomeAt('/endless')).toMatchObject({ code: 'provider_answer_invalid', details: { fault: 'size' } });
    expect(server.sent()).toBeLessThan(16 * 1_048_576);
  });

  it('token response of 300 KiB: refused, since reading one for each sign-in would hold up everybody', async () => {
    expect(await outcomeAt('/long')).toMatchObject({ code: 'provider_answer_invalid', details: { fault: 'size' } });
  });

  it('token endpoint never answers: refused in time', async () => {
    expect(await outcomeAt('/silent', 300)).toMatchObject({ code: 'provider_timeout' });
  });
});

describe('whatever a provider or browser sends', () => {
  const text = fc.oneof(fc.string(), fc.json(), fc.constantFrom('null', '[]', '{}', '""', 'a.b.c', '__proto__'));
  const lies: fc.Arbitrary<Lie> = fc.oneof(
    fc.record({
      claims: fc.dictionary(
        fc.constantFrom('iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'azp', 'groups'),
        fc.jsonValue(),
      ),
    }),
    fc.record({ header: fc.dictionary(fc.constantFrom('alg', 'kid', 'typ', 'crit', 'b64', 'jwk'), fc.jsonValue()) }),
    fc.record({ payload: fc.jsonValue() }),
    fc.record({ idToken: fc.jsonValue().map((value) => () => value) }),
    fc.record({ tokenAnswer: fc.oneof(fc.jsonValue(), text).map((value) => () => value) }),
    fc.record({ userInfo: text }),
    fc.record({ keys: fc.array(fc.jsonValue()).map((keys) => () => keys) }),
    fc.record({
      document: fc.dictionary(
        fc.constantFrom('issuer', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint'),
        fc.jsonValue(),
      ),
    }),
    fc
      .array(fc.tuple(fc.constantFrom('state', 'code', 'iss', 'error', 'error_description', 'id_token'), text))
      .map((given) => ({
        callback: (parameters: URLSearchParams) => {
          for (const [name, value] of given) parameters.set(name, value);
        },
      })),
  );

  it('ends in a sign-in of the right person or in an OidcError', async () => {
    const ends = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(lies, async (lie) => {
        setUp();
        try {
          const { identity } = await signIn(lie);
          expect(identity).toMatchObject({ issuer: ISSUER, tenantId: 'acme' });
          // Only who signs may say who somebody is.
          if (!(lie.claims && 'sub' in lie.claims)) expect(identity.subject).toBe('user-1');
          ends.set('accepted', (ends.get('accepted') ?? 0) + 1);
        } catch (error) {
          expect(error).toBeInstanceOf(OidcError);
          const { code } = error as OidcError;
          ends.set(code, (ends.get(code) ?? 0) + 1);
        }
      }),
      { seed: 11, numRuns: 1000 },
    );
    expect(ends.size).toBeGreaterThan(6);
  });
});
