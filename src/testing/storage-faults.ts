import { setTimeout } from 'node:timers/promises';
import { StorageUnavailableError } from '../storage/errors.js';
import type { Storage } from '../storage/storage.js';
import { observeStorage, type StorageCall } from './observed-storage.js';
import { createSeededRandom } from './seeded-random.js';

/**
 * What goes wrong with a call.
 *
 * - `fail`: it is not carried out.
 * - `time-out`: it is carried out, and the answer is lost.
 * - `repeat`: it is carried out twice, and the second answer counts. The work of a transaction is done, taken back, and
 *   done again, as after a serialization failure.
 * - `delay`: it is carried out after this many milliseconds.
 *
 * `error` is what the caller meets: a {@link StorageUnavailableError} unless told.
 */
export type StorageFault =
  | { readonly kind: 'fail' | 'time-out'; readonly error?: Error }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'delay'; readonly milliseconds: number };

/** A call that a plan is asked about. */
export interface PlannedCall extends StorageCall {
  /** Which call of this name it is, from 1. */
  readonly nth: number;
}

/** Decides what goes wrong with a call; `undefined` is nothing. Asked once about each call, in their order. */
export type FaultPlan = (call: PlannedCall) => StorageFault | undefined;

/** Which calls: by name, e.g. `groups.changeMembers` or `transaction`, and by number. What is left out matches all. */
export interface CallMatcher {
  readonly name?: string;
  readonly nth?: number;
}

/**
 * The same storage with faults, inside transactions too: to show what becomes of those who rely on it. Reads are calls
 * like all others.
 *
 * @example
 * ```ts
 * import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
 * import { faultAt, withFaults } from 'express-sso-scim/testing';
 *
 * // The first person is stored, and nobody learns of it.
 * const plan = faultAt({ name: 'directoryUsers.insert', nth: 1 }, { kind: 'time-out' });
 * const storage = withFaults(createMemoryStorage(), plan);
 * ```
 */
export function withFaults(storage: Storage, plan: FaultPlan): Storage {
  const counts = new Map<string, number>();
  return observeStorage(storage, async (call, proceed, rehearse) => {
    const nth = (counts.get(call.name) ?? 0) + 1;
    counts.set(call.name, nth);
    const fault = plan({ ...call, nth });
    switch (fault?.kind) {
      case undefined:
        return proceed();
      case 'fail':
        throw fault.error ?? new StorageUnavailableError(`${call.name} was made to fail`);
      case 'time-out':
        await proceed();
        throw fault.error ?? new StorageUnavailableError(`the answer of ${call.name} was made to be lost`);
      case 'repeat':
        await rehearse();
        return proceed();
      case 'delay':
        await setTimeout(fault.milliseconds);
        return proceed();
    }
  });
}

/** A plan with one fault, for all calls that match. */
export function faultAt({ name, nth }: CallMatcher, fault: StorageFault): FaultPlan {
  return (call) => ((name ?? call.name) === call.name && (nth ?? call.nth) === call.nth ? fault : undefined);
}

/**
 * A plan with faults by chance, the same for the same seed and the same calls.
 * @param share of the calls that go wrong, from 0 to 1
 */
export function seededFaults(seed: number, share: number, faults: readonly StorageFault[]): FaultPlan {
  const random = createSeededRandom(seed);
  return () => (random.chance(share) ? random.pick(faults) : undefined);
}
