import type { Query } from '../../storage/query.js';
import { T1 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectSame, expectSameSet, expectThat } from '../expectation.js';
import { numbered } from '../people-and-groups.js';
import { type Ask, addResources, askOf, compare, sortBy, walk } from '../query-ground.js';
import { draft } from '../resource-draft.js';
import { RESOURCE_KINDS, USERS } from '../resource-kind.js';

const orders: readonly Omit<Query, 'page'>[] = [
  {},
  { filter: compare('sw', 'displayName', 'n') },
  { sort: sortBy('displayName') },
  { sort: sortBy('title', { descending: true }) },
  { filter: compare('eq', 'title', 't1'), sort: sortBy('nothing') },
];

/** What is promised of pages, and of walks from one to the next. */
export const PAGE_RULES: readonly ContractRule[] = [
  {
    code: 'P1',
    promise: '`startIndex` counts from 1, and `count` says how many; a page behind the end is empty',
    notice: 'a provider that reads by index misses the first person of each page, or reads one twice',
    async check({ storage, newDirectory }) {
      for (const kind of RESOURCE_KINDS) {
        const scope = await newDirectory();
        await addResources(
          storage,
          scope,
          numbered('n', 7).map((displayName) => ({ displayName })),
          kind,
        );
        const ask = askOf(storage, scope, kind);
        const page = async (startIndex: number, count: number, query: Omit<Query, 'page'> = {}) =>
          (await ask({ ...query, page: { startIndex, count } })).items.map(({ id }) => id.slice(1)).join(' ');
        for (const query of [{}, { sort: sortBy('displayName') }, { filter: compare('co', 'displayName', 'n') }]) {
          expectSame(await page(1, 3, query), '0 1 2', `the first page of ${kind.title}`);
          expectSame(await page(4, 3, query), '3 4 5', 'the second page');
          expectSame(await page(7, 3, query), '6', 'the last page');
          expectSame(await page(8, 3, query), '', 'a page behind the end');
          expectSame(await page(2, 0, query), '', 'a page of none');
        }
      }
    },
  },
  {
    code: 'P2',
    promise: '`total` counts everything that matches, over all pages and behind every position',
    notice: 'a provider reads one page, is told that this is all, and takes the others for removed',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addNamed(storage, scope, 9);
      await USERS.insert(storage, await newDirectory(scope.organizationId), draft('r0', { displayName: 'n' }));
      await USERS.remove(storage, scope, 'r8', 1, T1);
      const ask = askOf(storage, scope);
      for (const query of orders.slice(0, 4)) {
        const next = (await ask({ ...query, page: { after: '', count: 3 } })).next ?? '';
        const pages = [
          { startIndex: 1, count: 3 },
          { startIndex: 5, count: 0 },
          { startIndex: 99, count: 3 },
          { after: next, count: 3 },
        ];
        for (const page of pages) {
          expectSame((await ask({ ...query, page })).total, 8, `the total of ${JSON.stringify({ ...query, page })}`);
        }
      }
      expectSame(
        (await ask({ filter: compare('eq', 'title', 't1'), page: { startIndex: 1, count: 1 } })).total,
        3,
        'the total of a filter',
      );
    },
  },
  {
    code: 'P3',
    promise: '`next` is there exactly while more is to come: not on the last page, and not on an empty one',
    notice: 'a walk by cursor never ends, or ends early and the rest of the people is taken for removed',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addNamed(storage, scope, 6);
      const ask = askOf(storage, scope);
      for (const query of orders.slice(0, 4)) {
        const goesOn = async (page: Query['page']) => (await ask({ ...query, page })).next !== undefined;
        const answers = [
          await goesOn({ startIndex: 1, count: 5 }),
          await goesOn({ startIndex: 1, count: 6 }),
          await goesOn({ startIndex: 4, count: 3 }),
          await goesOn({ startIndex: 3, count: 3 }),
          await goesOn({ startIndex: 7, count: 3 }),
          await goesOn({ startIndex: 1, count: 0 }),
          await goesOn({ after: '', count: 6 }),
          await goesOn({ after: '', count: 5 }),
        ];
        const expected = [true, false, false, true, false, false, false, true];
        expectSame(answers, expected, `whether pages have a next one, with ${JSON.stringify(query)}`);
      }
      const empty = askOf(storage, await newDirectory());
      expectSame(await empty({ page: { after: '', count: 5 } }), { items: [], total: 0 }, 'the first page of nothing');
    },
  },
  {
    code: 'P4',
    promise:
      'a walk by cursor meets the same in the same order as one long page, also when it goes on from an index page',
    notice: 'a provider that reads by cursor gets other people than one that reads by index',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addNamed(storage, scope, 13);
      const ask = askOf(storage, scope);
      for (const query of orders) {
        const whole = (await ask({ ...query, page: { startIndex: 1, count: 100 } })).items.map(({ id }) => id);
        for (const count of [1, 3, 13]) {
          expectSame(await walk(ask, query, count), whole, `a walk by ${count} with ${JSON.stringify(query)}`);
        }
        const first = await ask({ ...query, page: { startIndex: 2, count: 1 } });
        const second = await ask({ ...query, page: { after: first.next ?? '', count: 1 } });
        expectSame(
          second.items.map(({ id }) => id),
          [whole[2]],
          `what follows an index page with ${JSON.stringify(query)}`,
        );
      }
    },
  },
  {
    code: 'P5',
    promise:
      'a walk by cursor without sort meets each one that stays exactly once, whatever is inserted, changed or deleted',
    notice: 'people are missing from a full read during a sync, and the provider creates them again or removes them',
    async check({ storage, newDirectory }) {
      for (const query of orders.slice(0, 2)) {
        const scope = await newDirectory();
        await addNamed(storage, scope, 30);
        const ask = askOf(storage, scope);
        const { met, stayed } = await walkWhileChanging(ask, query, {
          remove: (id) => USERS.remove(storage, scope, id, 1, T1),
          insert: (id) => USERS.insert(storage, scope, draft(id, { displayName: 'n', title: 't1' })),
        });
        expectSame(met.length, new Set(met).size, 'how many are met, and how many different ones');
        expectSame(
          stayed.filter((id) => !met.includes(id)),
          [],
          'who stayed and was not met',
        );
      }
    },
  },
  {
    code: 'P6',
    promise:
      'a sorted walk by cursor leaves out nobody who keeps its place, also when the last one of a page is deleted',
    notice: 'people are missing from a sorted read during a sync',
    async check({ storage, newDirectory }) {
      for (const query of orders.slice(2)) {
        const scope = await newDirectory();
        await addNamed(storage, scope, 30);
        const ask = askOf(storage, scope);
        const expected = new Set(
          (await ask({ ...query, page: { startIndex: 1, count: 100 } })).items.map(({ id }) => id),
        );
        const { met, stayed } = await walkWhileChanging(ask, query, {
          remove: (id) => USERS.remove(storage, scope, id, 1, T1),
          insert: (id) => USERS.insert(storage, scope, draft(id, { displayName: 'n', title: 't1' })),
        });
        const missed = stayed.filter((id) => expected.has(id) && !met.includes(id));
        expectSame(missed, [], `who stayed and was not met with ${JSON.stringify(query)}`);
      }
    },
  },
  {
    code: 'P7',
    promise: 'a position has at most 512 characters, however long the text is that a query is sorted by',
    notice: 'the next page of a list sorted by a long text is refused: the address is too long',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const long = ['x'.repeat(3000), `${'x'.repeat(3000)}y`, '\u{1f600}'.repeat(2000), 'x'];
      await addResources(
        storage,
        scope,
        [...long, ...long].map((displayName) => ({ displayName })),
      );
      const ask = askOf(storage, scope);
      for (const descending of [false, true]) {
        const sort = sortBy('displayName', { descending });
        // `walk` looks at the length.
        const met = await walk(ask, { sort }, 1);
        expectSameSet(met, numbered('r', 8), 'whom a walk by long texts meets');
      }
    },
  },
  {
    code: 'P8',
    promise: 'a page holds as many as asked for, and `total` counts all, also where there are more than a thousand',
    notice: 'a provider is told that there are a hundred or a thousand people, and takes the others for removed',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const count = 1001;
      for (let first = 0; first < count; first += 77) {
        const ids = numbered('', Math.min(77, count - first)).map((_, index) => first + index);
        await Promise.all(ids.map((id) => USERS.insert(storage, scope, draft(`r${id}`, { displayName: 'n' }))));
      }
      const ask = askOf(storage, scope);
      for (const query of [{}, { filter: compare('eq', 'displayName', 'N') }, { sort: sortBy('id') }]) {
        for (const page of [
          { startIndex: 1, count: 1000 },
          { after: '', count: 1000 },
        ]) {
          const { items, total, next } = await ask({ ...query, page });
          expectSame(
            { items: items.length, total, goesOn: next !== undefined },
            { items: 1000, total: count, goesOn: true },
            `a page of a thousand with ${JSON.stringify(query)}`,
          );
        }
      }
    },
  },
];

