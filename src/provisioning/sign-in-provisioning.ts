import { type Clock, systemClock } from '../core/clock.js';
import { createOptionsValidator } from '../core/configuration.js';
import { UniqueConflictError } from '../storage/errors.js';
import type { User } from '../storage/host-storage.js';
import { type ManagedStorage, manage, managed } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { lockAddress } from './address-lock.js';
import { MOST_SPACES } from './claimed-teams.js';
import { readSetup } from './directory-setup.js';
import type { TeamRole } from './group-mapping.js';
import { joinLogin, type LoginGround, type LoginMatch, type LoginRefusal } from './join-login.js';
import { readLoginGround, type Stranger } from './login-ground.js';
import { SIGN_IN_SENTENCES } from './login-refusal.js';
import { recordOf } from './person-change.js';
import { joinPerson } from './person-join.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';
import { ProvisioningRefusedError } from './provisioning-refused-error.js';
import { completeRules, PROVISIONING_RULES_SCHEMA, type ProvisioningRules } from './provisioning-rules.js';
import { beginStep, type ProvisioningStep } from './provisioning-step.js';
import type { SignInIdentity } from './sign-in-identity.js';
import { planSignIn, policyOfTenant, readPassword, type SignInSite } from './sign-in-plan.js';
import { storableIdentity } from './storable-identity.js';

/** The rules, which are those of the routers, and what single tenants and people differ in. */
export interface SignInProvisioningOptions extends ProvisioningRules {
  /** How an OIDC tenant differs from the policy, e.g. one whose identity provider sends groups that mean nothing here. */
  readonly policyOf?: (tenantId: string) => Partial<ProvisioningPolicy>;
  /** Whether somebody may also sign in with a password: then their places in teams with identifiers are a matter of hands. */
  readonly hasPassword?: (userId: string) => Promise<boolean> | boolean;
  /** Teams that people get once, with the sign-in that makes them. */
  readonly initialTeams?: readonly TeamRole[];
  /** Privileged team roles that owners allow claims to give. */
  readonly claimRoles?: readonly string[];
  readonly clock?: Clock;
}

/** Who a sign-in turned out to be. */
export type SignInOutcome =
  | {
      readonly user: User & OrganizationScope & { readonly tenantId: string };
      /** Whether this sign-in made the person. */
      readonly created: boolean;
    }
  | {
      /** Why not, in words for the person. */
      readonly refusal: string;
      readonly reason: LoginRefusal;
    };

/** Finds out who a sign-in is and does what follows from it. Fits `onSignIn` of `createOidcTenantRouter`. */
export type SignInProvisioning = (login: { readonly identity: SignInIdentity }) => Promise<SignInOutcome>;

const isFunction = { isFunction: true, description: 'a function' };

/** What the options may say, as JSON Schema. */
export const SIGN_IN_PROVISIONING_SCHEMA: Readonly<Record<string, unknown>> = {
  ...PROVISIONING_RULES_SCHEMA,
  properties: {
    ...(PROVISIONING_RULES_SCHEMA['properties'] as object),
    policyOf: isFunction,
    hasPassword: isFunction,
    initialTeams: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['teamId', 'role'],
        properties: { teamId: { type: 'string' }, role: { type: 'string' } },
      },
    },
    claimRoles: { type: 'array', items: { type: 'string' } },
    clock: { type: 'object', required: ['now'], properties: { now: isFunction }, description: 'an object with now' },
  },
};

const parse = createOptionsValidator<SignInProvisioningOptions>(
  'createSignInProvisioning',
  SIGN_IN_PROVISIONING_SCHEMA,
);

/**
 * Creates what decides who somebody is who has signed in at the organization's identity provider, makes people where the
 * policy says so, and gives them what their claims give. The same sign-in again changes nothing.
 *
 * @throws {ConfigurationError} @throws {TypeError} for a storage that provisioning cannot work with.
 *
 * @example
 * ```ts
 * import { createSignInProvisioning, presets, type Storage } from 'express-sso-scim';
 *
 * declare const storage: Storage;
 *
 * const onSignIn = createSignInProvisioning(storage, { policy: presets.torque.provisioning });
 * ```
 */
export function createSignInProvisioning(
  storage: Storage,
  options: SignInProvisioningOptions = {},
): SignInProvisioning {
  const { policyOf, hasPassword, clock = systemClock, initialTeams = [], claimRoles = [], ...told } = parse(options);
  const rules = completeRules(told);
  const site = { rules, policyOf, initialTeams, claimRoles };

  return async ({ identity: given }) => {
    const identity = storableIdentity(given);
    const scope = { organizationId: identity.organizationId };
    // The host is asked before, because nothing of the host's is called inside a transaction.
    const password = await readPassword(managed(storage), scope, identity, hasPassword);
    const signIn = (adopts: boolean) =>
      manage(storage, scope, (within) =>
        carryOut(within, scope, identity, { ...site, password, adopts, at: new Date(clock.now()).toISOString() }),
      );
    try {
      return await signIn(true);
    } catch (error) {
      // Of two first sign-ins at once one stores the link; the other one finds it.
      if (error instanceof UniqueConflictError) return signIn(true);
      // Who may not be provisioned stays nobody, as a push would be told.
      if (error instanceof ProvisioningRefusedError) return signIn(false);
      throw error;
    }
  };
}

