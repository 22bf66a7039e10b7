import { foldCase } from '../core/fold.js';
import { walkPages } from '../core/page-walk.js';
import type { DirectoryUser } from '../storage/directory-user.js';
import type { DirectoryGroup, GroupMember, MemberChange, MemberChangeResult } from '../storage/group-store.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { T0, T1 } from './contract-ground.js';

/** Adds a person as the library does: with a unique key for the userName, which is the id unless told. */
export function addUser(
  { directoryUsers }: Storage,
  scope: DirectoryScope,
  id: string,
  attributes: JsonObject = {},
): Promise<DirectoryUser> {
  const given = attributes['userName'];
  const userName = typeof given === 'string' ? given : id;
  const uniqueKeys = [`userName:${foldCase(userName)}`];
  return directoryUsers.insert(scope, { id, created: T0, attributes: { userName, ...attributes }, uniqueKeys });
}

/** Adds people one after the other, which is their order of creation. */
export async function addUsers(storage: Storage, scope: DirectoryScope, ids: readonly string[]): Promise<void> {
  for (const id of ids) await addUser(storage, scope, id);
}

/** Adds a group with these members, called as its id. */
export function addGroup(
  { groups }: Storage,
  scope: DirectoryScope,
  id: string,
  ids: readonly string[] = [],
): Promise<DirectoryGroup> {
  const group = { id, created: T0, attributes: { displayName: id }, uniqueKeys: [] };
  return groups.insert(scope, group, { ids, unknown: 'refuse' });
}

export function changeMembers(
  { groups }: Storage,
  scope: DirectoryScope,
  groupId: string,
  change: MemberChange,
  at: string = T1,
): Promise<MemberChangeResult | undefined> {
  return groups.changeMembers(scope, groupId, { change, at, unknown: 'refuse' });
}

/** All members of a group, page by page. */
export async function membersOf(
  { groups }: Storage,
  scope: DirectoryScope,
  groupId: string,
  limit = 1000,
): Promise<readonly GroupMember[]> {
  const met: GroupMember[] = [];
  for await (const page of walkPages((after) => groups.members(scope, groupId, { after, limit }))) met.push(...page);
  return met;
}

export async function memberIdsOf(
  storage: Storage,
  scope: DirectoryScope,
  groupId: string,
): Promise<readonly string[]> {
  return (await membersOf(storage, scope, groupId)).map(({ id }) => id);
}

/** The groups of one person or group, in order of their ids. */
export async function groupIdsOf(
  storage: Storage,
  scope: DirectoryScope,
  memberId: string,
): Promise<readonly string[]> {
  const found = await storage.groups.groupsOf(scope, [memberId]);
  return (found.get(memberId) ?? []).map(({ id }) => id).sort();
}

/** `prefix0`, `prefix1` … */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}
