import type { DeletedUser, DirectoryUser, GroupReference } from '../../storage/directory-user.js';
import { StaleVersionError } from '../../storage/errors.js';
import type { DirectoryGroup } from '../../storage/group-store.js';
import type { StoredResource } from '../../storage/resource-store.js';
import { MembershipTable } from './membership-table.js';
import { nextVersion } from './next-version.js';
import { ResourceTable, type Row } from './resource-table.js';
import type { UndoLog } from './undo-log.js';

/** Everything that one directory keeps. */
export class DirectoryResources {
  readonly #usedIds = new Set<string>();
  readonly #custom = new Map<string, ResourceTable<StoredResource>>();
  readonly users: ResourceTable<DirectoryUser>;
  readonly deletedUsers: Map<string, DeletedUser> = new Map();
  readonly groups: ResourceTable<DirectoryGroup> = new ResourceTable(this.#usedIds, [['displayName'], ['externalId']]);
  readonly memberships: MembershipTable = new MembershipTable();

  /** @param onUser hears of each user that comes or goes */
  constructor(onUser?: (id: string) => void) {
    this.users = new ResourceTable(this.#usedIds, [['userName'], ['externalId'], ['emails', 'value']], onUser);
  }

  /** The resources of a type that the host defines. */
  custom(type: string): ResourceTable<StoredResource> {
    const known = this.#custom.get(type);
    if (known) return known;
    const table = new ResourceTable<StoredResource>(this.#usedIds, [['displayName'], ['externalId']]);
    this.#custom.set(type, table);
    return table;
  }

  /** The groups that somebody is a direct member of, in order of creation. */
  groupsOf(memberId: string): GroupReference[] {
    const references: GroupReference[] = [];
    for (const { resource } of this.#groupRowsOf(memberId)) {
      const { displayName } = resource.attributes;
      references.push({ id: resource.id, displayName: typeof displayName === 'string' ? displayName : '' });
    }
    return references;
  }

  /** Takes somebody out of all groups, which changes these groups. */
  leaveGroups(memberId: string, at: string, undo: UndoLog): void {
    for (const group of this.#groupRowsOf(memberId)) {
      this.memberships.remove(group.resource.id, memberId, undo);
      this.noteMemberChange(group, at, undo);
    }
  }

  /** Gives a group whose members have changed its new version. */
  noteMemberChange(group: Row<DirectoryGroup>, at: string, undo: UndoLog): DirectoryGroup {
    const { id, created, attributes, uniqueKeys } = group.resource;
    const { version, lastModified } = nextVersion(group.resource, at);
    const memberCount = this.memberships.memberCount(id);
    const changed = { id, version, created, lastModified, attributes, uniqueKeys, memberCount };
    return this.groups.replace(group, changed, undo);
  }

  #groupRowsOf(memberId: string): Row<DirectoryGroup>[] {
    const rows: Row<DirectoryGroup>[] = [];
    for (const { groupId } of this.memberships.ofMember(memberId)) {
      const row = this.groups.row(groupId);
      if (row) rows.push(row);
    }
    return rows.length > 1 ? rows.sort((a, b) => a.sequence - b.sequence) : rows;
  }
}

/** @throws {StaleVersionError} when the resource is gone or not in this version. */
export function rowInVersion<T extends StoredResource>(table: ResourceTable<T>, id: string, version: number): Row<T> {
  const row = table.row(id);
  if (row?.resource.version !== version) throw new StaleVersionError(id);
  return row;
}
