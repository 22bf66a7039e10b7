import type { Page, PageRequest, Sort } from './query.js';
import type { StoredResource } from './resource-store.js';
import { compareSortKeys, type SortKey, sortKeyOf } from './sort-key.js';
import { formatSortPosition, parseSortPosition, type SortPosition } from './sort-position.js';

/** Something to sort, with its key worked out once. */
export interface SortEntry<T> {
  readonly key: SortKey;
  /** Place in the order of creation; equal keys keep it. */
  readonly order: number;
  readonly item: T;
}

/** Sorts resources that come in order of creation; the list given stays as it is. */
export function sortResources<T extends StoredResource>(resources: readonly T[], sort: Sort): T[] {
  const keyOf = sortKeyOf(sort);
  return resources
    .map((item, order) => ({ key: keyOf(item), order, item }))
    .sort(compareEntries(sort))
    .map(({ item }) => item);
}

/**
 * Cuts one page out of everything that matches. A position names the last resource of a page by `order` where that
 * number stays with a resource (`lasting`), else by its id.
 *
 * A walk by `after` leaves out no resource that keeps its key. It may meet one twice in two cases: when the last one of
 * a page has a key too long for a position and is changed or deleted before the next page, and without `lasting` orders
 * when it is deleted and others have the same key.
 */
export function sortedPage<T extends StoredResource>(
  entries: readonly SortEntry<T>[],
  sort: Sort,
  page: PageRequest,
  orders: 'lasting' | 'passing',
): Page<T> {
  const compare = compareEntries(sort);
  const inIndex = 'startIndex' in page;
  const skipped = inIndex ? page.startIndex - 1 : 0;
  const rest = inIndex || page.after === '' ? entries : entriesBehind(parseSortPosition(page.after), entries, sort);
  const window = firstInOrder(rest, skipped + page.count, compare).slice(skipped);
  const items = window.map(({ item }) => item);
  const last = window.at(-1);
  if (!last || skipped + window.length >= rest.length) return { items, total: entries.length };
  const tie = orders === 'lasting' ? String(last.order) : last.item.id;
  return { items, total: entries.length, next: formatSortPosition(last.key, last.item.version, tie, orders) };
}

function compareEntries<T>(sort: Sort): (a: SortEntry<T>, b: SortEntry<T>) => number {
  const compareKeys = compareSortKeys(sort.descending);
  return (a, b) => compareKeys(a.key, b.key) || a.order - b.order;
}

function entriesBehind<T extends StoredResource>(
  position: SortPosition,
  entries: readonly SortEntry<T>[],
  sort: Sort,
): readonly SortEntry<T>[] {
  const { key, isCut, version, order, id } = position;
  const compare = compareEntries<unknown>(sort);
  const last = entries.find((entry) => (id === undefined ? entry.order === order : entry.item.id === id));
  if (isCut) {
    if (last?.item.version === version) return entries.filter((entry) => compare(entry, last) > 0);
    // Where in the run of keys that begin alike the page ended is lost: the whole run comes again.
    const compareKeys = compareSortKeys(sort.descending);
    return entries.filter((entry) => beginsWith(entry.key, key) || compareKeys(entry.key, key) > 0);
  }
  const border = { key, order: order ?? last?.order ?? -1, item: undefined };
  return entries.filter((entry) => compare(entry, border) > 0);
}

function beginsWith(key: SortKey, start: SortKey): boolean {
  return typeof key === 'string' && typeof start === 'string' && key.startsWith(start);
}

/** The first `limit` in order. While few are wanted of many, most are dropped after one comparison. */
function firstInOrder<T>(items: readonly T[], limit: number, compare: (a: T, b: T) => number): T[] {
  if (limit * 4 >= items.length) return [...items].sort(compare).slice(0, limit);
  const best: T[] = [];
  let worst: T | undefined;
  for (const item of items) {
    if (worst !== undefined && compare(item, worst) >= 0) continue;
    best.push(item);
    if (best.length < limit * 2) continue;
    best.sort(compare).length = limit;
    worst = best[limit - 1];
  }
  return best.sort(compare).slice(0, limit);
}
