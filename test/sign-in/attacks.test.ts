import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Express } from 'express';
import {
  createFixedTenants,
  createOidcEngine,
  createProcessSignIns,
  type FixedTenant,
  type OidcTenant,
  type OidcTenantRouterOptions,
  type SignInCounter,
  type TenantResolver,
} from 'express-sso-scim';
import fc from 'fast-check';
import { safeReturnTo } from '../../src/http/sign-in/return-to.js';
import { type Lie, LyingProvider, worldOf } from '../support/oidc/lying-provider.js';
import { createSigningKey } from '../support/oidc/signing-key.js';
import { APP, type SignInSite, startSignInSite } from '../support/sign-in/sign-in-site.js';
import type { WebBrowser, WebPage } from '../support/sign-in/web-browser.js';

const START = Date.parse('2026-01-15T12:00:00Z');
const FOREIGN = createSigningKey('key-1');

let now = START;
const clock = { now: () => now };
const acmeIdp = new LyingProvider('https://idp.acme.example');
const betaIdp = new LyingProvider('https://idp.beta.example');
const liars = [acmeIdp, betaIdp];
const sites: SignInSite[] = [];

beforeEach(() => {
  now = START;
  for (const liar of liars) {
    Object.assign(liar, {
      lie: {},
      now: clock.now,
      claims: { email: 'ada@acme.example', email_verified: true, name: 'A' },
    });
  }
});
afterEach(() => Promise.all(sites.splice(0).map((site) => site.close())));

async function siteOf(
  changes: Partial<OidcTenant> = {},
  options: Partial<OidcTenantRouterOptions> = {},
  tenants?: TenantResolver,
  before?: (app: Express) => void,
): Promise<SignInSite> {
  const both: readonly FixedTenant[] = [
    acmeIdp.tenant(changes),
    betaIdp.tenant({ id: 'beta', organizationId: 'org-beta', provedDomains: ['beta.example'] }),
  ];
  const engine = createOidcEngine({ fetch: worldOf(...liars), clock });
  const site = await startSignInSite({
    tenants: tenants ?? createFixedTenants(both),
    liars,
    ...(before && { before }),
    options: { engine, clock, ...options },
  });
  sites.push(site);
  return site;
}

const isProvider = (url: string) => url.startsWith('https://idp.');

/** Goes to the provider, and answers the address that the browser was sent to there. */
async function begin(browser: WebBrowser, tenantId = 'acme', query = ''): Promise<string> {
  return (await browser.open(`${APP}/login/${tenantId}${query}`, { until: isProvider })).url;
}

/** The address of the callback with what the provider says. */
function answerTo(url: string, idp = acmeIdp): string {
  return `${APP}/signin-oidc?${idp.authorize(url)}`;
}

async function userOf(browser: WebBrowser): Promise<object | null> {
  const { text } = await browser.open(`${APP}/x`);
  return (JSON.parse(text) as { readonly user: object | null }).user;
}

function expectRefusal(page: WebPage, status: number, sentence: string): void {
  expect(page.status).toBe(status);
  expect(page.text).toContain(sentence);
  expect(page.text).toMatch(/can mend this/);
  expect(page.text).toMatch(/Request: <code>[\da-f-]{36}</);
  expect(page.headers['cache-control']).toBe('no-store');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
}

