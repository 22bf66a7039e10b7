import type { ClaimedEvent, OutboxEvent } from '../../storage/outbox-store.js';
import { freezeJson } from './freeze-json.js';
import type { UndoLog } from './undo-log.js';

interface WaitingEvent {
  readonly event: OutboxEvent;
  readonly attempts: number;
  /** Nobody else gets it before; `''` when nobody has claimed it. */
  readonly heldUntil: string;
}

/** Events that are still to be told, oldest first. */
export class OutboxTable {
  readonly #waiting = new Map<string, WaitingEvent>();

  enqueue(event: OutboxEvent, undo: UndoLog): void {
    if (this.#waiting.has(event.key)) return;
    this.#exchange(event.key, { event: freezeJson(event), attempts: 0, heldUntil: '' }, undo);
  }

  claim(topic: string, at: string, until: string, limit: number, undo: UndoLog): readonly ClaimedEvent[] {
    const free = [...this.#waiting.values()].filter(({ event, heldUntil }) => event.topic === topic && heldUntil <= at);
    return free.slice(0, limit).map(({ event, attempts }) => {
      this.#exchange(event.key, { event, attempts: attempts + 1, heldUntil: until }, undo);
      return { ...event, attempts: attempts + 1 };
    });
  }

  ack(keys: readonly string[], undo: UndoLog): void {
    for (const key of keys) this.#exchange(key, undefined, undo);
  }

  #exchange(key: string, after: WaitingEvent | undefined, undo: UndoLog): void {
    const before = this.#waiting.get(key);
    const put = (waiting: WaitingEvent | undefined) =>
      waiting ? this.#waiting.set(key, waiting) : this.#waiting.delete(key);
    put(after);
    undo.note(() => put(before));
  }
}
