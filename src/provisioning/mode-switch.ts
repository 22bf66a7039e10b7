import { type Grant, partsOfSource, teamOf } from './grant.js';
import type { GrantPlan } from './grant-plan.js';
import type { GroupMapping } from './group-mapping.js';
import type { RoleOverride } from './membership.js';

/** Whether saving this mapping switches the mode, which resets everything that groups gave. */
export function isModeSwitch(before: GroupMapping, after: GroupMapping): boolean {
  return before.mode !== after.mode;
}

/** What a switch takes away before the new mode begins: it begins with nothing. */
export interface ModeSwitch {
  /** Everybody that groups or default teams had brought into a team; what they have by hand or by a login stays. */
  readonly plan: GrantPlan;
  readonly overrides: readonly RoleOverride[];
}

/**
 * The reset of a mode switch, in either direction. The new mapping is applied in the same transaction, so that whoever
 * is in a team by both is not out in between; their overrides are gone all the same.
 * @param grants of the sources `group` and `default-team` of this directory
 */
export function planModeSwitch(grants: readonly Grant[], overrides: readonly RoleOverride[]): ModeSwitch {
  const remove = grants.filter(({ source }) => RESET.has(partsOfSource(source).kind));
  const places = new Set(remove.map(({ userId, target }) => JSON.stringify([userId, teamOf(target)])));
  return {
    plan: { add: [], remove, change: [] },
    overrides: overrides.filter(({ userId, teamId }) => places.has(JSON.stringify([userId, teamId]))),
  };
}

const RESET: ReadonlySet<string> = new Set(['group', 'default-team']);
