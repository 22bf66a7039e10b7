import type { Clock } from '../core/clock.js';
import { UniqueConflictError } from '../storage/errors.js';
import type { JournalEntry } from '../storage/journal-store.js';
import type { OidcDomain, OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import type { OutboxEvent } from '../storage/outbox-store.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { ClientCredentials } from './client-credentials.js';
import { judgeProof, noteLookup, noteTaken, type ProofFound } from './domain-proof.js';
import type { OidcTenantScope, TenantChanges, TenantEdit } from './tenant-changes.js';
import { domainTrouble, secretExpiring } from './tenant-events.js';
import { historyEntry, type TenantHistoryKind } from './tenant-history.js';
import type { OidcTenantPolicy } from './tenant-policy.js';
import { hasReminders, reminderTime } from './tenant-schedule.js';
import type { TxtLookup } from './txt-lookup.js';

export interface TenantUpkeepOptions {
  readonly changes: TenantChanges;
  readonly credentials: ClientCredentials;
  readonly clock: Clock;
  readonly lookupTxt: TxtLookup;
  readonly policy: OidcTenantPolicy;
}

/** Does what is due for one tenant: looks its domains up, reminds of its secrets, seals with the current key. */
export interface TenantUpkeep {
  /** `which` domains: those whose time has come, or all that are still looked for. `undefined` when it is gone. */
  tend(tenant: OidcTenantRecord, which: 'due' | 'all'): Promise<OidcTenantRecord | undefined>;
}

/** Milliseconds that one look-up may take. */
const LOOKUP_LIMIT = 5000;
/** Look-ups of one tenant at a time. */
const LOOKUPS = 5;
/** Milliseconds in which a domain is not looked up again, however often somebody asks. */
const LOOKUP_PAUSE = 10_000;

export function createTenantUpkeep(options: TenantUpkeepOptions): TenantUpkeep {
  const { changes, credentials, clock, lookupTxt, policy } = options;

  async function lookUp(domain: OidcDomain): Promise<ProofFound> {
    const signal = AbortSignal.timeout(LOOKUP_LIMIT);
    const tooLate = new Promise<ProofFound>((resolve) => {
      signal.addEventListener('abort', () => resolve('no-answer'), { once: true });
    });
    const asked = Promise.resolve()
      .then(() => lookupTxt(`${policy.proofLabel}.${domain.name}`, signal))
      .then((values) => judgeProof(domain, values))
      .catch((): ProofFound => 'no-answer');
    return Promise.race([asked, tooLate]);
  }

  async function lookUpAll(domains: readonly OidcDomain[]): Promise<ReadonlyMap<string, ProofFound>> {
    const found = new Map<string, ProofFound>();
    const waiting = [...domains];
    const work = async () => {
      for (let domain = waiting.shift(); domain; domain = waiting.shift())
        found.set(domain.proof, await lookUp(domain));
    };
    await Promise.all(Array.from({ length: LOOKUPS }, work));
    return found;
  }

  function isToCheck({ state, nextCheckAt, checkedAt }: OidcDomain, which: 'due' | 'all', now: number): boolean {
    if (state === 'expired' || nextCheckAt === undefined) return false;
    if (which === 'due') return Date.parse(nextCheckAt) <= now;
    return checkedAt === undefined || now - Date.parse(checkedAt) >= LOOKUP_PAUSE;
  }

  function decide(
    tenant: OidcTenantRecord,
    now: number,
    found: ReadonlyMap<string, ProofFound>,
    taken: ReadonlySet<string>,
  ): TenantEdit | undefined {
    const at = new Date(now).toISOString();
    const entries: JournalEntry[] = [];
    const events: OutboxEvent[] = [];
    const tell = (kind: TenantHistoryKind, details: JsonObject) =>
      entries.push(historyEntry(tenant.id, kind, at, undefined, details));

    const domains = tenant.domains.map((before) => {
      const outcome = found.get(before.proof);
      if (outcome === undefined) return before;
      const isTaken = outcome === 'proof' && taken.has(before.name);
      const after = isTaken ? noteTaken(before, now, policy) : noteLookup(before, outcome, now, policy);
      const kind = whatHappened(before, after);
      if (kind) tell(kind, { domain: after.name });
      if (kind === 'domain-missing' || kind === 'domain-lapsed') {
        events.push(domainTrouble(tenant, `oidc-tenant.${kind}`, after, at));
      }
      return after;
    });

    const clientSecrets = tenant.clientSecrets.map((secret) => {
      const time = hasReminders(tenant) ? reminderTime(secret, policy.reminderDays) : undefined;
      if (time === undefined || secret.expiresAt === undefined || time > at) return secret;
      events.push(secretExpiring(tenant, secret, at));
      tell('secret-reminder', { secretId: secret.id, expiresAt: secret.expiresAt });
      return { ...secret, remindedOf: secret.expiresAt };
    });

    const isApproved =
      policy.approval === 'proved-domains' &&
      tenant.state === 'submitted' &&
      domains.every(({ state }) => state === 'proved');
    if (isApproved) tell('approved', {});

    const next = { ...tenant, domains, clientSecrets, ...(isApproved && { state: 'active' as const }) };
    const resealed = credentials.reseal(next);
    const isChanged = found.size > 0 || events.length > 0 || isApproved || resealed !== undefined;
    return isChanged ? { tenant: resealed ?? next, entries, events, isNews: isApproved } : undefined;
  }

  return {
    async tend(tenant, which) {
      const scope: OidcTenantScope = { organizationId: tenant.organizationId, tenantId: tenant.id };
      const now = clock.now();
      const isLookedFor = tenant.state !== 'rejected';
      const found = await lookUpAll(isLookedFor ? tenant.domains.filter((each) => isToCheck(each, which, now)) : []);
      const taken = new Set<string>();
      for (;;) {
        try {
          return await changes.change(scope, undefined, (current, at) => decide(current, at, found, taken));
        } catch (error) {
          const domain = error instanceof UniqueConflictError ? error.key.replace(/^domain:/, '') : undefined;
          if (domain === undefined || taken.has(domain)) throw error;
          taken.add(domain);
        }
      }
    },
  };
}

function whatHappened(before: OidcDomain, after: OidcDomain): TenantHistoryKind | undefined {
  if (after.state === 'proved' && before.state !== 'proved') return 'domain-proved';
  if (after.state === 'expired' && before.state !== 'expired') return 'domain-expired';
  if (after.reason === 'taken' && before.reason !== 'taken') return 'domain-taken';
  if (after.state === 'failed' && before.state === 'proved') return 'domain-lapsed';
  if (after.missingSince !== undefined && before.missingSince === undefined) return 'domain-missing';
  return undefined;
}
