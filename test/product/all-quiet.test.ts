import { describe, expect, it } from '@jest/globals';
import express from 'express';
import {
  type AccessEnded,
  createLockGuard,
  createRequireActiveUser,
  type GroupMapping,
  type JsonObject,
  type WantedEdit,
} from 'express-sso-scim';
import request from 'supertest';
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
} from '../support/provisioned-site.js';
import { clientOf } from '../support/scim-site.js';

const TEAMS = [
  { id: 'red', name: 'Red' },
  { id: 'blue', name: 'Blue' },
];
const TENANT = 'acme-entra';

/** An organization with an active OIDC tenant, without which the product has no SCIM (AQ-40). */
async function openOrganization(seeds: Parameters<typeof createProvisionedSite>[1] = {}) {
  const site = await createProvisionedSite('all-quiet', { teams: TEAMS, ...seeds });
  await addTenant(site);
  return site;
}

async function addTenant(site: ProvisionedSite, state: 'active' | 'submitted' = 'active'): Promise<void> {
  await site.storage.oidcTenants.insert({
    id: TENANT,
    ...ACME,
    version: 1,
    revision: 1,
    state,
    settings: {},
    domains: [],
    provedDomains: state === 'active' ? ['acme.example'] : [],
    breakGlassEmails: [addressOf('glass')],
    clientSecrets: [],
    preferences: {},
    createdAt: '2026-03-01T10:00:00.000Z',
    updatedAt: '2026-03-01T10:00:00.000Z',
  });
}

function manual(
  ...rows: readonly (readonly [groupId: string, team: string, role?: string, allowedBy?: string])[]
): GroupMapping {
  return {
    mode: 'manual',
    rows: rows.map(([groupId, team, role = 'Member', allowedBy]) => ({
      groupId,
      target: team === 'organization' ? 'organization' : `team:${team}`,
      role,
      ...(allowedBy !== undefined && { allowedBy }),
    })),
  };
}

async function save(site: ProvisionedSite, mapping: GroupMapping): Promise<void> {
  const first = await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR });
  if (first.kind === 'faults') throw new Error(JSON.stringify(first.faults));
  if (first.kind === 'saved') return;
  const second = await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR, confirm: first.preview.digest });
  expect(second.kind).toBe('saved');
}

