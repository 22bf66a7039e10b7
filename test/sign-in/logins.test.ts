import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import express5 from 'express';
import { createFixedTenants, createOidcEngine, type FixedTenant, type OidcTenant } from 'express-sso-scim';
import express4 from 'express4';
import { LyingProvider } from '../support/oidc/lying-provider.js';
import { clientKey, PROVIDER_CERTIFICATE, RealProvider } from '../support/oidc/real-provider.js';
import { APP, type SignInSite, type SignInSiteSettings, startSignInSite } from '../support/sign-in/sign-in-site.js';

const person = { name: 'Ada Lovelace', email: 'ada@acme.example', email_verified: true };
const okta = new RealProvider({ path: '/oauth2/default', claims: person });
const rotating = new RealProvider({ path: '/', claims: person });
const sites: SignInSite[] = [];

beforeAll(() => Promise.all([okta.start(), rotating.start()]));
afterAll(() => Promise.all([okta.stop(), rotating.stop()]));
afterEach(() => Promise.all(sites.splice(0).map((site) => site.close())));

async function siteOf(tenants: readonly FixedTenant[], settings: Partial<SignInSiteSettings> = {}) {
  const site = await startSignInSite({ tenants: createFixedTenants(tenants), ...settings });
  sites.push(site);
  return site;
}

const whoami = (text: string) => JSON.parse(text) as { readonly path: string; readonly user: object | null };

const CLIENTS: readonly (readonly [name: string, changes: Partial<OidcTenant>, header: RegExp | undefined])[] = [
  ['client_secret_post (AQ-20)', {}, undefined],
  [
    'client_secret_basic',
    { clientId: 'basic', clientAuthentication: 'client_secret_basic', clientSecrets: ['secret of basic'] },
    /^Basic /,
  ],
  [
    'private_key_jwt',
    { clientId: 'key', clientAuthentication: 'private_key_jwt', privateKey: clientKey('issuer') },
    undefined,
  ],
  ['a public client (TQ-27)', { clientId: 'public', clientAuthentication: 'none' }, undefined],
];

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('a login through %s', (_name, express) => {
  it.each(CLIENTS)('by %s, in the query and by form_post (AQ-12, TQ-26)', async (_client, changes, header) => {
    for (const responseMode of ['query', 'form_post'] as const) {
      const { browser } = await siteOf([okta.tenant({ ...changes, responseMode })], { express });
      const page = await browser().open(`${APP}/login/acme?returnTo=/board%3Fa=1%23b`);
      expect(page.status).toBe(200);
      expect(page.url).toBe(`${APP}/board?a=1#b`);
      expect(whoami(page.text).user).toMatchObject({ subject: 'user-1', tenantId: 'acme', email: 'ada@acme.example' });
      const sent = okta.tokenRequests.at(-1)?.authorization;
      if (header) expect(sent).toMatch(header);
      else expect(sent).toBeUndefined();
    }
  });
});