describe('what a lying provider gets a browser', () => {
  const [UNTRUSTED, INVALID] = ['The token is not signed with a key', 'sent a token that does not hold'];
  const REJECTED: readonly (readonly [name: string, lie: Lie, sentence: string])[] = [
    ['id_token alg=none', { header: { alg: 'none', kid: undefined }, signer: 'nobody' }, INVALID],
    ['id_token signed by a foreign key', { signer: FOREIGN }, UNTRUSTED],
    ['alg confusion HS256 with client secret', { header: { alg: 'HS256' }, signer: 'secret' }, INVALID],
    ['wrong iss', { claims: { iss: 'https://other.example' } }, INVALID],
    ['wrong aud', { claims: { aud: 'other' } }, INVALID],
    ['aud string, foreign azp', { claims: { azp: 'other' } }, INVALID],
    ['expired 10 min ago', { claims: { exp: START / 1000 - 600 } }, INVALID],
    ['exp is a string "never"', { claims: { exp: 'never' } }, INVALID],
    ['iat one day in the future', { claims: { iat: START / 1000 + 86_400 } }, INVALID],
    ['wrong nonce', { claims: { nonce: 'other' } }, INVALID],
    ['nonce missing', { claims: { nonce: undefined } }, INVALID],
    ['at_hash wrong', { claims: { at_hash: 'x' } }, INVALID],
    ['state missing in callback', { callback: (sent) => sent.delete('state') }, 'was not started here'],
    ['state changed in callback', { callback: (sent) => sent.set('state', 'x') }, 'was not started here'],
    ['state is __proto__', { callback: (sent) => sent.set('state', '__proto__') }, 'was not started here'],
    ['state given twice', { callback: (sent) => sent.append('state', 'x') }, 'is incomplete'],
    ['code given twice', { callback: (sent) => sent.append('code', 'x') }, 'is incomplete'],
    [
      'iss param of another OP',
      { callback: (sent) => sent.set('iss', 'https://x.example') },
      'another identity provider',
    ],
    ['iss param absent though announced', { callback: (sent) => sent.delete('iss') }, 'is incomplete'],
    [
      'callback with nothing',
      { callback: (sent) => ['state', 'code', 'iss'].map((name) => sent.delete(name)) },
      'was not started here',
    ],
    ['userinfo sub differs', { claims: { email: undefined }, userInfo: { sub: 'admin' } }, 'does not hold'],
    ['userinfo not JSON', { claims: { email: undefined }, userInfo: '<html>' }, 'does not hold'],
    ['token response has no id_token', { tokenAnswer: ({ id_token: _, ...rest }) => rest }, 'without an ID Token'],
    ['token response is JSON null', { tokenAnswer: () => null }, 'cannot be used'],
    ['id_token is a number', { idToken: () => 5 }, 'without an ID Token'],
    ['id_token payload is JSON null', { payload: null }, INVALID],
  ];

  it.each(REJECTED)('rejected: %s', async (_name, lie, sentence) => {
    const site = await siteOf();
    const browser = site.browser();
    acmeIdp.lie = lie;
    const page = await browser.open(`${APP}/login/acme`);
    expect(page.text).toContain(sentence);
    expect(page.status).toBeGreaterThanOrEqual(400);
    acmeIdp.lie = {};
    expect(await userOf(browser)).toBeNull();
    expect((await browser.open(`${APP}/login/acme`)).status).toBe(200);
  });

  it.each<[string, Lie]>([
    ['ok: oidcc-client-test', {}],
    ['aud is a one-element array', { claims: { aud: ['client'] } }],
    ['expired 10 s ago (skew): the base class too', { claims: { exp: START / 1000 - 10 } }],
    ['iat ten days old, exp ahead', { claims: { iat: START / 1000 - 864_000 } }],
  ])('accepted: %s', async (_name, lie) => {
    const site = await siteOf();
    const browser = site.browser();
    acmeIdp.lie = lie;
    await browser.open(`${APP}/login/acme`);
    expect(await userOf(browser)).toMatchObject({ subject: 'user-1' });
  });

  it('access_denied is believed only with its state, and said as what it is', async () => {
    const site = await siteOf();
    const browser = site.browser();
    const state = new URL(await begin(browser)).searchParams.get('state') ?? '';
    const iss = encodeURIComponent(acmeIdp.issuer);
    expectRefusal(await browser.open(`${APP}/signin-oidc?error=access_denied`), 400, 'was not started here');
    const page = await browser.open(`${APP}/signin-oidc?error=access_denied&state=${state}&iss=${iss}`);
    expectRefusal(page, 403, 'The sign-in was cancelled at the identity provider.');
  });

  it('an answer in JSON has the same sentence, code, mender and request id; the log the details, and no secrets', async () => {
    const site = await siteOf();
    const browser = site.browser();
    acmeIdp.lie = { claims: { iss: 'https://other.example' } };
    const url = answerTo(await begin(browser));
    const page = await browser.open(url, { headers: { accept: 'application/json' } });
    const body = JSON.parse(page.text) as Readonly<Record<string, string>>;
    expect(body).toEqual({
      error: 'token_invalid',
      message: expect.stringContaining('sent a token that does not hold'),
      mender: 'provider-administrator',
      requestId: expect.any(String),
    });
    const entry = site.log.find(({ fields }) => fields['requestId'] === body['requestId']);
    expect(entry?.fields).toMatchObject({ details: { claim: 'iss', expected: acmeIdp.issuer } });
    const secrets = [...new URL(url).searchParams].filter(([name]) => name !== 'iss').map(([, value]) => value);
    expect(secrets.filter((secret) => `${JSON.stringify(site.log)}${page.text}`.includes(secret))).toEqual([]);
  });
});

