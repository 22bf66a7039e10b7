import { foldCase } from '../../core/fold.js';
import { newId } from '../../core/id.js';
import type { ManagedUserStore, User } from '../../storage/host-storage.js';
import type { Access } from './access.js';
import type { HostUser } from './organization-tables.js';

/** The users of an organization: those from the start, and those that are made later. */
export function createManagedUsers(access: Access): ManagedUserStore {
  return {
    get: (scope, id) => access.readTables(scope, ({ users }) => shown(users.get(id))),
    findByEmail: (scope, email) => access.readTables(scope, ({ users }) => shown(users.find(0, foldCase(email))[0])),
    list: (scope, { standings, ...page }) =>
      access.readOrganization(scope, ({ tables: { users }, standings: index }) => {
        if (!standings) return users.page(page).flatMap((user) => shown(user) ?? []);
        return index.page(standings, page, () => users.keys()).flatMap((id) => shown(users.get(id)) ?? []);
      }),

    create: (scope, { key, email, displayName, timezone, accountId }) =>
      access.writeTables(scope, ({ users }, undo) => {
        const known = shown(users.find(1, key)[0]);
        if (known) return known;
        const user = {
          id: newId(),
          email,
          ...(displayName !== undefined && { displayName }),
          ...(timezone !== undefined && { timezone }),
          ...(accountId !== undefined && { accountId }),
        };
        users.put({ ...user, key }, undo);
        return user;
      }),

    update: (scope, id, { email, displayName, timezone }) =>
      access.writeTables(scope, ({ users }, undo) => {
        const user = users.get(id);
        if (!user) return;
        const changed = {
          ...user,
          ...(email !== undefined && { email }),
          ...(displayName !== undefined && { displayName }),
          ...(timezone !== undefined && { timezone }),
        };
        users.put(changed, undo);
      }),

    setAccess: (scope, id, to) =>
      access.writeTables(scope, ({ users }, undo) => {
        const user = users.get(id);
        if (user) users.put({ ...user, access: to }, undo);
      }),

    remove: (scope, id) =>
      access.writeTables(scope, ({ users, memberships }, undo) => {
        users.remove(id, undo);
        for (const { teamId, userId } of memberships.find(1, id)) {
          memberships.remove(JSON.stringify([teamId, userId]), undo);
        }
      }),
  };
}

function shown(user: HostUser | undefined): User | undefined {
  if (!user) return undefined;
  const { key: _key, access: _access, ...rest } = user;
  return rest;
}
