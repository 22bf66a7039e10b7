import { setTimeout } from 'node:timers/promises';
import { newId } from '../../core/id.js';
import { StaleVersionError, StorageUnavailableError, UniqueConflictError } from '../../storage/errors.js';
import { directoryDraft, T1, tokenDraft } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectSame, expectSameSet, expectThat } from '../expectation.js';
import { addGroup, addUser, addUsers, changeMembers, groupIdsOf, memberIdsOf, numbered } from '../people-and-groups.js';
import { draft } from '../resource-draft.js';
import { GROUPS, RESOURCE_KINDS, USERS } from '../resource-kind.js';

/** What is promised of calls that overlap. */
export const PARALLEL_RULES: readonly ContractRule[] = [
  {
    code: 'C1',
    promise: 'of 50 parallel inserts of one unique key exactly one succeeds, and the others meet a UniqueConflictError',
    notice: 'two POSTs of one userName both got 201: a person would exist twice',
    async check({ storage, newDirectory }) {
      for (const kind of RESOURCE_KINDS) {
        const scope = await newDirectory();
        const inserts = numbered('r', 50).map(
          (id) => () => kind.insert(storage, scope, draft(id, {}, ['userName:ada'])),
        );
        expectSame(
          await outcomes(inserts),
          { done: 1, UniqueConflictError: 49 },
          `what became of 50 inserts into ${kind.title}`,
        );
        const { total } = await kind.query(storage, scope, { page: { startIndex: 1, count: 100 } });
        expectSame(total, 1, `how many ${kind.title} there are`);
      }
    },
  },
  {
    code: 'C2',
    promise: 'of parallel inserts of one id, into whatever store, exactly one succeeds',
    notice: 'one id leads to a person and to a group',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const inserts = numbered('', 24).map((_, index) => async () => {
        const kind = RESOURCE_KINDS[index % RESOURCE_KINDS.length] ?? USERS;
        await kind.insert(storage, scope, draft('r1'));
      });
      expectSame(await outcomes(inserts), { done: 1, UniqueConflictError: 23 }, 'what became of 24 inserts');
    },
  },
  {
    code: 'C3',
    promise: 'of parallel updates of one version exactly one wins, and the others meet a StaleVersionError',
    notice: 'of two changes of a person at the same time one is lost, though both were answered with 200',
    async check({ storage, newDirectory }) {
      for (const kind of RESOURCE_KINDS) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1'));
        const updates = numbered('', 20).map(
          (title) => () =>
            kind.update(storage, scope, 'r1', { lastModified: T1, attributes: { title }, uniqueKeys: [] }, 1),
        );
        expectSame(
          await outcomes(updates),
          { done: 1, StaleVersionError: 19 },
          `what became of 20 updates of one of ${kind.title}`,
        );
      }
    },
  },
  {
    code: 'C4',
    promise: '200 parallel adds and removes of different members are all kept, and memberCount is right',
    notice: 'people are missing from a group after a sync although every request was answered with 200',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const old = numbered('old', 100);
      const fresh = numbered('new', 100);
      await addUsers(storage, scope, [...old, ...fresh]);
      await addGroup(storage, scope, 'g1', old);
      const changes = old.flatMap((id, index) => [
        () => changeMembers(storage, scope, 'g1', { add: [], remove: [id] }),
        () => changeMembers(storage, scope, 'g1', { add: [fresh[index] ?? ''], remove: [] }),
      ]);
      expectSame(await outcomes(changes), { done: 200 }, 'what became of 200 member changes');
      expectSameSet(await memberIdsOf(storage, scope, 'g1'), fresh, 'the members');
      const group = await storage.groups.get(scope, 'g1');
      expectSame(group?.memberCount, 100, 'the memberCount');
      expectThat((group?.version ?? 0) >= 201, `the version after 200 changes is ${group?.version}`);
    },
  },
  {
    code: 'C5',
    promise: 'of parallel changes that do the same, exactly one reports to have done it',
    notice: 'access is given or ended twice, and a log tells of changes that never were',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2']);
      await addGroup(storage, scope, 'g1', ['u2']);
      const counted = { added: 0, removed: 0 };
      const changes = numbered('', 30).map(() => async () => {
        const result = await changeMembers(storage, scope, 'g1', { add: ['u1'], remove: ['u2'] });
        counted.added += result?.added.length ?? 0;
        counted.removed += result?.removed.length ?? 0;
      });
      expectSame(await outcomes(changes), { done: 30 }, 'what became of 30 equal changes');
      expectSame(counted, { added: 1, removed: 1 }, 'how often they report to have changed something');
      expectSame((await storage.groups.get(scope, 'g1'))?.memberCount, 1, 'the memberCount');
    },
  },
  {
    code: 'C6',
    promise: 'who is deleted while being added to groups is in none afterwards',
    notice: 'a group lists somebody who does not exist, with a link that leads nowhere, and cannot be rid of them',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const ids = numbered('u', 20);
      await addUsers(storage, scope, ids);
      await addGroup(storage, scope, 'g1');
      const calls = ids.flatMap((id) => [
        () => storage.groups.changeMembers(scope, 'g1', { change: { add: [id], remove: [] }, at: T1, unknown: 'skip' }),
        () => storage.directoryUsers.tombstone(scope, { id, deletedAt: T1 }, 1),
      ]);
      expectSame(await outcomes(calls), { done: 40 }, 'what became of 20 additions and 20 deletions');
      expectSame(await memberIdsOf(storage, scope, 'g1'), [], 'the members');
      expectSame((await storage.groups.get(scope, 'g1'))?.memberCount, 0, 'the memberCount');
      expectSame(await groupIdsOf(storage, scope, 'u0'), [], 'the groups of somebody deleted');
    },
  },
  {
    code: 'C7',
    promise: 'of parallel deletions exactly one succeeds, and the others meet a StaleVersionError',
    notice: 'a deletion is reported, and its access ended, twice',
    async check({ storage, newDirectory }) {
      for (const kind of RESOURCE_KINDS) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1'));
        const removals = numbered('', 10).map(() => () => kind.remove(storage, scope, 'r1', 1, T1));
        expectSame(
          await outcomes(removals),
          { done: 1, StaleVersionError: 9 },
          `what became of 10 deletions of one of ${kind.title}`,
        );
      }
    },
  },
  {
    code: 'C8',
    promise: 'of parallel inserts of one host, or one hash of a token, exactly one succeeds',
    notice: 'a host name or a token leads to the directory of another customer',
    async check({ storage, newDirectory, newOrganization }) {
      const host = `${newId()}.example`;
      const inserts = numbered('', 12).map(
        () => () => storage.directories.insert(directoryDraft(newOrganization(), { hosts: [host] })),
      );
      expectSame(
        await outcomes(inserts),
        { done: 1, UniqueConflictError: 11 },
        'what became of 12 directories with one host',
      );
      const scopes = await Promise.all(numbered('', 12).map(() => newDirectory()));
      const hash = newId();
      const tokens = scopes.map((scope) => () => storage.directories.insertToken(tokenDraft(scope, { hash })));
      expectSame(
        await outcomes(tokens),
        { done: 1, UniqueConflictError: 11 },
        'what became of 12 tokens with one hash',
      );
    },
  },
  {
    code: 'C9',
    promise: 'transactions that read a resource and write it lose no change of each other',
    notice: 'of changes of one person at the same time some are lost, though all were answered with 200',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUser(storage, scope, 'u1');
      await addGroup(storage, scope, 'g1');
      const counts = numbered('', 15).map(
        () => () =>
          storage.transaction(scope, async (inside) => {
            const user = await inside.directoryUsers.get(scope, 'u1');
            const logins = Number(user?.attributes['logins'] ?? 0) + 1;
            const change = { lastModified: T1, attributes: { logins }, uniqueKeys: [] };
            await inside.directoryUsers.update(scope, 'u1', change, user?.version ?? 0);
          }),
      );
      const { done = 0, StaleVersionError: stale = 0, ...others } = await outcomes(counts);
      expectSame({ met: done + stale, others }, { met: 15, others: {} }, 'what became of 15 transactions');
      expectThat(done > 0, 'none of 15 transactions on one person was successful');
      const user = await storage.directoryUsers.get(scope, 'u1');
      expectSame(user?.attributes['logins'], done, 'what they have counted');
    },
  },
  {
    code: 'C10',
    promise: 'a reader meets a group before or after a parallel `replace`, never in the middle',
    notice: 'a group is empty for a moment in the middle of a sync, and everybody in it loses access',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const [some, others] = [numbered('a', 5), numbered('b', 5)];
      await addUsers(storage, scope, [...some, ...others]);
      await addGroup(storage, scope, 'g1', some);
      const seen: string[] = [];
      const calls = numbered('', 30).flatMap((_, index) => [
        () => changeMembers(storage, scope, 'g1', { replace: index % 2 === 0 ? others : some }),
        async () => {
          const { items } = await storage.groups.members(scope, 'g1', { after: '', limit: 100 });
          seen.push(
            items
              .map(({ id }) => id)
              .sort()
              .join(' '),
          );
          const count = (await GROUPS.query(storage, scope, { page: { startIndex: 1, count: 1 } })).items[0];
          seen.push(String(Reflect.get(count ?? {}, 'memberCount')));
        },
      ]);
      expectSame(await outcomes(calls), { done: 60 }, 'what became of 30 replacements and 30 reads');
      const allowed = new Set([some.join(' '), others.join(' '), '5']);
      expectSame(
        seen.filter((each) => !allowed.has(each)),
        [],
        'what readers saw besides the one list and the other',
      );
    },
  },
  {
    code: 'C11',
    promise:
      'who is added to a group while that is deleted, or deleted while a group is made of them, is not in it after',
    notice: 'a person is in a group that does not exist, or a group holds somebody who does not, and nobody can end it',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const rounds = numbered('', 10);
      await addUsers(storage, scope, ['u', ...rounds.map((round) => `u${round}`)]);
      for (const round of rounds) await addGroup(storage, scope, `g${round}`);
      const change = { add: ['u'], remove: [] };
      const calls = rounds.flatMap((round) => [
        () => storage.groups.changeMembers(scope, `g${round}`, { change, at: T1, unknown: 'refuse' }),
        () => GROUPS.remove(storage, scope, `g${round}`, 1, T1),
        () => storage.groups.insert(scope, draft(`n${round}`), { ids: [`u${round}`], unknown: 'skip' }),
        () => USERS.remove(storage, scope, `u${round}`, 1, T1),
      ]);
      const { done = 0, StaleVersionError: stale = 0, ...others } = await outcomes(calls);
      expectSame({ met: done + stale, others }, { met: 40, others: {} }, 'what became of 40 calls');
      const left = await storage.groups.getMany(
        scope,
        rounds.map((round) => `g${round}`),
      );
      const ids = left.map(({ id }) => id).sort();
      expectSame(await groupIdsOf(storage, scope, 'u'), ids, 'the groups of who was added while they were deleted');
      for (const round of rounds) {
        expectSame(
          await memberIdsOf(storage, scope, `n${round}`),
          [],
          'the members of a group made of who was deleted',
        );
        expectSame((await storage.groups.get(scope, `n${round}`))?.memberCount, 0, 'its memberCount');
        if (ids.includes(`g${round}`)) continue;
        expectSame(await memberIdsOf(storage, scope, `g${round}`), [], 'the members of a group that was deleted');
      }
    },
  },
];

/** Starts all calls at once, and counts what becomes of them: how many are done, how many fail with which error. */
async function outcomes(calls: readonly (() => Promise<unknown>)[]): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  const settle = async (call: () => Promise<unknown>) => {
    const outcome = await whatBecomesOf(call);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  };
  await Promise.all(calls.map(settle));
  return counts;
}

/** A store may say that it cannot answer now; then the call is made again, as a client would. */
async function whatBecomesOf(call: () => Promise<unknown>): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await call();
      return 'done';
    } catch (error) {
      if (error instanceof UniqueConflictError || error instanceof StaleVersionError) return error.name;
      if (!(error instanceof StorageUnavailableError) || attempt === 20) return String(error);
      await setTimeout(5 * attempt);
    }
  }
}