describe('All Quiet: who may be provisioned (AQ-5, AQ-6, AQ-40, AQ-44 to AQ-46)', () => {
  it('AQ-40 refuses while the organization has no active OIDC tenant', async () => {
    const site = await createProvisionedSite('all-quiet');
    expect((await site.client.post('/Users', newUser('ada')).expect(403)).body.detail).toMatch(/OpenID Connect tenant/);
    await addTenant(site, 'submitted');
    await site.client.post('/Users', newUser('ada')).expect(403);
  });

  it('AQ-42 an address that is still to be opened is like any other that is not there, whatever the token', async () => {
    const site = await openOrganization();
    const [early, nowhere] = ['acme-later', 'nowhere'].map((id) =>
      clientOf(site.app, { ...site.client.directory, id }, site.client.token),
    );
    expect((await early?.get('/Users'))?.status).toBe(401);
    expect((await early?.get('/Users'))?.body).toEqual((await nowhere?.get('/Users'))?.body);
    const later = await site.directory('acme-later');
    expect(later.baseUrl).toMatch(/\/acme-later$/);
    expect((await later.get('/Users')).status).toBe(200);
  });

  it('AQ-42 where anybody may see which directories there are, an address is a 404 until it is opened', async () => {
    const site = await openOrganization({ router: { openDiscovery: true } });
    const early = clientOf(site.app, { ...site.client.directory, id: 'acme-later' }, 'no token');
    expect((await early.get('/ServiceProviderConfig')).status).toBe(404);
    await site.directory('acme-later');
    site.time(60_000);
    expect((await early.get('/ServiceProviderConfig')).status).toBe(200);
    expect((await early.get('/Users')).status).toBe(401);
  });

  it('AQ-41 AQ-35 a directory is opened later for an active tenant, with its own preferences of phone numbers', async () => {
    const site = await openOrganization();
    const later = await site.directory('acme-later');
    const scope = { ...ACME, directoryId: 'acme-later' };
    const policy = { phoneChange: true, phoneConfirmation: false };
    await site.service.settings.change(scope, { oidcTenantId: TENANT, policy }, OPERATOR);
    const phoneNumbers = [{ value: '+49 151 23456789', primary: true }];
    await later.post('/Users', newUser('ada', { phoneNumbers })).expect(201);
    await site.push('ben', { phoneNumbers });
    await site.heard();
    const asked = site.events
      .filter(({ kind }) => kind === 'phone.unconfirmed')
      .map(({ payload }) => payload['userId']);
    expect(asked).toEqual([await site.userId('ben')]);
    expect(await site.service.settings.get(scope)).toMatchObject({ oidcTenantId: TENANT, policy });
    await site.service.settings.change(scope, { oidcTenantId: 'another-tenant' }, OPERATOR);
    await later.post('/Users', newUser('cy')).expect(403);
  });

  it('AQ-5 never provisions the root user, who is not changed by any call', async () => {
    const users = [{ id: 'root', email: addressOf('root') }];
    const site = await openOrganization({ organization: { rootUserId: 'root' }, users });
    const { body } = await site.client.post('/Users', newUser('root')).expect(403);
    expect(body.detail).toMatch(/created the organization/);
    expect((await site.service.people.get(ACME, 'root'))?.origin).toBe('manual');
  });

  it('AQ-6 lets the former address of the root user be somebody else', async () => {
    const users = [{ id: 'root', email: addressOf('devops') }];
    const site = await openOrganization({ organization: { rootUserId: 'root' }, users });
    await site.push('root');
    expect(await site.userId('root')).not.toBe('root');
    await site.client.post('/Users', newUser('devops')).expect(403);
  });

  it('refuses a break-glass account, and the last owner’s end until there is another owner', async () => {
    const site = await openOrganization();
    expect((await site.client.post('/Users', newUser('glass')).expect(403)).body.detail).toMatch(/emergency account/);
    const [ada] = [await site.push('ada'), await site.push('ben')];
    const owner = (name: string) =>
      site
        .userId(name)
        .then((userId) =>
          site.service.people.grant(ACME, { userId, target: 'organization', role: 'Owner', by: OPERATOR }),
        );
    await owner('ada');
    expect((await site.client.patch(`/Users/${ada}`, active(false)).expect(403)).body.detail).toMatch(/last owner/);
    await site.client.delete(`/Users/${ada}`).expect(403);
    await owner('ben');
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
  });

  it('AQ-44 AQ-46 converts exactly the people on the list; others stay manual and wait in the inbox', async () => {
    const users = ['ada', 'ben'].map((name) => ({ id: name, email: addressOf(name) }));
    const site = await openOrganization({ users });
    await site.service.settings.change(SCOPE, { convert: ['ada'] }, OPERATOR);
    await site.push('ada');
    const ben = await site.push('ben');
    const page = { after: '', limit: 10 };
    const origins = (await site.service.people.list(ACME, page)).map(({ user, origin }) => [user.id, origin]);
    expect(origins).toEqual([
      ['ada', 'scim'],
      ['ben', 'manual'],
    ]);
    const conflicts = await site.service.inbox.conflicts(ACME, page);
    expect(conflicts).toMatchObject([{ reason: 'not-converted', userId: 'ben', subject: `user:${ben}` }]);
    // The same push again is the same conflict.
    await site.client.patch(`/Users/${ben}`, [{ op: 'replace', path: 'title', value: 'Dr' }]).expect(200);
    expect(await site.service.inbox.conflicts(ACME, page)).toEqual(conflicts);
    expect(await site.heard()).toEqual(['person.linked', 'conflict.opened']);
  });

  it('AQ-45 keeps id, teams and data of a converted person, and finds the person when the provider pushes again', async () => {
    const ada = { id: 'ada', email: addressOf('ada'), displayName: 'Ada L.' };
    const site = await openOrganization({ users: [ada] });
    await site.service.people.grant(ACME, { userId: 'ada', target: 'team:red', role: 'Member', by: OPERATOR });
    await site.service.settings.change(SCOPE, { convert: ['ada'] }, OPERATOR);
    const id = await site.push('ada');
    expect(await site.storage.users.get(ACME, 'ada')).toEqual(ada);
    expect(await site.team('red')).toEqual(['ada Member']);
    await site.client.delete(`/Users/${id}`).expect(204);
    await site.push('ada');
    expect((await site.service.people.get(ACME, 'ada'))?.state).toBe('active');
  });

  it.each(['link', 'create'] as const)('lets somebody decide about a conflict: %s', async (kind) => {
    const site = await openOrganization({ users: [{ id: 'ben', email: addressOf('ben') }] });
    const group = await site.pushGroup('Reds', [await site.push('ben')]);
    await save(site, manual([group, 'red']));
    expect(await site.team('red')).toEqual([]);
    const [conflict] = await site.service.inbox.conflicts(ACME, { after: '', limit: 10 });
    const choice = kind === 'link' ? ({ kind, userId: 'ben' } as const) : ({ kind } as const);
    expect(await site.service.inbox.resolve(ACME, conflict?.id ?? '', { ...choice, by: OPERATOR })).toBe(true);
    expect(await site.team('red')).toEqual(['ben Member']);
    expect((await site.service.people.get(ACME, 'ben'))?.origin).toBe(kind === 'link' ? 'scim' : 'manual');
    expect(await site.service.inbox.resolve(ACME, conflict?.id ?? '', { ...choice, by: OPERATOR })).toBe(false);
  });
});

