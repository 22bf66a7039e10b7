import { StaleVersionError, UnknownMembersError } from '../../storage/errors.js';
import type { MemberChange } from '../../storage/group-store.js';
import { T0, T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet, expectThat } from '../expectation.js';
import { addGroup, addUsers, changeMembers, groupIdsOf, memberIdsOf, numbered } from '../people-and-groups.js';
import { createSeededRandom } from '../seeded-random.js';

/** What is promised of changing members. */
export const MEMBER_CHANGE_RULES: readonly ContractRule[] = [
  {
    code: 'M1',
    promise: 'a member change reports what it really changed: neither who was there already nor who was gone already',
    notice: 'access is given or ended again for people whom a repeated request did not change',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2', 'u3']);
      await addGroup(storage, scope, 'g1', ['u1', 'u2']);
      const change = { add: ['u1', 'u3', 'u3'], remove: ['u2', 'u2', 'nobody'] };
      const result = await changeMembers(storage, scope, 'g1', change);
      expectSame(
        { added: result?.added, removed: result?.removed },
        { added: ['u3'], removed: ['u2'] },
        'what was changed',
      );
      const again = await changeMembers(storage, scope, 'g1', change);
      expectSame(
        { added: again?.added, removed: again?.removed },
        { added: [], removed: [] },
        'what a repetition changed',
      );
      expectSameSet(await memberIdsOf(storage, scope, 'g1'), ['u1', 'u3'], 'the members');
      expectSame(await groupIdsOf(storage, scope, 'u2'), [], 'the groups of who was removed');
    },
  },
  {
    code: 'M2',
    promise: 'a member change that changes something moves version, lastModified and memberCount, as it answers',
    notice: 'a cached group is taken for fresh (304) though its members are others, or its number of members is wrong',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2', 'u3']);
      let { version, lastModified } = await addGroup(storage, scope, 'g1', ['u1']);
      const steps: readonly (readonly [MemberChange, string, number])[] = [
        [{ add: ['u2', 'u3'], remove: [] }, T1, 3],
        [{ add: [], remove: ['u1'] }, T2, 2],
        [{ replace: ['u1'] }, T0, 1],
      ];
      for (const [change, at, memberCount] of steps) {
        const group = (await changeMembers(storage, scope, 'g1', change, at))?.group;
        expectThat((group?.version ?? 0) > version, `the version went from ${version} to ${group?.version}`);
        expectThat(
          (group?.lastModified ?? '') > lastModified,
          `lastModified went from ${lastModified} to ${group?.lastModified}`,
        );
        if (at !== T0) expectSame(group?.lastModified, at, 'lastModified');
        expectSame(group?.memberCount, memberCount, 'memberCount');
        expectSame(await storage.groups.get(scope, 'g1'), group, 'what get reads after a member change');
        if (group) ({ version, lastModified } = group);
      }
    },
  },
  {
    code: 'M3',
    promise: 'a member change that changes nothing leaves version and lastModified',
    notice: 'each repeated sync of a provider makes every cached group stale',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2']);
      const group = await addGroup(storage, scope, 'g1', ['u1']);
      const changes: readonly MemberChange[] = [
        { add: ['u1'], remove: ['u2', 'nobody'] },
        { add: [], remove: [] },
        { replace: ['u1', 'u1'] },
      ];
      for (const change of changes) {
        const result = await changeMembers(storage, scope, 'g1', change, T2);
        expectSame(result?.group, group, `the group that ${JSON.stringify(change)} answers`);
        expectSame(await storage.groups.get(scope, 'g1'), group, `the group after ${JSON.stringify(change)}`);
      }
    },
  },
  {
    code: 'M4',
    promise: '`replace` is exact: afterwards just these are members',
    notice: 'somebody who was taken out of a group at the provider keeps its rights',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2', 'u3', 'u4']);
      await addGroup(storage, scope, 'g2', ['u1', 'u2']);
      await addGroup(storage, scope, 'g1', ['u1', 'u2', 'g2']);
      const result = await changeMembers(storage, scope, 'g1', { replace: ['u2', 'u3', 'u4', 'u3'] });
      expectSameSet(result?.added ?? [], ['u3', 'u4'], 'who was added');
      expectSameSet(result?.removed ?? [], ['u1', 'g2'], 'who was removed');
      expectSameSet(await memberIdsOf(storage, scope, 'g1'), ['u2', 'u3', 'u4'], 'the members');
      await changeMembers(storage, scope, 'g1', { replace: [] });
      expectSame(await memberIdsOf(storage, scope, 'g1'), [], 'the members of a group that was emptied');
      expectSameSet(await memberIdsOf(storage, scope, 'g2'), ['u1', 'u2'], 'the members of another group');
    },
  },
  {
    code: 'M5',
    promise: 'with `unknown: refuse`, added ids that name nothing refuse the whole change, and are named',
    notice: 'a PATCH that was answered with 400 has changed half of what it says',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2', 'gone']);
      await storage.directoryUsers.tombstone(scope, { id: 'gone', deletedAt: T1 }, 1);
      const group = await addGroup(storage, scope, 'g1', ['u1']);
      for (const change of [{ add: ['u2', 'nobody', 'gone'], remove: ['u1'] }, { replace: ['u2', 'nobody', 'gone'] }]) {
        const error = await expectRefusal(
          changeMembers(storage, scope, 'g1', change),
          UnknownMembersError,
          'an unknown member',
        );
        expectSameSet(error.memberIds, ['nobody', 'gone'], 'the ids that the error names');
        expectSame(await storage.groups.get(scope, 'g1'), group, 'the group after a refused change');
        expectSame(await memberIdsOf(storage, scope, 'g1'), ['u1'], 'its members');
      }
    },
  },
  {
    code: 'M6',
    promise: 'with `unknown: skip`, added ids that name nothing are left out, and the rest is done',
    notice: 'one person whom the provider has not created yet keeps a whole group from being synchronised',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2']);
      await addGroup(storage, scope, 'g1', ['u1']);
      const skipping = (change: MemberChange) =>
        storage.groups.changeMembers(scope, 'g1', { change, at: T1, unknown: 'skip' });
      const result = await skipping({ add: ['nobody', 'u2'], remove: ['nothing'] });
      expectSame(
        { added: result?.added, removed: result?.removed },
        { added: ['u2'], removed: [] },
        'what was changed',
      );
      const replaced = await skipping({ replace: ['nobody', 'u2'] });
      expectSame(
        { added: replaced?.added, removed: replaced?.removed },
        { added: [], removed: ['u1'] },
        'what was replaced',
      );
      expectSame(await memberIdsOf(storage, scope, 'g1'), ['u2'], 'the members');
      expectSame(replaced?.group.memberCount, 1, 'the memberCount');
    },
  },
  {
    code: 'M7',
    promise: '`ifVersion`, where given, is compared first: another version is refused with a StaleVersionError',
    notice: 'a PATCH with If-Match overwrites what another administrator did in between',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2']);
      const group = await addGroup(storage, scope, 'g1', ['u1']);
      const conditional = (add: readonly string[], ifVersion: number) =>
        storage.groups.changeMembers(scope, 'g1', {
          change: { add, remove: [] },
          at: T1,
          ifVersion,
          unknown: 'refuse',
        });
      await expectRefusal(conditional(['u2'], 2), StaleVersionError, 'a change of another version');
      await expectRefusal(
        conditional(['nobody'], 2),
        StaleVersionError,
        'a change of another version by an unknown member',
      );
      await expectRefusal(
        conditional(['u1'], 2),
        StaleVersionError,
        'a change of another version that changes nothing',
      );
      expectSame(await storage.groups.get(scope, 'g1'), group, 'the group after refused changes');
      const result = await conditional(['u2'], 1);
      expectSame(result?.added, ['u2'], 'what a change of the right version added');
      await expectRefusal(conditional(['u2'], 1), StaleVersionError, 'a second change of the same version');
    },
  },
  {
    code: 'M8',
    promise: 'a member change of a group that does not exist is answered with `undefined`',
    notice: 'a PATCH of a group that was deleted is a 500 or a 400 where a 404 is due',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1']);
      await addGroup(storage, scope, 'g1', ['u1']);
      await storage.groups.delete(scope, 'g1', 1, T1);
      for (const [id, what] of [
        ['g1', 'a deleted group'],
        ['g9', 'an unknown group'],
        ['u1', 'a person'],
      ] as const) {
        const answer = await changeMembers(storage, scope, id, { add: ['u1'], remove: [] });
        expectSame(answer, undefined, `the answer to a member change of ${what}`);
      }
      expectSame(await groupIdsOf(storage, scope, 'u1'), [], 'the groups of who was to be added');
    },
  },
  {
    code: 'M9',
    promise: 'a member change takes as many ids as a request can hold',
    notice: 'the first sync of a large group is a 500: the database takes only so many bound values in one statement',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2']);
      await addGroup(storage, scope, 'g1', ['u1']);
      const strangers = numbered('6f1c2a34-5b7d-4e8f-9a0b-', 70_000);
      const change = async (wanted: MemberChange) => {
        const done = await storage.groups.changeMembers(scope, 'g1', { change: wanted, at: T1, unknown: 'skip' });
        return { added: done?.added, removed: done?.removed };
      };
      expectSame(
        await change({ add: [...strangers, 'u2'], remove: [] }),
        { added: ['u2'], removed: [] },
        'what was added',
      );
      expectSame(
        await change({ add: [], remove: [...strangers, 'u1'] }),
        { added: [], removed: ['u1'] },
        'what was removed',
      );
      expectSame(
        await change({ replace: [...strangers, 'u1'] }),
        { added: ['u1'], removed: ['u2'] },
        'what was replaced',
      );
    },
  },
  {
    code: 'M10',
    promise: 'a group behaves as a set under any sequence of changes',
    notice: 'who is in a group depends on the order in which a provider sent what does not depend on order',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const ids = numbered('u', 8);
      await addUsers(storage, scope, ids);
      await addGroup(storage, scope, 'g1');
      const random = createSeededRandom(7);
      let model = new Set<string>();
      for (let step = 0; step < 60; step += 1) {
        const add = ids.filter(() => random.chance(0.3));
        const remove = ids.filter((id) => !add.includes(id) && random.chance(0.3));
        const isReplace = random.chance(0.2);
        const before = model;
        model = isReplace ? new Set(add) : new Set([...[...before].filter((id) => !remove.includes(id)), ...add]);
        const result = await changeMembers(storage, scope, 'g1', isReplace ? { replace: add } : { add, remove });
        expectSameSet(
          result?.added ?? [],
          [...model].filter((id) => !before.has(id)),
          `who was added in step ${step}`,
        );
        expectSameSet(
          result?.removed ?? [],
          [...before].filter((id) => !model.has(id)),
          `who was removed in step ${step}`,
        );
        expectSameSet(await memberIdsOf(storage, scope, 'g1'), model, `the members after step ${step}`);
        expectSame(result?.group.memberCount, model.size, `the memberCount after step ${step}`);
      }
    },
  },
];
