import type { DirectoryUsers, ResourceDraft } from '../../provisioning/directory-users.js';
import { queryInBatches } from '../../storage/batched-query.js';
import type { DirectoryUser, GroupReference, UserInGroups, UserPage, UserQuery } from '../../storage/directory-user.js';
import { UniqueConflictError } from '../../storage/errors.js';
import type { JsonObject } from '../../storage/resource-store.js';
import type { Storage } from '../../storage/storage.js';
import type { ScimPolicy } from '../../tenancy/scim-policy.js';
import { badRequest, notFound, type ScimError } from '../error.js';
import { createKeptTexts, type ListedResource } from '../message/kept-texts.js';
import { type Projection, returnedRules, shows } from '../message/projection.js';
import { type Besides, createResourceWriter, type WrittenResource } from '../message/resource-writer.js';
import type { ScimContext } from '../message/scim-message.js';
import { fingerprint, fingerprintWith, requireMatch } from '../message/version.js';
import { applyEdits } from '../patch/apply-edits.js';
import { readPatch } from '../patch/patch-edits.js';
import { canonicalResource } from '../schema/canonical-resource.js';
import type { ResourceType } from '../schema/resource-type.js';
import { keepUnchangeable } from '../schema/unchangeable-values.js';
import { uniqueKeys } from '../schema/unique-keys.js';
import { draftOf, draftUnlessSame, wholeDraftOf } from './resource-draft.js';
import type { ResourceEndpoint } from './resource-endpoint.js';
import { written, writtenUnlessKnown } from './written-answer.js';

/** An id that a client may choose, where the policy lets it: safe in every URL, and no reference of a bulk request. */
const CHOSEN_ID = /^(?!.*bulkid)[A-Za-z0-9][\w.~-]{0,63}$/i;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,255}$/;

/** `/Users` (RFC 7643 section 4.1). */
export function createUsersEndpoint(options: {
  readonly type: ResourceType;
  readonly storage: Storage;
  readonly users: DirectoryUsers;
  readonly listCacheBytes: number;
}): ResourceEndpoint {
  const { type, storage, users, listCacheBytes } = options;
  const writer = createResourceWriter(type);
  const returned = returnedRules(type);
  const texts = createKeptTexts(listCacheBytes);

  function show(
    context: ScimContext,
    { user, groups }: UserInGroups,
    projection: Projection | undefined,
  ): WrittenResource {
    const view = shows(projection, 'groups') ? createGroupsView(context)(groups) : undefined;
    return writer.write(context, user, view, projection);
  }

  function newUser(body: unknown, policy: ScimPolicy): ResourceDraft {
    const { attributes: given } = canonicalResource(body, type, policy);
    const attributes = 'active' in given ? given : { ...given, active: policy.activeByDefault };
    const draft = wholeDraftOf(attributes, type, policy);
    requireUserNameFormat(attributes, policy);
    return draft;
  }

  function replacedUser(current: DirectoryUser, given: JsonObject, policy: ScimPolicy): ResourceDraft | undefined {
    const next = keepUnchangeable(current.attributes, keepActive(current.attributes, given), type);
    // Whoever is shut out need not satisfy rules made since, or an old entry would keep its access.
    const before = next['active'] === false ? current.attributes : undefined;
    const draft = wholeDraftOf(next, type, policy, before);
    requireUserNameFormat(next, policy, before);
    return draftUnlessSame(current, withoutNewClaims(current, draft, policy));
  }

  function patchedUser(current: DirectoryUser, patched: JsonObject, policy: ScimPolicy): ResourceDraft | undefined {
    const next = keepActive(current.attributes, patched);
    requireUserNameFormat(next, policy, current.attributes);
    return draftUnlessSame(current, withoutNewClaims(current, draftOf(next, type, policy), policy));
  }

  /** Whoever is inactive does not claim what has become unique since: a twin must not keep anybody's access open. */
  function withoutNewClaims(current: DirectoryUser, draft: ResourceDraft, policy: ScimPolicy): ResourceDraft {
    if (draft.attributes['active'] !== false) return draft;
    const claimed = uniqueKeys(type, current.attributes, policy);
    const isNewClaim = (key: string) => claimed.includes(key) && !current.uniqueKeys.includes(key);
    return { ...draft, uniqueKeys: draft.uniqueKeys.filter((key) => !isNewClaim(key)) };
  }

  return {
    type,
    returned,

    async create(context, body, { projection }) {
      const user = await users.create(context.scope, newUser(body, context.policy));
      // Nobody is in a group before the answer names the id.
      return written(201, writer.write(context, user, undefined, projection));
    },

    async read(context, id, { projection, ifNoneMatch }) {
      const found = shows(projection, 'groups')
        ? await storage.directoryUsers.getWithGroups(context.scope, id)
        : await withoutGroups(storage, context, id);
      if (!found) throw unknownUser(id);
      const groups = found.groups && createGroupsView(context)(found.groups);
      return writtenUnlessKnown(writer.write(context, found.user, groups, projection), ifNoneMatch);
    },

    async replace(context, id, body, { projection, ...conditions }) {
      const { policy, scope } = context;
      const { attributes } = canonicalResource(body, type, policy);
      const replaceExisting = () =>
        users.change(scope, id, (current) => {
          requireMatch(conditions, current.version);
          return replacedUser(current, attributes, policy);
        });
      let user = await replaceExisting();
      if (user) return written(200, show(context, user, projection));
      if (policy.putUnknownUser === 'refuse' || conditions.ifMatch !== undefined) throw unknownUser(id);
      try {
        const isAwaited = policy.unknownMembers === 'keep';
        const created = await users.create(scope, newUser(body, policy), { id: chosenId(id), isAwaited });
        const shown = isAwaited ? await storage.directoryUsers.getWithGroups(scope, created.id) : undefined;
        return written(201, show(context, shown ?? { user: created, groups: [] }, projection));
      } catch (error) {
        // Another request may have created the very same user meanwhile.
        user = error instanceof UniqueConflictError ? await replaceExisting() : undefined;
        if (!user) throw error;
        return written(200, show(context, user, projection));
      }
    },

    async patch(context, id, body, { projection, ...conditions }) {
      const { policy, scope } = context;
      const rules = { type, id, policy };
      const edits = readPatch(body, rules);
      const user = await users.change(scope, id, (current) => {
        requireMatch(conditions, current.version);
        return patchedUser(current, applyEdits(current.attributes, edits, rules), policy);
      });
      if (!user) throw unknownUser(id);
      return written(200, show(context, user, projection));
    },

    async remove({ scope, policy }, id, conditions) {
      const done = await users.remove(scope, id, policy.deletedUsers, (user) => requireMatch(conditions, user.version));
      if (!done) throw unknownUser(id);
      return { status: 204 };
    },

    query({ scope }, query, projection): Promise<UserPage> {
      const asked: UserQuery = shows(projection, 'groups') ? { ...query, withGroups: true } : query;
      const ask = (each: UserQuery) => storage.directoryUsers.query(scope, each);
      return queryInBatches(ask, storage.groups, scope, asked, storage.capabilities);
    },

    async write(context, { items, groups: known }: UserPage, projection) {
      if (!shows(projection, 'groups')) {
        return items.map((user) => writer.write(context, user, undefined, projection).content);
      }
      const ids = items.map(({ id }) => id);
      const groups = known ?? (await storage.groups.groupsOf(context.scope, ids));
      const view = createGroupsView(context);
      const page = items.map((resource) => ({ resource, groups: groups.get(resource.id) ?? [] }));
      const write = (listed: ListedResource) =>
        writer.write(context, listed.resource, view(listed.groups), projection).content;
      // What a look-up finds is written once: bytes beside its text would be a second write to the socket.
      return projection || page.length === 1 ? page.map(write) : { text: texts.join(context, page, write) };
    },
  };
}

