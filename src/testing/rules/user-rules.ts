import { StaleVersionError } from '../../storage/errors.js';
import type { Query } from '../../storage/query.js';
import { T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectThat } from '../expectation.js';
import { addGroup, addUser, addUsers, groupIdsOf, memberIdsOf } from '../people-and-groups.js';
import { draft, recordOf } from '../resource-draft.js';

/** What is promised of people beyond what every resource has. */
export const USER_RULES: readonly ContractRule[] = [
  {
    code: 'U1',
    promise: 'getWithGroups answers a person with the groups it is directly in, in order of creation of the groups',
    notice: 'the `groups` of a person lack a group, or change their order from one GET to the next',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2']);
      await addGroup(storage, scope, 'zebra', []);
      await addGroup(storage, scope, 'inner', ['u1']);
      await addGroup(storage, scope, 'ant', ['u1', 'u2']);
      await addGroup(storage, scope, 'outer', ['inner']);
      await storage.groups.changeMembers(scope, 'zebra', {
        change: { add: ['u1'], remove: [] },
        at: T1,
        unknown: 'refuse',
      });
      const found = await storage.directoryUsers.getWithGroups(scope, 'u1');
      expectSame(recordOf(found?.user), recordOf(await storage.directoryUsers.get(scope, 'u1')), 'the person');
      const named = ['zebra', 'inner', 'ant'].map((id) => ({ id, displayName: id }));
      expectSame(found?.groups, named, 'the groups of a person');
      const change = { lastModified: T1, attributes: { displayName: 'Ants' }, uniqueKeys: [] };
      await storage.groups.update(scope, 'ant', change, 1);
      const second = await storage.directoryUsers.getWithGroups(scope, 'u2');
      expectSame(second?.groups, [{ id: 'ant', displayName: 'Ants' }], 'the groups of a person after one was renamed');
      expectSame(await storage.directoryUsers.getWithGroups(scope, 'u9'), undefined, 'what is read of an unknown id');
      expectSame(
        await storage.directoryUsers.getWithGroups(scope, 'ant'),
        undefined,
        'what is read of the id of a group',
      );
    },
  },
  {
    code: 'U2',
    promise:
      'a deleted person leaves every group, whose version and memberCount change and whose lastModified is the time of it',
    notice: 'a group still lists somebody who left, or a cached group with that person is taken for fresh (304)',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2']);
      await addGroup(storage, scope, 'g1', ['u1', 'u2']);
      await addGroup(storage, scope, 'g2', ['u1']);
      const untouched = await addGroup(storage, scope, 'g3', ['u2']);
      await storage.directoryUsers.tombstone(scope, { id: 'u1', deletedAt: T1 }, 1);
      expectSame(await memberIdsOf(storage, scope, 'g1'), ['u2'], 'the members of a group after a deletion');
      expectSame(await groupIdsOf(storage, scope, 'u1'), [], 'the groups of somebody deleted');
      for (const [id, memberCount] of [
        ['g1', 1],
        ['g2', 0],
      ] as const) {
        const group = await storage.groups.get(scope, id);
        expectThat((group?.version ?? 0) > 1, `the version of ${id} is still ${group?.version}`);
        expectSame(
          { at: group?.lastModified, memberCount: group?.memberCount },
          { at: T1, memberCount },
          `the group ${id}`,
        );
      }
      expectSame(await storage.groups.get(scope, 'g3'), untouched, 'a group that the person was not in');
    },
  },
  {
    code: 'U3',
    promise: 'a deletion that is refused leaves the person and its memberships',
    notice: 'somebody loses all groups by a DELETE that was answered with 412',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1']);
      const before = await addGroup(storage, scope, 'g1', ['u1']);
      const refused = storage.directoryUsers.tombstone(scope, { id: 'u1', deletedAt: T1, accessEnding: true }, 7);
      await expectRefusal(refused, StaleVersionError, 'a deletion of another version');
      expectSame(await storage.groups.get(scope, 'g1'), before, 'the group after a refused deletion');
      expectSame(await memberIdsOf(storage, scope, 'g1'), ['u1'], 'its members');
      expectSame(await storage.directoryUsers.getDeleted(scope, 'u1'), undefined, 'what is kept of a live person');
    },
  },
  {
    code: 'U4',
    promise: 'getDeleted answers what the deletion kept, exactly, and nothing for anybody else',
    notice: 'access of somebody who was deleted is never ended, since nobody knows any more that it has to be',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const user = await addUser(storage, scope, 'u1', { title: 'Countess' });
      await addUsers(storage, scope, ['u2', 'u3']);
      const kept = { id: 'u1', deletedAt: T1, accessEnding: true, kept: user } as const;
      await storage.directoryUsers.tombstone(scope, kept, 1);
      await storage.directoryUsers.tombstone(scope, { id: 'u2', deletedAt: T2 }, 1);
      expectSame(await storage.directoryUsers.getDeleted(scope, 'u1'), kept, 'what is kept');
      expectSame(
        await storage.directoryUsers.getDeleted(scope, 'u2'),
        { id: 'u2', deletedAt: T2 },
        'what little is kept',
      );
      for (const id of ['u3', 'u9']) {
        expectSame(await storage.directoryUsers.getDeleted(scope, id), undefined, `what is kept of ${id}`);
      }
    },
  },
  {
    code: 'U5',
    promise: '`accessEnding` is kept as insert and update say: an update without it takes it away',
    notice: 'a person who was deactivated keeps sessions and keys, or is refused for good after coming back',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const { directoryUsers } = storage;
      await directoryUsers.insert(scope, { ...draft('u1'), accessEnding: true });
      await directoryUsers.insert(scope, draft('u2'));
      const flags = async () =>
        (await directoryUsers.getMany(scope, ['u1', 'u2']))
          .map((user) => `${user.id} ${user.accessEnding ?? false}`)
          .sort();
      expectSame(await flags(), ['u1 true', 'u2 false'], 'whose access is ending after insert');
      const change = { lastModified: T1, attributes: {}, uniqueKeys: [] };
      await directoryUsers.update(scope, 'u1', change, 1);
      await directoryUsers.update(scope, 'u2', { ...change, accessEnding: true }, 1);
      expectSame(await flags(), ['u1 false', 'u2 true'], 'whose access is ending after update');
      const found = await directoryUsers.getWithGroups(scope, 'u2');
      expectSame(found?.user.accessEnding, true, 'accessEnding in getWithGroups');
    },
  },
  {
    code: 'U6',
    promise: 'clearAccessEnding takes the flag away from live and deleted people, repeatedly, and nothing else changes',
    notice: 'the entity tag of a person moves without a change, and the next PATCH with If-Match is a 412',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const { directoryUsers } = storage;
      const live = await directoryUsers.insert(scope, { ...draft('u1', { title: 'x' }, ['k:1']), accessEnding: true });
      const untouched = await directoryUsers.insert(scope, { ...draft('u2'), accessEnding: true });
      await directoryUsers.insert(scope, { ...draft('u3'), accessEnding: true });
      const kept = { id: 'u3', deletedAt: T1, accessEnding: true, kept: live } as const;
      await directoryUsers.tombstone(scope, kept, 1);
      for (const id of ['u1', 'u3', 'u1', 'u3', 'u9']) await directoryUsers.clearAccessEnding(scope, id);
      const { accessEnding: _, ...cleared } = live;
      expectSame(await directoryUsers.get(scope, 'u1'), cleared, 'a live person after clearAccessEnding');
      const { accessEnding: __, ...clearedToo } = kept;
      expectSame(await directoryUsers.getDeleted(scope, 'u3'), clearedToo, 'a deleted person after clearAccessEnding');
      expectSame(await directoryUsers.get(scope, 'u2'), untouched, 'another person');
    },
  },
  {
    code: 'U7',
    promise: 'a page asked for with groups is the same page, and the groups that it carries are those of getWithGroups',
    notice: 'a list of people shows other groups than a GET of each of them',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const { directoryUsers } = storage;
      for (const id of ['u1', 'u2', 'u3'])
        await directoryUsers.insert(scope, draft(id, { userName: `${id}@acme.example` }));
      await addGroup(storage, scope, 'zebra', ['u1', 'u2']);
      await addGroup(storage, scope, 'ant', ['u1']);
      const everybody = { page: { startIndex: 1, count: 10 } };
      const equal = { op: 'eq', path: ['userName'], type: 'string', caseExact: false } as const;
      const somebody = (value: string) => ({ ...everybody, filter: { ...equal, value } });
      const queries: readonly Query[] = [
        everybody,
        ...(storage.capabilities.filtering ? [somebody('U1@acme.example'), somebody('nobody')] : []),
        { page: { after: '', count: 1 } },
      ];
      for (const query of queries) {
        const { groups, ...page } = await directoryUsers.query(scope, { ...query, withGroups: true });
        expectSame(page, await directoryUsers.query(scope, query), 'a page with groups');
        if (!groups) continue;
        for (const { id } of page.items) {
          const found = await directoryUsers.getWithGroups(scope, id);
          expectSame(groups.get(id) ?? [], found?.groups, `the groups of ${id} on a page`);
        }
      }
    },
  },
];
