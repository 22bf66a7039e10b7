import { type Grant, type GrantSource, isProvisioned, teamOf } from './grant.js';
import { highestRole, type RoleCatalogue } from './role-catalogue.js';

/**
 * A role that somebody set by hand on a provisioned membership. It lives while the highest provisioned role is still the
 * one it replaced: a mapping that changes later is the newer decision.
 */
export interface RoleOverride {
  readonly userId: string;
  readonly teamId: string;
  readonly role: string;
  /** The highest provisioned role when it was set. */
  readonly baseRole: string;
}

/** That somebody is in a team, with all the reasons. */
export interface Membership {
  readonly userId: string;
  readonly teamId: string;
  readonly role: string;
  readonly sources: readonly GrantSource[];
  /** Whether the role is one that somebody set by hand. */
  readonly overridden: boolean;
}

/**
 * The memberships that grants amount to, for any number of people: the union, with the override as role, or else the
 * highest. In order of their first grant.
 */
export function membershipsOf(
  grants: readonly Grant[],
  overrides: readonly RoleOverride[],
  { team: roles }: RoleCatalogue,
): readonly Membership[] {
  const byPlace = new Map<string, Grant[]>();
  for (const grant of grants) {
    const teamId = teamOf(grant.target);
    if (teamId === undefined) continue;
    const place = placeKey(grant.userId, teamId);
    const there = byPlace.get(place);
    if (there) there.push(grant);
    else byPlace.set(place, [grant]);
  }
  const living = new Map(
    overrides
      .filter((override) => {
        const there = byPlace.get(placeKey(override.userId, override.teamId));
        return there !== undefined && baseRoleOf(there, roles) === override.baseRole;
      })
      .map((override) => [placeKey(override.userId, override.teamId), override.role]),
  );
  return [...byPlace].flatMap(([place, reasons]) => {
    const [first] = reasons;
    const teamId = first && teamOf(first.target);
    if (!first || teamId === undefined) return [];
    const role = living.get(place);
    const names = reasons.map((grant) => grant.role);
    return [
      {
        userId: first.userId,
        teamId,
        role: role ?? highestRole(roles, names),
        sources: reasons.map(({ source }) => source),
        overridden: role !== undefined,
      },
    ];
  });
}

/** An override of this membership, as it is now, by hand; `undefined` where nothing provisioned is there to override. */
export function overrideOf(
  grants: readonly Grant[],
  { userId, teamId, role }: Omit<RoleOverride, 'baseRole'>,
  { team: roles }: RoleCatalogue,
): RoleOverride | undefined {
  const there = grants.filter((grant) => grant.userId === userId && teamOf(grant.target) === teamId);
  const baseRole = baseRoleOf(there, roles);
  return baseRole === undefined ? undefined : { userId, teamId, role, baseRole };
}

/** Overrides that no longer mean anything after a change of these people's grants, for the transaction to delete. */
export function fallenOverrides(
  grants: readonly Grant[],
  overrides: readonly RoleOverride[],
  roles: RoleCatalogue,
): readonly RoleOverride[] {
  return overrides.filter((override) => overrideOf(grants, override, roles)?.baseRole !== override.baseRole);
}

function baseRoleOf(grants: readonly Grant[], roles: RoleCatalogue['team']): string | undefined {
  const names = grants.filter(({ source }) => isProvisioned(source)).map(({ role }) => role);
  return names.length === 0 ? undefined : highestRole(roles, names);
}

function placeKey(userId: string, teamId: string): string {
  return `${userId.length}:${userId}${teamId}`;
}
