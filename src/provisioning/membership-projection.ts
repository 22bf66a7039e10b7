import type { TeamMembership } from '../storage/host-storage.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { StoredOverride } from '../storage/override-store.js';
import type { OrganizationScope } from '../storage/scope.js';
import { type Grant, grantKey, teamOf } from './grant.js';
import { EMPTY_PLAN, type GrantPlan } from './grant-plan.js';
import { fallenOverrides, membershipsOf } from './membership.js';
import { isShownInTeams } from './person.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';
import type { RoleCatalogue } from './role-catalogue.js';
import { sideBySide } from './side-by-side.js';

/** What it took to bring the host's teams up to date. */
export interface Projection {
  /** Overrides that mean nothing any more. */
  readonly fallen: readonly StoredOverride[];
  /** Grants by hand, for memberships that the host had and that no grant explained. */
  readonly adopted: GrantPlan;
  readonly changes: readonly TeamMembership[];
}

/** What a projection goes by: everything about some people that is to be seen in the host's teams. */
export interface ProjectionGround {
  /** As they are after the change. */
  readonly grants: readonly Grant[];
  readonly overrides: readonly StoredOverride[];
  readonly there: readonly Required<TeamMembership>[];
  /** Who is not shown in teams. */
  readonly hidden: ReadonlySet<string>;
}

/** Reads that, in one go. */
export async function readProjectionGround(
  storage: ManagedStorage,
  scope: OrganizationScope,
  userIds: readonly string[],
  policy: Pick<ProvisioningPolicy, 'membersBeforeFirstLogin'>,
): Promise<ProjectionGround> {
  const hidden = policy.membersBeforeFirstLogin === 'shown' ? NOBODY : await hiddenOf(storage, scope, userIds, policy);
  const [grants, overrides, there] = await sideBySide(storage, [
    () => storage.grants.ofUsers(scope, userIds),
    () => storage.overrides.ofUsers(scope, userIds),
    () => storage.teams.membershipsOf(scope, userIds),
  ]);
  return { grants, overrides, there, hidden };
}

/** The people whose memberships a change of grants may change. */
export function peopleConcerned(plan: GrantPlan, people: ReadonlySet<string>): readonly string[] {
  return [...new Set([...grantsTouched(plan).map(({ userId }) => userId), ...people])];
}

/**
 * What it takes to bring the memberships of the host up to date after a change of grants: for the places that the change is
 * about, and for all places of the people given.
 */
export function planProjection(
  { grants, overrides, there: memberships, hidden }: ProjectionGround,
  plan: GrantPlan,
  people: ReadonlySet<string>,
  roles: RoleCatalogue,
): Projection {
  const fallen = overrides.length === 0 ? [] : fallenOverrides(grants, overrides, roles);
  const there = new Map(memberships.map((each) => [placeOf(each.userId, each.teamId), each]));
  const adopted = unexplained(plan, grants, there);
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
  for (const { userId, target } of grantsTouched(plan)) note(userId, teamOf(target));
  for (const { userId, target } of all) if (people.has(userId)) note(userId, teamOf(target));
  for (const { userId, teamId } of fallen) note(userId, teamId);
  const changes = [...places].flatMap(([place, { userId, teamId }]): readonly TeamMembership[] => {
    const role = wanted.get(place)?.role;
    if (role === there.get(place)?.role) return [];
    return [role === undefined ? { userId, teamId } : { userId, teamId, role }];
  });
  return { fallen, adopted: { ...EMPTY_PLAN, add: adopted }, changes };
}

function grantsTouched({ add, remove, change }: GrantPlan): readonly Grant[] {
  return [...add, ...remove, ...change.map(({ grant }) => grant)];
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
  const found = await people.getMany(scope, userIds);
  return new Set(found.filter((person) => !isShownInTeams(person, policy)).map(({ userId }) => userId));
}

const NOBODY: ReadonlySet<string> = new Set();

function placeOf(userId: string, teamId: string): string {
  return `${userId.length}:${userId}${teamId}`;
}
