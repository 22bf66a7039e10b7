import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createGuardedFetch, type GuardedFetch } from '../../src/oidc/guarded-fetch.js';
import { createOidcEngine, type OidcEngine } from '../../src/oidc/oidc-engine.js';
import type { OidcEngineOptions } from '../../src/oidc/oidc-engine-options.js';
import type { OidcTenant } from '../../src/tenancy/oidc-tenant.js';
import { createCertificate } from '../support/oidc/certificate.js';
import { createLoopbackServer, type LoopbackServer } from '../support/oidc/loopback-server.js';
import { LyingProvider, worldOf } from '../support/oidc/lying-provider.js';
import { createSigningKey } from '../support/oidc/signing-key.js';

const REDIRECT_URI = 'https://app.example/signin-oidc';
const KEY = createSigningKey('key-1');
const NEXT_KEY = createSigningKey('key-2');
const GUID = '11111111-2222-3333-4444-555555555555';
const OTHER_GUID = '99999999-2222-3333-4444-555555555555';
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** A clock that stands still until it is told. */
class ManualClock {
  time = Date.parse('2026-01-15T12:00:00Z');
  now = (): number => this.time;
  pass(seconds: number): void {
    this.time += seconds * 1000;
  }
}

function setUp(issuer = 'https://idp.example', options: OidcEngineOptions = {}) {
  const clock = new ManualClock();
  const provider = new LyingProvider(issuer, [KEY]);
  provider.now = clock.now;
  provider.userInfo = { email: 'ada@acme.example', email_verified: true, name: 'Ada' };
  const engine = createOidcEngine({ fetch: provider.fetch, clock, ...options });
  return { clock, provider, engine };
}

async function signIn(engine: OidcEngine, provider: LyingProvider, tenant: OidcTenant, subject?: string) {
  const { url, pending } = await engine.start(tenant, { redirectUri: REDIRECT_URI });
  return engine.complete(tenant, pending, provider.authorize(url, subject));
}

/** `signed in at <issuer>`, or the code of the error with its findings. */
async function outcome(engine: OidcEngine, provider: LyingProvider, tenant: OidcTenant): Promise<unknown> {
  try {
    return (await signIn(engine, provider, tenant)).identity.issuer;
  } catch (error) {
    const { code, details } = error as { readonly code: string; readonly details: { readonly findings?: unknown } };
    return details.findings === undefined ? code : [code, details.findings];
  }
}

