import { foldCase } from '../core/fold.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import { readSetup } from './directory-setup.js';
import type { GrantPlan } from './grant-plan.js';
import type { Stranger } from './login-ground.js';
import { readMatchGround } from './match-ground.js';
import { matchPerson } from './match-person.js';
import type { PersonFacts } from './person.js';
import { readPersonGround } from './person-ground.js';
import { planPersonChange } from './person-plan.js';
import { ProvisioningRefusedError } from './provisioning-refused-error.js';
import type { CompleteRules } from './provisioning-rules.js';
import { readPushedProfile } from './pushed-profile.js';
import type { SignInIdentity } from './sign-in-identity.js';

/** What a sign-in would make of directory users who are nobody yet. */
export interface AdoptionPlan {
  /** Who the one who signs in would become with it; `userId` is empty for a new person. */
  readonly person?: { readonly facts: PersonFacts; readonly grants: GrantPlan };
  /** Whether one of them would still be nobody. */
  readonly waits: boolean;
}

/** Plans the adoption that a sign-in begins with, by the rules of it, and does nothing. */
export async function planAdoption(
  storage: ManagedStorage,
  strangers: readonly Stranger[],
  identity: SignInIdentity,
  rules: CompleteRules,
  at: string,
): Promise<AdoptionPlan> {
  const adopted: Adopted[] = [];
  for (const stranger of strangers) {
    const planned = await planOne(storage, stranger, identity, rules, at);
    // Who may not be provisioned stays nobody, and then nobody else is adopted either.
    if (planned === 'refused') return { waits: true };
    if (planned) adopted.push(planned);
  }
  const person = adopted.find(({ signsIn }) => signsIn);
  return { ...(person && { person }), waits: adopted.length < strangers.length };
}

interface Adopted extends NonNullable<AdoptionPlan['person']> {
  /** Whether this is who signs in. */
  readonly signsIn: boolean;
}

async function planOne(
  storage: ManagedStorage,
  { scope, user: { id, attributes } }: Stranger,
  { oid, subject, email }: SignInIdentity,
  rules: CompleteRules,
  at: string,
): Promise<Adopted | 'refused' | undefined> {
  if (await storage.conflicts.find(scope, `user:${id}`)) return undefined;
  if ((await storage.people.linkedTo(scope, id)) !== undefined) return undefined;
  const setup = await readSetup(storage, scope, rules);
  const pushed = readPushedProfile(attributes, setup.phoneCountry);
  const match = matchPerson(await readMatchGround(storage, scope, id, pushed, setup));
  if (match.kind === 'refused') return 'refused';
  if (match.kind === 'conflict') return undefined;
  const active = attributes['active'] !== false;
  const existing = match.kind === 'link';
  if (!existing && !active && setup.policy.deactivation === 'delete') return undefined;
  const userId = existing ? match.userId : '';
  const [known] = existing ? await storage.people.getMany(scope, [userId]) : [];
  const person = known ?? { userId, directoryUsers: [], linked: false };
  try {
    const ground = await readPersonGround(storage, scope, person, { id, attributes, pushed }, at, setup);
    const directoryUser = { id, directoryId: scope.directoryId, active };
    const plan = planPersonChange(person, { kind: 'join', directoryUser, existing }, ground);
    if ('refused' in plan) return 'refused';
    const isAddressed = email.verified && foldCase(pushed.profile.email) === foldCase(email.address);
    const signsIn = attributes['externalId'] === (oid ?? subject) || isAddressed;
    return plan.facts && { facts: plan.facts, grants: plan.grants, signsIn };
  } catch (error) {
    if (error instanceof ProvisioningRefusedError) return 'refused';
    throw error;
  }
}
