import type { OverrideStore } from '../../storage/override-store.js';
import type { Access } from './access.js';
import { placeKey } from './record-table.js';

export function createOverrideStore(access: Access): OverrideStore {
  return {
    ofUsers: (scope, userIds) =>
      access.readTables(scope, ({ overrides }) => [...new Set(userIds)].flatMap((id) => overrides.find(0, id))),
    put: (scope, override) => access.writeTables(scope, ({ overrides }, undo) => overrides.put(override, undo)),
    remove: (scope, places) =>
      access.writeTables(scope, ({ overrides }, undo) => {
        for (const { userId, teamId } of places) overrides.remove(placeKey(userId, teamId), undo);
      }),
  };
}