describe('the documents and keys of a provider', () => {
  it('are fetched once for 1,000 sign-ins', async () => {
    const { engine, provider } = setUp();
    await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const { identity } = await signIn(engine, provider, provider.tenant(), `user-${index}`);
        expect(identity.subject).toBe(`user-${index}`);
      }),
    );
    expect([provider.count('/openid-configuration'), provider.count('/keys')]).toEqual([1, 1]);
  });

  it('are fetched for each tenant apart, though the provider is the same', async () => {
    const { engine, provider } = setUp();
    await signIn(engine, provider, provider.tenant({ id: 'a' }));
    await signIn(engine, provider, provider.tenant({ id: 'b' }));
    expect([provider.count('/openid-configuration'), provider.count('/keys')]).toEqual([2, 2]);
  });

  it('are fetched again when they are too old', async () => {
    const { engine, provider, clock } = setUp();
    await signIn(engine, provider, provider.tenant());
    clock.pass(601);
    await signIn(engine, provider, provider.tenant());
    expect([provider.count('/openid-configuration'), provider.count('/keys')]).toEqual([1, 2]);
    clock.pass(3600);
    await signIn(engine, provider, provider.tenant());
    expect([provider.count('/openid-configuration'), provider.count('/keys')]).toEqual([2, 3]);
  });

  it('-signing-key-rotation, just before signing: the next key is fetched at once, for all who need it together', async () => {
    const { engine, provider } = setUp();
    await signIn(engine, provider, provider.tenant());
    provider.keys = [NEXT_KEY];
    const logins = Array.from({ length: 20 }, () => signIn(engine, provider, provider.tenant()));
    expect(await Promise.all(logins)).toHaveLength(20);
    expect(provider.count('/keys')).toBe(2);
  });

  it('a key that changes under its old name is fetched as well', async () => {
    const { engine, provider } = setUp();
    await signIn(engine, provider, provider.tenant());
    provider.keys = [createSigningKey('key-1')];
    expect(await outcome(engine, provider, provider.tenant())).toBe('https://idp.example');
  });

  it('unknown keys cause one fetch in ten seconds', async () => {
    const { engine, provider, clock } = setUp();
    provider.lie = { header: { kid: 'nobody knows' } };
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await outcome(engine, provider, provider.tenant())).toBe('token_untrusted');
    }
    expect(provider.count('/keys')).toBe(2);
    clock.pass(11);
    expect(await outcome(engine, provider, provider.tenant())).toBe('token_untrusted');
    expect(provider.count('/keys')).toBe(3);
  });

  it('an issuer that changes is refused, until somebody changes the tenant', async () => {
    const { engine, provider, clock } = setUp('https://login.microsoftonline.com/acme.example/v2.0');
    provider.lie = { document: { issuer: `https://login.microsoftonline.com/${GUID}/v2.0` } };
    await engine.start(provider.tenant(), { redirectUri: REDIRECT_URI });
    provider.lie = { document: { issuer: `https://login.microsoftonline.com/${OTHER_GUID}/v2.0` } };
    await engine.start(provider.tenant(), { redirectUri: REDIRECT_URI });
    clock.pass(3601);
    const again = engine.start(provider.tenant(), { redirectUri: REDIRECT_URI });
    await expect(again).rejects.toMatchObject({ code: 'issuer_changed', mender: 'tenant-administrator' });
    const renamed = provider.tenant({ authority: `https://login.microsoftonline.com/${OTHER_GUID}/v2.0` });
    await expect(engine.start(renamed, { redirectUri: REDIRECT_URI })).resolves.toBeDefined();
  });

  it('a failure is told again for five seconds, and then tried again', async () => {
    const { engine, provider, clock } = setUp();
    const tenant = provider.tenant();
    provider.lie = { document: { issuer: 'https://other.example' } };
    for (let attempt = 0; attempt < 3; attempt += 1) await outcome(engine, provider, tenant);
    expect(provider.count('/openid-configuration')).toBe(1);
    provider.lie = {};
    clock.pass(6);
    expect(await outcome(engine, provider, tenant)).toBe('https://idp.example');
  });
});

