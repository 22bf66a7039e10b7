import { compileFilter } from '../../storage/evaluate-filter.js';
import type { Page, PageRequest, Query } from '../../storage/query.js';
import type { StoredResource } from '../../storage/resource-store.js';
import type { DirectoryScope } from '../../storage/scope.js';
import { sortKeyOf } from '../../storage/sort-key.js';
import { sortedPage } from '../../storage/sort-resources.js';
import type { StorageCapabilities } from '../../storage/storage.js';
import { startWorkClock } from '../../storage/work-clock.js';
import type { Access } from './access.js';
import { parsePosition } from './creation-order.js';
import type { DirectoryResources } from './directory-resources.js';
import { findCandidates } from './find-candidates.js';
import type { ResourceTable, Row } from './resource-table.js';

/** So many rows are taken from the order of creation at once. */
const ROWS_AT_ONCE = 200;

/**
 * Answers a query of one table. Rows come from the indexes where these can tell, else all are looked at. Where that
 * takes a while it begins again as a walk that pauses now and then; so that its answer is about one moment, a walk takes
 * the organization's turn.
 */
export async function queryTable<T extends StoredResource>(
  access: Access,
  scope: DirectoryScope,
  tableOf: (resources: DirectoryResources) => ResourceTable<T>,
  query: Query,
  capabilities: StorageCapabilities,
): Promise<Page<T>> {
  if (query.filter && !capabilities.filtering) throw new TypeError('this store cannot filter');
  if (query.sort && !capabilities.sorting) throw new TypeError('this store cannot sort');
  const { filter, sort, page } = query;
  if (!filter && !sort) return access.read(scope, (resources) => pageOfAll(tableOf(resources), page));

  return access.read(scope, (resources) => {
    const table = tableOf(resources);
    const matches = matcher<T>(resources, query);
    const found: Row<T>[] = [];
    const clock = startWorkClock();
    for (const rows of rowsToAsk(resources, table, query)) {
      for (const row of rows) {
        if (matches(row)) found.push(row);
        if (clock.isTimeToPause(row.characters)) return queryByWalk(access, scope, tableOf, query);
      }
    }
    return pageOfMatches(found, query);
  });
}

function queryByWalk<T extends StoredResource>(
  access: Access,
  scope: DirectoryScope,
  tableOf: (resources: DirectoryResources) => ResourceTable<T>,
  query: Query,
): Promise<Page<T>> {
  return access.walk(scope, async (resources, pause) => {
    const matches = matcher<T>(resources, query);
    const found: Row<T>[] = [];
    const clock = startWorkClock();
    for (const rows of rowsToAsk(resources, tableOf(resources), query)) {
      for (const row of rows) {
        if (matches(row)) found.push(row);
        if (!clock.isTimeToPause(row.characters)) continue;
        await pause();
        clock.resume();
      }
    }
    return pageOfMatches(found, query);
  });
}

/** The rows among which all matches are, in order of creation. */
function* rowsToAsk<T extends StoredResource>(
  { memberships }: DirectoryResources,
  table: ResourceTable<T>,
  { filter }: Query,
): Generator<readonly Row<T>[]> {
  const candidates = filter && findCandidates(filter, table, memberships);
  if (candidates) {
    yield candidates;
    return;
  }
  let rows = table.order.after(0, ROWS_AT_ONCE);
  for (let last = rows.at(-1); last; last = rows.at(-1)) {
    yield rows;
    rows = table.order.after(last.sequence, ROWS_AT_ONCE);
  }
}

function matcher<T extends StoredResource>({ memberships }: DirectoryResources, { filter }: Query) {
  const matches = filter
    ? compileFilter(filter, (groupId, memberId) => memberships.has(groupId, memberId))
    : () => true;
  return ({ resource }: Row<T>): boolean => matches(resource);
}

function pageOfAll<T extends StoredResource>({ order }: ResourceTable<T>, page: PageRequest): Page<T> {
  const rows =
    'startIndex' in page
      ? order.slice(page.startIndex - 1, page.count)
      : order.after(parsePosition(page.after), page.count);
  const last = rows.at(-1);
  const isMore = last !== undefined && order.after(last.sequence, 1).length > 0;
  return pageOf(rows, order.size, isMore);
}

function pageOfMatches<T extends StoredResource>(rows: readonly Row<T>[], { sort, page }: Query): Page<T> {
  if (sort) {
    const keyOf = sortKeyOf(sort);
    const entries = rows.map(({ sequence, resource }) => ({ key: keyOf(resource), order: sequence, item: resource }));
    return sortedPage(entries, sort, page, 'lasting');
  }
  const start = 'startIndex' in page ? page.startIndex - 1 : countUpTo(rows, parsePosition(page.after));
  const end = start + page.count;
  return pageOf(rows.slice(start, end), rows.length, end < rows.length);
}

function pageOf<T extends StoredResource>(rows: readonly Row<T>[], total: number, isMore: boolean): Page<T> {
  const items = rows.map(({ resource }) => resource);
  const last = rows.at(-1);
  return { items, total, ...(last && isMore && { next: String(last.sequence) }) };
}

function countUpTo<T extends StoredResource>(rows: readonly Row<T>[], sequence: number): number {
  const index = rows.findIndex((row) => row.sequence > sequence);
  return index === -1 ? rows.length : index;
}
