import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import fc from 'fast-check';
import { queryInBatches } from '../src/storage/batched-query.js';
import { containing } from '../src/storage/containment.js';
import type { DirectoryUser } from '../src/storage/directory-user.js';
import type { Filter, Page, Query } from '../src/storage/query.js';
import type { DirectoryScope } from '../src/storage/scope.js';
import type { Storage } from '../src/storage/storage.js';
import { leastCpu } from './support/cpu-time.js';

const scope: DirectoryScope = { organizationId: 'acme', directoryId: 'acme' };
const T0 = '2026-03-01T10:00:00.000Z';
const SEED = { seed: 20260301 };

describe('a text sought in another one', () => {
  it('is found exactly where the engine finds it', () => {
    const text = (maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'a', 'a', 'b'), maxLength });
    fc.assert(
      fc.property(text(60), text(40), fc.nat(2000), (sought, before, padding) => {
        const inside = `${'ab'.repeat(padding)}${before}${sought}${before}`;
        expect(containing(sought)(inside)).toBe(true);
        expect(containing(`${sought}b${sought}`)(inside)).toBe(inside.includes(`${sought}b${sought}`));
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  it('132 is looked for in a time that both lengths tell, however they are made', async () => {
    const half = 'a'.repeat(1000);
    const finds = containing(`${half}b${half}`);
    const text = 'a'.repeat(250_000);
    const looks = () => Array.from({ length: 50 }, () => expect(finds(text)).toBe(false));
    expect(await leastCpu(1000, looks)).toBeLessThan(1000);
  });
});

describe('a costly filter over long texts', () => {
  const PEOPLE = 20;
  const costly: Filter = {
    op: 'or',
    filters: Array.from({ length: 40 }, () => ({
      op: 'co',
      path: ['title'],
      type: 'string',
      caseExact: false,
      value: `${'x'.repeat(40)}y`,
    })),
  };

  async function populated(): Promise<Storage> {
    const storage = createMemoryStorage();
    for (let index = 0; index < PEOPLE; index += 1) {
      const attributes = { userName: `u${index}`, title: 'x'.repeat(250_000) };
      await storage.directoryUsers.insert(scope, { id: `u${index}`, created: T0, attributes, uniqueKeys: [] });
    }
    const ids = Array.from({ length: PEOPLE }, (_, index) => `u${index}`);
    const group = { id: 'g', created: T0, attributes: { displayName: 'g' }, uniqueKeys: [] };
    await storage.groups.insert(scope, group, { ids, unknown: 'refuse' });
    return storage;
  }

  const filters: readonly (readonly [
    string,
    Filter,
    (storage: Storage, query: Query) => Promise<Page<DirectoryUser>>,
  ])[] = [
    ['a small table', costly, ({ directoryUsers }, query) => directoryUsers.query(scope, query)],
    [
      'what an index gives',
      { op: 'and', filters: [{ op: 'memberOf', groupId: 'g' }, costly] },
      ({ directoryUsers }, query) => directoryUsers.query(scope, query),
    ],
    [
      'a batch of a store that cannot filter',
      costly,
      ({ directoryUsers, groups }, query) =>
        queryInBatches((one) => directoryUsers.query(scope, one), groups, scope, query, {
          filtering: false,
          sorting: false,
        }),
    ],
  ];

  it.each(filters)('132 leaves others their turn between two people, in %s', async (_where, filter, ask) => {
    const storage = await populated();
    let isAnswered = false;
    let turns = 0;
    const answer = ask(storage, { filter, page: { startIndex: 1, count: 10 } }).finally(() => {
      isAnswered = true;
    });
    while (!isAnswered) {
      await setImmediate();
      turns += 1;
    }
    expect((await answer).total).toBe(0);
    expect(turns).toBeGreaterThan(PEOPLE / 2);
  });
});
