import type { GroupReference } from '../../storage/directory-user.js';
import { StaleVersionError, UnknownMembersError } from '../../storage/errors.js';
import type {
  DirectoryGroup,
  GroupMember,
  GroupStore,
  MemberChange,
  MemberChangeRequest,
} from '../../storage/group-store.js';
import type { StorageCapabilities } from '../../storage/storage.js';
import type { Access } from './access.js';
import { parsePosition } from './creation-order.js';
import { type DirectoryResources, rowInVersion } from './directory-resources.js';
import { nextVersion } from './next-version.js';
import { queryTable } from './table-query.js';
import type { UndoLog } from './undo-log.js';

export function createGroupStore(access: Access, capabilities: StorageCapabilities): GroupStore {
  return {
    get: (scope, id) => access.read(scope, ({ groups }) => groups.get(id)),
    getMany: (scope, ids) =>
      access.read(scope, ({ groups }) => [...new Set(ids)].flatMap((id) => groups.get(id) ?? [])),
    query: (scope, query) => queryTable(access, scope, ({ groups }) => groups, query, capabilities),

    insert: (scope, group, members) =>
      access.write(scope, (resources, undo) => insertGroup(resources, group, members, undo)),

    update: (scope, id, { lastModified: at, attributes, uniqueKeys }, ifVersion) =>
      access.write(scope, ({ groups }, undo) => {
        const row = rowInVersion(groups, id, ifVersion);
        const { created, memberCount } = row.resource;
        const { version, lastModified } = nextVersion(row.resource, at);
        return groups.replace(row, { id, version, created, lastModified, attributes, uniqueKeys, memberCount }, undo);
      }),

    members: (scope, groupId, { after, limit }) =>
      access.read(scope, (resources) => {
        const met = resources.memberships.page(groupId, parsePosition(after), limit + 1);
        const items = met.slice(0, limit).flatMap(({ memberId }) => describeMember(resources, memberId) ?? []);
        const last = met[limit - 1];
        return { items, ...(last && met.length > limit && { next: String(last.sequence) }) };
      }),

    groupsOf: (scope, memberIds) =>
      access.read(scope, (resources) => {
        const groups = new Map<string, readonly GroupReference[]>();
        for (const id of memberIds) groups.set(id, resources.groupsOf(id));
        return groups;
      }),

    changeMembers: (scope, groupId, request) =>
      access.write(scope, (resources, undo) => changeMembers(resources, groupId, request, undo)),

    delete: (scope, id, ifVersion, at) =>
      access.write(scope, (resources, undo) => {
        const { groups, memberships } = resources;
        groups.remove(rowInVersion(groups, id, ifVersion), undo);
        for (const memberId of memberships.memberIds(id)) memberships.remove(id, memberId, undo);
        resources.leaveGroups(id, at, undo);
      }),
  };
}

function insertGroup(
  resources: DirectoryResources,
  { id, created, attributes, uniqueKeys }: Parameters<GroupStore['insert']>[1],
  { ids, unknown }: Parameters<GroupStore['insert']>[2],
  undo: UndoLog,
): DirectoryGroup {
  const known = knownMembers(resources, [...new Set(ids)], unknown);
  for (const memberId of known) resources.memberships.add(id, memberId, undo);
  const memberCount = known.length;
  return resources.groups.insert(
    { id, version: 1, created, lastModified: created, attributes, uniqueKeys, memberCount },
    undo,
  );
}

function changeMembers(resources: DirectoryResources, groupId: string, request: MemberChangeRequest, undo: UndoLog) {
  const { groups, memberships } = resources;
  const row = groups.row(groupId);
  if (!row) return undefined;
  if (request.ifVersion !== undefined && request.ifVersion !== row.resource.version) {
    throw new StaleVersionError(groupId);
  }
  const wanted = wantedChange(resources, groupId, request.change);
  const known = knownMembers(resources, wanted.add, request.unknown);
  const removed = wanted.remove.filter((id) => memberships.remove(groupId, id, undo));
  const added = known.filter((id) => memberships.add(groupId, id, undo));
  const isChange = added.length + removed.length > 0;
  return { group: isChange ? resources.noteMemberChange(row, request.at, undo) : row.resource, added, removed };
}

function wantedChange({ memberships }: DirectoryResources, groupId: string, change: MemberChange) {
  if (!('replace' in change)) return change;
  const wanted = new Set(change.replace);
  return { add: change.replace, remove: memberships.memberIds(groupId).filter((id) => !wanted.has(id)) };
}

function knownMembers(
  resources: DirectoryResources,
  ids: readonly string[],
  unknown: MemberChangeRequest['unknown'],
): readonly string[] {
  const missing = ids.filter((id) => !isSomebody(resources, id));
  if (missing.length === 0) return ids;
  if (unknown === 'refuse') throw new UnknownMembersError(missing);
  return ids.filter((id) => isSomebody(resources, id));
}

function isSomebody({ users, groups }: DirectoryResources, id: string): boolean {
  return (users.row(id) ?? groups.row(id)) !== undefined;
}

function describeMember({ users, groups }: DirectoryResources, id: string): GroupMember | undefined {
  const user = users.get(id);
  const resource = user ?? groups.get(id);
  if (!resource) return undefined;
  const { userName, displayName } = resource.attributes;
  const member: { -readonly [K in keyof GroupMember]: GroupMember[K] } = { id, type: user ? 'User' : 'Group' };
  if (user && typeof userName === 'string') member.userName = userName;
  if (typeof displayName === 'string') member.displayName = displayName;
  return member;
}