describe('All Quiet: manual mode (AQ-52 to AQ-60)', () => {
  it('AQ-52 lists all pushed groups, mapped or not', async () => {
    const site = await openOrganization();
    const reds = await site.pushGroup('Reds', [await site.push('ada')]);
    await site.pushGroup('Unmapped');
    await save(site, manual([reds, 'red']));
    const { items } = await site.service.mappings.groups(SCOPE, { after: '', limit: 10 });
    expect(items.map(({ displayName, memberCount, rows }) => [displayName, memberCount, rows.length])).toEqual([
      ['Reds', 1, 1],
      ['Unmapped', 0, 0],
    ]);
  });

  it('AQ-53 gives a role in the organization where an owner has allowed it', async () => {
    const site = await openOrganization();
    const group = await site.pushGroup('Admins', [await site.push('ada')]);
    const refused = await site.service.mappings.save(SCOPE, manual([group, 'organization', 'Owner']), { by: OPERATOR });
    expect(refused).toEqual({ kind: 'faults', faults: [{ index: 0, reason: 'needs-owner' }] });
    await save(site, manual([group, 'organization', 'Administrator', OPERATOR]));
    expect(await site.service.people.organizationRole(ACME, await site.userId('ada'))).toBe('Administrator');
  });

  it('AQ-54 refuses a mapping to a team that does not exist, and makes none', async () => {
    const site = await openOrganization();
    const group = await site.pushGroup('Greens');
    const saved = await site.service.mappings.save(SCOPE, manual([group, 'green'], ['nobody', 'red']), {
      by: OPERATOR,
    });
    expect(saved).toEqual({
      kind: 'faults',
      faults: [
        { index: 0, reason: 'unknown-team' },
        { index: 1, reason: 'unknown-group' },
      ],
    });
    expect((await site.storage.teams.list(ACME, { after: '', limit: 10 })).map(({ id }) => id)).toEqual([
      'blue',
      'red',
    ]);
  });

  it('AQ-55 AQ-59 moves people at once when the mapping changes, without a gap for those who stay', async () => {
    const site = await openOrganization();
    const [ada, ben] = [await site.push('ada'), await site.push('ben')];
    const reds = await site.pushGroup('Reds', [ada, ben]);
    await save(site, manual([reds, 'red']));
    expect(await site.team('red')).toEqual(['ada Member', 'ben Member']);
    await site.heard();
    await save(site, manual([reds, 'blue'], [reds, 'red']));
    await site.heard();
    const changes = site.events.at(-1)?.payload['changes'] as readonly JsonObject[];
    // Nothing about those who are in the red team and stay there.
    expect(changes.map(({ teamId }) => teamId)).toEqual(['blue', 'blue']);
    await save(site, manual([reds, 'blue']));
    expect(await site.team('red')).toEqual([]);
    expect(await site.team('blue')).toEqual(['ada Member', 'ben Member']);
  });

  it('AQ-56 leaves people who were invited by hand in the team when their group is unmapped', async () => {
    const site = await openOrganization();
    const [ada, ben] = [await site.push('ada'), await site.push('ben')];
    const reds = await site.pushGroup('Reds', [ada, ben]);
    await save(site, manual([reds, 'red']));
    const userId = await site.userId('ada');
    await site.service.people.grant(ACME, { userId, target: 'team:red', role: 'Member', by: OPERATOR });
    await save(site, manual());
    expect(await site.team('red')).toEqual(['ada Member']);
  });

  it('AQ-57 gives the team role of the mapping', async () => {
    const site = await openOrganization();
    const reds = await site.pushGroup('Reds', [await site.push('ada')]);
    await save(site, manual([reds, 'red', 'Administrator', OPERATOR]));
    expect(await site.team('red')).toEqual(['ada Administrator']);
  });

  it('AQ-58 keeps a role set by hand over later syncs, until the mapping’s role changes', async () => {
    const site = await openOrganization();
    const ada = await site.push('ada');
    const reds = await site.pushGroup('Reds', [ada]);
    await save(site, manual([reds, 'red']));
    const userId = await site.userId('ada');
    const set = { userId, teamId: 'red', role: 'Administrator', by: OPERATOR };
    expect(await site.service.people.setTeamRole(ACME, set)).toBe(true);
    await site.client.patch(`/Groups/${reds}`, adding(ada)).expect(200);
    await site.client.patch(`/Users/${ada}`, [{ op: 'replace', path: 'title', value: 'Dr' }]).expect(200);
    expect(await site.team('red')).toEqual(['ada Administrator']);
    await site.client.patch(`/Groups/${reds}`, removing(ada)).expect(200);
    await site.client.patch(`/Groups/${reds}`, adding(ada)).expect(200);
    expect(await site.team('red')).toEqual(['ada Member']);
    await save(site, manual([reds, 'red', 'Administrator', OPERATOR]));
    await site.service.people.setTeamRole(ACME, { ...set, role: 'Member' });
    expect(await site.team('red')).toEqual(['ada Member']);
    for (const role of ['Member', 'Administrator']) await save(site, manual([reds, 'red', role, OPERATOR]));
    expect(await site.team('red')).toEqual(['ada Administrator']);
  });

  it('AQ-60 takes people out of a team with the last of their groups only', async () => {
    const site = await openOrganization();
    const ada = await site.push('ada');
    const [one, two] = [await site.pushGroup('One', [ada]), await site.pushGroup('Two', [ada])];
    await save(site, manual([one, 'red'], [two, 'red'], [one, 'blue']));
    await site.client.patch(`/Groups/${one}`, removing(ada)).expect(200);
    expect([await site.team('red'), await site.team('blue')]).toEqual([['ada Member'], []]);
    await site.client.delete(`/Groups/${two}`).expect(204);
    expect(await site.team('red')).toEqual([]);
  });

  it('reads back what was pushed, and takes the repetition of every call', async () => {
    const site = await openOrganization();
    const ada = await site.push('ada');
    const group = await site.pushGroup('Reds');
    await save(site, manual([group, 'red']));
    for (let times = 0; times < 2; times += 1) {
      await site.client.patch(`/Groups/${group}`, adding(ada)).expect(200);
      const { body } = await site.client.get(`/Groups/${group}`).expect(200);
      expect(body.members.map(({ value }: { value: string }) => value)).toEqual([ada]);
      expect(await site.team('red')).toEqual(['ada Member']);
    }
  });
});

