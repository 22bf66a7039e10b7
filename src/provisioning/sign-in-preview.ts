import type { User } from '../storage/host-storage.js';
import { managed } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { spacesNamed, teamsNamed } from './claimed-teams.js';
import { teamOf } from './grant.js';
import { joinLogin } from './join-login.js';
import { readLoginGround } from './login-ground.js';
import { planLogin } from './login-plan.js';
import { SIGN_IN_SENTENCES } from './login-refusal.js';
import type { CompleteRules } from './provisioning-rules.js';
import type { SignInIdentity } from './sign-in-identity.js';
import { storableIdentity } from './storable-identity.js';

/** What a sign-in would do. */
export type SignInPreview =
  | { readonly kind: 'refused'; readonly sentence: string }
  | {
      /** Somebody who has signed in before, somebody who is there already, or a new person. */
      readonly kind: 'known' | 'link' | 'create';
      readonly user?: User;
      readonly gains: readonly PlaceInTeam[];
      readonly loses: readonly PlaceInTeam[];
    };

/** A role in a team, by its name. */
interface PlaceInTeam {
  readonly team: string;
  readonly role: string;
}

/** Says what a sign-in would do, by the rules that decide it, and does nothing. */
export async function previewSignIn(
  storage: Storage,
  scope: OrganizationScope,
  given: SignInIdentity,
  { policy, roles }: CompleteRules,
  at: string,
): Promise<SignInPreview> {
  const all = managed(storage);
  const identity = storableIdentity(given);
  const match = joinLogin({ ...(await readLoginGround(all, scope, identity)), policy });
  if (match.kind === 'refused') return { kind: 'refused', sentence: SIGN_IN_SENTENCES[match.reason] };
  const created = match.kind === 'create';
  const userId = created ? '' : match.userId;
  const [known] = created ? [] : await all.people.getMany(scope, [userId]);
  const person = known ?? { userId, directoryUsers: [], linked: false };
  const { tenantId, attributes, groups } = identity;
  const { grants } = planLogin(person, {
    tenantId,
    at,
    created,
    claims: { spaces: attributes['spaces'], roles: attributes['spaceRoles'], groups },
    hasPassword: false,
    current: created ? [] : await all.grants.ofUsers(scope, [userId]),
    spaces: await spacesNamed(all, scope, attributes['spaces']),
    identifiedTeams: await teamsNamed(all, scope, identity),
    initialTeams: [],
    allowedRoles: [],
    policy,
    roles,
  });
  const teamIds = [...grants.add, ...grants.remove]
    .map(({ target }) => teamOf(target))
    .filter((id) => id !== undefined);
  const teams = new Map((await all.teams.getMany(scope, [...new Set(teamIds)])).map(({ id, name }) => [id, name]));
  const placed = ({ target, role }: (typeof grants.add)[number]): PlaceInTeam => {
    const teamId = teamOf(target) ?? 'organization';
    return { team: teams.get(teamId) ?? teamId, role };
  };
  const user = created ? undefined : await all.users.get(scope, userId);
  return { kind: match.kind, ...(user && { user }), gains: grants.add.map(placed), loses: grants.remove.map(placed) };
}
