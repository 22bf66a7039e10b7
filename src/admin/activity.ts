import type { JsonObject } from '../storage/resource-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import type { TrafficEntry } from '../storage/traffic-store.js';

/** One call of an identity provider, in words. */
export interface ActivityItem {
  readonly call: TrafficEntry;
  /** What was asked for, e.g. `Add a user`. */
  readonly title: string;
  /** What came of it, as a sentence. */
  readonly outcome: string;
  readonly failed: boolean;
}

export interface ActivityPage {
  readonly items: readonly ActivityItem[];
  readonly next?: string;
}

export interface ActivityWish {
  /** `''`, or the `next` of the page before with the same order. */
  readonly after: string;
  readonly limit: number;
  /** `newest` first, `failures` alone, or all with `failures-first`. */
  readonly show: 'newest' | 'failures' | 'failures-first';
}

/** Whom or what a step is about. */
export interface ActivitySubject {
  readonly type: 'person' | 'directory-user' | 'group' | 'team' | 'tenant' | 'hold' | 'conflict' | 'directory';
  readonly id: string;
}

/** One thing that followed, from the journal. */
export interface ActivityStep {
  readonly id: string;
  /** UTC, ISO 8601 with milliseconds. */
  readonly at: string;
  readonly kind: string;
  /** What was done, as a sentence; ids stand in it as they are. */
  readonly sentence: string;
  readonly subjects: readonly ActivitySubject[];
  readonly details: JsonObject;
}

/** A call with what followed from it, step by step. */
export interface OpenedActivity extends ActivityItem {
  readonly steps: readonly ActivityStep[];
  /** Where there are more steps: the position to go on from. */
  readonly next?: string;
}

/** What identity providers have asked for, and what followed. */
export interface Activity {
  /** Calls of a directory. */
  page(scope: DirectoryScope, wish: ActivityWish): Promise<ActivityPage>;
  /** One call with its steps; `undefined` when it is not known, or not any more. */
  open(
    scope: DirectoryScope,
    requestId: string,
    steps?: { readonly after: string; readonly limit: number },
  ): Promise<OpenedActivity | undefined>;
}

export declare function createActivity(storage: Storage): Activity;