interface Site extends SignInSite {
  readonly password: boolean;
  /** Whether directory users from before provisioning become people. */
  readonly adopts: boolean;
  readonly at: string;
}

async function carryOut(
  storage: ManagedStorage,
  scope: OrganizationScope,
  identity: SignInIdentity,
  { password, adopts, at, ...site }: Site,
): Promise<SignInOutcome> {
  const { tenantId } = identity;
  const { rules } = site;
  const policy = policyOfTenant(site, tenantId);
  const step = beginStep(storage, scope, { at, cause: 'login', policy, roles: rules.roles });
  let ground = await readLoginGround(storage, scope, identity);
  if (adopts && (await adopt(storage, step, ground.strangers, rules))) {
    ground = await readLoginGround(storage, scope, identity);
  }
  const match = await matchLogin(storage, scope, identity, { ...ground, policy });
  if (match.kind === 'refused') {
    const { reason } = match;
    step.note('login-refused', { tenantId, reason, ...(match.userId !== undefined && { userId: match.userId }) });
    await step.complete();
    return { refusal: SIGN_IN_SENTENCES[reason], reason };
  }
  const created = match.kind === 'create';
  const userId = created ? await makePerson(storage, scope, step, identity) : match.userId;
  const [person] = await storage.people.getMany(scope, [userId]);
  if (!person) throw new Error('a person that was just found is gone');
  const current = await storage.grants.ofUsers(scope, [userId]);
  const plan = await planSignIn(storage, scope, identity, site, {
    facts: person,
    created,
    current,
    hasPassword: password,
    at,
  });
  if (match.kind !== 'known') await link(storage, scope, identity, userId, at);
  await storage.people.put(scope, [recordOf(plan.facts, person, person.phone)]);
  await step.grants(plan.grants);
  if (plan.activated) {
    step.reshow([userId]);
    await step.tell('person.activated', { userId });
  }
  if (match.kind === 'link') await step.tell('person.linked', { userId });
  if (plan.updatesProfile && !created) await updateProfile(storage, scope, step, userId, identity);
  const groups = identity.groups.state === 'present' ? identity.groups.values.slice(0, MOST_SPACES) : [];
  step.note('login', { userId, tenantId, groupsState: identity.groups.state, groups });
  await step.complete();
  const user = await storage.users.get(scope, userId);
  if (!user) throw new Error('a person that has just signed in is gone');
  return { user: { ...user, ...scope, tenantId }, created };
}

/** Who it is; somebody new only if nobody else makes the same person meanwhile. */
async function matchLogin(
  storage: ManagedStorage,
  scope: OrganizationScope,
  identity: SignInIdentity,
  ground: LoginGround,
): Promise<LoginMatch> {
  const match = joinLogin(ground);
  if (match.kind !== 'create' || !identity.email.verified) return match;
  await lockAddress(storage, scope, identity.email.address);
  return joinLogin({ ...(await readLoginGround(storage, scope, identity)), policy: ground.policy });
}

/** Makes people of directory users from before provisioning; those in the inbox wait on. Answers whether there were any. */
async function adopt(
  storage: ManagedStorage,
  step: ProvisioningStep,
  strangers: readonly Stranger[],
  rules: ReturnType<typeof completeRules>,
): Promise<boolean> {
  let any = false;
  for (const { scope, user } of strangers) {
    if (await storage.conflicts.find(scope, `user:${user.id}`)) continue;
    // Whose person was deleted is no stranger: only the directory brings them back.
    if ((await storage.people.linkedTo(scope, user.id)) !== undefined) continue;
    await joinPerson(storage, scope, step, user, await readSetup(storage, scope, rules));
    any = true;
  }
  return any;
}

async function makePerson(
  storage: ManagedStorage,
  scope: OrganizationScope,
  step: ProvisioningStep,
  { linkKey, email, name, timezone }: SignInIdentity,
): Promise<string> {
  const profile = { ...(name !== undefined && { displayName: name }), ...(timezone !== undefined && { timezone }) };
  const { id } = await storage.users.create(scope, { key: `login:${linkKey}`, email: email.address ?? '', ...profile });
  await storage.people.put(scope, [{ userId: id, madeBy: 'login' }]);
  step.note('person-created', { userId: id });
  await step.tell('person.created', { userId: id });
  return id;
}

function link(
  { logins }: ManagedStorage,
  scope: OrganizationScope,
  { tenantId, linkKey, oid, subject }: SignInIdentity,
  userId: string,
  at: string,
): Promise<void> {
  return logins.insert(scope, { tenantId, linkKey, identity: oid ?? subject, userId, at });
}

async function updateProfile(
  { users }: ManagedStorage,
  scope: OrganizationScope,
  step: ProvisioningStep,
  userId: string,
  { name, timezone }: SignInIdentity,
): Promise<void> {
  const user = await users.get(scope, userId);
  const next = {
    ...(name !== undefined && name !== user?.displayName && { displayName: name }),
    ...(timezone !== undefined && timezone !== user?.timezone && { timezone }),
  };
  if (Object.keys(next).length === 0) return;
  await users.update(scope, userId, next);
  await step.tell('person.updated', { userId });
}
