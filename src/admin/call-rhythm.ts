import type { TrafficCount, TrafficEntry } from '../storage/traffic-store.js';

/** How often the identity provider comes, learned from when it came. */
export interface CallRhythm {
  /** Minutes from the beginning of a cycle to that of the next. */
  readonly everyMinutes: number;
  /** Cycles that were due since the last one and did not come. */
  readonly missedCycles: number;
}

const MINUTE = 60_000;
/** Calls that are further apart belong to two cycles. */
const PAUSE = 5 * MINUTE;
const SHORTEST_CYCLE = 10 * MINUTE;
/** Gaps that have to be known, and by how much the long ones may be longer than the middle one. */
const FEWEST_GAPS = 4;
const FEWEST_HOURS = 12;
const UNEVEN = 1.6;

/**
 * Learns the rhythm from calls, or, where these are of one long cycle, from the hours in which there were any. Nothing
 * where gaps differ: many providers come when something changes, and then silence means nothing.
 */
export function learnRhythm(
  recent: readonly TrafficEntry[],
  counts: readonly TrafficCount[],
  now: number,
): CallRhythm | undefined {
  const times = timesOf(recent);
  const last = times.at(-1);
  if (last === undefined) return undefined;
  // The oldest cycle that is known may have begun earlier.
  const byCalls = usualGap(beginningsOf(times).slice(1), FEWEST_GAPS);
  const hours = new Set(counts.filter(isLetIn).map(({ hour }) => Date.parse(hour)));
  const gap =
    byCalls ??
    usualGap(
      [...hours].sort((a, b) => a - b),
      FEWEST_HOURS,
    );
  if (gap === undefined || gap < SHORTEST_CYCLE) return undefined;
  return { everyMinutes: Math.round(gap / MINUTE), missedCycles: Math.max(0, Math.floor((now - last) / gap) - 1) };
}

function timesOf(recent: readonly TrafficEntry[]): readonly number[] {
  return recent
    .filter(isLetIn)
    .map(({ at }) => Date.parse(at))
    .sort((a, b) => a - b);
}

function isLetIn({ outcome }: Pick<TrafficEntry, 'outcome'>): boolean {
  return outcome !== 'unauthorized';
}

function beginningsOf(times: readonly number[]): readonly number[] {
  return times.filter((time, index) => index === 0 || time - (times[index - 1] ?? time) > PAUSE);
}

function usualGap(times: readonly number[], fewest: number): number | undefined {
  const gaps = times
    .slice(1)
    .map((time, index) => time - (times[index] ?? time))
    .sort((a, b) => a - b);
  const middle = gaps[Math.floor(gaps.length / 2)];
  const long = gaps[Math.floor(gaps.length * 0.9)];
  if (middle === undefined || long === undefined || gaps.length < fewest) return undefined;
  return long <= middle * UNEVEN ? middle : undefined;
}
