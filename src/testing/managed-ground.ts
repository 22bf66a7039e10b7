import { isManaged, type ManagedStorage } from '../storage/managed-storage.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { ContractGround } from './contract-ground.js';
import type { ContractRule } from './contract-rule.js';
import { addGroup, addUser } from './people-and-groups.js';

/** A storage that provisioning can work with, and places in it that nobody else uses. */
export interface ManagedGround extends Omit<ContractGround, 'storage'> {
  readonly storage: ManagedStorage;
}

/** A promise of the stores of provisioning. A storage for the protocol alone, which has none, is not asked. */
export function managedRule({
  check,
  ...rule
}: Omit<ContractRule, 'check'> & { check(ground: ManagedGround): Promise<void> }): ContractRule {
  return {
    ...rule,
    async check({ storage, ...ground }) {
      if (isManaged(storage)) await check({ ...ground, storage });
    },
  };
}

/** Adds a directory user who is somebody. */
export async function addPerson(
  storage: ManagedStorage,
  scope: DirectoryScope,
  id: string,
  userId: string,
  active = true,
): Promise<void> {
  await addUser(storage, scope, id, { active });
  await storage.people.link(scope, id, userId);
}

/** Adds a group of people, each of whom is somebody: the member `a` is the person `user-a`. */
export async function addGroupOfPeople(
  storage: ManagedStorage,
  scope: DirectoryScope,
  groupId: string,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) await addPerson(storage, scope, id, `user-${id}`);
  await addGroup(storage, scope, groupId, ids);
}
