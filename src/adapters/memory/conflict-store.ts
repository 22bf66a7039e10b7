import type { ConflictStore } from '../../storage/conflict-store.js';
import type { Access } from './access.js';
import { placeKey } from './record-table.js';

export function createConflictStore(access: Access): ConflictStore {
  return {
    list: (scope, page) => access.readTables(scope, ({ conflicts }) => conflicts.page(page)),
    get: (scope, id) => access.readTables(scope, ({ conflicts }) => conflicts.get(id)),
    find: ({ organizationId, directoryId }, subject) =>
      access.readTables({ organizationId }, ({ conflicts }) => conflicts.find(0, placeKey(directoryId, subject))[0]),

    put: ({ organizationId, directoryId }, conflict) =>
      access.writeTables({ organizationId }, ({ conflicts }, undo) => {
        const { id, at } = conflicts.find(0, placeKey(directoryId, conflict.subject))[0] ?? conflict;
        conflicts.put({ ...conflict, id, at, directoryId }, undo);
      }),
    remove: ({ organizationId, directoryId }, subject) =>
      access.writeTables({ organizationId }, ({ conflicts }, undo) => {
        for (const { id } of conflicts.find(0, placeKey(directoryId, subject))) conflicts.remove(id, undo);
      }),
  };
}
