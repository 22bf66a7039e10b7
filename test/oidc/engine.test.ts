import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../src/core/configuration.js';
import { createOidcEngine, type OidcEngine } from '../../src/oidc/oidc-engine.js';
import type { OidcEngineOptions, ResolveGroups } from '../../src/oidc/oidc-engine-options.js';
import { OidcError } from '../../src/oidc/oidc-error.js';
import { createRefreshable } from '../../src/oidc/refreshable.js';
import { type OidcTenant, parseOidcTenant } from '../../src/tenancy/oidc-tenant.js';
import { LyingProvider } from '../support/oidc/lying-provider.js';
import { createSigningKey } from '../support/oidc/signing-key.js';
import { createRecordingLogger } from '../support/recording-logger.js';

const REDIRECT_URI = 'https://app.example/signin-oidc';
const KEY = createSigningKey('key-1');
const FOREIGN = createSigningKey('key-1');
const START = Date.parse('2026-01-15T12:00:00Z');
const SECONDS = START / 1000;

let now = START;
const clock = { now: () => now };
let provider: LyingProvider;
let engine: OidcEngine;

function createEngine(options: OidcEngineOptions = {}): OidcEngine {
  return createOidcEngine({ fetch: provider.fetch, clock, ...options });
}

beforeEach(() => {
  now = START;
  provider = new LyingProvider('https://idp.example', [KEY]);
  provider.now = clock.now;
  provider.userInfo = { email: 'ada@acme.example', email_verified: true, name: 'Ada' };
  engine = createEngine();
});

async function begin(tenant = provider.tenant()) {
  const started = await engine.start(tenant, { redirectUri: REDIRECT_URI });
  return { tenant, ...started, answer: provider.authorize(started.url) };
}

