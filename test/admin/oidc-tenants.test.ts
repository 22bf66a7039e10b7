import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createOidcEngine, createTenantResolver, createTestSignIn, type OidcTenantRouter } from 'express-sso-scim';
import { decideSignInMethods } from '../../src/tenancy/sign-in-methods.js';
import { ACME, createAdminTestSite, encoded, formFields, MOUNT, ORIGIN, REQUEST } from '../support/admin-site.js';
import { LyingProvider, worldOf } from '../support/oidc/lying-provider.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { startSignInSite } from '../support/sign-in/sign-in-site.js';

const TENANTS = `${ACME}/oidc-tenants`;
const DAY = 86_400_000;

async function submitted(form: object = {}, seeds: Parameters<typeof createAdminTestSite>[0] = {}) {
  const site = createAdminTestSite(seeds);
  const owner = site.as('owner');
  const { body } = await owner.post(TENANTS, { ...REQUEST, ...form }).expect(201);
  const { id, version } = body.tenant;
  return { site, owner, operator: site.as('operator'), path: `${TENANTS}/${id}`, version, tenant: body.tenant };
}

describe('the overview', () => {
  it('shows an owner where the organization stands, as JSON and as a page', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const { body } = await owner.get(ACME).expect(200);
    expect(body).toEqual({ organization: { id: 'acme', name: 'Acme' }, oidcTenants: [], directories: [], hints: [] });
    const { text, headers } = await owner.page(ACME).expect(200);
    expect(text).toContain('Request an OIDC tenant');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['cache-control']).toBe('no-store');
    const home = await owner.page('/').expect(303);
    expect(home.headers['location']).toBe(`${MOUNT}${ACME}`);
  });

  it('AQ-1: leaves out what the plan does not include', async () => {
    const { body } = await createAdminTestSite()
      .as('owner', { features: ['scim'] })
      .get(ACME)
      .expect(200);
    expect(body).not.toHaveProperty('oidcTenants');
    expect(body).toHaveProperty('directories');
  });

  it.each([
    ['ada.lovelace@acme.example', ['root-user-personal', 'root-user-provisioned', 'no-break-glass']],
    ['devops@acme.example', ['root-user-provisioned', 'no-break-glass']],
    ['devops@elsewhere.example', ['no-break-glass']],
  ])('AQ-7: warns when the creating user is %s', async (email, codes) => {
    const { owner } = await submitted({}, { acme: { rootUserId: 'root' }, users: [{ id: 'root', email }] });
    const { body } = await owner.get(ACME).expect(200);
    expect(body.hints.map(({ code }: { readonly code: string }) => code)).toEqual(codes);
  });
});