describe('All Quiet: modes (AQ-48 to AQ-51, AQ-61 to AQ-66)', () => {
  const auto = (filter: readonly string[] = []) => ({ mode: 'auto', filter, teamRole: 'Member' }) as const;

  it('AQ-49 AQ-50 a switch removes who was provisioned, resets the mapping and leaves who was invited by hand', async () => {
    const site = await openOrganization();
    const [ada, ben] = [await site.push('ada'), await site.push('ben')];
    const reds = await site.pushGroup('Reds', [ada, ben]);
    await save(site, manual([reds, 'red']));
    const userId = await site.userId('ada');
    await site.service.people.grant(ACME, { userId, target: 'team:red', role: 'Member', by: OPERATOR });
    await save(site, auto(['nothing']));
    expect(await site.team('red')).toEqual(['ada Member']);
    await save(site, manual());
    expect((await site.service.mappings.get(SCOPE)).mapping).toEqual({ mode: 'manual', rows: [] });
    expect(await site.team('red')).toEqual(['ada Member']);
  });

  it('AQ-49 a switch forgets roles set by hand, also where the new mode puts the same people into the same team', async () => {
    const site = await openOrganization();
    await save(site, auto());
    await site.pushGroup('Red', [await site.push('ada')]);
    const group = (await site.service.mappings.groups(SCOPE, { after: '', limit: 1 })).items[0]?.id ?? '';
    const userId = await site.userId('ada');
    await site.service.people.setTeamRole(ACME, { userId, teamId: 'red', role: 'Administrator', by: OPERATOR });
    expect(await site.team('red')).toEqual(['ada Administrator']);
    await save(site, manual([group, 'red']));
    expect(await site.team('red')).toEqual(['ada Member']);
  });

  it('AQ-51 asks first, naming who would leave what, and refuses a confirmation that is no longer true', async () => {
    const site = await openOrganization();
    const [ada, ben] = [await site.push('ada'), await site.push('ben')];
    const reds = await site.pushGroup('Reds', [ada]);
    await save(site, manual([reds, 'red']));
    const asked = await site.service.mappings.save(SCOPE, auto(['nothing']), { by: OPERATOR });
    if (asked.kind !== 'needs-confirmation') throw new Error(asked.kind);
    expect(asked.preview.grants).toMatchObject({
      people: [await site.userId('ada')],
      teams: ['red'],
      removed: 1,
      added: 0,
    });
    expect(await site.team('red')).toEqual(['ada Member']);
    await site.client.patch(`/Groups/${reds}`, adding(ben)).expect(200);
    const late = await site.service.mappings.save(SCOPE, auto(['nothing']), {
      by: OPERATOR,
      confirm: asked.preview.digest,
    });
    expect(late.kind).toBe('needs-confirmation');
    expect(await site.team('red')).toEqual(['ada Member', 'ben Member']);
  });

  it('AQ-50 saving the same mode again is no switch', async () => {
    const site = await openOrganization();
    const reds = await site.pushGroup('Reds', [await site.push('ada')]);
    await save(site, manual([reds, 'red']));
    expect((await site.service.mappings.save(SCOPE, manual([reds, 'red']), { by: OPERATOR })).kind).toBe('saved');
    expect(await site.team('red')).toEqual(['ada Member']);
  });

  it('AQ-61 to AQ-64 previews and makes a team for each group that passes the filter', async () => {
    const site = await openOrganization();
    const ada = await site.push('ada');
    await site.pushGroup('AQ-Night', [ada]);
    await site.pushGroup('Other', [ada]);
    const planned = await site.service.mappings.preview(SCOPE, auto(['aq-*']));
    if ('faults' in planned) throw new Error('faults');
    expect(planned.preview.teams.create.map(({ name }) => name)).toEqual(['AQ-Night']);
    expect(planned.preview.grants.added).toBe(1);
    expect(await site.storage.teams.findByName(ACME, 'AQ-Night')).toBeUndefined();
    await save(site, auto(['aq-*']));
    const team = await site.storage.teams.findByName(ACME, 'AQ-Night');
    expect(await site.team(team?.id ?? '')).toEqual(['ada Member']);
    expect(await site.storage.teams.findByName(ACME, 'Other')).toBeUndefined();
  });

  it('AQ-65 later groups make teams too, renamed ones rename theirs, deleted ones leave it empty', async () => {
    const site = await openOrganization();
    await save(site, auto());
    const ada = await site.push('ada');
    const group = await site.pushGroup('Nights', [ada]);
    const team = (await site.storage.teams.findByName(ACME, 'Nights'))?.id ?? '';
    expect(await site.team(team)).toEqual(['ada Member']);
    await site.client.patch(`/Groups/${group}`, [{ op: 'replace', path: 'displayName', value: 'Days' }]).expect(200);
    expect((await site.storage.teams.get(ACME, team))?.name).toBe('Days');
    expect(await site.team(team)).toEqual(['ada Member']);
    await site.client.delete(`/Groups/${group}`).expect(204);
    expect(await site.team(team)).toEqual([]);
    expect(await site.storage.teams.get(ACME, team)).toBeDefined();
  });

  it('AQ-66 the team of a group is its team, whatever the team is called by hand', async () => {
    const site = await openOrganization();
    await save(site, auto());
    const group = await site.pushGroup('Nights', [await site.push('ada')]);
    const teamId = (await site.storage.teams.findByName(ACME, 'Nights'))?.id ?? '';
    for (const kind of ['rename-team', 'delete-team'] as const) {
      expect((await site.service.lockOf(ACME, { kind, teamId }))?.reason).toBe('team-of-group');
    }
    await site.storage.teams.rename(ACME, teamId, 'Renamed past the lock');
    await site.client.patch(`/Groups/${group}`, adding(await site.push('ben'))).expect(200);
    expect(await site.team(teamId)).toEqual(['ada Member', 'ben Member']);
    expect((await site.service.mappings.get(SCOPE)).mapping).toEqual(auto());
  });

  it('AQ-63 gives the default role of the organization', async () => {
    const site = await openOrganization();
    await site.pushGroup('Nights', [await site.push('ada')]);
    await save(site, { ...auto(), organizationRole: 'Administrator', allowedBy: OPERATOR });
    expect(await site.service.people.organizationRole(ACME, await site.userId('ada'))).toBe('Administrator');
  });

  it('never joins a privileged team by name: a conflict, and the push succeeds', async () => {
    const site = await openOrganization({ teams: [{ id: 'board', name: 'Board', privileged: true }] });
    await save(site, auto());
    const group = await site.pushGroup('Board', [await site.push('ada')]);
    expect(await site.team('board')).toEqual([]);
    const conflicts = await site.service.inbox.conflicts(ACME, { after: '', limit: 10 });
    expect(conflicts).toMatchObject([{ subject: `group:${group}`, reason: 'privileged-team' }]);
  });
});

