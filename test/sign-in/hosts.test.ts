import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express5, { type Express } from 'express';
import {
  ConfigurationError,
  createFixedTenants,
  createOidcEngine,
  createOidcStrategy,
  createOidcTenantRouter,
  type OidcStrategyWishes,
  type OidcTenantRouterOptions,
} from 'express-sso-scim';
import express4 from 'express4';
import { type AuthenticateOptions, Passport } from 'passport';
import { LyingProvider } from '../support/oidc/lying-provider.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import {
  APP,
  admitAll,
  KEY_RING,
  type SignInSite,
  type SignInSiteSettings,
  startSignInSite,
} from '../support/sign-in/sign-in-site.js';
import type { WebBrowser } from '../support/sign-in/web-browser.js';

const provider = new LyingProvider('https://idp.example');
const engine = createOidcEngine({ fetch: provider.fetch });
const query = provider.tenant();
const formPost = provider.tenant({ id: 'form', provedDomains: ['form.example'], responseMode: 'form_post' });
const tenants = createFixedTenants([query, formPost]);
const sites: SignInSite[] = [];

beforeEach(() => {
  provider.claims = { email: 'ada@acme.example', email_verified: true, name: 'Ada' };
});
afterEach(() => Promise.all(sites.splice(0).map((site) => site.close())));

async function host(settings: Partial<SignInSiteSettings> = {}): Promise<SignInSite> {
  const site = await startSignInSite({
    tenants,
    liars: [provider],
    ...settings,
    options: { engine, ...settings.options },
  });
  sites.push(site);
  return site;
}

async function userAfter(browser: WebBrowser, url: string): Promise<unknown> {
  const page = await browser.open(url);
  return (JSON.parse(page.text) as { readonly user: unknown }).user;
}

/** Stands for csurf, lusca and the like. */
const csrfGuard = (app: Express) =>
  app.use((request, response, next) => {
    if (request.method === 'POST') response.status(403).send('the guard of the host');
    else next();
  });

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('in %s a login works, by query and by form_post,', (_name, express) => {
  const HABITS: readonly (readonly [name: string, settings: Partial<SignInSiteSettings>])[] = [
    [
      'with express.json() and urlencoded() before it',
      { before: (app) => app.use(express.json(), express.urlencoded({ extended: true })) },
    ],
    [
      'with urlencoded({ extended: false }) before it',
      { before: (app) => app.use(express.urlencoded({ extended: false })) },
    ],
    ['with raw bodies before it', { before: (app) => app.use(express.raw({ type: '*/*' })) }],
    ['with text bodies before it', { before: (app) => app.use(express.text({ type: '*/*' })) }],
    ['with only express.json() before it', { before: (app) => app.use(express.json()) }],
    ['under a prefix', { mount: '/a/b' }],
    ['with trust proxy', { before: (app) => app.set('trust proxy', true) }],
    ['with cookie-session', { sessions: 'cookie-session' }],
    [
      'with strict routing and simple queries',
      { before: (app) => app.set('strict routing', true).set('query parser', 'simple') },
    ],
  ];

  it.each(HABITS)('%s', async (_habit, settings) => {
    const site = await host({ express, ...settings });
    const mount = settings.mount ?? '';
    for (const tenantId of ['acme', 'form']) {
      const user = await userAfter(site.browser(), `${APP}${mount}/login/${tenantId}?returnTo=/x`);
      expect(user).toMatchObject({ subject: 'user-1', tenantId });
    }
  });

  it('without the Lax cookie of the session at the form_post, and with the new session after it', async () => {
    const site = await host({ express });
    const browser = site.browser();
    await browser.open(`${APP}/visit`);
    expect(browser.cookieNames(APP)).toEqual(['sid']);
    expect(await userAfter(browser, `${APP}/login/form`)).toMatchObject({ subject: 'user-1' });
    expect(browser.cookieNames(APP)).toEqual(['sid']);
  });

  it('and leaves everything else to the host', async () => {
    const site = await host({ express, mount: '/sso' });
    const paths = [
      '/sso',
      '/sso/',
      '/sso/x',
      '/sso/login/a/b',
      '/signin-oidc',
      '/login',
      '/sso/Login',
      '/sso/signin-oidc/x',
    ];
    for (const path of paths) {
      const { status, text } = await site.client.send({ method: 'GET', path });
      expect([status, text]).toEqual([200, JSON.stringify({ path, user: null })]);
    }
    for (const [method, path] of [
      ['PUT', '/sso/login'],
      ['GET', '/sso/logout'],
      ['HEAD', '/sso/signin-oidc'],
      ['OPTIONS', '/sso/login'],
    ] as const) {
      expect((await site.client.send({ method, path })).status).toBe(200);
    }
  });

  it('and the public addresses come from the configuration, never from Host (security row 4)', async () => {
    const site = await host({ express, before: (app) => app.set('trust proxy', true) });
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
    const start = await site.client.send({ method: 'GET', path: '/login/acme', headers });
    expect(new URL(start.headers.location ?? '').searchParams.get('redirect_uri')).toBe(`${APP}/signin-oidc`);
    const found = await site.client.send({ method: 'GET', path: '/login?email=ada@acme.example', headers });
    expect(found.headers.location).toMatch(`${APP}/login/acme?`);
    expect(start.text + found.text).not.toContain('evil.example');
  });
});

