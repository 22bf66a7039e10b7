import { StaleVersionError, UnknownMembersError } from '../../storage/errors.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Storage } from '../../storage/storage.js';
import { type ContractGround, T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet } from '../expectation.js';
import { addGroup, addUser, addUsers, changeMembers, groupIdsOf, memberIdsOf } from '../people-and-groups.js';
import { askOf, compare, found } from '../query-ground.js';
import { draft } from '../resource-draft.js';
import { GROUPS, RESOURCE_KINDS } from '../resource-kind.js';
import { createSeededRandom } from '../seeded-random.js';
import { snapshotOf } from '../snapshot.js';

const IDS = ['u1', 'u2', 'g1', 'g2', 'e1', 'gone'];

/** What is promised about tenants: nothing crosses from one to another. */
export const TENANT_RULES: readonly ContractRule[] = [
  {
    code: 'S1',
    promise: 'directories hold the same ids, unique keys and names beside each other, each with what was written there',
    notice:
      'a person of one customer is shown to another, or cannot be created because another customer has one of that name',
    async check(ground) {
      const { storage } = ground;
      const scopes = await neighbours(ground);
      for (const [index, scope] of scopes.entries()) await fill(storage, scope, `at ${index}`);
      for (const [index, scope] of scopes.entries()) {
        for (const kind of RESOURCE_KINDS) {
          const { items, total } = await askOf(storage, scope, kind)({ page: { startIndex: 1, count: 100 } });
          const titles = [...new Set(items.map(({ attributes }) => attributes['title']))];
          expectSame(
            { titles, total },
            { titles: [`at ${index}`], total: items.length },
            `the ${kind.title} of a directory`,
          );
          for (const { id } of items) {
            const read = await kind.get(storage, scope, id);
            expectSame(read?.attributes['title'], `at ${index}`, `where ${id} of ${kind.title} comes from`);
          }
        }
        expectSame(
          (await storage.directoryUsers.getWithGroups(scope, 'u1'))?.groups.map(({ id }) => id),
          ['g1'],
          'the groups of a person',
        );
        expectSame(await groupIdsOf(storage, scope, 'u1'), ['g1'], 'the groups of a person');
        expectSameSet(await memberIdsOf(storage, scope, 'g1'), ['u1', 'u2'], 'the members of a group');
      }
    },
  },
  {
    code: 'S2',
    promise: 'what exists in one directory alone is not found from another, by whatever call',
    notice: 'a token of one directory reads the people of another, by guessing an id or a name',
    async check(ground) {
      const { storage } = ground;
      const [home, ...elsewhere] = await neighbours(ground);
      await fill(storage, home, 'secret');
      for (const scope of [...elsewhere, ...foreign(home, ground)]) {
        for (const id of IDS) {
          for (const kind of RESOURCE_KINDS) {
            expectSame(await kind.get(storage, scope, id), undefined, `what get reads of ${id} from elsewhere`);
            expectSame(
              (await kind.getMany?.(storage, scope, [id])) ?? [],
              [],
              `what getMany reads of ${id} from elsewhere`,
            );
          }
          expectSame(
            await storage.directoryUsers.getWithGroups(scope, id),
            undefined,
            'what getWithGroups reads from elsewhere',
          );
          expectSame(
            await storage.directoryUsers.getDeleted(scope, id),
            undefined,
            'what getDeleted reads from elsewhere',
          );
          expectSame(await memberIdsOf(storage, scope, id), [], 'the members seen from elsewhere');
          expectSame(await groupIdsOf(storage, scope, id), [], 'the groups seen from elsewhere');
        }
        for (const kind of RESOURCE_KINDS) {
          const ask = askOf(storage, scope, kind);
          expectSame(await found(ask, {}), '', `the ${kind.title} seen from elsewhere`);
          expectSame(
            await found(ask, { filter: compare('eq', 'title', 'secret') }),
            '',
            'what a filter finds from elsewhere',
          );
        }
        expectSame(
          await found(askOf(storage, scope, GROUPS), { filter: { op: 'hasMember', memberId: 'u1' } }),
          '',
          'the groups of a person, asked from elsewhere',
        );
      }
    },
  },
  {
    code: 'S3',
    promise: 'a write from another directory, or with another organization for the same directory, changes nothing',
    notice: 'one customer changes or deletes the people of another by guessing an id',
    async check(ground) {
      const { storage } = ground;
      const [home, ...elsewhere] = await neighbours(ground);
      await fill(storage, home, 'mine');
      const before = await snapshotOf(storage, home, IDS);
      const change = { lastModified: T2, attributes: { title: 'theirs' }, uniqueKeys: [] };
      for (const scope of [...elsewhere, ...foreign(home, ground)]) {
        for (const [index, kind] of RESOURCE_KINDS.entries()) {
          const id = ['u1', 'g1', 'e1'][index] ?? '';
          for (const version of [1, 2]) {
            await expectRefusal(
              kind.update(storage, scope, id, change, version),
              StaleVersionError,
              'an update from elsewhere',
            );
            await expectRefusal(
              kind.remove(storage, scope, id, version, T2),
              StaleVersionError,
              'a deletion from elsewhere',
            );
          }
        }
        for (const id of ['u1', 'gone']) await storage.directoryUsers.clearAccessEnding(scope, id);
        const answer = await changeMembers(storage, scope, 'g1', { replace: [] }, T2);
        expectSame(answer, undefined, 'the answer to a member change from elsewhere');
        expectSame(await snapshotOf(storage, home, IDS), before, 'what the directory holds');
      }
    },
  },
  {
    code: 'S4',
    promise: 'members of a group are people and groups of its own directory; others count as unknown',
    notice: 'a person of one customer gets into a group of another',
    async check(ground) {
      const { storage } = ground;
      const [home, sibling, stranger] = await neighbours(ground);
      for (const scope of [sibling, stranger]) {
        await addUsers(storage, scope, ['theirs']);
        await addGroup(storage, scope, 'their-group');
      }
      await addGroup(storage, home, 'g1');
      for (const id of ['theirs', 'their-group']) {
        const refused = changeMembers(storage, home, 'g1', { add: [id], remove: [] });
        await expectRefusal(refused, UnknownMembersError, 'a member from elsewhere');
        const first = storage.groups.insert(home, draft('g2'), { ids: [id], unknown: 'refuse' });
        await expectRefusal(first, UnknownMembersError, 'a first member from elsewhere');
        const skipping = { change: { replace: [id] }, at: T1, unknown: 'skip' } as const;
        const skipped = await storage.groups.changeMembers(home, 'g1', skipping);
        expectSame(
          { added: skipped?.added, count: skipped?.group.memberCount },
          { added: [], count: 0 },
          'what is left of it',
        );
      }
    },
  },
  {
    code: 'S5',
    promise: 'a deletion in one directory touches nothing of the same id or key in another',
    notice: 'somebody who leaves one customer disappears from the groups of another',
    async check(ground) {
      const { storage } = ground;
      const scopes = await neighbours(ground);
      const [home, ...elsewhere] = scopes;
      for (const scope of scopes) await fill(storage, scope, 'x');
      const before = await Promise.all(elsewhere.map((scope) => snapshotOf(storage, scope, IDS)));
      await storage.directoryUsers.tombstone(home, { id: 'u1', deletedAt: T2, accessEnding: true }, 1);
      await storage.groups.delete(home, 'g1', (await storage.groups.get(home, 'g1'))?.version ?? 0, T2);
      await storage.customResources.delete(home, 'Entitlement', 'e1', 1);
      await storage.directoryUsers.clearAccessEnding(home, 'gone');
      const after = await Promise.all(elsewhere.map((scope) => snapshotOf(storage, scope, IDS)));
      expectSame(after, before, 'what the other directories hold');
    },
  },
  {
    code: 'S6',
    promise: 'calls of several tenants that overlap end as they would one tenant after the other',
    notice: 'under load, what one customer writes turns up at another',
    async check(ground) {
      const { storage } = ground;
      const busy = await neighbours(ground);
      await Promise.all(busy.map((scope, index) => liveThrough(storage, scope, index)));
      for (const [index, scope] of busy.entries()) {
        const quiet = await ground.newDirectory();
        await liveThrough(storage, quiet, index);
        const [lived, expected] = await Promise.all([scope, quiet].map((each) => snapshotOf(storage, each, IDS)));
        const { directories: _, ...together } = lived ?? {};
        const { directories: __, ...alone } = expected ?? {};
        expectSame(together, alone, `what directory ${index} holds`);
      }
    },
  },
];