describe('an authority and the issuer of its document', () => {
  const CASES: readonly (readonly [name: string, authority: string, issuer: string, right: unknown])[] = [
    ['equal', 'https://idp.example/realms/a', 'https://idp.example/realms/a', 'https://idp.example/realms/a'],
    ['a slash more', 'https://idp.example/realms/a', 'https://idp.example/realms/a/', 'https://idp.example/realms/a/'],
    ['a slash less', 'https://idp.example/realms/a/', 'https://idp.example/realms/a', 'https://idp.example/realms/a'],
    [
      'the address of the document itself',
      'https://idp.example/.well-known/openid-configuration',
      'https://idp.example',
      'https://idp.example',
    ],
    [
      '-discovery-issuer-mismatch (rp-discovery-issuer-not-matching-config)',
      'https://idp.example',
      'https://other.example',
      ['discovery_invalid', ['issuer_mismatch']],
    ],
    ['no issuer', 'https://idp.example', '', ['discovery_invalid', ['issuer_mismatch']]],
    ['another case', 'https://idp.example/A', 'https://idp.example/a', ['discovery_invalid', ['issuer_mismatch']]],
    ['two slashes', 'https://idp.example', 'https://idp.example//', ['discovery_invalid', ['issuer_mismatch']]],
    [
      'Entra v2.0 (AQ-16)',
      `https://login.microsoftonline.com/${GUID}/v2.0`,
      `https://login.microsoftonline.com/${GUID}/v2.0`,
      `https://login.microsoftonline.com/${GUID}/v2.0`,
    ],
    [
      'Entra v2.0 by domain',
      'https://login.microsoftonline.com/acme.onmicrosoft.com/v2.0',
      `https://login.microsoftonline.com/${GUID}/v2.0`,
      `https://login.microsoftonline.com/${GUID}/v2.0`,
    ],
    [
      'Entra v1.0 (AQ-17)',
      `https://login.microsoftonline.com/${GUID}`,
      `https://sts.windows.net/${GUID}/`,
      `https://sts.windows.net/${GUID}/`,
    ],
    [
      'Entra, another tenant than typed',
      `https://login.microsoftonline.com/${GUID}/v2.0`,
      `https://login.microsoftonline.com/${OTHER_GUID}/v2.0`,
      ['discovery_invalid', ['issuer_mismatch']],
    ],
    [
      'Entra, an issuer of somebody else',
      `https://login.microsoftonline.com/${GUID}/v2.0`,
      'https://evil.example',
      ['discovery_invalid', ['issuer_mismatch']],
    ],
    [
      'a host that only looks like Entra',
      'https://login.microsoftonline.com.evil.example/common',
      `https://sts.windows.net/${GUID}/`,
      ['discovery_invalid', ['issuer_mismatch']],
    ],
    [
      'Entra in the United States, by id',
      `https://login.microsoftonline.us/${GUID}/v2.0`,
      `https://login.microsoftonline.us/${GUID}/v2.0`,
      `https://login.microsoftonline.us/${GUID}/v2.0`,
    ],
    [
      'Entra in the United States, by domain',
      'https://login.microsoftonline.us/acme.onmicrosoft.us/v2.0',
      `https://login.microsoftonline.us/${GUID}/v2.0`,
      ['discovery_invalid', ['issuer_mismatch']],
    ],
    [
      'Entra common, without a list of tenants',
      'https://login.microsoftonline.com/common/v2.0',
      'https://login.microsoftonline.com/{tenantid}/v2.0',
      ['discovery_invalid', ['entra_tenants_missing']],
    ],
    [
      'Entra consumers, without a list of tenants',
      'https://login.microsoftonline.com/consumers/v2.0',
      `https://login.microsoftonline.com/${PERSONAL}/v2.0`,
      ['discovery_invalid', ['entra_tenants_missing']],
    ],
    ['plain http', 'http://idp.example', 'http://idp.example', ['discovery_invalid', ['authority_not_https']]],
    ['a user name', 'https://a:b@idp.example', 'https://idp.example', ['discovery_invalid', ['authority_with_user']]],
    ['a query', 'https://idp.example?a=b', 'https://idp.example', ['discovery_invalid', ['authority_with_query']]],
    ['a fragment', 'https://idp.example#a', 'https://idp.example', ['discovery_invalid', ['authority_with_query']]],
    ['no URL', 'idp.example', 'https://idp.example', ['discovery_invalid', ['authority_not_url']]],
  ];

  it.each(CASES)('%s', async (_name, authority, issuer, right) => {
    const origin = URL.canParse(authority) ? new URL(authority).origin : 'https://idp.example';
    const { engine, provider } = setUp(origin);
    provider.lie = {
      document: { issuer },
      claims: { iss: issuer },
      callback: (parameters) => parameters.set('iss', issuer),
    };
    expect(await outcome(engine, provider, provider.tenant({ authority }))).toEqual(right);
  });

  it('puts the well-known path after the path of the authority', async () => {
    const { engine, provider } = setUp('https://idp.example/realms/a');
    await engine.start(provider.tenant(), { redirectUri: REDIRECT_URI });
    expect(provider.received[0]?.path).toBe('/realms/a/.well-known/openid-configuration');
  });
});

describe.each(['common', 'organizations'])('Entra %s with a list of tenants', (which) => {
  const template = 'https://login.microsoftonline.com/{tenantid}/v2.0';
  const issuerOf = (tid: string) => template.replace('{tenantid}', tid);

  async function outcomeOf(claims: object, listed = [GUID.toUpperCase(), PERSONAL]): Promise<unknown> {
    const authority = `https://login.microsoftonline.com/${which}/v2.0`;
    const { engine, provider } = setUp(authority);
    provider.lie = {
      document: { issuer: template, authorization_response_iss_parameter_supported: undefined },
      claims: { ...claims },
      callback: (parameters) => parameters.delete('iss'),
    };
    return outcome(engine, provider, provider.tenant({ entraTenantIds: listed }));
  }

  it.each([
    ['a tenant on the list', { iss: issuerOf(GUID), tid: GUID }, issuerOf(GUID)],
    ['personal accounts on the list', { iss: issuerOf(PERSONAL), tid: PERSONAL }, issuerOf(PERSONAL)],
    ['a tenant that is not on the list', { iss: issuerOf(OTHER_GUID), tid: OTHER_GUID }, 'organization_mismatch'],
    ['iss and tid disagree', { iss: issuerOf(OTHER_GUID), tid: GUID }, 'token_invalid'],
    ['no tid', { iss: issuerOf(GUID) }, 'token_invalid'],
    ['the template itself', { iss: template, tid: '{tenantid}' }, 'organization_mismatch'],
    ['tid is a list', { iss: issuerOf(GUID), tid: [GUID] }, 'organization_mismatch'],
  ])('%s', async (_name, claims, right) => {
    expect(await outcomeOf(claims)).toBe(right);
  });
});

