import type { Lock, OrganizationScope, Team } from 'express-sso-scim';
import type { ConsoleSite } from '../console-site.js';

/** Somebody in a team, with what keeps others from taking them out. */
interface TeamMemberView {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly lock: Lock | undefined;
  /** Why the person is in the team, in sentences. */
  readonly reasons: readonly string[];
}

/** A team as its page shows it. */
export interface TeamView {
  readonly team: Team;
  readonly members: readonly TeamMemberView[];
  readonly renameLock: Lock | undefined;
  /** People who are not in the team. */
  readonly others: readonly { readonly userId: string; readonly name: string }[];
}

/** The example shows no more; an application has pages. */
const MOST = 200;

/** Reads a team with its members; `undefined` when the organization has none of that id. */
export async function readTeam(
  { storage, provisioning }: Pick<ConsoleSite, 'storage' | 'provisioning'>,
  { organizationId }: OrganizationScope,
  teamId: string,
): Promise<TeamView | undefined> {
  const scope = { organizationId };
  const team = await storage.teams.get(scope, teamId);
  if (!team) return undefined;
  const page = { after: '', limit: MOST };
  const [memberships, people, renameLock] = await Promise.all([
    storage.teams.memberships(scope, teamId, page),
    storage.users.list(scope, page),
    provisioning.lockOf(scope, { kind: 'rename-team', teamId }),
  ]);
  const nameOf = (userId: string) => people.find(({ id }) => id === userId);
  const members = memberships.map(async ({ userId, role }) => ({
    userId,
    name: nameOf(userId)?.displayName ?? nameOf(userId)?.email ?? userId,
    email: nameOf(userId)?.email ?? '',
    role,
    lock: await provisioning.lockOf(scope, { kind: 'remove-member', userId, teamId }),
    reasons: await provisioning.explainMembership(scope, { userId, teamId }),
  }));
  const inside = new Set(memberships.map(({ userId }) => userId));
  const others = people
    .filter(({ id }) => !inside.has(id))
    .map(({ id: userId, email, displayName = email }) => ({ userId, name: displayName }));
  const byName = (await Promise.all(members)).sort((one, other) => one.name.localeCompare(other.name));
  return { team, members: byName, renameLock, others };
}
