import type { ManagedStorage } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';
import { spacesNamed, teamsNamed } from './claimed-teams.js';
import type { Grant } from './grant.js';
import type { TeamRole } from './group-mapping.js';
import { readLoginGround } from './login-ground.js';
import { type LoginPlan, planLogin } from './login-plan.js';
import type { PersonFacts } from './person.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';
import type { CompleteRules } from './provisioning-rules.js';
import type { SignInIdentity } from './sign-in-identity.js';

/** What sign-ins go by, whoever signs in. */
export interface SignInSite {
  readonly rules: CompleteRules;
  /** How an OIDC tenant differs from the policy. */
  readonly policyOf: ((tenantId: string) => Partial<ProvisioningPolicy>) | undefined;
  readonly initialTeams: readonly TeamRole[];
  readonly claimRoles: readonly string[];
}

/** Who has signed in, and what they have. */
export interface SignInVisitor {
  readonly facts: PersonFacts;
  readonly created: boolean;
  readonly current: readonly Grant[];
  readonly hasPassword: boolean;
  readonly at: string;
}

/** The policy that sign-ins of a tenant go by. */
export function policyOfTenant({ rules, policyOf }: SignInSite, tenantId: string): ProvisioningPolicy {
  return { ...rules.policy, ...policyOf?.(tenantId) };
}

/** Whether somebody whom a login could be may also sign in with a password. */
export async function readPassword(
  storage: ManagedStorage,
  scope: OrganizationScope,
  identity: SignInIdentity,
  hasPassword: ((userId: string) => Promise<boolean> | boolean) | undefined,
): Promise<boolean> {
  const known = hasPassword && (await readLoginGround(storage, scope, identity));
  const userId = (known?.byLink ?? known?.byDirectory ?? known?.byEmail)?.userId;
  return userId !== undefined && ((await hasPassword?.(userId)) ?? false);
}

/** Plans what a sign-in means for somebody: the sign-in carries it out, a test sign-in shows it. */
export async function planSignIn(
  storage: ManagedStorage,
  scope: OrganizationScope,
  identity: SignInIdentity,
  site: SignInSite,
  { facts, ...visitor }: SignInVisitor,
): Promise<LoginPlan> {
  const { tenantId, attributes, groups } = identity;
  return planLogin(facts, {
    ...visitor,
    tenantId,
    claims: { spaces: attributes['spaces'], roles: attributes['spaceRoles'], groups },
    spaces: await spacesNamed(storage, scope, attributes['spaces']),
    identifiedTeams: await teamsNamed(storage, scope, identity),
    initialTeams: site.initialTeams,
    allowedRoles: site.claimRoles,
    policy: policyOfTenant(site, tenantId),
    roles: site.rules.roles,
  });
}
