import { UniqueConflictError } from '../../storage/errors.js';
import type { Person, PersonStore } from '../../storage/person-store.js';
import type { Access } from './access.js';
import type { OrganizationData } from './database.js';
import { placeKey } from './record-table.js';

export function createPersonStore(access: Access): PersonStore {
  return {
    getMany: (scope, ids) => access.readOrganization(scope, (data) => ids.map((id) => personOf(data, id))),

    ofDirectoryUsers: (scope, ids) =>
      access.readOrganization(scope, (data) => {
        const { users } = data.resources(scope.directoryId);
        const userIds = ids.flatMap((id) => {
          const link = users.row(id) && data.tables.directoryLinks.get(placeKey(scope.directoryId, id));
          return link && !link.gone ? [link.userId] : [];
        });
        return [...new Set(userIds)].map((id) => personOf(data, id));
      }),

    list: (scope, page) =>
      access.readOrganization(scope, (data) =>
        data.tables.people.page(page).map(({ userId }) => personOf(data, userId)),
      ),

    count: (scope, atMost = Number.POSITIVE_INFINITY) =>
      access.readOrganization(scope, (data) => {
        const { users } = data.resources(scope.directoryId);
        let count = 0;
        for (const { directoryUserId: id } of data.tables.directoryLinks.each(1, scope.directoryId)) {
          if (count >= atMost) break;
          if ((users.get(id)?.attributes['active'] ?? false) !== false) count += 1;
        }
        return count;
      }),

    put: (scope, records) =>
      access.writeTables(scope, ({ people }, undo) => {
        for (const record of records) people.put(record, undo);
      }),

    remove: (scope, userId) =>
      access.writeTables(scope, ({ people, directoryLinks }, undo) => {
        people.remove(userId, undo);
        for (const link of directoryLinks.find(0, userId)) directoryLinks.put({ ...link, gone: true }, undo);
      }),

    link: (scope, directoryUserId, userId) =>
      access.writeOrganization(scope, (data, undo) => {
        const { directoryId } = scope;
        const other = personOf(data, userId).directoryUsers.some(
          (each) => each.directoryId === directoryId && each.id !== directoryUserId,
        );
        if (other) throw new UniqueConflictError(`user:${userId}`);
        data.tables.directoryLinks.put({ directoryId, directoryUserId, userId }, undo);
      }),

    linkedTo: ({ organizationId, directoryId }, directoryUserId) =>
      access.readTables(
        { organizationId },
        ({ directoryLinks }) => directoryLinks.get(placeKey(directoryId, directoryUserId))?.userId,
      ),
  };
}

/** What is known of somebody. */
export function personOf(data: OrganizationData, userId: string): Person {
  const { people, directoryLinks, logins } = data.tables;
  const directoryUsers = directoryLinks.find(0, userId).flatMap(({ directoryId, directoryUserId: id }) => {
    const user = data.resources(directoryId).users.get(id);
    return user ? [{ id, directoryId, active: user.attributes['active'] !== false }] : [];
  });
  return { userId, ...people.get(userId), directoryUsers, linked: logins.count(0, userId) > 0 };
}