describe('a request for an OIDC tenant', () => {
  it('AQ-24 AQ-25 AQ-32 AQ-34: is submitted with lists that are trimmed, normalised and named once', async () => {
    const { tenant } = await submitted({
      domains: ' acme.example, ACME.example., bücher.example,',
      breakGlassEmails: 'Root@acme.example, ops@it.acme.example , root@ACME.example',
      additionalScopes: 'groups, openid groups offline_access',
    });
    expect(tenant.state).toBe('submitted');
    expect(tenant.domains.map(({ name }: { readonly name: string }) => name)).toEqual([
      'acme.example',
      'xn--bcher-kva.example',
    ]);
    expect(tenant.breakGlassEmails).toHaveLength(2);
    expect(tenant.settings.additionalScopes).toEqual(['groups', 'offline_access']);
  });

  it('AQ-14 AQ-24: names every field that is missing', async () => {
    const { body } = await createAdminTestSite().as('owner').post(TENANTS, {}).expect(400);
    expect(body).toMatchObject({ error: 'invalid_input', mender: 'person' });
    expect(body.faults).toEqual(['domains', 'authority', 'clientId'].map((path) => ({ path, message: 'is missing' })));
    const { clientSecret: _, ...rest } = REQUEST;
    const without = await createAdminTestSite().as('owner').post(TENANTS, rest).expect(400);
    expect(without.body.faults.map(({ path }: { readonly path: string }) => path)).toContain('clientSecret');
  });

  it.each([
    ['admin@ops.acme.example', 201],
    ['admin@notacme.example', 400],
    ['admin@acme.example.evil.io', 400],
  ])('AQ-31: takes the break-glass address %s with %i', async (breakGlassEmails, status) => {
    await createAdminTestSite()
      .as('owner')
      .post(TENANTS, { ...REQUEST, breakGlassEmails })
      .expect(status);
  });

  it('AQ-30 AQ-33: shows the break-glass list, and from its change on these addresses alone may sign in otherwise', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const path = `${TENANTS}/${await site.activeTenant({ breakGlassEmails: 'ops@acme.example' })}`;
    const { rulesOf } = createTenantResolver(site.storage, { keyRing: site.keyRing, cacheSeconds: 0 });
    const otherwise = async (email: string) => {
      const rules = (await rulesOf?.(path.slice(TENANTS.length + 1))) ?? { ssoRequired: false, breakGlassEmails: [] };
      return decideSignInMethods({ email, tenantId: 'acme', rules, hasPassword: true }).otherAllowed;
    };
    expect(await Promise.all(['ops@acme.example', 'ada@acme.example'].map(otherwise))).toEqual([true, false]);
    expect((await owner.page(path)).text).toContain('value="ops@acme.example"');
    const { version } = (await owner.get(path)).body.tenant;
    const changed = await owner.put(path, { breakGlassEmails: 'ada@acme.example', version }).expect(200);
    expect(changed.body.tenant.breakGlassEmails).toEqual(['ada@acme.example']);
    expect(await Promise.all(['ops@acme.example', 'ada@acme.example'].map(otherwise))).toEqual([false, true]);
  });

  it('AQ-27 X-9: never answers the secret again, in whatever form', async () => {
    const { owner, path, site } = await submitted();
    const pages = await Promise.all([owner.page(TENANTS), owner.page(ACME)].map(async (page) => (await page).text));
    const answers = await Promise.all(
      [TENANTS, path, `${path}/history`, ACME].map(async (each) => JSON.stringify((await owner.get(each)).body)),
    );
    const shown = await owner.page(path);
    for (const text of [...pages, ...answers, shown.text]) expect(text).not.toContain(REQUEST.clientSecret);
    expect(JSON.stringify(await site.storage.oidcTenants.list({ organizationId: 'acme' }))).not.toContain(
      REQUEST.clientSecret,
    );
  });

  it('X-9: leaves no secret and no token in the log, whatever becomes of the request', async () => {
    const logger = createRecordingLogger();
    const site = createAdminTestSite({ options: { logger } });
    const owner = site.as('owner');
    const { token } = await site.directory();
    await owner.post(TENANTS, { ...REQUEST, domains: 'gmail.com' }).expect(400);
    await owner.submit(TENANTS, TENANTS, { ...REQUEST, authority: '' });
    site.broken.call = 'oidcTenants.insert';
    await owner.post(TENANTS, REQUEST).expect(503);
    expect(logger.entries.map(({ level }) => level)).toEqual(['info', 'info', 'error']);
    const written = inspect(logger.entries, { depth: 20 });
    for (const secret of [REQUEST.clientSecret, token]) expect(written).not.toContain(secret);
  });

  it('AQ-24: is submitted with the form, which shows again what was typed beside what is wrong', async () => {
    const owner = createAdminTestSite().as('owner');
    const wrong = await owner.submit(TENANTS, TENANTS, { ...REQUEST, domains: 'gmail.com' });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('value="gmail.com"');
    expect(wrong.text).toContain('aria-invalid="true"');
    expect(wrong.text).not.toContain(REQUEST.clientSecret);
    const sent = await owner.submit(TENANTS, TENANTS, { ...REQUEST, secretExpiresAt: '2030-01-31T10:30' });
    expect(sent.status).toBe(303);
    const next = sent.headers['location']?.replace(MOUNT, '') ?? '';
    expect(next).toMatch(/\?done=submit-oidc-tenant$/);
    const { text } = await owner.page(next).expect(200);
    expect(text).toContain('Your request was submitted.');
    expect(text).toContain('_sso-challenge.acme.example');
    expect(text).toContain('2030-01-31 10:30 UTC');
  });

  it('AQ-4: needs an organization that there is', async () => {
    const ghost = createAdminTestSite().as('owner', { organizationId: 'ghost' });
    await ghost.post('/organizations/ghost/oidc-tenants', REQUEST).expect(400);
  });

  it('TQ-2: names the custom attributes of the identity provider', async () => {
    const { tenant } = await submitted({ claimNames: { spaces: 'space_name', groups: 'https://acme.example/groups' } });
    expect(tenant.settings.claimNames).toEqual({ spaces: 'space_name', groups: 'https://acme.example/groups' });
  });
});