describe('the log (security row 14)', () => {
  const HOSTILE = 'https://x.example/\n\u001b[31m2026 info all is well\u2028\u202e';
  const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/;

  it.each<[string, Lie, Partial<OidcTenantRouterOptions>]>([
    ['a document with another issuer', { document: { issuer: HOSTILE } }, {}],
    ['an ID Token of another issuer', { claims: { iss: HOSTILE } }, {}],
    ['an application that repeats a name', {}, { onSignIn: () => ({ refusal: `Go away, ${HOSTILE}` }) }],
  ])('has no line breaks of %s', async (_name, lie, options) => {
    acmeIdp.lie = lie;
    const site = await siteOf({}, options);
    const page = await site.browser().open(`${APP}/login/acme`);
    expect(page.status).toBeGreaterThanOrEqual(400);
    const lines = site.log.filter(({ level }) => level === 'warn');
    expect(lines).toHaveLength(1);
    for (const { message, fields } of lines) {
      expect(message).not.toMatch(CONTROLS);
      for (const value of Object.values(fields['details'] as object)) expect(String(value)).not.toMatch(CONTROLS);
    }
  });
});

describe('pending logins', () => {
  it('in two tabs, at two tenants, both arrive, in either order (two tabs)', async () => {
    const site = await siteOf();
    const browser = site.browser();
    const [acme, beta] = [await begin(browser, 'acme', '?returnTo=/a'), await begin(browser, 'beta', '?returnTo=/b')];
    const second = await browser.open(answerTo(beta, betaIdp));
    expect(second.url).toBe(`${APP}/b`);
    expect(await userOf(browser)).toMatchObject({ tenantId: 'beta' });
    const first = await browser.open(answerTo(acme));
    expect(first.url).toBe(`${APP}/a`);
    expect(await userOf(browser)).toMatchObject({ tenantId: 'acme' });
  });

  it('of one tenant take no answer of another (tenant swap): no token endpoint is asked', async () => {
    const site = await siteOf();
    const browser = site.browser();
    const acme = new URL(await begin(browser, 'acme'));
    const asked = betaIdp.count('/token') + acmeIdp.count('/token');
    const answer = betaIdp.authorize(await begin(browser, 'beta'));
    answer.set('state', acme.searchParams.get('state') ?? '');
    expectRefusal(await browser.open(`${APP}/signin-oidc?${answer}`), 403, 'another identity provider');
    expect(betaIdp.count('/token') + acmeIdp.count('/token')).toBe(asked);
  });

  it('do not open under the name of another one, or in the browser of somebody else (login CSRF)', async () => {
    const site = await siteOf();
    const [victim, attacker] = [site.browser(), site.browser()];
    const url = answerTo(await begin(attacker));
    expectRefusal(await victim.open(url), 400, 'was not started here');
    const [own = ''] = attacker.cookieHeader(APP).split('; ');
    const forged = await begin(victim);
    const [name = ''] = victim.cookieHeader(APP).split('=');
    const moved = `${name}=${own.slice(own.indexOf('=') + 1)}`;
    const state = new URL(forged).searchParams.get('state') ?? '';
    const page = await site.browser().open(`${APP}/signin-oidc?state=${state}&code=x`, { headers: { cookie: moved } });
    expectRefusal(page, 400, 'was not started here');
  });

  it('are used once: here, and on another node that shares the store (replay, security row 3)', async () => {
    const signIns = createProcessSignIns();
    const [here, elsewhere] = [await siteOf({}, { signIns }), await siteOf({}, { signIns })];
    const browser = here.browser();
    const url = answerTo(await begin(browser));
    const cookie = browser.cookieHeader(APP);
    expect((await browser.open(url)).status).toBe(200);
    const asked = acmeIdp.count('/token');
    for (const site of [here, elsewhere]) {
      const replayed = await site.browser().open(url, { headers: { cookie } });
      expectRefusal(replayed, 400, 'is over. Please start again.');
      expect((replayed.headers['set-cookie'] ?? []).filter((line) => line.startsWith('sid='))).toEqual([]);
    }
    expect(acmeIdp.count('/token')).toBe(asked);
  });

  it('end after ten minutes (expired state)', async () => {
    const site = await siteOf();
    const browser = site.browser();
    const url = answerTo(await begin(browser));
    now += 601_000;
    expectRefusal(await browser.open(url), 400, 'took too long');
  });

  it('end when the tenant is switched off or changed meanwhile (AQ-37)', async () => {
    let tenant: OidcTenant | undefined = acmeIdp.tenant();
    const resolver: TenantResolver = { byId: async () => tenant, byDomain: async () => tenant };
    const site = await siteOf({}, {}, resolver);
    const browser = site.browser();
    const [first, second] = [answerTo(await begin(browser)), answerTo(await begin(browser))];
    tenant = acmeIdp.tenant({ clientId: 'another' });
    expectRefusal(await browser.open(first), 400, 'The settings changed');
    tenant = undefined;
    expectRefusal(await browser.open(second), 404, 'no single sign-on at this address');
    expectRefusal(await browser.open(`${APP}/login/acme`), 404, 'no single sign-on at this address');
  });

  it('are at most eight, small enough together for any proxy; the oldest makes room (security row 13)', async () => {
    const site = await siteOf();
    const browser = site.browser();
    const urls: string[] = [];
    for (let tab = 0; tab < 12; tab += 1) {
      now += 1000;
      urls.push(await begin(browser, 'acme', `?returnTo=/${tab}`));
    }
    expect(browser.cookieNames(APP).length).toBe(8);
    expectRefusal(await browser.open(answerTo(urls[3] ?? '')), 400, 'was not started here');
    expect((await browser.open(answerTo(urls[4] ?? ''))).url).toBe(`${APP}/4`);
    for (let tab = 0; tab < 12; tab += 1) {
      now += 1000;
      await begin(browser, 'acme', `?returnTo=/${'x'.repeat(500)}`);
    }
    expect(browser.cookieHeader(APP).length).toBeLessThan(6500);
    expect(browser.cookieNames(APP).length).toBeGreaterThan(2);
  });

  it('have cookies that no script and no subdomain reaches', async () => {
    const site = await siteOf({ responseMode: 'form_post' });
    for (const [tenantId, sameSite] of [
      ['acme', 'None'],
      ['beta', 'Lax'],
    ]) {
      const { headers } = await site.browser().open(`${APP}/login/${tenantId}`, { until: isProvider });
      const [line = ''] = headers['set-cookie'] ?? [];
      expect(line).toMatch(/^__Host-sso-login\.\w+\.[\da-f]{32}=v1\.a\./);
      for (const part of ['Path=/', 'HttpOnly', 'Secure', `SameSite=${sameSite}`, 'Max-Age=600']) {
        expect(line.split('; ')).toContain(part);
      }
      expect(line).not.toMatch(/domain/i);
    }
  });
});

