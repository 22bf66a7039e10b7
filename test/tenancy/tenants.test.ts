import { describe, expect, it } from '@jest/globals';
import {
  ConfigurationError,
  createOidcEngine,
  isBreakGlassEmail,
  type OidcTenant,
  type OidcTenantChange,
  type OidcTenantScope,
  type OidcTenants,
  StaleVersionError,
  TenantActionError,
  type TenantActor,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { DATABASES, openDatabase } from '../support/sql-databases.js';
import { ADA, createTenantSite, DAY, OPS, REQUEST, START } from '../support/tenant-site.js';

async function faultsOf(call: Promise<unknown>): Promise<readonly string[]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  throw new Error('nothing was refused');
}

async function refusalOf(call: Promise<unknown>): Promise<readonly [string, string]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof TenantActionError) return [error.reason, error.state];
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a request (AQ-24)', () => {
  it('is taken as it is typed: lists with commas, blanks, doubles, other letter case (AQ-25, AQ-32, AQ-34)', async () => {
    const { submitted } = createTenantSite();
    const { tenant } = await submitted({
      domains: ' ACME.example, bücher.example,acme.example ,',
      authority: ' https://idp.acme.example/.well-known/openid-configuration ',
      clientId: ' app ',
      breakGlassEmails: 'Admin@ACME.example, admin@ops.acme.example',
      additionalScopes: 'openid groups, email offline_access groups',
      preferences: { scim: true, confirmPhoneNumber: true },
    });
    expect(tenant).toMatchObject({
      version: 1,
      state: 'submitted',
      settings: {
        authority: 'https://idp.acme.example',
        clientId: 'app',
        clientAuthentication: 'client_secret_post',
        additionalScopes: ['groups', 'offline_access'],
      },
      breakGlassEmails: ['admin@acme.example', 'admin@ops.acme.example'],
      preferences: { scim: true, confirmPhoneNumber: true },
    });
    expect(tenant.domains.map(({ name }) => name)).toEqual(['acme.example', 'xn--bcher-kva.example']);
  });

  it('is refused with every fault of every field at once', async () => {
    const { submitted } = createTenantSite();
    const form = {
      domains: ['acme.example', 'gmail.com', 'https://x.example', 'co.uk'],
      authority: '',
      clientId: 7,
      clientAuthentication: 'client_secret_pots',
      clientSecret: ' ',
      secretExpiresAt: 'tomorrow',
      breakGlassEmails: 'ada@notacme.example, ada',
      additionalScopes: ['a"b'],
      responsMode: 'query',
      provedDomains: ['bank.example'],
      internalHosts: ['intranet'],
      preferences: { scim: 'yes' },
    };
    const faults = await faultsOf(submitted(form as object));
    expect(faults.map((fault) => fault.slice(0, 40))).toEqual(
      expect.arrayContaining(
        [
          'domains[1]: is a domain at which anybody gets an address'.slice(0, 40),
          'domains[2]: must be a domain such as "acme.example"'.slice(0, 40),
          'domains[3]: is a public suffix, below which anybody'.slice(0, 40),
          'authority: must be a text that is not empty'.slice(0, 40),
          'clientId: must be a text that is not empty, not a number'.slice(0, 40),
          'clientAuthentication: must be one of client_secret_post'.slice(0, 40),
          'clientSecret: must be a text that is not empty'.slice(0, 40),
          'secretExpiresAt: must be a time in ISO 8601'.slice(0, 40),
          'breakGlassEmails[0]: must be in an associated domain'.slice(0, 40),
          'breakGlassEmails[1]: must be an e-mail address'.slice(0, 40),
          'additionalScopes[0]: must be one scope'.slice(0, 40),
          'responsMode: unknown option "responsMode" — did you mean'.slice(0, 40),
          'provedDomains: is nothing that a form can say'.slice(0, 40),
          'internalHosts: is for operators to say',
          'preferences.scim: must be a boolean',
        ].map((fault) => expect.stringContaining(fault.slice(0, 34))),
      ),
    );
  });

  it('needs an authority, a client id and a client secret (AQ-14)', async () => {
    const { tenants } = createTenantSite();
    const refused = tenants.submit({ organizationId: 'acme', domains: 'acme.example' } as never, ADA);
    expect(await faultsOf(refused)).toEqual(
      expect.arrayContaining(['authority: is missing', 'clientId: is missing', 'clientSecret: is missing']),
    );
  });

  it.each([
    [{ domains: '' }, 'domains: must name at least one domain'],
    [{ domains: Array.from({ length: 101 }, (_, n) => `d${n}.example`) }, 'domains: must be at most 100 domains'],
    [{ secretExpiresAt: new Date(START).toISOString() }, 'secretExpiresAt: lies in the past'],
    [{ secretExpiresAt: '2027-02-30T00:00:00Z' }, 'secretExpiresAt: must be a time'],
    [{ clientSecret: undefined as never, clientAuthentication: 'client_secret_basic' }, 'clientSecret: is missing'],
    [{ clientAuthentication: 'private_key_jwt' }, 'privateKey: is missing'],
    [{ flow: 'id_token', clientAuthentication: 'none' }, 'responseMode: is missing'],
    [{ authority: 'http://idp.acme.example' }, 'authority: must be a URL that begins with https://'],
    [{ authority: 'https://a@idp.acme.example' }, 'authority: must be a URL'],
    [{ breakGlassEmails: 'admin@acme.example.evil.io' }, 'breakGlassEmails[0]: must be in an associated domain'],
  ] as const)('is refused: %#', async (form, fault) => {
    const { tenants } = createTenantSite();
    const refused = tenants.submit({ organizationId: 'acme', ...REQUEST, ...form }, ADA);
    expect(await faultsOf(refused)).toEqual([expect.stringContaining(fault)]);
  });

  it('needs an organization (AQ-4)', async () => {
    const { tenants } = createTenantSite();
    const refused = tenants.submit({ organizationId: 'no-such', ...REQUEST }, ADA);
    expect(await faultsOf(refused)).toEqual(['organizationId: names no organization']);
  });

  it('is refused when its identity provider cannot be used, in plain words (AQ-15, AQ-18)', async () => {
    const seen: OidcTenant[] = [];
    const { submitted } = createTenantSite({
      examine: async (tenant) => {
        seen.push(tenant);
        const findings = [
          { severity: 'warning', message: 'There is no end of sessions.' },
          { severity: 'error', message: 'The issuer in the document is another one.' },
        ] as const;
        return { usable: false, issuer: undefined, findings };
      },
    });
    expect(await faultsOf(submitted())).toEqual([
      'authority: was looked at: The issuer in the document is another one.',
    ]);
    expect(seen).toMatchObject([{ authority: REQUEST.authority, clientId: 'app' }]);
  });

  it('is looked at no more than 30 times in ten minutes for one organization (security row 12)', async () => {
    let looks = 0;
    const { submitted, wait } = createTenantSite({
      examine: async () => {
        looks += 1;
        return { usable: false, issuer: undefined, findings: [{ severity: 'error', message: 'no' }] };
      },
    });
    for (let turn = 0; turn < 30; turn += 1)
      expect(await faultsOf(submitted())).toEqual(['authority: was looked at: no']);
    expect(await refusalOf(submitted())).toEqual(['too-many-checks', 'submitted']);
    wait(90_500);
    await expect(submitted()).rejects.toMatchObject({
      retryAfter: 510,
      message: expect.stringContaining('Try again in 9 minutes.'),
    });
    wait(509_000);
    await expect(submitted()).rejects.toMatchObject({
      retryAfter: 1,
      message: expect.stringContaining('Try again in a minute.'),
    });
    wait(-86_400_000);
    expect(await faultsOf(submitted())).toHaveLength(1);
    wait(600_000);
    expect(await faultsOf(submitted())).toHaveLength(1);
    expect(looks).toBe(32);
  });

  it('is looked at by the engine, which fits as it is', async () => {
    const document = {
      issuer: 'https://idp.acme.example/',
      authorization_endpoint: 'https://idp.acme.example/authorize',
      token_endpoint: 'https://idp.acme.example/token',
      jwks_uri: 'https://idp.acme.example/keys',
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
    const { publicKey } = await crypto.subtle.generateKey(
      { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
      true,
      ['sign', 'verify'],
    );
    const keys = {
      keys: [{ ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'k', use: 'sig', alg: 'RS256' }],
    };
    const engine = createOidcEngine({
      fetch: async (url) => Response.json(String(url).endsWith('/keys') ? keys : document),
    });
    const { submitted } = createTenantSite({ examine: engine.examine });
    const { tenant } = await submitted();
    expect(tenant.settings.authority).toBe('https://idp.acme.example/');
    expect(await faultsOf(submitted({ authority: 'https://other.example' }))).toEqual([
      expect.stringContaining('authority: was looked at: '),
    ]);
  });
});

