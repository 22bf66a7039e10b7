import { type Clock, systemClock } from '../core/clock.js';
import { ConfigurationError } from '../core/configuration.js';
import { newId } from '../core/id.js';
import type { KeyRing } from '../core/key-ring.js';
import type { JournalPage } from '../storage/journal-store.js';
import type { OidcTenantRecord, OidcTenantState } from '../storage/oidc-tenant-record.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { applyForm } from './apply-form.js';
import { createClientCredentials } from './client-credentials.js';
import { claimDomain } from './domain-proof.js';
import { limitExaminations } from './examination-limit.js';
import { createTenantAct } from './tenant-act.js';
import type { TenantActionError } from './tenant-action-error.js';
import { createTenantChanges, type OidcTenantScope } from './tenant-changes.js';
import { type ExamineTenant, examineForm } from './tenant-examination.js';
import { type OidcTenantChange, type OidcTenantForm, readTenantForm } from './tenant-form.js';
import { historyEntry, journalSubject, type TenantActor } from './tenant-history.js';
import { readMessage } from './tenant-input.js';
import { allowChange, type TenantStep, takeStep } from './tenant-life.js';
import { DEFAULT_OIDC_TENANT_POLICY, type OidcTenantPolicy, parseTenantPolicy } from './tenant-policy.js';
import { createTenantSecretActions } from './tenant-secret-actions.js';
import { createTenantUpkeep } from './tenant-upkeep.js';
import { type OidcTenantView, viewTenant } from './tenant-view.js';
import { lookupTxtInDns, type TxtLookup } from './txt-lookup.js';

export interface OidcTenantsOptions {
  readonly storage: Pick<Storage, 'oidcTenants' | 'journal' | 'organizations' | 'transaction'>;
  /** Seals secrets. */
  readonly keyRing: KeyRing;
  /** Looks at an identity provider before a request is taken: `engine.examine`. Without it nobody does. */
  readonly examine?: ExamineTenant;
  /** Finds TXT records; asks the name servers of this machine unless told. */
  readonly lookupTxt?: TxtLookup;
  readonly policy?: Partial<OidcTenantPolicy>;
  readonly clock?: Clock;
}

/** A list over all organizations. */
export interface OidcTenantList {
  readonly items: readonly OidcTenantView[];
  readonly next?: string;
}

/** Where a page starts (`''` is the beginning) and how much is on it. */
export interface PageWish {
  readonly after?: string;
  readonly limit?: number;
}

/**
 * The life of OIDC tenants. Each method that changes one answers it as it is afterwards, or `undefined` when the
 * organization has no such tenant. All of them throw
 *
 * - {@link ConfigurationError} with every fault of what was given,
 * - {@link TenantActionError} when it cannot be done in this state or by this side,
 * - `StaleVersionError` when the tenant is not in the version that the actor says.
 */
export interface OidcTenants {
  /** Takes a request. Nothing of it works before it is approved and a domain is proved. */
  submit(request: OidcTenantForm & OrganizationScope, by: TenantActor): Promise<OidcTenantView>;
  get(scope: OidcTenantScope): Promise<OidcTenantView | undefined>;
  list(scope: OrganizationScope): Promise<readonly OidcTenantView[]>;
  /** Across organizations, for operators: oldest first. */
  listByState(state: OidcTenantState, page?: PageWish): Promise<OidcTenantList>;
  /** Who did what and when, newest first. Never holds a secret. */
  history(scope: OidcTenantScope, page?: PageWish): Promise<JournalPage>;

  /** Changes fields. What was approved of the connection is for operators to change, where they approve. */
  change(scope: OidcTenantScope, change: OidcTenantChange, by: TenantActor): Promise<OidcTenantView | undefined>;
  /** The operator asks: the message says what. */
  askForInformation(scope: OidcTenantScope, message: string, by: TenantActor): Promise<OidcTenantView | undefined>;
  /** The organization answers: with changes, or with words alone. */
  resubmit(
    scope: OidcTenantScope,
    answer: { readonly change?: OidcTenantChange; readonly message?: string },
    by: TenantActor,
  ): Promise<OidcTenantView | undefined>;
  approve(scope: OidcTenantScope, by: TenantActor): Promise<OidcTenantView | undefined>;
  /** For good; secrets are forgotten, domains are free. */
  reject(scope: OidcTenantScope, message: string, by: TenantActor): Promise<OidcTenantView | undefined>;
  /** Every node refuses sign-ins within seconds. Nothing is forgotten. */
  disable(scope: OidcTenantScope, by: TenantActor, message?: string): Promise<OidcTenantView | undefined>;
  /** What an operator has disabled, an operator enables. */
  enable(scope: OidcTenantScope, by: TenantActor): Promise<OidcTenantView | undefined>;

