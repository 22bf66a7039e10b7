import { compileFilter } from '../../storage/evaluate-filter.js';
import type { Filter } from '../../storage/query.js';
import { T1 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectSame } from '../expectation.js';
import { addResources, askOf, compare, found, not, present } from '../query-ground.js';
import { filterRule } from '../query-rule.js';
import { randomAttributes, randomFilter } from '../random-query.js';
import { draft } from '../resource-draft.js';
import { CUSTOM_RESOURCES, GROUPS, RESOURCE_KINDS, USERS } from '../resource-kind.js';
import { createSeededRandom } from '../seeded-random.js';

const exact = { caseExact: true } as const;
const instant = { type: 'dateTime' } as const;

/** What is promised of what filters are put together from, and of all of them at random. */
export const FILTER_RULES: readonly ContractRule[] = [
  filterRule(
    'Q9',
    '`not` turns every answer round: what does not match because a value is missing matches then',
    'people are in neither of two lists that together should hold everybody',
    [{ title: 'x' }, {}, { title: null }, { title: 'y', nickName: 'n' }],
    [
      [not(compare('eq', 'title', 'x')), '1 2 3'],
      [not(compare('gt', 'title', 'x')), '0 1 2'],
      [not(compare('co', 'title', 'x')), '1 2 3'],
      [not({ op: 'and', filters: [compare('eq', 'title', 'y'), compare('eq', 'nickName', 'n')] }), '0 1 2'],
      [not({ op: 'or', filters: [compare('eq', 'title', 'x'), compare('eq', 'nickName', 'n')] }), '1 2'],
      [not(present('title')), '1 2'],
      [not({ op: 'element', path: ['title'], filter: compare('eq', 'value', 'x') }), '1 2 3'],
    ],
  ),
  filterRule(
    'Q10',
    'an element filter holds when one and the same element satisfies all of it',
    'somebody whose home address is at a domain is taken for one whose work address is',
    [
      {
        emails: [
          { type: 'work', value: 'a@x' },
          { type: 'home', value: 'a@y' },
        ],
      },
      {
        emails: [
          { type: 'home', value: 'a@x' },
          { type: 'work', value: 'a@y' },
        ],
      },
      { emails: { type: 'work', value: 'a@x' } },
      { emails: [] },
      {},
      { emails: ['a@x'] },
    ],
    [
      [element(compare('eq', 'type', 'work'), compare('ew', 'value', '@x')), '0 2'],
      [element(compare('ne', 'type', 'work')), '0 1 5'],
      [element(not(compare('eq', 'type', 'work')), compare('ew', 'value', '@x')), '1 5'],
      [not(element(compare('eq', 'type', 'work'), compare('ew', 'value', '@x'))), '1 3 4 5'],
      [element(compare('eq', 'value', 'a@x')), '0 1 2 5'],
    ],
  ),
  filterRule(
    'Q11',
    '`present` means neither null nor empty: not an empty text, list or object, nor one that holds only such',
    'a provider that asks who has a title gets people whose title is empty',
    [
      { x: '' },
      { x: null },
      { x: [] },
      { x: {} },
      { x: [{ y: '' }, null] },
      { x: false },
      { x: 0 },
      { x: ' ' },
      { x: [{ y: '' }, { y: 'z' }] },
      {},
    ],
    [
      [present('x'), '5 6 7 8'],
      [present('x.y'), '8'],
      [present('id'), '0 1 2 3 4 5 6 7 8 9'],
      [present('meta.created'), '0 1 2 3 4 5 6 7 8 9'],
    ],
  ),
  filterRule(
    'Q12',
    'nothing to join is true for `and` and false for `or`',
    'a query that excludes nothing finds nobody, and a sync removes everybody',
    [{}, { x: 'y' }],
    [
      [{ op: 'and', filters: [] }, '0 1'],
      [{ op: 'or', filters: [] }, ''],
      [not({ op: 'or', filters: [] }), '0 1'],
      [{ op: 'or', filters: [compare('eq', 'x', 'y'), { op: 'and', filters: [] }] }, '0 1'],
    ],
  ),
  {
    code: 'Q13',
    promise: 'the paths `id` and `meta` are about the record, all others about attributes, by their own names alone',
    notice: 'a provider that asks what has changed since yesterday gets everything, or nothing',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addResources(storage, scope, [
        { meta: { version: 7 }, id: 'r1' },
        {},
        JSON.parse('{"__proto__":{"x":"y"}}'),
      ]);
      await storage.directoryUsers.update(scope, 'r1', { lastModified: T1, attributes: {}, uniqueKeys: [] }, 1);
      const updated = await storage.directoryUsers.get(scope, 'r1');
      const ask = askOf(storage, scope);
      const cases: readonly (readonly [Filter, string])[] = [
        [compare('eq', 'id', 'r1', exact), '1'],
        [compare('eq', 'id', 'R1', exact), ''],
        [compare('eq', 'meta.version', updated?.version ?? 0, { type: 'integer' }), '1'],
        [compare('eq', 'meta.version', 7, { type: 'integer' }), ''],
        [compare('gt', 'meta.lastModified', '2026-03-01T10:59:59.999999999Z', instant), '1'],
        [compare('eq', 'meta.created', '2026-03-01T10:00:00.000000000Z', instant), '0 1 2'],
        [present('meta.resourceType'), ''],
        [present('constructor'), ''],
        [present('toString.name'), ''],
        [compare('eq', '__proto__.x', 'Y'), '2'],
      ];
      for (const [filter, expected] of cases) {
        expectSame(await found(ask, { filter }), expected, `what ${JSON.stringify(filter)} finds`);
      }
    },
  },
  {
    code: 'Q14',
    promise: '`hasMember` and `memberOf` mean direct membership, of people and of groups',
    notice: 'a provider that asks for the groups of a person takes it out of groups that it is still in',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addResources(storage, scope, [{}, {}]);
      const group = (id: string, ids: readonly string[]) =>
        storage.groups.insert(scope, draft(id), { ids, unknown: 'refuse' });
      await group('r2', ['r0']);
      await group('r3', ['r2', 'r1']);
      await group('r4', []);
      const users = askOf(storage, scope);
      const groups = askOf(storage, scope, GROUPS);
      const has = (memberId: string): Filter => ({ op: 'hasMember', memberId });
      const of = (groupId: string): Filter => ({ op: 'memberOf', groupId });
      expectSame(await found(groups, { filter: has('r0') }), '2', 'the groups of a person');
      expectSame(await found(groups, { filter: has('r2') }), '3', 'the groups of a group');
      expectSame(await found(groups, { filter: not(has('r0')) }), '3 4', 'the groups that a person is not in');
      expectSame(await found(groups, { filter: has('nobody') }), '', 'the groups of nobody');
      expectSame(await found(users, { filter: of('r3') }), '1', 'the people of a group');
      expectSame(await found(groups, { filter: of('r3') }), '2', 'the groups in a group');
      expectSame(
        await found(users, { filter: { op: 'or', filters: [of('r2'), of('r3')] } }),
        '0 1',
        'the people of two groups',
      );
    },
  },
  {
    code: 'Q15',
    promise: 'any filter finds what the reference evaluator finds, among users, groups and custom resources',
    notice: 'what a filter finds depends on the database below',
    async check({ storage, newDirectory }) {
      const random = createSeededRandom(20260301);
      const scope = await newDirectory();
      const prefixes = new Map([
        [USERS, 'u'],
        [GROUPS, 'g'],
        [CUSTOM_RESOURCES, 'c'],
      ]);
      const members = new Map<string, Set<string>>();
      for (const kind of RESOURCE_KINDS) {
        for (let index = 0; index < 14; index += 1) {
          const id = `${prefixes.get(kind)}${index}`;
          await kind.insert(storage, scope, draft(id, randomAttributes(random)));
          if (kind !== GROUPS) continue;
          const add = Array.from(
            { length: random.below(4) },
            () => `${random.pick(['u', 'g'])}${random.below(index + 1)}`,
          );
          members.set(id, new Set(add));
          await storage.groups.changeMembers(scope, id, { change: { add, remove: [] }, at: T1, unknown: 'refuse' });
        }
      }
      const isMember = (groupId: string, memberId: string) => members.get(groupId)?.has(memberId) ?? false;
      for (const kind of RESOURCE_KINDS) {
        const ask = askOf(storage, scope, kind);
        const all = (await ask({ page: { startIndex: 1, count: 100 } })).items;
        for (let run = 0; run < 300; run += 1) {
          const filter = randomFilter(random, ['u0', 'u1', 'u2', 'g0', 'nobody'], ['g1', 'g2', 'g3', 'nothing']);
          const expected = all.filter(compileFilter(filter, isMember)).map(({ id }) => id);
          const { items, total } = await ask({ filter, page: { startIndex: 1, count: 100 } });
          const answer = { total, ids: items.map(({ id }) => id) };
          expectSame(
            answer,
            { total: expected.length, ids: expected },
            `what ${JSON.stringify(filter)} finds of ${kind.title}`,
          );
        }
      }
    },
  },
  {
    code: 'Q16',
    promise: 'a filter finds what is stored now: after a change by the new values alone, after a deletion nothing',
    notice: 'a provider finds a person by an address that is a colleague’s now, and changes the wrong one',
    async check({ storage, newDirectory }) {
      const texts = ['userName', 'externalId', 'displayName', 'emails.value', 'title'];
      const attributesOf = (text: string) => ({
        ...Object.fromEntries(texts.map((name) => [name, text])),
        emails: [{ value: text }],
      });
      for (const kind of RESOURCE_KINDS) {
        const scope = await newDirectory();
        const ask = askOf(storage, scope, kind);
        const foundBy = async (text: string) =>
          Promise.all(texts.map((path) => found(ask, { filter: compare('eq', path, text) })));
        const each = (ids: string) => texts.map(() => ids);
        await kind.insert(storage, scope, draft('r0', attributesOf('before')));
        const change = { lastModified: T1, attributes: attributesOf('after'), uniqueKeys: [] };
        const { version } = await kind.update(storage, scope, 'r0', change, 1);
        expectSame(await foundBy('before'), each(''), `what ${texts} find of ${kind.title} by old values`);
        expectSame(await foundBy('after'), each('0'), `what ${texts} find of ${kind.title} by new values`);
        await kind.remove(storage, scope, 'r0', version, T1);
        expectSame(await foundBy('after'), each(''), `what ${texts} find of deleted ${kind.title}`);
      }
      const scope = await newDirectory();
      await addResources(storage, scope, [{}, {}]);
      await storage.groups.insert(scope, draft('r2'), { ids: ['r0', 'r1'], unknown: 'refuse' });
      const change = { add: [], remove: ['r0'] };
      await storage.groups.changeMembers(scope, 'r2', { change, at: T1, unknown: 'refuse' });
      await storage.directoryUsers.tombstone(scope, { id: 'r1', deletedAt: T1 }, 1);
      for (const memberId of ['r0', 'r1']) {
        const filter: Filter = { op: 'hasMember', memberId };
        expectSame(await found(askOf(storage, scope, GROUPS), { filter }), '', 'the groups of who is in none any more');
      }
      const filter: Filter = { op: 'memberOf', groupId: 'r2' };
      expectSame(
        await found(askOf(storage, scope), { filter }),
        '',
        'the people of a group that nobody is in any more',
      );
    },
  },
];

function element(...filters: readonly Filter[]): Filter {
  return { op: 'element', path: ['emails'], filter: { op: 'and', filters } };
}
