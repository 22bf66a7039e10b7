import { describe, expect, it } from '@jest/globals';
import {
  type AccessEnded,
  composeStorage,
  createSignInProvisioning,
  type GroupMapping,
  presets,
  type SignInIdentity,
} from 'express-sso-scim';
import { managed } from '../../src/storage/managed-storage.js';
import { createChosenStorage } from '../support/chosen-storage.js';
import {
  ACME,
  active,
  adding,
  addressOf,
  createProvisionedSite,
  newUser,
  OPERATOR,
  type ProvisionedSite,
  removing,
  SCOPE,
  type SiteSeeds,
} from '../support/provisioned-site.js';

const PAGE = { after: '', limit: 100 };
const TEAMS = [
  { id: 'red', name: 'Red', identifier: 'guid-red' },
  { id: 'blue', name: 'Blue' },
];
/** Everything waits that may wait. */
const EVERYTHING = { people: 0, share: 0, minutes: 60 };

async function open(policy: object = {}, seeds: SiteSeeds = {}) {
  const chosen = {
    scimNeedsOidc: false,
    existingPeople: 'link',
    justInTime: 'create',
    blastRadius: 'off',
    ...policy,
  } as const;
  const site = await createProvisionedSite('all-quiet', { teams: TEAMS, ...seeds, policy: chosen });
  const signIn = createSignInProvisioning(site.storage, {
    policy: { ...presets['all-quiet'].provisioning, ...chosen },
  });
  const identity: Omit<SignInIdentity, 'email' | 'subject' | 'linkKey' | 'name'> = {
    tenantId: 'entra',
    ...ACME,
    oid: undefined,
    timezone: undefined,
    groups: { state: 'missing' },
    attributes: {},
  };
  return {
    ...site,
    login: (name: string, more: Partial<SignInIdentity> = {}) => {
      const email = { verified: true, address: addressOf(name) } as const;
      return signIn({ identity: { ...identity, subject: name, linkKey: name, name, email, ...more } });
    },
    async save(mapping: GroupMapping) {
      const first = await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR });
      if (first.kind !== 'needs-confirmation') return first.kind;
      const again = { by: OPERATOR, confirm: first.preview.digest };
      return (await site.service.mappings.save(SCOPE, mapping, again)).kind;
    },
    state: async (name: string) => (await site.service.people.get(ACME, await site.userId(name)))?.state,
    /** What gives somebody something, without ids. */
    async sources(name: string) {
      const grants = await site.storage.grants.ofUsers(ACME, [await site.userId(name)]);
      return grants.map(({ source }) => source.split(':')[0]).sort();
    },
  };
}

/** A tenant whose break-glass list has this address. */
async function addTenant({ storage }: ProvisionedSite, breakGlass: string): Promise<void> {
  await storage.oidcTenants.insert({
    id: 'entra',
    ...ACME,
    version: 1,
    revision: 1,
    state: 'active',
    settings: {},
    domains: [],
    provedDomains: [],
    breakGlassEmails: [breakGlass],
    clientSecrets: [],
    preferences: {},
    createdAt: '2026-03-01T10:00:00.000Z',
    updatedAt: '2026-03-01T10:00:00.000Z',
  });
}

function manual(...rows: readonly (readonly [groupId: string, target: string, role?: string])[]): GroupMapping {
  return {
    mode: 'manual',
    rows: rows.map(([groupId, target, role = 'Member']) => ({
      groupId,
      target: target === 'organization' ? target : `team:${target}`,
      role,
      allowedBy: OPERATOR,
    })),
  };
}

const AUTO = { mode: 'auto', filter: [], teamRole: 'Member' } as const;
const titled = [{ op: 'replace', path: 'title', value: 'Dr' }];

