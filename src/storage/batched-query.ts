import { setImmediate } from 'node:timers/promises';
import { walkPages } from '../core/page-walk.js';
import { compileFilter, type MembershipLookup } from './evaluate-filter.js';
import type { GroupStore } from './group-store.js';
import type { Filter, Page, PageRequest, Query } from './query.js';
import type { StoredResource } from './resource-store.js';
import type { DirectoryScope } from './scope.js';
import { sortKeyOf } from './sort-key.js';
import { type SortEntry, sortedPage } from './sort-resources.js';
import type { StorageCapabilities } from './storage.js';
import { textLength } from './text-length.js';
import { startWorkClock } from './work-clock.js';

/** Asks a store one query. */
export type AskStore<T extends StoredResource> = (query: Query) => Promise<Page<T>>;

const BATCH = 500;
const MEMBER_BATCH = 1000;

/**
 * Answers a query on behalf of a store that may be unable to filter or to sort. Such a store is walked in batches, with
 * room for other work in between, and gives the same answer as an able one, slower; the positions are of another form.
 * Only a sorted query keeps more than a page in memory: everything that matches. What a walk by `after` promises, see
 * {@link sortedPage} and {@link Page}.
 *
 * @param ask the `query` of a store, bound to its scope and resource type
 * @param groups answers the filter's questions about membership
 */
export async function queryInBatches<T extends StoredResource>(
  ask: AskStore<T>,
  groups: Pick<GroupStore, 'groupsOf' | 'members'>,
  scope: DirectoryScope,
  query: Query,
  capabilities: StorageCapabilities,
): Promise<Page<T>> {
  const { filter, sort, page } = query;
  const filtersHere = filter !== undefined && !capabilities.filtering;
  const sortsHere = sort !== undefined && !capabilities.sorting;
  if (!filtersHere && !sortsHere) return ask(query);

  const matches = filtersHere ? compileFilter(filter, await lookUpMembers(filter, groups, scope)) : () => true;
  if (!sort) return pageInOrderOfCreation(ask, matches, page);

  const keyOf = sortKeyOf(sort);
  const entries: SortEntry<T>[] = [];
  for await (const { items } of batches(ask, '', filtersHere ? undefined : filter)) {
    for (const item of await matching(items, matches)) entries.push({ key: keyOf(item), order: entries.length, item });
  }
  return sortedPage(entries, sort, page, 'passing');
}

async function pageInOrderOfCreation<T extends StoredResource>(
  ask: AskStore<T>,
  matches: (item: T) => boolean,
  page: PageRequest,
): Promise<Page<T>> {
  const skipped = 'startIndex' in page ? page.startIndex - 1 : 0;
  const start = 'after' in page ? page.after : '';
  const items: T[] = [];
  let end: Batch<T> = { after: start, items: [] };
  let met = 0;
  for await (const batch of batches(ask, start)) {
    for (const item of await matching(batch.items, matches)) {
      met += 1;
      if (met <= skipped || items.length >= page.count) continue;
      items.push(item);
      end = batch;
    }
    // Behind a position only this page counts; the total is over the whole walk.
    if (start !== '' && met > page.count) break;
  }
  const total = start === '' ? met : await countMatches(ask, matches);
  const last = items.at(-1);
  const next = last && met > skipped + items.length ? await positionBehind(ask, end, last) : undefined;
  return { items, total, ...(next !== undefined && { next }) };
}

async function countMatches<T extends StoredResource>(
  ask: AskStore<T>,
  matches: (item: T) => boolean,
): Promise<number> {
  let count = 0;
  for await (const { items } of batches(ask, '')) {
    count += (await matching(items, matches)).length;
  }
  return count;
}

/** What matches of a batch, with pauses where the look at it takes long. */
async function matching<T extends StoredResource>(
  items: readonly T[],
  matches: (item: T) => boolean,
): Promise<readonly T[]> {
  const found: T[] = [];
  const clock = startWorkClock();
  for (const item of items) {
    if (matches(item)) found.push(item);
    if (!clock.isTimeToPause(textLength(item.attributes))) continue;
    await setImmediate();
    clock.resume();
  }
  return found;
}

interface Batch<T> {
  /** The store's position before the first item. */
  readonly after: string;
  readonly items: readonly T[];
}

async function* batches<T extends StoredResource>(
  ask: AskStore<T>,
  start: string,
  filter?: Filter,
): AsyncGenerator<Batch<T>> {
  let after: string | undefined = start;
  while (after !== undefined) {
    const page: Page<T> = await ask({ ...(filter && { filter }), page: { after, count: BATCH } });
    yield { after, items: page.items };
    after = page.next;
    await setImmediate();
  }
}

/**
 * The store's own position right behind an item of a batch: the store gives it as `next` when asked for just the items
 * up to there. Items deleted since make the answer reach too far; then fewer are asked for.
 */
async function positionBehind<T extends StoredResource>(
  ask: AskStore<T>,
  batch: Batch<T>,
  last: T,
): Promise<string | undefined> {
  const passed = new Set(batch.items.slice(0, batch.items.indexOf(last) + 1).map(({ id }) => id));
  let count = passed.size;
  while (count > 0) {
    const { items, next } = await ask({ page: { after: batch.after, count } });
    const tooFar = items.findIndex(({ id }) => !passed.has(id));
    if (tooFar === -1) return next;
    count = tooFar;
  }
  return batch.after;
}

async function lookUpMembers(
  filter: Filter,
  groups: Pick<GroupStore, 'groupsOf' | 'members'>,
  scope: DirectoryScope,
): Promise<MembershipLookup> {
  const memberIds = new Set<string>();
  const groupIds = new Set<string>();
  collectMembershipNodes(filter, memberIds, groupIds);
  const members = new Map<string, Set<string>>();
  const note = (groupId: string, memberId: string) => {
    const known = members.get(groupId);
    if (known) known.add(memberId);
    else members.set(groupId, new Set([memberId]));
  };
  if (memberIds.size > 0) {
    for (const [memberId, references] of await groups.groupsOf(scope, [...memberIds])) {
      for (const group of references) note(group.id, memberId);
    }
  }
  for (const groupId of groupIds) {
    for await (const page of walkPages((after) => groups.members(scope, groupId, { after, limit: MEMBER_BATCH }))) {
      for (const member of page) note(groupId, member.id);
    }
  }
  return (groupId, memberId) => members.get(groupId)?.has(memberId) ?? false;
}

function collectMembershipNodes(filter: Filter, memberIds: Set<string>, groupIds: Set<string>): void {
  if (filter.op === 'hasMember') memberIds.add(filter.memberId);
  if (filter.op === 'memberOf') groupIds.add(filter.groupId);
  if (filter.op === 'not') collectMembershipNodes(filter.filter, memberIds, groupIds);
  if (filter.op === 'and' || filter.op === 'or') {
    for (const inner of filter.filters) collectMembershipNodes(inner, memberIds, groupIds);
  }
}
