import type { DirectoryGroups } from '../../provisioning/directory-groups.js';
import { queryInBatches } from '../../storage/batched-query.js';
import type { DirectoryGroup, GroupMember } from '../../storage/group-store.js';
import type { Page } from '../../storage/query.js';
import type { JsonObject } from '../../storage/resource-store.js';
import type { Storage } from '../../storage/storage.js';
import type { ScimPolicy } from '../../tenancy/scim-policy.js';
import { notFound, type ScimError } from '../error.js';
import { type Projection, returnedRules, shows } from '../message/projection.js';
import { type Besides, createResourceWriter } from '../message/resource-writer.js';
import type { ScimContext } from '../message/scim-message.js';
import { type Conditions, requireMatch } from '../message/version.js';
import { applyEdits } from '../patch/apply-edits.js';
import { type CurrentMembers, memberChange, memberIds, refuseSelf } from '../patch/member-edits.js';
import { type AttributeEdit, readPatch } from '../patch/patch-edits.js';
import { canonicalResource } from '../schema/canonical-resource.js';
import type { ResourceType } from '../schema/resource-type.js';
import { keepUnchangeable } from '../schema/unchangeable-values.js';
import { MEMBER_PAGE, memberPages, shownMembers } from './group-members.js';
import { areLong, groupPieces } from './group-pieces.js';
import { draftOf, draftUnlessSame, wholeDraftOf } from './resource-draft.js';
import type { ResourceEndpoint } from './resource-endpoint.js';
import { type ShownResource, written, writtenUnlessKnown } from './written-answer.js';