/** Two directories of one organization, and one each of two others. */
async function neighbours({
  newDirectory,
}: ContractGround): Promise<readonly [DirectoryScope, DirectoryScope, DirectoryScope, DirectoryScope]> {
  const home = await newDirectory();
  return [home, await newDirectory(home.organizationId), await newDirectory(), await newDirectory()];
}

/** The right directory under wrong organizations. */
function foreign(scope: DirectoryScope, { newOrganization }: ContractGround): readonly DirectoryScope[] {
  const { organizationId, directoryId } = scope;
  return [
    // Together the same text: a key that puts ids together without a border between them takes it for home.
    { organizationId: `${organizationId}${directoryId.slice(0, 4)}`, directoryId: directoryId.slice(4) },
    { organizationId: newOrganization(), directoryId },
    { organizationId: '', directoryId },
  ];
}

async function fill(storage: Storage, scope: DirectoryScope, title: string): Promise<void> {
  await storage.directoryUsers.insert(scope, { ...draft('u1', { title }, ['userName:ada']), accessEnding: true });
  await storage.directoryUsers.insert(scope, draft('u2', { title }));
  await storage.directoryUsers.insert(scope, draft('gone', { title }));
  await storage.directoryUsers.tombstone(scope, { id: 'gone', deletedAt: T1, accessEnding: true }, 1);
  await storage.groups.insert(scope, draft('g1', { title }, ['k:1']), { ids: ['u1', 'u2'], unknown: 'refuse' });
  await storage.groups.insert(scope, draft('g2', { title }), { ids: ['g1'], unknown: 'refuse' });
  await storage.customResources.insert(scope, 'Entitlement', draft('e1', { title }, ['k:1']));
}

/** A history that depends on the seed alone. */
async function liveThrough(storage: Storage, scope: DirectoryScope, seed: number): Promise<void> {
  const random = createSeededRandom(seed);
  for (const id of ['u1', 'u2', 'u3']) await addUser(storage, scope, id, { title: `${seed}` });
  for (const id of ['g1', 'g2']) await addGroup(storage, scope, id);
  for (let step = 0; step < 40; step += 1) {
    const id = random.pick(['u1', 'u2', 'u3']);
    if (random.chance(0.5)) {
      const change = random.chance(0.5) ? { add: [id], remove: [] } : { add: [], remove: [id] };
      await changeMembers(storage, scope, random.pick(['g1', 'g2']), change);
      continue;
    }
    const version = (await storage.directoryUsers.get(scope, id))?.version ?? 0;
    const title = `${seed} ${step}`;
    await storage.directoryUsers.update(
      scope,
      id,
      { lastModified: T1, attributes: { title }, uniqueKeys: [`k:${id}`] },
      version,
    );
  }
}
