import { describe, expect, it } from '@jest/globals';
import {
  ACME,
  active,
  addressOf,
  createProvisionedSite,
  newUser,
  OPERATOR,
  SCOPE,
} from '../support/provisioned-site.js';

const TEAMS = [
  { id: 'support', name: 'Support' },
  { id: 'ops', name: 'Operations' },
];
const DEFAULTS = {
  mode: 'off',
  defaultTeams: [
    { teamId: 'support', role: 'Member' },
    { teamId: 'ops', role: 'Member' },
  ],
} as const;

async function openProject(policy: object = {}, more: Parameters<typeof createProvisionedSite>[1] = {}) {
  const site = await createProvisionedSite('oneuptime-project', { teams: TEAMS, policy, ...more });
  const saved = await site.service.mappings.save(SCOPE, DEFAULTS, { by: OPERATOR });
  expect(saved.kind).toBe('saved');
  return site;
}

describe('OneUptime: the life of a person (OU-1, OU-8, OU-16 to OU-19)', () => {
  it('OU-8 puts everybody who is provisioned into all default teams', async () => {
    const site = await openProject();
    await site.push('ada');
    await site.push('ben');
    expect(await site.team('support')).toEqual(['ada Member', 'ben Member']);
    expect(await site.team('ops')).toEqual(['ada Member', 'ben Member']);
    expect(await site.service.people.organizationRole(ACME, await site.userId('ada'))).toBe('Member');
  });

  it('OU-1 keeps the person as the directory has them, from the beginning to the end', async () => {
    const site = await openProject();
    const ada = await site.push('ada');
    const userId = await site.userId('ada');
    const emails = [{ value: addressOf('countess'), primary: true }];
    await site.client
      .patch(`/Users/${ada}`, [
        { op: 'replace', path: 'displayName', value: 'Ada Lovelace' },
        { op: 'replace', path: 'emails', value: emails },
      ])
      .expect(200);
    const now = { id: userId, displayName: 'Ada Lovelace', email: addressOf('countess') };
    expect(await site.storage.users.get(ACME, userId)).toMatchObject(now);
    await site.client.delete(`/Users/${ada}`).expect(204);
    expect(await site.heard()).toEqual(['person.created', 'person.updated', 'person.deactivated']);
  });

  it('OU-17 takes them away by DELETE and by active false alike; the account stays', async () => {
    const site = await openProject();
    const [ada, ben] = [await site.push('ada'), await site.push('ben')];
    await site.client.delete(`/Users/${ada}`).expect(204);
    await site.client.patch(`/Users/${ben}`, active(false)).expect(200);
    expect(await site.team('support')).toEqual([]);
    expect(await site.team('ops')).toEqual([]);
    for (const name of ['ada', 'ben']) {
      const entry = await site.service.people.get(ACME, await site.userId(name));
      expect(entry?.state).toBe('deactivated');
      expect(await site.service.people.organizationRole(ACME, entry?.user.id ?? '')).toBeUndefined();
    }
  });

  it('OU-19 gives them back with active true', async () => {
    const site = await openProject();
    const ada = await site.push('ada');
    const userId = await site.userId('ada');
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
    await site.client.patch(`/Users/${ada}`, active(true)).expect(200);
    expect(await site.team('support')).toEqual(['ada Member']);
    expect(await site.userId('ada')).toBe(userId);
    expect((await site.service.people.get(ACME, userId))?.state).toBe('active');
    expect(await site.heard()).toEqual(['person.created', 'person.deactivated', 'person.reactivated']);
  });

  it('OU-19 gives them back to who was deleted and is pushed again, as the same person', async () => {
    const site = await openProject();
    const ada = await site.push('ada');
    const userId = await site.userId('ada');
    await site.client.delete(`/Users/${ada}`).expect(204);
    await site.push('ada');
    expect(await site.userId('ada')).toBe(userId);
    expect(await site.team('support')).toEqual(['ada Member']);
  });

  it('OU-16 adds somebody who is there already, found by e-mail in any letter case, and makes no second person', async () => {
    const ada = { id: 'ada', email: addressOf('ada'), displayName: 'Ada at home' };
    const site = await openProject({}, { users: [ada] });
    await site.client.post('/Users', newUser('ADA', { userName: 'ADA@acme.example' })).expect(201);
    expect(await site.userId('ada')).toBe('ada');
    expect(await site.team('support')).toEqual(['ada Member']);
    // A link never changes the profile of an account.
    expect(await site.storage.users.get(ACME, 'ada')).toEqual(ada);
  });

  it('OU-16 leaves somebody who was in a team by hand in it, after the end of the provisioning', async () => {
    const site = await openProject({}, { users: [{ id: 'ada', email: addressOf('ada') }] });
    await site.service.people.grant(ACME, { userId: 'ada', target: 'team:ops', role: 'Administrator', by: OPERATOR });
    const ada = await site.push('ada');
    await site.client.delete(`/Users/${ada}`).expect(204);
    expect(await site.team('support')).toEqual([]);
    expect(await site.team('ops')).toEqual(['ada Administrator']);
  });

  it('keeps who was in the host’s table before anything was granted, as by hand', async () => {
    const site = await openProject({}, { users: [{ id: 'ada', email: addressOf('ada') }] });
    await site.storage.teams.setMemberships(ACME, [{ teamId: 'ops', userId: 'ada', role: 'Administrator' }]);
    const ada = await site.push('ada');
    expect(await site.team('ops')).toEqual(['ada Administrator']);
    await site.client.delete(`/Users/${ada}`).expect(204);
    expect(await site.team('ops')).toEqual(['ada Administrator']);
    expect(await site.team('support')).toEqual([]);
  });

  it('OU-18 leaves other projects of the same account alone', async () => {
    const site = await openProject();
    const other = await site.directory('globex-scim', 'globex');
    const { body } = await other.post('/Users', newUser('ada')).expect(201);
    const ada = await site.push('ada');
    await site.client.delete(`/Users/${ada}`).expect(204);
    await other.get(`/Users/${body.id}`).expect(200);
    const globex = await site.storage.users.findByEmail({ organizationId: 'globex' }, addressOf('ada'));
    const entry = await site.service.people.get({ organizationId: 'globex' }, globex?.id ?? '');
    expect(entry?.state).toBe('active');
  });

  it('writes who did what into the journal, ids only', async () => {
    const site = await openProject();
    await site.push('ada');
    const userId = await site.userId('ada');
    const { items } = await site.storage.journal.page(ACME, `person:${userId}`, { after: '', limit: 10 });
    expect(items).toHaveLength(1);
    expect(items[0]?.details).toMatchObject({ cause: 'scim', directoryId: SCOPE.directoryId });
    expect(JSON.stringify(items)).not.toContain('acme.example');
  });
});

