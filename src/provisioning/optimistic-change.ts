import { setTimeout } from 'node:timers/promises';
import { StaleVersionError, StorageUnavailableError } from '../storage/errors.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';

const ATTEMPTS = 12;

/**
 * Runs a change that reads a resource, decides, and writes it if nobody else did meanwhile. Where somebody did, it is
 * tried again within a transaction, from reading on.
 * @throws {StorageUnavailableError} when others were faster every time.
 */
export async function changeOptimistically<T>(
  storage: Storage,
  scope: OrganizationScope,
  change: (storage: Storage) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (attempt === 1 ? change(storage) : storage.transaction(scope, change));
    } catch (error) {
      if (!(error instanceof StaleVersionError)) throw error;
      if (attempt === ATTEMPTS) {
        throw new StorageUnavailableError('others kept changing the resource', { cause: error, retryAfter: 1 });
      }
      if (attempt > 2) await setTimeout(2 ** attempt * Math.random());
    }
  }
}

/** A time of change that is later than the one before, also when the clock stands still or went back. */
export function laterThan(previous: string, now: number): string {
  return new Date(Math.max(now, Date.parse(previous) + 1)).toISOString();
}