describe('All Quiet: removals that wait (design promise 11)', () => {
  const policy = { blastRadius: { people: 1, share: 0.5, minutes: 60 } };

  async function openTeam() {
    const site = await openOrganization({ policy });
    const ids = [await site.push('ada'), await site.push('ben'), await site.push('cyd')];
    const group = await site.pushGroup('Reds', ids);
    await save(site, manual([group, 'red']));
    return { site, ids, group };
  }

  it('commits what is pushed and holds what it would take away', async () => {
    const { site, group } = await openTeam();
    await site.client.put(`/Groups/${group}`, { displayName: 'Reds', members: [] }).expect(200);
    expect((await site.client.get(`/Groups/${group}`)).body.members).toBeUndefined();
    expect(await site.team('red')).toHaveLength(3);
    const [hold] = await site.service.inbox.holds(SCOPE);
    expect(hold).toMatchObject({ reason: 'blast-radius' });
    expect(hold?.grants).toHaveLength(3);
    const [sentence] = await site.service.explainMembership(ACME, { userId: await site.userId('ada'), teamId: 'red' });
    expect(sentence).toMatch(/waits for a decision/);
  });

  it('AQ-51 asks before a mapping takes from a large share of the people, whom inactive users are not among', async () => {
    const { site } = await openTeam();
    const isAsked = async () => {
      const planned = await site.service.mappings.preview(SCOPE, manual());
      return 'needsConfirmation' in planned && planned.needsConfirmation;
    };
    for (const name of ['dan', 'eve', 'fay']) await site.push(name, { active: false });
    expect(await isAsked()).toBe(true);
    for (const name of ['gus', 'hal']) await site.push(name);
    const ivy = await site.push('ivy');
    expect(await isAsked()).toBe(false);
    await site.client.patch(`/Users/${ivy}`, active(false)).expect(200);
    expect(await isAsked()).toBe(true);
  });

  it('carries it out when somebody approves, but not for who is back meanwhile', async () => {
    const { site, ids, group } = await openTeam();
    await site.client.put(`/Groups/${group}`, { displayName: 'Reds', members: [] }).expect(200);
    await site.client.patch(`/Groups/${group}`, adding(ids[0] ?? '')).expect(200);
    const [hold] = await site.service.inbox.holds(SCOPE);
    expect(hold?.grants).toHaveLength(2);
    expect(await site.service.inbox.approve(SCOPE, hold?.id ?? '', OPERATOR)).toBe(true);
    expect(await site.team('red')).toEqual(['ada Member']);
    expect(await site.service.inbox.holds(SCOPE)).toEqual([]);
  });

  it('makes it manual when somebody rejects', async () => {
    const { site, group } = await openTeam();
    await site.client.delete(`/Groups/${group}`).expect(204);
    const [hold] = await site.service.inbox.holds(SCOPE);
    expect(await site.service.inbox.reject(SCOPE, hold?.id ?? '', OPERATOR)).toBe(true);
    expect(await site.team('red')).toHaveLength(3);
    const grants = await site.storage.grants.ofUsers(ACME, [await site.userId('ada')]);
    expect(grants.map(({ source }) => source).sort()).toEqual(['directory:acme-scim', 'manual']);
  });

  it('never holds the end of a person, and what waits for them goes too', async () => {
    const { site, ids, group } = await openTeam();
    await site.client.put(`/Groups/${group}`, { displayName: 'Reds', members: [] }).expect(200);
    for (const id of ids) await site.client.delete(`/Users/${id}`).expect(204);
    expect(await site.team('red')).toEqual([]);
    expect(await site.service.inbox.holds(SCOPE)).toEqual([]);
  });

  it('counts over a window of time, and lets single removals pass after it', async () => {
    const { site, ids, group } = await openTeam();
    const [first = '', second = '', third = ''] = ids;
    await site.client.patch(`/Groups/${group}`, removing(first)).expect(200);
    await site.client.patch(`/Groups/${group}`, removing(second)).expect(200);
    expect(await site.team('red')).toEqual(['ben Member', 'cyd Member']);
    site.time(61 * 60_000);
    await site.client.patch(`/Groups/${group}`, removing(third)).expect(200);
    expect(await site.team('red')).toEqual(['ben Member']);
  });
});

