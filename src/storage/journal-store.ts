import type { JsonObject } from './resource-store.js';
import type { OrganizationScope } from './scope.js';

/** One thing that happened. Never holds a secret. */
export interface JournalEntry {
  readonly id: string;
  /** What it is about, e.g. `oidc-tenant:0c9a…`. */
  readonly subject: string;
  /** What happened, e.g. `approved`. */
  readonly kind: string;
  /** UTC, ISO 8601 with milliseconds. */
  readonly at: string;
  /** Who did it, and whatever else explains it. */
  readonly details: JsonObject;
  /** What set it off: the same for all entries of one request or step, whatever they are about. */
  readonly causeId?: string;
}

export interface JournalPage {
  /** Newest first: in the order opposite to that of writing. */
  readonly items: readonly JournalEntry[];
  readonly next?: string;
}

/** Keeps what happened, for good. */
export interface JournalStore {
  /** Adds entries in their order: inside a transaction, together with what they tell of. */
  append(scope: OrganizationScope, entries: readonly JournalEntry[]): Promise<void>;
  /** Entries about one subject. `after` is `''` or the `next` of the page before; a position that is none is a `RangeError`. */
  page(
    scope: OrganizationScope,
    subject: string,
    page: { readonly after: string; readonly limit: number },
  ): Promise<JournalPage>;
  /** Entries of one cause, in the same manner. */
  pageOfCause(
    scope: OrganizationScope,
    causeId: string,
    page: { readonly after: string; readonly limit: number },
  ): Promise<JournalPage>;
}
