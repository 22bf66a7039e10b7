import type { Grant, GrantChange } from '../../storage/grant.js';
import type { GrantRowPlan, GrantRowStep } from '../../storage/grant-store.js';
import type { ManagedStorage } from '../../storage/managed-storage.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet } from '../expectation.js';
import { addGroupOfPeople, addPerson, managedRule } from '../managed-ground.js';
import { changeMembers, numbered } from '../people-and-groups.js';

const NOTHING: GrantChange = { add: [], remove: [], change: [] };

/** What is promised of grants. */
export const GRANT_RULES: readonly ContractRule[] = [
  managedRule({
    code: 'W1',
    promise: 'a change of grants is idempotent and answers what really changed',
    notice: 'the journal says that somebody was added who was there already',
    async check({ storage: { grants }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const ada = grant('ada', 'Member');
      const higher = { ...ada, role: 'Administrator' };
      expectSame(await grants.change(scope, { ...NOTHING, add: [ada] }), { ...NOTHING, add: [ada] }, 'the first');
      expectSame(await grants.change(scope, { ...NOTHING, add: [ada] }), NOTHING, 'the same again');
      const changed = await grants.change(scope, { ...NOTHING, add: [higher] });
      expectSame(changed, { ...NOTHING, change: [{ grant: higher, from: 'Member' }] }, 'another role');
      expectSame(
        await grants.change(scope, { ...NOTHING, remove: [ada] }),
        { ...NOTHING, remove: [higher] },
        'the end',
      );
      expectSame(await grants.change(scope, { ...NOTHING, remove: [ada] }), NOTHING, 'the end again');
    },
  }),
  managedRule({
    code: 'W2',
    promise: 'grants are read by person, source and place, each source by itself, in their organization alone',
    notice: 'who leaves one of two groups leaves the team',
    async check({ storage: { grants }, newOrganization }) {
      const [scope, other] = [{ organizationId: newOrganization() }, { organizationId: newOrganization() }];
      const mine = [
        grant('ada', 'Member'),
        grant('ada', 'Member', 'group:h'),
        grant('ben', 'Owner', 'manual', 'organization'),
      ];
      await grants.change(scope, { ...NOTHING, add: mine });
      await grants.change(other, { ...NOTHING, add: [grant('ada', 'Member', 'manual')] });
      const keysOf = (found: readonly Grant[]) => found.map(({ userId, source }) => `${userId} ${source}`);
      expectSameSet(
        keysOf(await grants.ofUsers(scope, ['ada', 'ada', 'cyd'])),
        ['ada group:g', 'ada group:h'],
        'of a person',
      );
      expectSame(keysOf(await grants.ofSource(scope, 'group:h', ['ada', 'ben'])), ['ada group:h'], 'of a source');
      expectSame(await grants.holders(scope, 'organization', 'Owner'), ['ben'], 'who are owners');
      expectSame(await grants.holders(scope, 'team:t', 'Member'), ['ada'], 'who are members, each once');
      expectSame(await grants.peopleAt(scope, 'team:t', { after: '', limit: 9 }), ['ada'], 'who has anything there');
      await grants.change(scope, { ...NOTHING, remove: [mine[0] ?? grant('', '')] });
      expectSame(keysOf(await grants.ofUsers(scope, ['ada'])), ['ada group:h'], 'what is left');
    },
  }),
  managedRule({
    code: 'W3',
    promise: 'a row added gives a grant to each person behind a direct member, who has none yet and counts',
    notice: 'a mapping is saved, and half of the group is not in the team',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addGroupOfPeople(storage, scope, 'g', ['a', 'b', 'c']);
      await addPerson(storage, scope, 'off', 'user-off', false);
      await changeMembers(storage, scope, 'g', { add: ['off'], remove: [] });
      await storage.grants.change(scope, { ...NOTHING, add: [grant('user-a', 'Old')] });
      const plan = { add: [{ groupId: 'g', target: 'team:t', role: 'Member' }], remove: [], change: [] } as const;
      const { changed } = await joined(storage, scope, 'applyRows', plan, 'leave-out', 2);
      expectSameSet(
        changed.add.map(({ userId, source }) => `${userId} ${source}`),
        ['user-b group:g', 'user-c group:g'],
        'who got it',
      );
      const inactive = await joined(storage, scope, 'applyRows', plan, 'count', 2);
      expectSame(
        inactive.changed.add.map(({ userId }) => userId),
        ['user-off'],
        'who got it when inactive ones count',
      );
      const everybody = { add: [{ target: 'team:u', role: 'Member' }], remove: [], change: [] } as const;
      const all = await joined(storage, scope, 'applyRows', everybody, 'leave-out', 2);
      expectSameSet(
        all.changed.add.map(({ userId, source }) => `${userId} ${source}`),
        ['a', 'b', 'c'].map((id) => `user-${id} default-team:${scope.directoryId}`),
        'everybody',
      );
    },
  }),
  managedRule({
    code: 'W4',
    promise:
      'a row removed or changed concerns whoever has a grant of that source and target, member or not, and nobody else',
    notice: 'somebody stays in a team for ever, because the group had forgotten them before its mapping ended',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const there = [
        grant('a', 'Member'),
        grant('b', 'Member'),
        grant('b', 'Member', 'group:h'),
        grant('b', 'Member', 'manual'),
      ];
      await storage.grants.change(scope, { ...NOTHING, add: there });
      const row = { groupId: 'g', target: 'team:t', role: 'Lead' } as const;
      const up = await joined(storage, scope, 'applyRows', { add: [], remove: [], change: [row] }, 'count', 1);
      expectSame(
        up.changed.change.map(({ grant: { userId, role }, from }) => [userId, role, from]).sort(),
        [
          ['a', 'Lead', 'Member'],
          ['b', 'Lead', 'Member'],
        ],
        'who got the role',
      );
      const gone = await joined(storage, scope, 'applyRows', { add: [], remove: [row], change: [] }, 'count', 1);
      expectSameSet(
        gone.changed.remove.map(({ userId }) => userId),
        ['a', 'b'],
        'who lost it',
      );
      const left = await storage.grants.ofUsers(scope, ['a', 'b']);
      expectSameSet(
        left.map(({ source }) => source),
        ['group:h', 'manual'],
        'what is left',
      );
    },
  }),
  managedRule({
    code: 'W5',
    promise: 'a preview of rows says what their application does, part by part, and does nothing',
    notice: 'somebody confirms one thing and another one happens',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addGroupOfPeople(storage, scope, 'g', numbered('a', 7));
      await storage.grants.change(scope, {
        ...NOTHING,
        add: numbered('user-a', 5).map((id) => grant(id, 'Member', 'group:h')),
      });
      const plan: GrantRowPlan = {
        add: [{ groupId: 'g', target: 'team:t', role: 'Member' }],
        change: [],
        remove: [{ groupId: 'h', target: 'team:t', role: 'Member' }],
      };
      const before = await joined(storage, scope, 'previewRows', plan, 'count', 3);
      const again = await joined(storage, scope, 'previewRows', plan, 'count', 100);
      const done = await joined(storage, scope, 'applyRows', plan, 'count', 3);
      const keysOf = ({ changed: { add, remove } }: GrantRowStep) => [
        ...add.map(({ userId }) => `+${userId}`),
        ...remove.map(({ userId }) => `-${userId}`),
      ];
      expectSame([done.changed.add.length, done.changed.remove.length], [7, 5], 'how much was done');
      expectSameSet(keysOf(before), keysOf(done), 'the preview in small parts');
      expectSameSet(keysOf(again), keysOf(done), 'the preview in one part');
      const misplaced = storage.grants.previewRows(scope, plan, { after: 'nowhere', limit: 1, inactive: 'count' });
      await expectRefusal(misplaced, RangeError, 'a position that is none');
    },
  }),
  managedRule({
    code: 'W6',
    promise: 'grants and all that goes with them come and go with the transaction that writes them',
    notice: 'a push that failed has left somebody in a team',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addGroupOfPeople(storage, scope, 'g', ['a', 'b']);
      const failure = new Error('the work failed');
      const failing = storage.transaction(scope, async (inside) => {
        await inside.grants?.change(scope, { ...NOTHING, add: [grant('user-a', 'Member', 'manual')] });
        const plan = { add: [{ groupId: 'g', target: 'team:t', role: 'Member' }], remove: [], change: [] } as const;
        await inside.grants?.applyRows(scope, plan, { after: '', limit: 9, inactive: 'count' });
        await inside.people?.put(scope, [{ userId: 'user-a', ended: 'by-hand' }]);
        await inside.overrides?.put(scope, { userId: 'user-a', teamId: 't', role: 'Lead', baseRole: 'Member' });
        throw failure;
      });
      expectSame((await failing.catch((error: unknown) => error)) === failure, true, 'whether the failure comes out');
      expectSame(await storage.grants.ofUsers(scope, ['user-a', 'user-b']), [], 'the grants');
      expectSame((await storage.people.getMany(scope, ['user-a']))[0]?.ended, undefined, 'the person');
      expectSame(await storage.overrides.ofUsers(scope, ['user-a']), [], 'the overrides');
    },
  }),
];

function grant(
  userId: string,
  role: string,
  source: Grant['source'] = 'group:g',
  target: Grant['target'] = 'team:t',
): Grant {
  return { userId, target, role, source };
}

/** All parts of a change of rows as one. */
async function joined(
  { grants }: ManagedStorage,
  scope: DirectoryScope,
  how: 'previewRows' | 'applyRows',
  plan: GrantRowPlan,
  inactive: 'count' | 'leave-out',
  limit: number,
): Promise<GrantRowStep> {
  const [add, remove, change]: [Grant[], Grant[], GrantChange['change'][number][]] = [[], [], []];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const step: GrantRowStep = await grants[how](scope, plan, { after, limit, inactive });
    add.push(...step.changed.add);
    remove.push(...step.changed.remove);
    change.push(...step.changed.change);
    after = step.next;
  }
  return { changed: { add, remove, change } };
}
