import type { Grant } from '../../storage/grant.js';
import type { Hold, HoldStore } from '../../storage/hold-store.js';
import type { Access } from './access.js';
import { placeKey } from './record-table.js';

export function createHoldStore(access: Access): HoldStore {
  return {
    list: ({ organizationId, directoryId }) =>
      access.readTables({ organizationId }, ({ holds }) =>
        holds
          .find(0, directoryId)
          .map(({ directoryId: _, ...hold }): Hold => hold)
          .sort((a, b) => (a.at === b.at ? compare(a.id, b.id) : compare(a.at, b.at))),
      ),

    put: ({ organizationId, directoryId }, hold) =>
      access.writeTables({ organizationId }, ({ holds }, undo) => holds.put({ ...hold, directoryId }, undo)),

    waiting: (scope, userIds) =>
      access.readTables(scope, ({ holds }) => {
        const wanted = new Set(userIds);
        const found = new Set([...wanted].flatMap((id) => holds.find(1, id)));
        return [...found].flatMap(({ grants }) => grants.filter(({ userId }) => wanted.has(userId)));
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

function keyOf({ userId, target, source }: Grant): string {
  return placeKey(userId, target, source);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
