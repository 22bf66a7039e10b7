import type { Clock } from '../core/clock.js';
import type { Storage } from '../storage/storage.js';
import { PROVISIONING_TOPIC, type ProvisioningEvent, type ProvisioningEventKind } from './provisioning-event.js';

/** Milliseconds that a handler may take before another node tries the same event. */
const LEASE = 60_000;
const AT_ONCE = 100;

/**
 * Tells waiting events to a handler, oldest first, each until the handler has succeeded: at least once, on whichever node
 * asks first. One that fails stays and comes again later.
 * @returns how many were told.
 */
export async function deliverProvisioningEvents(
  { outbox }: Pick<Storage, 'outbox'>,
  handler: (event: ProvisioningEvent) => Promise<void> | void,
  clock: Clock,
): Promise<number> {
  let told = 0;
  for (;;) {
    const now = clock.now();
    const [at, until] = [new Date(now).toISOString(), new Date(now + LEASE).toISOString()];
    const events = await outbox.claim(PROVISIONING_TOPIC, at, until, AT_ONCE);
    if (events.length === 0) return told;
    for (const { key, organizationId, kind, at: happened, payload } of events) {
      try {
        await handler({ key, organizationId, kind: kind as ProvisioningEventKind, at: happened, payload });
      } catch {
        // It is held until the lease is over, and then comes again.
        continue;
      }
      await outbox.ack([key]);
      told += 1;
    }
  }
}