describe('people whom no identity provider may change', () => {
  it('AQ-5 the root user is changed by no call, whichever kind', async () => {
    const organization: { id: string; name: string; rootUserId?: string } = { id: 'acme', name: 'Acme' };
    const storage = composeStorage(createChosenStorage({ teams: TEAMS.map((team) => ({ ...team, ...ACME })) }), {
      organizations: { get: async () => organization },
    });
    const site = await open({}, { storage: managed(storage) });
    const id = await site.push('ada');
    const userId = await site.userId('ada');
    organization.rootUserId = userId;
    const before = await site.service.people.get(ACME, userId);
    const refusals = [
      await site.client.post('/Users', newUser('ada', { userName: addressOf('other') })),
      await site.client.put(`/Users/${id}`, newUser('ada', { displayName: 'Somebody else' })),
      await site.client.patch(`/Users/${id}`, titled),
      await site.client.patch(`/Users/${id}`, active(false)),
      await site.client.delete(`/Users/${id}`),
    ];
    for (const { status, body } of refusals) {
      expect([status, body.detail]).toEqual([403, expect.stringMatching(/who created the organization/)]);
    }
    expect(await site.service.people.get(ACME, userId)).toEqual(before);
  });

  it('a break-glass account that is named later is changed by no call either, under whatever name', async () => {
    const site = await open();
    const id = await site.push('ada');
    await addTenant(site, addressOf('ada'));
    const renamed = newUser('somebody', { active: false });
    for (const { status, body } of [
      await site.client.patch(`/Users/${id}`, titled),
      await site.client.patch(`/Users/${id}`, active(false)),
      await site.client.put(`/Users/${id}`, renamed),
      await site.client.delete(`/Users/${id}`),
    ]) {
      expect([status, body.detail]).toEqual([403, expect.stringMatching(/emergency account/)]);
    }
    expect(await site.state('ada')).toBe('pending');
  });

  it.each(['that the host has', 'that was pushed'])(
    'a break-glass account is known by the address %s',
    async (which) => {
      const site = await open({}, { users: [{ id: 'ada', email: addressOf('ada') }] });
      const id = await site.push('ada');
      // A link leaves the host's profile as it is: from here on the two addresses differ.
      await site.client.put(`/Users/${id}`, newUser('countess')).expect(200);
      await addTenant(site, addressOf(which === 'that was pushed' ? 'countess' : 'ada'));
      expect((await site.client.delete(`/Users/${id}`).expect(403)).body.detail).toMatch(/emergency account/);
      expect(await site.state('ada')).toBe('active');
    },
  );

  it('X-3 the last owner keeps the role that an attribute gave, until somebody decides', async () => {
    const site = await open({ roleAttribute: 'title' });
    await site.service.settings.change(SCOPE, { attributeRoles: ['Owner'] }, OPERATOR);
    const [ada] = [await site.push('ada', { title: 'Owner' }), await site.push('ben', { title: 'Owner' })];
    const role = async (name: string) => site.service.people.organizationRole(ACME, await site.userId(name));
    const demote = (id: string, value = 'Member') =>
      site.client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value }]);
    await demote(ada).expect(200);
    expect([await role('ada'), await role('ben')]).toEqual(['Member', 'Owner']);
    const [ben] = (await site.client.get(`/Users?filter=userName eq "${addressOf('ben')}"`)).body.Resources;
    await demote(ben.id).expect(200);
    expect(await role('ben')).toBe('Owner');
    await site.client.patch(`/Users/${ben.id}`, [{ op: 'replace', path: 'nickName', value: 'Benny' }]).expect(200);
    expect((await site.service.inbox.holds(SCOPE)).map(({ reason }) => reason)).toEqual(['last-owner']);
    expect((await site.heard()).filter((kind) => kind === 'hold.opened')).toHaveLength(1);
    await demote(ben.id, 'Owner').expect(200);
    expect(await site.service.inbox.holds(SCOPE)).toEqual([]);
  });

  it('X-3 the last owner of a group stays when all are taken out, and is not ended, until there is another', async () => {
    const site = await open();
    const ids = [await site.push('ada'), await site.push('ben')];
    const group = await site.pushGroup('Owners', ids);
    await site.save(manual([group, 'organization', 'Owner']));
    await site.client.patch(`/Groups/${group}`, removing(...ids)).expect(200);
    const [hold] = await site.service.inbox.holds(SCOPE);
    const owner = hold?.grants[0]?.userId ?? '';
    const [id, other] = owner === (await site.userId('ada')) ? ids : [...ids].reverse();
    await site.client.patch(`/Users/${id}`, active(false)).expect(403);
    await site.client.delete(`/Users/${id}`).expect(403);
    // Approving changes nothing while nobody else is an owner.
    await site.service.inbox.approve(SCOPE, hold?.id ?? '', OPERATOR);
    expect(await site.service.people.organizationRole(ACME, owner)).toBe('Owner');
    const [again] = await site.service.inbox.holds(SCOPE);
    const [person] = await site.storage.people.ofDirectoryUsers(SCOPE, [other ?? '']);
    const next = { userId: person?.userId ?? '', target: 'organization', role: 'Owner', by: OPERATOR } as const;
    await site.service.people.grant(ACME, next);
    await site.service.inbox.approve(SCOPE, again?.id ?? '', OPERATOR);
    expect(await site.service.people.organizationRole(ACME, owner)).toBe('Member');
    expect(await site.service.inbox.holds(SCOPE)).toEqual([]);
  });
});

