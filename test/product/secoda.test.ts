import { describe, expect, it } from '@jest/globals';
import { createSignInProvisioning, presets } from 'express-sso-scim';
import {
  ACME,
  active,
  addressOf,
  createProvisionedSite,
  newUser,
  OPERATOR,
  SCOPE,
} from '../support/provisioned-site.js';

const ROLES = {
  organization: [{ name: 'Viewer' }, { name: 'Editor' }, { name: 'Admin', privileged: true }],
  team: [{ name: 'Member' }],
} as const;
const roles = { organization: [...ROLES.organization], team: [...ROLES.team] } as const;
const secodaRole = { name: 'secodaRole', type: 'string' } as const;

async function openWorkspace(policy: object = {}) {
  const site = await createProvisionedSite('secoda', {
    policy: { scimNeedsOidc: false, ...policy },
    roles: { organization: [...roles.organization], team: [...roles.team] },
    router: { directoryFrom: 'path', users: { attributes: [secodaRole] } },
  });
  const signIn = createSignInProvisioning(site.storage, {
    policy: { ...presets.secoda.provisioning, ...policy },
    roles: { organization: [...roles.organization], team: [...roles.team] },
  });
  const login = (name: string) =>
    signIn({
      identity: {
        tenantId: 'okta',
        ...ACME,
        subject: name,
        linkKey: name,
        email: { verified: true, address: addressOf(name) },
        name,
        timezone: undefined,
        groups: { state: 'missing' },
        attributes: {},
        oid: undefined,
      },
    });
  return { ...site, login };
}