  /** Looks all domains up that are still looked for, but none more than once in ten seconds. */
  checkDomains(scope: OidcTenantScope): Promise<OidcTenantView | undefined>;
  /** Claims a domain anew that was not proved in time, with another value to publish. */
  renewDomain(scope: OidcTenantScope, domain: string, by: TenantActor): Promise<OidcTenantView | undefined>;

  /** A second secret, tried where the provider refuses the first. */
  addSecret(
    scope: OidcTenantScope,
    secret: { readonly secret: string; readonly expiresAt?: string },
    by: TenantActor,
  ): Promise<OidcTenantView | undefined>;
  /** Makes a secret the one that is tried first. */
  promoteSecret(scope: OidcTenantScope, secretId: string, by: TenantActor): Promise<OidcTenantView | undefined>;
  removeSecret(scope: OidcTenantScope, secretId: string, by: TenantActor): Promise<OidcTenantView | undefined>;
  /** `null` when it does not expire. Another date brings another reminder. */
  setSecretExpiry(
    scope: OidcTenantScope,
    secretId: string,
    expiresAt: string | null,
    by: TenantActor,
  ): Promise<OidcTenantView | undefined>;
}

const DEFAULT_LIMIT = 50;
const MOST = 500;

/**
 * Creates what sets up OIDC tenants.
 *
 * @example
 * const tenants = createOidcTenants({ storage, keyRing, examine: engine.examine });
 * const tenant = await tenants.submit(
 *   { organizationId: 'acme', domains: 'acme.example', authority: 'https://idp.acme.example', clientId: 'app', clientSecret },
 *   { userId: 'ada', role: 'organization' },
 * );
 *
 * @throws {ConfigurationError} when the policy cannot be used.
 */