describe('two directories and one person', () => {
  it('nobody who was deactivated comes back because that directory user is deleted', async () => {
    const site = await open({ activeWhen: 'all' });
    const second = await site.directory('acme-second');
    const ada = await site.push('ada');
    const { body } = await second.post('/Users', newUser('ada')).expect(201);
    await second.patch(`/Users/${body.id}`, active(false)).expect(200);
    await second.delete(`/Users/${body.id}`).expect(204);
    expect(await site.state('ada')).toBe('deactivated');
    expect(await site.login('ada')).toMatchObject({ reason: 'deactivated' });
    // The directory that is left has to say so.
    for (const value of [false, true]) await site.client.patch(`/Users/${ada}`, active(value)).expect(200);
    expect(await site.state('ada')).toBe('pending');
  });

  it('each has a word about its own groups only', async () => {
    const site = await open({ activeWhen: 'any' });
    const second = await site.directory('acme-second');
    const scope = { ...ACME, directoryId: 'acme-second' };
    const ada = await site.push('ada');
    const { body } = await second.post('/Users', newUser('ada')).expect(201);
    const reds = await site.pushGroup('Reds', [ada]);
    const blues = (await second.post('/Groups', { displayName: 'Blues', members: [{ value: body.id }] }).expect(201))
      .body;
    await site.save(manual([reds, 'red']));
    const saved = await site.service.mappings.save(scope, manual([blues.id, 'blue']), { by: OPERATOR });
    if (saved.kind === 'needs-confirmation') {
      await site.service.mappings.save(scope, manual([blues.id, 'blue']), {
        by: OPERATOR,
        confirm: saved.preview.digest,
      });
    }
    const teams = async () => [await site.team('red'), await site.team('blue')];
    expect(await teams()).toEqual([['ada Member'], ['ada Member']]);
    await site.client.patch(`/Users/${ada}`, titled).expect(200);
    expect(await teams()).toEqual([['ada Member'], ['ada Member']]);
    await second.delete(`/Users/${body.id}`).expect(204);
    expect(await teams()).toEqual([['ada Member'], []]);
  });

  it('what waits of a group that is gone ends with the person in its directory', async () => {
    const site = await open({ activeWhen: 'any', blastRadius: EVERYTHING });
    const second = await site.directory('acme-second');
    const ada = await site.push('ada');
    await second.post('/Users', newUser('ada')).expect(201);
    const group = await site.pushGroup('Reds', [ada]);
    await site.save(manual([group, 'red']));
    await site.client.delete(`/Groups/${group}`).expect(204);
    expect(await site.team('red')).toEqual(['ada Member']);
    await site.client.delete(`/Users/${ada}`).expect(204);
    expect(await site.team('red')).toEqual([]);
    expect(await site.service.inbox.holds(SCOPE)).toEqual([]);
  });

  it('who was deleted by the one is not brought back by a sign-in, while the other says active', async () => {
    const site = await open({ deactivation: 'delete', activeWhen: 'all' });
    const second = await site.directory('acme-second');
    const ada = await site.push('ada');
    const { body } = await second.post('/Users', newUser('ada')).expect(201);
    await second.patch(`/Users/${body.id}`, active(false)).expect(200);
    expect(await site.login('ada')).toMatchObject({ reason: 'conflict' });
    expect(await site.service.people.list(ACME, PAGE)).toEqual([]);
    await site.client.patch(`/Users/${ada}`, titled).expect(200);
    expect(await site.login('ada')).toMatchObject({ user: { id: await site.userId('ada') } });
  });
});