async function addNamed(
  storage: Parameters<typeof addResources>[0],
  scope: Parameters<typeof addResources>[1],
  count: number,
) {
  const names = Array.from({ length: count }, (_, index) => ({
    displayName: `n${(index * 7) % count}`,
    title: `t${index % 3}`,
  }));
  await addResources(storage, scope, names);
}

/** Walks by fours; after each page its last one leaves, one met before, one still to come, and somebody new arrives. */
async function walkWhileChanging(
  ask: Ask,
  query: Omit<Query, 'page'>,
  change: { readonly remove: (id: string) => Promise<void>; readonly insert: (id: string) => Promise<unknown> },
): Promise<{ readonly met: readonly string[]; readonly stayed: readonly string[] }> {
  const inOrder = (await ask({ ...query, page: { startIndex: 1, count: 100 } })).items.map(({ id }) => id);
  const gone = new Set<string>();
  const met: string[] = [];
  await walk(ask, query, 4, async ({ items }) => {
    met.push(...items.map(({ id }) => id));
    expectThat(
      items.every(({ id }) => !gone.has(id)),
      'a page shows somebody who was deleted before',
    );
    const alive = inOrder.filter((id) => !gone.has(id));
    const coming = alive.filter((id) => !met.includes(id))[1];
    const leaving = new Set([items.at(-1)?.id, alive.find((id) => met.includes(id)), coming]);
    for (const id of leaving) {
      if (id === undefined || gone.has(id) || id.startsWith('new')) continue;
      gone.add(id);
      await change.remove(id);
    }
    if (gone.size < 20) await change.insert(`new-${gone.size}`);
  });
  return { met, stayed: inOrder.filter((id) => !gone.has(id)) };
}
