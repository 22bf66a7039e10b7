import type { ClaimedEvent, OutboxEvent, OutboxStore } from '../../storage/outbox-store.js';
import type { Row } from './access.js';
import { indexKey } from './lookup-keys.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openOutboxStore({ names: { outbox }, dialect }: StoreSite): StoreOver<OutboxStore> {
  const { among, entries, forUpdateOfFree } = dialect;
  const enqueue = prepare(
    `insert into ${outbox} (event_key, organization_id, topic, document) ` +
      'values ({eventKey}, {organizationId}, {topic}, {document}) on conflict do nothing',
    dialect,
  );
  const claim = prepare(
    `update ${outbox} as o set held_until = {until}, attempts = o.attempts + 1 where ${among(
      'o.sequence',
      `select f.sequence from ${outbox} as f where f.topic = {topic} and f.held_until <= {at} ` +
        `order by f.sequence limit {limit} ${forUpdateOfFree}`,
    )} returning sequence, attempts, document`,
    dialect,
  );
  const ack = prepare(
    `delete from ${outbox} as o where ${among('o.event_key', `select value from ${entries('{eventKeys}')}`)}`,
    dialect,
  );

  return (access) => ({
    async enqueue(event) {
      const { organizationId, topic, key } = event;
      const values = { eventKey: indexKey(key), organizationId, topic, document: JSON.stringify(event) };
      await access.beside(event, outbox, (run) => run(enqueue(values)));
    },

    async claim(topic, at, until, limit) {
      const rows = await access.single(undefined, (run) => run(claim({ topic, at, until, limit })));
      return [...rows].sort((a, b) => Number(a['sequence']) - Number(b['sequence'])).map(claimedOf);
    },

    async ack(keys) {
      if (keys.length === 0) return;
      const eventKeys = JSON.stringify(keys.map(indexKey).sort());
      await access.single(undefined, (run) => run(ack({ eventKeys })));
    },
  });
}

function claimedOf(row: Row): ClaimedEvent {
  const event = JSON.parse(String(row['document'])) as OutboxEvent;
  return { ...event, attempts: Number(row['attempts']) };
}