describe('the beginning and the end of people', () => {
  it('TQ-34 SE-10 somebody who has never signed in is no more active for being pushed once more', async () => {
    const site = await open({ beforeFirstLogin: 'invited', membersBeforeFirstLogin: 'hidden' });
    const second = await site.directory('acme-second');
    const ada = await site.push('ada');
    await second.post('/Users', newUser('ada')).expect(201);
    expect(await site.state('ada')).toBe('invited');
    await site.client.delete(`/Users/${ada}`).expect(204);
    await site.push('ada');
    expect(await site.state('ada')).toBe('invited');
    expect((await site.heard()).filter((kind) => kind === 'person.invited')).toHaveLength(1);
  });

  it('somebody who is there and is pushed as inactive loses the access', async () => {
    const told: AccessEnded[] = [];
    const users = [{ id: 'ada', email: addressOf('ada') }];
    const site = await open({}, { users, router: { endAccess: (event) => void told.push(event) } });
    const id = await site.push('ada', { active: false });
    expect(told).toEqual([{ ...SCOPE, userId: id, personId: 'ada', reason: 'deactivated' }]);
    expect(await site.state('ada')).toBe('deactivated');
  });

  it('somebody who is pushed as inactive is never made where that deletes people', async () => {
    const site = await open({ deactivation: 'delete' });
    const id = await site.push('ada', { active: false });
    expect(await site.service.people.list(ACME, PAGE)).toEqual([]);
    expect(await site.heard()).toEqual([]);
    await site.client.patch(`/Users/${id}`, active(true)).expect(200);
    expect(await site.state('ada')).toBe('pending');
  });

  it('promise 7: nobody signs in from the moment that ends the access, though the host has not carried it out', async () => {
    let fails = true;
    const endAccess = async () => {
      if (fails) throw new Error('the session store is down');
    };
    const site = await open({}, { router: { endAccess } });
    const ada = await site.push('ada');
    await site.login('ada');
    await site.client.patch(`/Users/${ada}`, active(false)).expect(503);
    expect(await site.login('ada')).toMatchObject({ reason: 'deactivated' });
    fails = false;
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
    await site.client.patch(`/Users/${ada}`, active(true)).expect(200);
    expect(await site.login('ada')).toMatchObject({ user: { id: await site.userId('ada') } });
  });

  it('taking back an end by hand does not bring back whom the directory has deleted meanwhile', async () => {
    const site = await open();
    const ada = await site.push('ada');
    const userId = await site.userId('ada');
    await site.service.people.end(ACME, userId, OPERATOR);
    await site.client.delete(`/Users/${ada}`).expect(204);
    await site.service.people.reopen(ACME, userId, OPERATOR);
    expect(await site.state('ada')).toBe('deactivated');
    await site.push('ada');
    expect(await site.state('ada')).toBe('pending');
  });

  it('an address that becomes somebody else’s leads to that person still, and changes no profile but its own', async () => {
    const site = await open({}, { users: [{ id: 'cy', email: addressOf('cy'), displayName: 'Cy at home' }] });
    const [ada] = [await site.push('ada', { externalId: 'oid-ada' }), await site.push('ben')];
    const [first, second] = [await site.userId('ada'), await site.userId('ben')];
    const emails = [{ value: addressOf('ben'), primary: true }];
    await site.client.patch(`/Users/${ada}`, [{ op: 'replace', path: 'emails', value: emails }]).expect(200);
    expect([await site.userId('ada'), await site.userId('ben')]).toEqual([first, second]);
    expect(await site.login('ben')).toMatchObject({ user: { id: second } });
    // Whom the directory names by the identity's id comes before whom the address names.
    const email = { verified: true, address: addressOf('cy') } as const;
    expect(await site.login('ada', { oid: 'oid-ada', email })).toMatchObject({ user: { id: first } });
    const cy = await site.push('cy');
    await site.client.patch(`/Users/${cy}`, [{ op: 'replace', path: 'displayName', value: 'Cy at work' }]).expect(200);
    expect((await site.storage.users.get(ACME, 'cy'))?.displayName).toBe('Cy at home');
  });

  it('whom an organization decides to link has to be there; a refused decision leaves the conflict open', async () => {
    const users = ['ben', 'root'].map((id) => ({ id, email: addressOf(id) }));
    const site = await open({ existingPeople: 'convert' }, { users, organization: { rootUserId: 'root' } });
    await site.push('ben');
    await site.push('ada');
    const [conflict] = await site.service.inbox.conflicts(ACME, PAGE);
    const link = (userId: string) =>
      site.service.inbox.resolve(ACME, conflict?.id ?? '', { kind: 'link', userId, by: OPERATOR });
    await expect(link('nobody')).rejects.toThrow(RangeError);
    await expect(link('root')).rejects.toMatchObject({ code: 'provisioning_refused', reason: 'root-user' });
    await expect(link(await site.userId('ada'))).rejects.toMatchObject({ name: 'UniqueConflictError' });
    expect(await site.service.inbox.conflicts(ACME, PAGE)).toEqual([conflict]);
    // A sign-in decides nothing either, whatever the rules say by now.
    await site.service.settings.change(SCOPE, { convert: ['ben'] }, OPERATOR);
    await site.login('ben');
    expect(await site.service.inbox.conflicts(ACME, PAGE)).toEqual([conflict]);
    expect(await link('ben')).toBe(true);
  });
});

