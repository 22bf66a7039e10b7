import { queryInBatches } from '../storage/batched-query.js';
import type { Comparison, ComparisonOperator, Filter, Page, Query, Sort } from '../storage/query.js';
import type { JsonObject, StoredResource } from '../storage/resource-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { expectThat } from './expectation.js';
import { draft } from './resource-draft.js';
import { type ResourceKind, USERS } from './resource-kind.js';

/** Asks one kind of resource of one directory. */
export type Ask = (query: Query) => Promise<Page<StoredResource>>;

/** A query as the library makes it: what the store declares not to be able to do is done by the library. */
export function askOf(storage: Storage, scope: DirectoryScope, kind: ResourceKind = USERS): Ask {
  const ask: Ask = (query) => kind.query(storage, scope, query);
  return (query) => queryInBatches(ask, storage.groups, scope, query, storage.capabilities);
}

/** Adds resources `r0`, `r1` … with these attributes. */
export async function addResources(
  storage: Storage,
  scope: DirectoryScope,
  all: readonly JsonObject[],
  kind: ResourceKind = USERS,
): Promise<void> {
  for (const [index, attributes] of all.entries()) await kind.insert(storage, scope, draft(`r${index}`, attributes));
}

/** The ids of everything that matches, in order, with `r` left out: `0 2 5`. */
export async function found(ask: Ask, query: Omit<Query, 'page'>): Promise<string> {
  const { items, total } = await ask({ ...query, page: { startIndex: 1, count: 1000 } });
  expectThat(total === items.length, `one page holds all ${items.length} matches, and total says ${total}`);
  return items.map(({ id }) => id.replace(/^r/, '')).join(' ');
}

/** Walks by cursor to the end; `between` happens after each page. */
export async function walk(
  ask: Ask,
  query: Omit<Query, 'page'>,
  count: number,
  between: (page: Page<StoredResource>) => Promise<void> = async () => undefined,
): Promise<readonly string[]> {
  const met: string[] = [];
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: Page<StoredResource> = await ask({ ...query, page: { after, count } });
    expectThat(page.items.length <= count, `a page of ${count} has ${page.items.length} items`);
    expectThat(
      (page.next?.length ?? 0) <= 512,
      `a position has ${page.next?.length} characters, where 512 are allowed`,
    );
    met.push(...page.items.map(({ id }) => id));
    expectThat(met.length < 10_000, 'a walk by cursor does not end');
    await between(page);
    after = page.next;
  }
  return met;
}

/** A comparison of the values at a path such as `emails.value`. */
export function compare(
  op: ComparisonOperator,
  path: string,
  value: string | number | boolean,
  rest: Partial<Comparison> = {},
): Comparison {
  return { op, path: path.split('.'), type: 'string', caseExact: false, value, ...rest };
}

export function not(filter: Filter): Filter {
  return { op: 'not', filter };
}

export function present(path: string): Filter {
  return { op: 'present', path: path.split('.') };
}

export function sortBy(path: string, rest: Partial<Sort> = {}): Sort {
  return { path: path.split('.'), type: 'string', caseExact: false, descending: false, ...rest };
}