describe('All Quiet: phone numbers (AQ-70 to AQ-72)', () => {
  const numbers = (...values: readonly string[]) => ({
    phoneNumbers: values.map((value, index) => ({
      value,
      type: index === 0 ? 'work' : 'mobile',
      primary: index === 0,
    })),
  });
  const [first, second, own] = ['+4915123456781', '+4915123456782', '+4915123456783'];

  it('AQ-70 imports the primary number, and the secondary only where that is empty', async () => {
    const site = await openOrganization();
    await site.push('ada', numbers(first, second));
    await site.push('ben', numbers('  ', second));
    const phone = async (name: string) => (await site.service.people.get(ACME, await site.userId(name)))?.person.phone;
    expect(await phone('ada')).toEqual({ number: first, from: 'directory', confirmed: false });
    expect((await phone('ben'))?.number).toBe(second);
  });

  it('AQ-71 asks the owner to confirm it, once', async () => {
    const site = await openOrganization();
    const ada = await site.push('ada', numbers(first));
    await site.client.patch(`/Users/${ada}`, [{ op: 'replace', path: 'title', value: 'Dr' }]).expect(200);
    expect((await site.heard()).filter((kind) => kind === 'phone.unconfirmed')).toHaveLength(1);
    const userId = await site.userId('ada');
    expect(await site.service.people.confirmPhone(ACME, { userId, number: first })).toBe(true);
    expect((await site.service.people.get(ACME, userId))?.person.phone?.confirmed).toBe(true);
  });

  it('AQ-72 keeps the number that somebody has entered, where people may', async () => {
    const site = await openOrganization({ policy: { phoneChange: true } });
    const ada = await site.push('ada', numbers(first));
    const userId = await site.userId('ada');
    expect(await site.service.people.setPhone(ACME, { userId, number: own })).toBe(true);
    await site.client.patch(`/Users/${ada}`, [
      { op: 'replace', path: 'phoneNumbers', value: numbers(second).phoneNumbers },
    ]);
    expect((await site.service.people.get(ACME, userId))?.person.phone?.number).toBe(own);
  });
});

