import type { Clock } from '../core/clock.js';
import type { Conflict } from '../storage/conflict-store.js';
import type { Hold, HoldPage } from '../storage/hold-store.js';
import { type ManagedStorage, manage, managed } from '../storage/managed-storage.js';
import type { DirectoryScope, OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { type DirectorySetup, readSetup, rowsOfGroups } from './directory-setup.js';
import { type Grant, grantKey, partsOfSource } from './grant.js';
import { EMPTY_PLAN } from './grant-plan.js';
import { keepAsManual } from './hold.js';
import { type JoinChoice, joinPerson } from './person-join.js';
import { nameOf } from './provisioned-groups.js';
import type { CompleteRules } from './provisioning-rules.js';
import { beginStep, type ProvisioningStep } from './provisioning-step.js';
import { keepOwners } from './removal-guard.js';
import { grantsOfRows } from './row-plan.js';

/** What waits for a decision of the organization. */
export interface InboxService {
  /** Open conflicts in order of id, behind `after` (`''` for the start). */
  conflicts(
    scope: OrganizationScope,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly Conflict[]>;
  /**
   * Decides about a pushed user that waits: is somebody who is there, or somebody new.
   * @returns whether there was such a conflict about a user.
   * @throws {UniqueConflictError} when the directory has somebody else for that person.
   */
  resolve(scope: OrganizationScope, conflictId: string, choice: JoinChoice & { readonly by: string }): Promise<boolean>;
  /** Open holds of a directory, oldest first. */
  holds(scope: DirectoryScope): Promise<readonly Hold[]>;
  /** The same in pages, with some of what waits; `after` is `''` or the `next` of the page before. */
  holdPage(scope: DirectoryScope, page: { readonly after: string; readonly limit: number }): Promise<HoldPage>;
  /** Lets the removals happen, as far as the identity provider still wants them. @returns whether there was such a hold. */
  approve(scope: DirectoryScope, holdId: string, by: string): Promise<boolean>;
  /** Turns what was to be removed into something given by hand. @returns whether there was such a hold. */
  reject(scope: DirectoryScope, holdId: string, by: string): Promise<boolean>;
}

export function createInboxService(options: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly rules: CompleteRules;
}): InboxService {
  const { clock, rules } = options;
  const storage = managed(options.storage);

  function decide<T>(
    scope: DirectoryScope,
    { by, lock }: { readonly by: string; readonly lock: 'shared' | 'exclusive' },
    work: (within: ManagedStorage, step: ProvisioningStep, setup: DirectorySetup) => Promise<T>,
  ): Promise<T> {
    return manage(storage, scope, async (within) => {
      const setup = await readSetup(within, scope, rules, lock);
      const { policy, roles } = setup;
      const at = new Date(clock.now()).toISOString();
      const step = beginStep(within, scope, { at, cause: 'hand', by, directoryId: scope.directoryId, policy, roles });
      const result = await work(within, step, setup);
      await step.complete();
      return result;
    });
  }

  function decideHold(
    scope: DirectoryScope,
    holdId: string,
    { by, kind }: { readonly by: string; readonly kind: 'hold-approved' | 'hold-rejected' },
  ): Promise<boolean> {
    // Alone: a hold is decided once, by what is pushed before the decision or after it.
    return decide(scope, { by, lock: 'exclusive' }, async (within, step, setup) => {
      const hold = await within.holds.get(scope, holdId);
      if (!hold) return false;
      const userIds = [...new Set(hold.grants.map(({ userId }) => userId))];
      const there = await within.grants.ofUsers(scope, userIds);
      const known = new Set(there.map(grantKey));
      const grants = hold.grants.filter((grant) => known.has(grantKey(grant)));
      await within.holds.release(scope, hold.grants);
      step.note(kind, { holdId });
      const wanted = await stillWanted(within, scope, grants, setup);
      const remove = grants.filter((grant) => !wanted.has(grantKey(grant)));
      if (kind === 'hold-rejected') {
        const manual = there.filter(({ source }) => source === 'manual');
        await step.grants(keepAsManual(remove, manual, setup.roles));
        return true;
      }
      await step.grants(await keepOwners(within, scope, step, { ...EMPTY_PLAN, remove }, setup.roles));
      return true;
    });
  }

  return {
    conflicts: (scope, page) => storage.conflicts.list(scope, page),

    async resolve({ organizationId }, conflictId, { by, ...choice }) {
      const conflict = await storage.conflicts.get({ organizationId }, conflictId);
      if (!conflict?.subject.startsWith('user:')) return false;
      const scope = { organizationId, directoryId: conflict.directoryId };
      return decide(scope, { by, lock: 'shared' }, async (within, step, setup) => {
        const id = conflict.subject.slice('user:'.length);
        const user = await within.directoryUsers.get(scope, id);
        const open = await within.conflicts.find(scope, conflict.subject);
        if (!user || !open) return false;
        step.note('conflict-resolved', { conflictId, directoryUserId: id });
        await joinPerson(within, scope, step, { id, attributes: user.attributes }, setup, choice);
        return true;
      });
    },

    holds: (scope) => storage.holds.list(scope),
    holdPage: (scope, page) => storage.holds.page(scope, page),
    approve: (scope, holdId, by) => decideHold(scope, holdId, { by, kind: 'hold-approved' }),
    reject: (scope, holdId, by) => decideHold(scope, holdId, { by, kind: 'hold-rejected' }),
  };
}

/** Which of these grants the directory gives by the facts of now. */
async function stillWanted(
  storage: ManagedStorage,
  scope: DirectoryScope,
  grants: readonly Grant[],
  setup: DirectorySetup,
): Promise<ReadonlySet<string>> {
  const groupIds = grants.map(({ source }) => partsOfSource(source)).filter(({ kind }) => kind === 'group');
  const groups = await storage.groups.getMany(
    scope,
    groupIds.map(({ id }) => id),
  );
  const rows = await rowsOfGroups(storage, scope, setup, groups.map(nameOf));
  const people = await storage.people.getMany(scope, [...new Set(grants.map(({ userId }) => userId))]);
  const memberIds = people.flatMap(({ userId, directoryUsers }) =>
    directoryUsers.filter(({ directoryId }) => directoryId === scope.directoryId).map(({ id }) => ({ userId, id })),
  );
  const groupsOf = await storage.groups.groupsOf(
    scope,
    memberIds.map(({ id }) => id),
  );
  const wanted = memberIds.flatMap(({ userId, id }) => {
    const own = new Set((groupsOf.get(id) ?? []).map((group) => group.id));
    return grantsOfRows(
      [userId],
      rows.filter(({ groupId }) => own.has(groupId)),
    );
  });
  return new Set(wanted.map(grantKey));
}
