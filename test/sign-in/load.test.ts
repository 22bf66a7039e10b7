import { afterEach, describe, expect, it } from '@jest/globals';
import { createFixedTenants, createOidcEngine, type GuardedFetch } from 'express-sso-scim';
import { createSeededRandom, type SeededRandom } from '../../src/testing/seeded-random.js';
import { createCertificate } from '../support/oidc/certificate.js';
import { createLoopbackServer } from '../support/oidc/loopback-server.js';
import { LyingProvider, worldOf } from '../support/oidc/lying-provider.js';
import { createSigningKey } from '../support/oidc/signing-key.js';
import { APP, type SignInSite, startSignInSite } from '../support/sign-in/sign-in-site.js';

const sites: SignInSite[] = [];
afterEach(() => Promise.all(sites.splice(0).map((site) => site.close())));

const KEY = createSigningKey('key-1');

function providersOf(count: number): readonly LyingProvider[] {
  return Array.from({ length: count }, (_, index) => {
    const provider = new LyingProvider(`https://idp${index}.example`, [KEY]);
    provider.claims = { email: `someone@t${index}.example`, email_verified: true, name: 'N' };
    return provider;
  });
}

function tenantsOf(providers: readonly LyingProvider[]) {
  return createFixedTenants(
    providers.map((provider, index) =>
      provider.tenant({
        id: `t${index}`,
        organizationId: `org${index}`,
        provedDomains: [`t${index}.example`],
        responseMode: index % 2 ? 'form_post' : 'query',
      }),
    ),
  );
}

async function siteOf(liars: readonly LyingProvider[], fetch: GuardedFetch, options = {}): Promise<SignInSite> {
  const site = await startSignInSite({
    tenants: tenantsOf(liars),
    liars,
    options: { engine: createOidcEngine({ fetch }), ...options },
  });
  sites.push(site);
  return site;
}

const SEEN = (text: string) => JSON.parse(text) as { readonly path: string; readonly user: object | null };

describe('many at once (promise 1)', () => {
  it('500 logins in flight over 20 tenants: every answer belongs to its asker; one fetch of document and keys each', async () => {
    const providers = providersOf(20);
    const world = worldOf(...providers);
    const random = createSeededRandom(7);
    // Answers of providers come late, in an order of their own.
    const fetch: GuardedFetch = async (url, request) => {
      for (let turns = random.below(20); turns > 0; turns -= 1) await new Promise(setImmediate);
      return world(url, request);
    };
    const site = await siteOf(providers, fetch);
    const logins = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const browser = site.browser();
        browser.subject = `person-${index}`;
        return browser.open(`${APP}/login/t${index % 20}?returnTo=/place/${index}`);
      }),
    );
    expect(logins.map(({ text }) => SEEN(text))).toEqual(
      logins.map((_, index) => ({
        path: `/place/${index}`,
        user: expect.objectContaining({ subject: `person-${index}`, tenantId: `t${index % 20}` }),
      })),
    );
    for (const provider of providers) {
      expect([provider.count('/.well-known/openid-configuration'), provider.count('/keys')]).toEqual([1, 1]);
    }
  });
});

