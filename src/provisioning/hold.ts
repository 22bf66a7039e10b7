import { type Grant, grantKey, partsOfSource } from './grant.js';
import { type GrantPlan, planGrants } from './grant-plan.js';
import type { BlastRadius } from './provisioning-policy.js';
import { highestRole, type RoleCatalogue, rolesFor } from './role-catalogue.js';

/** How much a directory has taken away lately, and from how many people there are. */
export interface RemovalWindow {
  /** People of the directory that count. */
  readonly people: number;
  /** Distinct people that lost a derived grant within the last `minutes`, without this change. */
  readonly lost: number;
  /** Grants that wait already, under open holds of this directory. */
  readonly waiting: readonly Grant[];
}

/** What of a plan happens now. */
export interface HeldPlan {
  readonly now: GrantPlan;
  /** Newly held: they stay as they are until somebody approves or rejects. */
  readonly held: readonly Grant[];
  /** Waiting grants that are wanted again, so that nothing is to be decided any more. */
  readonly released: readonly Grant[];
}

/**
 * Keeps an identity provider's mistake from emptying teams: derived removals wait when, with this change, more people than
 * `people` and a larger share than `share` would lose something within the window. All those of one change wait together.
 * Never used for the end of a person. What waits already goes on waiting, however small the change that names it again.
 * @param wanted what the plan was made for, so that what waits and is wanted again is known
 */
export function holdRemovals(
  plan: GrantPlan,
  wanted: readonly Grant[],
  { people, lost, waiting }: RemovalWindow,
  limit: BlastRadius | 'off',
): HeldPlan {
  const waits = new Set(waiting.map(grantKey));
  const roles = new Map(wanted.map((grant) => [grantKey(grant), grant.role]));
  const released = waiting.filter((grant) => {
    const role = roles.get(grantKey(grant));
    // An owner who is to be less is not wanted again for still being wanted as something.
    return grant.target === 'organization' ? role === grant.role : role !== undefined;
  });
  const fresh = plan.remove.filter((grant) => isDerived(grant) && !waits.has(grantKey(grant)));
  const losing = lost + new Set(fresh.map(({ userId }) => userId)).size;
  const held = limit !== 'off' && losing > limit.people && losing > limit.share * people ? fresh : [];
  const staying = new Set([...waits, ...held.map(grantKey)]);
  return {
    now: { ...plan, remove: plan.remove.filter((grant) => !staying.has(grantKey(grant))) },
    held,
    released,
  };
}

/**
 * What rejecting a hold does: its grants become reasons by hand, with the highest role among them and what the person
 * has there by hand already.
 * @param manual grants by hand of these people
 */
export function keepAsManual(held: readonly Grant[], manual: readonly Grant[], roles: RoleCatalogue): GrantPlan {
  const byPlace = new Map<string, Grant[]>();
  for (const grant of [...manual, ...held]) {
    const key = grantKey({ ...grant, source: 'manual' });
    byPlace.set(key, [...(byPlace.get(key) ?? []), grant]);
  }
  const wanted = [...byPlace.values()].flatMap((grants) => {
    const [first] = grants;
    if (!first) return [];
    const names = grants.map(({ role }) => role);
    return [{ ...first, source: 'manual' as const, role: highestRole(rolesFor(roles, first.target), names) }];
  });
  const plan = planGrants(manual, wanted);
  return { ...plan, remove: held };
}

const DERIVED: ReadonlySet<string> = new Set(['group', 'default-team']);

function isDerived({ source }: Grant): boolean {
  return DERIVED.has(partsOfSource(source).kind);
}