describe('a global check of cross-site requests', () => {
  it('after the router is no obstacle; before it, it stops the forms of providers, and not the rest', async () => {
    const after = await host();
    csrfGuard(after.app);
    expect(await userAfter(after.browser(), `${APP}/login/form`)).toMatchObject({ subject: 'user-1' });
    const before = await host({ before: csrfGuard });
    expect((await before.browser().open(`${APP}/login/form`)).text).toBe('the guard of the host');
    expect(await userAfter(before.browser(), `${APP}/login/acme`)).toMatchObject({ subject: 'user-1' });
  });
});

describe('several public addresses (regions and custom domains, AQ-12, AQ-39)', () => {
  const [US, EU] = ['https://app.example', 'https://eu.app.example'];

  it('each sign in under their own, and one that is not in the list under the first', async () => {
    const site = await host({ origins: [US, EU], options: { baseUrl: [US, EU] } });
    for (const origin of [US, EU]) {
      const browser = site.browser();
      const there = await browser.open(`${origin}/login/acme`, { until: (url) => url.startsWith(provider.issuer) });
      expect(new URL(there.url).searchParams.get('redirect_uri')).toBe(`${origin}/signin-oidc`);
      expect((await browser.open(`${origin}/signin-oidc?${provider.authorize(there.url)}`)).url).toBe(`${origin}/`);
      expect(browser.cookieNames(origin)).toEqual(['sid']);
    }
    const headers = { host: 'app.example.evil.example' };
    const { location = '' } = (await site.client.send({ method: 'GET', path: '/login/acme', headers })).headers;
    expect(new URL(location).searchParams.get('redirect_uri')).toBe(`${US}/signin-oidc`);
  });

  it('http://localhost has plain names of cookies', async () => {
    const origin = 'http://localhost:3000';
    const site = await host({ origins: [origin] });
    const browser = site.browser();
    const there = await browser.open(`${origin}/login/acme`, { until: (url) => url.startsWith(provider.issuer) });
    expect(browser.cookieNames(origin)).toEqual([expect.stringMatching(/^sso-login\./)]);
    expect(await userAfter(browser, `${origin}/signin-oidc?${provider.authorize(there.url)}`)).not.toBeNull();
    expect(await userAfter(site.browser(), `${origin}/login/form`)).not.toBeNull();
  });
});

describe('a host without sessions', () => {
  it('is told so in the log, and the browser that something went wrong', async () => {
    const site = await host({ sessions: 'none' });
    const page = await site.browser().open(`${APP}/login/acme`);
    expect(page.status).toBe(500);
    expect(String(site.log.at(-1)?.fields['err'])).toContain('express-session');
  });
});

