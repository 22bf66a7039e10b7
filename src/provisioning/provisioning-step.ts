import { setImmediate } from 'node:timers/promises';
import { newId } from '../core/id.js';
import { StaleVersionError } from '../storage/errors.js';
import type { TeamMembership } from '../storage/host-storage.js';
import type { JournalEntry } from '../storage/journal-store.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { Grant } from './grant.js';
import { afterPlan, EMPTY_PLAN, type GrantPlan, joinPlans } from './grant-plan.js';
import {
  type ProjectionGround,
  peopleConcerned,
  planProjection,
  readProjectionGround,
} from './membership-projection.js';
import { PROVISIONING_TOPIC, type ProvisioningEventKind } from './provisioning-event.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';
import type { RoleCatalogue } from './role-catalogue.js';
import { sideBySide } from './side-by-side.js';

/** What sets a step off. */
interface StepCause {
  readonly cause: 'scim' | 'login' | 'mapping' | 'hand' | 'maintenance';
  /** Whose doing it is, as a user's id; absent for an identity provider. */
  readonly by?: string;
  readonly directoryId?: string;
  /** The request that asks for it, where calls are recorded. */
  readonly requestId?: string;
}

/** What a step goes by. */
export interface StepGround extends StepCause {
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly policy: Pick<ProvisioningPolicy, 'membersBeforeFirstLogin'>;
  readonly roles: RoleCatalogue;
}

/** One step of provisioning inside a transaction: it writes grants, and with them everything that follows from grants. */
export interface ProvisioningStep {
  readonly at: string;
  /** Puts something into the journal; ids only. */
  note(kind: string, details: JsonObject): void;
  /** Puts an event into the outbox. @param key under which it is told once; one of the step's own unless given */
  tell(kind: ProvisioningEventKind, payload: JsonObject, key?: string): Promise<void>;
  /** Writes a change of grants. */
  grants(plan: GrantPlan): Promise<void>;
  /**
   * Takes a change of grants that is written together with what follows from it.
   * @param ground everything about these people before the change, read while they are locked
   */
  plan(plan: GrantPlan, ground: ProjectionGround): Promise<void>;
  /** Takes note of a change of grants that is written already. */
  changed(plan: GrantPlan): void;
  /** Whether teams show these people may have changed, or one of their roles. */
  reshow(userIds: readonly string[]): void;
  /**
   * Carries out what follows from the grants so far: memberships, overrides, journal. For large changes, now and then.
   * @param meanwhile begins something when all has been read and nothing is written yet: what follows is computed beside it
   */
  flush(meanwhile?: () => void): Promise<void>;
  /** The end of the step. */
  complete(): Promise<void>;
}

/** The journal's subject of everything that happens in an organization. */
export const STEP_SUBJECT = 'provisioning';

/** The journal's subject of what happens to one person. */
export function personSubject(userId: string): string {
  return `person:${userId}`;
}

const MOST_CHANGES = 1000;

