import { StaleVersionError, UnknownMembersError } from '../../storage/errors.js';
import { T0, T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet, expectThat } from '../expectation.js';
import { addGroup, addUser, addUsers, groupIdsOf, memberIdsOf, membersOf, numbered } from '../people-and-groups.js';
import { draft } from '../resource-draft.js';

/** What is promised of groups beyond what every resource has; their members change by rules of their own. */
export const GROUP_RULES: readonly ContractRule[] = [
  {
    code: 'G1',
    promise: 'a group is created with its first members as version 1, each of them once',
    notice: 'a POST of a group answers an entity tag that is old at once, or a group without its members',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2', 'u3']);
      const group = await addGroup(storage, scope, 'g1', ['u1', 'u2', 'u1']);
      const { version, lastModified, memberCount } = group;
      expectSame(
        { version, lastModified, memberCount },
        { version: 1, lastModified: T0, memberCount: 2 },
        'the answer',
      );
      expectSame(await storage.groups.get(scope, 'g1'), group, 'what get reads');
      expectSameSet(await memberIdsOf(storage, scope, 'g1'), ['u1', 'u2'], 'the members of a new group');
      const skipping = await storage.groups.insert(scope, draft('g2'), {
        ids: ['u3', 'nobody', 'g1'],
        unknown: 'skip',
      });
      expectSame(skipping.memberCount, 2, 'the memberCount of a group created while unknown members are left out');
      expectSameSet(await memberIdsOf(storage, scope, 'g2'), ['u3', 'g1'], 'its members');
    },
  },
  {
    code: 'G2',
    promise:
      'a group whose first members name nothing is refused as a whole, with an UnknownMembersError that names them',
    notice: 'a POST of a group that was answered with 400 has made a group all the same; the next one is a 409',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1']);
      const members = { ids: ['u1', 'nobody', 'nothing'], unknown: 'refuse' } as const;
      const refused = storage.groups.insert(scope, draft('g1', {}, ['k:1']), members);
      const error = await expectRefusal(refused, UnknownMembersError, 'a group with unknown members');
      expectSameSet(error.memberIds, ['nobody', 'nothing'], 'the ids that the error names');
      expectSame(await storage.groups.get(scope, 'g1'), undefined, 'the group that was refused');
      expectSame(await groupIdsOf(storage, scope, 'u1'), [], 'the groups of its would-be member');
      await storage.groups.insert(scope, draft('g1', {}, ['k:1']), { ids: ['u1'], unknown: 'refuse' });
    },
  },
  {
    code: 'G3',
    promise: 'an update of a group leaves its members',
    notice: 'renaming a group empties it',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2']);
      await addGroup(storage, scope, 'g1', ['u1', 'u2']);
      const change = { lastModified: T1, attributes: { displayName: 'Renamed' }, uniqueKeys: [] };
      const updated = await storage.groups.update(scope, 'g1', change, 1);
      expectSame(updated.memberCount, 2, 'the memberCount that update answers');
      expectSame((await storage.groups.get(scope, 'g1'))?.memberCount, 2, 'the memberCount that get reads');
      expectSameSet(await memberIdsOf(storage, scope, 'g1'), ['u1', 'u2'], 'the members after an update');
    },
  },
  {
    code: 'G4',
    promise: 'members come with their type, and with the names that they have now',
    notice: 'a group shows people under names they no longer have, or a group where a person is',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUser(storage, scope, 'u1', { userName: 'Ada', displayName: 'Ada L.' });
      await addUser(storage, scope, 'u2', { userName: 'Eve' });
      await addGroup(storage, scope, 'inner');
      await addGroup(storage, scope, 'g1', ['u1', 'u2', 'inner']);
      const described = async () => [...(await membersOf(storage, scope, 'g1'))].sort((a, b) => (a.id < b.id ? -1 : 1));
      const group = { id: 'inner', type: 'Group', displayName: 'inner' };
      const eve = { id: 'u2', type: 'User', userName: 'Eve' };
      const ada = { id: 'u1', type: 'User', userName: 'Ada', displayName: 'Ada L.' };
      expectSame(await described(), [group, ada, eve], 'the members');
      const change = { lastModified: T1, attributes: { userName: 'Ada2' }, uniqueKeys: [] };
      await storage.directoryUsers.update(scope, 'u1', change, 1);
      expectSame(
        await described(),
        [group, { id: 'u1', type: 'User', userName: 'Ada2' }, eve],
        'the members after a rename',
      );
    },
  },
  {
    code: 'G5',
    promise: 'a walk over members meets each one that stays exactly once, whoever comes and goes meanwhile',
    notice: 'a GET of a large group during a sync lacks people, whom the provider then adds again',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const ids = numbered('u', 40);
      await addUsers(storage, scope, [...ids, 'late']);
      await addGroup(storage, scope, 'g1', ids);
      const met: string[] = [];
      const gone = new Set<string>();
      let after: string | undefined = '';
      while (after !== undefined) {
        const page: Awaited<ReturnType<typeof storage.groups.members>> = await storage.groups.members(scope, 'g1', {
          after,
          limit: 7,
        });
        expectThat(page.items.length <= 7, `a page of at most 7 members has ${page.items.length}`);
        met.push(...page.items.map(({ id }) => id));
        after = page.next;
        // The last one of the page leaves, one already met, and one still to come.
        const coming = ids.find((id) => !met.includes(id) && !gone.has(id));
        const leaving = [met.at(-1), met[0], coming].filter((id) => id !== undefined);
        for (const id of leaving) gone.add(id);
        const change = { add: ['late'], remove: leaving };
        await storage.groups.changeMembers(scope, 'g1', { change, at: T1, unknown: 'refuse' });
      }
      expectSame(met.length, new Set(met).size, 'how many are met, and how many different ones');
      const missed = ids.filter((id) => !gone.has(id) && !met.includes(id));
      expectSame(missed, [], 'who stayed and was not met');
    },
  },
  {
    code: 'G6',
    promise: 'pages of members end: without `next` on the last one, and with nothing for an unknown group',
    notice: 'a GET of a group never ends, or stops in the middle',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, numbered('u', 6));
      await addGroup(storage, scope, 'g1', numbered('u', 6));
      const page = (groupId: string, limit: number) => storage.groups.members(scope, groupId, { after: '', limit });
      const whole = await page('g1', 6);
      expectSame({ met: whole.items.length, next: whole.next }, { met: 6, next: undefined }, 'a page that holds all');
      const part = await page('g1', 5);
      expectSame(
        { met: part.items.length, goesOn: part.next !== undefined },
        { met: 5, goesOn: true },
        'a page that holds all but one',
      );
      expectSame(await page('g9', 5), { items: [] }, 'the members of an unknown group');
      expectSame(await page('u0', 5), { items: [] }, 'the members of a person');
    },
  },
  {
    code: 'G7',
    promise: 'groupsOf answers, for any number of people and groups, the groups they are directly in',
    notice: 'a list of people shows wrong groups, or somebody is in a group through another one twice',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2', 'u3']);
      await addGroup(storage, scope, 'inner', ['u1']);
      await addGroup(storage, scope, 'outer', ['inner', 'u2', 'u1']);
      const found = await storage.groups.groupsOf(scope, [
        ...numbered('nobody', 1500),
        'u1',
        'u2',
        'u3',
        'inner',
        'u1',
      ]);
      const named = Object.fromEntries(
        ['u1', 'u2', 'u3', 'inner', 'nobody7'].map((id) => [
          id,
          (found.get(id) ?? []).map((group) => `${group.id} ${group.displayName}`).sort(),
        ]),
      );
      const expected = {
        u1: ['inner inner', 'outer outer'],
        u2: ['outer outer'],
        u3: [],
        inner: ['outer outer'],
        nobody7: [],
      };
      expectSame(named, expected, 'the groups of each');
      expectSame([...(await storage.groups.groupsOf(scope, []))], [], 'the groups of nobody');
      const renamed = { lastModified: T1, attributes: { displayName: 'renamed' }, uniqueKeys: [] };
      await storage.groups.update(scope, 'outer', renamed, 1);
      const groups = (await storage.groups.groupsOf(scope, ['u2'])).get('u2');
      expectSame(groups, [{ id: 'outer', displayName: 'renamed' }], 'the groups after a rename');
    },
  },
  {
    code: 'G8',
    promise: 'a deleted group leaves the groups it was in, which change with it, and takes no person along',
    notice: 'a nested group that was deleted is still shown as a member, with a link that leads nowhere',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1']);
      await addGroup(storage, scope, 'inner', ['u1']);
      await addGroup(storage, scope, 'outer', ['inner', 'u1']);
      await storage.groups.delete(scope, 'inner', 1, T2);
      expectSame(await memberIdsOf(storage, scope, 'outer'), ['u1'], 'the members of the outer group');
      expectSame(await memberIdsOf(storage, scope, 'inner'), [], 'the members of the deleted group');
      expectSame(await groupIdsOf(storage, scope, 'u1'), ['outer'], 'the groups of its member');
      expectSame(await groupIdsOf(storage, scope, 'inner'), [], 'the groups of the deleted group');
      const found = await storage.directoryUsers.getWithGroups(scope, 'u1');
      expectSame(found?.groups, [{ id: 'outer', displayName: 'outer' }], 'the groups that getWithGroups shows');
      const outer = await storage.groups.get(scope, 'outer');
      expectThat((outer?.version ?? 0) > 1, `the version of the outer group is still ${outer?.version}`);
      expectSame({ at: outer?.lastModified, count: outer?.memberCount }, { at: T2, count: 1 }, 'the outer group');
      expectSame(found?.user.version, 1, 'the version of its member');
    },
  },
  {
    code: 'G9',
    promise: 'a deletion of a group that is refused leaves its memberships both ways',
    notice: 'a DELETE of a group that was answered with 412 has emptied it',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1']);
      await addGroup(storage, scope, 'inner', ['u1']);
      const outer = await addGroup(storage, scope, 'outer', ['inner']);
      await expectRefusal(
        storage.groups.delete(scope, 'inner', 7, T1),
        StaleVersionError,
        'a deletion of another version',
      );
      expectSame(await memberIdsOf(storage, scope, 'inner'), ['u1'], 'the members of the group');
      expectSame(await storage.groups.get(scope, 'outer'), outer, 'the outer group');
      expectSame(await memberIdsOf(storage, scope, 'outer'), ['inner'], 'its members');
    },
  },
];
