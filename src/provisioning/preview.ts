import { sha256 } from '../core/sha256.js';
import type { TeamPlan } from './auto-team.js';
import { type Grant, type GrantTarget, grantKey } from './grant.js';
import { type GrantPlan, type PlanReach, reachOf } from './grant-plan.js';

/** What a change would do in one team, or to roles in the organization. */
interface PlaceReach {
  readonly target: GrantTarget;
  readonly gaining: SomePeople;
  readonly losing: SomePeople;
  /** People who stay with another role. */
  readonly changing: SomePeople;
}

/** How many people, and the first of them. */
export interface SomePeople {
  readonly count: number;
  readonly first: readonly string[];
}

/** What a change would do, for the person who is to confirm it. */
export interface Preview {
  readonly grants: PlanReach;
  /** The same for each place that something changes in. */
  readonly places: readonly PlaceReach[];
  /** Teams that would be made, by name, with the group; and those that would get another name. */
  readonly teams: Pick<TeamPlan, 'create' | 'link' | 'rename' | 'conflicts'>;
  /** Names this very plan: applying it needs the digest of a preview that is still true. */
  readonly digest: string;
}

/** A preview is the plan, not applied. The same plan has the same digest, in whatever order it lists things. */
export function previewOf(grants: GrantPlan, { create, link, rename, conflicts }: TeamPlan): Preview {
  const lines = [
    ...grants.add.map((grant) => ['add', grantKey(grant), grant.role]),
    ...grants.remove.map((grant) => ['remove', grantKey(grant), grant.role]),
    ...grants.change.map(({ grant, from }) => ['change', grantKey(grant), grant.role, from]),
    ...create.map(({ groupId, name }) => ['create', groupId, name]),
    ...link.map(({ groupId, teamId }) => ['link', groupId, teamId]),
    ...rename.map(({ teamId, name }) => ['rename', teamId, name]),
    ...conflicts.map(({ groupId, reason }) => ['conflict', groupId, reason]),
  ];
  return {
    grants: reachOf(grants),
    places: placesOf(grants),
    teams: { create, link, rename, conflicts },
    digest: sha256(JSON.stringify(lines.map((line) => JSON.stringify(line)).sort())),
  };
}

/** People of a place that are named. */
const NAMED = 20;

function placesOf({ add, remove, change }: GrantPlan): readonly PlaceReach[] {
  const changed = change.map(({ grant }) => grant);
  const targets = new Set([...add, ...remove, ...changed].map(({ target }) => target));
  const [gaining, losing, changing] = [add, remove, changed].map(byTarget);
  return [...targets].map((target) => ({
    target,
    gaining: peopleOf(gaining?.get(target)),
    losing: peopleOf(losing?.get(target)),
    changing: peopleOf(changing?.get(target)),
  }));
}

function byTarget(grants: readonly Grant[]): ReadonlyMap<GrantTarget, ReadonlySet<string>> {
  const people = new Map<GrantTarget, Set<string>>();
  for (const { target, userId } of grants) {
    const there = people.get(target);
    if (there) there.add(userId);
    else people.set(target, new Set([userId]));
  }
  return people;
}

function peopleOf(userIds: ReadonlySet<string> = new Set()): SomePeople {
  return { count: userIds.size, first: [...userIds].slice(0, NAMED) };
}
