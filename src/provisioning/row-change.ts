import type { GrantRow, GrantRowPlan, GrantRowStep } from '../storage/grant-store.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { DirectoryScope } from '../storage/scope.js';
import { countsForGrants } from './directory-grants.js';
import type { DirectorySetup } from './directory-setup.js';
import { EMPTY_PLAN, type GrantPlan, joinPlans } from './grant-plan.js';
import type { MappingRow, TeamRole } from './group-mapping.js';
import type { ProvisioningStep } from './provisioning-step.js';
import { holdBack, keepOwners } from './removal-guard.js';
import { planRows } from './row-plan.js';

/** So many grants are looked at in one part of a large change. */
const PART = 1000;

/** What is done of a large change, and how much there is. */
export type Progress = (done: number, of: number) => void;

/** The change from some rows to others, default teams included. */
export function planGrantRows(
  before: { readonly rows: readonly MappingRow[]; readonly defaultTeams: readonly TeamRole[] },
  after: { readonly rows: readonly MappingRow[]; readonly defaultTeams: readonly TeamRole[] },
): GrantRowPlan {
  const groups = planRows(before.rows, after.rows);
  const everybody = planRows(before.defaultTeams.map(rowOfTeam), after.defaultTeams.map(rowOfTeam));
  const both = (kind: keyof GrantRowPlan): readonly GrantRow[] => [
    ...everybody[kind].map(({ target, role }) => ({ target, role })),
    ...groups[kind].map(({ groupId, target, role }) => ({ groupId, target, role })),
  ];
  return { add: both('add'), remove: both('remove'), change: both('change') };
}

/** Walks over what a change of rows would do, part by part. */
export async function* previewedRows(
  storage: ManagedStorage,
  scope: DirectoryScope,
  plan: GrantRowPlan,
  { policy }: Pick<DirectorySetup, 'policy'>,
): AsyncGenerator<GrantPlan, void> {
  if (isEmpty(plan)) return;
  const inactive = countsForGrants(false, policy) ? 'count' : 'leave-out';
  let after: string | undefined = '';
  while (after !== undefined) {
    const step: GrantRowStep = await storage.grants.previewRows(scope, plan, { after, limit: PART, inactive });
    yield step.changed;
    after = step.next;
  }
}

/**
 * Carries out a change of rows that the organization has decided on.
 * @param of how many grants it changes, for the progress
 */
export async function changeRows(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  plan: GrantRowPlan,
  setup: Pick<DirectorySetup, 'policy' | 'roles'>,
  { progress, of = 0 }: { readonly progress?: Progress | undefined; readonly of?: number } = {},
): Promise<void> {
  const isOrganization = ({ target }: GrantRow) => target === 'organization';
  // Who owns the organization is looked at grant by grant; those are few, or should be.
  await changeOrganization(storage, scope, step, only(plan, isOrganization), setup);
  const teams = only(plan, (row) => !isOrganization(row));
  if (isEmpty(teams)) return;
  const inactive = countsForGrants(false, setup.policy) ? 'count' : 'leave-out';
  const apply = (after: string) => storage.grants.applyRows(scope, teams, { after, limit: PART, inactive });
  let done = 0;
  let ahead: Promise<GrantRowStep> | undefined;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { changed, next }: GrantRowStep = await (ahead ?? apply(after));
    ahead = undefined;
    const goAhead = () => {
      if (next === undefined) return;
      ahead = apply(next);
      // Its failure is heard where it is waited for, unless something else fails before.
      ahead.catch(() => undefined);
    };
    await storage.holds.release(scope, changed.remove);
    step.changed(changed);
    await step.flush(storage.capabilities.sideBySide ? goAhead : undefined);
    done += sizeOf(changed);
    progress?.(done, Math.max(of, done));
    after = next;
  }
}

/** Carries out a change of rows that an identity provider has caused: large removals wait for a person. */
export async function changeRowsWithCare(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  plan: GrantRowPlan,
  setup: Pick<DirectorySetup, 'policy' | 'roles'>,
): Promise<void> {
  await changeRows(storage, scope, step, { ...plan, remove: [] }, setup);
  const removals = await collect(storage, scope, { ...plan, add: [], change: [] }, setup);
  if (removals.remove.length === 0) return;
  await step.grants(await holdBack(storage, scope, step, { plan: removals, wanted: [], fresh: 'hold' }, setup));
}

async function changeOrganization(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  plan: GrantRowPlan,
  setup: Pick<DirectorySetup, 'policy' | 'roles'>,
): Promise<void> {
  const changes = await collect(storage, scope, plan, setup);
  const now = await keepOwners(storage, scope, step, changes, setup.roles);
  await step.grants(now);
}

async function collect(
  storage: ManagedStorage,
  scope: DirectoryScope,
  plan: GrantRowPlan,
  setup: Pick<DirectorySetup, 'policy'>,
): Promise<GrantPlan> {
  const parts: GrantPlan[] = [];
  for await (const part of previewedRows(storage, scope, plan, setup)) parts.push(part);
  return parts.length === 0 ? EMPTY_PLAN : joinPlans(parts);
}

function only(plan: GrantRowPlan, keeps: (row: GrantRow) => boolean): GrantRowPlan {
  return { add: plan.add.filter(keeps), remove: plan.remove.filter(keeps), change: plan.change.filter(keeps) };
}

function isEmpty({ add, remove, change }: GrantRowPlan): boolean {
  return add.length + remove.length + change.length === 0;
}

function sizeOf({ add, remove, change }: GrantPlan): number {
  return add.length + remove.length + change.length;
}

function rowOfTeam({ teamId, role }: TeamRole): MappingRow {
  return { groupId: '', target: `team:${teamId}`, role };
}
