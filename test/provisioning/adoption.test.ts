import { describe, expect, it } from '@jest/globals';
import {
  type AccessEnded,
  createProvisioningService,
  createSignInProvisioning,
  type ProvisioningRules,
} from 'express-sso-scim';
import { createChosenStorage } from '../support/chosen-storage.js';
import { ACME, active, adding, addressOf, newUser, OPERATOR, SCOPE } from '../support/provisioned-site.js';
import { clientOf, createScimSite, GROUP } from '../support/scim-site.js';

const PAGE = { after: '', limit: 100 };
const OPEN = { scimNeedsOidc: false, justInTime: 'refuse', existingPeople: 'link' } as const;

/** A directory that was filled while nothing but the protocol was there, and then the same one with provisioning. */
async function switchOn(rules: ProvisioningRules, users: readonly string[] = []) {
  const storage = createChosenStorage({
    organizations: [{ id: 'acme', name: 'Acme' }],
    users: users.map((id) => ({ ...ACME, id, email: addressOf(id) })),
  });
  const calls: AccessEnded[] = [];
  const endAccess = (event: AccessEnded) => void calls.push(event);
  const directory = { ...ACME, id: SCOPE.directoryId };
  const before = await createScimSite({ endAccess }, storage).client(directory);
  const push = async (name: string, more: object = {}): Promise<string> =>
    (await before.post('/Users', newUser(name, more)).expect(201)).body.id;
  const pushGroup = async (displayName: string, ids: readonly string[]): Promise<string> => {
    const members = ids.map((value) => ({ value }));
    return (await before.post('/Groups', { schemas: [GROUP], displayName, members }).expect(201)).body.id;
  };
  const service = createProvisioningService(storage, rules);
  const signIn = createSignInProvisioning(storage, rules);
  const { app } = createScimSite({ endAccess, provisioning: rules }, storage);
  return {
    storage,
    service,
    calls,
    push,
    pushGroup,
    /** The directory's client from the moment provisioning is on. */
    client: clientOf(app, before.directory, before.token),
    login: (name: string, oid?: string) =>
      signIn({
        identity: {
          tenantId: 'entra',
          ...ACME,
          subject: name,
          linkKey: name,
          oid,
          email: { verified: true, address: addressOf(name) },
          name,
          timezone: undefined,
          groups: { state: 'missing' },
          attributes: {},
        },
      }),
    async people() {
      const entries = await service.people.list(ACME, PAGE);
      return entries.map(({ user, origin }) => `${user.email.split('@')[0]} ${origin}`).sort();
    },
    async team(name: string) {
      const team = await storage.teams.findByName(ACME, name);
      return team ? (await storage.teams.memberships(ACME, team.id, PAGE)).length : undefined;
    },
  };
}

