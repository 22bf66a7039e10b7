import type { Grant } from './grant.js';
import { EMPTY_PLAN, type GrantPlan } from './grant-plan.js';
import type { MappingRow } from './group-mapping.js';

/** A change of rows. Storage carries out each line as one set statement over the members of its group. */
export interface RowPlan {
  readonly add: readonly MappingRow[];
  readonly remove: readonly MappingRow[];
  /** Same group and target, another role: nobody leaves. */
  readonly change: readonly MappingRow[];
}

/** What a new mapping does, in rows: what is in both and alike costs nothing, however many people it is about. */
export function planRows(before: readonly MappingRow[], after: readonly MappingRow[]): RowPlan {
  const old = new Map(before.map((row) => [placeOf(row), row]));
  const next = new Map(after.map((row) => [placeOf(row), row]));
  const changed = [...next].filter(([place, row]) => (old.get(place)?.role ?? row.role) !== row.role);
  return {
    add: [...next].filter(([place]) => !old.has(place)).map(([, row]) => row),
    remove: [...old].filter(([place]) => !next.has(place)).map(([, row]) => row),
    change: changed.map(([, row]) => row),
  };
}

/** The grants that rows give to people who are members of their groups and count. */
export function grantsOfRows(userIds: readonly string[], rows: readonly MappingRow[]): readonly Grant[] {
  return userIds.flatMap((userId) =>
    rows.map(({ groupId, target, role }): Grant => ({ userId, target, role, source: `group:${groupId}` })),
  );
}

/**
 * What a change of members does: the rows of the one group, for the changed members alone. Who does not count (no person
 * yet, or inactive where that takes the teams) gets nothing.
 * @param current grants of this group's source of the changed members
 */
export function planMembers(
  rows: readonly MappingRow[],
  {
    added,
    removed,
    current,
  }: { readonly added: readonly string[]; readonly removed: readonly string[]; readonly current: readonly Grant[] },
): GrantPlan {
  if (rows.length === 0 && current.length === 0) return EMPTY_PLAN;
  const there = new Set(current.map(({ userId, target }) => JSON.stringify([userId, target])));
  const gone = new Set(removed);
  return {
    add: grantsOfRows(added, rows).filter(({ userId, target }) => !there.has(JSON.stringify([userId, target]))),
    remove: current.filter(({ userId }) => gone.has(userId)),
    change: [],
  };
}

function placeOf({ groupId, target }: MappingRow): string {
  return JSON.stringify([groupId, target]);
}
