import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createFixedTenants,
  createOidcEngine,
  createProcessSignIns,
  type OidcTenantRouterOptions,
  type SignInStore,
} from 'express-sso-scim';
import { LyingProvider } from '../support/oidc/lying-provider.js';
import { APP, type SignInSite, type SignInSiteSettings, startSignInSite } from '../support/sign-in/sign-in-site.js';
import type { WebBrowser } from '../support/sign-in/web-browser.js';

const START = Date.parse('2026-01-15T12:00:00Z');
const EVENT = { 'http://schemas.openid.net/event/backchannel-logout': {} };

let now = START;
const clock = { now: () => now };
const provider = new LyingProvider('https://idp.example');
provider.now = clock.now;
const sites: SignInSite[] = [];

beforeEach(() => {
  now = START;
  provider.lie = {};
  provider.claims = { email: 'ada@acme.example', email_verified: true, name: 'Ada' };
});
afterEach(() => Promise.all(sites.splice(0).map((site) => site.close())));

async function node(options: Partial<OidcTenantRouterOptions> = {}, more: Partial<SignInSiteSettings> = {}) {
  const site = await startSignInSite({
    tenants: createFixedTenants([provider.tenant()]),
    liars: [provider],
    ...more,
    options: {
      engine: createOidcEngine({ fetch: provider.fetch, clock }),
      clock,
      sessionCheckSeconds: 0,
      ...options,
    },
  });
  sites.push(site);
  return site;
}

async function signIn(site: SignInSite, subject: string, sid?: string): Promise<WebBrowser> {
  const browser = site.browser();
  browser.subject = subject;
  provider.claims = { ...provider.claims, ...(sid !== undefined && { sid }) };
  await browser.open(`${APP}/login/acme`);
  return browser;
}

async function isSignedIn(browser: WebBrowser): Promise<boolean> {
  const { user } = JSON.parse((await browser.open(`${APP}/x`)).text) as { readonly user: object | null };
  return user !== null;
}

let tokens = 0;

function logoutToken(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): string {
  tokens += 1;
  const seconds = Math.floor(now / 1000);
  const always = {
    iss: provider.issuer,
    aud: 'client',
    iat: seconds,
    exp: seconds + 120,
    jti: `t${tokens}`,
    events: EVENT,
  };
  return provider.sign({ ...always, ...claims }, { typ: 'logout+jwt', ...header });
}

function tell({ client }: SignInSite, token: string, path = '/backchannel-logout/acme') {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return client.send({ method: 'POST', path, headers, body: new URLSearchParams({ logout_token: token }).toString() });
}

describe.each(['express-session', 'cookie-session'] as const)(
  'a logout that the provider tells of (%s)',
  (sessions) => {
    it('ends one session of a person by its sid, on every node that shares the store (security row 2)', async () => {
      const signIns = createProcessSignIns();
      const [here, elsewhere] = [await node({ signIns }, { sessions }), await node({ signIns })];
      const laptop = await signIn(here, 'ada', 'laptop');
      const phone = await signIn(here, 'ada', 'phone');
      expect((await tell(elsewhere, logoutToken({ sub: 'ada', sid: 'laptop' }))).status).toBe(200);
      expect([await isSignedIn(laptop), await isSignedIn(phone)]).toEqual([false, true]);
    });

    it('ends all sessions of a person by the subject, and nobody else', async () => {
      const site = await node({}, { sessions });
      const [laptop, phone, other] = [
        await signIn(site, 'ada', 'laptop'),
        await signIn(site, 'ada', 'phone'),
        await signIn(site, 'bob', 'desk'),
      ];
      expect((await tell(site, logoutToken({ sub: 'ada' }))).status).toBe(200);
      expect([await isSignedIn(laptop), await isSignedIn(phone), await isSignedIn(other)]).toEqual([
        false,
        false,
        true,
      ]);
    });

    it('leaves the sign-in alone that comes after it', async () => {
      const site = await node({}, { sessions });
      await signIn(site, 'ada');
      await tell(site, logoutToken({ sub: 'ada' }));
      now += 1000;
      expect(await isSignedIn(await signIn(site, 'ada'))).toBe(true);
    });
  },
);

