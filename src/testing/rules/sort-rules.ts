import { sortResources } from '../../storage/sort-resources.js';
import { T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectSame } from '../expectation.js';
import { addResources, askOf, compare, found, sortBy } from '../query-ground.js';
import { sortRule } from '../query-rule.js';
import { randomAttributes, randomSort } from '../random-query.js';
import { draft } from '../resource-draft.js';
import { RESOURCE_KINDS, USERS } from '../resource-kind.js';
import { createSeededRandom } from '../seeded-random.js';

/** What is promised of the order of a query. */
export const SORT_RULES: readonly ContractRule[] = [
  {
    code: 'O1',
    promise:
      'without a sort the order is that of creation, also among resources of the same moment, and changes do not move them',
    notice: 'a provider that reads page after page meets people twice and misses others',
    async check({ storage, newDirectory }) {
      for (const kind of RESOURCE_KINDS) {
        const scope = await newDirectory();
        const ids = ['m', 'z', 'a', 'k', 'b'];
        for (const id of ids) await kind.insert(storage, scope, draft(id, { displayName: id }));
        await kind.update(
          storage,
          scope,
          'z',
          { lastModified: T2, attributes: { displayName: 'x' }, uniqueKeys: [] },
          1,
        );
        expectSame(await found(askOf(storage, scope, kind), {}), ids.join(' '), `the order of ${kind.title}`);
        const filter = compare('ge', 'displayName', 'b');
        expectSame(await found(askOf(storage, scope, kind), { filter }), 'm z k b', 'the order of what a filter finds');
      }
    },
  },
  sortRule(
    'O2',
    'who has no value comes last in ascending and first in descending order; equal ones stay in order of creation in both',
    'a sorted list begins with everybody who has no title, or changes its order with each look',
    [{ title: 'b' }, {}, { title: 'A' }, { title: null }, { title: 'B' }, { title: 7 }, { title: 'a' }],
    [
      [sortBy('title'), '2 6 0 4 1 3 5'],
      [sortBy('title', { descending: true }), '1 3 5 0 4 2 6'],
      [sortBy('title', { caseExact: true }), '2 4 6 0 1 3 5'],
      [sortBy('nothing'), '0 1 2 3 4 5 6'],
    ],
  ),
  sortRule(
    'O3',
    'of several values the one marked primary counts, else the first',
    'people are sorted by an address that no list shows',
    [
      { emails: [{ value: 'a' }, { value: 'z', primary: true }] },
      { emails: [{ value: 'm' }, { value: 'b' }] },
      { emails: [{ type: 'work' }, { value: 'a' }] },
      {
        emails: [
          { value: 'n', primary: false },
          { value: 'c', primary: true },
          { value: 'y', primary: true },
        ],
      },
      { emails: { value: 'd' } },
      { emails: [] },
    ],
    [
      [sortBy('emails.value'), '3 4 1 0 2 5'],
      [sortBy('emails.value', { descending: true }), '2 5 0 1 4 3'],
    ],
  ),
  sortRule(
    'O4',
    'text is sorted by code points, after folding where case does not count',
    'two nodes, or two databases, sort one list in two ways, and pages overlap',
    [
      { x: 'Z' },
      { x: 'ä' },
      { x: 'a' },
      { x: '\uff5e' },
      { x: '\u{1f600}' },
      { x: '_' },
      { x: 'a b' },
      { x: 'a-b' },
      { x: 'B' },
      { x: '' },
    ],
    [
      [sortBy('x'), '9 5 2 6 7 8 0 1 3 4'],
      [sortBy('x', { caseExact: true }), '9 8 0 5 2 6 7 1 3 4'],
    ],
  ),
  sortRule(
    'O5',
    'numbers are sorted by size, false before true, a dateTime by its instant; a value of another type counts as none',
    'the tenth comes before the second',
    [
      { n: 10, b: true, t: '2026-01-01T12:00:00Z' },
      { n: 9, b: false, t: '2026-01-01T12:30:00+01:00' },
      { n: -1, b: 'x', t: 'late' },
      { n: '5', b: true, t: '2026-01-01T11:59:59.9Z' },
      { n: 1.5, t: '2026-01-01T12:00:00.0000001Z' },
    ],
    [
      [sortBy('n', { type: 'integer' }), '2 4 1 0 3'],
      [sortBy('n', { type: 'decimal', descending: true }), '3 0 1 4 2'],
      [sortBy('b', { type: 'boolean' }), '1 0 3 2 4'],
      [sortBy('t', { type: 'dateTime' }), '1 3 0 4 2'],
    ],
  ),
  {
    code: 'O6',
    promise: 'resources can be sorted by id and by their stamps and version',
    notice: 'a list of what has changed last does not begin with what has changed last',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addResources(storage, scope, [{}, {}, {}]);
      await storage.directoryUsers.update(scope, 'r1', { lastModified: T2, attributes: {}, uniqueKeys: [] }, 1);
      await storage.directoryUsers.update(scope, 'r0', { lastModified: T1, attributes: {}, uniqueKeys: [] }, 1);
      const ask = askOf(storage, scope);
      const stamp = { type: 'dateTime', descending: true } as const;
      expectSame(await found(ask, { sort: sortBy('meta.lastModified', stamp) }), '1 0 2', 'the order by lastModified');
      expectSame(
        await found(ask, { sort: sortBy('meta.version', { type: 'integer' }) }),
        '2 0 1',
        'the order by version',
      );
      expectSame(
        await found(ask, { sort: sortBy('id', { descending: true, caseExact: true }) }),
        '2 1 0',
        'the order by id',
      );
    },
  },
  {
    code: 'O7',
    promise: 'any sort gives the order of the reference',
    notice: 'the order of a list depends on the database below',
    async check({ storage, newDirectory }) {
      const random = createSeededRandom(77);
      const scope = await newDirectory();
      await addResources(
        storage,
        scope,
        Array.from({ length: 30 }, () => randomAttributes(random)),
      );
      const ask = askOf(storage, scope, USERS);
      const all = (await ask({ page: { startIndex: 1, count: 100 } })).items;
      for (let run = 0; run < 200; run += 1) {
        const sort = randomSort(random);
        const expected = sortResources(all, sort).map(({ id }) => id.slice(1));
        expectSame(await found(ask, { sort }), expected.join(' '), `the order by ${JSON.stringify(sort)}`);
      }
    },
  },
];
