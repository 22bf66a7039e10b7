import type { GrantChange } from '../storage/grant.js';
import { type Grant, type GrantTarget, grantKey, teamOf } from './grant.js';

/** What a change would do to grants. Nothing in it is there already, and nothing of it would be undone by itself. */
export type GrantPlan = GrantChange;

/** The plan that does nothing. */
export const EMPTY_PLAN: GrantPlan = { add: [], remove: [], change: [] };

/**
 * What it takes to get from the grants that are there to those that are wanted. Both are of the same sources; of a grant
 * that is wanted twice the first counts. Applied and planned again, nothing is left to do.
 */
export function planGrants(current: readonly Grant[], wanted: readonly Grant[]): GrantPlan {
  const before = new Map(current.map((grant) => [grantKey(grant), grant]));
  const after = new Map<string, Grant>();
  for (const grant of wanted) if (!after.has(grantKey(grant))) after.set(grantKey(grant), grant);
  const kept = [...after].flatMap(([key, grant]) => {
    const old = before.get(key);
    return old === undefined || old.role === grant.role ? [] : [{ grant, from: old.role }];
  });
  return {
    add: [...after].filter(([key]) => !before.has(key)).map(([, grant]) => grant),
    remove: [...before].filter(([key]) => !after.has(key)).map(([, grant]) => grant),
    change: kept,
  };
}

/** The plan that does what each of these does; they are about different grants. */
export function joinPlans(plans: readonly GrantPlan[]): GrantPlan {
  return {
    add: plans.flatMap(({ add }) => add),
    remove: plans.flatMap(({ remove }) => remove),
    change: plans.flatMap(({ change }) => change),
  };
}

/** The grants as they are after the plan. */
export function afterPlan(current: readonly Grant[], plan: GrantPlan): readonly Grant[] {
  const gone = new Set([...plan.remove, ...plan.change.map(({ grant }) => grant)].map(grantKey));
  return [
    ...current.filter((grant) => !gone.has(grantKey(grant))),
    ...plan.change.map(({ grant }) => grant),
    ...plan.add,
  ];
}

/** Whom and what a plan concerns, for a preview and for limits. */
export interface PlanReach {
  /** Ids, each once, in order of their first mention. */
  readonly people: readonly string[];
  readonly teams: readonly string[];
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

/** Counts and names whom a plan concerns, of which one part after the other is told. */
export interface ReachCounter {
  count(part: GrantPlan): void;
  reach(): PlanReach;
}

export function createReachCounter(): ReachCounter {
  const people = new Set<string>();
  const teams = new Set<string>();
  const counted = { added: 0, removed: 0, changed: 0 };
  let last: GrantTarget | undefined;
  const note = ({ userId, target }: Grant) => {
    people.add(userId);
    // A large part is about one place.
    if (target === last) return;
    last = target;
    const teamId = teamOf(target);
    if (teamId !== undefined) teams.add(teamId);
  };
  return {
    count({ add, remove, change }) {
      for (const grant of add) note(grant);
      for (const grant of remove) note(grant);
      for (const { grant } of change) note(grant);
      counted.added += add.length;
      counted.removed += remove.length;
      counted.changed += change.length;
    },
    reach: () => ({ people: [...people], teams: [...teams], ...counted }),
  };
}

/** Counts and names whom a plan concerns. */
export function reachOf(plan: GrantPlan): PlanReach {
  const counter = createReachCounter();
  counter.count(plan);
  return counter.reach();
}
