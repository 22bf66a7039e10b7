import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createFixedTenants,
  createOidcEngine,
  createProcessSignIns,
  type FixedTenant,
  type OidcTenantRouterOptions,
  type SignInStore,
  type TenantResolver,
} from 'express-sso-scim';
import { LyingProvider } from '../support/oidc/lying-provider.js';
import {
  APP,
  admitAll,
  type SignInSite,
  type SignInSiteSettings,
  startSignInSite,
} from '../support/sign-in/sign-in-site.js';
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

describe('the limits of logouts (security row 12)', () => {
  const both = () =>
    createFixedTenants([provider.tenant(), provider.tenant({ id: 'beta', organizationId: 'b', provedDomains: [] })]);
  const BAD = { aud: 'other' };

  it('leave room for a provider that ends many sessions at once, and none of it counts for people', async () => {
    const site = await node({ rateLimits: { perAddress: 2 } });
    const statuses = new Set<number>();
    for (let session = 0; session < 400; session += 1) {
      statuses.add((await tell(site, logoutToken({ sub: 'ada', sid: `session ${session}` }))).status);
    }
    expect([...statuses]).toEqual([200]);
    expect(await isSignedIn(await signIn(site, 'ada'))).toBe(true);
  });

  it('count what is refused for each tenant: 429 with Retry-After, and no other tenant is held up', async () => {
    const site = await node({ rateLimits: { refusedLogouts: 3 } }, { tenants: both() });
    const tellBeta = () => tell(site, logoutToken({ sub: 'ada' }), '/backchannel-logout/beta');
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      statuses.push((await tell(site, logoutToken({ sub: 'ada', ...BAD }))).status);
      expect((await tellBeta()).status).toBe(200);
    }
    expect(statuses).toEqual([400, 400, 400, 429, 429]);
    now += 20_000;
    const refused = await tell(site, logoutToken({ sub: 'ada' }));
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '40']);
    expect(JSON.parse(refused.text)).toMatchObject({ error: 'invalid_request' });
    now += 40_000;
    expect((await tell(site, logoutToken({ sub: 'ada' }))).status).toBe(200);
  });

  it('are open again when the clock is set back', async () => {
    const site = await node({ rateLimits: { refusedLogouts: 1 } });
    const wrong = () => tell(site, logoutToken({ sub: 'ada', ...BAD }));
    expect([(await wrong()).status, (await wrong()).status]).toEqual([400, 429]);
    now -= 86_400_000;
    expect((await tell(site, logoutToken({ sub: 'ada' }))).status).toBe(200);
  });

  it('count calls to tenants that there are not apart from all others', async () => {
    const site = await node({ rateLimits: { refusedLogouts: 2 } });
    const statuses: number[] = [];
    for (const id of ['a', 'b', 'c', '%zz']) {
      statuses.push((await tell(site, logoutToken({ sub: 'ada' }), `/backchannel-logout/${id}`)).status);
    }
    expect(statuses).toEqual([400, 400, 429, 429]);
    expect((await tell(site, logoutToken({ sub: 'ada' }))).status).toBe(200);
  });

  it('count for nothing when a store is down: the provider tries again', async () => {
    const kept = createProcessSignIns();
    let fails = true;
    const endSessions: SignInStore['endSessions'] = async (...given) => {
      if (fails) throw new Error('the store is down');
      return kept.endSessions(...given);
    };
    const site = await node({ signIns: { ...kept, endSessions }, rateLimits: { refusedLogouts: 1 } });
    for (let turn = 0; turn < 3; turn += 1) expect((await tell(site, logoutToken({ sub: 'ada' }))).status).toBe(500);
    fails = false;
    expect((await tell(site, logoutToken({ sub: 'ada' }))).status).toBe(200);
  });

  it('end for an address that sends more than any provider does', async () => {
    const site = await node({ rateLimits: { logoutsPerAddress: 2 } });
    const answers = [];
    for (let turn = 0; turn < 3; turn += 1) answers.push(await tell(site, logoutToken({ sub: 'ada' })));
    expect(answers.map(({ status, headers }) => [status, headers['retry-after']])).toEqual([
      [200, undefined],
      [200, undefined],
      [429, '60'],
    ]);
  });
});

describe('a logout that comes while somebody signs in', () => {
  async function during(claims: Readonly<Record<string, unknown>>, site: SignInSite): Promise<void> {
    now += 1000;
    expect((await tell(site, logoutToken(claims))).status).toBe(200);
    now += 1000;
  }

  it.each([{ sub: 'ada', sid: 's' }, { sid: 's' }, { sub: 'ada' }])(
    'ends the session, while the code is exchanged or the application decides: %j',
    async (claims) => {
      let inside: 'exchange' | 'decision' = 'exchange';
      const fetch: typeof provider.fetch = async (url, request) => {
        const answer = await provider.fetch(url, request);
        if (inside === 'exchange' && url.endsWith('/token')) await during(claims, site);
        return answer;
      };
      const site: SignInSite = await node({
        engine: createOidcEngine({ fetch, clock }),
        onSignIn: async (login, context) => {
          if (inside === 'decision') await during(claims, site);
          return admitAll(login, context);
        },
      });
      expect(await isSignedIn(await signIn(site, 'ada', 's'))).toBe(false);
      inside = 'decision';
      expect(await isSignedIn(await signIn(site, 'ada', 's'))).toBe(false);
      expect(await isSignedIn(await signIn(site, 'bob', 'other'))).toBe(true);
    },
  );

  it.each([
    ['the provider does not say when the person proved who they are', undefined, false],
    ['the person proved it before', -60, false],
    ['the person proved it since', 90, true],
    ['the clock of the provider is ahead', 3600, true],
  ])('before the answer is there: %s', async (_name, seconds, stays) => {
    const site = await node();
    const browser = site.browser();
    browser.subject = 'ada';
    const { url } = await browser.open(`${APP}/login/acme`, { until: (to) => to.startsWith(provider.issuer) });
    now += 60_000;
    await tell(site, logoutToken({ sub: 'ada', sid: 's' }));
    now += 60_000;
    const authTime = seconds === undefined ? {} : { auth_time: START / 1000 + seconds };
    provider.claims = { ...provider.claims, sid: 's', ...authTime };
    await browser.open(url);
    expect(await isSignedIn(browser)).toBe(stays);
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

  it('ends sessions whose tenant is switched off or given to another organization, and no others (design section 7)', async () => {
    let off: Partial<FixedTenant> | undefined = {};
    const found = createFixedTenants([provider.tenant(), provider.tenant({ id: 'beta', provedDomains: [] })]);
    const byId: TenantResolver['byId'] = async (tenantId) => {
      const tenant = await found.byId(tenantId);
      return tenant && tenantId === 'acme' ? off && { ...tenant, ...off } : tenant;
    };
    const site = await node({ sessionCheckSeconds: 5 }, { tenants: { ...found, byId } });
    const [ada, bob] = [await signIn(site, 'ada'), site.browser()];
    await bob.open(`${APP}/login/beta`);
    expect([await isSignedIn(ada), await isSignedIn(bob)]).toEqual([true, true]);
    off = undefined;
    now += 5000;
    expect([await isSignedIn(ada), await isSignedIn(bob)]).toEqual([false, true]);
    off = {};
    now += 5000;
    // What has ended does not begin again by itself.
    expect(await isSignedIn(ada)).toBe(false);
    const eve = await signIn(site, 'eve');
    off = { organizationId: 'org-other' };
    now += 5000;
    expect([await isSignedIn(eve), await isSignedIn(bob)]).toEqual([false, true]);
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
