import { UniqueConflictError } from '../../storage/errors.js';
import type { LoginStore } from '../../storage/login-store.js';
import type { Access } from './access.js';
import { placeKey } from './record-table.js';

export function createLoginStore(access: Access): LoginStore {
  return {
    find: (scope, linkKey) => access.readTables(scope, ({ logins }) => logins.get(linkKey)),
    findByIdentity: (scope, tenantId, identity) =>
      access.readTables(scope, ({ logins }) => logins.find(1, placeKey(tenantId, identity))[0]),
    ofUser: (scope, userId) => access.readTables(scope, ({ logins }) => logins.find(0, userId)),

    insert: (scope, link) =>
      access.writeTables(scope, ({ logins }, undo) => {
        const taken = logins.find(0, link.userId).some(({ tenantId }) => tenantId === link.tenantId);
        if (taken || logins.get(link.linkKey)) throw new UniqueConflictError(`login:${link.linkKey}`);
        logins.put(link, undo);
      }),

    removeOfUser: (scope, userId) =>
      access.writeTables(scope, ({ logins }, undo) => {
        for (const { linkKey } of logins.find(0, userId)) logins.remove(linkKey, undo);
      }),
  };
}