/** `/Groups` (RFC 7643 section 4.2). Nothing here reads the members of a group unless they are to be shown. */
export function createGroupsEndpoint(options: {
  readonly type: ResourceType;
  readonly storage: Storage;
  readonly groups: DirectoryGroups;
}): ResourceEndpoint {
  const { type, storage, groups } = options;
  const writer = createResourceWriter(type);
  const returned = returnedRules(type);

  async function show(
    context: ScimContext,
    group: DirectoryGroup,
    projection: Projection | undefined,
  ): Promise<ShownResource> {
    if (!shows(projection, 'members')) return writer.write(context, group, undefined, projection);
    // A store may count the members wrong, so what has been read tells as well.
    const members = areLong([group]) ? undefined : await shownMembers(storage, context, group.id);
    if (members) return writer.write(context, group, members, projection);
    const { content, etag, location } = writer.write(context, group, undefined, projection);
    return { pieces: await groupPieces(storage, context, [group], () => content, projection), etag, location };
  }

  /** After a write a large group is shown without its members, unless they were asked for by name. */
  async function showChanged(
    context: ScimContext,
    group: DirectoryGroup,
    projection: Projection | undefined,
  ): Promise<ShownResource> {
    const asked = projection?.mode === 'only';
    if (asked || group.memberCount <= context.policy.membersInWriteAnswers) return show(context, group, projection);
    return writer.write(context, group, undefined, projection);
  }

  /** Groups with their members; `undefined` as soon as these turn out to be too many. */
  async function writtenInMemory(
    context: ScimContext,
    page: readonly DirectoryGroup[],
    write: (group: DirectoryGroup, members: Besides) => JsonObject,
  ): Promise<readonly JsonObject[] | undefined> {
    const shown: JsonObject[] = [];
    let memberCount = 0;
    for (const group of page) {
      const members = await shownMembers(storage, context, group.id);
      memberCount += members?.values.length ?? 0;
      if (!members || memberCount > MEMBER_PAGE) return undefined;
      shown.push(write(group, members));
    }
    return shown;
  }

  function currentMembers(context: ScimContext, id: string): CurrentMembers {
    return {
      async all() {
        const members: GroupMember[] = [];
        for await (const page of memberPages(storage, context, id)) members.push(...page);
        return members;
      },
      async hasAny(ids) {
        const groupsOf = await storage.groups.groupsOf(context.scope, ids);
        return [...groupsOf.values()].some((references) => references.some((group) => group.id === id));
      },
    };
  }

  return {
    type,
    returned,

    async create(context, body, { projection }) {
      const { scope, policy } = context;
      const { attributes, members } = canonicalResource(body, type, policy);
      const group = await groups.create(
        scope,
        wholeDraftOf(attributes, type, policy),
        memberIds(members),
        policy.unknownMembers,
      );
      return written(201, await showChanged(context, group, projection));
    },

    async read(context, id, { projection, ifNoneMatch }) {
      const group = await storage.groups.get(context.scope, id);
      if (!group) throw unknownGroup(id);
      return writtenUnlessKnown(await show(context, group, projection), ifNoneMatch);
    },

    async replace(context, id, body, { projection, ...conditions }) {
      const { scope, policy } = context;
      const { attributes, members: listed } = canonicalResource(body, type, policy);
      const members = { replace: memberIds(listed) };
      refuseSelf(members, id);
      const group = await groups.change(scope, id, {
        decide: (current) =>
          draftUnlessSame(current, wholeDraftOf(keepUnchangeable(current.attributes, attributes, type), type, policy)),
        members,
        ...memberRules(conditions, policy),
      });
      if (!group) throw unknownGroup(id);
      return written(200, await showChanged(context, group, projection));
    },

    async patch(context, id, body, { projection, ...conditions }) {
      const { scope, policy } = context;
      const rules = { type, id, policy };
      const { ofMembers, ofAttributes } = split(readPatch(body, rules), type);
      const members = await memberChange(ofMembers, policy, currentMembers(context, id));
      if (members) refuseSelf(members, id);
      const group = await groups.change(scope, id, {
        ...(ofAttributes.length > 0 || !members
          ? {
              decide: (current: DirectoryGroup) =>
                draftUnlessSame(current, draftOf(applyEdits(current.attributes, ofAttributes, rules), type, policy)),
            }
          : {}),
        ...(members ? { members } : {}),
        ...memberRules(conditions, policy),
      });
      if (!group) throw unknownGroup(id);
      if (policy.patchGroupResponse === 'no-content' && projection === returned.onRequest) {
        const { etag, location } = writer.write(context, group, undefined, undefined);
        return { status: 204, etag, location };
      }
      return written(200, await showChanged(context, group, projection));
    },

    async remove({ scope }, id, conditions) {
      const done = await groups.remove(scope, id, (group) => requireMatch(conditions, group.version));
      if (!done) throw unknownGroup(id);
      return { status: 204 };
    },

    query({ scope }, query) {
      const ask = (each: typeof query) => storage.groups.query(scope, each);
      return queryInBatches(ask, storage.groups, scope, query, storage.capabilities);
    },

    async write(context, { items: page }: Page<DirectoryGroup>, projection) {
      const write = (group: DirectoryGroup, members?: Besides) =>
        writer.write(context, group, members, projection).content;
      if (!shows(projection, 'members')) return page.map((group) => write(group));
      const shown = areLong(page) ? undefined : await writtenInMemory(context, page, write);
      return shown ?? { pieces: await groupPieces(storage, context, page, write, projection) };
    },
  };
}

/** What a change of a group depends on; without conditions it is made without a look at the version. */
function memberRules(
  conditions: Conditions,
  { unknownMembers }: ScimPolicy,
): { readonly unknownMembers: ScimPolicy['unknownMembers']; readonly precondition?: (group: DirectoryGroup) => void } {
  if (conditions.ifMatch === undefined && conditions.ifNoneMatch === undefined) return { unknownMembers };
  return { unknownMembers, precondition: ({ version }) => requireMatch(conditions, version) };
}

function split(
  edits: readonly AttributeEdit[],
  type: ResourceType,
): { readonly ofMembers: readonly AttributeEdit[]; readonly ofAttributes: readonly AttributeEdit[] } {
  const ofMembers: AttributeEdit[] = [];
  const ofAttributes: AttributeEdit[] = [];
  for (const edit of edits) (edit.target.attribute === type.members ? ofMembers : ofAttributes).push(edit);
  return { ofMembers, ofAttributes };
}

function unknownGroup(id: string): ScimError {
  return notFound(`Group not found: this directory has no group with the id "${id.slice(0, 64)}".`);
}
