import { newId } from '../../core/id.js';
import { PERSON_STANDINGS, standingOf } from '../../storage/person-standing.js';
import { T0, T1 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectSame, expectSameSet } from '../expectation.js';
import { managedRule } from '../managed-ground.js';
import { addUser } from '../people-and-groups.js';

/** What is promised of users and teams that provisioning makes and changes. */
export const MANAGED_HOST_RULES: readonly ContractRule[] = [
  managedRule({
    code: 'F1',
    promise: 'a user is made once for a key and an organization, found by address, changed in what is given alone',
    notice: 'a request that is repeated makes the same person twice',
    async check({ storage: { users }, newOrganization }) {
      const [scope, other] = [{ organizationId: newOrganization() }, { organizationId: newOrganization() }];
      const made = await users.create(scope, { key: 'k', email: 'Ada@Acme.example', displayName: 'Ada' });
      expectSame(
        await users.create(scope, { key: 'k', email: 'other@acme.example' }),
        made,
        'the user of the same key',
      );
      const elsewhere = await users.create(other, { key: 'k', email: 'Ada@Acme.example' });
      expectSame(elsewhere.id === made.id, false, 'whether two organizations share a user');
      await users.update(scope, made.id, { displayName: 'Ada L.' });
      expectSame(await users.findByEmail(scope, 'ada@ACME.example'), { ...made, displayName: 'Ada L.' }, 'the user');
      await users.update(other, made.id, { displayName: 'defaced' });
      expectSame((await users.get(scope, made.id))?.displayName, 'Ada L.', 'the user after a change elsewhere');
      await users.update(scope, newId(), { displayName: 'nobody' });
      expectSame(
        (await users.list(scope, { after: '', limit: 9 })).map(({ id }) => id),
        [made.id],
        'all users',
      );
    },
  }),
  managedRule({
    code: 'F5',
    promise: 'a list of users by standing leaves out nobody who has it, however they came by it, in order of id',
    notice: 'an administrator who looks for people who are to be invited, or have left, does not see all of them',
    async check({ storage, newDirectory, newOrganization }) {
      const { users, people, logins, directoryUsers } = storage;
      const scope = await newDirectory();
      const names = ['nobody', 'pushed', 'invited', 'active', 'ended', 'linked', 'both', 'left', 'moved', 'forgotten'];
      const ids = new Map<string, string>();
      for (const key of names) ids.set(key, (await users.create(scope, { key, email: `${key}@acme.example` })).id);
      const idOf = (name: string) => ids.get(name) ?? '';
      for (const name of ['pushed', 'invited', 'active', 'ended', 'both', 'left', 'moved', 'forgotten']) {
        const { version } = await addUser(storage, scope, name);
        await people.link(scope, name, idOf(name));
        await people.put(scope, [{ userId: idOf(name), invitedAt: T0, ...(name !== 'pushed' && { activatedAt: T0 }) }]);
        if (name === 'left') await directoryUsers.tombstone(scope, { id: name, deletedAt: T1 }, version);
      }
      for (const name of ['linked', 'both']) {
        const link = { tenantId: 't', linkKey: name, identity: name, userId: idOf(name), at: T0 };
        await logins.insert(scope, link);
      }
      await people.put(scope, [
        { userId: idOf('invited'), invitedAt: T0 },
        { userId: idOf('ended'), activatedAt: T0, ended: 'by-hand' },
      ]);
      await people.link(scope, 'moved', idOf('nobody'));
      await people.remove(scope, idOf('forgotten'));
      const found: Record<string, readonly string[]> = {};
      const expected: Record<string, string[]> = {};
      const all = await people.getMany(scope, [...ids.values()].sort());
      for (const person of all) expected[standingOf(person)] = [...(expected[standingOf(person)] ?? []), person.userId];
      for (const standing of PERSON_STANDINGS) {
        const walked: string[] = [];
        for (let after: string | undefined = ''; after !== undefined; ) {
          const part: readonly { readonly id: string }[] = await users.list(scope, {
            after,
            limit: 2,
            standings: [standing],
          });
          walked.push(...part.map(({ id }) => id));
          after = part.length < 2 ? undefined : part.at(-1)?.id;
        }
        // A store may answer others too.
        const those = await people.getMany(scope, walked);
        const wanted = those.filter((person) => standingOf(person) === standing).map(({ userId }) => userId);
        if (wanted.length > 0) found[standing] = wanted;
      }
      expectSame(found, expected, 'the people of each standing');
      const elsewhere = { organizationId: newOrganization() };
      expectSame(
        await users.list(elsewhere, { after: '', limit: 9, standings: PERSON_STANDINGS }),
        [],
        'those of another organization',
      );
    },
  }),
  managedRule({
    code: 'F2',
    promise: 'a removed user is gone with all memberships, in its organization alone, and its key is free',
    notice: 'a leaver stays in a team',
    async check({ storage: { users, teams }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const ada = await users.create(scope, { key: 'ada', email: 'ada@acme.example' });
      const ben = await users.create(scope, { key: 'ben', email: 'ben@acme.example' });
      const { id: teamId } = await teams.create(scope, { key: 't', name: 'Team' });
      for (const { id: userId } of [ada, ben]) await teams.setMemberships(scope, [{ teamId, userId, role: 'Member' }]);
      await users.remove({ organizationId: newOrganization() }, ada.id);
      expectSame(await users.get(scope, ada.id), ada, 'a user that was removed from another organization');
      for (let times = 0; times < 2; times += 1) await users.remove(scope, ada.id);
      expectSame(await users.get(scope, ada.id), undefined, 'the removed user');
      const left = await teams.memberships(scope, teamId, { after: '', limit: 9 });
      expectSame(left, [{ teamId, userId: ben.id, role: 'Member' }], 'the members of the team');
      const again = await users.create(scope, { key: 'ada', email: 'ada@acme.example' });
      expectSame(again.id === ada.id, false, 'whether the removed user came back');
    },
  }),
  managedRule({
    code: 'F3',
    promise: 'a team is made once for a key, and found by its id, name and identifier as it is called now',
    notice: 'each push of a group makes another team',
    async check({ storage: { teams }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const made = await teams.create(scope, { key: 'k', name: 'Nights' });
      expectSame(await teams.create(scope, { key: 'k', name: 'Days' }), made, 'the team of the same key');
      await teams.rename(scope, made.id, 'Late shift');
      expectSame((await teams.findByName(scope, 'LATE shift'))?.id, made.id, 'who has the new name');
      expectSame(await teams.findByName(scope, 'Nights'), undefined, 'who has the former name');
      expectSame((await teams.getMany(scope, [made.id, newId()])).length, 1, 'the teams among two ids');
      expectSame(await teams.findByIdentifiers(scope, ['unknown']), [], 'the teams of an unknown identifier');
      expectSame(await teams.getMany({ organizationId: newOrganization() }, [made.id]), [], 'the team elsewhere');
    },
  }),
  managedRule({
    code: 'F4',
    promise: 'memberships are set as they are said, whatever was there, and read by team in order of user and by user',
    notice: 'somebody is in a team twice, or keeps an old role',
    async check({ storage: { users, teams }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const people: string[] = [];
      for (const key of ['a', 'b', 'c'])
        people.push((await users.create(scope, { key, email: `${key}@x.example` })).id);
      people.sort();
      const [first = '', second = '', third = ''] = people;
      const { id: teamId } = await teams.create(scope, { key: 't', name: 'Team' });
      const role = 'Member';
      await teams.setMemberships(
        scope,
        people.toReversed().map((userId) => ({ teamId, userId, role })),
      );
      const change = [
        { teamId, userId: first, role: 'Administrator' },
        { teamId, userId: second },
      ];
      for (let times = 0; times < 2; times += 1) await teams.setMemberships(scope, change);
      const page = await teams.memberships(scope, teamId, { after: '', limit: 1 });
      expectSame(page, [{ teamId, userId: first, role: 'Administrator' }], 'the first page');
      const rest = await teams.memberships(scope, teamId, { after: first, limit: 9 });
      expectSame(rest, [{ teamId, userId: third, role }], 'the rest');
      const mine = await teams.membershipsOf(scope, [first, second]);
      expectSameSet(
        mine.map(({ userId }) => userId),
        [first],
        'who of two is in a team',
      );
    },
  }),
];