describe('the start of a sign-in', () => {
  it('is not taken for an answer, whatever stands in its query', async () => {
    const site = await siteOf();
    const query = '?code=x&error=access_denied&state=x&login_hint=ada%40acme.example&prompt=none&client_id=evil';
    const url = new URL(await begin(site.browser(), 'acme', query));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'client',
      response_type: 'code',
      redirect_uri: `${APP}/signin-oidc`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      login_hint: 'ada@acme.example',
    });
  });

  it.each(['nobody', '__proto__', 'constructor', '%00', '%ud800', '%zz', 'x'.repeat(4000)])(
    'of the tenant %s, whom there is not, is refused',
    async (tenantId) => {
      const site = await siteOf();
      expect((await site.client.send({ method: 'GET', path: `/login/${tenantId}` })).status).toBe(404);
    },
  );

  it('keeps what the authorization endpoint has in its own query', async () => {
    acmeIdp.lie = { document: { authorization_endpoint: `${acmeIdp.issuer}/authorize?p=b2c_1&x=%3F` } };
    const site = await siteOf();
    const url = new URL(await begin(site.browser()));
    expect([url.searchParams.get('p'), url.searchParams.get('x')]).toEqual(['b2c_1', '?']);
    expect(url.searchParams.get('client_id')).toBe('client');
  });
});

