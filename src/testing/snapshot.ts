import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { groupIdsOf, membersOf } from './people-and-groups.js';
import { CUSTOM_RESOURCES, GROUPS, RESOURCE_KINDS, USERS } from './resource-kind.js';

/** Everything that a directory holds, by every way of reading, in a form that can be compared. */
export async function snapshotOf(
  storage: Storage,
  scope: DirectoryScope,
  ids: readonly string[] = [],
): Promise<Readonly<Record<string, unknown>>> {
  const { directories, directoryUsers, groups, oidcTenants } = storage;
  const [users, allGroups, custom] = await Promise.all(
    [USERS, GROUPS, CUSTOM_RESOURCES].map((kind) =>
      kind.query(storage, scope, { page: { startIndex: 1, count: 1000 } }),
    ),
  );
  const memberships: Record<string, unknown> = {};
  for (const { id } of allGroups?.items ?? []) {
    const members = await membersOf(storage, scope, id);
    memberships[id] = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
  const byId: Record<string, unknown> = {};
  for (const id of [...ids, ...(users?.items ?? []).map((user) => user.id)]) {
    byId[id] = {
      read: await Promise.all(RESOURCE_KINDS.map((kind) => kind.get(storage, scope, id))),
      deleted: await directoryUsers.getDeleted(scope, id),
      withGroups: await directoryUsers.getWithGroups(scope, id),
      groups: await groupIdsOf(storage, scope, id),
      members: (await groups.members(scope, id, { after: '', limit: 100 })).items.length,
    };
  }
  const listed = await directories.list(scope);
  const tokens = await directories.listTokens(scope, scope.directoryId);
  const tenants = await oidcTenants.list(scope);
  return {
    users,
    groups: allGroups,
    custom,
    memberships,
    byId,
    directories: [...listed].sort((a, b) => (a.id < b.id ? -1 : 1)),
    tokens: [...tokens].sort((a, b) => (a.id < b.id ? -1 : 1)),
    tenants: [...tenants].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
