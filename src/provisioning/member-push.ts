import type { DirectoryGroup, GroupStore, MemberChangeRequest, MemberChangeResult } from '../storage/group-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';

/**
 * What to do about members that name nothing in the directory: refuse the change, leave them out, or keep them until
 * somebody of that id comes. A storage without a place for what is kept refuses.
 */
export type UnknownMembers = 'refuse' | 'skip' | 'keep';

/** Whether a storage has a place for members that are still to come. */
export function canKeepMembers(storage: Storage): boolean {
  return storage.pendingMembers !== undefined;
}

/** Stores a new group with its members, in a transaction where members are kept. Answers who is in it from now on. */
export async function pushGroup(
  storage: Storage,
  scope: DirectoryScope,
  group: Parameters<GroupStore['insert']>[1],
  memberIds: readonly string[],
  unknown: UnknownMembers,
): Promise<{ readonly group: DirectoryGroup; readonly added: readonly string[] }> {
  const ids = [...new Set(memberIds)];
  const missing = unknown === 'keep' ? await keepMissing(storage, scope, group.id, ids) : [];
  const stored = await storage.groups.insert(scope, group, { ids, unknown: told(storage, unknown) });
  if (stored.memberCount === ids.length && missing.length === 0) return { group: stored, added: ids };
  const groupsOf = await storage.groups.groupsOf(scope, ids);
  const added = ids.filter((id) => groupsOf.get(id)?.some((each) => each.id === group.id));
  await forget(storage, scope, group.id, missing, added);
  return { group: stored, added };
}

/** Changes the members of a group, in a transaction where members are kept. */
export async function pushMembers(
  storage: Storage,
  scope: DirectoryScope,
  groupId: string,
  request: Omit<MemberChangeRequest, 'unknown'>,
  unknown: UnknownMembers,
): Promise<MemberChangeResult | undefined> {
  const { change } = request;
  const keeps = unknown === 'keep' && canKeepMembers(storage);
  if (keeps) {
    if (!(await storage.groups.get(scope, groupId))) return undefined;
    await storage.pendingMembers?.remove(scope, groupId, 'replace' in change ? undefined : change.remove);
  }
  const wanted = 'replace' in change ? change.replace : change.add;
  const missing = keeps ? await keepMissing(storage, scope, groupId, wanted) : [];
  const result = await storage.groups.changeMembers(scope, groupId, { ...request, unknown: told(storage, unknown) });
  await forget(storage, scope, groupId, missing, result?.added ?? []);
  return result;
}

/** Makes somebody new a member of the groups that have waited for the id, in the transaction that stores them. */
export async function joinWaitingGroups(
  storage: Storage,
  scope: DirectoryScope,
  id: string,
  at: string,
): Promise<readonly MemberChangeResult[]> {
  const results: MemberChangeResult[] = [];
  for (const groupId of (await storage.pendingMembers?.take(scope, id)) ?? []) {
    const request = { change: { add: [id], remove: [] }, at, unknown: 'skip' } as const;
    const result = await storage.groups.changeMembers(scope, groupId, request);
    if (result) results.push(result);
  }
  return results;
}

function told(storage: Storage, unknown: UnknownMembers): MemberChangeRequest['unknown'] {
  if (unknown !== 'keep') return unknown;
  return canKeepMembers(storage) ? 'skip' : 'refuse';
}

/** Notes those who are not there, under a lock: who comes meanwhile is a member already when the members are stored. */
async function keepMissing(
  storage: Storage,
  scope: DirectoryScope,
  groupId: string,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (ids.length === 0 || !storage.pendingMembers) return [];
  const found = [await storage.directoryUsers.getMany(scope, ids), await storage.groups.getMany(scope, ids)].flat();
  const known = new Set(found.map(({ id }) => id));
  const missing = ids.filter((id) => !known.has(id));
  await storage.pendingMembers.put(scope, groupId, missing);
  return missing;
}

async function forget(
  storage: Storage,
  scope: DirectoryScope,
  groupId: string,
  missing: readonly string[],
  added: readonly string[],
): Promise<void> {
  const members = new Set(added);
  const come = missing.filter((id) => members.has(id));
  if (come.length > 0) await storage.pendingMembers?.remove(scope, groupId, come);
}
