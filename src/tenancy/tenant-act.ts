import type { OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { OidcTenantScope, TenantChanges, TenantEdit } from './tenant-changes.js';
import { historyEntry, type TenantActor, type TenantHistoryKind } from './tenant-history.js';
import type { OidcTenantView } from './tenant-view.js';

/** What somebody makes of a tenant, and what the history says of it. */
interface TenantDeed {
  readonly tenant: OidcTenantRecord;
  readonly kind: TenantHistoryKind;
  readonly details?: JsonObject;
}

/** Changes a tenant and notes who did it; `undefined` of `work` leaves it. Answers how the tenant is shown afterwards. */
export type TenantAct = (
  scope: OidcTenantScope,
  by: TenantActor,
  work: (tenant: OidcTenantRecord, now: number) => TenantDeed | undefined,
) => Promise<OidcTenantView | undefined>;

export function createTenantAct(changes: TenantChanges, view: (tenant: OidcTenantRecord) => OidcTenantView): TenantAct {
  return async (scope, by, work) => {
    const changed = await changes.change(scope, by.ifVersion, (before, now): TenantEdit | undefined => {
      const done = work(before, now);
      if (!done) return undefined;
      const at = new Date(now).toISOString();
      const entry = historyEntry(before.id, done.kind, at, by, done.details);
      return { tenant: done.tenant, entries: [entry], isNews: true };
    });
    return changed && view(changed);
  };
}
