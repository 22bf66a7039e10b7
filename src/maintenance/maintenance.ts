import { type Clock, systemClock } from '../core/clock.js';
import type { KeyRing } from '../core/key-ring.js';
import { createDebugLogger, type Logger } from '../core/logger.js';
import type { EndAccess } from '../provisioning/access.js';
import { createAccessEndings } from '../provisioning/access-endings.js';
import type { OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import type { ClaimedEvent } from '../storage/outbox-store.js';
import type { Storage } from '../storage/storage.js';
import { createClientCredentials } from '../tenancy/client-credentials.js';
import { createTenantChanges } from '../tenancy/tenant-changes.js';
import { HOST_EVENTS, type OidcTenantEvent, readTenantEvent } from '../tenancy/tenant-events.js';
import { DEFAULT_OIDC_TENANT_POLICY, type OidcTenantPolicy, parseTenantPolicy } from '../tenancy/tenant-policy.js';
import { createTenantUpkeep } from '../tenancy/tenant-upkeep.js';
import { lookupTxtInDns, type TxtLookup } from '../tenancy/txt-lookup.js';

export interface MaintenanceOptions {
  readonly storage: Storage;
  readonly keyRing: KeyRing;
  /**
   * Tells the host of something, e.g. by mail. Called at least once for each event, outside any transaction; remember the
   * key of an event to do it once. When it rejects, or takes longer than half a minute, it is called again minutes later.
   */
  readonly onEvent: (event: OidcTenantEvent) => Promise<void>;
  /**
   * The same as for `createScimRouter`: where it failed, or a process ended before it was called, it is called again, minutes
   * later and until it has succeeded. Without, whoever repeats the SCIM request does that alone.
   */
  readonly endAccess?: EndAccess;
  /** Milliseconds that `endAccess` may take. 10,000 unless told. */
  readonly endAccessTimeout?: number;
  readonly lookupTxt?: TxtLookup;
  /** The same as for `createOidcTenants`. */
  readonly policy?: Partial<OidcTenantPolicy>;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** What one run has done. */
export interface MaintenanceReport {
  /** Tenants whose domains were looked up, or whose secrets somebody is reminded of. */
  readonly tenants: number;
  readonly eventsTold: number;
  readonly eventsFailed: number;
  /** People whose access has been ended by now, or is still to be. */
  readonly accessEnded: number;
  readonly accessNotEnded: number;
  /** Rows about sign-ins that are of no use any more. */
  readonly forgotten: number;
  /** Whether a limit of this run was reached, so that there may be more to do. */
  readonly hasMore: boolean;
}

/** What has to be done from time to time. */
export interface Maintenance {
  /**
   * Does what is due, within limits. Call it every few minutes, on one node or on all: they share the work. Rejects only
   * with what the storage rejects with.
   */
  runOnce(): Promise<MaintenanceReport>;
}

const MOST_TENANTS = 200;
const TENANTS_AT_A_TIME = 5;
const MOST_EVENTS = 200;
const EVENTS_AT_A_TIME = 10;
const MOST_FORGOTTEN = 10_000;
const FORGOTTEN_AT_A_TIME = 1000;
/** Milliseconds for which an event is somebody's: after that it is told again. */
const HOLD = 5 * 60_000;
const TELLING_LIMIT = 30_000;

/**
 * Creates what does the work that no request asks for: reminders of secrets that expire, look-ups of domains, access that could not be ended, and
 * tidying.
 *
 * @example
 * const maintenance = createMaintenance({ storage, keyRing, onEvent: async (event) => sendMail(event) });
 * setInterval(() => maintenance.runOnce().catch(reportError), 5 * 60_000);
 *
 * @throws {ConfigurationError} when the policy cannot be used.
 */
export function createMaintenance(options: MaintenanceOptions): Maintenance {
  const {
    storage,
    keyRing,
    onEvent,
    endAccess,
    endAccessTimeout: timeout = 10_000,
    lookupTxt = lookupTxtInDns,
  } = options;
  const { clock = systemClock, logger = createDebugLogger('maintenance') } = options;
  const policy: OidcTenantPolicy = { ...DEFAULT_OIDC_TENANT_POLICY, ...parseTenantPolicy(options.policy ?? {}) };
  const changes = createTenantChanges(storage, clock, policy.reminderDays);
  const credentials = createClientCredentials(keyRing);
  const upkeep = createTenantUpkeep({ changes, credentials, clock, lookupTxt, policy });

  async function tendTenants(): Promise<number> {
    const due = await storage.oidcTenants.listDue(iso(clock.now()), MOST_TENANTS);
    const waiting = [...due];
    const failures: unknown[] = [];
    const work = async () => {
      for (let tenant = waiting.shift(); tenant; tenant = waiting.shift()) {
        await upkeep.tend(tenant, 'due').catch((error: unknown) => {
          logger.error({ tenantId: tenant?.id, error }, 'an OIDC tenant was left as it is');
          failures.push(error);
        });
      }
    };
    await Promise.all(Array.from({ length: TENANTS_AT_A_TIME }, work));
    // One tenant that cannot be written must not keep the others waiting; a storage that is away is told.
    if (failures.length > 0 && failures.length === due.length) throw failures[0];
    return due.length;
  }

  /** Whether an event still tells the truth: nobody is reminded of a secret that has gone or expires at another time. */
  async function isStillTrue(event: OidcTenantEvent): Promise<boolean> {
    if (event.kind !== 'oidc-tenant.secret-expiring') return true;
    const tenant: OidcTenantRecord | undefined = await storage.oidcTenants.get(event.tenantId);
    return tenant?.clientSecrets.some(({ expiresAt }) => expiresAt === event.details.expiresAt) ?? false;
  }

  async function tell(claimed: ClaimedEvent): Promise<boolean> {
    const event = readTenantEvent(claimed);
    if (!event) {
      logger.error({ kind: claimed.kind, key: claimed.key }, 'an event of an unknown kind waits');
      return false;
    }
    if (!(await isStillTrue(event))) return true;
    try {
      await within(TELLING_LIMIT, onEvent(event));
      return true;
    } catch (error) {
      logger.warn({ kind: event.kind, tenantId: event.tenantId, attempts: claimed.attempts, error }, 'not told yet');
      return false;
    }
  }

  const endings = endAccess && createAccessEndings({ storage, clock, endAccess, timeout, logger });

  async function tellEvents() {
    let [told, failed] = [0, 0];
    while (told + failed < MOST_EVENTS) {
      const now = clock.now();
      const claimed = await storage.outbox.claim(HOST_EVENTS, iso(now), iso(now + HOLD), EVENTS_AT_A_TIME);
      if (claimed.length === 0) return { told, failed };
      const outcomes = await Promise.all(claimed.map(tell));
      const keys = claimed.filter((_, index) => outcomes[index]).map(({ key }) => key);
      await storage.outbox.ack(keys);
      told += keys.length;
      failed += claimed.length - keys.length;
    }
    return { told, failed };
  }

  async function forget(): Promise<number> {
    let forgotten = 0;
    while (forgotten < MOST_FORGOTTEN) {
      const count = await storage.signIns.forgetExpired(iso(clock.now()), FORGOTTEN_AT_A_TIME);
      forgotten += count;
      if (count < FORGOTTEN_AT_A_TIME) break;
    }
    return forgotten;
  }

  return {
    async runOnce() {
      const tenants = await tendTenants();
      const { told, failed } = await tellEvents();
      const { ended, notEnded } = (await endings?.retry(MOST_EVENTS)) ?? { ended: 0, notEnded: 0 };
      const forgotten = await forget();
      const isFull = [told + failed, ended + notEnded].some((count) => count >= MOST_EVENTS);
      const hasMore = tenants === MOST_TENANTS || isFull || forgotten >= MOST_FORGOTTEN;
      const events = { eventsTold: told, eventsFailed: failed };
      return { tenants, ...events, accessEnded: ended, accessNotEnded: notEnded, forgotten, hasMore };
    },
  };
}

const iso = (time: number) => new Date(time).toISOString();

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  const signal = AbortSignal.timeout(milliseconds);
  await Promise.race([
    work,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error(`took longer than ${milliseconds} ms`)), { once: true });
    }),
  ]);
}
