import { describe, expect, it } from '@jest/globals';
import { ACME, active, adding, createProvisionedSite } from '../support/provisioned-site.js';

const open = () => createProvisionedSite('qualytics', { router: { directoryFrom: 'path' } });

describe('Qualytics: directory sync (QL-2, QL-9, QL-14, QL-18, QL-20)', () => {
  it('QL-2 QL-9 keeps people and teams as the directory has them, at once', async () => {
    const site = await open();
    const [ada, ben] = [await site.push('ada'), await site.push('ben')];
    const group = await site.pushGroup('Stewards', [ada]);
    const team = (await site.storage.teams.findByName(ACME, 'Stewards'))?.id ?? '';
    await site.client.patch(`/Groups/${group}`, adding(ben)).expect(200);
    expect(await site.team(team)).toEqual(['ada Member', 'ben Member']);
    await site.client.patch(`/Users/${ben}`, active(false)).expect(200);
    // Disabled, and still a member: the access has ended, not the place.
    expect((await site.service.people.get(ACME, await site.userId('ben')))?.state).toBe('deactivated');
    expect(await site.team(team)).toEqual(['ada Member', 'ben Member']);
    await site.client.delete(`/Users/${ben}`).expect(204);
    expect(await site.team(team)).toEqual(['ada Member']);
  });

  it('QL-14 members of a nested group are no members of the outer one, and circles do no harm', async () => {
    const site = await open();
    const inner = await site.pushGroup('Inner', [await site.push('ada')]);
    const outer = await site.pushGroup('Outer', [inner]);
    await site.client.patch(`/Groups/${inner}`, adding(outer)).expect(200);
    const team = (await site.storage.teams.findByName(ACME, 'Outer'))?.id ?? '';
    expect(await site.team(team)).toEqual([]);
  });

  it.each([
    ['users first', true],
    ['groups first', false],
  ])('QL-18 QL-20 X-6 ends the same with %s', async (_, usersFirst) => {
    const site = await open();
    const first = usersFirst ? await site.push('ada') : undefined;
    const group = await site.pushGroup('Stewards');
    const ada = first ?? (await site.push('ada'));
    await site.client.patch(`/Groups/${group}`, adding(ada)).expect(200);
    const team = (await site.storage.teams.findByName(ACME, 'Stewards'))?.id ?? '';
    expect(await site.team(team)).toEqual(['ada Member']);
  });

  it('X-6 refuses a member that nobody has pushed yet, all or nothing', async () => {
    const site = await open();
    const [ada, group] = [await site.push('ada'), await site.pushGroup('Stewards')];
    const { body } = await site.client.patch(`/Groups/${group}`, adding(ada, 'nobody')).expect(400);
    expect(body.scimType).toBe('invalidValue');
    const team = (await site.storage.teams.findByName(ACME, 'Stewards'))?.id ?? '';
    expect(await site.team(team)).toEqual([]);
  });
});