describe('All Quiet: locks (AQ-47, AQ-66 to AQ-69)', () => {
  const lockOf = async (site: ProvisionedSite, edit: WantedEdit) => (await site.service.lockOf(ACME, edit))?.reason;

  it('AQ-67 AQ-68 locks provisioned people, memberships and teams, and says why', async () => {
    const site = await openOrganization({ users: [{ id: 'ben', email: addressOf('ben') }] });
    await save(site, { mode: 'auto', filter: [], teamRole: 'Member' });
    await site.pushGroup('Nights', [await site.push('ada')]);
    const userId = await site.userId('ada');
    const teamId = (await site.storage.teams.findByName(ACME, 'Nights'))?.id ?? '';
    expect(await lockOf(site, { kind: 'edit-profile', userId })).toBe('provisioned-person');
    expect(await lockOf(site, { kind: 'edit-profile', userId: 'ben' })).toBeUndefined();
    expect(await lockOf(site, { kind: 'rename-team', teamId })).toBe('team-of-group');
    expect(await lockOf(site, { kind: 'rename-team', teamId: 'red' })).toBeUndefined();
    expect(await lockOf(site, { kind: 'remove-member', userId, teamId })).toBe('provisioned-membership');
    expect((await site.service.lockOf(ACME, { kind: 'edit-profile', userId }))?.sentence).toMatch(/identity provider/);
  });

  it('AQ-47 AQ-69 keeps passwords out; phone numbers where they may be changed, and notifications, are open', async () => {
    const site = await openOrganization({ policy: { phoneChange: true } });
    await site.push('ada');
    const userId = await site.userId('ada');
    expect(await lockOf(site, { kind: 'use-password', userId })).toBe('single-sign-on-only');
    expect(await lockOf(site, { kind: 'change-phone', userId })).toBeUndefined();
    expect(await lockOf(site, { kind: 'change-notifications', userId })).toBeUndefined();
  });

  it('guards the host’s own routes', async () => {
    const site = await openOrganization({ users: [{ id: 'ben', email: addressOf('ben') }] });
    await site.push('ada');
    const app = express();
    const editOf = (request: express.Request) => {
      const userId = String(request.headers['x-user']);
      return request.method === 'GET' ? undefined : { ...ACME, edit: { kind: 'edit-profile', userId } as const };
    };
    app.use('/profile', createLockGuard(site.service, { editOf }), (_, response) => response.json({ done: true }));
    const ada = await site.userId('ada');
    const { body } = await request(app).post('/profile').set('x-user', ada).expect(423);
    expect(body).toMatchObject({ error: 'locked', reason: 'provisioned-person' });
    await request(app).get('/profile').set('x-user', ada).expect(200);
    await request(app).post('/profile').set('x-user', 'ben').expect(200);
    const fetched = await request(app).post('/profile').set('x-user', ada).set('Accept', '*/*').expect(423);
    expect(fetched.body.reason).toBe('provisioned-person');
  });

  it('AQ-68 answers the form of a browser with a page that says why, and lets the host write its own', async () => {
    const site = await openOrganization();
    await site.push('ada');
    const edit = { kind: 'edit-profile', userId: await site.userId('ada') } as const;
    const editOf = () => ({ ...ACME, edit });
    const app = express();
    app.post('/profile', createLockGuard(site.service, { editOf }));
    app.post(
      '/own',
      createLockGuard(site.service, { editOf, onLocked: ({ reason }, _, response) => void response.send(reason) }),
    );
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const page = await request(app).post('/profile').type('form').send('a=b').set('Accept', accept).expect(423);
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY' });
    expect(page.text).toContain('managed by your identity provider');
    expect((await request(app).post('/own').expect(200)).text).toBe('provisioned-person');
  });
});

