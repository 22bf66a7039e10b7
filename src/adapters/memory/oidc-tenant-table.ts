import { StaleVersionError, UniqueConflictError } from '../../storage/errors.js';
import type { OidcTenantRecord, OidcTenantState } from '../../storage/oidc-tenant-record.js';
import type { OidcTenantPage } from '../../storage/oidc-tenant-store.js';
import type { OrganizationScope } from '../../storage/scope.js';
import { freezeJson } from './freeze-json.js';
import { readNumberedPosition } from './numbered-position.js';
import type { UndoLog } from './undo-log.js';

interface Row {
  /** The order of creation. */
  readonly sequence: number;
  readonly tenant: OidcTenantRecord;
}

/** The OIDC tenants of all organizations. Ids and proved domains are unique over all of them. */
export class OidcTenantTable {
  readonly #rows = new Map<string, Row>();
  readonly #byDomain = new Map<string, string>();
  #last = 0;

  get(tenantId: string): OidcTenantRecord | undefined {
    return this.#rows.get(tenantId)?.tenant;
  }

  findByDomain(domain: string): OidcTenantRecord | undefined {
    return this.get(this.#byDomain.get(domain) ?? '');
  }

  list({ organizationId }: OrganizationScope): readonly OidcTenantRecord[] {
    return this.#tenants().filter((tenant) => tenant.organizationId === organizationId);
  }

  listByState(state: OidcTenantState, { after, limit }: { after: string; limit: number }): OidcTenantPage {
    const start = readNumberedPosition(after, 0);
    const rest = [...this.#rows.values()].filter(({ sequence, tenant }) => sequence > start && tenant.state === state);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    const items = page.map(({ tenant }) => tenant);
    return { items, ...(last && page.length < rest.length && { next: String(last.sequence) }) };
  }

  listDue(at: string, limit: number): readonly OidcTenantRecord[] {
    const due = this.#tenants().filter(({ dueAt }) => dueAt !== undefined && dueAt <= at);
    return due.sort((a, b) => ((a.dueAt ?? '') < (b.dueAt ?? '') ? -1 : 1)).slice(0, limit);
  }

  insert(tenant: OidcTenantRecord, undo: UndoLog): void {
    if (this.#rows.has(tenant.id)) throw new UniqueConflictError(`id:${tenant.id}`);
    this.#refuseTaken(tenant);
    this.#last += 1;
    this.#exchange(undefined, { sequence: this.#last, tenant: freezeJson(tenant) }, undo);
  }

  update(tenant: OidcTenantRecord, ifVersion: number, undo: UndoLog): void {
    const before = this.#rows.get(tenant.id);
    const isThere = before?.tenant.organizationId === tenant.organizationId && before.tenant.version === ifVersion;
    if (!isThere) throw new StaleVersionError(tenant.id);
    this.#refuseTaken(tenant);
    this.#exchange(before, { sequence: before.sequence, tenant: freezeJson(tenant) }, undo);
  }

  #tenants(): OidcTenantRecord[] {
    return [...this.#rows.values()].map(({ tenant }) => tenant);
  }

  #refuseTaken({ id, provedDomains }: OidcTenantRecord): void {
    const taken = provedDomains.find((domain) => (this.#byDomain.get(domain) ?? id) !== id);
    if (taken !== undefined) throw new UniqueConflictError(`domain:${taken}`);
  }

  #exchange(before: Row | undefined, after: Row | undefined, undo?: UndoLog): void {
    for (const domain of before?.tenant.provedDomains ?? []) this.#byDomain.delete(domain);
    if (before && !after) this.#rows.delete(before.tenant.id);
    if (after) this.#rows.set(after.tenant.id, after);
    for (const domain of after?.tenant.provedDomains ?? []) this.#byDomain.set(domain, after?.tenant.id ?? '');
    undo?.note(() => this.#exchange(after, before));
  }
}
