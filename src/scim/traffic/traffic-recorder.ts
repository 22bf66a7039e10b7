import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../core/logger.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { TrafficCount, TrafficEntry, TrafficOutcome, TrafficStore } from '../../storage/traffic-store.js';

export interface TrafficRecorderOptions {
  readonly traffic: TrafficStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Entries of each directory that are kept. */
  readonly entries: number;
  /** Days after which entries and counts are forgotten. */
  readonly days: number;
}

/** Takes calls down without making anybody wait. */
export interface TrafficRecorder {
  /** Takes note of a call that has been answered. */
  note(scope: DirectoryScope, entry: TrafficEntry): void;
  /** Writes what waits; resolves when it is written or given up. */
  flush(): Promise<void>;
}

/** What waits to be written, of one directory. */
interface Waiting {
  readonly scope: DirectoryScope;
  readonly entries: TrafficEntry[];
  readonly counts: Map<string, { -readonly [Key in keyof TrafficCount]: TrafficCount[Key] }>;
  unauthorized: number;
}

/** Milliseconds until calls are written after a quiet time, and between two writes. */
const SOON = 50;
const INTERVAL = 1000;
/** Entries that wait at most, of all directories and of one. What comes on top is counted and nothing else. */
const MOST_WAITING = 2000;
const MOST_OF_ONE = 500;
/** Calls that were not let in come from anybody: they must not push out the others. */
const MOST_UNAUTHORIZED = 20;
const MOST_DIRECTORIES = 5000;
const FORGET_INTERVAL = 3_600_000;
const FORGOTTEN_AT_A_TIME = 1000;
const MOST_FORGOTTEN = 20_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/**
 * Creates what writes calls into the storage, up to a second later and in batches. While the storage is slower than the calls
 * come, or away, calls lose their entry and keep their place in the counts.
 */
export function createTrafficRecorder(options: TrafficRecorderOptions): TrafficRecorder {
  const { traffic, clock, logger, entries: keep, days } = options;
  let waiting = new Map<string, Waiting>();
  let entriesWaiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let forgottenAt = Number.NEGATIVE_INFINITY;

  function waitingOf(scope: DirectoryScope): Waiting | undefined {
    const key = JSON.stringify([scope.organizationId, scope.directoryId]);
    const known = waiting.get(key);
    if (known || waiting.size >= MOST_DIRECTORIES) return known;
    const { organizationId, directoryId } = scope;
    const fresh: Waiting = { scope: { organizationId, directoryId }, entries: [], counts: new Map(), unauthorized: 0 };
    waiting.set(key, fresh);
    return fresh;
  }

  function hasRoom({ entries, unauthorized }: Waiting, { outcome }: TrafficEntry): boolean {
    if (entriesWaiting >= MOST_WAITING || entries.length >= MOST_OF_ONE) return false;
    return outcome !== 'unauthorized' || unauthorized < MOST_UNAUTHORIZED;
  }

  function schedule(): void {
    if (timer || writing) return;
    // Who looks on sees a single call at once; many calls share a write.
    timer = setTimeout(() => void flush(), Math.max(SOON, INTERVAL - (performance.now() - writtenAt)));
    timer.unref();
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (writing) await writing;
    writing = writeAll().finally(() => {
      writing = undefined;
      writtenAt = performance.now();
      if (waiting.size > 0) schedule();
    });
    await writing;
  }

  async function writeAll(): Promise<void> {
    const batches = [...waiting.values()];
    waiting = new Map();
    for (const { scope, entries, counts } of batches) {
      await traffic
        .append(scope, { entries, counts: [...counts.values()] }, keep)
        .catch((error: unknown) => keepCounts(scope, counts, entries, error));
      entriesWaiting -= entries.length;
    }
    await forgetOld().catch((error: unknown) => logger.warn({ err: error }, 'old SCIM calls were not forgotten'));
  }

  /** The entries are given up; how many calls there were is told with the next batch. */
  function keepCounts(
    scope: DirectoryScope,
    counts: Waiting['counts'],
    entries: readonly TrafficEntry[],
    error: unknown,
  ): void {
    logger.warn({ err: error, ...scope, entries: entries.length }, 'SCIM calls were not recorded');
    const next = waitingOf(scope);
    if (!next) return;
    for (const { hour, outcome, calls } of counts.values()) addCount(next, hour, outcome, calls, calls);
  }

  async function forgetOld(): Promise<void> {
    const now = clock.now();
    if (now - forgottenAt < FORGET_INTERVAL) return;
    forgottenAt = now;
    const before = new Date(now - days * DAY).toISOString();
    for (let forgotten = 0; forgotten < MOST_FORGOTTEN; ) {
      const count = await traffic.forgetBefore(before, FORGOTTEN_AT_A_TIME);
      if (count < FORGOTTEN_AT_A_TIME) return;
      forgotten += count;
    }
  }

  return {
    note(scope, entry) {
      const of = waitingOf(scope);
      if (!of) return;
      const isKept = hasRoom(of, entry);
      const hour = new Date(Math.floor(Date.parse(entry.at) / HOUR) * HOUR).toISOString();
      addCount(of, hour, entry.outcome, 1, isKept ? 0 : 1);
      if (isKept) {
        of.entries.push(entry);
        entriesWaiting += 1;
        if (entry.outcome === 'unauthorized') of.unauthorized += 1;
      }
      schedule();
    },
    flush,
  };
}

function addCount({ counts }: Waiting, hour: string, outcome: TrafficOutcome, calls: number, unrecorded: number): void {
  const key = `${hour} ${outcome}`;
  const known = counts.get(key);
  if (!known) {
    counts.set(key, { hour, outcome, calls, unrecorded });
    return;
  }
  known.calls += calls;
  known.unrecorded += unrecorded;
}
