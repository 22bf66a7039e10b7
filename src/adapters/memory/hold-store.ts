import type { Grant } from '../../storage/grant.js';
import { holdPosition, readHoldPosition } from '../../storage/hold-position.js';
import { FIRST_HELD, type Hold, type HoldStore, type HoldSummary, MOST_HELD_PEOPLE } from '../../storage/hold-store.js';
import type { Access } from './access.js';
import { placeKey } from './record-table.js';

/** Where in holds the grants of each person are. A hold is never changed, so it is looked through once. */
const places = new WeakMap<Hold, ReadonlyMap<string, readonly number[]>>();

export function createHoldStore(access: Access): HoldStore {
  return {
    list: ({ organizationId, directoryId }) =>
      access.readTables({ organizationId }, ({ holds }) =>
        holds
          .find(0, directoryId)
          .map(({ directoryId: _, ...hold }): Hold => hold)
          .sort(inOrder),
      ),

    page: ({ organizationId, directoryId }, { after, limit }) =>
      access.readTables({ organizationId }, ({ holds }) => {
        const place = readHoldPosition(after);
        const all = holds.find(0, directoryId).toSorted(inOrder);
        const behind = all.filter((hold) => inOrder(hold, place) > 0);
        const items = behind.slice(0, limit).map(summaryOf);
        const last = items.at(-1);
        return { items, ...(last && items.length < behind.length && { next: holdPosition(last) }) };
      }),

    get: ({ organizationId, directoryId }, id) =>
      access.readTables({ organizationId }, ({ holds }) => {
        const found = holds.get(id);
        if (found?.directoryId !== directoryId) return undefined;
        const { directoryId: _, ...hold } = found;
        return hold;
      }),

    put: ({ organizationId, directoryId }, hold) =>
      access.writeTables({ organizationId }, ({ holds }, undo) => holds.put({ ...hold, directoryId }, undo)),

    waiting: (scope, userIds) =>
      access.readTables(scope, ({ holds }) => {
        const wanted = new Set(userIds);
        const found = new Set([...wanted].flatMap((id) => holds.find(1, id)));
        return [...found].flatMap((hold) => {
          const ofPeople = placesOf(hold);
          const theirs = [...wanted].flatMap((id) => ofPeople.get(id) ?? []).sort((a, b) => a - b);
          return theirs.flatMap((place) => hold.grants[place] ?? []);
        });
      }),

    release: (scope, grants) =>
      access.writeTables(scope, ({ holds }, undo) => {
        const gone = new Set(grants.map(keyOf));
        const touched = new Set(grants.flatMap(({ userId }) => holds.find(1, userId)));
        for (const hold of touched) {
          const left = hold.grants.filter((grant) => !gone.has(keyOf(grant)));
          if (left.length === 0) holds.remove(hold.id, undo);
          else if (left.length < hold.grants.length) holds.put({ ...hold, grants: left }, undo);
        }
      }),

    noteLost: ({ organizationId, directoryId }, userIds, at) =>
      access.writeTables({ organizationId }, ({ losses }, undo) => {
        for (const userId of userIds) {
          const known = losses.get(placeKey(directoryId, userId));
          if (!known || known.at < at) losses.put({ directoryId, userId, at }, undo);
        }
      }),

    lostSince: ({ organizationId, directoryId }, since, without) =>
      access.readTables({ organizationId }, ({ losses }) => {
        const left = new Set(without);
        return losses.find(0, directoryId).filter(({ userId, at }) => at >= since && !left.has(userId)).length;
      }),
  };
}

function placesOf(hold: Hold): ReadonlyMap<string, readonly number[]> {
  const known = places.get(hold);
  if (known) return known;
  const found = new Map<string, number[]>();
  for (const [place, { userId }] of hold.grants.entries()) {
    const theirs = found.get(userId);
    if (theirs) theirs.push(place);
    else found.set(userId, [place]);
  }
  places.set(hold, found);
  return found;
}

function summaryOf({ id, reason, at, grants }: Hold): HoldSummary {
  const people = new Set<string>();
  for (const { userId } of grants) {
    if (people.size === MOST_HELD_PEOPLE) break;
    people.add(userId);
  }
  return { id, reason, at, people: people.size, first: grants.slice(0, FIRST_HELD) };
}

function inOrder(a: Pick<Hold, 'at' | 'id'>, b: Pick<Hold, 'at' | 'id'>): number {
  return a.at === b.at ? compare(a.id, b.id) : compare(a.at, b.at);
}

function keyOf({ userId, target, source }: Grant): string {
  return placeKey(userId, target, source);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