/** Begins a step. */
export function beginStep(storage: ManagedStorage, scope: OrganizationScope, ground: StepGround): ProvisioningStep {
  const { at, cause, by, directoryId, requestId, policy, roles } = ground;
  const { organizationId } = scope;
  const stepId = newId();
  const origin = { stepId, cause, ...(by !== undefined && { by }), ...(directoryId !== undefined && { directoryId }) };
  // Pushes come in large numbers: without a record of calls nobody asks for what one of them set off.
  const causeId = requestId ?? (cause === 'scim' ? undefined : stepId);
  const caused = causeId === undefined ? {} : { causeId };
  const notes: { readonly kind: string; readonly details: JsonObject }[] = [];
  let plan: GrantPlan = EMPTY_PLAN;
  let reshown = new Set<string>();
  let planned: { readonly plan: GrantPlan; readonly ground: ProjectionGround } | undefined;
  let told = 0;

  const step: ProvisioningStep = {
    at,
    note: (kind, details) => {
      notes.push({ kind, details });
    },

    async tell(kind, payload, key) {
      told += 1;
      const own = key ?? `${stepId}:${told}`;
      await storage.outbox.enqueue({
        organizationId,
        key: `${organizationId}:${own}`,
        topic: PROVISIONING_TOPIC,
        kind,
        at,
        payload,
      });
    },

    async grants(wanted) {
      if (isEmpty(wanted)) return;
      step.changed(await storage.grants.change(scope, wanted));
    },

    changed: (done) => {
      if (!isEmpty(done)) plan = joinPlans([plan, done]);
    },

    reshow: (userIds) => {
      for (const userId of userIds) reshown.add(userId);
    },

    async plan(wanted, ground) {
      if (isEmpty(wanted)) return;
      if (!planned) {
        planned = { plan: wanted, ground };
        return;
      }
      // The ground does not know what the plan before it does.
      await step.flush();
      await step.grants(wanted);
    },

    flush: (meanwhile) => follow([], meanwhile),

    complete: () =>
      follow(
        notes.map(({ kind, details }) => ({
          id: newId(),
          subject: STEP_SUBJECT,
          kind,
          at,
          details: { ...origin, ...details },
          ...caused,
        })),
      ),
  };

  /** Writes what follows from the grants so far, with further entries of the journal, as far as possible in one go. */
  async function follow(entries: readonly JournalEntry[], meanwhile?: () => void): Promise<void> {
    const next = planned;
    planned = undefined;
    // What was read for the plan says nothing about other changes.
    const isAlone = next !== undefined && isEmpty(plan) && reshown.size === 0;
    if (next && !isAlone) await step.grants(next.plan);
    const [changed, people] = [isAlone ? next.plan : plan, reshown];
    plan = EMPTY_PLAN;
    reshown = new Set();
    if (isEmpty(changed) && people.size === 0) {
      if (entries.length > 0) await storage.journal.append(scope, entries);
      return;
    }
    const known = isAlone
      ? { ...next.ground, grants: afterPlan(next.ground.grants, next.plan) }
      : await readProjectionGround(storage, scope, peopleConcerned(changed, people), policy);
    if (meanwhile) {
      meanwhile();
      // A turn of the loop, so that it is on its way before the computing begins.
      await setImmediate();
    }
    const { fallen, adopted, changes } = planProjection(known, changed, people, roles);
    await sideBySide(storage, [
      () => putGrants(isAlone ? joinPlans([changed, adopted]) : adopted),
      async () => fallen.length > 0 && storage.overrides.remove(scope, fallen),
      async () => changes.length > 0 && storage.teams.setMemberships(scope, changes),
      () =>
        storage.journal.append(scope, [...grantEntries(joinPlans([changed, adopted]), at, origin, caused), ...entries]),
      ...parts(changes, MOST_CHANGES).map((part) => () => step.tell('memberships.changed', { changes: part })),
    ]);
  }

  /** @throws {StaleVersionError} when that is not what was planned, so that it is planned anew. */
  async function putGrants(wanted: GrantPlan): Promise<void> {
    if (isEmpty(wanted)) return;
    const done = await storage.grants.change(scope, wanted);
    if (sizeOf(done) !== sizeOf(wanted)) throw new StaleVersionError(STEP_SUBJECT);
  }

  return step;
}

function isEmpty(plan: GrantPlan): boolean {
  return sizeOf(plan) === 0;
}

function sizeOf({ add, remove, change }: GrantPlan): number {
  return add.length + remove.length + change.length;
}

function parts(changes: readonly TeamMembership[], size: number): readonly JsonObject[][] {
  return Array.from({ length: Math.ceil(changes.length / size) }, (_, part) =>
    changes.slice(part * size, (part + 1) * size).map((change) => ({ ...change })),
  );
}

/** One entry for each person. */
function grantEntries(
  { add, remove, change }: GrantPlan,
  at: string,
  origin: JsonObject,
  caused: { readonly causeId?: string },
) {
  const byUser = new Map<string, { add: JsonObject[]; remove: JsonObject[]; change: JsonObject[] }>();
  const of = ({ userId }: Grant) => {
    const known = byUser.get(userId) ?? { add: [], remove: [], change: [] };
    byUser.set(userId, known);
    return known;
  };
  const told = ({ target, role, source }: Grant): JsonObject => ({ target, role, source });
  for (const grant of remove) of(grant).remove.push(told(grant));
  for (const { grant } of change) of(grant).change.push(told(grant));
  for (const grant of add) of(grant).add.push(told(grant));
  return [...byUser].map(([userId, details]) => ({
    id: newId(),
    subject: personSubject(userId),
    kind: 'grants',
    at,
    details: { ...origin, ...details },
    ...caused,
  }));
}