describe('returnTo', () => {
  it.each([
    ['/', '/'],
    ['/board', '/board'],
    ['/board?a=1&b=%2F#top', '/board?a=1&b=%2F#top'],
    ['/a/../b', '/b'],
    [`${APP}/deep/link?x=1`, '/deep/link?x=1'],
    ['/%2F%2Fevil.example', '/%2F%2Fevil.example'],
  ])('%s is inside the application', (target, path) => {
    expect(safeReturnTo(target, `${APP}/sso`)).toBe(path);
  });

  const OUTSIDE = [
    '',
    'board',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e%2e//evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    '/\u0000/evil.example',
    '/\u202eevil',
    'https://evil.example/',
    'https:evil.example',
    'https://app.example.evil.example/',
    'https://app.example@evil.example/',
    'http://app.example/',
    'https://app.example:8443/',
    'javascript:alert(1)',
    'data:text/html,x',
    `/${'x'.repeat(512)}`,
    `/${'ä'.repeat(200)}`,
  ];

  it.each(OUTSIDE.map((target) => [JSON.stringify(target), target]))('%s is not', (_shown, target) => {
    expect(safeReturnTo(target, APP)).toBeUndefined();
  });

  it('never leads away, whatever it is made of', () => {
    const pieces = fc.constantFrom(
      '/',
      '\\',
      '..',
      '.',
      'evil.example',
      '@',
      ':',
      '?',
      '#',
      '%2e',
      '%5c',
      '\t',
      ' ',
      'https:',
      'app.example',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const path = safeReturnTo(parts.join(''), APP);
        if (path === undefined) return;
        expect(new URL(path, 'https://app.example').origin).toBe(APP);
        expect(new URL(path, 'https://other.example').origin).toBe('https://other.example');
      }),
      { seed: 1, numRuns: 5000 },
    );
  });

  it('that leads away is left out, at the start and in a target_link_uri', async () => {
    const site = await siteOf();
    const evil = encodeURIComponent('https://evil.example/');
    expect((await site.browser().open(`${APP}/login/acme?returnTo=${evil}`)).url).toBe(`${APP}/`);
    const iss = encodeURIComponent(acmeIdp.issuer);
    const portal = `${APP}/login/acme?iss=${iss}&target_link_uri=${evil}`;
    expect((await site.browser().open(portal)).url).toBe(`${APP}/`);
  });
});

