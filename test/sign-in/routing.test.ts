import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createFixedTenants,
  createOidcEngine,
  type OidcTenantRouterOptions,
  type TenantResolver,
} from 'express-sso-scim';
import { decideSignInMethods } from '../../src/tenancy/sign-in-methods.js';
import { LyingProvider } from '../support/oidc/lying-provider.js';
import { APP, type SignInSite, startSignInSite } from '../support/sign-in/sign-in-site.js';

const provider = new LyingProvider('https://idp.example');
const engine = createOidcEngine({ fetch: provider.fetch });
const tenants = createFixedTenants([
  { ...provider.tenant(), breakGlassEmails: ['admin@acme.example', 'Root@ops.acme.example'] },
  { ...provider.tenant({ id: 'free', provedDomains: ['free.example'] }), ssoRequired: false },
  { ...provider.tenant({ id: 'umlaut', provedDomains: ['xn--mller-kva.example'] }) },
]);
const sites: SignInSite[] = [];
let password: { email: string } | undefined;

beforeEach(() => {
  password = undefined;
  provider.claims = { email: 'ada@acme.example', email_verified: true, name: 'Ada' };
});
afterEach(() => Promise.all(sites.splice(0).map((site) => site.close())));

async function siteOf(options: Partial<OidcTenantRouterOptions> = {}): Promise<SignInSite> {
  const site = await startSignInSite({ tenants, liars: [provider], options: { engine, ...options } });
  sites.push(site);
  return site;
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };
const ask = ({ client }: SignInSite, email: unknown) =>
  client.send({ method: 'POST', path: '/login', headers: JSON_HEADERS, body: JSON.stringify({ email }) });

