import type { Clock } from '../core/clock.js';
import { newId } from '../core/id.js';
import type { DeletedUser, DirectoryUser, UserInGroups } from '../storage/directory-user.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import type { Access } from './access.js';
import type { DirectoryUsers, ResourceDraft } from './directory-users.js';
import { joinWaitingGroups } from './member-push.js';
import { laterThan } from './optimistic-change.js';
import { changePerson } from './person-change.js';
import { readPersonGround } from './person-ground.js';
import { joinPerson } from './person-join.js';
import { ProvisioningRefusedError } from './provisioning-refused-error.js';
import type { CompleteRules } from './provisioning-rules.js';
import { carryOutPush, type PushedChange } from './pushed-change.js';
import { readPushedProfile } from './pushed-profile.js';

/** Directory users with the people behind them: each push is stored together with what follows for the person. */
export function createProvisionedUsers(options: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly access: Access;
  readonly rules: CompleteRules;
}): DirectoryUsers {
  const { clock, access } = options;

  async function update(
    within: ManagedStorage,
    scope: DirectoryScope,
    user: DirectoryUser,
    change: ResourceDraft & Pick<DirectoryUser, 'lastModified' | 'accessEnding'>,
  ): Promise<DirectoryUser> {
    const written = await within.directoryUsers.update(scope, user.id, change, user.version);
    if (written.accessEnding) await access.remember(within, { ...scope, userId: user.id, version: written.version });
    return written;
  }

  return {
    async create(scope, draft, chosen) {
      const id = chosen?.id ?? newId();
      const created = await carryOutPush(options, scope, async ({ within, setup, step }) => {
        const user = await within.directoryUsers.insert(scope, { id, created: step.at, ...draft });
        step.note('user-pushed', { directoryUserId: id, active: isActive(draft) });
        for (const { group } of chosen?.isAwaited ? await joinWaitingGroups(within, scope, id, step.at) : []) {
          step.note('members-changed', { groupId: group.id, added: [id], removed: [] });
        }
        const { ends } = await joinPerson(within, scope, step, { id, attributes: draft.attributes }, setup);
        if (!ends) return user;
        const { attributes, uniqueKeys, lastModified } = user;
        return update(within, scope, user, { attributes, uniqueKeys, lastModified, ...access.pending });
      });
      if (created.accessEnding) await access.end({ ...scope, userId: id, version: created.version });
      return created;
    },

    async change(scope, id, decide) {
      let changed: UserInGroups | undefined;
      try {
        changed = await carryOutPush(options, scope, async (work) => {
          const found = await work.within.directoryUsers.getWithGroups(scope, id);
          changed = found;
          const draft = found && decide(found.user);
          if (!found || !draft) return found;
          const { user, groups } = found;
          const ends = await follow(scope, work, user, draft);
          const lastModified = laterThan(user.lastModified, clock.now());
          const pending = !isActive(draft) && (ends || user.accessEnding) ? access.pending : {};
          const change = { ...draft, lastModified, ...pending };
          return { user: await update(work.within, scope, user, change), groups };
        });
      } finally {
        // Also when the request is refused: a repeated one may state a version that is no longer the current one.
        const user = changed?.user;
        if (user?.accessEnding) await access.end({ ...scope, userId: id, version: user.version });
      }
      return changed;
    },

    async remove(scope, id, kept, decide) {
      const deleted = await carryOutPush(options, scope, async ({ within, setup, step }) => {
        const user = await within.directoryUsers.get(scope, id);
        if (!user) return within.directoryUsers.getDeleted(scope, id);
        decide(user);
        const [person] = await within.people.ofDirectoryUsers(scope, [id]);
        // Somebody from before provisioning is nobody's yet, and has access all the same.
        let ends = !person && isActive(user);
        if (person) {
          const { addresses: formerAddresses } = readPushedProfile(user.attributes, setup.phoneCountry);
          const ground = await readPersonGround(within, scope, person, { id, formerAddresses }, step.at, setup);
          const event = { kind: 'leave', directoryUserId: id } as const;
          ({ ends } = await changePerson(within, scope, step, { person, event, ground }, setup));
        }
        await within.conflicts.remove(scope, `user:${id}`);
        const tombstone: DeletedUser = {
          id,
          deletedAt: step.at,
          ...(ends || user.accessEnding ? access.pending : {}),
          ...(kept === 'keep' ? { kept: user } : {}),
        };
        await within.directoryUsers.tombstone(scope, tombstone, user.version);
        if (tombstone.accessEnding) await access.remember(within, { ...scope, userId: id });
        step.note('user-deleted', { directoryUserId: id });
        return { ...tombstone, fresh: true };
      });
      if (deleted?.accessEnding) await access.end({ ...scope, userId: id });
      return deleted !== undefined && ('fresh' in deleted || deleted.accessEnding === true);
    },
  };
}

/** What a change of a directory user means for the person. Answers whether access ends. */
async function follow(
  scope: DirectoryScope,
  { within, setup, step }: PushedChange,
  { id, attributes: before }: DirectoryUser,
  draft: ResourceDraft,
): Promise<boolean> {
  const { attributes } = draft;
  const active = isActive(draft);
  step.note('user-changed', { directoryUserId: id, active });
  const [person] = await within.people.ofDirectoryUsers(scope, [id]);
  if (!person && active) {
    try {
      return (await joinPerson(within, scope, step, { id, attributes }, setup)).ends;
    } catch (error) {
      if (before['active'] !== false && isRefusedAsNew(error)) return false;
      throw error;
    }
  }
  // Somebody from before provisioning is nobody's yet, and has access all the same.
  if (!person) return before['active'] !== false;
  const pushed = readPushedProfile(attributes, setup.phoneCountry);
  const { addresses: formerAddresses } = readPushedProfile(before, setup.phoneCountry);
  const now = { id, attributes, pushed, formerAddresses };
  const ground = await readPersonGround(within, scope, person, now, step.at, setup);
  const event = { kind: 'update', directoryUser: { id, directoryId: scope.directoryId, active } } as const;
  return (await changePerson(within, scope, step, { person, event, ground, pushed }, setup)).ends;
}

/** Who is not to become anybody new, and was let in before: the directory may go on changing such a user. */
function isRefusedAsNew(error: unknown): boolean {
  return error instanceof ProvisioningRefusedError && error.reason === 'auto-provision-off';
}

function isActive({ attributes }: ResourceDraft): boolean {
  return attributes['active'] !== false;
}