describe('a login', () => {
  it('takes an ID Token by form_post without a code (TQ-26, TQ-27)', async () => {
    const tenant = okta.tenant({
      clientId: 'implicit',
      clientAuthentication: 'none',
      flow: 'id_token',
      responseMode: 'form_post',
    });
    const { browser } = await siteOf([tenant]);
    const page = await browser().open(`${APP}/login/acme`);
    expect(whoami(page.text)).toMatchObject({ path: '/', user: { subject: 'user-1' } });
  });

  it('reaches the callback path of a product (TQ-26: /api/accounts/idp-callback)', async () => {
    // oidc-provider knows one redirect URI, so the way back is looked at and not gone.
    const { browser } = await siteOf([okta.tenant()], { options: { callbackPath: '/api/accounts/idp-callback' } });
    const page = await browser().open(`${APP}/login/acme`, { until: () => true });
    expect(new URL(page.url).searchParams.get('redirect_uri')).toBe(`${APP}/api/accounts/idp-callback`);
  });

  it('-signing-key-rotation-just-before-signing: the new key is fetched', async () => {
    const { browser } = await siteOf([rotating.tenant()]);
    const first = await browser().open(`${APP}/login/acme`);
    expect(whoami(first.text).user).not.toBeNull();
    const other = browser();
    const answer = await other.open(`${APP}/login/acme`, { until: (url) => url.startsWith(`${APP}/signin-oidc?`) });
    const fetches = rotating.paths.filter((path) => path.endsWith('/jwks')).length;
    // The code is redeemed after the change: the ID Token has the signature of a key that nobody here knows.
    rotating.rotateKey();
    const second = await other.open(answer.url, { from: rotating.issuer });
    expect(whoami(second.text).user).not.toBeNull();
    expect(rotating.paths.filter((path) => path.endsWith('/jwks')).length).toBe(fetches + 1);
  });

  it('gives the session another id (session fixation) and removes the cookie of the sign-in', async () => {
    const { browser } = await siteOf([okta.tenant()]);
    const mine = browser();
    await mine.open(`${APP}/visit`);
    const before = mine.cookieHeader(APP);
    expect(before).toMatch(/sid=/);
    const waiting = await mine.open(`${APP}/login/acme`, { until: (url) => url.startsWith(okta.issuer) });
    expect(mine.cookieNames(APP)).toContainEqual(expect.stringMatching(/^__Host-sso-login\./));
    await mine.open(waiting.url);
    expect(mine.cookieNames(APP)).toEqual(['sid']);
    expect(mine.cookieHeader(APP)).not.toBe(before);
  });

  it('says what went in under the tenant, with the groups, and no claim beyond them (TQ-24)', async () => {
    const { browser, log } = await siteOf([okta.tenant()]);
    await browser().open(`${APP}/login/acme`);
    const entry = log.find(({ message }) => message === 'somebody has signed in');
    expect(entry?.fields).toEqual({
      tenantId: 'acme',
      issuer: okta.issuer,
      subject: 'user-1',
      groups: { state: 'missing' },
    });
  });

  it('says in bounded length which groups came: a hundred, and how many more', async () => {
    const liar = new LyingProvider('https://idp.example');
    const groups = ['x'.repeat(5000), ...Array.from({ length: 2999 }, (_, index) => `group ${index}`)];
    liar.claims = { email: 'ada@acme.example', email_verified: true, name: 'Ada', groups };
    const { browser, log } = await siteOf([liar.tenant()], {
      liars: [liar],
      options: { engine: createOidcEngine({ fetch: liar.fetch }) },
    });
    await browser().open(`${APP}/login/acme`);
    const { fields } = log.find(({ message }) => message === 'somebody has signed in') ?? {};
    const values = [`${'x'.repeat(100)}…`, ...groups.slice(1, 100)];
    expect(fields).toMatchObject({ groups: { state: 'present', values, more: 2900 } });
    expect(JSON.stringify(fields).length).toBeLessThan(5000);
  });
});

