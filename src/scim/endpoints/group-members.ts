import type { GroupMember } from '../../storage/group-store.js';
import type { Storage } from '../../storage/storage.js';
import type { Besides } from '../message/resource-text.js';
import type { ScimContext } from '../message/scim-message.js';

const PAGE = 1000;

/** All direct members, page by page. */
export async function* memberPages(
  storage: Storage,
  { scope }: ScimContext,
  groupId: string,
): AsyncGenerator<readonly GroupMember[]> {
  let after: string | undefined = '';
  while (after !== undefined) {
    const page = await storage.groups.members(scope, groupId, { after, limit: PAGE });
    yield page.items;
    after = page.next;
  }
}

/** `members` of a group as JSON (RFC 7643 section 4.2). */
export async function membersText(storage: Storage, context: ScimContext, groupId: string): Promise<Besides> {
  const parts: string[] = [];
  for await (const page of memberPages(storage, context, groupId)) {
    for (const member of page) parts.push(JSON.stringify(shownMember(member, context)));
  }
  return { name: 'members', text: `[${parts.join(',')}]` };
}

function shownMember({ id, type, userName, displayName }: GroupMember, { baseUrl, policy }: ScimContext): object {
  const display = policy.memberDisplay === 'userName' ? (userName ?? displayName) : (displayName ?? userName);
  return { value: id, $ref: `${baseUrl}/${type}s/${encodeURIComponent(id)}`, display, type };
}