describe('a login that a portal begins (oidcc-client-test-3rd-party-init-login, AQ-13)', () => {
  it.each(['GET', 'POST'] as const)('by %s, with a hint and a place to go', async (method) => {
    const site = await siteOf();
    const parameters = new URLSearchParams({
      iss: acmeIdp.issuer,
      login_hint: 'ada@acme.example',
      target_link_uri: `${APP}/deep`,
    });
    const from = 'https://portal.example/';
    for (const path of ['/login/acme', '/login']) {
      const at = method === 'GET' ? `${APP}${path}?${parameters}` : `${APP}${path}`;
      const call = method === 'GET' ? { from } : { method, form: parameters, from };
      const browser = site.browser();
      const there = await browser.open(at, { ...call, until: isProvider });
      expect(new URL(there.url).searchParams.get('login_hint')).toBe('ada@acme.example');
      expect((await browser.open(answerTo(there.url))).url).toBe(`${APP}/deep`);
    }
  });

  it('is refused for another issuer than the tenant has', async () => {
    const site = await siteOf();
    const page = await site.browser().open(`${APP}/login/acme?iss=${encodeURIComponent(betaIdp.issuer)}`);
    expectRefusal(page, 403, 'another identity provider than the one set up');
  });
});

describe('a purpose other than sign-in (security row 6)', () => {
  it('gives its result to the callback, for a tenant that is not approved, and creates no session', async () => {
    const results: unknown[] = [];
    const waiting = acmeIdp.tenant({ id: 'waiting' });
    const site: SignInSite = await siteOf(
      {},
      {
        purposes: {
          test: {
            tenantById: async (id) => (id === 'waiting' ? waiting : undefined),
            onResult: (result, { response, tenant }) => {
              results.push('login' in result ? [tenant.id, result.login.purpose] : result.error);
              response.json({ tested: true });
            },
          },
        },
      },
      undefined,
      (app) =>
        app.get('/try', (request, response, next) => {
          site.router.startSignIn(request, response, { tenantId: 'waiting', purpose: 'test' }).catch(next);
        }),
    );
    const browser = site.browser();
    const { url } = await browser.open(`${APP}/try`, { until: isProvider });
    const headers = { cookie: browser.cookieHeader(APP) };
    const answer = answerTo(url);

    // A router that does not know the purpose.
    const foreign = (await siteOf()).browser();
    expect((await foreign.open(answer, { headers })).status).toBe(500);
    expect(await userOf(foreign)).toBeNull();

    expect(JSON.parse((await browser.open(answer)).text)).toEqual({ tested: true });
    expect(results).toEqual([['waiting', 'test']]);
    expect(await userOf(browser)).toBeNull();

    // What goes wrong is a result too.
    expect((await browser.open(answer, { headers })).status).toBe(200);
    expect(results.at(-1)).toMatchObject({ code: 'login_unknown' });
    expect((await browser.open(`${APP}/login/waiting`)).status).toBe(404);
  });
});