describe('logout', () => {
  const leave = { method: 'POST', from: `${APP}/board`, headers: { 'sec-fetch-site': 'same-origin' } } as const;

  it('leaves the application and the provider, and comes back (RP-Initiated Logout)', async () => {
    const { browser } = await siteOf([okta.tenant()]);
    const mine = browser();
    await mine.open(`${APP}/login/acme`);
    const page = await mine.open(`${APP}/logout`, { ...leave, form: new URLSearchParams({ returnTo: '/bye' }) });
    expect(page.url).toBe(`${APP}/bye`);
    expect(whoami(page.text).user).toBeNull();
    expect(mine.cookieNames(APP).filter((name) => name.includes('sso-'))).toEqual([]);
  });

  it.each([
    [100, true],
    [300, false],
  ])('keeps an ID Token with %i groups as a hint: %p, for a URL has no room for more', async (groups, isKept) => {
    const idp = new LyingProvider('https://idp.example');
    idp.claims = { ...person, groups: Array.from({ length: groups }, () => crypto.randomUUID()) };
    const engine = createOidcEngine({ fetch: idp.fetch });
    const { browser } = await siteOf([idp.tenant()], { liars: [idp], options: { engine } });
    const mine = browser();
    const arrived = await mine.open(`${APP}/login/acme`);
    expect(arrived.text).toContain('user-1');
    const { url } = await mine.open(`${APP}/logout`, { ...leave, until: (each) => each.startsWith(idp.issuer) });
    expect(url).toContain(`${idp.issuer}/logout?`);
    expect(new URL(url).searchParams.has('id_token_hint')).toBe(isKept);
  });

  it.each([
    ['rp-init-logout-no-state', (url: URL) => url.searchParams.delete('state')],
    ['rp-init-logout-other-state', (url: URL) => url.searchParams.set('state', 'other')],
  ])('%s is detected', async (_name, change) => {
    const { browser } = await siteOf([okta.tenant()]);
    const mine = browser();
    await mine.open(`${APP}/login/acme`);
    const back = await mine.open(`${APP}/logout`, {
      ...leave,
      until: (url) => url.startsWith(`${APP}/logged-out`),
    });
    const url = new URL(back.url);
    change(url);
    const page = await mine.open(url.href);
    expect(page.status).toBe(400);
    expect(page.text).toContain('The logout message does not hold.');
    expect(whoami((await mine.open(`${APP}/x`)).text).user).toBeNull();
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['another site', { 'sec-fetch-site': 'cross-site' }, 'https://evil.example'],
    ['a sibling host', { 'sec-fetch-site': 'same-site' }, 'https://blog.app.example'],
    ['an old browser on another site', {}, 'https://evil.example'],
    ['a frame without origin', { origin: 'null' }, 'https://evil.example'],
    [
      'a frame without origin on another site',
      { 'sec-fetch-site': 'cross-site', origin: 'null' },
      'https://evil.example',
    ],
  ])('is refused from %s (security row 5)', async (_name, headers, from) => {
    const { browser } = await siteOf([okta.tenant()]);
    const mine = browser();
    await mine.open(`${APP}/login/acme`);
    const page = await mine.open(`${APP}/logout`, { method: 'POST', from, headers });
    expect(page.status).toBe(403);
    expect(page.text).toContain('came from another website');
    expect(whoami((await mine.open(`${APP}/x`)).text).user).not.toBeNull();
  });

  it('works on pages that send no referrer, whose forms name the origin "null" (as Helmet sets it)', async () => {
    const { browser } = await siteOf([okta.tenant()]);
    const mine = browser();
    await mine.open(`${APP}/login/acme`);
    const headers = { 'sec-fetch-site': 'same-origin', origin: 'null' };
    expect((await mine.open(`${APP}/logout`, { method: 'POST', headers })).status).toBe(200);
    expect(whoami((await mine.open(`${APP}/x`)).text).user).toBeNull();
  });

  it('ends the session here also where the provider cannot be asked', async () => {
    const gone = new RealProvider({ claims: person });
    await gone.start();
    let now = Date.now();
    const engine = createOidcEngine({
      unsafeLoopback: true,
      certificateAuthorities: [PROVIDER_CERTIFICATE.cert],
      discoverySeconds: 1,
      clock: { now: () => now },
    });
    const { browser, log } = await siteOf([gone.tenant()], {
      options: { engine },
    });
    const mine = browser();
    await mine.open(`${APP}/login/acme`);
    await gone.stop();
    now += 10_000;
    const page = await mine.open(`${APP}/logout`, leave);
    expect(page.url).toBe(`${APP}/`);
    expect(whoami(page.text).user).toBeNull();
    expect(log).toContainEqual(
      expect.objectContaining({ message: 'the logout at the provider could not be begun', level: 'warn' }),
    );
  });

  it('of a session that began otherwise stays here', async () => {
    const { browser } = await siteOf([okta.tenant()]);
    const mine = browser();
    await mine.open(`${APP}/visit`);
    expect((await mine.open(`${APP}/logout`, leave)).url).toBe(`${APP}/`);
  });

  it('is heard from the provider, once for each token (oidcc-client-test-rp-backchannel-rpinitlogout)', async () => {
    const { browser, client } = await siteOf([okta.tenant()]);
    const mine = browser();
    await mine.open(`${APP}/login/acme`);
    const told = okta.logoutTokens.length;
    await mine.open(`${APP}/logout`, leave);
    const body = new URLSearchParams({ logout_token: okta.logoutTokens[told] ?? '' }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const notice = { method: 'POST', path: '/backchannel-logout/acme', headers, body };
    expect((await client.send(notice)).status).toBe(200);
    expect((await client.send(notice)).status).toBe(400);
  });
});