describe('the end of access (design promise 7)', () => {
  it('is told with the host’s user, waits for the host, and is told again until it has succeeded', async () => {
    const told: AccessEnded[] = [];
    let fails = true;
    const site = await openOrganization({
      router: {
        endAccess: async (event) => {
          told.push(event);
          if (fails) throw new Error('the session store is down');
        },
      },
    });
    const ada = await site.push('ada');
    const personId = await site.userId('ada');
    await site.client.patch(`/Users/${ada}`, active(false)).expect(503);
    expect((await site.service.people.get(ACME, personId))?.state).toBe('deactivated');
    fails = false;
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
    expect(told).toEqual(Array(2).fill({ ...SCOPE, userId: ada, personId, reason: 'deactivated' }));
  });

  it('refuses a live session of a person who was deactivated, within seconds', async () => {
    const site = await openOrganization();
    const ada = await site.push('ada');
    const userId = await site.userId('ada');
    let now = 0;
    const app = express();
    const userOf = ({ headers }: express.Request) =>
      headers['x-user'] ? { ...ACME, userId: String(headers['x-user']) } : undefined;
    app.use(createRequireActiveUser(site.service, { userOf, clock: { now: () => now } }));
    app.get('/', (_, response) => response.json({}));
    const visit = () => request(app).get('/').set('x-user', userId);
    await visit().expect(200);
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
    now += 5_000;
    expect((await visit().expect(401)).body.error).toBe('access_ended');
    await request(app).get('/').expect(200);
    await request(app).get('/').set('x-user', 'somebody who was deleted').expect(401);
    await site.client.patch(`/Users/${ada}`, active(true)).expect(200);
    now += 5_000;
    await visit().expect(200);
  });
});
