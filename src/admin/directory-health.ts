import type { DirectoryScope } from '../storage/scope.js';
import { type TrafficCount, type TrafficEntry, type TrafficStores, trafficOf } from '../storage/traffic-store.js';
import { type CallRhythm, learnRhythm } from './call-rhythm.js';

/** How a directory is doing; the first that is true, from the top. */
type HealthState =
  /** No call is known. */
  | 'silent'
  /** The latest calls were not let in. */
  | 'locked-out'
  /** Most calls of the last 24 hours failed. */
  | 'failing'
  /** The identity provider has left out cycles. */
  | 'late'
  /** Some calls of the last 24 hours failed. */
  | 'troubled'
  | 'well';

export interface DirectoryHealth {
  readonly state: HealthState;
  /** The state as a sentence for the organization's owner. */
  readonly sentence: string;
  /** UTC, ISO 8601 with milliseconds, as all times. */
  readonly lastCallAt?: string;
  readonly lastSuccessAt?: string;
  /** The last 24 hours. */
  readonly day: {
    /** Calls that were let in. */
    readonly calls: number;
    /** How many of these failed. */
    readonly failures: number;
    /** From 0 to 1; 0 without calls. */
    readonly failureShare: number;
    /** Calls that were not let in; anybody can make such. */
    readonly unauthorized: number;
  };
  /** Absent where calls follow no rhythm: many providers come when something changes. */
  readonly rhythm?: CallRhythm;
  /** Why recent calls were not let in, most frequent first. */
  readonly refusals: readonly CallRefusal[];
}

interface CallRefusal {
  /** `none`, `malformed`, `unknown`, `expired`, `revoked`, `directory_disabled`. */
  readonly reason: string;
  readonly count: number;
  readonly lastAt: string;
}

/** What health is judged by. */
export interface HealthGround {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of the last seven days. */
  readonly counts: readonly TrafficCount[];
  /** The newest calls, newest first; some hundreds. */
  readonly recent: readonly TrafficEntry[];
  /** The newest call that did not fail, where `recent` may have none. */
  readonly lastSuccess?: TrafficEntry | undefined;
}

const HOUR = 3_600_000;
const LATEST = 3;
const FEWEST_CALLS = 5;
const MISSED = 2;

/** How a directory is doing, as far as its calls tell. */
export function directoryHealth(ground: HealthGround): DirectoryHealth {
  const { now, counts, recent, lastSuccess } = ground;
  const day = dayOf(counts, now);
  const rhythm = learnRhythm(recent, counts, now);
  const [lastCall] = recent;
  const success = recent.find(({ outcome }) => outcome === 'done') ?? lastSuccess;
  const state = stateOf(ground, day, rhythm);
  return {
    state,
    sentence: sentenceOf(state, day, rhythm),
    ...(lastCall && { lastCallAt: lastCall.at }),
    ...(success && { lastSuccessAt: success.at }),
    day,
    ...(rhythm && { rhythm }),
    refusals: refusalsOf(recent),
  };
}

/** The calls that health and the doctor look at. */
const MOST_CALLS = 200;

/** Reads the newest calls of a directory, newest first. */
export async function readRecentCalls(
  storage: Partial<TrafficStores>,
  scope: DirectoryScope,
): Promise<readonly TrafficEntry[]> {
  return (await trafficOf(storage).page(scope, { after: '', limit: MOST_CALLS })).items;
}

/**
 * Reads what else {@link directoryHealth} judges by: a few indexed reads, however many calls there are.
 * @param recent what {@link readRecentCalls} has read
 */
export async function readDirectoryHealth(
  storage: Partial<TrafficStores>,
  scope: DirectoryScope,
  now: number,
  recent: readonly TrafficEntry[],
): Promise<DirectoryHealth> {
  const traffic = trafficOf(storage);
  const from = new Date(now - 7 * 24 * HOUR).toISOString();
  const isKnown = recent.some(({ outcome }) => outcome === 'done');
  const [counts, { items }] = await Promise.all([
    traffic.counts(scope, from, new Date(now + HOUR).toISOString()),
    isKnown ? { items: [] } : traffic.page(scope, { after: '', limit: 1, failed: false }),
  ]);
  return directoryHealth({ now, counts, recent, lastSuccess: items[0] });
}

function dayOf(counts: readonly TrafficCount[], now: number): DirectoryHealth['day'] {
  // The hour that has begun a day ago counts as a whole.
  const from = new Date(Math.floor((now - 24 * HOUR) / HOUR) * HOUR).toISOString();
  const sum = (isWanted: (count: TrafficCount) => boolean) =>
    counts.filter((count) => count.hour >= from && isWanted(count)).reduce((total, { calls }) => total + calls, 0);
  const calls = sum(({ outcome }) => outcome !== 'unauthorized');
  const failures = sum(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  const unauthorized = sum(({ outcome }) => outcome === 'unauthorized');
  return { calls, failures, failureShare: calls === 0 ? 0 : failures / calls, unauthorized };
}

function stateOf(
  { counts, recent }: HealthGround,
  { calls, failures, failureShare }: DirectoryHealth['day'],
  rhythm: CallRhythm | undefined,
): HealthState {
  if (recent.length === 0 && counts.length === 0) return 'silent';
  const latest = recent.slice(0, LATEST);
  if (latest.length > 0 && latest.every(({ outcome }) => outcome === 'unauthorized')) return 'locked-out';
  if (calls >= FEWEST_CALLS && failureShare > 0.5) return 'failing';
  if (rhythm && rhythm.missedCycles >= MISSED) return 'late';
  return failures > 0 ? 'troubled' : 'well';
}

function sentenceOf(
  state: HealthState,
  { calls, failures }: DirectoryHealth['day'],
  rhythm: CallRhythm | undefined,
): string {
  switch (state) {
    case 'silent':
      return 'The identity provider has not called yet.';
    case 'locked-out':
      return 'The latest calls were not let in: look at the token and the base URL at the identity provider.';
    case 'failing':
      return `${failures} of ${calls} calls of the last 24 hours failed.`;
    case 'late':
      return `The identity provider usually comes every ${rhythm?.everyMinutes} minutes, and ${rhythm?.missedCycles} times it has not.`;
    case 'troubled':
      return `${failures} of ${calls} calls of the last 24 hours failed; the others succeeded.`;
    case 'well':
      return calls === 0 ? 'There were no calls in the last 24 hours.' : 'All calls of the last 24 hours succeeded.';
  }
}

function refusalsOf(recent: readonly TrafficEntry[]): readonly CallRefusal[] {
  const found = new Map<string, CallRefusal>();
  for (const { refusal, at } of recent) {
    if (refusal === undefined) continue;
    const known = found.get(refusal);
    const lastAt = known && known.lastAt > at ? known.lastAt : at;
    found.set(refusal, { reason: refusal, count: (known?.count ?? 0) + 1, lastAt });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}
