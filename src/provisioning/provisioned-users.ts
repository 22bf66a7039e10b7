import type { Clock } from '../core/clock.js';
import { newId } from '../core/id.js';
import type { DeletedUser, DirectoryUser, UserInGroups } from '../storage/directory-user.js';
import { type ManagedStorage, manage, managed } from '../storage/managed-storage.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import type { Access, AccessEnded } from './access.js';
import { type DirectorySetup, readSetup } from './directory-setup.js';
import type { DirectoryUsers, ResourceDraft } from './directory-users.js';
import { changeOptimistically, laterThan } from './optimistic-change.js';
import { changePerson } from './person-change.js';
import { readPersonGround } from './person-ground.js';
import { joinPerson } from './person-join.js';
import type { CompleteRules } from './provisioning-rules.js';
import { beginStep, type ProvisioningStep } from './provisioning-step.js';
import { readPushedProfile } from './pushed-profile.js';
import type { RequestScope } from './request-scope.js';

/** What happens inside one transaction. */
interface Work {
  readonly within: ManagedStorage;
  readonly setup: DirectorySetup;
  readonly step: ProvisioningStep;
}

/** Directory users with the people behind them: each push is stored together with what follows for the person. */
export function createProvisionedUsers(options: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly access: Access;
  readonly rules: CompleteRules;
}): DirectoryUsers {
  const { storage, clock, access, rules } = options;

  function carryOut<T>(scope: RequestScope, work: (work: Work) => Promise<T>): Promise<T> {
    return changeOptimistically(storage, scope, (outside) =>
      manage(outside, scope, async (within) => {
        const setup = await readSetup(within, scope, rules);
        const at = new Date(clock.now()).toISOString();
        const { directoryId, requestId } = scope;
        const step = beginStep(within, scope, {
          at,
          cause: 'scim',
          directoryId,
          ...(requestId !== undefined && { requestId }),
          policy: setup.policy,
          roles: setup.roles,
        });
        const result = await work({ within, setup, step });
        await step.complete();
        return result;
      }),
    );
  }

  /** The host is told whose access it is, as far as that is known. */
  async function endAccess(event: Omit<AccessEnded, 'personId'>, version?: number): Promise<void> {
    const personId = await managed(storage).people.linkedTo(event, event.userId);
    await access.end(personId === undefined ? event : { ...event, personId }, version);
  }

  return {
    async create(scope, draft, id = newId()) {
      const created = await carryOut(scope, async ({ within, setup, step }) => {
        const user = await within.directoryUsers.insert(scope, { id, created: step.at, ...draft });
        step.note('user-pushed', { directoryUserId: id, active: isActive(draft) });
        const { ends } = await joinPerson(within, scope, step, { id, attributes: draft.attributes }, setup);
        if (!ends) return user;
        const { attributes, uniqueKeys, lastModified, version } = user;
        const change = { attributes, uniqueKeys, lastModified, ...access.pending };
        return within.directoryUsers.update(scope, id, change, version);
      });
      if (created.accessEnding) await endAccess({ ...scope, userId: id, reason: 'deactivated' }, created.version);
      return created;
    },

    async change(scope, id, decide) {
      let changed: UserInGroups | undefined;
      try {
        changed = await carryOut(scope, async (work) => {
          const found = await work.within.directoryUsers.getWithGroups(scope, id);
          changed = found;
          const draft = found && decide(found.user);
          if (!found || !draft) return found;
          const { user, groups } = found;
          const ends = await follow(scope, work, user, draft);
          const lastModified = laterThan(user.lastModified, clock.now());
          const pending = !isActive(draft) && (ends || user.accessEnding) ? access.pending : {};
          const change = { ...draft, lastModified, ...pending };
          return { user: await work.within.directoryUsers.update(scope, id, change, user.version), groups };
        });
      } finally {
        // Also when the request is refused: a repeated one may state a version that is no longer the current one.
        const user = changed?.user;
        if (user?.accessEnding) await endAccess({ ...scope, userId: id, reason: 'deactivated' }, user.version);
      }
      return changed;
    },

    async remove(scope, id, kept, decide) {
      const deleted = await carryOut(scope, async ({ within, setup, step }) => {
        const user = await within.directoryUsers.get(scope, id);
        if (!user) return within.directoryUsers.getDeleted(scope, id);
        decide(user);
        const [person] = await within.people.ofDirectoryUsers(scope, [id]);
        let ends = false;
        if (person) {
          const ground = await readPersonGround(within, scope, person, { id }, step.at, setup);
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
        step.note('user-deleted', { directoryUserId: id });
        return { ...tombstone, fresh: true };
      });
      if (deleted?.accessEnding) await endAccess({ ...scope, userId: id, reason: 'deleted' });
      return deleted !== undefined && ('fresh' in deleted || deleted.accessEnding === true);
    },
  };
}

/** What a change of a directory user means for the person. Answers whether access ends. */
async function follow(
  scope: DirectoryScope,
  { within, setup, step }: Work,
  { id }: DirectoryUser,
  draft: ResourceDraft,
): Promise<boolean> {
  const { attributes } = draft;
  const active = isActive(draft);
  step.note('user-changed', { directoryUserId: id, active });
  const [person] = await within.people.ofDirectoryUsers(scope, [id]);
  if (!person) return active ? (await joinPerson(within, scope, step, { id, attributes }, setup)).ends : false;
  const pushed = readPushedProfile(attributes, setup.phoneCountry);
  const ground = await readPersonGround(within, scope, person, { id, attributes, pushed }, step.at, setup);
  const event = { kind: 'update', directoryUser: { id, directoryId: scope.directoryId, active } } as const;
  return (await changePerson(within, scope, step, { person, event, ground, pushed }, setup)).ends;
}

function isActive({ attributes }: ResourceDraft): boolean {
  return attributes['active'] !== false;
}
