import { newId } from '../core/id.js';
import type { UserProfile } from '../storage/host-storage.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import { lockAddress } from './address-lock.js';
import type { DirectorySetup } from './directory-setup.js';
import { readMatchGround } from './match-ground.js';
import { matchPerson } from './match-person.js';
import { changePerson } from './person-change.js';
import { readPersonGround } from './person-ground.js';
import { ProvisioningRefusedError } from './provisioning-refused-error.js';
import type { ProvisioningStep } from './provisioning-step.js';
import { readPushedProfile } from './pushed-profile.js';

/** Who a directory user turned out to be. */
export interface JoinedPerson {
  /** Absent where the directory user waits for a decision, or is not to be anybody. */
  readonly userId?: string;
  readonly ends: boolean;
}

/** A choice that somebody of the organization has made about a conflict, instead of the rules. */
export type JoinChoice = { readonly kind: 'link'; readonly userId: string } | { readonly kind: 'create' };

/**
 * Finds out who a directory user is that nobody is behind yet, and makes it that person.
 * @throws {ProvisioningRefusedError} when the rules do not let the directory have this user.
 * @throws {RangeError} for the choice of somebody whom the organization does not have.
 */
export async function joinPerson(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  { id, attributes }: { readonly id: string; readonly attributes: JsonObject },
  setup: DirectorySetup,
  choice?: JoinChoice,
): Promise<JoinedPerson> {
  const pushed = readPushedProfile(attributes, setup.phoneCountry);
  await lockAddress(storage, scope, pushed.profile.email);
  const ground = await readMatchGround(storage, scope, id, pushed, setup);
  const match = choice ?? matchPerson(ground);
  const subject = `user:${id}`;
  if (match.kind === 'refused') throw new ProvisioningRefusedError(match);
  if (choice && match.kind === 'link' && !(await storage.users.get(scope, match.userId))) {
    throw new RangeError(`there is nobody with the id ${JSON.stringify(match.userId)}`);
  }
  if (match.kind === 'conflict') {
    const { reason, userId } = match;
    const known = await storage.conflicts.find(scope, subject);
    if (known?.reason === reason && known.userId === userId) return { ends: false };
    const conflictId = known?.id ?? newId();
    await storage.conflicts.put(scope, {
      id: conflictId,
      subject,
      reason,
      at: step.at,
      ...(userId !== undefined && { userId }),
    });
    step.note('conflict-opened', { conflictId, directoryUserId: id, reason });
    await step.tell('conflict.opened', { conflictId, reason });
    return { ends: false };
  }
  await storage.conflicts.remove(scope, subject);
  const active = attributes['active'] !== false;
  const existing = match.kind === 'link';
  // Somebody who is to be deleted at once is never made.
  if (!existing && !active && setup.policy.deactivation === 'delete') return { ends: false };
  const userId = existing ? match.userId : await makePerson(storage, scope, step, id, pushed.profile, ground);
  await storage.people.link(scope, id, userId);
  const [known] = await storage.people.getMany(scope, [userId]);
  if (!known) return { ends: false };
  const directoryUser = { id, directoryId: scope.directoryId, active };
  const person = { ...known, directoryUsers: known.directoryUsers.filter((each) => each.id !== id) };
  const { ends } = await changePerson(
    storage,
    scope,
    step,
    {
      person,
      event: { kind: 'join', directoryUser, existing },
      ground: await readPersonGround(storage, scope, known, { id, attributes, pushed }, step.at, setup),
      pushed,
    },
    setup,
  );
  step.note('user-joined', { directoryUserId: id, userId });
  await step.tell(existing ? 'person.linked' : 'person.created', { userId });
  return { userId, ends: ends && existing };
}

async function makePerson(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  directoryUserId: string,
  profile: UserProfile,
  { account }: { readonly account?: { readonly accountId: string } },
): Promise<string> {
  const { id } = await storage.users.create(scope, {
    ...profile,
    key: `${scope.directoryId}:${directoryUserId}`,
    ...(account && { accountId: account.accountId }),
  });
  await storage.people.put(scope, [{ userId: id, madeBy: 'directory' }]);
  step.note('person-created', { userId: id });
  return id;
}
