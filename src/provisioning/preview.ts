import { createSha256, type GrowingSha256, sha256 } from '../core/sha256.js';
import type { TeamPlan } from './auto-team.js';
import type { Grant, GrantTarget } from './grant.js';
import { createReachCounter, type GrantPlan, type PlanReach } from './grant-plan.js';

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

/** A preview that comes about part by part, so that a large plan is never there as a whole. */
export interface PreviewDraft {
  /** Takes note of a part of the plan: of other grants than the parts before. */
  note(part: GrantPlan): void;
  /** How many people would lose something by the parts so far. */
  losing(): number;
  complete(teams: TeamPlan): Preview;
}

/**
 * Begins a preview: it is the plan, not applied. The same plan has the same digest, in whatever order its rows come, as
 * long as the people of a row come in one order.
 */
export function beginPreview(): PreviewDraft {
  const counter = createReachCounter();
  const places = createPlaceCounter();
  const rows = createRowDigests();
  return {
    note(part) {
      counter.count(part);
      places.note(part);
      const { add, remove, change } = part;
      for (const grant of add) rows.add('add', grant, grant.role);
      for (const grant of remove) rows.add('remove', grant, grant.role);
      for (const { grant, from } of change) rows.add('change', grant, from);
    },
    losing: () => places.losing(),
    complete({ create, link, rename, conflicts }) {
      const lines = [
        ...create.map(({ groupId, name }) => ['create', groupId, name]),
        ...link.map(({ groupId, teamId }) => ['link', groupId, teamId]),
        ...rename.map(({ teamId, name }) => ['rename', teamId, name]),
        ...conflicts.map(({ groupId, reason }) => ['conflict', groupId, reason]),
      ].map((line) => JSON.stringify(line));
      const digest = sha256(JSON.stringify([...lines, ...rows.lines()].sort()));
      return {
        grants: counter.reach(),
        places: places.reach(),
        teams: { create, link, rename, conflicts },
        digest,
      };
    },
  };
}

/** The preview of a plan that is there as a whole. */
export function previewOf(grants: GrantPlan, teams: TeamPlan): Preview {
  const draft = beginPreview();
  draft.note(grants);
  return draft.complete(teams);
}

/** A digest of the people for everything that a plan does alike for several. */
function createRowDigests() {
  const digests = new Map<string, GrowingSha256>();
  const digestOf = (row: readonly string[]) => {
    const key = JSON.stringify(row);
    const digest = digests.get(key) ?? createSha256();
    digests.set(key, digest);
    return digest;
  };
  // Grants that are alike come one after the other.
  let last:
    | { readonly kind: string; readonly of: Grant; readonly from: string; readonly digest: GrowingSha256 }
    | undefined;
  return {
    add(kind: string, grant: Grant, from: string): void {
      const { userId, target, source, role } = grant;
      if (last?.kind !== kind || last.from !== from || !isAlike(last.of, grant)) {
        last = { kind, of: grant, from, digest: digestOf([kind, target, source, role, from]) };
      }
      last.digest.add(`${userId.length}:${userId}`);
    },
    lines: () => [...digests].map(([row, digest]) => JSON.stringify([row, digest.digest()])),
  };
}

function isAlike(a: Grant, b: Grant): boolean {
  return a.target === b.target && a.source === b.source && a.role === b.role;
}

/** People of a place that are named. */
const NAMED = 20;

/** Counts and names whom a plan concerns in each place. */
function createPlaceCounter() {
  const places = new Map<GrantTarget, Readonly<Record<'gaining' | 'losing' | 'changing', Set<string>>>>();
  const placeOf = (target: GrantTarget) => {
    const known = places.get(target);
    if (known) return known;
    const place = { gaining: new Set<string>(), losing: new Set<string>(), changing: new Set<string>() };
    places.set(target, place);
    return place;
  };
  return {
    note({ add, remove, change }: GrantPlan): void {
      for (const { target, userId } of add) placeOf(target).gaining.add(userId);
      for (const { target, userId } of remove) placeOf(target).losing.add(userId);
      for (const { grant } of change) placeOf(grant.target).changing.add(grant.userId);
    },
    losing(): number {
      const sets = [...places.values()].map(({ losing }) => losing).filter(({ size }) => size > 0);
      if (sets.length <= 1) return sets[0]?.size ?? 0;
      const all = new Set<string>();
      for (const losing of sets) for (const userId of losing) all.add(userId);
      return all.size;
    },
    reach: (): readonly PlaceReach[] =>
      [...places].map(([target, { gaining, losing, changing }]) => ({
        target,
        gaining: someOf(gaining),
        losing: someOf(losing),
        changing: someOf(changing),
      })),
  };
}

function someOf(userIds: ReadonlySet<string>): SomePeople {
  return { count: userIds.size, first: [...userIds].slice(0, NAMED) };
}