describe('Entra, one tenant', () => {
  it('refuses a v2.0 token where the document is of v1.0', async () => {
    const { engine, provider } = setUp('https://login.microsoftonline.com');
    const authority = `https://login.microsoftonline.com/${GUID}`;
    const issuer = `https://sts.windows.net/${GUID}/`;
    provider.lie = {
      document: { issuer, authorization_response_iss_parameter_supported: undefined },
      claims: { iss: `https://login.microsoftonline.com/${GUID}/v2.0`, tid: GUID },
      callback: (parameters) => parameters.delete('iss'),
    };
    const login = signIn(engine, provider, provider.tenant({ authority }));
    await expect(login).rejects.toMatchObject({
      code: 'token_invalid',
      message: expect.stringContaining('end the authority in /v2.0'),
    });
  });
});

describe('Entra', () => {
  it('is asked for openid, profile, email and offline_access, and gives a refresh token (AQ-19)', async () => {
    const { engine, provider } = setUp(`https://login.microsoftonline.com/${GUID}/v2.0`);
    const tenant = provider.tenant({ additionalScopes: ['offline_access'] });
    const { url, pending } = await engine.start(tenant, { redirectUri: REDIRECT_URI });
    expect(new URL(url).searchParams.get('scope')).toBe('openid profile email offline_access');
    const { tokens } = await engine.complete(tenant, pending, provider.authorize(url));
    expect(tokens.refreshToken).toBe('refresh');
  });
});

describe('Google', () => {
  async function outcomeOf(claims: object, changes: Partial<OidcTenant>): Promise<unknown> {
    const { engine, provider } = setUp('https://accounts.google.com');
    provider.lie = { claims: { ...claims } };
    return outcome(engine, provider, provider.tenant(changes));
  }

  it.each([
    ['the right hd', { hd: 'acme.example' }, {}, 'https://accounts.google.com'],
    ['another hd', { hd: 'evil.example' }, {}, 'organization_mismatch'],
    [
      'an address of the domain without hd',
      { email: 'eve@acme.example', email_verified: true },
      {},
      'organization_mismatch',
    ],
    ['hd is a list', { hd: ['acme.example'] }, {}, 'organization_mismatch'],
    ['hd of the own list', { hd: 'b.example' }, { googleHostedDomains: ['b.example'] }, 'https://accounts.google.com'],
    [
      'no domain is set',
      { hd: 'acme.example' },
      { provedDomains: [] },
      ['discovery_invalid', ['hosted_domains_missing']],
    ],
  ])('%s', async (_name, claims, changes, right) => {
    expect(await outcomeOf(claims, changes)).toEqual(right);
  });

  it('is asked for the scope email by itself (AQ-22)', async () => {
    const { engine, provider } = setUp('https://accounts.google.com');
    const { url } = await engine.start(provider.tenant(), { redirectUri: REDIRECT_URI });
    expect(new URL(url).searchParams.get('scope')?.split(' ')).toContain('email');
  });

  it('is told which domain to offer', async () => {
    const { engine, provider } = setUp('https://accounts.google.com');
    const { url } = await engine.start(provider.tenant(), { redirectUri: REDIRECT_URI });
    expect(new URL(url).searchParams.get('hd')).toBe('acme.example');
  });
});