describe('the life of a tenant (AQ-36)', () => {
  it('goes from the request over questions to approval, and nothing works before (AQ-37)', async () => {
    const { tenants, submitted, publish, resolver, wait } = createTenantSite();
    const { tenant, scope } = await submitted();
    publish(tenant);
    const usable = async () => {
      wait(6_000);
      return [(await resolver.byId(tenant.id))?.id, (await resolver.byDomain('acme.example'))?.id];
    };
    expect(await usable()).toEqual([undefined, undefined]);
    await tenants.checkDomains(scope);
    expect(await usable()).toEqual([undefined, undefined]);
    const asked = await tenants.askForInformation(scope, 'Which of your domains is the main one?', OPS);
    expect(asked).toMatchObject({ state: 'needs-information', message: 'Which of your domains is the main one?' });
    expect(await usable()).toEqual([undefined, undefined]);
    const answered = await tenants.resubmit(scope, { change: { clientId: 'app-2' }, message: 'acme.example' }, ADA);
    expect(answered).toMatchObject({ state: 'submitted', settings: { clientId: 'app-2' } });
    expect(answered).not.toHaveProperty('message');
    expect(await usable()).toEqual([undefined, undefined]);
    expect(await tenants.approve(scope, OPS)).toMatchObject({ state: 'active' });
    expect(await usable()).toEqual([tenant.id, tenant.id]);

    const { items } = await tenants.history(scope);
    expect(items.toReversed().map(({ kind, details }) => [kind, details['by'], details['message']])).toEqual([
      ['submitted', { userId: 'ada', role: 'organization' }, undefined],
      ['domain-proved', { role: 'system' }, undefined],
      ['information-asked', { userId: 'ops', role: 'operator' }, 'Which of your domains is the main one?'],
      ['resubmitted', { userId: 'ada', role: 'organization' }, 'acme.example'],
      ['approved', { userId: 'ops', role: 'operator' }, undefined],
    ]);
  });

  it('cannot be approved before a domain is proved', async () => {
    const { tenants, submitted } = createTenantSite();
    const { scope } = await submitted();
    expect(await refusalOf(tenants.approve(scope, OPS))).toEqual(['no-proved-domain', 'submitted']);
  });

  it('ends with a rejection: secrets are forgotten, the domain is free, nothing brings it back', async () => {
    const { tenants, storage, submitted, publish } = createTenantSite();
    const { tenant, scope } = await submitted();
    publish(tenant);
    await tenants.checkDomains(scope);
    expect(await storage.oidcTenants.findByDomain('acme.example')).toMatchObject({ id: tenant.id });
    expect(await tenants.reject(scope, 'This is not your company.', OPS)).toMatchObject({
      state: 'rejected',
      message: 'This is not your company.',
      clientSecrets: [],
    });
    expect(await storage.oidcTenants.findByDomain('acme.example')).toBeUndefined();
    expect((await storage.oidcTenants.get(tenant.id))?.dueAt).toBeUndefined();
    for (const again of [
      () => tenants.approve(scope, OPS),
      () => tenants.enable(scope, OPS),
      () => tenants.resubmit(scope, {}, ADA),
      () => tenants.change(scope, { clientId: 'x' }, OPS),
      () => tenants.addSecret(scope, { secret: 'another' }, OPS),
    ]) {
      expect(await refusalOf(again())).toEqual(['state', 'rejected']);
    }
    expect(await tenants.reject(scope, 'Again.', OPS)).toMatchObject({ message: 'This is not your company.' });
  });

  it('is interrupted while disabled, by either side; what an operator disabled only an operator enables', async () => {
    const { tenants, active, resolver, wait } = createTenantSite();
    const { tenant, scope } = await active();
    const usable = async () => {
      wait(6_000);
      return (await resolver.byId(tenant.id)) !== undefined;
    };
    await tenants.disable(scope, ADA);
    expect(await usable()).toBe(false);
    await tenants.enable(scope, ADA);
    expect(await usable()).toBe(true);
    await tenants.disable(scope, ADA);
    expect(await tenants.disable(scope, OPS, 'The invoice is open.')).toMatchObject({
      message: 'The invoice is open.',
    });
    expect(await refusalOf(tenants.enable(scope, ADA))).toEqual(['operator-needed', 'disabled']);
    expect(await usable()).toBe(false);
    await tenants.enable(scope, OPS);
    expect(await usable()).toBe(true);
  });

  it.each([
    ['approve', (site: Site, scope: Scope) => site.tenants.approve(scope, ADA)],
    ['reject', (site: Site, scope: Scope) => site.tenants.reject(scope, 'no', ADA)],
    ['ask', (site: Site, scope: Scope) => site.tenants.askForInformation(scope, 'what?', ADA)],
  ])('is for operators to decide about: %s', async (_, step) => {
    const site = createTenantSite();
    const { scope } = await site.submitted();
    expect(await refusalOf(step(site, scope))).toEqual(['operator-needed', 'submitted']);
  });

  it('goes by itself where the proof of all domains is approval enough', async () => {
    const { tenants, submitted, publish, maintenance, resolver, wait } = createTenantSite({
      policy: { approval: 'proved-domains' },
    });
    const { tenant, scope } = await submitted({ domains: 'acme.example, acme.test.example' });
    const [first] = tenant.domains;
    if (first) publish({ ...tenant, domains: [first] });
    await tenants.checkDomains(scope);
    expect(await tenants.get(scope)).toMatchObject({ state: 'submitted' });
    publish(tenant);
    wait(60_000);
    await maintenance.runOnce();
    expect(await tenants.get(scope)).toMatchObject({ state: 'active', version: 2 });
    expect(await resolver.byDomain('acme.test.example')).toMatchObject({ id: tenant.id });
    expect((await tenants.history(scope)).items[0]).toMatchObject({
      kind: 'approved',
      details: { by: { role: 'system' } },
    });
    expect(await tenants.change(scope, { authority: 'https://new.example', clientSecret: 'n' }, ADA)).toMatchObject({
      state: 'active',
    });
  });

  it('is nobody else’s: another organization finds nothing, by whatever call', async () => {
    const { tenants, active } = createTenantSite();
    const { tenant, scope } = await active();
    const foreign = { organizationId: 'evil', tenantId: tenant.id };
    const calls = [
      tenants.get(foreign),
      tenants.change(foreign, { clientId: 'x' }, OPS),
      tenants.resubmit(foreign, {}, ADA),
      tenants.approve(foreign, OPS),
      tenants.reject(foreign, 'no', OPS),
      tenants.askForInformation(foreign, 'what?', OPS),
      tenants.disable(foreign, OPS),
      tenants.enable(foreign, OPS),
      tenants.checkDomains(foreign),
      tenants.renewDomain(foreign, 'acme.example', OPS),
      tenants.addSecret(foreign, { secret: 's' }, OPS),
      tenants.promoteSecret(foreign, tenant.clientSecrets[0]?.id ?? '', OPS),
      tenants.removeSecret(foreign, tenant.clientSecrets[0]?.id ?? '', OPS),
      tenants.setSecretExpiry(foreign, tenant.clientSecrets[0]?.id ?? '', null, OPS),
    ];
    expect(new Set(await Promise.all(calls))).toEqual(new Set([undefined]));
    expect((await tenants.history(foreign)).items).toEqual([]);
    expect(await tenants.get(scope)).toEqual(tenant);
  });

  it('is listed for its organization, and by state for operators, page by page', async () => {
    const { tenants, submitted, active } = createTenantSite();
    await active({ domains: 'a.example' }, 'a');
    const waiting = [];
    for (const id of ['b', 'c', 'd']) waiting.push((await submitted({ domains: `${id}.example` }, id)).tenant.id);
    expect((await tenants.list({ organizationId: 'b' })).map(({ id }) => id)).toEqual(waiting.slice(0, 1));
    const first = await tenants.listByState('submitted', { limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual(waiting.slice(0, 2));
    const rest = await tenants.listByState('submitted', { after: first.next ?? 'none', limit: 2 });
    expect([rest.items.map(({ id }) => id), rest.next]).toEqual([waiting.slice(2), undefined]);
  });
});

describe('a change', () => {
  it('is refused to whoever looked at an older version, and not because maintenance came by', async () => {
    const { tenants, active, maintenance, wait } = createTenantSite();
    const { tenant, scope } = await active();
    const { version: ifVersion } = tenant;
    wait(2 * DAY);
    await maintenance.runOnce();
    await tenants.change(scope, { breakGlassEmails: 'a@acme.example' }, { ...ADA, ifVersion });
    const late = tenants.change(scope, { breakGlassEmails: 'b@acme.example' }, { ...ADA, ifVersion });
    await expect(late).rejects.toThrow(StaleVersionError);
    await expect(tenants.disable(scope, { ...OPS, ifVersion })).rejects.toThrow(StaleVersionError);
    expect(await tenants.get(scope)).toMatchObject({ version: ifVersion + 1, breakGlassEmails: ['a@acme.example'] });
  });

  it.each<
    [
      string,
      'submitted' | 'active' | 'disabled',
      (tenants: OidcTenants, scope: OidcTenantScope, by: TenantActor) => Promise<unknown>,
    ]
  >([
    ['approve', 'submitted', (tenants, scope, by) => tenants.approve(scope, by)],
    ['reject', 'submitted', (tenants, scope, by) => tenants.reject(scope, 'No.', by)],
    ['askForInformation', 'submitted', (tenants, scope, by) => tenants.askForInformation(scope, 'Which?', by)],
    ['resubmit', 'submitted', (tenants, scope, by) => tenants.resubmit(scope, {}, by)],
    ['disable', 'active', (tenants, scope, by) => tenants.disable(scope, by)],
    ['enable', 'disabled', (tenants, scope, by) => tenants.enable(scope, by)],
    ['addSecret', 'active', (tenants, scope, by) => tenants.addSecret(scope, { secret: 'another' }, by)],
  ])(
    '%s of an operator takes the version that they read: what was changed since is refused',
    async (_name, state, step) => {
      const site = createTenantSite();
      const { tenants } = site;
      const { tenant, scope } = state === 'submitted' ? await site.submitted() : await site.active();
      if (state === 'submitted') {
        site.publish(tenant);
        await tenants.checkDomains(scope);
      }
      if (state === 'disabled') await tenants.disable(scope, OPS);
      const read = (await tenants.get(scope))?.version ?? 0;
      await tenants.change(scope, { breakGlassEmails: 'eve@acme.example' }, ADA);
      await expect(step(tenants, scope, { ...OPS, ifVersion: read })).rejects.toThrow(StaleVersionError);
      const now = await tenants.get(scope);
      expect(now).toMatchObject({ state, version: read + 1 });
      await expect(step(tenants, scope, { ...OPS, ifVersion: read + 1 })).resolves.toMatchObject({ version: read + 2 });
    },
  );

  it('leaves what it does not name, and takes away what is null', async () => {
    const { tenants, active } = createTenantSite();
    const { scope } = await active({ additionalScopes: 'groups', maxAge: 60, claimNames: { groups: 'a.b' } });
    const changed = await tenants.change(scope, { maxAge: null, prompt: 'login' }, ADA);
    expect(changed?.settings).toEqual({
      authority: REQUEST.authority,
      clientId: 'app',
      clientAuthentication: 'client_secret_post',
      additionalScopes: ['groups'],
      claimNames: { groups: 'a.b' },
      prompt: 'login',
    });
    expect(changed?.clientSecrets).toHaveLength(1);
  });

  it.each([
    { authority: 'https://evil.example', clientSecret: 's' },
    { clientId: 'other' },
    { trustEmail: true },
    { entraTenantIds: ['9188040d-6c67-4c5b-b112-36a304b66dad'] },
    { clientAuthentication: 'client_secret_basic' },
  ] satisfies OidcTenantChange[])('of what was approved is for operators: %j', async (change) => {
    const { tenants, active } = createTenantSite();
    const { scope } = await active();
    expect(await refusalOf(tenants.change(scope, change, ADA))).toEqual(['operator-needed', 'active']);
    expect(await tenants.change(scope, change, OPS)).toMatchObject({ state: 'active' });
  });

  it('of the authority needs the secret again: otherwise it could be had by naming another server', async () => {
    const { tenants, submitted } = createTenantSite();
    const { scope } = await submitted();
    const change = { authority: 'https://evil.example' };
    expect(await faultsOf(tenants.change(scope, change, ADA))).toEqual([
      'clientSecret: must be given again for another authority',
    ]);
    const changed = await tenants.change(scope, { ...change, clientSecret: 'another secret' }, ADA);
    expect(changed).toMatchObject({ settings: change, clientSecrets: [{ inUse: true }] });
  });

  it('of domains is refused where a break-glass address would be left outside (AQ-31)', async () => {
    const { tenants, submitted } = createTenantSite();
    const { scope } = await submitted({ domains: 'acme.example, b.example', breakGlassEmails: 'a@x.b.example' });
    expect(await faultsOf(tenants.change(scope, { domains: 'acme.example' }, ADA))).toEqual([
      'breakGlassEmails[0]: must be in an associated domain of this tenant, or in a subdomain of one',
    ]);
    const both = { domains: 'acme.example', breakGlassEmails: 'a@ops.acme.example' };
    expect(await tenants.change(scope, both, ADA)).toMatchObject({ breakGlassEmails: ['a@ops.acme.example'] });
  });

  it('of the way in which the client authenticates takes secrets and keys along', async () => {
    const { tenants, submitted } = createTenantSite();
    const { scope } = await submitted();
    const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----';
    const change: OidcTenantChange = {
      clientAuthentication: 'private_key_jwt',
      privateKey: { pem, algorithm: 'EdDSA', keyId: 'k1' },
      clientSecret: null,
    };
    const changed = await tenants.change(scope, change, ADA);
    expect(changed).toMatchObject({ clientSecrets: [], privateKey: { algorithm: 'EdDSA', keyId: 'k1' } });
    expect(await faultsOf(tenants.change(scope, { privateKey: null }, ADA))).toEqual(['privateKey: is missing']);
  });
});

describe('break-glass addresses (AQ-30, AQ-33)', () => {
  it('are these very addresses, in any spelling that is the same', () => {
    const emails = ['admin@ops.acme.example'];
    const spelled = ['admin@ops.acme.example', 'Admin@OPS.acme.EXAMPLE'];
    const others = [
      'admin@acme.example',
      'xadmin@ops.acme.example',
      'admin@ops.acme.example.',
      'admin+1@ops.acme.example',
    ];
    expect(spelled.filter((text) => !isBreakGlassEmail(emails, text))).toEqual([]);
    expect(others.filter((text) => isBreakGlassEmail(emails, text))).toEqual([]);
  });

  it('count as soon as the tenant does, and are taken away within seconds', async () => {
    const { tenants, submitted, publish, resolver, wait } = createTenantSite();
    const { tenant, scope } = await submitted({ breakGlassEmails: 'Admin@ops.acme.example' });
    const addresses = async () => {
      wait(6_000);
      return (await resolver.rulesOf?.(tenant.id))?.breakGlassEmails;
    };
    expect(await addresses()).toBeUndefined();
    publish(tenant);
    await tenants.checkDomains(scope);
    await tenants.approve(scope, OPS);
    expect(await resolver.rulesOf?.(tenant.id)).toBeUndefined();
    expect(await addresses()).toEqual(['admin@ops.acme.example']);
    await tenants.change(scope, { breakGlassEmails: [] }, ADA);
    expect(await addresses()).toEqual([]);
  });
});

describe.each(['memory', ...DATABASES] as const)('changes of several people at once, on %s', (name) => {
  it('are all made, each once, and one after the other in the history', async () => {
    const database = name === 'memory' ? undefined : await openDatabase(name);
    try {
      const base = (await database?.storage()) ?? createMemoryStorage();
      const { tenants, active } = createTenantSite({ base });
      const { tenant, scope } = await active();
      const prompts = ['none', 'login', 'consent'] as const;
      await Promise.all([
        tenants.disable(scope, OPS),
        ...prompts.map((prompt) => tenants.change(scope, { prompt }, OPS)),
        tenants.addSecret(scope, { secret: 'second' }, ADA),
      ]);
      const after = await tenants.get(scope);
      expect(after).toMatchObject({ version: tenant.version + 5, state: 'disabled', clientSecrets: [{}, {}] });
      const { items } = await tenants.history(scope, { limit: 5 });
      expect(items.map(({ kind }) => kind).sort()).toEqual([
        'changed',
        'changed',
        'changed',
        'disabled',
        'secret-added',
      ]);
    } finally {
      await database?.close();
    }
  });
});

type Site = ReturnType<typeof createTenantSite>;
type Scope = Awaited<ReturnType<Site['submitted']>>['scope'];