export function createOidcTenants(options: OidcTenantsOptions): OidcTenants {
  const { storage, keyRing, lookupTxt = lookupTxtInDns, clock = systemClock } = options;
  const examine = options.examine && limitExaminations(options.examine, clock);
  const policy: OidcTenantPolicy = { ...DEFAULT_OIDC_TENANT_POLICY, ...parseTenantPolicy(options.policy ?? {}) };
  const credentials = createClientCredentials(keyRing);
  const changes = createTenantChanges(storage, clock, policy.reminderDays);
  const upkeep = createTenantUpkeep({ changes, credentials, clock, lookupTxt, policy });
  const view = (tenant: OidcTenantRecord) => viewTenant(tenant, policy.proofLabel);
  const act = createTenantAct(changes, view);
  const viewIf = (tenant: OidcTenantRecord | undefined) => tenant && view(tenant);

  async function find({ organizationId, tenantId }: OidcTenantScope): Promise<OidcTenantRecord | undefined> {
    const tenant = await storage.oidcTenants.get(tenantId);
    return tenant?.organizationId === organizationId ? tenant : undefined;
  }

  const step = (scope: OidcTenantScope, name: TenantStep, by: TenantActor, message?: string) =>
    act(scope, by, (tenant) => {
      const taken = takeStep(tenant, name, by, message);
      return taken && { ...taken, ...(message !== undefined && { details: { message } }) };
    });

  /** Reads a change against the tenant as it is, and looks at the identity provider where that is another one. */
  async function prepare(scope: OidcTenantScope, change: OidcTenantChange, by: TenantActor, subject: string) {
    const current = await find(scope);
    if (!current) return undefined;
    const { id: tenantId, organizationId } = current;
    const read = (from: OidcTenantRecord, now: number) =>
      readTenantForm(change, { subject, tenantId, organizationId, current: from, role: by.role, now });
    allowChange(current, Object.keys(change), by, policy);
    const form = read(current, clock.now());
    const isOther = JSON.stringify(form.settings) !== JSON.stringify(current.settings);
    const settings = isOther ? await examineForm(examine, subject, scope, form) : form.settings;
    return (tenant: OidcTenantRecord, now: number): OidcTenantRecord => {
      allowChange(tenant, Object.keys(change), by, policy);
      const { authority = null } = settings;
      const latest = read(tenant, now);
      return applyForm(tenant, { ...latest, settings: { ...latest.settings, authority } }, now, policy, credentials);
    };
  }

  return {
    async submit({ organizationId, ...given }, by) {
      const subject = 'oidcTenants.submit';
      if (!(await storage.organizations.get(organizationId))) {
        throw new ConfigurationError(subject, [{ path: 'organizationId', message: 'names no organization' }]);
      }
      const now = clock.now();
      const tenantId = newId();
      const read = readTenantForm(given, { subject, tenantId, organizationId, role: by.role, now });
      const form = { ...read, settings: await examineForm(examine, subject, { organizationId, tenantId }, read) };
      const at = new Date(now).toISOString();
      const empty: OidcTenantRecord = {
        organizationId,
        id: tenantId,
        version: 0,
        revision: 0,
        state: 'submitted',
        settings: {},
        domains: [],
        provedDomains: [],
        breakGlassEmails: [],
        clientSecrets: [],
        preferences: {},
        createdAt: at,
        updatedAt: at,
      };
      const tenant = applyForm(empty, form, now, policy, credentials);
      const entry = historyEntry(tenantId, 'submitted', at, by, { domains: form.domains });
      return view(await changes.insert({ tenant, entries: [entry], isNews: true }, now));
    },

    get: async (scope) => viewIf(await find(scope)),
    list: async (scope) => (await storage.oidcTenants.list(scope)).map(view),

    async listByState(state, { after = '', limit = DEFAULT_LIMIT } = {}) {
      const { items, ...rest } = await storage.oidcTenants.listByState(state, { after, limit: Math.min(limit, MOST) });
      return { ...rest, items: items.map(view) };
    },

    async history(scope, { after = '', limit = DEFAULT_LIMIT } = {}) {
      const page = { after, limit: Math.min(limit, MOST) };
      return storage.journal.page(scope, journalSubject(scope.tenantId), page);
    },

    async change(scope, change, by) {
      const apply = await prepare(scope, change, by, 'oidcTenants.change');
      if (!apply) return undefined;
      const details = { fields: Object.keys(change) };
      return act(scope, by, (tenant, now) => ({ kind: 'changed', tenant: apply(tenant, now), details }));
    },

    async resubmit(scope, { change = {}, message }, by) {
      const apply = await prepare(scope, change, by, 'oidcTenants.resubmit');
      if (!apply) return undefined;
      const details = { fields: Object.keys(change), ...(message !== undefined && { message: readMessage(message) }) };
      return act(scope, by, (tenant, now) => {
        const taken = takeStep(tenant, 'resubmit', by);
        return taken && { kind: taken.kind, tenant: apply(taken.tenant, now), details };
      });
    },

    askForInformation: async (scope, message, by) => step(scope, 'ask', by, readMessage(message)),
    approve: (scope, by) => step(scope, 'approve', by),
    reject: async (scope, message, by) => step(scope, 'reject', by, readMessage(message)),
    disable: async (scope, by, message) =>
      step(scope, 'disable', by, message === undefined ? undefined : readMessage(message)),
    enable: (scope, by) => step(scope, 'enable', by),

    async checkDomains(scope) {
      const tenant = await find(scope);
      return tenant && viewIf(await upkeep.tend(tenant, 'all'));
    },

    renewDomain: (scope, name, by) =>
      act(scope, by, (tenant, now) => {
        allowChange(tenant, ['domains'], by, policy);
        const renewed = tenant.domains.find((domain) => domain.name === name && domain.state === 'expired');
        if (!renewed) return undefined;
        const domains = tenant.domains.map((each) => (each === renewed ? claimDomain(name, now, policy) : each));
        return { kind: 'domain-renewed', tenant: { ...tenant, domains }, details: { domain: name } };
      }),

    ...createTenantSecretActions(act, credentials, policy, clock),
  };
}
