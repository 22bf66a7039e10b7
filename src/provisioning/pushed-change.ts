import type { Clock } from '../core/clock.js';
import { type ManagedStorage, manage } from '../storage/managed-storage.js';
import type { Storage } from '../storage/storage.js';
import { type DirectorySetup, readSetup } from './directory-setup.js';
import { changeOptimistically } from './optimistic-change.js';
import type { CompleteRules } from './provisioning-rules.js';
import { beginStep, type ProvisioningStep } from './provisioning-step.js';
import type { RequestScope } from './request-scope.js';

/** What happens inside one transaction. */
export interface PushedChange {
  readonly within: ManagedStorage;
  readonly setup: DirectorySetup;
  readonly step: ProvisioningStep;
}

/** Stores what an identity provider pushes in one transaction with what follows from it. */
export function carryOutPush<T>(
  { storage, clock, rules }: { readonly storage: Storage; readonly clock: Clock; readonly rules: CompleteRules },
  scope: RequestScope,
  work: (change: PushedChange) => Promise<T>,
): Promise<T> {
  return changeOptimistically(storage, scope, (outside) =>
    manage(outside, scope, async (within) => {
      const setup = await readSetup(within, scope, rules);
      const at = new Date(clock.now()).toISOString();
      const { directoryId, requestId } = scope;
      const step = beginStep(within, scope, {
        at,
        cause: 'scim',
        directoryId,
        ...(requestId !== undefined && { requestId }),
        policy: setup.policy,
        roles: setup.roles,
      });
      const result = await work({ within, setup, step });
      await step.complete();
      return result;
    }),
  );
}