describe('home-realm discovery (TQ-1)', () => {
  it('asks for the address, and leads to the provider of its domain; the place to return to comes along', async () => {
    const site = await siteOf();
    const browser = site.browser();
    const form = await browser.open(`${APP}/login?returnTo=/board`);
    expect(form.text).toContain('Continue with OpenID Connect');
    const action = /action="([^"]+)"/.exec(form.text)?.[1] ?? '';
    const fields = new URLSearchParams({ email: ' Ada@ACME.example ', returnTo: '/board' });
    expect(form.text).toContain('name="returnTo" value="/board"');
    const there = await browser.open(action, {
      method: 'POST',
      form: fields,
      from: form.url,
      until: (url) => url.startsWith(provider.issuer),
    });
    expect(new URL(there.url).searchParams.get('login_hint')).toBe('Ada@acme.example');
    expect((await browser.open(`${APP}/signin-oidc?${provider.authorize(there.url)}`)).url).toBe(`${APP}/board`);
  });

  it('answers programs in JSON, in one shape for known and unknown domains', async () => {
    const site = await siteOf({ otherSignInUrl: '/password' });
    const [known, unknown] = [await ask(site, 'ada@acme.example'), await ask(site, 'ada@elsewhere.example')];
    expect(JSON.parse(known.text)).toEqual({
      method: 'sso',
      url: `${APP}/login/acme?login_hint=ada%40acme.example`,
    });
    expect(JSON.parse(unknown.text)).toEqual({ method: 'other', url: '/password' });
    expect(known.status).toBe(unknown.status);
    expect(Object.keys(known.headers)).toEqual(Object.keys(unknown.headers));
  });

  it('depends on the domain alone: break-glass addresses and people that there are not look like all others', async () => {
    const site = await siteOf();
    const answers = await Promise.all(
      ['admin@acme.example', 'ada@acme.example', 'nobody@acme.example'].map(async (email) =>
        (await ask(site, email)).text.replaceAll(encodeURIComponent(email), 'X'),
      ),
    );
    expect(new Set(answers).size).toBe(1);
  });

  it('takes the same steps for every domain: one look-up, and nothing is asked of a provider', async () => {
    const calls: string[] = [];
    const watched: TenantResolver = {
      byId: async (id) => {
        calls.push(`byId ${id}`);
        return undefined;
      },
      byDomain: async (domain) => {
        calls.push(`byDomain ${domain}`);
        return tenants.byDomain(domain);
      },
    };
    const site = await startSignInSite({ tenants: watched, options: { engine } });
    sites.push(site);
    const asked = provider.received.length;
    for (const email of ['ada@acme.example', 'ada@else.example']) await ask(site, email);
    expect(calls).toEqual(['byDomain acme.example', 'byDomain else.example']);
    expect(provider.received.length).toBe(asked);
  });

  it('sends a browser from another domain to the page of the application, or says so', async () => {
    const other = await siteOf({ otherSignInUrl: `${APP}/password` });
    expect((await other.browser().open(`${APP}/login?email=a@else.example`)).url).toBe(`${APP}/password`);
    const none = await siteOf();
    expect((await none.browser().open(`${APP}/login?email=a@else.example`)).text).toContain(
      'does not use single sign-on',
    );
  });

  it.each([
    ['ada@acme.example', 'acme'],
    ['ada@ACME.EXAMPLE', 'acme'],
    ['ada@müller.example', 'umlaut'],
    ['ada@MÜLLER.example', 'umlaut'],
    ['ada@xn--mller-kva.example', 'umlaut'],
    ['ada@sub.acme.example', undefined],
    ['ada@acme.example.evil.io', undefined],
    ['ada@notacme.example', undefined],
  ])('%s leads to %s', async (email, tenantId) => {
    const { url } = JSON.parse((await ask(await siteOf(), email)).text) as { readonly url: string | null };
    expect(url === null ? undefined : new URL(url).pathname).toBe(tenantId && `/login/${tenantId}`);
  });

  it.each<[unknown]>([
    ['acme.example'],
    ['a@b@acme.example'],
    ['"a@acme.example"@evil.example'],
    ['ada＠acme.example'],
    ['ada@acme.example,b@evil.example'],
    ['<script>@acme.example'],
    [''],
    [7],
    [['ada@acme.example', 'b@evil.example']],
    [null],
    [`${'x'.repeat(300)}@acme.example`],
  ])('%j is no address: 400', async (email) => {
    expect((await ask(await siteOf(), email)).status).toBe(400);
  });

  it('a program that sends JSON is refused in JSON, whether or not it says what it takes', async () => {
    const { client } = await siteOf();
    const headers = { 'content-type': 'application/json', accept: '*/*' };
    const refused = await client.send({ method: 'POST', path: '/login', headers, body: '{"email":"ada"}' });
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      400,
      expect.objectContaining({ error: 'email_invalid' }),
    ]);
  });

  it.each(['{', '[]', '"x"', '', '\u0000'])('a body %j is answered 400', async (body) => {
    const { client } = await siteOf();
    expect((await client.send({ method: 'POST', path: '/login', headers: JSON_HEADERS, body })).status).toBe(400);
  });

  it('a body without end is not read to its end', async () => {
    const { client } = await siteOf();
    const body = 'x'.repeat(300_000);
    expect((await client.send({ method: 'POST', path: '/login', body })).status).toBe(400);
  });
});

describe('how somebody may sign in', () => {
  it.each([
    ['everybody on a proved domain by single sign-on alone (AQ-33)', 'ada@acme.example', {}, ['acme', false, false]],
    ['a break-glass address with its password too (AQ-30)', 'ADMIN@Acme.example', {}, ['acme', true, true]],
    [
      'a break-glass address without a password not so',
      'admin@acme.example',
      { hasPassword: false },
      ['acme', false, false],
    ],
    [
      'a break-glass address of a subdomain that nobody is forced on',
      'root@ops.acme.example',
      {},
      [undefined, true, false],
    ],
    ['where single sign-on is an offer, both', 'ada@free.example', {}, ['free', true, false]],
    ['somebody from elsewhere as the application likes (OU-21)', 'ada@else.example', {}, [undefined, true, false]],
    [
      'users without password not by password (TQ-34)',
      'ada@else.example',
      { hasPassword: false },
      [undefined, false, false],
    ],
    ['what is read in two ways not at all', 'ada@acme.example ', {}, [undefined, false, false]],
    ['a fullwidth @ neither', 'ada＠acme.example', {}, [undefined, false, false]],
  ])('%s', async (_name, email, facts, [ssoTenantId, otherAllowed, isBreakGlass]) => {
    const { router } = await siteOf();
    expect(await router.signInMethodsFor(email, facts)).toEqual({ ssoTenantId, otherAllowed, isBreakGlass });
  });

  it('is decided by single sign-on where a resolver knows no rules', async () => {
    const { byId, byDomain } = tenants;
    const site = await startSignInSite({ tenants: { byId, byDomain }, options: { engine } });
    sites.push(site);
    expect(await site.router.signInMethodsFor('admin@acme.example')).toMatchObject({ otherAllowed: false });
  });

  it('compares break-glass addresses in one form', () => {
    const rules = { ssoRequired: true, breakGlassEmails: ['Admin@MÜLLER.example'] };
    const facts = { tenantId: 'umlaut', rules, hasPassword: true };
    expect(decideSignInMethods({ ...facts, email: 'admin@xn--mller-kva.example' }).isBreakGlass).toBe(true);
    expect(decideSignInMethods({ ...facts, email: 'admin@xn--mller-kva.example.evil.io' }).isBreakGlass).toBe(false);
  });
});

