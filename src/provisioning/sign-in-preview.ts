import type { User } from '../storage/host-storage.js';
import { type ManagedStorage, managed } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { planAdoption } from './adoption-plan.js';
import { type Grant, teamOf } from './grant.js';
import { afterPlan, EMPTY_PLAN, joinPlans } from './grant-plan.js';
import { joinLogin, type LoginCandidate } from './join-login.js';
import { readLoginCandidate, readLoginGround } from './login-ground.js';
import { SIGN_IN_SENTENCES } from './login-refusal.js';
import type { PersonFacts } from './person.js';
import type { SignInIdentity } from './sign-in-identity.js';
import { planSignIn, policyOfTenant, readPassword, type SignInSite } from './sign-in-plan.js';
import { storableIdentity } from './storable-identity.js';

/** What a sign-in would do. */
export type SignInPreview =
  | { readonly kind: 'refused'; readonly sentence: string }
  | {
      /** Somebody who has signed in before, somebody who is there already, or a new person. */
      readonly kind: 'known' | 'link' | 'create';
      readonly user?: User;
      /** Whether a directory has pushed them before, and this would make them a person. */
      readonly adopts: boolean;
      /** Whether name and time zone would be taken from the claims. */
      readonly updatesProfile: boolean;
      readonly gains: readonly GrantInWords[];
      readonly loses: readonly GrantInWords[];
      /** With the role that it would be. */
      readonly changes: readonly GrantInWords[];
    };

/** A role in a team or the organization, by its name. */
interface GrantInWords {
  readonly team: string;
  readonly role: string;
}

/** Says what a sign-in would do, by the rules and plans of the sign-in itself, and does nothing. */
export async function previewSignIn(
  storage: Storage,
  given: SignInIdentity,
  site: SignInSite & { readonly hasPassword: ((userId: string) => Promise<boolean> | boolean) | undefined },
  at: string,
): Promise<SignInPreview> {
  const all = managed(storage);
  const identity = storableIdentity(given);
  const scope = { organizationId: identity.organizationId };
  const { strangers, ...ground } = await readLoginGround(all, scope, identity);
  const { person: adopted, waits } = await planAdoption(all, strangers, identity, site.rules, at);
  const match = joinLogin({
    ...ground,
    ...(adopted && !ground.byDirectory && { byDirectory: await candidateOf(all, scope, identity, adopted.facts) }),
    inConflict: waits,
    policy: policyOfTenant(site, identity.tenantId),
  });
  if (match.kind === 'refused') return { kind: 'refused', sentence: SIGN_IN_SENTENCES[match.reason] };
  const created = match.kind === 'create';
  const userId = created ? '' : match.userId;
  const isAdopted = adopted !== undefined && !created && adopted.facts.userId === userId;
  const [known] = userId === '' ? [] : await all.people.getMany(scope, [userId]);
  const before = userId === '' ? [] : await all.grants.ofUsers(scope, [userId]);
  const first = isAdopted ? adopted.grants : EMPTY_PLAN;
  const plan = await planSignIn(all, scope, identity, site, {
    facts: (isAdopted ? adopted.facts : known) ?? { userId, directoryUsers: [], linked: false },
    created,
    current: afterPlan(before, first),
    hasPassword: await readPassword(all, scope, identity, site.hasPassword),
    at,
  });
  const { add, remove, change } = joinPlans([first, plan.grants]);
  const nameOf = await teamNames(all, scope, [...add, ...remove, ...change.map(({ grant }) => grant)]);
  const user = userId === '' ? undefined : await all.users.get(scope, userId);
  return {
    kind: match.kind,
    ...(user && { user }),
    adopts: isAdopted,
    updatesProfile: plan.updatesProfile,
    gains: add.map(nameOf),
    loses: remove.map(nameOf),
    changes: change.map(({ grant }) => nameOf(grant)),
  };
}

/** Whom the sign-in would find in somebody who is adopted; nobody else signs in as somebody new. */
async function candidateOf(
  storage: ManagedStorage,
  scope: OrganizationScope,
  identity: SignInIdentity,
  { userId, ended }: PersonFacts,
): Promise<LoginCandidate> {
  const found = userId === '' ? undefined : await readLoginCandidate(storage, scope, userId, identity);
  return { userId, linkedElsewhere: found?.linkedElsewhere ?? false, ...(ended !== undefined && { ended }) };
}

async function teamNames(
  { teams }: ManagedStorage,
  scope: OrganizationScope,
  grants: readonly Grant[],
): Promise<(grant: Grant) => GrantInWords> {
  const ids = grants.map(({ target }) => teamOf(target)).filter((id) => id !== undefined);
  const names = new Map((await teams.getMany(scope, [...new Set(ids)])).map(({ id, name }) => [id, name]));
  return ({ target, role }) => {
    const teamId = teamOf(target);
    return { team: teamId === undefined ? 'the organization' : (names.get(teamId) ?? teamId), role };
  };
}
