import type { TeamMembership } from '../storage/host-storage.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';
import { type Grant, grantKey, teamOf } from './grant.js';
import { EMPTY_PLAN, type GrantPlan } from './grant-plan.js';
import { fallenOverrides, membershipsOf } from './membership.js';
import { isShownInTeams } from './person.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';
import type { RoleCatalogue } from './role-catalogue.js';

/** What it took to bring the host's teams up to date. */
export interface Projection {
  /** Grants by hand, for memberships that the host had and that no grant explained. */
  readonly adopted: GrantPlan;
  readonly changes: readonly TeamMembership[];
}

/**
 * Brings the memberships of the host up to date after a change of grants: for the places that the change is about, and for
 * all places of the people given. Overrides that mean nothing any more are deleted.
 */
export async function projectMemberships(
  storage: ManagedStorage,
  scope: OrganizationScope,
  plan: GrantPlan,
  people: ReadonlySet<string>,
  {
    policy,
    roles,
  }: { readonly policy: Pick<ProvisioningPolicy, 'membersBeforeFirstLogin'>; readonly roles: RoleCatalogue },
): Promise<Projection> {
  const touched = [...plan.add, ...plan.remove, ...plan.change.map(({ grant }) => grant)];
  const userIds = [...new Set([...touched.map(({ userId }) => userId), ...people])];
  const grants = await storage.grants.ofUsers(scope, userIds);
  const overrides = await storage.overrides.ofUsers(scope, userIds);
  const fallen = fallenOverrides(grants, overrides, roles);
  if (fallen.length > 0) await storage.overrides.remove(scope, fallen);
  const there = new Map(
    (await storage.teams.membershipsOf(scope, userIds)).map((each) => [placeOf(each.userId, each.teamId), each]),
  );
  const adopted = unexplained(plan, grants, there);
  if (adopted.length > 0) await storage.grants.change(scope, { ...EMPTY_PLAN, add: adopted });

  const hidden = await hiddenOf(storage, scope, userIds, policy);
  const all = [...grants, ...adopted];
  const living = overrides.filter((override) => !fallen.includes(override));
  const wanted = new Map(
    membershipsOf(all, living, roles)
      .filter(({ userId }) => !hidden.has(userId))
      .map((each) => [placeOf(each.userId, each.teamId), each]),
  );
  const places = new Map<string, { readonly userId: string; readonly teamId: string }>();
  const note = (userId: string, teamId: string | undefined) => {
    if (teamId !== undefined) places.set(placeOf(userId, teamId), { userId, teamId });
  };
  for (const { userId, target } of touched) note(userId, teamOf(target));
  for (const { userId, target } of all) if (people.has(userId)) note(userId, teamOf(target));
  for (const { userId, teamId } of fallen) note(userId, teamId);
  const changes = [...places].flatMap(([place, { userId, teamId }]): readonly TeamMembership[] => {
    const role = wanted.get(place)?.role;
    if (role === there.get(place)?.role) return [];
    return [role === undefined ? { userId, teamId } : { userId, teamId, role }];
  });
  if (changes.length > 0) await storage.teams.setMemberships(scope, changes);
  return { adopted: { ...EMPTY_PLAN, add: adopted }, changes };
}

/** Where somebody was before any grant: that counts as by hand, or the end of the grant would end it. */
function unexplained(
  plan: GrantPlan,
  grants: readonly Grant[],
  there: ReadonlyMap<string, Required<TeamMembership>>,
): readonly Grant[] {
  if (there.size === 0) return [];
  const fresh = new Set(plan.add.map(grantKey));
  const explained = new Set(
    [...grants.filter((grant) => !fresh.has(grantKey(grant))), ...plan.remove].map(({ userId, target }) =>
      placeOf(userId, teamOf(target) ?? ''),
    ),
  );
  const places = new Set(plan.add.map(({ userId, target }) => placeOf(userId, teamOf(target) ?? '')));
  return [...places].flatMap((place): readonly Grant[] => {
    const membership = there.get(place);
    if (!membership || explained.has(place)) return [];
    const { userId, teamId, role } = membership;
    return [{ userId, target: `team:${teamId}`, role, source: 'manual' }];
  });
}

async function hiddenOf(
  { people }: ManagedStorage,
  scope: OrganizationScope,
  userIds: readonly string[],
  policy: Pick<ProvisioningPolicy, 'membersBeforeFirstLogin'>,
): Promise<ReadonlySet<string>> {
  if (policy.membersBeforeFirstLogin === 'shown') return new Set();
  const found = await people.getMany(scope, userIds);
  return new Set(found.filter((person) => !isShownInTeams(person, policy)).map(({ userId }) => userId));
}

function placeOf(userId: string, teamId: string): string {
  return JSON.stringify([userId, teamId]);
}
