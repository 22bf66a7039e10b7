import { describe, expect, it } from '@jest/globals';
import {
  createSignInProvisioning,
  presets,
  type SignInIdentity,
  type SignInProvisioningOptions,
} from 'express-sso-scim';
import {
  ACME,
  active,
  addressOf,
  createProvisionedSite,
  newUser,
  OPERATOR,
  type SiteSeeds,
} from '../support/provisioned-site.js';

const TEAMS = [
  { id: 'dev', name: 'Dev', identifier: 'GUID-DEV' },
  { id: 'qa', name: 'QA' },
  { id: 'ops', name: 'Ops', identifier: 'guid-ops' },
];
const ROLES = {
  organization: [{ name: 'Account Member' }, { name: 'Account Admin', privileged: true }],
  team: [{ name: 'Space Member' }, { name: 'Space Developer' }, { name: 'Space Admin', privileged: true }],
} as const;

async function openAccount(seeds: SiteSeeds = {}, options: Partial<SignInProvisioningOptions> = {}) {
  const site = await createProvisionedSite('torque', {
    teams: TEAMS,
    roles: { organization: [...ROLES.organization], team: [...ROLES.team] },
    router: { directoryFrom: 'path' },
    ...seeds,
  });
  await site.storage.oidcTenants.insert({
    id: 'entra',
    ...ACME,
    version: 1,
    revision: 1,
    state: 'active',
    settings: {},
    domains: [],
    provedDomains: ['acme.example'],
    breakGlassEmails: [],
    clientSecrets: [],
    preferences: {},
    createdAt: '2026-03-01T10:00:00.000Z',
    updatedAt: '2026-03-01T10:00:00.000Z',
  });
  const signIn = createSignInProvisioning(site.storage, {
    policy: { ...presets.torque.provisioning, ...seeds.policy },
    roles: { organization: [...ROLES.organization], team: [...ROLES.team] },
    ...options,
  });
  const login = (name: string, more: Partial<SignInIdentity> = {}) => signIn({ identity: identityOf(name, more) });
  return { ...site, login };
}

function identityOf(name: string, more: Partial<SignInIdentity> = {}): SignInIdentity {
  return {
    tenantId: 'entra',
    ...ACME,
    subject: `sub-${name}`,
    linkKey: `link-${name}`,
    email: { verified: true, address: addressOf(name) },
    name,
    timezone: undefined,
    groups: { state: 'missing' },
    attributes: {},
    oid: undefined,
    ...more,
  };
}

const spaces = (names: unknown, roles?: unknown) => ({ attributes: { spaces: names, spaceRoles: roles } });
const groups = (...values: readonly string[]) => ({ groups: { state: 'present', values, mayBeCut: false } as const });

describe('Torque: sign-in (TQ-3 to TQ-15, TQ-28)', () => {
  it('TQ-6 TQ-33 the first sign-in makes the person with contact details, spaces and roles', async () => {
    const site = await openAccount();
    const outcome = await site.login('ada', { ...spaces('Dev,QA', 'Space Developer'), timezone: 'Europe/Lisbon' });
    expect(outcome).toMatchObject({
      created: true,
      user: { email: addressOf('ada'), displayName: 'ada', timezone: 'Europe/Lisbon', tenantId: 'entra' },
    });
    expect(await site.team('dev')).toEqual(['ada Space Developer']);
    expect(await site.team('qa')).toEqual(['ada Space Developer']);
    expect(await site.heard()).toEqual(['person.created', 'person.activated']);
  });

  it('the same sign-in again changes nothing and makes nobody', async () => {
    const site = await openAccount();
    const first = await site.login('ada', spaces('Dev', 'Space Developer'));
    await site.heard();
    const again = await site.login('ada', spaces('Dev', 'Space Developer'));
    expect(again).toEqual({ ...first, created: false });
    expect(await site.heard()).toEqual([]);
  });

  it.each([
    ['every', ['ada Space Member'], []],
    ['first', [], ['ada Space Member']],
  ] as const)('TQ-7 spaces and profile follow the %s sign-in', async (loginUpdates, qa, dev) => {
    const site = await openAccount({ policy: { loginUpdates } });
    await site.login('ada', spaces('Dev'));
    await site.login('ada', { ...spaces('QA'), name: 'Ada L.' });
    expect([await site.team('qa'), await site.team('dev')]).toEqual([qa, dev]);
    const user = await site.storage.users.get(ACME, await site.userId('ada'));
    expect(user?.displayName).toBe(loginUpdates === 'every' ? 'Ada L.' : 'ada');
  });

  it('TQ-11 TQ-14 unknown spaces are left out with their roles, unknown and privileged roles are Space Member', async () => {
    const site = await openAccount();
    await site.login('ada', spaces('nowhere,QA,Dev', 'Space Developer,Space Admin,bogus'));
    expect(await site.team('qa')).toEqual(['ada Space Member']);
    expect(await site.team('dev')).toEqual(['ada Space Member']);
  });

  it('gives a privileged role where owners allow it', async () => {
    const site = await openAccount({}, { claimRoles: ['Space Admin'] });
    await site.login('ada', spaces('Dev', 'Space Admin'));
    expect(await site.team('dev')).toEqual(['ada Space Admin']);
  });

  it('a claim that is missing changes nothing', async () => {
    const site = await openAccount();
    await site.login('ada', spaces('Dev'));
    await site.login('ada');
    expect(await site.team('dev')).toEqual(['ada Space Member']);
  });

  it('TQ-28 gives the default space once, and keeps roles that are added later', async () => {
    const site = await openAccount({}, { initialTeams: [{ teamId: 'qa', role: 'Space Developer' }] });
    await site.login('ada');
    expect(await site.team('qa')).toEqual(['ada Space Developer']);
    const userId = await site.userId('ada');
    await site.service.people.grant(ACME, { userId, target: 'team:dev', role: 'Space Developer', by: OPERATOR });
    await site.service.people.revoke(ACME, { userId, target: 'team:qa', by: OPERATOR });
    await site.login('ada');
    expect([await site.team('qa'), await site.team('dev')]).toEqual([[], ['ada Space Developer']]);
  });
});

