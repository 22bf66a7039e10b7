import { type Grant, grantKey } from './grant.js';
import { afterPlan, type GrantPlan } from './grant-plan.js';
import { highestRole, ownerRole, type RoleCatalogue } from './role-catalogue.js';

/** The role in the organization that these grants of one person amount to; `undefined` when there is none. */
export function organizationRole(grants: readonly Grant[], { organization }: RoleCatalogue): string | undefined {
  const names = grants.filter(({ target }) => target === 'organization').map(({ role }) => role);
  return names.length === 0 ? undefined : highestRole(organization, names);
}

/** What of a plan may happen now, and what would leave the organization without an owner. */
export interface GuardedPlan {
  readonly now: GrantPlan;
  /** Grants that stay as they are until there is another owner. */
  readonly held: readonly Grant[];
}

/**
 * Keeps the root user and the last owner what they are. A plan is made of current grants, so what is held here is proposed
 * again with each later plan of the same source, and happens once there is another owner.
 *
 * @param current all organization grants of the owners who have access, and of the people the plan is about
 */
export function guardOwners(
  plan: GrantPlan,
  current: readonly Grant[],
  { roles, rootUserId }: { readonly roles: RoleCatalogue; readonly rootUserId?: string },
): GuardedPlan {
  const owner = ownerRole(roles);
  const before = ownersIn(current, owner);
  const after = ownersIn(afterPlan(current, plan), owner);
  const losing = [...before].filter((userId) => !after.has(userId));
  const root = losing.filter((userId) => userId === rootUserId);
  // Where everybody would go, one stays; the same one whichever order the grants come in.
  const kept = new Set(after.size === 0 && root.length === 0 ? losing.sort().slice(0, 1) : root);
  if (kept.size === 0) return { now: plan, held: [] };
  const isKept = ({ userId, target, role }: Grant) => target === 'organization' && role === owner && kept.has(userId);
  const asBefore = new Map(current.filter(isKept).map((grant) => [grantKey(grant), grant]));
  const change = plan.change.filter(({ grant }) => !asBefore.has(grantKey(grant)));
  const remove = plan.remove.filter((grant) => !asBefore.has(grantKey(grant)));
  const touched = [...plan.remove, ...plan.change.map(({ grant }) => grant)];
  return {
    now: { add: plan.add, remove, change },
    held: touched.map((grant) => asBefore.get(grantKey(grant))).filter((grant) => grant !== undefined),
  };
}

/** Whether this person is the only owner, among the organization grants of people who have access. */
export function isLastOwner(userId: string, organizationGrants: readonly Grant[], roles: RoleCatalogue): boolean {
  const owners = ownersIn(organizationGrants, ownerRole(roles));
  return owners.has(userId) && owners.size === 1;
}

function ownersIn(grants: readonly Grant[], owner: string): ReadonlySet<string> {
  return new Set(
    grants.filter(({ target, role }) => target === 'organization' && role === owner).map(({ userId }) => userId),
  );
}