describe('the life of a request', () => {
  it('AQ-26 AQ-36: submitted, asked about, answered, proved and approved', async () => {
    const { site, owner, operator, path, version, tenant } = await submitted();
    const asked = await operator.post(`${path}/ask`, { message: 'Which Entra tenant?', version }).expect(200);
    expect(asked.body.tenant).toMatchObject({ state: 'needs-information', message: 'Which Entra tenant?' });
    expect((await owner.page(path).expect(200)).text).toContain('Answer and submit again');
    const answer = { message: 'The one of Berlin', clientId: 'berlin', version: asked.body.tenant.version };
    const again = await owner.post(`${path}/resubmit`, answer).expect(200);
    expect(again.body.tenant).toMatchObject({ state: 'submitted', settings: { clientId: 'berlin' } });

    const early = await operator.post(`${path}/approve`, { version: again.body.tenant.version }).expect(409);
    expect(early.body).toMatchObject({ error: 'not_now', message: expect.stringContaining('domains is proved') });
    site.txt.set(tenant.domains[0].record.name, [tenant.domains[0].record.value]);
    const proved = await owner.post(`${path}/check-domains`).expect(200);
    expect(proved.body.tenant.domains[0]).toMatchObject({ state: 'proved', found: 'proof' });
    const approved = await operator.post(`${path}/approve`, { version: proved.body.tenant.version }).expect(200);
    expect(approved.body.tenant.state).toBe('active');
    const { body: history } = await owner.get(`${path}/history`).expect(200);
    expect(history.items.map(({ kind }: { readonly kind: string }) => kind)).toEqual([
      'approved',
      'domain-proved',
      'resubmitted',
      'information-asked',
      'submitted',
    ]);
    expect((await owner.page(`${path}/history`).expect(200)).text).toContain('Which Entra tenant?');
  });

  it('AQ-37: becomes active by itself where the policy says so, once all domains are proved', async () => {
    const { site, owner, path, tenant } = await submitted(
      {},
      { options: { tenantPolicy: { approval: 'proved-domains' } } },
    );
    const before = await owner.post(`${path}/check-domains`).expect(200);
    expect(before.body.tenant.state).toBe('submitted');
    site.txt.set(tenant.domains[0].record.name, [tenant.domains[0].record.value]);
    site.wait(20_000);
    const after = await owner.post(`${path}/check-domains`).expect(200);
    expect(after.body.tenant.state).toBe('active');
  });

  it('AQ-26: says when the name servers do not answer, and changes nothing', async () => {
    const { site, owner, path, tenant } = await submitted();
    site.txt.set(tenant.domains[0].record.name, new Error('timeout'));
    const { body } = await owner.post(`${path}/check-domains`).expect(200);
    expect(body.tenant.domains[0]).toMatchObject({ state: 'pending', found: 'no-answer' });
    expect((await owner.page(path)).text).toContain('the name servers did not answer');
  });

  it('AQ-36: is rejected with a message, for good', async () => {
    const { owner, operator, path, version } = await submitted();
    await operator.post(`${path}/reject`, { version }).expect(400);
    const { body } = await operator.post(`${path}/reject`, { message: 'Not your company', version }).expect(200);
    expect(body.tenant).toMatchObject({ state: 'rejected', message: 'Not your company', clientSecrets: [] });
    await owner.put(path, { clientId: 'other', version: body.tenant.version }).expect(409);
  });

  it('lists requests of all organizations for operators, oldest first, by keyset', async () => {
    const { site, operator } = await submitted();
    await site
      .as('owner', { organizationId: 'other' })
      .post('/organizations/other/oidc-tenants', { ...REQUEST, domains: 'other.example' });
    const first = await operator.get('/oidc-requests?limit=1').expect(200);
    expect(
      first.body.items.map(({ organizationName }: { readonly organizationName: string }) => organizationName),
    ).toEqual(['Acme']);
    const second = await operator
      .get(`/oidc-requests?limit=1&after=${encodeURIComponent(first.body.next)}`)
      .expect(200);
    expect(second.body.items[0].organizationName).toBe('Other');
    await operator.get('/oidc-requests?after=nowhere').expect(400);
    const { text } = await operator.page('/oidc-requests').expect(200);
    expect(text).toContain('/organizations/other/oidc-tenants/');
  });

  it('AQ-38 AQ-41: an active tenant shows its SCIM preferences, which may be given later', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const path = `${TENANTS}/${await site.activeTenant()}`;
    const { body } = await owner.get(path).expect(200);
    expect(body.tenant.preferences).toEqual({});
    const preferences = { scim: true, changePhoneNumber: true, confirmPhoneNumber: true };
    const changed = await owner.put(path, { preferences, version: body.tenant.version }).expect(200);
    expect(changed.body.tenant.preferences).toEqual(preferences);
    const { text } = await owner.page(path).expect(200);
    expect(text).toContain('may be changed by them; confirmed by them');
    // What was approved of the connection is the operator's.
    const theirs = { clientId: 'mine', version: changed.body.tenant.version };
    const refused = await owner.put(path, theirs).expect(403);
    expect(refused.body).toMatchObject({ error: 'not_now', mender: 'operator' });
    await site.as('operator').put(path, theirs).expect(200);
  });

  it('disables and enables sign-in; what an operator has disabled, an operator enables', async () => {
    const site = createAdminTestSite();
    const [owner, operator] = [site.as('owner'), site.as('operator')];
    const path = `${TENANTS}/${await site.activeTenant()}`;
    const versionNow = async () => (await owner.get(path)).body.tenant.version;
    await owner.post(`${path}/disable`, { version: await versionNow() }).expect(200);
    await owner.post(`${path}/enable`, { version: await versionNow() }).expect(200);
    await operator.post(`${path}/disable`, { version: await versionNow(), message: 'unpaid' }).expect(200);
    await owner.post(`${path}/enable`, { version: await versionNow() }).expect(403);
  });
});