describe('groups and teams', () => {
  it('AQ-65 what waits because of a name is decided by the name of now', async () => {
    for (const decision of ['approve', 'reject'] as const) {
      const site = await open({ blastRadius: EVERYTHING });
      await site.save({ ...AUTO, filter: ['AQ *'] });
      const group = await site.pushGroup('AQ Nights', [await site.push('ada'), await site.push('ben')]);
      const team = (await site.storage.teams.findByName(ACME, 'AQ Nights'))?.id ?? '';
      for (const value of ['Nights', 'AQ Nights']) {
        await site.client.patch(`/Groups/${group}`, [{ op: 'replace', path: 'displayName', value }]).expect(200);
        expect(await site.team(team)).toEqual(['ada Member', 'ben Member']);
      }
      const [hold] = await site.service.inbox.holds(SCOPE);
      expect(await site.service.inbox[decision](SCOPE, hold?.id ?? '', OPERATOR)).toBe(true);
      expect(await site.team(team)).toEqual(['ada Member', 'ben Member']);
      expect(await site.sources('ada')).toEqual(['directory', 'group']);
    }
  });

  it('design promise 6: a team in which somebody is an administrator is not joined by name', async () => {
    const site = await open({}, { users: [{ id: 'olga', email: addressOf('olga') }] });
    const place = { userId: 'olga', target: 'team:red', role: 'Administrator', by: OPERATOR } as const;
    await site.service.people.grant(ACME, place);
    await site.save(AUTO);
    const group = await site.pushGroup('Red', [await site.push('ada')]);
    expect(await site.team('red')).toEqual(['olga Administrator']);
    expect(await site.service.inbox.conflicts(ACME, PAGE)).toMatchObject([
      { subject: `group:${group}`, reason: 'privileged-team' },
    ]);
  });

  it('OU-17 somebody who is deactivated gets nothing from a group, and all of it when active again', async () => {
    const site = await open({ deactivation: 'leave-teams' });
    const ada = await site.push('ada');
    const group = await site.pushGroup('Reds');
    await site.save(manual([group, 'red']));
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
    await site.client.patch(`/Groups/${group}`, adding(ada)).expect(200);
    expect(await site.team('red')).toEqual([]);
    await site.client.patch(`/Users/${ada}`, active(true)).expect(200);
    expect(await site.team('red')).toEqual(['ada Member']);
  });

  it('a group that is deleted is forgotten by the mapping, and by whoever has waited for it', async () => {
    const router = { policy: { unknownMembers: 'keep' } } as const;
    const site = await open({}, { router });
    const group = await site.pushGroup('Reds', ['somebody-later']);
    await site.save(manual([group, 'red']));
    await site.client.delete(`/Groups/${group}`).expect(204);
    expect((await site.service.mappings.get(SCOPE)).mapping).toEqual({ mode: 'manual', rows: [] });
    expect(await site.storage.pendingMembers.take(SCOPE, 'somebody-later')).toEqual([]);
  });

  it('QL-14 circles of groups can be made and taken apart', async () => {
    const site = await open();
    await site.save(AUTO);
    const inner = await site.pushGroup('Inner', [await site.push('ada')]);
    const outer = await site.pushGroup('Outer', [inner]);
    await site.client.patch(`/Groups/${inner}`, adding(outer)).expect(200);
    const teamOf = async (name: string) => (await site.storage.teams.findByName(ACME, name))?.id ?? '';
    expect(await site.team(await teamOf('Inner'))).toEqual(['ada Member']);
    expect(await site.team(await teamOf('Outer'))).toEqual([]);
    for (const id of [inner, outer]) await site.client.delete(`/Groups/${id}`).expect(204);
    expect(await site.team(await teamOf('Inner'))).toEqual([]);
  });

  it('says who has mapped a group, by name', async () => {
    const site = await open({}, { users: [{ id: OPERATOR, email: addressOf('olga'), displayName: 'Olga O.' }] });
    const group = await site.pushGroup('Reds', [await site.push('ada')]);
    await site.save(manual([group, 'red']));
    const [sentence] = await site.service.explainMembership(ACME, { userId: await site.userId('ada'), teamId: 'red' });
    expect(sentence).toBe(
      'ada is in Red because they are a member of the group Reds, which is mapped to it by Olga O. (2026-03-01 10:00 UTC).',
    );
  });
});

