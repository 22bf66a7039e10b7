import type { ManagedStorage } from '../storage/managed-storage.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { DirectorySetup } from './directory-setup.js';
import type { PlannedMapping } from './mapping-plan.js';
import { planModeSwitch } from './mode-switch.js';
import type { ProvisioningStep } from './provisioning-step.js';
import { planGrantRows, previewedRows } from './row-change.js';

/** Deletes the overrides of everybody that groups or default teams had brought into a team: a new mode begins without. */
export async function resetOverrides(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  before: PlannedMapping['before'],
  setup: Pick<DirectorySetup, 'policy'>,
): Promise<void> {
  const all = planGrantRows(before, { rows: [], defaultTeams: [] });
  for await (const { remove } of previewedRows(storage, scope, all, setup)) {
    const userIds = [...new Set(remove.map(({ userId }) => userId))];
    const { overrides } = planModeSwitch(remove, await storage.overrides.ofUsers(scope, userIds));
    if (overrides.length === 0) continue;
    await storage.overrides.remove(scope, overrides);
    step.reshow(overrides.map(({ userId }) => userId));
  }
}