describe('a host with routes of its own and the strategy alone', () => {
  // Passport itself mixes up the requests of a strategy that it is handed in place of a name.
  it.each(['by its name', 'itself'])(
    'signs in %s, by query and by form_post; many at once get their own answers',
    async (how) => {
      const passport = new Passport();
      passport.serializeUser((user, done) => done(null, user));
      const own = createOidcStrategy(
        { tenantResolver: tenants, keyRing: KEY_RING, callbackUrl: `${APP}/callback`, engine },
        admitAll,
      );
      passport.use('sso', own);
      const strategy = how === 'itself' ? own : 'sso';
      const before = (app: Express) => {
        app.get('/go/:tenantId', (request, response, next) => {
          const wishes: AuthenticateOptions & OidcStrategyWishes = { tenantId: request.params['tenantId'] ?? '' };
          passport.authenticate(strategy, wishes)(request, response, next);
        });
        app.all('/callback', passport.authenticate(strategy, { failWithError: true }), (request, response) => {
          response.json({ user: request.user });
        });
      };
      const site = await host({ before });
      const people = Array.from({ length: 40 }, (_, index) => `person-${index}`);
      const users = await Promise.all(
        people.map((subject, index) => {
          const browser = site.browser();
          browser.subject = subject;
          return userAfter(browser, `${APP}/go/${index % 2 ? 'acme' : 'form'}`);
        }),
      );
      expect(users).toEqual(people.map((subject) => expect.objectContaining({ subject })));
      expect((await site.browser().open(`${APP}/callback?code=x&state=y`)).status).toBe(400);
      expect((await site.browser().open(`${APP}/go/nobody`)).status).toBe(404);
    },
  );

  it('that throws while it is told the result ends no process', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const logger = createRecordingLogger();
    const passport = new Passport();
    passport.use(
      'sso',
      createOidcStrategy(
        { tenantResolver: tenants, keyRing: KEY_RING, callbackUrl: `${APP}/callback`, engine, logger },
        admitAll,
      ),
    );
    const site = await host({
      before: (app) =>
        app.all('/callback', (request, response, next) => {
          response.status(202).end();
          const told = () => {
            throw new Error('thrown by the host');
          };
          passport.authenticate('sso', told)(request, response, next);
        }),
    });
    expect((await site.browser().open(`${APP}/callback?state=x`)).status).toBe(202);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    expect(logger.entries).toContainEqual(expect.objectContaining({ level: 'error' }));
  });
});

describe('options', () => {
  const right: OidcTenantRouterOptions = { baseUrl: APP, keyRing: KEY_RING, onSignIn: admitAll };

  function faultsOf(options: object): readonly string[] {
    try {
      createOidcTenantRouter(tenants, { ...right, ...options });
      return [];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return error.faults.map(({ path }) => path);
    }
  }

  it.each([
    [{ baseUrl: 'http://app.example' }, 'baseUrl'],
    [{ baseUrl: 'https://app.example/' }, 'baseUrl'],
    [{ baseUrl: 'https://user@app.example' }, 'baseUrl'],
    [{ baseUrl: [] }, 'baseUrl'],
    [{ baseUrl: undefined }, 'baseUrl'],
    [{ onSignIn: undefined }, 'onSignIn'],
    [{ keyRing: {} }, 'keyRing.sealer'],
    [{ callbackPath: 'signin' }, 'callbackPath'],
    [{ homePath: '//evil.example' }, 'homePath'],
    [{ loggedOutPath: 'https://evil.example' }, 'loggedOutPath'],
    [{ rateLimits: { perAddress: 0 } }, 'rateLimits.perAddress'],
    [{ basUrl: APP }, 'basUrl'],
  ])('%j is refused at the mount', (options, path) => {
    expect(faultsOf(options)).toContainEqual(path);
  });

  it.each([
    {},
    { baseUrl: 'http://localhost:3000' },
    { baseUrl: `${APP}/sso` },
    { baseUrl: [APP, 'https://b.example'] },
  ])('%j is fine', (options) => {
    expect(faultsOf(options)).toEqual([]);
  });

  it('a tenant resolver is needed', () => {
    expect(() => createOidcTenantRouter({} as typeof tenants, right)).toThrow(/tenantResolver/);
  });
});

describe('fixed tenants', () => {
  it('are found by id and by domain', async () => {
    expect(await tenants.byId('form')).toEqual(formPost);
    expect(await tenants.byDomain('acme.example')).toEqual(query);
    expect(await tenants.byDomain('constructor')).toBeUndefined();
  });

  it('an id or a domain given twice, a wrong setting, a break-glass address elsewhere are refused (AQ-31)', () => {
    const wrong = [
      query,
      { ...query, provedDomains: ['ACME.example'] },
      { ...query, id: 'b', breakGlassEmails: ['admin@notacme.example'] },
      { ...query, provedDomains: [] },
    ];
    expect(() => createFixedTenants(wrong)).toThrow(ConfigurationError);
    try {
      createFixedTenants(wrong);
    } catch (error) {
      expect(error instanceof ConfigurationError && error.faults.map(({ path }) => path)).toEqual([
        '[1].provedDomains[0]',
        '[2].breakGlassEmails[0]',
        '[2].provedDomains',
        '[3].id',
      ]);
    }
  });
});