describe('claims and directories', () => {
  const CLAIMS = { claimSpaces: 'sync', claimGroups: 'sync' } as const;
  const red = {
    attributes: { spaces: 'Red' },
    groups: { state: 'present', values: ['guid-red'], mayBeCut: false },
  } as const;

  it('X-4 what earlier claims gave ends with the first push, where SCIM is the authority', async () => {
    const site = await open({ ...CLAIMS, membershipAuthority: 'scim' });
    await site.login('ada', red);
    expect(await site.team('red')).toEqual(['ada Member']);
    await site.push('ada');
    expect(await site.team('red')).toEqual([]);
    await site.login('ada', red);
    expect(await site.team('red')).toEqual([]);
  });

  it('X-4 default teams and groups give nothing where claims are the authority', async () => {
    const site = await open({ ...CLAIMS, membershipAuthority: 'claims' });
    await site.save({ mode: 'off', defaultTeams: [{ teamId: 'blue', role: 'Member' }] });
    const ada = await site.push('ada');
    expect(await site.team('blue')).toEqual([]);
    const group = await site.pushGroup('Blues', [ada]);
    await site.save(manual([group, 'blue']));
    await site.login('ada', red);
    expect([await site.team('red'), await site.team('blue')]).toEqual([['ada Member'], []]);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 7],
    ['an object', {}],
    ['lists in a list', [['Red']]],
    ['a NUL character', 'Red\u0000,\u0000'],
    ['half of a surrogate pair', ['\ud800']],
    ['names of every object', '__proto__,constructor,toString'],
    ['thousands of commas', ','.repeat(5000)],
  ])('claims of %s let somebody in and give nothing', async (_, claim) => {
    const site = await open({ ...CLAIMS, membershipAuthority: 'union' });
    const odd = {
      name: 'Ada\u0000',
      timezone: '\ud800',
      oid: '\u0000',
      attributes: { spaces: claim, spaceRoles: claim },
    };
    const groups = { state: 'present', values: ['\u0000', '\ud800', 'constructor', ''], mayBeCut: false } as const;
    for (let times = 0; times < 2; times += 1) {
      expect(await site.login('ada', { ...odd, groups })).toMatchObject({ user: { email: addressOf('ada') } });
    }
    expect(await site.service.people.memberships(ACME, await site.userId('ada'))).toEqual([]);
  });
});
