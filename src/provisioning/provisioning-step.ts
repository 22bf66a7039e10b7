import { newId } from '../core/id.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { Grant } from './grant.js';
import { EMPTY_PLAN, type GrantPlan, joinPlans } from './grant-plan.js';
import { projectMemberships } from './membership-projection.js';
import { PROVISIONING_TOPIC, type ProvisioningEventKind } from './provisioning-event.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';
import type { RoleCatalogue } from './role-catalogue.js';

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
  /** Takes note of a change of grants that is written already. */
  changed(plan: GrantPlan): void;
  /** Whether teams show these people may have changed, or one of their roles. */
  reshow(userIds: readonly string[]): void;
  /** Carries out what follows from the grants so far: memberships, overrides, journal. For large changes, now and then. */
  flush(): Promise<void>;
  /** The end of the step. */
  complete(): Promise<void>;
}

/** The journal's subject of everything that happens in an organization. */
const STEP_SUBJECT = 'provisioning';

/** The journal's subject of what happens to one person. */
export function personSubject(userId: string): string {
  return `person:${userId}`;
}

const MOST_CHANGES = 1000;

/** Begins a step. */
export function beginStep(storage: ManagedStorage, scope: OrganizationScope, ground: StepGround): ProvisioningStep {
  const { at, cause, by, directoryId, requestId } = ground;
  const { organizationId } = scope;
  const stepId = newId();
  const origin = { stepId, cause, ...(by !== undefined && { by }), ...(directoryId !== undefined && { directoryId }) };
  // Pushes come in large numbers: without a record of calls nobody asks for what one of them set off.
  const causeId = requestId ?? (cause === 'scim' ? undefined : stepId);
  const caused = causeId === undefined ? {} : { causeId };
  const notes: { readonly kind: string; readonly details: JsonObject }[] = [];
  let plan: GrantPlan = EMPTY_PLAN;
  let reshown = new Set<string>();
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

    async flush() {
      const [changed, people] = [plan, reshown];
      plan = EMPTY_PLAN;
      reshown = new Set();
      if (isEmpty(changed) && people.size === 0) return;
      const { adopted, changes } = await projectMemberships(storage, scope, changed, people, ground);
      for (let from = 0; from < changes.length; from += MOST_CHANGES) {
        await step.tell('memberships.changed', {
          changes: changes.slice(from, from + MOST_CHANGES).map((change) => ({ ...change })),
        });
      }
      await storage.journal.append(scope, grantEntries(joinPlans([changed, adopted]), at, origin, caused));
    },

    async complete() {
      await step.flush();
      if (notes.length === 0) return;
      await storage.journal.append(
        scope,
        notes.map(({ kind, details }) => ({
          id: newId(),
          subject: STEP_SUBJECT,
          kind,
          at,
          details: { ...origin, ...details },
          ...caused,
        })),
      );
    },
  };
  return step;
}

function isEmpty({ add, remove, change }: GrantPlan): boolean {
  return add.length + remove.length + change.length === 0;
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