describe('looking at a provider when it is set up (AQ-15, AQ-18)', () => {
  async function findingsOf(document: object, changes: Partial<OidcTenant> = {}) {
    const { engine, provider } = setUp();
    provider.lie = { document: { ...document } };
    const { usable, findings } = await engine.examine(provider.tenant(changes));
    return { usable, codes: findings.map(({ code }) => code) };
  }

  it.each([
    ['nothing is wrong', {}, { usable: true, codes: [] }],
    ['no token endpoint', { token_endpoint: undefined }, { usable: false, codes: ['endpoint_missing'] }],
    [
      'a token endpoint with http',
      { token_endpoint: 'http://idp.example/t' },
      { usable: false, codes: ['endpoint_not_https'] },
    ],
    [
      'a token endpoint inside',
      { token_endpoint: 'https://10.0.0.1/t' },
      { usable: false, codes: ['endpoint_forbidden'] },
    ],
    [
      'UserInfo at the metadata service',
      { userinfo_endpoint: 'https://169.254.169.254/' },
      { usable: false, codes: ['endpoint_forbidden'] },
    ],
    ['keys in a script', { jwks_uri: 'javascript:1' }, { usable: false, codes: ['endpoint_not_https'] }],
    [
      'only unsafe algorithms',
      { id_token_signing_alg_values_supported: ['HS256', 'none'] },
      { usable: false, codes: ['algorithms_unsafe'] },
    ],
    [
      'no response type code',
      { response_types_supported: ['id_token'] },
      { usable: false, codes: ['response_type_missing'] },
    ],
    ['no S256', { code_challenge_methods_supported: undefined }, { usable: true, codes: ['pkce_missing'] }],
    [
      'other client authentication',
      { token_endpoint_auth_methods_supported: undefined },
      { usable: true, codes: ['client_authentication_missing'] },
    ],
    ['no scope email', { scopes_supported: ['openid'] }, { usable: true, codes: ['scopes_missing'] }],
    ['another issuer', { issuer: 'https://other.example' }, { usable: false, codes: ['issuer_mismatch'] }],
    ['a slash more', { issuer: 'https://idp.example/' }, { usable: true, codes: ['issuer_slash'] }],
  ])('%s', async (_name, document, expected) => {
    expect(await findingsOf(document)).toEqual(expected);
  });

  it('tells everything at once, in words, and who can mend it', async () => {
    const { engine, provider } = setUp();
    provider.lie = { document: { issuer: 'https://other.example', token_endpoint: undefined } };
    const { findings } = await engine.examine(provider.tenant());
    expect(findings).toEqual([
      {
        code: 'issuer_mismatch',
        severity: 'error',
        mender: 'tenant-administrator',
        message:
          'The authority is "https://idp.example", but the provider calls itself "https://other.example". ' +
          'Copy the issuer from the identity provider exactly as it stands there.',
      },
      {
        code: 'endpoint_missing',
        severity: 'error',
        mender: 'provider-administrator',
        message: 'The provider\'s document has no "token_endpoint".',
      },
    ]);
  });

  it.each([
    ['no keys', () => []],
    ['only keys for encryption', () => [{ ...KEY.jwk, use: 'enc' }]],
    ['only a shared secret', () => [{ kty: 'oct', k: 'AAAA' }]],
    ['no list', () => 'x' as unknown as []],
    ['too many', () => Array.from({ length: 1001 }, () => KEY.jwk)],
  ])('keys: %s', async (_name, keys) => {
    const { engine, provider } = setUp();
    provider.lie = { keys };
    const report = await engine.examine(provider.tenant());
    expect(report).toMatchObject({
      usable: false,
      issuer: 'https://idp.example',
      findings: [{ code: 'keys_discovery_invalid' }],
    });
  });

  it.each([
    [404, '', 'It answered with status 404.'],
    [200, '<html>', 'does not describe itself'],
    [200, '[]', 'does not describe itself'],
    [200, 'null', 'does not describe itself'],
  ])('a document of status %s and body %j', async (status, body, words) => {
    const engine = createOidcEngine({ fetch: async () => new Response(body, { status }) });
    const { usable, findings } = await engine.examine(setUp().provider.tenant());
    expect(usable).toBe(false);
    expect(findings[0]?.message).toContain(words);
    expect(findings[0]?.message).toContain('idp.example/.well-known/openid-configuration');
  });
});

