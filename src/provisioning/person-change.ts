import type { ManagedStorage } from '../storage/managed-storage.js';
import type { Person, PersonRecord } from '../storage/person-store.js';
import type { DirectoryScope, OrganizationScope } from '../storage/scope.js';
import type { DirectorySetup } from './directory-setup.js';
import { afterPlan } from './grant-plan.js';
import type { PersonFacts } from './person.js';
import { type DirectoryEvent, type PersonGround, planPersonChange } from './person-plan.js';
import { type PhoneFacts, planPushedPhone } from './phone.js';
import { ProvisioningRefusedError } from './provisioning-refused-error.js';
import type { ProvisioningStep } from './provisioning-step.js';
import type { PushedProfile } from './pushed-profile.js';
import { endGrants, holdBack, keepOwners } from './removal-guard.js';

/** What happens to a person because of a directory. */
export interface PersonChange {
  readonly person: Person;
  readonly event: DirectoryEvent;
  readonly ground: PersonGround;
  /** What is pushed now; absent when the directory user is gone. */
  readonly pushed?: PushedProfile;
}

/**
 * Plans and carries out what an event in a directory means for a person.
 * @returns whether access ends with it.
 * @throws {ProvisioningRefusedError}
 */
export async function changePerson(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  { person, event, ground, pushed }: PersonChange,
  setup: DirectorySetup,
): Promise<{ readonly ends: boolean }> {
  const { userId } = person;
  const plan = planPersonChange(person, event, ground);
  if ('refused' in plan) throw new ProvisioningRefusedError(plan);
  const ends = plan.end !== undefined;
  const takesAway = ends || event.kind === 'leave' || !event.directoryUser.active;
  if (!plan.facts) {
    await step.grants(await endGrants(storage, scope, plan.grants.remove));
    await deletePerson(storage, scope, step, userId);
    return { ends };
  }
  const owners = await keepOwners(storage, scope, step, plan.grants, setup.roles);
  if (takesAway) {
    await storage.holds.release(scope, owners.remove);
    await step.grants(owners);
  } else {
    const wanted = afterPlan(ground.ofDirectory, plan.grants);
    await step.grants(await holdBack(storage, scope, step, { plan: owners, wanted, fresh: 'pass' }, setup));
  }
  const phone = pushed ? planPushedPhone(person.phone, pushed.phone, setup.policy) : undefined;
  const record = recordOf(plan.facts, person, phone ? phone.phone : person.phone);
  await storage.people.put(scope, [record]);
  if (plan.facts.activatedAt !== person.activatedAt || event.kind !== 'update') step.reshow([userId]);
  await tellLife(storage, scope, step, person, plan.facts, plan.invite);
  if (phone?.confirm) await step.tell('phone.unconfirmed', { userId });
  if (pushed && record.madeBy === 'directory' && event.kind === 'update') {
    await updateProfile(storage, scope, step, userId, pushed);
  }
  return { ends };
}

/** Forgets a person; the grants are gone already. */
async function deletePerson(
  storage: ManagedStorage,
  scope: OrganizationScope,
  step: ProvisioningStep,
  userId: string,
): Promise<void> {
  const places = await storage.overrides.ofUsers(scope, [userId]);
  await storage.overrides.remove(scope, places);
  await storage.logins.removeOfUser(scope, userId);
  await step.flush();
  await storage.people.remove(scope, userId);
  await storage.users.remove(scope, userId);
  step.note('person-deleted', { userId });
  await step.tell('person.deleted', { userId });
}

async function tellLife(
  { users }: ManagedStorage,
  scope: OrganizationScope,
  step: ProvisioningStep,
  before: PersonFacts,
  after: PersonFacts,
  invite: string | undefined,
): Promise<void> {
  const { userId, ended } = after;
  if (invite !== undefined) await step.tell('person.invited', { userId }, invite);
  if ((ended === undefined) === (before.ended === undefined)) return;
  await users.setAccess(scope, userId, ended === undefined ? 'open' : 'closed');
  const kind = ended === undefined ? 'person.reactivated' : 'person.deactivated';
  step.note(ended === undefined ? 'person-reactivated' : 'person-ended', { userId, ...(ended && { reason: ended }) });
  await step.tell(kind, { userId });
}

async function updateProfile(
  { users }: ManagedStorage,
  scope: OrganizationScope,
  step: ProvisioningStep,
  userId: string,
  { profile, hasAddress }: PushedProfile,
): Promise<void> {
  const current = await users.get(scope, userId);
  if (!current) return;
  const { email, ...rest } = profile;
  const taken = hasAddress && email !== current.email ? await users.findByEmail(scope, email) : undefined;
  // Two people of one address could not be told apart: the one who has it keeps it.
  const next = { ...(hasAddress && (!taken || taken.id === userId) ? { email } : {}), ...rest };
  const differs = (['email', 'displayName', 'timezone'] as const).some(
    (name) => name in next && Reflect.get(next, name) !== current[name],
  );
  if (!differs) return;
  await users.update(scope, userId, next);
  await step.tell('person.updated', { userId });
}

/** What is kept about a person after a plan. */
export function recordOf(facts: PersonFacts, { madeBy }: PersonRecord, phone: PhoneFacts | undefined): PersonRecord {
  const { userId, activatedAt, invitedAt, ended } = facts;
  return {
    userId,
    ...(activatedAt !== undefined && { activatedAt }),
    ...(invitedAt !== undefined && { invitedAt }),
    ...(ended !== undefined && { ended }),
    ...(madeBy !== undefined && { madeBy }),
    ...(phone && { phone }),
  };
}
