import { newId } from '../core/id.js';
import type { JournalEntry } from '../storage/journal-store.js';
import type { JsonObject } from '../storage/resource-store.js';

/** On whose side somebody is: the organization that the tenant belongs to, or those who run the application. */
export type TenantRole = 'organization' | 'operator';

/** Who does something, and from which version of the tenant. Whether they may is for the host to say. */
export interface TenantActor {
  readonly userId: string;
  readonly role: TenantRole;
  /** Refuses the change when the tenant has another version by now, e.g. the one that a page was made from. */
  readonly ifVersion?: number;
}

/** What the history of a tenant tells. */
export type TenantHistoryKind =
  | 'submitted'
  | 'resubmitted'
  | 'changed'
  | 'information-asked'
  | 'approved'
  | 'rejected'
  | 'disabled'
  | 'enabled'
  | 'secret-added'
  | 'secret-promoted'
  | 'secret-removed'
  | 'secret-expiry-changed'
  | 'secret-reminder'
  | 'domain-proved'
  | 'domain-missing'
  | 'domain-lapsed'
  | 'domain-taken'
  | 'domain-expired'
  | 'domain-renewed';

/** What the journal calls a tenant. */
export function journalSubject(tenantId: string): string {
  return `oidc-tenant:${tenantId}`;
}

/** An entry of the journal. Without an actor it was the library itself. */
export function historyEntry(
  tenantId: string,
  kind: TenantHistoryKind,
  at: string,
  by: TenantActor | undefined,
  details: JsonObject = {},
): JournalEntry {
  const who: JsonObject = by ? { userId: by.userId, role: by.role } : { role: 'system' };
  return { id: newId(), subject: journalSubject(tenantId), kind, at, details: { by: who, ...details } };
}
