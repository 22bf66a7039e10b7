import { type ClaimedGroups, grantsOfClaimedGroups, type IdentifiedTeam } from './claim-groups.js';
import { type NamedTeam, pairSpaces } from './claim-spaces.js';
import type { Grant, GrantSource } from './grant.js';
import { EMPTY_PLAN, type GrantPlan, joinPlans, planGrants } from './grant-plan.js';
import type { TeamRole } from './group-mapping.js';
import type { PersonFacts } from './person.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';
import type { RoleCatalogue } from './role-catalogue.js';

/** What a sign-in brings along, and what it is held against. */
export interface LoginVisit {
  readonly tenantId: string;
  readonly at: string;
  /** Whether the person was made by this sign-in. */
  readonly created: boolean;
  readonly claims: { readonly spaces: unknown; readonly roles: unknown; readonly groups: ClaimedGroups };
  /** Whether the person may also sign in with a password: then teams with identifiers are a matter of hands. */
  readonly hasPassword: boolean;
  /** The person's grants; of other sources than this tenant's they are not looked at. */
  readonly current: readonly Grant[];
  readonly spaces: readonly NamedTeam[];
  readonly identifiedTeams: readonly IdentifiedTeam[];
  /** Given once, to people who are made at sign-in. */
  readonly initialTeams: readonly TeamRole[];
  /** Privileged team roles that an owner has allowed for claims. */
  readonly allowedRoles: readonly string[];
  readonly policy: ProvisioningPolicy;
  readonly roles: RoleCatalogue;
}

/** What a sign-in does. */
export interface LoginPlan {
  readonly facts: PersonFacts;
  readonly grants: GrantPlan;
  /** The first sign-in: from now on the teams may show the person. */
  readonly activated: boolean;
  /** Whether the profile is written from the claims; what a directory pushes is the directory's. */
  readonly updatesProfile: boolean;
}

/** What a successful sign-in means for a person. The same sign-in again changes nothing more. */
export function planLogin(facts: PersonFacts, visit: LoginVisit): LoginPlan {
  const { policy, at, created, tenantId, current, initialTeams } = visit;
  const known = facts.directoryUsers.length > 0;
  const activated = facts.activatedAt === undefined;
  const follows = !facts.linked || policy.loginUpdates === 'every';
  const hasWord = policy.membershipAuthority !== 'scim' || !known;
  const initial = initialTeams.map(
    ({ teamId, role }): Grant => ({
      userId: facts.userId,
      target: `team:${teamId}`,
      role,
      source: `initial:${tenantId}`,
    }),
  );
  return {
    facts: { ...facts, linked: true, ...(activated && { activatedAt: at }) },
    grants: joinPlans([
      created ? planGrants([], initial) : EMPTY_PLAN,
      planSource('claim-spaces', current, visit, () => (hasWord ? spacesWanted(facts, visit, follows) : [])),
      planSource('claim-groups', current, visit, (before) => (hasWord ? groupsWanted(facts, visit, before) : [])),
    ]),
    activated,
    updatesProfile: follows && !known,
  };
}

function planSource(
  kind: 'claim-spaces' | 'claim-groups',
  current: readonly Grant[],
  { tenantId }: LoginVisit,
  wanted: (before: readonly Grant[]) => readonly Grant[] | undefined,
): GrantPlan {
  const source: GrantSource = `${kind}:${tenantId}`;
  const before = current.filter((grant) => grant.source === source);
  const grants = wanted(before);
  return grants === undefined ? EMPTY_PLAN : planGrants(before, grants);
}

function spacesWanted(
  { userId }: PersonFacts,
  { claims, spaces, roles, allowedRoles, tenantId, policy }: LoginVisit,
  follows: boolean,
): readonly Grant[] | undefined {
  if (policy.claimSpaces === 'ignore' || !follows) return undefined;
  const pairs = pairSpaces(claims, { spaces, roles, allowed: allowedRoles });
  return pairs?.map(({ teamId, role }) => ({
    userId,
    target: `team:${teamId}`,
    role,
    source: `claim-spaces:${tenantId}`,
  }));
}

function groupsWanted(
  { userId }: PersonFacts,
  { claims, identifiedTeams, tenantId, policy, hasPassword, roles }: LoginVisit,
  current: readonly Grant[],
): readonly Grant[] | undefined {
  if (policy.claimGroups === 'ignore' || hasPassword) return undefined;
  return grantsOfClaimedGroups(claims.groups, identifiedTeams, { userId, tenantId, current }, roles);
}

/** Whether somebody's place in this team is the login's to decide, so that hands may not change it. */
export function isDecidedByLogin(
  team: { readonly identifier?: string },
  person: Pick<LoginVisit, 'hasPassword'> & Pick<PersonFacts, 'linked'>,
  { claimGroups }: Pick<ProvisioningPolicy, 'claimGroups'>,
): boolean {
  return claimGroups === 'sync' && (team.identifier ?? '') !== '' && person.linked && !person.hasPassword;
}
