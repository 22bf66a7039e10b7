import { newId } from '../../core/id.js';
import { StaleVersionError, UniqueConflictError } from '../../storage/errors.js';
import type { OidcTenantState } from '../../storage/oidc-tenant-record.js';
import type { Storage } from '../../storage/storage.js';
import { T0, T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet, expectThat } from '../expectation.js';
import { newDomain, oidcTenantDraft } from '../oidc-tenant-draft.js';

/** What is promised of OIDC tenants. */
export const OIDC_TENANT_RULES: readonly ContractRule[] = [
  {
    code: 'A1',
    promise: 'an OIDC tenant reads back as it was given, settings that nobody knows included',
    notice: 'a setting of the identity provider is lost, and nobody can sign in any more',
    async check({ storage: { oidcTenants }, newOrganization }) {
      const bare = oidcTenantDraft(newOrganization());
      const full = oidcTenantDraft(bare.organizationId, {
        state: 'disabled',
        message: 'Zoë\'s "IdP" %_',
        settings: { claimNames: { 'https://acme.example/groups': 'a.b' }, unheardOf: [1, null, { b: 1, a: '2' }] },
        domains: [
          { name: newDomain(), state: 'pending', proof: 'p', claimedAt: T0, expiresAt: T1, misses: 2, nextCheckAt: T2 },
        ],
        provedDomains: [newDomain(), newDomain()],
        breakGlassEmails: ["o'neil@ops.acme.example"],
        clientSecrets: [{ id: 's', sealed: 'v1.k.a.b.c', fingerprint: 'f', addedAt: T0, expiresAt: T2 }],
        privateKey: { sealed: 'v1.k.a.b.c', fingerprint: 'f', algorithm: 'RS256', addedAt: T0 },
        dueAt: T1,
      });
      for (const tenant of [full, bare]) {
        await oidcTenants.insert(tenant);
        expectSame(await oidcTenants.get(tenant.id), tenant, 'what get reads');
      }
      const { id, organizationId } = bare;
      const changed = { ...full, id, organizationId, provedDomains: [newDomain()], version: 2 };
      await oidcTenants.update(changed, 1);
      expectSame(await oidcTenants.get(id), changed, 'what get reads after an update');
      const plain = { ...bare, version: 3 };
      await oidcTenants.update(plain, 2);
      expectSame(await oidcTenants.get(id), plain, 'what get reads after an update that takes things away');
      expectSame(await oidcTenants.get(newId()), undefined, 'what get reads of an unknown id');
    },
  },
  {
    code: 'A2',
    promise: 'the id of an OIDC tenant is unique over all organizations',
    notice: 'the sign-in of one customer leads to the identity provider of another',
    async check({ storage: { oidcTenants }, newOrganization }) {
      const mine = oidcTenantDraft(newOrganization());
      await oidcTenants.insert(mine);
      for (const organizationId of [mine.organizationId, newOrganization()]) {
        const refused = oidcTenants.insert(oidcTenantDraft(organizationId, { id: mine.id, state: 'submitted' }));
        await expectRefusal(refused, UniqueConflictError, 'an insert of an id that is taken');
      }
      expectSame(await oidcTenants.get(mine.id), mine, 'the tenant that was there first');
    },
  },
  {
    code: 'A3',
    promise: 'each proved domain leads to exactly the OIDC tenant that has it now, whatever its state',
    notice: 'people are sent to an identity provider that their company has given up',
    async check({ storage: { oidcTenants }, newOrganization }) {
      const [a, b, c] = [newDomain(), newDomain(), newDomain()] as const;
      const first = oidcTenantDraft(newOrganization(), { provedDomains: [a, b] });
      const second = oidcTenantDraft(newOrganization(), { state: 'disabled' });
      for (const tenant of [first, second]) await oidcTenants.insert(tenant);
      const leadTo = async (...domains: readonly string[]) =>
        Promise.all(domains.map(async (domain) => (await oidcTenants.findByDomain(domain))?.id));
      expectSame(await leadTo(a, b, c), [first.id, first.id, undefined], 'where domains lead');
      for (const domain of ['', '%', a.slice(1), `x${a}`, `x.${a}`, 'example']) {
        expectSame(await leadTo(domain), [undefined], `where the domain "${domain}" leads, which nobody has`);
      }
      await oidcTenants.update({ ...first, provedDomains: [c, a], version: 2 }, 1);
      expectSame(await leadTo(a, b, c), [first.id, undefined, first.id], 'where domains lead after an update');
      await oidcTenants.update({ ...second, provedDomains: [b], version: 2 }, 1);
      expectSame(await leadTo(b), [second.id], 'where a domain leads that another tenant took over');
    },
  },
  {
    code: 'A4',
    promise: 'a domain that another OIDC tenant has proved is refused with a UniqueConflictError, and nothing changes',
    notice: 'one customer takes over the domain of another, and signs in as its people',
    async check({ storage: { oidcTenants }, newOrganization }) {
      const [taken, free] = [newDomain(), newDomain()] as const;
      const mine = oidcTenantDraft(newOrganization(), { provedDomains: [taken] });
      const theirs = oidcTenantDraft(newOrganization());
      for (const tenant of [mine, theirs]) await oidcTenants.insert(tenant);
      const late = oidcTenantDraft(newOrganization(), { provedDomains: [free, taken] });
      await expectRefusal(oidcTenants.insert(late), UniqueConflictError, 'an insert with a domain that is taken');
      expectSame(await oidcTenants.get(late.id), undefined, 'the tenant that was refused');
      const grab = oidcTenants.update({ ...theirs, message: 'grab', provedDomains: [free, taken], version: 2 }, 1);
      await expectRefusal(grab, UniqueConflictError, 'an update with a domain that is taken');
      expectSame(await oidcTenants.get(theirs.id), theirs, 'the tenant whose update was refused');
      expectSame(await oidcTenants.findByDomain(free), undefined, 'where the other domain of a refused change leads');
      expectSame((await oidcTenants.findByDomain(taken))?.id, mine.id, 'where the domain leads');
    },
  },
  {
    code: 'A5',
    promise:
      'an update of an OIDC tenant in another version, of another organization or of none is refused with a StaleVersionError',
    notice: 'of two administrators who change the sign-in, one overwrites the other, or the tenant of another customer',
    async check({ storage: { oidcTenants }, newOrganization }) {
      const missing = oidcTenantDraft(newOrganization(), { version: 2 });
      await expectRefusal(oidcTenants.update(missing, 1), StaleVersionError, 'an update of an unknown tenant');
      expectSame(await oidcTenants.get(missing.id), undefined, 'the tenant that was not there');
      const mine = oidcTenantDraft(newOrganization(), { version: 3 });
      await oidcTenants.insert(mine);
      for (const version of [2, 4]) {
        const stale = oidcTenants.update({ ...mine, message: 'late', version: version + 1 }, version);
        await expectRefusal(stale, StaleVersionError, 'an update of another version');
      }
      const foreign = { ...mine, organizationId: newOrganization(), message: 'theirs', version: 4 };
      await expectRefusal(oidcTenants.update(foreign, 3), StaleVersionError, 'an update by another organization');
      expectSame(await oidcTenants.get(mine.id), mine, 'the tenant');
    },
  },
  {
    code: 'A6',
    promise: 'list answers all OIDC tenants of the organization, in whatever state, and no others',
    notice: 'an administrator sees the identity provider of another customer, or cannot find their own',
    async check({ storage: { oidcTenants }, newOrganization }) {
      const [mine, theirs] = [newOrganization(), newOrganization()];
      const [first, second] = [oidcTenantDraft(mine), oidcTenantDraft(mine, { state: 'rejected' })];
      const foreign = oidcTenantDraft(theirs);
      for (const tenant of [first, foreign, second]) await oidcTenants.insert(tenant);
      const listed = async (organizationId: string) => (await oidcTenants.list({ organizationId })).map(({ id }) => id);
      expectSameSet(await listed(mine), [first.id, second.id], 'the tenants of an organization');
      expectSameSet(await listed(theirs), [foreign.id], 'the tenants of another');
      expectSame(await listed(newOrganization()), [], 'the tenants of an organization without any');
    },
  },
  {
    code: 'A7',
    promise:
      'a walk by listByState meets the OIDC tenants in that state in order of creation, each that stays exactly once',
    notice: 'a request for sign-in is never looked at, because no operator sees it',
    async check({ storage, newOrganization }) {
      const organizations = [newOrganization(), newOrganization()];
      const drafts = Array.from({ length: 7 }, (_, index) =>
        oidcTenantDraft(organizations[index % 2] ?? '', { state: index === 3 ? 'rejected' : 'needs-information' }),
      );
      for (const tenant of drafts) await storage.oidcTenants.insert(tenant);
      const own = new Set(drafts.map(({ id }) => id));
      const [leaver] = drafts;
      let isFirst = true;
      const met = await walk(storage, 'needs-information', async (ids) => {
        // Somebody decides about a tenant that has been met: the others keep their places.
        if (!isFirst || !leaver || !ids.includes(leaver.id)) return;
        isFirst = false;
        await storage.oidcTenants.update({ ...leaver, state: 'active', version: 2 }, 1);
      });
      const expected = drafts.filter(({ state }) => state === 'needs-information').map(({ id }) => id);
      expectSame(
        met.filter((id) => own.has(id)),
        expected,
        'the tenants that a walk meets',
      );
      expectThat(
        !(await walk(storage, 'needs-information')).includes(leaver?.id ?? ''),
        'a tenant in its former state',
      );
      await expectRefusal(
        storage.oidcTenants.listByState('active', { after: 'no position', limit: 1 }),
        RangeError,
        'a position that is none',
      );
    },
  },
  {
    code: 'A8',
    promise: 'listDue answers OIDC tenants whose time has come, earliest first, at most as many as asked for',
    notice: 'nobody is reminded of a secret that expires, or a domain is never looked up again',
    async check({ storage: { oidcTenants }, newOrganization }) {
      // Long ago, so that nothing else is due.
      const year = 1000 + Math.floor(Math.random() * 500);
      const [at, later] = [`${year}-03-01T10:00:00.000Z`, `${year}-03-01T10:00:00.001Z`];
      const organizationId = newOrganization();
      const due = ['05', '03', '04'].map((month) =>
        oidcTenantDraft(organizationId, { dueAt: `0999-${month}-01T10:00:00.000Z` }),
      );
      const exact = oidcTenantDraft(organizationId, { dueAt: at, state: 'disabled' });
      const others = [oidcTenantDraft(organizationId, { dueAt: later }), oidcTenantDraft(organizationId)];
      const all = [...due, exact, ...others];
      for (const tenant of all) await oidcTenants.insert(tenant);
      const own = async () =>
        (await oidcTenants.listDue(at, 1000)).filter((tenant) => tenant.organizationId === organizationId);
      const ids = (tenants: readonly { readonly id: string }[]) => tenants.map(({ id }) => id);
      const [may, march, april] = due;
      expectSame(ids(await own()), [march?.id, april?.id, may?.id, exact.id], 'the tenants that are due');
      const few = await oidcTenants.listDue(at, 2);
      expectSame(few.length, 2, 'how many are answered where two are asked for');
      expectThat((few[0]?.dueAt ?? '') <= (few[1]?.dueAt ?? ''), 'the later one first');
      for (const { dueAt: _, ...tenant } of all) await oidcTenants.update({ ...tenant, version: 2 }, 1);
      expectSame(ids(await own()), [], 'the tenants that are due when nothing is left to do');
    },
  },
  {
    code: 'A9',
    promise: 'of OIDC tenants that prove one domain at the same time exactly one succeeds',
    notice: 'a domain belongs to two customers, and people sign in at the wrong one',
    async check({ storage: { oidcTenants }, newOrganization }) {
      const domain = newDomain();
      const drafts = Array.from({ length: 8 }, () => oidcTenantDraft(newOrganization()));
      for (const tenant of drafts) await oidcTenants.insert(tenant);
      const outcomes = await Promise.allSettled(
        drafts.map((tenant) => oidcTenants.update({ ...tenant, provedDomains: [newDomain(), domain], version: 2 }, 1)),
      );
      const won = drafts.filter((_, index) => outcomes[index]?.status === 'fulfilled');
      expectSame(won.length, 1, 'how many updates succeeded');
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expectThat(
        refusals.every((error) => error instanceof UniqueConflictError),
        `a refusal with ${refusals.map(String).join(', ')}`,
      );
      expectSame((await oidcTenants.findByDomain(domain))?.id, won[0]?.id, 'where the domain leads');
      const holders = await Promise.all(drafts.map(async ({ id }) => oidcTenants.get(id)));
      const count = holders.filter((tenant) => tenant?.provedDomains.includes(domain)).length;
      expectSame(count, 1, 'how many tenants say that the domain is theirs');
    },
  },
  {
    code: 'A10',
    promise:
      'of parallel updates of one version of an OIDC tenant exactly one wins, and the others meet a StaleVersionError',
    notice: 'a tenant that was disabled is active again, because something else was saved at the same time',
    async check({ storage: { oidcTenants }, newOrganization }) {
      const tenant = oidcTenantDraft(newOrganization());
      await oidcTenants.insert(tenant);
      const messages = Array.from({ length: 8 }, (_, index) => `change ${index}`);
      const outcomes = await Promise.allSettled(
        messages.map((message) => oidcTenants.update({ ...tenant, message, version: 2 }, 1)),
      );
      const won = messages.filter((_, index) => outcomes[index]?.status === 'fulfilled');
      expectSame(won.length, 1, 'how many updates succeeded');
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expectThat(
        refusals.every((error) => error instanceof StaleVersionError),
        `a refusal with ${refusals.map(String).join(', ')}`,
      );
      expectSame((await oidcTenants.get(tenant.id))?.message, won[0], 'what is kept');
    },
  },
];

async function walk(
  { oidcTenants }: Storage,
  state: OidcTenantState,
  afterPage: (ids: readonly string[]) => Promise<void> = async () => undefined,
): Promise<readonly string[]> {
  const met: string[] = [];
  let after = '';
  do {
    const { items, next } = await oidcTenants.listByState(state, { after, limit: 2 });
    const ids = items.map(({ id }) => id);
    met.push(...ids);
    await afterPage(ids);
    after = next ?? '';
  } while (after !== '');
  return met;
}
