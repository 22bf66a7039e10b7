import { newId } from '../core/id.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { DirectoryScope, OrganizationScope } from '../storage/scope.js';
import type { DirectorySetup } from './directory-setup.js';
import { type Grant, grantKey } from './grant.js';
import { EMPTY_PLAN, type GrantPlan } from './grant-plan.js';
import { holdRemovals } from './hold.js';
import { guardOwners } from './organization-role.js';
import type { ProvisioningStep } from './provisioning-step.js';
import { ownerRole, type RoleCatalogue } from './role-catalogue.js';

/**
 * What of a plan that an identity provider has caused may happen now: the rest waits under a hold.
 * @param fresh `pass` where no new hold may come about and only what waits already goes on waiting
 * @param waiting what waits of these people, where that is known
 */
export async function holdBack(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  {
    plan,
    wanted,
    fresh,
    waiting: known,
  }: {
    readonly plan: GrantPlan;
    readonly wanted: readonly Grant[];
    readonly fresh: 'hold' | 'pass';
    readonly waiting?: readonly Grant[];
  },
  setup: Pick<DirectorySetup, 'policy' | 'roles'>,
): Promise<GrantPlan> {
  const userIds = [...new Set([...plan.remove, ...wanted].map(({ userId }) => userId))];
  const waiting = known ?? (userIds.length === 0 ? [] : await storage.holds.waiting(scope, userIds));
  const limit = fresh === 'pass' ? 'off' : setup.policy.blastRadius;
  const window = { people: 0, lost: 0, waiting };
  if (limit !== 'off' && plan.remove.length > 0) {
    const losing = [...new Set(plan.remove.map(({ userId }) => userId))];
    const since = new Date(Date.parse(step.at) - limit.minutes * 60_000).toISOString();
    window.lost = await storage.holds.lostSince(scope, since, losing);
    // How many people there are matters only where the number is passed, and only up to where the share is not.
    const lost = window.lost + losing.length;
    const enough = limit.share > 0 ? Math.ceil(lost / limit.share) : undefined;
    if (lost > limit.people) window.people = await storage.people.count(scope, enough);
  }
  const { now, held, released } = holdRemovals(plan, wanted, window, limit);
  const lost = [...new Set(now.remove.map(({ userId }) => userId))];
  if (limit !== 'off' && lost.length > 0) await storage.holds.noteLost(scope, lost, step.at);
  if (released.length > 0) await storage.holds.release(scope, released);
  if (held.length > 0) await openHold(storage, scope, step, 'blast-radius', held);
  return keepOwners(storage, scope, step, now, setup.roles);
}

/** Keeps the root user and the last owner what they are. What would change that waits. */
export async function keepOwners(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  plan: GrantPlan,
  roles: RoleCatalogue,
): Promise<GrantPlan> {
  const owner = ownerRole(roles);
  const loses =
    plan.remove.some(({ target, role }) => target === 'organization' && role === owner) ||
    plan.change.some(({ grant, from }) => grant.target === 'organization' && from === owner);
  if (!loses) return plan;
  const { rootUserId } = (await storage.organizations.get(scope.organizationId)) ?? {};
  const touched = [...plan.remove, ...plan.change.map(({ grant }) => grant)];
  const userIds = touched.map(({ userId }) => userId);
  const current = await ownersGrants(storage, scope, roles, userIds);
  const guarded = guardOwners(plan, current, { roles, ...(rootUserId !== undefined && { rootUserId }) });
  const waiting = await storage.holds.waiting(
    scope,
    guarded.held.map(({ userId }) => userId),
  );
  const waits = new Set(waiting.map(grantKey));
  const fresh = guarded.held.filter((grant) => !waits.has(grantKey(grant)));
  if (fresh.length > 0) await openHold(storage, scope, step, 'last-owner', fresh);
  return guarded.now;
}

/** The organization grants of the owners who have access, and of these people. */
export async function ownersGrants(
  storage: ManagedStorage,
  scope: OrganizationScope,
  roles: RoleCatalogue,
  userIds: readonly string[],
): Promise<readonly Grant[]> {
  const holders = await storage.grants.holders(scope, 'organization', ownerRole(roles));
  const people = await storage.people.getMany(scope, holders);
  const owners = people.filter(({ ended }) => ended === undefined).map(({ userId }) => userId);
  const grants = await storage.grants.ofUsers(scope, [...owners, ...userIds]);
  return grants.filter(({ target }) => target === 'organization');
}

/** The plan that ends these grants whatever waits. */
export async function endGrants(
  storage: ManagedStorage,
  scope: OrganizationScope,
  grants: readonly Grant[],
): Promise<GrantPlan> {
  await storage.holds.release(scope, grants);
  return { ...EMPTY_PLAN, remove: grants };
}

async function openHold(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  reason: 'blast-radius' | 'last-owner',
  grants: readonly Grant[],
): Promise<void> {
  const id = newId();
  await storage.holds.put(scope, { id, reason, at: step.at, grants });
  step.note('hold-opened', { holdId: id, reason });
  const people = new Set(grants.map(({ userId }) => userId)).size;
  await step.tell('hold.opened', { holdId: id, reason, people });
}
