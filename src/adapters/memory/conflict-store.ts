import type { ConflictStore } from '../../storage/conflict-store.js';
import type { Access } from './access.js';
import { pageBehind, placeKey } from './record-table.js';

export function createConflictStore(access: Access): ConflictStore {
  return {
    list: (scope, page) =>
      access.readTables(scope, ({ conflicts }) => {
        const sorted = conflicts.all().toSorted((a, b) => (a.id < b.id ? -1 : 1));
        return pageBehind(sorted, ({ id }) => id, page);
      }),
    get: (scope, id) => access.readTables(scope, ({ conflicts }) => conflicts.find(0, id)[0]),
    find: ({ organizationId, directoryId }, subject) =>
      access.readTables({ organizationId }, ({ conflicts }) => conflicts.get(placeKey(directoryId, subject))),

    put: ({ organizationId, directoryId }, conflict) =>
      access.writeTables({ organizationId }, ({ conflicts }, undo) => {
        const { id, at } = conflicts.get(placeKey(directoryId, conflict.subject)) ?? conflict;
        conflicts.put({ ...conflict, id, at, directoryId }, undo);
      }),
    remove: ({ organizationId, directoryId }, subject) =>
      access.writeTables({ organizationId }, ({ conflicts }, undo) =>
        conflicts.remove(placeKey(directoryId, subject), undo),
      ),
  };
}