describe('Secoda: invitations (SE-9 to SE-12)', () => {
  it('SE-9 invites once, whatever is repeated', async () => {
    const site = await openWorkspace();
    const ada = await site.push('ada');
    await site.client.put(`/Users/${ada}`, newUser('ada', { title: 'Dr' })).expect(200);
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
    await site.client.patch(`/Users/${ada}`, active(true)).expect(200);
    expect((await site.heard()).filter((kind) => kind === 'person.invited')).toHaveLength(1);
  });

  it('tells an event again whose handler failed, under the same key', async () => {
    const site = await openWorkspace();
    await site.push('ada');
    const keys: string[] = [];
    await site.service.deliverEvents(({ key, kind }) => {
      if (kind !== 'person.invited') return;
      keys.push(key);
      throw new Error('the mail server is down');
    });
    site.time(61_000);
    await site.service.deliverEvents(({ key, kind }) => {
      if (kind === 'person.invited') keys.push(key);
    });
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it('SE-10 people are Invited until they sign in', async () => {
    const site = await openWorkspace();
    await site.push('ada');
    const state = async () => (await site.service.people.list(ACME, { after: '', limit: 9 })).map((each) => each.state);
    expect(await state()).toEqual(['invited']);
    await site.login('ada');
    expect(await state()).toEqual(['active']);
  });

  it('SE-11 SE-12 groups show people after the first sign-in; SCIM shows them from the push on', async () => {
    const site = await openWorkspace();
    const ada = await site.push('ada');
    const group = await site.pushGroup('Analysts', [ada]);
    const team = (await site.storage.teams.findByName(ACME, 'Analysts'))?.id ?? '';
    expect(await site.team(team)).toEqual([]);
    const { body } = await site.client.get(`/Groups/${group}`).expect(200);
    expect(body.members).toHaveLength(1);
    await site.login('ada');
    expect(await site.team(team)).toEqual(['ada Member']);
    const sentences = await site.service.explainMembership(ACME, { userId: await site.userId('ada'), teamId: team });
    expect(sentences[0]).toMatch(/^ada is in Analysts because they are a member of the group Analysts/);
  });
});

describe('Secoda: roles (SE-15, SE-16)', () => {
  it('SE-15 gives the role that the attribute names, takes it back, and shows it', async () => {
    const site = await openWorkspace();
    const ada = await site.push('ada', { secodaRole: 'editor' });
    const userId = await site.userId('ada');
    const role = () => site.service.people.organizationRole(ACME, userId);
    expect(await role()).toBe('Editor');
    expect((await site.client.get(`/Users/${ada}`)).body.secodaRole).toBe('editor');
    await site.client.patch(`/Users/${ada}`, [{ op: 'remove', path: 'secodaRole' }]).expect(200);
    expect(await role()).toBe('Viewer');
  });

  it('SE-16 refuses an unknown role in words, or keeps the one there is', async () => {
    const strict = await openWorkspace();
    const { body } = await strict.client.post('/Users', newUser('ada', { secodaRole: 'Wizard' })).expect(400);
    expect(body).toMatchObject({ scimType: 'invalidValue' });
    expect(body.detail).toMatch(/"Viewer", "Editor"/);
    const lenient = await openWorkspace({ unknownRole: 'keep' });
    const ada = await lenient.push('ada', { secodaRole: 'Editor' });
    await lenient.client.patch(`/Users/${ada}`, [{ op: 'replace', path: 'secodaRole', value: 'Wizard' }]).expect(200);
    expect(await lenient.service.people.organizationRole(ACME, await lenient.userId('ada'))).toBe('Editor');
  });

  it('SE-16 gives a privileged role only where an owner has allowed it', async () => {
    const site = await openWorkspace();
    await site.client.post('/Users', newUser('ada', { secodaRole: 'Admin' })).expect(400);
    await site.service.settings.change(SCOPE, { attributeRoles: ['Admin'] }, OPERATOR);
    await site.push('ada', { secodaRole: 'Admin' });
    expect(await site.service.people.organizationRole(ACME, await site.userId('ada'))).toBe('Admin');
  });
});

describe('Secoda: the life of a person (SE-14, SE-18 to SE-20)', () => {
  it('SE-19 PUT makes a user, and a disabled one with active false', async () => {
    const site = await openWorkspace();
    await site.client.put('/Users/chosen-1', newUser('ada')).expect(201);
    await site.client.put('/Users/chosen-2', newUser('ben', { active: false })).expect(201);
    const states = await Promise.all(
      ['ada', 'ben'].map(async (name) => (await site.service.people.get(ACME, await site.userId(name)))?.state),
    );
    expect(states).toEqual(['invited', 'deactivated']);
    expect(await site.login('ben')).toMatchObject({ reason: 'deactivated' });
  });

  it('SE-20 disables and activates by PUT', async () => {
    const site = await openWorkspace();
    const ada = await site.push('ada');
    await site.client.put(`/Users/${ada}`, newUser('ada', { active: false })).expect(200);
    expect(await site.login('ada')).toMatchObject({ reason: 'deactivated' });
    await site.client.put(`/Users/${ada}`, newUser('ada', { active: true })).expect(200);
    expect(await site.login('ada')).toMatchObject({ user: { id: await site.userId('ada') } });
  });

  it('SE-14 unassigning and assigning again gives a working id', async () => {
    const site = await openWorkspace();
    const first = await site.push('ada');
    await site.client.delete(`/Users/${first}`).expect(204);
    const second = await site.push('ada');
    await site.client.patch(`/Users/${second}`, [{ op: 'replace', path: 'title', value: 'Dr' }]).expect(200);
    expect((await site.service.people.get(ACME, await site.userId('ada')))?.state).toBe('invited');
  });

  it('SE-19 X-6 a group may name who is put later, where the policy keeps such members: the team follows', async () => {
    const policy = { putUnknownUser: 'create', unknownMembers: 'keep' } as const;
    const site = await createProvisionedSite('secoda', {
      policy: { scimNeedsOidc: false, beforeFirstLogin: 'active', membersBeforeFirstLogin: 'shown' },
      router: { directoryFrom: 'path', policy },
    });
    const group = await site.pushGroup('Data', ['ada-at-okta', 'ben-at-okta']);
    const team = (await site.storage.teams.findByName(ACME, 'Data'))?.id ?? '';
    expect(await site.team(team)).toEqual([]);
    await site.client.put('/Users/ada-at-okta', newUser('ada')).expect(201);
    expect(await site.team(team)).toEqual(['ada Member']);
    const journal = await site.storage.journal.page(ACME, 'provisioning', { after: '', limit: 100 });
    const added = journal.items.filter(({ kind }) => kind === 'members-changed').map(({ details }) => details['added']);
    expect(added).toEqual([['ada-at-okta']]);
    await site.client.put('/Users/ben-at-okta', newUser('ben', { active: false })).expect(201);
    await site.client.delete(`/Groups/${group}`).expect(204);
    expect(await site.team(team)).toEqual([]);
  });

  it('SE-18 PUT replaces the name and the members of a group', async () => {
    const site = await openWorkspace();
    const [ada, ben] = [await site.push('ada'), await site.push('ben')];
    for (const name of ['ada', 'ben']) await site.login(name);
    const group = await site.pushGroup('Analysts', [ada]);
    const team = (await site.storage.teams.findByName(ACME, 'Analysts'))?.id ?? '';
    await site.client.put(`/Groups/${group}`, { displayName: 'Scientists', members: [{ value: ben }] }).expect(200);
    expect((await site.storage.teams.get(ACME, team))?.name).toBe('Scientists');
    expect(await site.team(team)).toEqual(['ben Member']);
  });
});
