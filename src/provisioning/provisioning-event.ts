import type { JsonObject } from '../storage/resource-store.js';

/** Where provisioning puts its events into the outbox. */
export const PROVISIONING_TOPIC = 'provisioning';

/** What can happen to people and teams; each is told after it is stored, at least once. */
export type ProvisioningEventKind =
  | 'person.created'
  /** Somebody who was there before is a directory's or a login's from now on. */
  | 'person.linked'
  | 'person.updated'
  /** Send the invitation: once, whatever is repeated. */
  | 'person.invited'
  | 'person.activated'
  | 'person.deactivated'
  | 'person.reactivated'
  | 'person.deleted'
  /** Ask the owner of a phone number to confirm it. */
  | 'phone.unconfirmed'
  | 'team.created'
  | 'team.renamed'
  /** `changes`: `{ userId, teamId, role }` each, without a role for who is out. At most 1,000 in one event. */
  | 'memberships.changed'
  | 'conflict.opened'
  | 'hold.opened';

/** An event for the host. */
export interface ProvisioningEvent {
  /** The same whenever the same event is told again. */
  readonly key: string;
  readonly organizationId: string;
  readonly kind: ProvisioningEventKind;
  /** UTC, ISO 8601 with milliseconds. */
  readonly at: string;
  readonly payload: JsonObject;
}
