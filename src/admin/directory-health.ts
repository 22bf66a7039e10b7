import type { TrafficCount, TrafficEntry } from '../storage/traffic-store.js';

/** How a directory is doing; the first that is true, from the top. */
export type HealthState =
  /** No call has ever come, or none that is still known. */
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

/** How often the identity provider comes, learned from when it came. */
export interface CallRhythm {
  /** Minutes from the beginning of a cycle to that of the next. */
  readonly everyMinutes: number;
  /** Cycles that were due since the last one and did not come. */
  readonly missedCycles: number;
}

export interface DirectoryHealth {
  readonly state: HealthState;
  /** The state as a sentence for the organization's owner. */
  readonly sentence: string;
  /** UTC, ISO 8601 with milliseconds, as all times. */
  readonly lastCallAt?: string;
  readonly lastSuccessAt?: string;
  /** The last 24 hours. */
  readonly day: {
    readonly calls: number;
    readonly failures: number;
    /** From 0 to 1; 0 without calls. */
    readonly failureShare: number;
  };
  /** Absent where calls follow no rhythm: many providers come when something changes. */
  readonly rhythm?: CallRhythm;
  /** Why calls were not let in, most frequent first. */
  readonly refusals: readonly { readonly reason: string; readonly count: number; readonly lastAt: string }[];
}

/** What health is judged by. */
export interface HealthGround {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of the last seven days. */
  readonly counts: readonly TrafficCount[];
  /** The newest calls, newest first; some hundreds. */
  readonly recent: readonly TrafficEntry[];
  /** The newest call that is not a failure, where `recent` may have none. */
  readonly lastSuccess?: TrafficEntry | undefined;
}

export declare function directoryHealth(ground: HealthGround): DirectoryHealth;