describe('people who were pushed before provisioning was switched on', () => {
  it('become people with their next change, with what their groups give', async () => {
    const site = await switchOn({ policy: OPEN, mappingMode: 'auto' });
    const ada = await site.push('ada');
    const group = await site.pushGroup('Support', [ada]);
    expect(await site.people()).toEqual([]);
    await site.client.patch(`/Groups/${group}`, [{ op: 'replace', path: 'displayName', value: 'Help' }]).expect(200);
    expect(await site.team('Help')).toBe(0);
    await site.client.patch(`/Users/${ada}`, [{ op: 'add', path: 'title', value: 'Lead' }]).expect(200);
    expect(await site.people()).toEqual(['ada scim']);
    expect(await site.team('Help')).toBe(1);
  });

  it.each(['by the identity that was pushed', 'by the address'])(
    'become people with their first sign-in, found %s',
    async (how) => {
      const site = await switchOn({ policy: OPEN, mappingMode: 'auto' });
      const byId = how === 'by the identity that was pushed';
      await site.push(byId ? 'ada.before' : 'ada', byId ? { externalId: 'guid-ada' } : {});
      const outcome = await site.login('ada', 'guid-ada');
      expect(outcome).toMatchObject({ created: false, user: { email: addressOf(byId ? 'ada.before' : 'ada') } });
      expect(await site.login('ada', 'guid-ada')).toEqual(outcome);
      expect(await site.people()).toEqual([`${byId ? 'ada.before' : 'ada'} scim`]);
    },
  );

  it('are linked with who is there, and refused at sign-in where somebody has to decide first', async () => {
    const linked = await switchOn({ policy: OPEN }, ['ada']);
    await linked.push('ada');
    expect(await linked.login('ada')).toMatchObject({ user: { id: 'ada' } });
    expect(await linked.people()).toEqual(['ada scim']);

    const listed = await switchOn({ policy: { ...OPEN, existingPeople: 'convert' } }, ['ada']);
    await listed.push('ada');
    for (let times = 0; times < 2; times += 1) await listed.login('ada');
    const conflicts = await listed.service.inbox.conflicts(ACME, PAGE);
    expect(conflicts.map(({ reason, userId }) => [reason, userId])).toEqual([['not-converted', 'ada']]);
  });

  it('are refused at sign-in where a push would be, or where they had been deactivated', async () => {
    const shut = await switchOn({ policy: { ...OPEN, autoProvision: 'refuse' } });
    await shut.push('ada');
    expect(await shut.login('ada')).toMatchObject({ reason: 'conflict' });
    expect(await shut.people()).toEqual([]);
    const gone = await switchOn({ policy: OPEN });
    await gone.push('ada', { active: false });
    expect(await gone.login('ada')).toMatchObject({ reason: 'deactivated' });
  });

  it.each(['deactivated', 'deleted'] as const)(
    'lose their access when they are %s before they are anybody',
    async (reason) => {
      const site = await switchOn({ policy: OPEN });
      const ada = await site.push('ada');
      if (reason === 'deleted') await site.client.delete(`/Users/${ada}`).expect(204);
      else await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
      expect(site.calls).toEqual([{ ...SCOPE, userId: ada, reason }]);
      expect(await site.people()).toEqual([]);
    },
  );

  it('are adopted all at once, after a preview that changes nothing', async () => {
    const site = await switchOn({ policy: { ...OPEN, existingPeople: 'convert' }, mappingMode: 'auto' }, [
      'ben',
      'cy',
      'root',
    ]);
    const ids = { ada: await site.push('ada'), ben: await site.push('ben'), cy: await site.push('cy') };
    await site.pushGroup('Support', [ids.ada, ids.ben]);
    const { adoption, settings } = site.service;
    await settings.change(SCOPE, { convert: ['ben'] }, OPERATOR);
    const preview = await adoption.preview(SCOPE, PAGE);
    expect(preview.people.map(({ userName, match }) => [userName, match])).toEqual([
      [addressOf('ada'), { kind: 'create' }],
      [addressOf('ben'), { kind: 'link', userId: 'ben' }],
      [addressOf('cy'), { kind: 'conflict', reason: 'not-converted', userId: 'cy' }],
    ]);
    expect(preview.groups?.teams.create.map(({ name }) => name)).toEqual(['Support']);
    expect([await site.people(), await site.team('Support')]).toEqual([
      ['ben manual', 'cy manual', 'root manual'],
      undefined,
    ]);
    const pages: string[] = [];
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page = await adoption.preview(SCOPE, { after, limit: 1 });
      pages.push(...page.people.map(({ directoryUserId }) => directoryUserId));
      after = page.next;
    }
    expect(pages).toEqual(Object.values(ids));

    const seen: number[] = [];
    const progress = ({ created, linked, waiting }: { created: number; linked: number; waiting: number }) =>
      void seen.push(created + linked + waiting);
    expect(await adoption.adopt(SCOPE, { by: OPERATOR, progress })).toEqual({
      created: 1,
      linked: 1,
      waiting: 1,
      refused: [],
    });
    expect(seen).toEqual([3]);
    expect(await site.people()).toEqual(['ada scim', 'ben scim', 'cy manual', 'root manual']);
    expect(await site.team('Support')).toBe(2);
    expect((await site.service.inbox.conflicts(ACME, PAGE)).map(({ userId }) => userId)).toEqual(['cy']);
    // Again there is nobody but who waits, and nothing happens.
    expect(await adoption.adopt(SCOPE, { by: OPERATOR })).toEqual({ created: 0, linked: 0, waiting: 1, refused: [] });
    expect((await adoption.preview(SCOPE, PAGE)).people).toHaveLength(1);
    const { items } = await site.storage.journal.page(ACME, 'provisioning', PAGE);
    expect(items.filter(({ kind }) => kind === 'user-joined').map(({ details }) => details['by'])).toEqual([
      OPERATOR,
      OPERATOR,
    ]);
  });

  it('are not brought back by a sign-in or an adoption once they were deleted', async () => {
    const site = await switchOn({ policy: { ...OPEN, deactivation: 'delete' } });
    const ada = await site.push('ada');
    await site.service.adoption.adopt(SCOPE, { by: OPERATOR });
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
    expect(await site.login('ada')).toMatchObject({ reason: 'conflict' });
    expect((await site.service.adoption.preview(SCOPE, PAGE)).people).toEqual([]);
    expect(await site.service.adoption.adopt(SCOPE, { by: OPERATOR })).toMatchObject({ created: 0, linked: 0 });
    expect(await site.people()).toEqual([]);
  });

  it('may be changed and ended where the directory takes nobody new, and are not let in anew', async () => {
    const site = await switchOn({ policy: { ...OPEN, autoProvision: 'refuse' } });
    const [ada, ben] = [await site.push('ada'), await site.push('ben', { active: false })];
    await site.client.patch(`/Users/${ada}`, [{ op: 'replace', path: 'title', value: 'Dr' }]).expect(200);
    expect((await site.client.get(`/Users/${ada}`)).body.title).toBe('Dr');
    expect((await site.client.patch(`/Users/${ben}`, active(true)).expect(403)).body.detail).toMatch(/new users/);
    await site.client.patch(`/Users/${ada}`, active(false)).expect(200);
    expect(site.calls).toEqual([{ ...SCOPE, userId: ada, reason: 'deactivated' }]);
    await site.client.patch(`/Users/${ada}`, active(true)).expect(403);
    expect(await site.people()).toEqual([]);
  });

  it('are told in words when the rules do not let the directory have them', async () => {
    const site = await switchOn({ policy: { ...OPEN, autoProvision: 'refuse' } });
    const [ada, ben] = [await site.push('ada'), await site.push('ben')];
    const report = await site.service.adoption.adopt(SCOPE, { by: OPERATOR });
    expect(report.refused.map(({ directoryUserId }) => directoryUserId)).toEqual([ada, ben]);
    expect(report.refused[0]?.sentence).toMatch(/provision/i);
    expect(await site.people()).toEqual([]);
  });

  it('stay what they are while they are members alone, and take the place of their groups when they are adopted', async () => {
    const site = await switchOn({ policy: OPEN, mappingMode: 'auto' });
    const ada = await site.push('ada');
    const { body } = await site.client.post('/Groups', { schemas: [GROUP], displayName: 'Support' }).expect(201);
    await site.client.patch(`/Groups/${body.id}`, adding(ada)).expect(200);
    expect(await site.team('Support')).toBe(0);
    await site.service.adoption.adopt(SCOPE, { by: OPERATOR });
    expect(await site.team('Support')).toBe(1);
  });
});