describe('a sign-in that begins', () => {
  it('always sends state, nonce and PKCE with S256, fresh each time', async () => {
    const urls = await Promise.all([begin(), begin()]);
    const [one, other] = urls.map(({ url }) => Object.fromEntries(new URL(url).searchParams));
    expect(one).toEqual({
      response_type: 'code',
      client_id: 'client',
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(one?.[name]).not.toBe(other?.[name]);
  });

  it('sends what tenant and caller wish for', async () => {
    const tenant = provider.tenant({
      additionalScopes: ['groups', 'email'],
      responseMode: 'form_post',
      maxAge: 60,
      acrValues: ['a', 'b'],
      prompt: 'select_account',
    });
    const { url } = await engine.start(tenant, { redirectUri: REDIRECT_URI, loginHint: 'ada@acme.example', maxAge: 0 });
    expect(Object.fromEntries(new URL(url).searchParams)).toMatchObject({
      scope: 'openid profile email groups',
      response_mode: 'form_post',
      max_age: '0',
      acr_values: 'a b',
      prompt: 'select_account',
      login_hint: 'ada@acme.example',
    });
    const asked = await engine.start(tenant, { redirectUri: REDIRECT_URI, prompt: 'login' });
    expect(new URL(asked.url).searchParams.get('prompt')).toBe('login');
  });

  it('keeps the query that the authorization endpoint has', async () => {
    provider.lie = { document: { authorization_endpoint: 'https://idp.example/authorize?policy=b2c' } };
    expect((await begin()).url).toMatch(/^https:\/\/idp\.example\/authorize\?policy=b2c&/);
  });

  it.each(['/signin-oidc', 'https://app.example/cb?a=b', 'https://app.example/cb#a', 'javascript:1', ''])(
    'does not take %j for a callback',
    async (redirectUri) => {
      const login = engine.start(provider.tenant(), { redirectUri });
      await expect(login).rejects.toMatchObject({ code: 'request_invalid', mender: 'operator' });
    },
  );

  it('is plain JSON while it is pending', async () => {
    const { tenant, pending, answer } = await begin();
    const kept = JSON.parse(JSON.stringify(pending)) as typeof pending;
    expect(kept).toEqual(pending);
    expect((await engine.complete(tenant, kept, answer)).identity.subject).toBe('user-1');
  });
});

describe('an answer', () => {
  it('hands back purpose and way, and what the provider says about the session', async () => {
    provider.claims = { sid: 's1', auth_time: SECONDS - 5, acr: 'mfa', amr: ['pwd', 'otp'] };
    const tenant = provider.tenant();
    const wishes = { redirectUri: REDIRECT_URI, purpose: 'test', returnTo: '/board' };
    const { url, pending } = await engine.start(tenant, wishes);
    expect(await engine.complete(tenant, pending, provider.authorize(url))).toMatchObject({
      purpose: 'test',
      returnTo: '/board',
      sessionId: 's1',
      authenticatedAt: START - 5000,
      acr: 'mfa',
      amr: ['pwd', 'otp'],
      tokens: { accessToken: 'access-user-1', refreshToken: 'refresh', expiresAt: START + 300_000 },
    });
  });

  it('is read from a form of any parser', async () => {
    const { tenant, pending, answer } = await begin();
    expect(engine.stateOf(answer)).toBe(pending.state);
    const body: Record<string, unknown> = Object.fromEntries(answer);
    expect((await engine.complete(tenant, pending, body)).identity.subject).toBe('user-1');
  });

  it.each([
    ['a nested state', { state: { a: 'b' } }],
    ['a list', { state: ['a', 'b'] }],
    ['a number', { state: 1 }],
    ['no text at all', { state: null }],
  ])('with %s is refused', async (_name, parameters) => {
    const { tenant, pending } = await begin();
    await expect(engine.complete(tenant, pending, parameters)).rejects.toMatchObject({ code: 'answer_invalid' });
  });

  it('with state=__proto__ or nothing belongs to no sign-in', async () => {
    const { tenant, pending } = await begin();
    for (const text of ['state=__proto__&code=x', 'code=x', '__proto__[state]=x', 'error=access_denied']) {
      const answer = engine.complete(tenant, pending, new URLSearchParams(text));
      await expect(answer).rejects.toMatchObject({ code: 'login_unknown', mender: 'person' });
    }
    expect(provider.count('/token')).toBe(0);
  });

  it('without a pending login, or with half of one, is refused', async () => {
    const { tenant, pending, answer } = await begin();
    const halves: unknown[] = [
      undefined,
      null,
      {},
      'x',
      { ...pending, nonce: '' },
      { ...pending, codeVerifier: undefined },
    ];
    for (const half of halves) {
      const completed = engine.complete(tenant, half as typeof pending, answer);
      await expect(completed).rejects.toMatchObject({ code: 'login_unknown' });
    }
  });

  it('at the callback of another tenant is refused before the code goes anywhere', async () => {
    const { pending, answer } = await begin(provider.tenant({ id: 'a' }));
    const swapped = engine.complete(provider.tenant({ id: 'b' }), pending, answer);
    await expect(swapped).rejects.toMatchObject({ code: 'login_unknown', details: { reason: 'other tenant' } });
    expect(provider.count('/token')).toBe(0);
  });

  it('counts for ten minutes', async () => {
    const { tenant, pending, answer } = await begin();
    now = START + 600_001;
    await expect(engine.complete(tenant, pending, answer)).rejects.toMatchObject({ code: 'login_expired' });
    now = START - 61_000;
    await expect(engine.complete(tenant, pending, answer)).rejects.toMatchObject({ code: 'login_expired' });
    now = START + 600_000;
    expect((await engine.complete(tenant, pending, answer)).purpose).toBe('sign-in');
  });

  it.each([
    ['the client id', { clientId: 'other' }],
    ['the authority', { authority: 'https://other.example' }],
    ['the flow', { flow: 'id_token', responseMode: 'form_post' }],
    ['the Entra tenants', { entraTenantIds: ['11111111-2222-3333-4444-555555555555'] }],
  ] as const)('is refused when %s has changed meanwhile', async (_name, changes) => {
    const { pending, answer } = await begin();
    const completed = engine.complete(provider.tenant(changes), pending, answer);
    await expect(completed).rejects.toMatchObject({ code: 'login_changed' });
  });

  it('still counts when the secret has changed meanwhile', async () => {
    const { pending, answer } = await begin();
    provider.clientSecrets = ['new secret'];
    const tenant = provider.tenant({ clientSecrets: ['new secret', 'secret'] });
    expect((await engine.complete(tenant, pending, answer)).identity.subject).toBe('user-1');
  });

  it('a second time is refused: the provider takes a code once', async () => {
    const { tenant, pending, answer } = await begin();
    await engine.complete(tenant, pending, answer);
    await expect(engine.complete(tenant, pending, answer)).rejects.toMatchObject({ code: 'code_refused' });
  });

  it('two tabs of one browser end apart, in either order', async () => {
    const [one, other] = [await begin(), await begin()];
    await expect(engine.complete(one.tenant, other.pending, one.answer)).rejects.toMatchObject({
      code: 'login_unknown',
    });
    expect((await engine.complete(other.tenant, other.pending, other.answer)).purpose).toBe('sign-in');
    expect((await engine.complete(one.tenant, one.pending, one.answer)).purpose).toBe('sign-in');
  });
});

describe('client secrets', () => {
  it('the next is tried when the provider does not know the first, and somebody is told', async () => {
    const logger = createRecordingLogger();
    engine = createEngine({ logger });
    const { tenant, pending, answer } = await begin(provider.tenant({ clientSecrets: ['not known yet', 'secret'] }));
    await engine.complete(tenant, pending, answer);
    expect(logger.entries).toMatchObject([{ level: 'warn', fields: { tenantId: 'acme', secretIndex: 1 } }]);
    expect(JSON.stringify(logger.entries)).not.toContain('not known yet');
  });

  it('Basic: the same', async () => {
    const changes = { clientAuthentication: 'client_secret_basic', clientSecrets: ['newest', 'secret'] } as const;
    const { tenant, pending, answer } = await begin(provider.tenant(changes));
    expect((await engine.complete(tenant, pending, answer)).identity.subject).toBe('user-1');
    expect(
      provider.received.filter(({ path }) => path === '/token').map(({ form }) => form.get('client_secret')),
    ).toEqual([null, null]);
  });

  it('another error does not cost a second try', async () => {
    const { tenant, pending, answer } = await begin(provider.tenant({ clientSecrets: ['secret', 'older'] }));
    answer.set('code', 'unknown');
    await expect(engine.complete(tenant, pending, answer)).rejects.toMatchObject({ code: 'code_refused' });
    expect(provider.count('/token')).toBe(1);
  });
});

describe('UserInfo', () => {
  it('is asked when the ID Token lacks something, always, or never', async () => {
    const asked = async (changes: Partial<OidcTenant>) => {
      const before = provider.count('/userinfo');
      const { tenant, pending, answer } = await begin(provider.tenant(changes));
      await engine.complete(tenant, pending, answer);
      return provider.count('/userinfo') - before;
    };
    expect(await asked({})).toBe(1);
    expect(await asked({ userInfo: 'never' })).toBe(0);
    provider.claims = { email: 'ada@acme.example', name: 'Ada' };
    expect(await asked({})).toBe(0);
    expect(await asked({ claimNames: { groups: 'groups' } })).toBe(1);
    expect(await asked({ userInfo: 'always' })).toBe(1);
  });
});

describe('groups that are not all in the token', () => {
  async function groupsWith(resolveGroups: ResolveGroups, claims: object = { _claim_names: { groups: 'src1' } }) {
    provider.claims = { ...claims };
    engine = createEngine({ resolveGroups, requestTimeout: 50, logger: createRecordingLogger() });
    const { tenant, pending, answer } = await begin();
    return (await engine.complete(tenant, pending, answer)).identity.groups;
  }
  const hundred = Array.from({ length: 100 }, (_, index) => String(index));

  it('are asked for by the hook, with the access token', async () => {
    const seen: unknown[] = [];
    const groups = await groupsWith(async ({ tenant, groups: before, accessToken, claims }) => {
      seen.push(tenant.id, before, accessToken, claims['sub']);
      return ['a', 'b'];
    });
    expect(groups).toEqual({ state: 'present', values: ['a', 'b'], mayBeCut: false });
    expect(seen).toEqual(['acme', { state: 'overflow' }, 'access-user-1', 'user-1']);
  });

  it('a list that may be cut is asked for too, and 100 is then the truth', async () => {
    expect(await groupsWith(async () => hundred, { groups: hundred })).toMatchObject({
      state: 'present',
      mayBeCut: false,
    });
    expect(await groupsWith(async () => undefined, { groups: hundred })).toMatchObject({ mayBeCut: true });
    expect(await groupsWith(async () => [])).toEqual({ state: 'empty' });
  });

  const HOOKS: readonly (readonly [name: string, hook: ResolveGroups])[] = [
    ['says that it does not know', async () => undefined],
    ['fails', () => Promise.reject(new Error('graph is down'))],
    [
      'throws',
      () => {
        throw new Error('at once');
      },
    ],
    ['never answers', () => new Promise<never>(() => undefined)],
  ];

  it.each(HOOKS)('stay an overflow when the hook %s', async (_name, hook) => {
    expect(await groupsWith(hook)).toEqual({ state: 'overflow' });
  });

  it('are not asked for when they are known', async () => {
    const hook = async () => ['wrong'];
    expect(await groupsWith(hook, { groups: ['a'] })).toMatchObject({ values: ['a'] });
    expect(await groupsWith(hook, { groups: [] })).toEqual({ state: 'empty' });
    expect(await groupsWith(hook, {})).toEqual({ state: 'missing' });
  });
});

describe('a refresh (oidcc-client-refreshtoken-test-plan)', () => {
  const request = { refreshToken: 'refresh-1', issuer: 'https://idp.example', subject: 'user-1' };

  async function refreshWith(claims: object | undefined, changed: Partial<typeof request> = {}) {
    const token =
      claims &&
      provider.sign({
        iss: 'https://idp.example',
        sub: 'user-1',
        aud: 'client',
        iat: SECONDS,
        exp: SECONDS + 60,
        ...claims,
      });
    const answer = { access_token: 'a2', token_type: 'bearer', ...(token && { id_token: token }) };
    const refreshing = createEngine({
      fetch: async (url, sent) => (url.endsWith('/token') ? Response.json(answer) : provider.fetch(url, sent)),
    });
    return refreshing.refresh(provider.tenant(), { ...request, ...changed }).then(
      ({ accessToken }) => accessToken,
      ({ code, details }: OidcError) => [code, details['claim']],
    );
  }

  it.each([
    ['the same person', {}, 'a2'],
    ['no ID Token', undefined, 'a2'],
    ['another subject', { sub: 'admin' }, ['token_invalid', 'sub']],
    ['another audience', { aud: 'other' }, ['token_invalid', 'aud']],
    ['another issuer', { iss: 'https://other.example' }, ['token_invalid', 'iss']],
    ['expired', { exp: SECONDS - 600 }, ['token_invalid', 'exp']],
  ] as const)('%s', async (_name, claims, right) => {
    expect(await refreshWith(claims)).toEqual(right);
  });

  it('another issuer than at sign-in', async () => {
    expect(await refreshWith({}, { issuer: 'https://before.example' })).toEqual(['token_invalid', 'iss']);
  });

  it('a foreign key', async () => {
    provider.lie = { signer: FOREIGN };
    expect(await refreshWith({})).toEqual(['token_untrusted', undefined]);
  });
});

describe('a logout that the application begins (rp-init-logout)', () => {
  const wishes = { postLogoutRedirectUri: 'https://app.example/out', idTokenHint: 'a.b.c', logoutHint: 'ada' };

  it('has a URL with everything the provider needs', async () => {
    const logout = await engine.startLogout(provider.tenant(), wishes);
    expect(Object.fromEntries(new URL(logout?.url ?? '').searchParams)).toEqual({
      post_logout_redirect_uri: 'https://app.example/out',
      state: logout?.state,
      id_token_hint: 'a.b.c',
      logout_hint: 'ada',
      client_id: 'client',
    });
  });

  it('is not there where the provider has none', async () => {
    provider.lie = { document: { end_session_endpoint: undefined } };
    expect(await engine.startLogout(provider.tenant(), wishes)).toBeUndefined();
  });

  it.each([
    ['accept', 's', 's', undefined],
    ['-other-state', 's', 'other', 'other state'],
    ['-no-state', 's', undefined, 'no state'],
    ['nothing was begun', undefined, 's', 'other state'],
  ])('%s', (_name, kept, answered, reason) => {
    const complete = () =>
      engine.completeLogout(kept, new URLSearchParams(answered === undefined ? {} : { state: answered }));
    if (reason === undefined) expect(complete).not.toThrow();
    else expect(complete).toThrow(expect.objectContaining({ code: 'logout_invalid', details: { reason } }));
  });
});

describe('a logout that the provider sends (oidcc-client-test-rp-backchannel-rpinitlogout)', () => {
  const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const notice = {
    iss: 'https://idp.example',
    aud: 'client',
    iat: SECONDS,
    exp: SECONDS + 120,
    jti: 'j1',
    events: EVENTS,
    sub: 'user-1',
    sid: 's1',
  };

  async function outcome(
    changes: object,
    header: Readonly<Record<string, unknown>> = { typ: 'logout+jwt' },
  ): Promise<unknown> {
    const token = provider.sign({ ...notice, ...changes }, header);
    return engine.verifyLogoutToken(provider.tenant(), token).then(
      () => 'accepted',
      ({ code, details }: OidcError) => details['claim'] ?? code,
    );
  }

  it('names who is to be logged out', async () => {
    expect(await engine.verifyLogoutToken(provider.tenant(), provider.sign(notice, { typ: 'logout+jwt' }))).toEqual({
      issuer: 'https://idp.example',
      subject: 'user-1',
      sessionId: 's1',
      tokenId: 'j1',
      issuedAt: START,
      expiresAt: START + 120_000,
    });
  });

  it.each([
    ['accept', {}, 'accepted'],
    ['only sub', { sid: undefined }, 'accepted'],
    ['only sid', { sub: undefined }, 'accepted'],
    ['neither sub nor sid', { sub: undefined, sid: undefined }, 'sub'],
    ['sub is a number', { sub: 1 }, 'sub'],
    ['sid is empty', { sid: '' }, 'sid'],
    ['-no-event', { events: undefined }, 'events'],
    ['-wrong-event', { events: { 'http://schemas.openid.net/event/other': {} } }, 'events'],
    ['event is no object', { events: { 'http://schemas.openid.net/event/backchannel-logout': 'x' } }, 'events'],
    ['events is a list', { events: ['http://schemas.openid.net/event/backchannel-logout'] }, 'events'],
    ['-with-nonce', { nonce: 'n' }, 'nonce'],
    ['-wrong-aud', { aud: 'other' }, 'aud'],
    ['aud is a list with the client', { aud: ['other', 'client'] }, 'accepted'],
    ['-wrong-iss', { iss: 'https://other.example' }, 'iss'],
    ['no jti', { jti: undefined }, 'jti'],
    ['no iat', { iat: undefined }, 'iat'],
    ['iat in the future', { iat: SECONDS + 61 }, 'iat'],
    ['iat long ago', { iat: SECONDS - 601 }, 'iat'],
    ['no exp', { exp: undefined }, 'exp'],
    ['expired', { exp: SECONDS - 61 }, 'exp'],
  ])('%s', async (_name, changes, right) => {
    expect(await outcome(changes)).toBe(right);
  });

  it.each([
    ['logout+jwt', 'accepted'],
    ['JWT', 'accepted'],
    [undefined, 'accepted'],
    ['at+jwt', 'typ'],
    ['secevent+jwt', 'typ'],
  ])('type %s: %s', async (typ, right) => {
    expect(await outcome({}, { typ })).toBe(right);
  });

  it('-alg-none, -wrong-alg and a foreign key', async () => {
    provider.lie = { signer: 'nobody' };
    expect(await outcome({}, { alg: 'none' })).toBe('token_untrusted');
    provider.lie = { signer: 'secret' };
    expect(await outcome({}, { alg: 'HS256' })).toBe('token_untrusted');
    provider.lie = { signer: FOREIGN };
    expect(await outcome({})).toBe('token_untrusted');
  });

  it.each(['', 'x', 'a.b.c', '.', `${'a'.repeat(10_000)}.b.c`])('%# is no token', async (token) => {
    await expect(engine.verifyLogoutToken(provider.tenant(), token)).rejects.toBeInstanceOf(OidcError);
  });

  it('an ID Token is none', async () => {
    const { tenant, pending, answer } = await begin();
    const { tokens } = await engine.complete(tenant, pending, answer);
    await expect(engine.verifyLogoutToken(tenant, tokens.idToken ?? '')).rejects.toMatchObject({
      details: { claim: 'jti' },
    });
  });
});

describe('a login that a third party initiates (oidcc-client-test-3rd-party-init-login)', () => {
  it('is taken when it names the issuer of the tenant', async () => {
    const parameters = new URLSearchParams({
      iss: 'https://idp.example',
      login_hint: 'ada',
      target_link_uri: 'https://x/',
    });
    expect(await engine.acceptThirdPartyLogin(provider.tenant(), parameters)).toEqual({
      loginHint: 'ada',
      targetLinkUri: 'https://x/',
    });
  });

  it.each([{}, { iss: 'https://other.example' }, { iss: 'https://idp.example/' }])(
    'is refused with %j',
    async (given) => {
      const accepted = engine.acceptThirdPartyLogin(provider.tenant(), new URLSearchParams({ ...given }));
      await expect(accepted).rejects.toMatchObject({ code: 'issuer_mismatch' });
    },
  );
});

describe('an error', () => {
  it('X-9 holds no code, state, token or secret, even when the provider repeats them', async () => {
    const tenant = provider.tenant({ clientSecrets: ['top secret one', 'top secret two'] });
    const { url, pending } = await engine.start(tenant, { redirectUri: REDIRECT_URI });
    const answer = provider.authorize(url);
    const secrets = [
      pending.state,
      pending.nonce,
      pending.codeVerifier,
      answer.get('code') ?? '',
      'top secret one',
      'top secret two',
    ];
    const errors: unknown[] = [await engine.complete(tenant, pending, answer).catch((error: unknown) => error)];
    const refused = new URLSearchParams({ state: pending.state, iss: provider.issuer, error: 'server_error' });
    refused.set('code', answer.get('code') ?? '');
    refused.set('error_description', `${secrets.join(' ')} eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.abc`);
    errors.push(await engine.complete(tenant, pending, refused).catch((error: unknown) => error));
    for (const lie of [
      { claims: { aud: 'x' } },
      { userInfo: '<html>' },
      { tokenAnswer: () => null },
      { signer: FOREIGN },
    ]) {
      provider.lie = lie;
      const begun = await begin();
      secrets.push(begun.pending.state, begun.answer.get('code') ?? '', 'access-user-1', 'eyJ');
      errors.push(await engine.complete(begun.tenant, begun.pending, begun.answer).catch((error: unknown) => error));
    }
    for (const error of errors) {
      expect(error).toBeInstanceOf(OidcError);
      const { message, stack, code, mender, details, cause } = error as OidcError;
      const told = JSON.stringify({ message, stack, code, mender, details });
      expect(cause).toBeUndefined();
      expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
    }
  });

  it('tells what the provider said, without line breaks and not too long', async () => {
    const { tenant, pending } = await begin();
    const said = new URLSearchParams({ state: pending.state, iss: provider.issuer, error: 'consent_required' });
    said.set('error_description', `AADSTS65001: not consented.\r\n${'x '.repeat(500)}`);
    const error = await engine.complete(tenant, pending, said).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'refused_by_provider',
      mender: 'provider-administrator',
      details: {
        error: 'consent_required',
        description: expect.stringMatching(/^AADSTS65001: not consented\.\\u000d\\u000a/),
      },
    });
    expect(String((error as OidcError).details['description']).length).toBeLessThan(400);
  });

  it('says it when a tenant cannot be used', async () => {
    const { clientSecrets: _, ...tenant } = provider.tenant();
    await expect(engine.start(tenant, { redirectUri: REDIRECT_URI })).rejects.toMatchObject({
      code: 'tenant_invalid',
      mender: 'operator',
      details: { faults: ['clientSecrets: is missing'] },
    });
    const keyed = provider.tenant({
      clientAuthentication: 'private_key_jwt',
      privateKey: { pem: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', algorithm: 'RS256' },
    });
    const { url, pending } = await engine.start(keyed, { redirectUri: REDIRECT_URI });
    const completed = engine.complete(keyed, pending, provider.authorize(url));
    await expect(completed).rejects.toMatchObject({ code: 'tenant_invalid', details: { setting: 'privateKey' } });
  });
});

describe('a tenant', () => {
  const faultsOf = (tenant: object): readonly string[] => {
    try {
      parseOidcTenant(tenant);
      return [];
    } catch (error) {
      return (error as ConfigurationError).faults.map(({ path, message }) => `${path}: ${message}`);
    }
  };
  const tenant = {
    id: 'acme',
    organizationId: 'org',
    authority: 'https://idp.example',
    clientId: 'client',
    clientAuthentication: 'client_secret_post',
    clientSecrets: ['s'],
  };

  it.each([
    [{}, []],
    [{ clientAuthentication: 'none', clientSecrets: undefined }, []],
    [{ flow: 'id_token', responseMode: 'form_post', clientSecrets: undefined }, []],
    [{ claimNames: { groups: 'https://acme.example/groups', department: 'a.b/c' } }, []],
    [{ clientSecret: 's' }, ['clientSecret: unknown option "clientSecret" — did you mean "clientSecrets"?']],
    [{ clientSecrets: [] }, ['clientSecrets: must be a list of one or two secrets, newest first']],
    [{ clientSecrets: ['a', 'b', 'c'] }, ['clientSecrets: must be a list of one or two secrets, newest first']],
    [{ clientAuthentication: 'private_key_jwt' }, ['privateKey: is missing']],
    [
      { clientAuthentication: 'tls' },
      ['clientAuthentication: must be one of client_secret_post, client_secret_basic, private_key_jwt, none'],
    ],
    [{ flow: 'id_token' }, ['responseMode: is missing']],
    [{ flow: 'id_token', responseMode: 'query' }, ['responseMode: must be "form_post" for the flow id_token']],
    [
      { provedDomains: ['Acme.example'] },
      ['provedDomains[0]: must be a domain in lower case and ASCII such as "acme.example"'],
    ],
    [{ entraTenantIds: ['acme'] }, ['entraTenantIds[0]: must be the id of an Entra tenant, a GUID']],
    [{ additionalScopes: ['a b'] }, ['additionalScopes[0]: must be one scope, without blanks, quotes and backslashes']],
    [
      { internalHosts: ['https://idp'] },
      ['internalHosts[0]: must be a host name in lower case or an address, without scheme, port and path'],
    ],
    [{ trustEmail: 'yes' }, ['trustEmail: must be a boolean, not a string']],
  ])('%j: %j', (changes, faults) => {
    const changed = JSON.parse(JSON.stringify({ ...tenant, ...changes })) as object;
    expect(faultsOf(changed)).toEqual(faults);
  });
});

describe('the options of an engine', () => {
  it('are checked, all at once', () => {
    const create = () => createOidcEngine({ pendingLoginSeconds: 0, unsafeLopback: true } as OidcEngineOptions);
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(
      /did you mean "unsafeLoopback"[\s\S]*pendingLoginSeconds: must be a whole number of seconds from 1 to 3600/,
    );
  });
});

describe('a value that is kept and asked for again', () => {
  function setUp() {
    let asked = 0;
    let failing = false;
    const value = createRefreshable<{ readonly turn: number }>({
      clock,
      maxAge: 1000,
      cooldown: 100,
      failureAge: 50,
      load: async () => {
        asked += 1;
        if (failing) throw new Error(`failure ${asked}`);
        return { turn: asked };
      },
    });
    return {
      value,
      count: () => asked,
      fail: (fails: boolean) => {
        failing = fails;
      },
    };
  }

  it('is asked for once by all, and again when it is too old or the clock was set back', async () => {
    const { value, count } = setUp();
    await Promise.all([value.get(), value.get()]);
    now += 999;
    expect(await value.get()).toEqual({ turn: 1 });
    now += 1;
    expect(await value.get()).toEqual({ turn: 2 });
    now -= 5000;
    await value.get();
    expect(count()).toBe(3);
  });

  it('is not older than what somebody has seen', async () => {
    const { value, count } = setUp();
    const first = await value.get();
    const [second, same] = await Promise.all([value.getNewer(first), value.getNewer(first)]);
    expect([second, same]).toEqual([{ turn: 2 }, { turn: 2 }]);
    expect(await value.getNewer(second)).toBe(second);
    expect(await value.getNewer(first)).toBe(second);
    expect(count()).toBe(2);
  });

  it('stays when a forced question fails', async () => {
    const { value, fail } = setUp();
    const first = await value.get();
    fail(true);
    await expect(value.getNewer(first)).rejects.toThrow('failure 2');
    expect(await value.get()).toBe(first);
  });

  it('is not used when it is too old and cannot be renewed', async () => {
    const { value, fail, count } = setUp();
    await value.get();
    fail(true);
    now += 1000;
    await expect(value.get()).rejects.toThrow('failure 2');
    await expect(value.get()).rejects.toThrow('failure 2');
    now += 50;
    await expect(value.get()).rejects.toThrow('failure 3');
    expect(count()).toBe(3);
  });
});
