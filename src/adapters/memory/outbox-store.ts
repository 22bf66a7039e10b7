import type { OutboxStore } from '../../storage/outbox-store.js';
import type { Access } from './access.js';

export function createOutboxStore(access: Access): OutboxStore {
  return {
    enqueue: (event) => access.writeShared(event, ({ outbox }, undo) => outbox.enqueue(event, undo)),
    claim: (topic, at, until, limit) =>
      access.writeShared(undefined, ({ outbox }, undo) => outbox.claim(topic, at, until, limit, undo)),
    ack: (keys) => access.writeShared(undefined, ({ outbox }, undo) => outbox.ack(keys, undo)),
  };
}