describe('a version that somebody else has changed', () => {
  it('is a conflict of the API, and nothing is overwritten', async () => {
    const { owner, path, version } = await submitted();
    await owner.put(path, { clientId: 'theirs', version }).expect(200);
    const { body } = await owner.put(path, { clientId: 'mine', version }).expect(409);
    expect(body.error).toBe('stale_version');
    expect((await owner.get(path)).body.tenant.settings.clientId).toBe('theirs');
  });

  it('is shown in the form as a choice between both, which can then be sent', async () => {
    const { owner, path, version } = await submitted();
    await owner.put(path, { clientId: 'theirs', version }).expect(200);
    const fields = {
      domains: 'acme.example',
      authority: REQUEST.authority,
      clientId: 'mine',
      version: String(version),
    };
    const conflict = await owner.submit(path, `${path}?method=PUT`, fields);
    expect(conflict.status).toBe(409);
    expect(conflict.text).toMatch(
      /<th scope="row">Client ID<\/th><td><bdi>mine<\/bdi><\/td><td><bdi>theirs<\/bdi><\/td>/,
    );
    expect(conflict.text).toContain('take what is there');
    expect((await owner.get(path)).body.tenant.settings.clientId).toBe('theirs');
    const { version: _, ...mine } = fields;
    expect((await owner.submit(path, `${path}?method=PUT`, mine)).status).toBe(303);
    expect((await owner.get(path)).body.tenant.settings.clientId).toBe('mine');
  });
});

