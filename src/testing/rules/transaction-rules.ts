import { setTimeout } from 'node:timers/promises';
import { newId } from '../../core/id.js';
import { StaleVersionError, UniqueConflictError, UnknownMembersError } from '../../storage/errors.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Storage } from '../../storage/storage.js';
import { directoryDraft, T0, T1, T2, tokenDraft } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectThat } from '../expectation.js';
import { addGroup, addUser, addUsers, changeMembers, groupIdsOf, memberIdsOf } from '../people-and-groups.js';
import { askOf, compare, found } from '../query-ground.js';
import { draft } from '../resource-draft.js';
import { GROUPS } from '../resource-kind.js';
import { snapshotOf } from '../snapshot.js';

/** What the work of a transaction of the host's throws. */
class GivenUpError extends Error {
  override readonly name = 'GivenUpError';
}

/** What is promised of transactions. */
export const TRANSACTION_RULES: readonly ContractRule[] = [
  {
    code: 'T1',
    promise: 'the writes of a transaction are there when it has resolved, with the answer of its work',
    notice: 'a provider is told 200 for a change that is not there',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const answer = await storage.transaction(scope, async (inside) => {
        await addUser(inside, scope, 'u1');
        await addGroup(inside, scope, 'g1', ['u1']);
        return 'done';
      });
      expectSame(answer, 'done', 'the answer of a transaction');
      expectSame(await memberIdsOf(storage, scope, 'g1'), ['u1'], 'the members of the group that it made');
    },
  },
  {
    code: 'T2',
    promise: 'inside a transaction its own writes are seen, by every way of reading',
    notice: 'a bulk request that creates a person and adds them to a group is refused',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1']);
      await storage.transaction(scope, async (inside) => {
        await addUser(inside, scope, 'u2');
        await addGroup(inside, scope, 'g1', ['u1', 'u2']);
        await inside.directoryUsers.tombstone(scope, { id: 'u1', deletedAt: T1 }, 1);
        expectSame(await inside.directoryUsers.get(scope, 'u1'), undefined, 'the person deleted inside');
        const { items } = await inside.directoryUsers.query(scope, { page: { startIndex: 1, count: 10 } });
        expectSame(
          items.map(({ id }) => id),
          ['u2'],
          'the people seen inside',
        );
        expectSame(await memberIdsOf(inside, scope, 'g1'), ['u2'], 'the members seen inside');
        expectSame((await inside.directoryUsers.getDeleted(scope, 'u1'))?.deletedAt, T1, 'what is kept, seen inside');
        expectSame(inside.capabilities, storage.capabilities, 'the capabilities inside');
        const [people, groups] = [askOf(inside, scope), askOf(inside, scope, GROUPS)];
        const byName = { filter: compare('eq', 'userName', 'U2') };
        expectSame(await found(people, byName), 'u2', 'the person that a filter finds inside');
        expectSame(await found(people, { filter: { op: 'memberOf', groupId: 'g1' } }), 'u2', 'the people of the group');
        expectSame(
          await found(groups, { filter: { op: 'hasMember', memberId: 'u2' } }),
          'g1',
          'the groups of the person',
        );
        expectSame(await groupIdsOf(inside, scope, 'u2'), ['g1'], 'the groups that groupsOf shows inside');
        const shown = await inside.directoryUsers.getWithGroups(scope, 'u2');
        expectSame(shown?.groups, [{ id: 'g1', displayName: 'g1' }], 'the groups that getWithGroups shows inside');
      });
    },
  },
  {
    code: 'T3',
    promise:
      'a transaction that fails after any of its steps leaves everything as it was, and fails with the error of its work',
    notice: 'a PATCH that was answered with an error has changed half of what it says',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const script = await prepareScript(storage, scope);
      const before = await snapshotOf(storage, scope, SCRIPT_IDS);
      const error = new GivenUpError('given up');
      for (let count = 0; count <= script.length; count += 1) {
        const failed = storage.transaction(scope, async (inside) => {
          for (const step of script.slice(0, count)) await step(inside);
          throw error;
        });
        const thrown = await expectRefusal(failed, GivenUpError, `a transaction that fails after ${count} steps`);
        expectThat(thrown === error, 'the error of a transaction is not the one that its work threw');
        expectSame(
          await snapshotOf(storage, scope, SCRIPT_IDS),
          before,
          `what is there after a failure behind step ${count}`,
        );
      }
      await storage.transaction(scope, async (inside) => {
        for (const step of script) await step(inside);
      });
      const after = await storage.directoryUsers.query(scope, { page: { startIndex: 1, count: 10 } });
      expectSame(
        after.items.map(({ id }) => id),
        ['u1', 'u3', 'new'],
        'the people after the whole transaction',
      );
      expectSame(await memberIdsOf(storage, scope, 'g1'), ['g3'], 'the members after the whole transaction');
    },
  },
  {
    code: 'T4',
    promise: 'nobody outside sees a part of a transaction, neither before its end nor of one that fails',
    notice: 'a GET during a sync shows a group whose members do not exist yet',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1']);
      for (const fails of [true, false]) {
        const reads: Promise<number>[] = [];
        const look = () => {
          const page = storage.directoryUsers.query(scope, { page: { startIndex: 1, count: 10 } });
          reads.push(page.then(({ items }) => items.length));
        };
        const work = storage.transaction(scope, async (inside) => {
          look();
          await addUser(inside, scope, `${fails}-1`);
          look();
          // Time for the reads to arrive where they are not made to wait.
          await setTimeout(20);
          await addUser(inside, scope, `${fails}-2`);
          look();
          await setTimeout(20);
          if (fails) throw new GivenUpError('given up');
        });
        await work.catch(() => undefined);
        for (const count of await Promise.all(reads)) {
          const allowed = fails ? [1] : [1, 3];
          expectThat(
            allowed.includes(count),
            `somebody outside saw ${count} people, where ${allowed.join(' or ')} are right`,
          );
        }
      }
    },
  },
  {
    code: 'T5',
    promise: 'a transaction inside one joins it: its writes come and go with the outer one',
    notice: 'half of a bulk operation stays when the other half is refused',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const nested = (id: string, fails: boolean) =>
        storage.transaction(scope, async (outer) => {
          await addUser(outer, scope, `${id}-outer`);
          await outer.transaction(scope, async (inner) => {
            expectThat(
              (await inner.directoryUsers.get(scope, `${id}-outer`)) !== undefined,
              'the inner one does not see the outer one',
            );
            await addUser(inner, scope, `${id}-inner`);
          });
          expectThat(
            (await outer.directoryUsers.get(scope, `${id}-inner`)) !== undefined,
            'the outer one does not see the inner one',
          );
          if (fails) throw new GivenUpError('given up');
        });
      await expectRefusal(nested('a', true), GivenUpError, 'an outer transaction that fails');
      expectSame(
        await storage.directoryUsers.getMany(scope, ['a-outer', 'a-inner']),
        [],
        'what the failed one has left',
      );
      await nested('b', false);
      const made = await storage.directoryUsers.getMany(scope, ['b-outer', 'b-inner']);
      expectSame(made.length, 2, 'how many people the other has made');
    },
  },
  {
    code: 'T6',
    promise: 'when a transaction inside one fails so does the whole, also when that failure is caught',
    notice: 'a change that was given up in the middle is stored by halves',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const work = storage.transaction(scope, async (outer) => {
        await addUser(outer, scope, 'u1');
        const inner = outer.transaction(scope, async (within) => {
          await addUser(within, scope, 'u2');
          throw new GivenUpError('given up');
        });
        await inner.catch(() => undefined);
        return 'went on';
      });
      await expectRefusal(work, GivenUpError, 'a transaction with a failed one inside');
      expectSame(await storage.directoryUsers.getMany(scope, ['u1', 'u2']), [], 'what it has left');
    },
  },
  {
    code: 'T7',
    promise: 'a call that is refused inside a transaction takes back itself alone, and the transaction can go on',
    notice: 'a person who exists already makes a whole sync fail that would have taken this for an answer',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1']);
      await storage.transaction(scope, async (inside) => {
        await addUser(inside, scope, 'u2');
        await expectRefusal(addUser(inside, scope, 'u3', { userName: 'u1' }), UniqueConflictError, 'a held key');
        const change = { lastModified: T1, attributes: {}, uniqueKeys: [] };
        await expectRefusal(inside.directoryUsers.update(scope, 'u1', change, 7), StaleVersionError, 'another version');
        await addGroup(inside, scope, 'g1', ['u2']);
        const unknown = changeMembers(inside, scope, 'g1', { add: ['u1', 'nobody'], remove: [] });
        await expectRefusal(unknown, UnknownMembersError, 'an unknown member');
        await addUser(inside, scope, 'u4');
      });
      const { items } = await storage.directoryUsers.query(scope, { page: { startIndex: 1, count: 10 } });
      expectSame(
        items.map(({ id }) => id),
        ['u1', 'u2', 'u4'],
        'the people after the transaction',
      );
      expectSame(await memberIdsOf(storage, scope, 'g1'), ['u2'], 'the members after the transaction');
    },
  },
];

