import type { OidcTenantRecord, OidcTenantState } from './oidc-tenant-record.js';
import type { OrganizationScope } from './scope.js';

/** Part of a list over all organizations. */
export interface OidcTenantPage {
  /** In order of creation. */
  readonly items: readonly OidcTenantRecord[];
  /** Where the next page starts; absent on the last one. */
  readonly next?: string;
}

/** Keeps the OIDC tenants of all organizations, with the domains they have proved. */
export interface OidcTenantStore {
  /** Across organizations: a sign-in arrives with nothing but the id in its path. */
  get(tenantId: string): Promise<OidcTenantRecord | undefined>;
  /** Across organizations: the one tenant with this domain among its `provedDomains`, in whatever state. */
  findByDomain(domain: string): Promise<OidcTenantRecord | undefined>;
  list(scope: OrganizationScope): Promise<readonly OidcTenantRecord[]>;
  /**
   * Across organizations, for operators: those in one state, in order of creation. `after` is `''` or the `next` of the
   * page before; a position that is none is a `RangeError`.
   */
  listByState(
    state: OidcTenantState,
    page: { readonly after: string; readonly limit: number },
  ): Promise<OidcTenantPage>;
  /** Across organizations, for maintenance: those whose `dueAt` is not after `at`, earliest first. */
  listDue(at: string, limit: number): Promise<readonly OidcTenantRecord[]>;
  /**
   * Adds a tenant as it is given, version included.
   * @throws {UniqueConflictError} when the id, or one of the proved domains, is taken.
   */
  insert(tenant: OidcTenantRecord): Promise<void>;
  /**
   * Replaces a tenant by what is given, its version included, if the version kept is still `ifVersion`.
   * @throws {StaleVersionError} when it is not, or the organization has no such tenant.
   * @throws {UniqueConflictError} when another tenant has proved one of the domains: of several that try at the same time
   * exactly one succeeds.
   */
  update(tenant: OidcTenantRecord, ifVersion: number): Promise<void>;
}