describe('a provider that is slow, huge, dead or lying', () => {
  const CERTIFICATE = createCertificate(['127.0.0.1']);

  it('delays nobody else and ends nothing: other tenants sign in while its logins hang', async () => {
    const [good = new LyingProvider('x')] = providersOf(1);
    const server = await createLoopbackServer(CERTIFICATE);
    const dead = 'https://127.0.0.1:1';
    const bad = ['/silent', '/drip', '/endless', '/announced', '/cut', '/garbage', '/packed', '/redirect', '/json'];
    const authorities = [dead, ...bad.map((path) => `${server.origin}${path}`)];
    const real = createOidcEngine({
      unsafeLoopback: true,
      certificateAuthorities: [CERTIFICATE.cert],
      requestTimeout: 30_000,
      loginTimeout: 30_000,
    });
    const fake = createOidcEngine({ fetch: good.fetch });
    // One engine would ask one world; tenants of both are told apart by their authority.
    const engine: typeof real = {
      ...fake,
      start: (tenant, login) => (tenant.id === 't0' ? fake : real).start(tenant, login),
    };
    const badTenants = authorities.map((authority, index) =>
      good.tenant({ id: `bad${index}`, authority, provedDomains: [] }),
    );
    const site = await startSignInSite({
      tenants: createFixedTenants([good.tenant({ id: 't0', provedDomains: ['t0.example'] }), ...badTenants]),
      liars: [good],
      options: { engine },
    });
    sites.push(site);

    const order: string[] = [];
    const stuck = badTenants.flatMap(({ id }) =>
      Array.from({ length: 5 }, async () => {
        const page = await site.browser().open(`${APP}/login/${id}`);
        order.push('bad');
        return page.status;
      }),
    );
    const served = Array.from({ length: 50 }, async () => {
      const page = await site.browser().open(`${APP}/login/t0`);
      order.push('good');
      return SEEN(page.text).user;
    });
    const users = await Promise.all(served);
    const before = order.filter((who) => who === 'bad').length;
    expect(users.every((user) => user !== null)).toBe(true);
    // Those that never answer were still under way when the last of the others was in.
    await server.close();
    const statuses = await Promise.all(stuck);
    expect(statuses.filter((status) => status !== 502)).toEqual([]);
    expect(before).toBeLessThan(stuck.length);
    expect(order.at(-1)).toBe('bad');
  });
});

describe('the callback', () => {
  it('answers 50,000 requests of all kinds without a 5xx, and signs in afterwards', async () => {
    const providers = providersOf(1);
    const site = await siteOf(providers, worldOf(...providers));
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const browser = site.browser();
    const there = await browser.open(`${APP}/login/t0`, { until: (url) => url.startsWith('https://idp') });
    const state = new URL(there.url).searchParams.get('state') ?? '';
    const cookie = browser.cookieHeader(APP);
    const random = createSeededRandom(42);
    const statuses = new Map<number, number>();
    const requests = Array.from({ length: 50_000 }, () => callbackCall(random, state, cookie));
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        for (let call = requests.pop(); call; call = requests.pop()) {
          const { status } = await site.client.send(call);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      }),
    );
    process.off('unhandledRejection', note);
    expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
    expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(50_000);
    expect(unhandled).toEqual([]);
    expect(site.log.filter(({ level }) => level === 'error')).toEqual([]);
    expect(SEEN((await site.browser().open(`${APP}/login/t0`)).text).user).not.toBeNull();
  }, 240_000);
});

const NAMES = [
  'state',
  'code',
  'iss',
  'error',
  'error_description',
  'id_token',
  '__proto__',
  'constructor',
  'a[b]',
  '',
];
const VALUES = [
  '',
  'x',
  '__proto__',
  '%00',
  '%zz',
  '%F0%9F',
  '\u{1f600}',
  '..//evil',
  '<script>',
  'null',
  'x'.repeat(3000),
];

/** A request to the callback: right in part, wrong in part. */
function callbackCall(random: SeededRandom, state: string, cookie: string) {
  const isPost = random.chance(0.4);
  const pairs = Array.from({ length: random.below(6) }, () => {
    const value = random.pick(VALUES);
    return `${random.pick(NAMES)}=${/^[\x21-\x7e]*$/.test(value) ? value : encodeURIComponent(value)}`;
  });
  // Seldom the state of a sign-in under way, and seldom with its cookie: it is used up by the first that has both.
  if (random.chance(0.2)) pairs.push(`state=${state}`);
  const text = pairs.join(random.pick(['&', '&&', ';']));
  const cookies = [
    '',
    cookie,
    cookie.replace('=v1', '=v2'),
    `${cookie.slice(0, -3)}xxx`,
    '=;=;;',
    'sid=s%3Ax',
    cookie.split('=')[0] ?? '',
  ];
  const types = ['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'multipart/form-data', 'x'];
  const headers = {
    cookie: random.pick(cookies),
    accept: random.pick(['text/html', 'application/json', '*/*', 'image/png', ';;']),
    ...(isPost && { 'content-type': random.pick(types) }),
  };
  return isPost
    ? { method: 'POST', path: '/signin-oidc', headers, body: text }
    : { method: 'GET', path: `/signin-oidc?${text}`, headers };
}