describe('Torque: groups of the identity provider (TQ-16 to TQ-24)', () => {
  it('TQ-16 TQ-17 TQ-18 assigns and unassigns with each sign-in, by identifier', async () => {
    const site = await openAccount();
    await site.login('ada', groups('guid-dev', 'unknown'));
    expect(await site.team('dev')).toEqual(['ada Space Member']);
    await site.login('ada', groups('GUID-OPS'));
    expect([await site.team('dev'), await site.team('ops')]).toEqual([[], ['ada Space Member']]);
  });

  it('TQ-19 leaves teams without identifier, and people invited by hand, alone', async () => {
    const site = await openAccount();
    await site.login('ada', groups('guid-dev'));
    const userId = await site.userId('ada');
    for (const target of ['team:qa', 'team:ops'] as const) {
      await site.service.people.grant(ACME, { userId, target, role: 'Space Member', by: OPERATOR });
    }
    await site.login('ada', { groups: { state: 'empty' } });
    expect([await site.team('dev'), await site.team('qa'), await site.team('ops')]).toEqual([
      [],
      ['ada Space Member'],
      ['ada Space Member'],
    ]);
  });

  it('TQ-20 leaves people with a password, and tenants of other providers, alone', async () => {
    const withPassword = await openAccount({}, { hasPassword: async () => true });
    await withPassword.login('ada');
    await withPassword.login('ada', groups('guid-dev'));
    expect(await withPassword.team('dev')).toEqual([]);
    const unsupported = await openAccount({}, { policyOf: (id) => (id === 'entra' ? { claimGroups: 'ignore' } : {}) });
    await unsupported.login('ada', groups('guid-dev'));
    expect(await unsupported.team('dev')).toEqual([]);
  });

  it.each([{ state: 'missing' }, { state: 'overflow' }] as const)(
    'TQ-22 a claim that says nothing takes nobody out: %j',
    async (claim) => {
      const site = await openAccount();
      await site.login('ada', groups('guid-dev'));
      await site.login('ada', { groups: claim });
      expect(await site.team('dev')).toEqual(['ada Space Member']);
    },
  );

  it('TQ-24 notes the group ids of each sign-in', async () => {
    const site = await openAccount();
    await site.login('ada', groups('guid-dev', 'unknown'));
    const { items } = await site.storage.journal.page(ACME, 'provisioning', { after: '', limit: 1 });
    expect(items[0]).toMatchObject({ kind: 'login', details: { tenantId: 'entra', groups: ['guid-dev', 'unknown'] } });
  });
});