describe('a logout token', () => {
  it('is taken once, and a late copy ends nothing that began meanwhile', async () => {
    const site = await node();
    const token = logoutToken({ sub: 'ada' });
    expect((await tell(site, token)).status).toBe(200);
    now += 90_000;
    const browser = await signIn(site, 'ada');
    const copy = await tell(site, token);
    expect(copy.status).toBe(400);
    expect(JSON.parse(copy.text)).toEqual({
      error: 'invalid_request',
      error_description: 'The logout message does not hold.',
    });
    expect(copy.headers['cache-control']).toBe('no-store');
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('is taken again when the store has failed the first time', async () => {
    const kept = createProcessSignIns();
    let fails = true;
    const signIns: SignInStore = {
      ...kept,
      endSessions: async (...given) => {
        if (fails) throw new Error('the store is down');
        return kept.endSessions(...given);
      },
    };
    const site = await node({ signIns });
    const browser = await signIn(site, 'ada');
    const token = logoutToken({ sub: 'ada' });
    expect((await tell(site, token)).status).toBe(500);
    fails = false;
    expect((await tell(site, token)).status).toBe(200);
    expect(await isSignedIn(browser)).toBe(false);
  });

  const WRONG: readonly (readonly [name: string, claims: object, header: Readonly<Record<string, unknown>>])[] = [
    ['-no-event', { events: undefined }, {}],
    ['-wrong-event', { events: { 'https://example.org/other': {} } }, {}],
    ['-with-nonce', { nonce: 'n' }, {}],
    ['-wrong-aud', { aud: 'other' }, {}],
    ['-wrong-iss', { iss: 'https://other.example' }, {}],
    ['-alg-none', {}, { alg: 'none' }],
    ['-wrong-alg', {}, { alg: 'HS256' }],
    ['without sub and sid', { sub: undefined }, {}],
    ['too old', { iat: START / 1000 - 3600 }, {}],
  ];

  it.each(WRONG)('oidcc-client-test-rp-backchannel-rpinitlogout%s is answered 400', async (_name, claims, header) => {
    const site = await node();
    const browser = await signIn(site, 'ada');
    expect((await tell(site, logoutToken({ sub: 'ada', ...claims }, header))).status).toBe(400);
    expect(await isSignedIn(browser)).toBe(true);
  });

  it('for a tenant that there is not, or none at all, is answered 400', async () => {
    const site = await node();
    expect((await tell(site, logoutToken({ sub: 'ada' }), '/backchannel-logout/other')).status).toBe(400);
    expect((await tell(site, logoutToken({ sub: 'ada' }), '/backchannel-logout/%zz')).status).toBe(400);
    expect((await site.client.send({ method: 'POST', path: '/backchannel-logout/acme' })).status).toBe(400);
  });
});

describe('the check of sessions', () => {
  it('asks the store once in a few seconds for a session, however often it is used', async () => {
    const kept = createProcessSignIns();
    let asked = 0;
    const signIns: SignInStore = {
      ...kept,
      sessionsEndedAt: (...given) => {
        asked += 1;
        return kept.sessionsEndedAt(...given);
      },
    };
    const site = await node({ signIns, sessionCheckSeconds: 5 });
    const browser = await signIn(site, 'ada');
    const before = asked;
    for (let turn = 0; turn < 5; turn += 1) expect(await isSignedIn(browser)).toBe(true);
    expect(asked - before).toBeLessThanOrEqual(1);
    await tell(site, logoutToken({ sub: 'ada' }));
    now += 5000;
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('lets nobody through when the store cannot be asked', async () => {
    const kept = createProcessSignIns();
    const signIns: SignInStore = { ...kept, sessionsEndedAt: () => Promise.reject(new Error('the store is down')) };
    const site = await node({ signIns });
    const browser = site.browser();
    expect((await browser.open(`${APP}/login/acme`)).status).toBe(500);
    expect((await browser.open(`${APP}/x`)).status).toBe(500);
  });
});