describe('what the application decides', () => {
  it('a refusal is said in its words, escaped', async () => {
    const site = await siteOf({}, { onSignIn: () => ({ refusal: 'No seat is left for <you>.' }) });
    const browser = site.browser();
    expectRefusal(await browser.open(`${APP}/login/acme`), 403, 'No seat is left for &#60;you&#62;.');
    expect(await userOf(browser)).toBeNull();
  });

  it.each<[string, OidcTenantRouterOptions['onSignIn']]>([
    [
      'throws',
      () => {
        throw new Error('secret of the database');
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret of the database'))],
    ['answers nothing', (() => undefined) as unknown as OidcTenantRouterOptions['onSignIn']],
  ])('a callback that %s is a fault of the application: 500 that tells nothing', async (_name, onSignIn) => {
    const site = await siteOf({}, { onSignIn });
    const browser = site.browser();
    const page = await browser.open(`${APP}/login/acme`);
    expectRefusal(page, 500, 'Something went wrong in the application.');
    expect(page.text).not.toContain('secret');
    expect(site.log).toContainEqual(expect.objectContaining({ level: 'error', message: 'a sign-in request failed' }));
    expect(await userOf(browser)).toBeNull();
  });

  it('a store that is down lets nobody in', async () => {
    const signIns = { ...createProcessSignIns(), consumeOnce: () => Promise.reject(new Error('down')) };
    const site = await siteOf({}, { signIns });
    const asked = acmeIdp.count('/token');
    expectRefusal(await site.browser().open(`${APP}/login/acme`), 500, 'Something went wrong');
    expect(acmeIdp.count('/token')).toBe(asked);
  });
});

describe('rate limits (security row 12)', () => {
  it('of an address: 429 with Retry-After, on discovery, start and callback together', async () => {
    const site = await siteOf({}, { rateLimits: { perAddress: 3 } });
    const statuses: number[] = [];
    for (const path of ['/login', '/login/acme', '/signin-oidc', '/signin-oidc', '/login/acme']) {
      statuses.push((await site.client.send({ method: 'GET', path })).status);
    }
    expect(statuses).toEqual([200, 302, 400, 429, 429]);
    const refused = await site.browser().open(`${APP}/login`);
    expectRefusal(refused, 429, 'too many attempts');
    expect(Number(refused.headers['retry-after'])).toBe(60);
    expect((await site.browser().open(`${APP}/elsewhere`)).status).toBe(200);
    now += 60_000;
    expect((await site.browser().open(`${APP}/login`)).status).toBe(200);
  });

  it('of an address that a header claims counts under a declared proxy alone (security row 14)', async () => {
    const site = await siteOf({}, { rateLimits: { perAddress: 2 } });
    const ask = async (address: string) => {
      const headers = { 'x-forwarded-for': address };
      return (await site.client.send({ method: 'GET', path: '/login', headers })).status;
    };
    expect([await ask('192.0.2.1'), await ask('192.0.2.2'), await ask('192.0.2.3')]).toEqual([200, 200, 429]);
    now += 60_000;
    site.app.set('trust proxy', 1);
    expect([await ask('192.0.2.1'), await ask('192.0.2.2'), await ask('192.0.2.3')]).toEqual([200, 200, 200]);
    // Whoever has one IPv6 address has a subnet of them.
    expect([await ask('2001:db8::1'), await ask('2001:db8::2'), await ask('2001:db8::3')]).toEqual([200, 200, 429]);
  });

  it('count for a minute, also when the clock is set back', async () => {
    const site = await siteOf({}, { rateLimits: { perAddress: 1 } });
    const ask = async () => (await site.client.send({ method: 'GET', path: '/login' })).status;
    expect([await ask(), await ask()]).toEqual([200, 429]);
    now -= 86_400_000;
    expect([await ask(), await ask()]).toEqual([200, 429]);
  });

  it('of a tenant: no other tenant is held up', async () => {
    const site = await siteOf({}, { rateLimits: { perTenant: 2 } });
    const start = async (tenantId: string) =>
      (await site.client.send({ method: 'GET', path: `/login/${tenantId}` })).status;
    expect([await start('acme'), await start('acme'), await start('acme')]).toEqual([302, 302, 429]);
    expect(await start('beta')).toBe(302);
  });

  it('count where the host says; a counter that is down keeps nobody out', async () => {
    const counted: string[] = [];
    const store = (counter: SignInCounter) => ({
      increment: async (key: string) => {
        counted.push(counter);
        if (key === 'acme') throw new Error('down');
        return { totalHits: 1, resetTime: undefined };
      },
      decrement: async () => undefined,
      resetKey: async () => undefined,
    });
    const site = await siteOf({}, { rateLimits: { store } });
    expect((await site.client.send({ method: 'GET', path: '/login/acme' })).status).toBe(302);
    expect(counted).toEqual(['address', 'tenant']);
  });
});