describe('OneUptime: switches (OU-5 to OU-7)', () => {
  it('OU-6 refuses new users while auto-provisioning is off; look-ups and changes work', async () => {
    const site = await openProject();
    const ada = await site.push('ada');
    await site.service.settings.change(SCOPE, { policy: { autoProvision: 'refuse' } }, OPERATOR);
    const { body } = await site.client.post('/Users', newUser('ben')).expect(403);
    expect(body.detail).toMatch(/does not take new users/);
    await site.client.get(`/Users?filter=userName eq "${addressOf('ada')}"`).expect(200);
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
    expect(await site.storage.users.findByEmail(ACME, addressOf('ben'))).toBeUndefined();
  });

  it('OU-7 refuses active false and DELETE alike while auto-deprovisioning is off', async () => {
    const site = await openProject({ autoDeprovision: 'refuse' });
    const ada = await site.push('ada');
    const { body } = await site.client.patch(`/Users/${ada}`, active(false)).expect(403);
    expect(body.detail).toMatch(/automatic deprovisioning off/);
    await site.client.delete(`/Users/${ada}`).expect(403);
    await site.client.patch(`/Users/${ada}`, [{ op: 'replace', path: 'title', value: 'Dr' }]).expect(200);
    expect(await site.team('support')).toEqual(['ada Member']);
  });

  it('OU-5 two directories of one project vouch for the same person', async () => {
    const site = await openProject({ activeWhen: 'any' });
    const second = await site.directory('acme-second');
    await site.push('ada');
    const { body } = await second.post('/Users', newUser('ada')).expect(201);
    await second.patch(`/Users/${body.id}`, active(false)).expect(200);
    expect((await site.service.people.get(ACME, await site.userId('ada')))?.state).toBe('active');
    expect(await site.team('support')).toEqual(['ada Member']);
  });
});

describe('OneUptime: pushed groups (OU-9, OU-10, OU-29)', () => {
  it('OU-9 OU-10 pushed groups take the place of default teams', async () => {
    const site = await openProject();
    const ada = await site.push('ada');
    const auto = { mode: 'auto', filter: [], teamRole: 'Member' } as const;
    const asked = await site.service.mappings.save(SCOPE, auto, { by: OPERATOR });
    if (asked.kind !== 'needs-confirmation') throw new Error(`a switch was ${asked.kind}`);
    await site.service.mappings.save(SCOPE, auto, { by: OPERATOR, confirm: asked.preview.digest });
    expect(await site.team('support')).toEqual([]);
    await site.pushGroup('Support', [ada]);
    await site.push('ben');
    expect(await site.team('support')).toEqual(['ada Member']);
    expect(await site.team('ops')).toEqual([]);
  });

  it('OU-29 a pushed group is linked to the team of its name, or makes one', async () => {
    const site = await createProvisionedSite('oneuptime-project', { teams: TEAMS });
    const auto = { mode: 'auto', filter: [], teamRole: 'Member' } as const;
    const { preview } = (await site.service.mappings.save(SCOPE, auto, { by: OPERATOR })) as {
      preview: { digest: string };
    };
    await site.service.mappings.save(SCOPE, auto, { by: OPERATOR, confirm: preview.digest });
    const ada = await site.push('ada');
    await site.pushGroup('SUPPORT', [ada]);
    await site.pushGroup('On call', [ada]);
    expect(await site.team('support')).toEqual(['ada Member']);
    const made = await site.storage.teams.findByName(ACME, 'on call');
    expect(await site.team(made?.id ?? '')).toEqual(['ada Member']);
  });
});

describe('OneUptime: status pages (OU-20)', () => {
  it('OU-20 deprovisioning takes the access to the page alone', async () => {
    const site = await createProvisionedSite('oneuptime-status-page');
    const ada = await site.push('ada');
    const userId = await site.userId('ada');
    await site.client.delete(`/Users/${ada}`).expect(204);
    expect((await site.service.people.get(ACME, userId))?.state).toBe('deactivated');
    expect(await site.storage.users.get(ACME, userId)).toBeDefined();
  });
});
