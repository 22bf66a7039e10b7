import { describe, expect, it } from '@jest/globals';
import type { Storage } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { canonicalEmail } from '../../src/core/email-address.js';
import { domainFault, isWithinDomain, normalizeDomain } from '../../src/tenancy/domain-name.js';
import { claimDomain, judgeProof, noteLookup, type ProofFound } from '../../src/tenancy/domain-proof.js';
import { lookupTxtInDns } from '../../src/tenancy/txt-lookup.js';
import { DATABASES, openDatabase } from '../support/sql-databases.js';
import { ADA, createTenantSite, DAY, OPS, START } from '../support/tenant-site.js';

const HOUR = 3_600_000;
const TIMES = { claimDays: 14, recheckHours: 24, graceDays: 7 };

describe('a domain (AQ-25)', () => {
  it.each([
    [' Acme.Example. ', 'acme.example'],
    ['Bücher.example', 'xn--bcher-kva.example'],
    ['XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
    ['ａｃｍｅ.example', 'acme.example'],
    ['acme。example', 'acme.example'],
    ['a.b.c.acme.example', 'a.b.c.acme.example'],
  ])('is kept in one form: %j', (typed, kept) => {
    expect(normalizeDomain(typed)).toBe(kept);
  });

  it.each([
    '',
    'acme',
    'https://acme.example',
    'ada@acme.example',
    '@acme.example',
    'acme.example/x',
    'acme.example?x',
    'acme.example#x',
    'acme.example\\x',
    'a%63me.example',
    'acme\n.example',
    'acme.example:443',
    '*.acme.example',
    'acme..example',
    '-acme.example',
    'acme_1.example',
    '127.0.0.1',
    '0x7f.1',
    '[::1]',
    'acme .example',
    'acme.example\u0000',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(130)}example`,
  ])('is nothing else: %j', (typed) => {
    expect(normalizeDomain(typed)).toBeUndefined();
  });

  it.each(['co.uk', 'github.io', 'kobe.jp', 'xn--55qx5d.cn', 's3.amazonaws.com', 'vercel.app'])(
    'is no public suffix (security row 10): %s',
    (domain) => {
      expect(domainFault(domain)).toMatch(/public suffix/);
    },
  );

  it.each(['gmail.com', 'outlook.com', 'gmx.de', 'qq.com', 'proton.me', 'onmicrosoft.com'])(
    'is not one at which anybody gets an address (security row 10): %s',
    (domain) => {
      expect(domainFault(domain)).toMatch(/anybody gets an address/);
    },
  );

  it.each(['acme.example', 'acme.co.uk', 'acme.github.io', 'mygmail.com', 'mail.acme.example'])(
    'can be a company’s: %s',
    (domain) => {
      expect(domainFault(domain)).toBeUndefined();
    },
  );

  it('holds its subdomains, and nothing that only looks like one (AQ-31)', () => {
    const within = ['acme.example', 'ops.acme.example', 'a.b.acme.example'];
    const without = ['notacme.example', 'acme.example.evil.example', 'example', 'acme.example.'];
    expect(within.filter((domain) => !isWithinDomain(domain, 'acme.example'))).toEqual([]);
    expect(without.filter((domain) => isWithinDomain(domain, 'acme.example'))).toEqual([]);
  });
});

describe('an e-mail address in canonical form', () => {
  it.each([
    ['Admin@Ops.ACME.example', 'admin@ops.acme.example'],
    ['ada@Bücher.example', 'ada@xn--bcher-kva.example'],
    ["O'Neil@acme.example", undefined],
    ['a@b@acme.example', undefined],
    ['ada@acme.example, eve@evil.example', undefined],
    ['ada＠acme.example', undefined],
    ['"ada"@acme.example', undefined],
    ['ada@acme.example\u0000', undefined],
    ['ada', undefined],
    ['ada@acme.example#evil.example', undefined],
    ['ada@acme.example?evil.example', undefined],
    ['ada@a%63me.example', undefined],
  ])('%j is %j', (typed, kept) => {
    expect(canonicalEmail(typed)).toBe(kept);
  });
});

describe('the proof of a domain, over time', () => {
  const claimed = claimDomain('acme.example', START, TIMES);
  const after = (domain: typeof claimed, at: number, ...found: readonly ProofFound[]) =>
    found.reduce((each, outcome) => noteLookup(each, outcome, at, TIMES), domain);
  const inHours = (time: string | undefined) => (Date.parse(time ?? '') - START) / HOUR;

  it('is a random value for each claim', () => {
    expect(claimed).toMatchObject({ state: 'pending', misses: 0, nextCheckAt: claimed.claimedAt });
    expect(claimed.proof).toMatch(/^[\w-]{43}$/);
    expect(claimDomain('acme.example', START, TIMES).proof).not.toBe(claimed.proof);
  });

  it('is one of the values, and exactly that', () => {
    expect(judgeProof(claimed, ['v=spf1', ` ${claimed.proof} `])).toBe('proof');
    expect(judgeProof(claimed, [claimed.proof.toLowerCase(), `${claimed.proof}x`, ''])).toBe('other-values');
    expect(judgeProof(claimed, [])).toBe('nothing');
  });

  it('is looked for after a minute, then ever more seldom, at last every six hours', () => {
    const pauses: number[] = [];
    let [domain, now] = [claimed, START];
    for (let count = 0; count < 12; count += 1) {
      domain = noteLookup(domain, 'nothing', now, TIMES);
      pauses.push((Date.parse(domain.nextCheckAt ?? '') - now) / 60_000);
      now = Date.parse(domain.nextCheckAt ?? '');
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
    expect(domain).toMatchObject({ state: 'pending', misses: 12, found: 'nothing' });
  });

  it('expires when it does not come, and is not looked for any more', () => {
    expect(after(claimed, START + 14 * DAY - 1, 'nothing')).toMatchObject({ state: 'pending' });
    const expired = after(claimed, START + 14 * DAY, 'nothing');
    expect(expired.state).toBe('expired');
    expect(expired.nextCheckAt).toBeUndefined();
  });

  it('counts when it comes, even at the last moment, and is looked up again a day later', () => {
    const proved = after(claimed, START + 14 * DAY, 'proof');
    expect(proved).toMatchObject({ state: 'proved', found: 'proof', misses: 0 });
    expect(inHours(proved.nextCheckAt)).toBe(14 * 24 + 24);
  });

  it('may be missing for a week before the domain lapses, and is looked for each hour', () => {
    const proved = after(claimed, START, 'proof');
    const missing = after(proved, START + DAY, 'nothing');
    expect(missing).toMatchObject({ state: 'proved', provedAt: proved.provedAt });
    expect(inHours(missing.missingSince)).toBe(24);
    expect(inHours(missing.nextCheckAt)).toBe(25);
    const nearly = after(missing, START + 8 * DAY - 1, 'other-values');
    expect(nearly).toMatchObject({ state: 'proved', missingSince: missing.missingSince });
    const lapsed = after(nearly, START + 8 * DAY, 'nothing');
    expect(lapsed).toMatchObject({ state: 'failed', reason: 'lapsed' });
    expect([lapsed.provedAt, lapsed.missingSince]).toEqual([undefined, undefined]);
    expect(after(lapsed, START + 9 * DAY, 'proof')).toMatchObject({ state: 'proved', found: 'proof' });
    expect(after(lapsed, START + 22 * DAY, 'nothing').state).toBe('expired');
  });

  it('that comes back within the week leaves no trace', () => {
    const proved = after(claimed, START, 'proof');
    const back = after(after(proved, START + DAY, 'nothing', 'no-answer'), START + 2 * DAY, 'proof');
    expect(back).toEqual({ ...proved, checkedAt: back.checkedAt, nextCheckAt: back.nextCheckAt });
  });

  it('is not missing while name servers say nothing, for four weeks', () => {
    const proved = after(claimed, START, 'proof');
    const silent = after(proved, START + DAY, 'no-answer');
    expect(silent.missingSince).toBeUndefined();
    expect(after(silent, START + 29 * DAY - 1, 'no-answer')).toMatchObject({ state: 'proved' });
    expect(after(silent, START + 29 * DAY, 'no-answer')).toMatchObject({ state: 'failed', reason: 'lapsed' });
    const spoken = after(silent, START + 10 * DAY, 'nothing');
    expect(spoken.silentSince).toBeUndefined();
    expect(inHours(spoken.missingSince)).toBe(240);
  });

  it('that was missing cannot lapse by a look-up without answer', () => {
    const missing = after(after(claimed, START, 'proof'), START + DAY, 'nothing');
    expect(after(missing, START + 20 * DAY, 'no-answer')).toMatchObject({
      state: 'proved',
      missingSince: missing.missingSince,
    });
  });
});

describe('a look-up in the DNS', () => {
  it('ends when nobody waits any more', async () => {
    await expect(lookupTxtInDns('_sso-challenge.acme.invalid', AbortSignal.abort())).rejects.toThrow();
  });
});

describe('domains of a tenant (AQ-26)', () => {
  it('come with the record to publish, and count once it is there', async () => {
    const { tenants, submitted, publish, wait, asked } = createTenantSite();
    const { tenant, scope } = await submitted({ domains: 'Acme.example, acme.example., bücher.example' });
    expect(tenant.domains.map(({ name, state }) => [name, state])).toEqual([
      ['acme.example', 'pending'],
      ['xn--bcher-kva.example', 'pending'],
    ]);
    expect(tenant.domains[0]?.record.name).toBe('_sso-challenge.acme.example');
    expect(await tenants.checkDomains(scope)).toMatchObject({ domains: [{ found: 'nothing' }, { found: 'nothing' }] });
    publish(tenant);
    wait(9_000);
    await tenants.checkDomains(scope);
    expect(asked).toHaveLength(2);
    wait(1_000);
    expect(await tenants.checkDomains(scope)).toMatchObject({ domains: [{ state: 'proved' }, { state: 'proved' }] });
    expect((await tenants.history(scope)).items.map(({ kind }) => kind)).toEqual([
      'domain-proved',
      'domain-proved',
      'submitted',
    ]);
  });

  it('have another value for each tenant: a record for one proves nothing for another', async () => {
    const { tenants, submitted, publish } = createTenantSite();
    const first = await submitted();
    const second = await submitted({}, 'evil');
    publish(first.tenant);
    expect(await tenants.checkDomains(second.scope)).toMatchObject({
      domains: [{ state: 'pending', found: 'other-values' }],
    });
  });

  it('that no name server answers for are tried again', async () => {
    const { tenants, submitted, txt, publish, wait, maintenance } = createTenantSite();
    const { tenant, scope } = await submitted();
    txt.set('_sso-challenge.acme.example', new Error('SERVFAIL'));
    expect(await tenants.checkDomains(scope)).toMatchObject({ domains: [{ state: 'pending', found: 'no-answer' }] });
    publish(tenant);
    wait(60_000);
    await maintenance.runOnce();
    expect(await tenants.get(scope)).toMatchObject({ domains: [{ state: 'proved' }] });
  });

  it('that are added later wait, those that stay keep their proof, those that go are free', async () => {
    const { tenants, active, resolver, wait } = createTenantSite();
    const { tenant, scope } = await active({ domains: ['acme.example', 'acme.test.example'] });
    const changed = await tenants.change(scope, { domains: ['new.example', 'acme.example'] }, ADA);
    expect(changed?.domains.map(({ name, state }) => [name, state])).toEqual([
      ['new.example', 'pending'],
      ['acme.example', 'proved'],
    ]);
    expect(changed?.domains[1]?.record).toEqual(tenant.domains[0]?.record);
    wait(6_000);
    expect(await resolver.byDomain('acme.example')).toMatchObject({ provedDomains: ['acme.example'] });
    for (const domain of ['new.example', 'acme.test.example']) expect(await resolver.byDomain(domain)).toBeUndefined();
  });

  it('that expired are claimed anew with another value', async () => {
    const { tenants, submitted, wait, maintenance, asked } = createTenantSite();
    const { tenant, scope } = await submitted();
    wait(14 * DAY);
    await maintenance.runOnce();
    expect(await tenants.get(scope)).toMatchObject({ domains: [{ state: 'expired' }] });
    await tenants.checkDomains(scope);
    expect(asked).toHaveLength(1);
    const renewed = await tenants.renewDomain(scope, 'acme.example', ADA);
    expect(renewed).toMatchObject({ domains: [{ state: 'pending' }] });
    expect(renewed?.domains[0]?.record.value).not.toBe(tenant.domains[0]?.record.value);
  });

  it('whose proof goes are told of at once, lapse after a week, and lock nobody out before', async () => {
    const { active, txt, wait, maintenance, events, resolver, tenants } = createTenantSite();
    const { tenant, scope } = await active();
    txt.clear();
    wait(DAY);
    await maintenance.runOnce();
    expect(events).toMatchObject([
      { kind: 'oidc-tenant.domain-missing', tenantId: tenant.id, details: { domain: 'acme.example' } },
    ]);
    wait(7 * DAY - 1);
    await maintenance.runOnce();
    expect(await resolver.byDomain('acme.example')).toMatchObject({ id: tenant.id });
    wait(HOUR);
    await maintenance.runOnce();
    expect(events.map(({ kind }) => kind)).toEqual(['oidc-tenant.domain-missing', 'oidc-tenant.domain-lapsed']);
    wait(6_000);
    expect([await resolver.byDomain('acme.example'), await resolver.byId(tenant.id)]).toEqual([undefined, undefined]);
    expect(await tenants.get(scope)).toMatchObject({ state: 'active', domains: [{ state: 'failed' }] });
  });
});

describe.each(['memory', ...DATABASES] as const)('a domain that two tenants prove, on %s', (name) => {
  async function withStorage(work: (base: Storage) => Promise<void>): Promise<void> {
    if (name === 'memory') return work(createMemoryStorage());
    const database = await openDatabase(name);
    try {
      return await work(await database.storage());
    } finally {
      await database.close();
    }
  }

  it('belongs to one of them, whoever comes together; the other learns that it is taken, and gets it when it is free', async () => {
    await withStorage(async (base) => {
      const site = createTenantSite({ base });
      const { tenants, submitted, txt, wait, maintenance, resolver } = site;
      const rivals = await Promise.all(['a', 'b', 'c', 'd'].map((id) => submitted({}, `${id}-corp`)));
      txt.set(
        '_sso-challenge.acme.example',
        rivals.flatMap(({ tenant }) => tenant.domains.map(({ record }) => record.value)),
      );
      await Promise.all(rivals.map(({ scope }) => tenants.checkDomains(scope)));
      const views = await Promise.all(rivals.map(({ scope }) => tenants.get(scope)));
      const states = views.map((view) => [view?.domains[0]?.state, view?.domains[0]?.reason]);
      expect(states.filter(([state]) => state === 'proved')).toHaveLength(1);
      expect(states.filter(([state, reason]) => state === 'failed' && reason === 'taken')).toHaveLength(3);

      const owner = rivals.find((_, index) => states[index]?.[0] === 'proved');
      if (!owner) throw new Error('nobody has the domain');
      await tenants.approve(owner.scope, OPS);
      expect(await resolver.byDomain('acme.example')).toMatchObject({ id: owner.tenant.id });
      await tenants.change(owner.scope, { domains: ['other.example'] }, OPS);
      wait(60_000);
      await maintenance.runOnce();
      const later = await Promise.all(rivals.map(({ scope }) => tenants.get(scope)));
      const holders = later.filter((view) => view?.domains.some(({ state }) => state === 'proved'));
      expect(holders).toHaveLength(1);
      expect(holders[0]?.id).not.toBe(owner.tenant.id);
    });
  });
});