async function withoutGroups(
  storage: Storage,
  { scope }: ScimContext,
  id: string,
): Promise<{ readonly user: DirectoryUser; readonly groups?: readonly GroupReference[] } | undefined> {
  const user = await storage.directoryUsers.get(scope, id);
  return user && { user };
}

/**
 * Shows the groups of users; on one page each group is put together once. Direct memberships only: nothing cascades
 * through nested groups (RFC 7643 section 4.1.2).
 */
function createGroupsView({ baseUrl }: ScimContext): (groups: readonly GroupReference[]) => Besides | undefined {
  const shown = new Map<string, { readonly value: JsonObject; readonly mark: number }>();

  function show({ id, displayName }: GroupReference) {
    const known = shown.get(id);
    if (known) return known;
    const $ref = `${baseUrl}/Groups/${encodeURIComponent(id)}`;
    const group = {
      value: { value: id, $ref, display: displayName, type: 'direct' },
      mark: fingerprint(`${id} ${displayName}`),
    };
    shown.set(id, group);
    return group;
  }

  return (groups) => {
    if (groups.length === 0) return undefined;
    const values: JsonObject[] = [];
    let mark = 0;
    for (const group of groups) {
      const { value, mark: own } = show(group);
      values.push(value);
      mark = fingerprintWith(mark, own);
    }
    return { name: 'groups', values, mark };
  };
}

/** Who does not speak of `active`, or takes it away, neither lets a leaver in again nor shuts anybody out. */
function keepActive({ active }: JsonObject, next: JsonObject): JsonObject {
  return active === undefined || 'active' in next ? next : { ...next, active };
}

/** A `userName` that stays as it was before may be older than the policy. */
function requireUserNameFormat({ userName }: JsonObject, { userNameFormat }: ScimPolicy, before?: JsonObject): void {
  if (userNameFormat === 'email' && userName !== before?.['userName'] && !EMAIL.test(String(userName))) {
    throw badRequest(
      'invalidValue',
      '"userName" must be an e-mail address here. Map it to the e-mail in the identity provider.',
    );
  }
}

function chosenId(id: string): string {
  if (CHOSEN_ID.test(id)) return id;
  throw badRequest('invalidValue', 'An id may have letters, digits and . _ ~ -, at most 64 of them.');
}

function unknownUser(id: string): ScimError {
  return notFound(`User not found: this directory has no user with the id "${id.slice(0, 64)}".`);
}
