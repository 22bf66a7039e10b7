import type { JsonValue } from './resource-store.js';
import type { DirectoryScope } from './scope.js';

/**
 * How a call ended: `done`, `refused` (a fault of the request), `unauthorized` (no token, or one that is not good here),
 * `failed` (a fault of ours). That a resource is not there is no failure of a GET or a DELETE.
 */
export type TrafficOutcome = 'done' | 'refused' | 'unauthorized' | 'failed';

/** One SCIM call without what it says of anybody: no token, and the kind of each value in place of the value. */
export interface TrafficEntry {
  /** Of the request; what it has set off carries it in the journal as `causeId`. */
  readonly id: string;
  /** When it came. UTC, ISO 8601 with milliseconds. */
  readonly at: string;
  /** From its coming to its answer. */
  readonly milliseconds: number;
  readonly outcome: TrafficOutcome;
  readonly method: string;
  /** Below the base URL, e.g. `/Users/2819c223-7f76-453a-919d-413861904646`. */
  readonly path: string;
  /** Redacted: `filter=userName eq "<email>"`. */
  readonly query?: string;
  readonly status: number;
  readonly scimType?: string;
  /** What the answer said, redacted. */
  readonly detail?: string;
  /** The resource that it made. */
  readonly createdId?: string;
  /** Why it was not let in: `none`, `malformed`, `unknown`, `expired`, `revoked`, `directory_disabled`. */
  readonly refusal?: string;
  /** The token it came with, by its id. */
  readonly tokenId?: string;
  /** What the client calls itself. */
  readonly agent?: string;
  /** What stands out in it, as codes; the doctor reads them. */
  readonly signs: readonly string[];
  /** The form of its body, shortened. */
  readonly body?: JsonValue;
}

/** So many calls of one hour that ended alike. */
export interface TrafficCount {
  /** When the hour begins. UTC, ISO 8601 with milliseconds. */
  readonly hour: string;
  readonly outcome: TrafficOutcome;
  readonly calls: number;
  /** How many of them have no entry, because there were too many at once. */
  readonly unrecorded: number;
}

/** Calls to be kept, oldest first, with counts that include those without an entry. */
export interface TrafficBatch {
  readonly entries: readonly TrafficEntry[];
  readonly counts: readonly TrafficCount[];
}

export interface TrafficPageWish {
  /** `''`, or the `next` of the page before. */
  readonly after: string;
  readonly limit: number;
  /** Only those that are not `done`, or only those that are. */
  readonly failed?: boolean;
}

export interface TrafficPage {
  /** Newest first: in the order opposite to that of appending. */
  readonly items: readonly TrafficEntry[];
  readonly next?: string;
}

/** Keeps the recent calls of directories, and how many there were. */
export interface TrafficStore {
  /** Adds a batch, and forgets all entries of the directory but the newest `keep`. Counts are added to those there are. */
  append(scope: DirectoryScope, batch: TrafficBatch, keep: number): Promise<void>;
  /** A position that is none is a `RangeError`. */
  page(scope: DirectoryScope, wish: TrafficPageWish): Promise<TrafficPage>;
  get(scope: DirectoryScope, id: string): Promise<TrafficEntry | undefined>;
  /** Counts of the hours from one, which is included, to another, which is not; oldest first, hours without calls left out. */
  counts(scope: DirectoryScope, from: string, to: string): Promise<readonly TrafficCount[]>;
  /**
   * Across organizations, for maintenance: forgets up to `limit` entries and counts from before `at`, and answers how many.
   */
  forgetBefore(at: string, limit: number): Promise<number>;
}

/** The store that a record of calls needs; a storage may go without. */
export interface TrafficStores {
  readonly traffic: TrafficStore;
}

/** @throws {TypeError} when the storage keeps no calls. */
export function trafficOf(storage: Partial<TrafficStores>): TrafficStore {
  if (storage.traffic) return storage.traffic;
  throw new TypeError('a record of calls needs a storage with the store `traffic`');
}