describe('Torque: SCIM and sign-in of one person (TQ-34 to TQ-37, TQ-46)', () => {
  it('TQ-34 TQ-35 TQ-36 a pushed person is pending, can be given spaces, and is the same person after the first sign-in', async () => {
    const site = await openAccount();
    await site.push('ada');
    const userId = await site.userId('ada');
    expect((await site.service.people.get(ACME, userId))?.state).toBe('pending');
    await site.service.people.grant(ACME, { userId, target: 'team:qa', role: 'Space Developer', by: OPERATOR });
    const outcome = await site.login('ada', groups('guid-dev'));
    expect(outcome).toMatchObject({ created: false, user: { id: userId } });
    expect((await site.service.people.get(ACME, userId))?.state).toBe('active');
    expect([await site.team('qa'), await site.team('dev')]).toEqual([['ada Space Developer'], ['ada Space Member']]);
  });

  it('TQ-31 nothing that happens here shows in what the identity provider reads back', async () => {
    const site = await openAccount();
    const ada = await site.push('ada');
    const read = async () => (await site.client.get(`/Users/${ada}`).expect(200)).body;
    const before = await read();
    await site.login('ada');
    const userId = await site.userId('ada');
    await site.service.people.grant(ACME, { userId, target: 'team:qa', role: 'Space Developer', by: OPERATOR });
    await site.storage.users.update(ACME, userId, { displayName: 'Somebody else' });
    await site.service.people.end(ACME, userId, OPERATOR);
    expect(await read()).toEqual(before);
  });

  it('TQ-46 finds a pushed person by the identity’s id, whatever the addresses are', async () => {
    const site = await openAccount();
    await site.push('ada', { externalId: 'oid-ada' });
    const userId = await site.userId('ada');
    const email = { verified: true, address: 'countess@acme.example' } as const;
    expect(await site.login('ada', { oid: 'oid-ada', email })).toMatchObject({ user: { id: userId } });
  });

  it('TQ-46 finds who signed in before being pushed, also under another address', async () => {
    const site = await openAccount();
    await site.login('ada', { oid: 'oid-ada' });
    const userId = await site.userId('ada');
    const email = 'countess@acme.example';
    await site.client
      .post('/Users', newUser('countess', { externalId: 'oid-ada', emails: [{ value: email }] }))
      .expect(201);
    const [person] = await site.storage.people.getMany(ACME, [userId]);
    expect(person?.directoryUsers).toHaveLength(1);
  });

  it.each(['delete', 'deactivate'])(
    'TQ-37 a person who is removed there is deleted, and cannot sign in again by the old login: %s',
    async (how) => {
      const site = await openAccount();
      const id = await site.push('ada');
      await site.login('ada', groups('guid-dev'));
      const userId = await site.userId('ada');
      if (how === 'delete') await site.client.delete(`/Users/${id}`).expect(204);
      else await site.client.patch(`/Users/${id}`, active(false)).expect(200);
      expect(await site.storage.users.get(ACME, userId)).toBeUndefined();
      expect(await site.team('dev')).toEqual([]);
      const again = await site.login('ada');
      if (how === 'deactivate') expect(again).toMatchObject({ reason: 'conflict' });
      else expect(again).toMatchObject({ created: true });
    },
  );

  it('refuses who was ended by hand, also when a directory says active again', async () => {
    const site = await openAccount();
    await site.login('ada');
    const userId = await site.userId('ada');
    await site.service.people.end(ACME, userId, OPERATOR);
    await site.push('ada');
    expect(await site.login('ada')).toMatchObject({ reason: 'deactivated' });
    await site.service.people.reopen(ACME, userId, OPERATOR);
    expect(await site.login('ada')).toMatchObject({ user: { id: userId } });
  });

  it('AQ-9 AQ-10 an address that is not verified leads to nobody, and makes nobody', async () => {
    const site = await openAccount();
    await site.push('ada');
    const email = { verified: false, address: addressOf('ada') } as const;
    expect(await site.login('ada', { email })).toMatchObject({ reason: 'email-not-verified' });
  });

  it('an address of somebody who signs in as somebody else is refused', async () => {
    const site = await openAccount();
    await site.login('ada');
    expect(await site.login('ada', { linkKey: 'other', subject: 'other' })).toMatchObject({
      reason: 'linked-elsewhere',
    });
  });

  it('of two first sign-ins at once both are the same person', async () => {
    const site = await openAccount();
    const outcomes = await Promise.all([site.login('ada'), site.login('ada'), site.login('ada')]);
    const ids = new Set(outcomes.map((outcome) => ('user' in outcome ? outcome.user.id : outcome.reason)));
    expect(ids.size).toBe(1);
    expect(await site.service.people.list(ACME, { after: '', limit: 10 })).toHaveLength(1);
  });
});
