import type { Clock } from '../core/clock.js';
import { StaleVersionError } from '../storage/errors.js';
import type { JournalEntry } from '../storage/journal-store.js';
import type { OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import type { OutboxEvent } from '../storage/outbox-store.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { nextDue } from './tenant-schedule.js';

/** One OIDC tenant of an organization. */
export interface OidcTenantScope extends OrganizationScope {
  readonly tenantId: string;
}

/** What becomes of a tenant. */
export interface TenantEdit {
  readonly tenant: OidcTenantRecord;
  readonly entries?: readonly JournalEntry[];
  readonly events?: readonly OutboxEvent[];
  /** Whether whoever looks at the tenant has to look again: not for what maintenance notes. */
  readonly isNews: boolean;
}

/** Decides what becomes of a tenant; `undefined` leaves it. Asked again when somebody else was faster. */
type TenantDecision = (tenant: OidcTenantRecord, now: number) => TenantEdit | undefined;

export interface TenantChanges {
  /** Writes a new tenant. */
  insert(edit: TenantEdit, now: number): Promise<OidcTenantRecord>;
  /**
   * Reads, decides and writes in one transaction, with the journal and the outbox. `undefined` without such a tenant.
   * @throws {StaleVersionError} when the tenant has another revision than `ifVersion`.
   */
  change(
    scope: OidcTenantScope,
    ifVersion: number | undefined,
    decide: TenantDecision,
  ): Promise<OidcTenantRecord | undefined>;
}

const ATTEMPTS = 10;

export function createTenantChanges(
  storage: Pick<Storage, 'transaction'>,
  clock: Clock,
  reminderDays: number,
): TenantChanges {
  function complete({ tenant, isNews }: TenantEdit, now: number, version: number): OidcTenantRecord {
    const { dueAt: _, ...rest } = tenant;
    const proved = tenant.domains.filter(({ state }) => state === 'proved').map(({ name }) => name);
    const dueAt = nextDue(tenant, reminderDays);
    return {
      ...rest,
      version,
      revision: tenant.revision + (isNews ? 1 : 0),
      provedDomains: tenant.state === 'rejected' ? [] : proved,
      updatedAt: new Date(now).toISOString(),
      ...(dueAt !== undefined && { dueAt }),
    };
  }

  async function note(inside: Storage, { tenant, entries = [], events = [] }: TenantEdit): Promise<void> {
    if (entries.length > 0) await inside.journal.append(tenant, entries);
    for (const event of events) await inside.outbox.enqueue(event);
  }

  return {
    insert(edit, now) {
      const tenant = complete(edit, now, 1);
      return storage.transaction({ organizationId: tenant.organizationId }, async (inside) => {
        await inside.oidcTenants.insert(tenant);
        await note(inside, edit);
        return tenant;
      });
    },

    async change({ organizationId, tenantId }, ifVersion, decide) {
      for (let attempt = 1; ; attempt += 1) {
        let isTooOld = false;
        try {
          return await storage.transaction({ organizationId }, async (inside) => {
            const before = await inside.oidcTenants.get(tenantId);
            if (before?.organizationId !== organizationId) return undefined;
            isTooOld = ifVersion !== undefined && ifVersion !== before.revision;
            if (isTooOld) throw new StaleVersionError(tenantId);
            const now = clock.now();
            const edit = decide(before, now);
            if (edit === undefined) return before;
            const tenant = complete(edit, now, before.version + 1);
            await inside.oidcTenants.update(tenant, before.version);
            await note(inside, edit);
            return tenant;
          });
        } catch (error) {
          if (isTooOld || !(error instanceof StaleVersionError) || attempt === ATTEMPTS) throw error;
        }
      }
    },
  };
}
