import { walkPages } from '../../core/page-walk.js';
import type { GroupMember } from '../../storage/group-store.js';
import type { JsonObject } from '../../storage/resource-store.js';
import type { Storage } from '../../storage/storage.js';
import type { Besides } from '../message/resource-writer.js';
import type { ScimContext } from '../message/scim-message.js';

/** So many members are read at once. */
export const MEMBER_PAGE = 1000;

/** All direct members, page by page. */
export function memberPages(
  storage: Storage,
  { scope }: ScimContext,
  groupId: string,
): AsyncIterable<readonly GroupMember[]> {
  return walkPages((after) => storage.groups.members(scope, groupId, { after, limit: MEMBER_PAGE }));
}

/** `members` of a group as they are shown (RFC 7643 section 4.2); `undefined` where they are more than one page. */
export async function shownMembers(
  storage: Storage,
  context: ScimContext,
  groupId: string,
): Promise<Besides | undefined> {
  const page = await storage.groups.members(context.scope, groupId, { after: '', limit: MEMBER_PAGE });
  if (page.next !== undefined) return undefined;
  return { name: 'members', values: page.items.map((member) => shownMember(member, context)) };
}

/** One of `members` as it is shown. */
export function shownMember(
  { id, type, userName, displayName }: GroupMember,
  { baseUrl, policy }: ScimContext,
): JsonObject {
  const display = policy.memberDisplay === 'userName' ? (userName ?? displayName) : (displayName ?? userName);
  const $ref = `${baseUrl}/${type}s/${encodeURIComponent(id)}`;
  return { value: id, $ref, ...(display === undefined ? {} : { display }), type };
}
