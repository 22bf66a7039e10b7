import type { JsonObject } from './resource-store.js';
import type { OrganizationScope } from './scope.js';

/** Something that has to be told to somebody, at least once. */
export interface OutboxEvent extends OrganizationScope {
  /** The same whenever the same event is told again: who hears of it remembers the key. Unique over all organizations. */
  readonly key: string;
  /** Who takes care of it: each topic is claimed by itself. */
  readonly topic: string;
  readonly kind: string;
  /** UTC, ISO 8601 with milliseconds. */
  readonly at: string;
  readonly payload: JsonObject;
}

/** An event that somebody has taken on. */
export interface ClaimedEvent extends OutboxEvent {
  /** How often it has been claimed, this time included. */
  readonly attempts: number;
}

/** Keeps events until they have been told. */
export interface OutboxStore {
  /** Inside a transaction, together with what it tells of. An event whose key waits already is left as it is. */
  enqueue(event: OutboxEvent): Promise<void>;
  /**
   * Across organizations: takes the oldest events of a topic that nobody holds at `at`, and holds them `until` then. Each
   * goes to one of those who claim at the same time; one that is not acknowledged can be claimed again afterwards.
   */
  claim(topic: string, at: string, until: string, limit: number): Promise<readonly ClaimedEvent[]>;
  /** Forgets events that have been told. Idempotent. */
  ack(keys: readonly string[]): Promise<void>;
}