const SCRIPT_IDS = ['u1', 'u2', 'u3', 'gone', 'new', 'g1', 'g2', 'g3', 'e1', 'e2'];

/** Writes of all kinds, each on what those before it have made. */
async function prepareScript(storage: Storage, scope: DirectoryScope) {
  const { organizationId, directoryId } = scope;
  const [first, second] = [`${newId()}.example`, `${newId()}.example`] as const;
  const directory = directoryDraft(organizationId, { hosts: [first] });
  const token = tokenDraft(scope);
  await addUsers(storage, scope, ['u1', 'u2', 'u3', 'gone']);
  await addGroup(storage, scope, 'g1', ['u1', 'u2']);
  await addGroup(storage, scope, 'g2', ['u2', 'g1']);
  await storage.customResources.insert(scope, 'Entitlement', draft('e1', {}, ['k:1']));
  await storage.directoryUsers.tombstone(scope, { id: 'gone', deletedAt: T0, accessEnding: true }, 1);
  await storage.directories.insert(directory);
  await storage.directories.insertToken(token);

  const renamed = { lastModified: T1, attributes: { displayName: 'renamed' }, uniqueKeys: ['k:renamed'] };
  const steps: readonly ((inside: Storage) => Promise<unknown>)[] = [
    (s) => addUser(s, scope, 'new'),
    (s) => s.directoryUsers.update(scope, 'u1', { ...renamed, accessEnding: true }, 1),
    (s) => changeMembers(s, scope, 'g1', { add: ['new', 'u3'], remove: ['u1'] }),
    (s) => s.directoryUsers.tombstone(scope, { id: 'u2', deletedAt: T1, accessEnding: true }, 1),
    (s) => s.directoryUsers.clearAccessEnding(scope, 'gone'),
    async (s) => {
      const version = (await s.groups.get(scope, 'g2'))?.version ?? 0;
      const updated = await s.groups.update(scope, 'g2', renamed, version);
      await s.groups.delete(scope, 'g2', updated.version, T2);
    },
    (s) => addGroup(s, scope, 'g3', ['u3']),
    (s) => changeMembers(s, scope, 'g1', { replace: ['g3'] }),
    (s) => s.customResources.insert(scope, 'Entitlement', draft('e2', {}, ['k:2'])),
    (s) => s.customResources.update(scope, 'Entitlement', 'e2', { ...renamed, uniqueKeys: ['k:3'] }, 1),
    (s) => s.customResources.delete(scope, 'Entitlement', 'e1', 1),
    (s) => s.directories.insert(directoryDraft(organizationId, { hosts: [second] })),
    (s) => s.directories.update({ ...directory, name: 'renamed', hosts: [] }),
    (s) => s.directories.insertToken(tokenDraft(scope)),
    (s) => s.directories.touchToken(scope, directoryId, token.id, T1),
    (s) => s.directories.revokeToken(scope, directoryId, token.id, T1),
  ];
  return steps;
}