describe('many tenants at once', () => {
  it('200 sign-ins over 20 tenants: every answer belongs to its asker', async () => {
    const world = Array.from({ length: 20 }, (_, index) => {
      const provider = new LyingProvider(`https://idp-${index}.example`, [createSigningKey(`key-${index}`)]);
      return { provider, tenant: provider.tenant({ id: `tenant-${index}` }) };
    });
    const inner = worldOf(...world.map(({ provider }) => provider));
    let turn = 0;
    const shuffling: GuardedFetch = async (url, request) => {
      turn = (turn * 7 + 3) % 11;
      await new Promise((resolve) => setTimeout(resolve, turn));
      return inner(url, request);
    };
    const engine = createOidcEngine({ fetch: shuffling });
    const asked = Array.from({ length: 200 }, (_, index) => ({ ...world[index % 20], subject: `user-${index}` }));
    const answers = await Promise.all(
      asked.map(async ({ provider, tenant, subject }) => {
        if (!provider || !tenant) throw new Error('20 tenants');
        return (await signIn(engine, provider, tenant, subject)).identity;
      }),
    );
    const seen = answers.map(({ tenantId, issuer, subject }) => ({ tenantId, issuer, subject }));
    expect(seen).toEqual(
      asked.map(({ provider, tenant, subject }) => ({ tenantId: tenant?.id, issuer: provider?.issuer, subject })),
    );
    for (const { provider } of world)
      expect([provider.count('/openid-configuration'), provider.count('/keys')]).toEqual([1, 1]);
  });
});

describe('a provider that is slow, huge, dead or lying', () => {
  const certificate = createCertificate(['127.0.0.1']);
  let bad: LoopbackServer;

  beforeAll(async () => {
    bad = await createLoopbackServer(certificate);
  });

  afterAll(() => bad.close());

  it.each([
    ['slow', '/silent', 'provider_timeout'],
    ['dripping', '/drip', 'provider_timeout'],
    ['huge', '/endless', 'provider_answer_invalid'],
    ['dead', undefined, 'provider_unreachable'],
    ['hanging up', '/cut', 'provider_unreachable'],
    ['babbling', '/garbage', 'provider_answer_invalid'],
    ['redirecting', '/redirect', 'provider_answer_invalid'],
    ['without sense', '/json', 'discovery_invalid'],
  ])('%s: 50 sign-ins there end in time, and nobody elsewhere waits', async (_name, path, code) => {
    const { provider } = setUp('https://good.example');
    provider.now = Date.now;
    const certificateAuthorities = [certificate.cert];
    // Those that answer at all need time for 50 handshakes.
    const timeout = code === 'provider_timeout' ? 400 : 20_000;
    // Nobody listens on the port of tcpmux.
    const there = path === undefined ? 'https://127.0.0.1:1/' : `${bad.origin}${path}`;
    const dialled = createGuardedFetch({ unsafeLoopback: true, certificateAuthorities, timeout });
    const engine = createOidcEngine({
      fetch: (url, request) =>
        url.startsWith('https://bad.') ? dialled(there, request) : provider.fetch(url, request),
    });
    const tenant = provider.tenant();
    await signIn(engine, provider, tenant);
    const begun = performance.now();
    const refused = Array.from({ length: 50 }, (_, index) =>
      engine
        .start(provider.tenant({ id: `bad-${index}`, authority: 'https://bad.example' }), { redirectUri: REDIRECT_URI })
        .catch((error: { readonly code: string }) => error.code),
    );
    const here = await Promise.all(Array.from({ length: 20 }, () => signIn(engine, provider, tenant)));
    const hereTook = performance.now() - begun;
    expect(here).toHaveLength(20);
    expect(new Set(await Promise.all(refused))).toEqual(new Set([code]));
    // Less than one request may take, and one after the other would be fifty: nothing here waited for anything there.
    expect(hereTook).toBeLessThan(20_000);
  });

  it('a sign-in ends when its time is over, however many requests it still wants to make', async () => {
    const { provider } = setUp();
    const engine = createOidcEngine({
      loginTimeout: 100,
      fetch: (url, request) =>
        url.endsWith('/userinfo') ? new Promise(() => undefined) : provider.fetch(url, request),
    });
    provider.now = Date.now;
    await expect(signIn(engine, provider, provider.tenant())).rejects.toMatchObject({ code: 'provider_timeout' });
  });
});