describe('a form that nobody has touched', () => {
  it('changes nothing: the secret stays, and so does every claim', async () => {
    const { owner, path, tenant } = await submitted({
      claimNames: { spaces: 'space_name', groups: 'teams' },
      breakGlassEmails: 'root@acme.example',
      additionalScopes: 'offline_access',
      preferences: { scim: true },
      secretExpiresAt: '2030-01-01T00:00:00Z',
    });
    const action = `${path}?method=PUT`;
    const fields = formFields((await owner.page(path)).text, `${MOUNT}${action}`);
    expect(fields).toMatchObject({ clientSecret: '', 'claimNames.spaces': 'space_name', 'preferences.scim': 'true' });
    expect((await owner.form(action, encoded(fields))).status).toBe(303);
    const { body } = await owner.get(path).expect(200);
    const { version, updatedAt, preferences, ...same } = body.tenant;
    expect(tenant).toMatchObject(same);
    expect(preferences).toEqual({ scim: true, changePhoneNumber: false, confirmPhoneNumber: true });
    expect(version).toBe(tenant.version + 1);
    expect(updatedAt).toBe(tenant.updatedAt);
  });
});

describe('client secrets', () => {
  it('AQ-28 AQ-29: expire at a time, with a notice on the page from two weeks before; another date re-arms, none cancels', async () => {
    const { site, owner, path, tenant, version } = await submitted({ secretExpiresAt: '2027-03-01T12:00:00+02:00' });
    const [{ id: secretId }] = tenant.clientSecrets;
    const notices = async () => (await owner.get(path)).body.notices;
    expect(await notices()).toEqual([]);
    site.wait(Date.parse('2027-03-01T10:00:00Z') - 14 * DAY - Date.parse('2027-01-04T08:00:00Z') - 1);
    expect(await notices()).toEqual([]);
    site.wait(1);
    expect(await notices()).toEqual([{ secretId, expiresAt: '2027-03-01T10:00:00.000Z', expired: false }]);
    expect((await owner.page(path)).text).toContain('2027-03-01 10:00 UTC');
    const later = { expiresAt: '2028-03-01T10:00:00Z', version };
    const changed = await owner.put(`${path}/secrets/${secretId}`, later).expect(200);
    expect(changed.body.notices).toEqual([]);
    const removed = { expiresAt: null, version: changed.body.tenant.version };
    const { body } = await owner.put(`${path}/secrets/${secretId}`, removed).expect(200);
    expect(body.tenant.clientSecrets[0]).not.toHaveProperty('expiresAt');
  });

  it('rotate with two at a time', async () => {
    const { owner, path, version } = await submitted();
    const added = await owner.post(`${path}/secrets`, { secret: 'the next', version }).expect(201);
    const [old, next] = added.body.tenant.clientSecrets;
    expect(next).toMatchObject({ inUse: false });
    await owner.post(`${path}/secrets`, { secret: 'a third', version: added.body.tenant.version }).expect(409);
    const promoted = await owner
      .post(`${path}/secrets/${next.id}/promote`, { version: added.body.tenant.version })
      .expect(200);
    const { body } = await owner
      .delete(`${path}/secrets/${old.id}`, { version: promoted.body.tenant.version })
      .expect(200);
    expect(body.tenant.clientSecrets).toMatchObject([{ id: next.id, inUse: true }]);
    await owner.delete(`${path}/secrets/${next.id}`, { version: body.tenant.version }).expect(409);
  });
});

