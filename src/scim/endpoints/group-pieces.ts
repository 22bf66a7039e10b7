import type { DirectoryGroup, GroupMember } from '../../storage/group-store.js';
import type { JsonObject } from '../../storage/resource-store.js';
import type { Storage } from '../../storage/storage.js';
import { type Projection, project } from '../message/projection.js';
import type { ScimContext } from '../message/scim-message.js';
import { MEMBER_PAGE, memberPages, shownMember } from './group-members.js';

/** Characters after which a piece is handed on. */
const PIECE = 64 * 1024;

/** Whether groups have more members together than an answer is put together of in memory. */
export function areLong(groups: readonly DirectoryGroup[]): boolean {
  return groups.reduce((sum, { memberCount }) => sum + memberCount, 0) > MEMBER_PAGE;
}

/**
 * The JSON of groups, with commas in between, made while it is sent: of the members no more than a page is held, however
 * many they are. The first piece is there at once, so that a storage that cannot answer is told before anything is sent.
 *
 * @param write a group without its members
 */
export async function groupPieces(
  storage: Storage,
  context: ScimContext,
  groups: readonly DirectoryGroup[],
  write: (group: DirectoryGroup) => JsonObject,
  projection: Projection | undefined,
): Promise<AsyncIterable<string>> {
  const pieces = makePieces(storage, context, groups, write, projection);
  const first = await pieces.next();
  return (async function* () {
    if (!first.done) yield first.value;
    yield* pieces;
  })();
}

async function* makePieces(
  storage: Storage,
  context: ScimContext,
  groups: readonly DirectoryGroup[],
  write: (group: DirectoryGroup) => JsonObject,
  projection: Projection | undefined,
): AsyncGenerator<string, void> {
  let text = '';
  for (const [index, group] of groups.entries()) {
    const { meta, ...rest } = write(group);
    text += `${index > 0 ? ',' : ''}${JSON.stringify(rest).slice(0, -1)}`;
    let opening = ',"members":[';
    for await (const page of memberPages(storage, context, group.id)) {
      const members = shownPage(page, context, projection);
      if (members.length === 0) continue;
      text += opening + JSON.stringify(members).slice(1, -1);
      opening = ',';
      if (text.length < PIECE) continue;
      yield text;
      text = '';
    }
    text += `${opening === ',' ? ']' : ''}${meta === undefined ? '' : `,"meta":${JSON.stringify(meta)}`}}`;
  }
  yield text;
}

function shownPage(
  page: readonly GroupMember[],
  context: ScimContext,
  projection: Projection | undefined,
): readonly unknown[] {
  const members = page.map((member) => shownMember(member, context));
  if (!projection) return members;
  const { members: narrowed } = project({ members }, projection);
  return Array.isArray(narrowed) ? narrowed : [];
}
