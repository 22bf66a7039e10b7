import { foldCase } from '../core/fold.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';

/**
 * Waits for whoever else decides who has an e-mail address: of two directories, or of a push and a sign-in, the second one
 * finds the person that the first one makes. To be taken before the address is looked up.
 */
export async function lockAddress(
  { people }: Pick<ManagedStorage, 'people'>,
  scope: OrganizationScope,
  address: string,
): Promise<void> {
  await people.lock?.(scope, `address:${foldCase(address)}`);
}