describe('a look at the identity provider', () => {
  it('tells its findings in plain words, and is refused too often', async () => {
    const findings = [
      { code: 'x', severity: 'warning', message: 'It announces no <groups>.', mender: 'person' },
    ] as const;
    const examine = async () => ({ usable: true, issuer: REQUEST.authority, findings });
    const { owner, path } = await submitted({}, { options: { examine } });
    const { body } = await owner.post(`${path}/examine`).expect(200);
    expect(body).toMatchObject({ usable: true, findings });
    const page = await owner.submit(path, `${path}/examine`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('It announces no &#60;groups&#62;.');
    for (let count = 2; count < 30; count += 1) await owner.post(`${path}/examine`).expect(200);
    expect((await owner.post(`${path}/examine`).expect(409)).body.error).toBe('not_now');
  });

  it('keeps a request out with which nobody could sign in', async () => {
    const findings = [{ severity: 'error', message: 'The host cannot be found.' }] as const;
    const examine = async () => ({ usable: false, issuer: undefined, findings });
    const owner = createAdminTestSite({ options: { examine } }).as('owner');
    const { body } = await owner.post(TENANTS, REQUEST).expect(400);
    expect(body.faults).toEqual([{ path: 'authority', message: 'was looked at: The host cannot be found.' }]);
  });
});

describe('a test sign-in', () => {
  it('AQ-37: tries a tenant before it is approved, shows the claims and what follows, and signs nobody in', async () => {
    const provider = new LyingProvider('https://idp.acme.example');
    provider.claims = { email: 'ada@acme.example', email_verified: true, name: '<b>Ada</b>', groups: ['red-team'] };
    const router: { current?: OidcTenantRouter } = {};
    const site = createAdminTestSite({
      users: [{ id: 'ada', email: 'ada@acme.example', displayName: 'Ada L' }],
      options: {
        startTestSignIn: async (request, response, tenantId) => {
          await router.current?.startSignIn(request, response, { tenantId, purpose: 'test' });
        },
      },
    });
    const owner = site.as('owner');
    const { body } = await owner.post(TENANTS, { ...REQUEST, clientId: 'client', clientSecret: 'secret' }).expect(201);
    const { id, domains } = body.tenant;
    site.txt.set(domains[0].record.name, [domains[0].record.value]);
    await owner.post(`${TENANTS}/${id}/check-domains`).expect(200);
    const { keyRing, storage } = site;
    const purpose = createTestSignIn(storage, { keyRing, baseUrl: `${ORIGIN}${MOUNT}` });
    const signIn = await startSignInSite({
      tenants: createTenantResolver(storage, { keyRing }),
      options: { engine: createOidcEngine({ fetch: worldOf(provider) }), purposes: { test: purpose } },
      before: (app) => app.use(site.app),
      liars: [provider],
    });
    router.current = signIn.router;
    try {
      const headers = {
        'x-access': JSON.stringify({
          organizationId: 'acme',
          actor: { id: 'ada', name: 'Ada' },
          role: 'owner',
          features: ['oidc'],
        }),
      };
      const browser = signIn.browser();
      const start = `${ORIGIN}${MOUNT}${TENANTS}/${id}/test-sign-in`;
      const crossed = await browser.open(start, { headers: { ...headers, 'sec-fetch-site': 'cross-site' } });
      expect(crossed.status).toBe(403);
      const { status, text } = await browser.open(start, { headers });
      expect(status).toBe(200);
      expect(text).toContain('Nobody was signed in here.');
      expect(text).toContain('&#60;b&#62;Ada&#60;/b&#62;');
      expect(text).toContain('It is somebody who is here already');
      expect(text).toContain('Ada L');
      expect(JSON.parse((await browser.open(`${ORIGIN}/whoami`)).text).user).toBeNull();
      expect((await browser.open(`${ORIGIN}/login/${id}`)).status).toBe(404);
      provider.lie = { claims: { aud: 'somebody else' } };
      const failed = await browser.open(start, { headers });
      expect(failed.status).toBe(400);
      expect(failed.text).toContain('The test sign-in did not work');
    } finally {
      await signIn.close();
    }
  });
});