describe('requireSso', () => {
  async function enforcedSite(): Promise<SignInSite> {
    let site: SignInSite | undefined;
    const started = await startSignInSite({
      tenants,
      liars: [provider],
      options: { engine, emailOf: (request) => password?.email ?? (request.user ? 'ada@acme.example' : undefined) },
      before: (app) => {
        app.use('/inside', (request, response, next) => site?.router.requireSso(request, response, next));
      },
    });
    site = started;
    sites.push(started);
    return started;
  }

  /** Its accounts have no e-mail addresses. */
  async function namelessSite(): Promise<SignInSite> {
    let site: SignInSite | undefined;
    site = await startSignInSite({
      tenants,
      liars: [provider],
      options: { engine },
      before: (app) => {
        app.use('/inside', (request, response, next) => {
          if (request.headers['x-signed-in'] !== undefined) request.user = {};
          site?.router.requireSso(request, response, next);
        });
      },
    });
    sites.push(site);
    return site;
  }

  it('sends who came by password to the provider, back to where they were', async () => {
    const site = await enforcedSite();
    password = { email: 'ada@acme.example' };
    const browser = site.browser();
    const page = await browser.open(`${APP}/inside/board?x=1`);
    expect(page.url).toBe(`${APP}/inside/board?x=1`);
    expect(JSON.parse(page.text)).toMatchObject({ user: { subject: 'user-1' } });
  });

  it('refuses a program, and a change', async () => {
    const { client } = await enforcedSite();
    password = { email: 'ada@acme.example' };
    const program = await client.send({ method: 'GET', path: '/inside', headers: { accept: 'application/json' } });
    expect([program.status, JSON.parse(program.text)]).toEqual([
      403,
      expect.objectContaining({ error: 'sso_required', message: 'This address signs in through its organization.' }),
    ]);
    expect((await client.send({ method: 'POST', path: '/inside' })).status).toBe(403);
  });

  it.each(['admin@acme.example', 'ada@free.example', 'ada@else.example'])('lets %s pass', async (email) => {
    const { client } = await enforcedSite();
    password = { email };
    expect((await client.send({ method: 'GET', path: '/inside' })).status).toBe(200);
  });

  it('refuses who came by password and has no known address: it would be a way round (TQ-30)', async () => {
    const { client } = await namelessSite();
    const page = await client.send({ method: 'GET', path: '/inside', headers: { 'x-signed-in': 'yes' } });
    expect(page.status).toBe(403);
    expect(page.text).toContain('This account has no e-mail address');
    expect((await client.send({ method: 'GET', path: '/inside' })).status).toBe(200);
  });

  it('lets pass who came from a provider that tells no address', async () => {
    const browser = (await namelessSite()).browser();
    await browser.open(`${APP}/login/acme`);
    const page = await browser.open(`${APP}/inside`, { headers: { 'x-signed-in': 'yes' } });
    expect([page.status, page.url]).toEqual([200, `${APP}/inside`]);
  });

  it('lets pass who is not signed in: that is for the application', async () => {
    const { client } = await enforcedSite();
    expect((await client.send({ method: 'GET', path: '/inside' })).status).toBe(200);
  });
});
