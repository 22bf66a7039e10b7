import type { DeletedUser, DirectoryUser, DirectoryUserStore } from '../../storage/directory-user.js';
import type { StorageCapabilities } from '../../storage/storage.js';
import type { Access } from './access.js';
import { rowInVersion } from './directory-resources.js';
import { freezeJson } from './freeze-json.js';
import { nextVersion } from './next-version.js';
import { queryTable } from './table-query.js';

export function createUserStore(access: Access, capabilities: StorageCapabilities): DirectoryUserStore {
  return {
    get: (scope, id) => access.read(scope, ({ users }) => users.get(id)),
    getMany: (scope, ids) => access.read(scope, ({ users }) => [...new Set(ids)].flatMap((id) => users.get(id) ?? [])),
    query: (scope, query) => queryTable(access, scope, ({ users }) => users, query, capabilities),

    getWithGroups: (scope, id) =>
      access.read(scope, (resources) => {
        const user = resources.users.get(id);
        return user && { user, groups: resources.groupsOf(id) };
      }),

    insert: (scope, { id, created, attributes, uniqueKeys, accessEnding }) =>
      access.write(scope, ({ users }, undo) => {
        const user = { id, version: 1, created, lastModified: created, attributes, uniqueKeys };
        return users.insert(accessEnding ? { ...user, accessEnding } : user, undo);
      }),

    update: (scope, id, { lastModified: at, attributes, uniqueKeys, accessEnding }, ifVersion) =>
      access.write(scope, ({ users }, undo) => {
        const row = rowInVersion(users, id, ifVersion);
        const { created } = row.resource;
        const { version, lastModified } = nextVersion(row.resource, at);
        const user = { id, version, created, lastModified, attributes, uniqueKeys };
        return users.replace(row, accessEnding ? { ...user, accessEnding } : user, undo);
      }),

    tombstone: (scope, deleted, ifVersion) =>
      access.write(scope, (resources, undo) => {
        const { users, deletedUsers } = resources;
        users.remove(rowInVersion(users, deleted.id, ifVersion), undo);
        deletedUsers.set(deleted.id, freezeJson(deleted));
        undo.note(() => deletedUsers.delete(deleted.id));
        resources.leaveGroups(deleted.id, deleted.deletedAt, undo);
      }),

    getDeleted: (scope, id) => access.read(scope, ({ deletedUsers }) => deletedUsers.get(id)),

    clearAccessEnding: (scope, id) =>
      access.write(scope, ({ users, deletedUsers }, undo) => {
        const row = users.row(id);
        if (row?.resource.accessEnding) users.replace(row, withoutAccessEnding(row.resource), undo);
        const deleted = deletedUsers.get(id);
        if (!deleted?.accessEnding) return;
        deletedUsers.set(id, freezeJson(withoutAccessEnding(deleted)));
        undo.note(() => deletedUsers.set(id, deleted));
      }),
  };
}

function withoutAccessEnding<T extends DirectoryUser | DeletedUser>({ accessEnding: _, ...rest }: T) {
  return rest;
}
