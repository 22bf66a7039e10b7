// What a host mounts, and what it sets up for its customers.

export {
  type ActiveUserOptions,
  createLockGuard,
  createRequireActiveUser,
  type LockGuardOptions,
  type SessionPerson,
} from './http/host-guards.js';
export { createScimRouter } from './http/scim-router.js';
export type { HostAuthentication, ScimRouterOptions } from './http/scim-router-options.js';
export { type Preset, type PresetName, presets } from './presets/presets.js';
export type { AccessEnded, EndAccess } from './provisioning/access.js';
export type { Adoptable, AdoptionPreview, AdoptionReport, AdoptionService } from './provisioning/adoption-service.js';
export type { GroupMapping, MappingRow, TeamRole } from './provisioning/group-mapping.js';
export type { InboxService } from './provisioning/inbox-service.js';
export type { Lock } from './provisioning/lock.js';
export type { WantedEdit } from './provisioning/lock-look-up.js';
export type {
  MappedGroup,
  MappingMode,
  MappingOverview,
  MappingService,
  SavedMapping,
  SaveMapping,
} from './provisioning/mapping-service.js';
export type { HandGrant, PeoplePage, PeopleService, PersonEntry } from './provisioning/people-service.js';
export type { LifecycleState, PersonFilter, PersonOrigin } from './provisioning/person.js';
export type { Preview } from './provisioning/preview.js';
export type { ProvisioningEvent, ProvisioningEventKind } from './provisioning/provisioning-event.js';
export {
  type BlastRadius,
  DEFAULT_PROVISIONING_POLICY,
  type ProvisioningPolicy,
  parseProvisioningPolicy,
} from './provisioning/provisioning-policy.js';
export type { ProvisioningRules } from './provisioning/provisioning-rules.js';
export {
  createProvisioningService,
  type ProvisioningService,
  type ProvisioningServiceOptions,
} from './provisioning/provisioning-service.js';
export type { RoleCatalogue, RoleDefinition } from './provisioning/role-catalogue.js';
export type { DirectorySettings, SettingsService } from './provisioning/settings-service.js';
export type { SignInIdentity } from './provisioning/sign-in-identity.js';
export {
  createSignInProvisioning,
  type SignInOutcome,
  type SignInProvisioning,
  type SignInProvisioningOptions,
} from './provisioning/sign-in-provisioning.js';
export type { AttributeDefinition, SchemaJson } from './scim/schema/attribute-type.js';
export type { ResourceTypeAdditions } from './scim/schema/core-resource-types.js';
export type { ExtensionInput, ResourceTypeInput, SchemaInput } from './scim/schema/resource-type.js';
export { createDirectories, type Directories, type DirectoryChange, type NewDirectory } from './tenancy/directories.js';
export {
  createDirectoryTokens,
  type DirectoryTokenRecord,
  type DirectoryTokens,
  type IssuedToken,
  type NewDirectoryToken,
} from './tenancy/directory-tokens.js';
export type { DirectoryPrincipal } from './tenancy/principal.js';
export { DEFAULT_SCIM_POLICY, type ScimPolicy } from './tenancy/scim-policy.js';

// The administration that owners use themselves.

export type { AdminAccess, AdminFeature, AdminRole } from './admin/admin-access.js';
export { createAdminRouter } from './http/admin/admin-router.js';
export type { AdminRouterOptions } from './http/admin/admin-router-options.js';
export { createTestSignIn, type TestSignInOptions } from './http/admin/test-sign-in.js';

// OpenID Connect without a router.

export type { AuthorizationWishes } from './oidc/authorization-request.js';
export type { CallbackParameters } from './oidc/callback-parameters.js';
export type { OidcTokens, RefreshRequest } from './oidc/code-exchange.js';
export type { CompletedLogin } from './oidc/complete-login.js';
export type { OidcGroups } from './oidc/group-claim.js';
export type { GuardedFetch, GuardedRequest } from './oidc/guarded-fetch.js';
export type { HostLookup } from './oidc/host-lookup.js';
export type { LogoutNotice, LogoutWishes, StartedLogout } from './oidc/logout.js';
export {
  createOidcEngine,
  type OidcEngine,
  type StartedLogin,
  type StartLogin,
  type ThirdPartyLogin,
} from './oidc/oidc-engine.js';
export type { OidcEngineOptions, ResolveGroups } from './oidc/oidc-engine-options.js';
export { OidcError, type OidcErrorCode, type OidcErrorDetails, type OidcMender } from './oidc/oidc-error.js';
export type { OidcIdentity } from './oidc/oidc-identity.js';
export type { PendingLogin } from './oidc/pending-login.js';
export type { ProviderReport } from './oidc/provider.js';
export type { ProviderFinding } from './oidc/provider-metadata.js';
export { redactedClaims } from './oidc/redacted-claims.js';
export type { EmailDoubt, OidcEmail } from './oidc/verified-email.js';
export { type OidcClientKey, type OidcTenant, parseOidcTenant } from './tenancy/oidc-tenant.js';

// The sign-in of an Express application.

export {
  createOidcStrategy,
  type OidcStrategy,
  type OidcStrategyOptions,
} from './http/sign-in/create-oidc-strategy.js';
export { createOidcTenantRouter, type OidcTenantRouter } from './http/sign-in/oidc-tenant-router.js';
export type { OidcTenantRouterOptions, PassportInstance } from './http/sign-in/oidc-tenant-router-options.js';
export { createProcessSignIns } from './http/sign-in/process-sign-ins.js';
export type { SignInCounter, SignInRateLimits } from './http/sign-in/rate-limit.js';
export type { OnSignIn, SignInDecision } from './http/sign-in/sign-in-decision.js';
export type { AnsweredLogin, OidcStrategyWishes, SignInPurpose, SignInStart } from './http/sign-in/sign-in-flow.js';
export { createFixedTenants, type FixedTenant } from './tenancy/fixed-tenants.js';
export type { SignInMethods } from './tenancy/sign-in-methods.js';
export type { SignInRules, TenantResolver } from './tenancy/tenant-resolver.js';

// OIDC tenants in a storage, from the request to the expiry of a secret.

export {
  createMaintenance,
  type Maintenance,
  type MaintenanceOptions,
  type MaintenanceReport,
} from './maintenance/maintenance.js';
export { isBreakGlassEmail } from './tenancy/break-glass.js';
export {
  createOidcTenants,
  type OidcTenantList,
  type OidcTenants,
  type OidcTenantsOptions,
  type PageWish,
} from './tenancy/oidc-tenants.js';
export { createTenantResolver, type TenantResolverOptions } from './tenancy/stored-tenants.js';
export { TenantActionError, type TenantActionReason } from './tenancy/tenant-action-error.js';
export type { OidcTenantScope } from './tenancy/tenant-changes.js';
export type { OidcTenantEvent } from './tenancy/tenant-events.js';
export type { ExamineTenant, TenantExamination } from './tenancy/tenant-examination.js';
export type { OidcTenantChange, OidcTenantForm } from './tenancy/tenant-form.js';
export type { TenantActor, TenantHistoryKind, TenantRole } from './tenancy/tenant-history.js';
export { DEFAULT_OIDC_TENANT_POLICY, type OidcTenantPolicy } from './tenancy/tenant-policy.js';
export type { OidcTenantSettings, TenantPreferences } from './tenancy/tenant-settings.js';
export type { ClientSecretView, OidcDomainView, OidcTenantView } from './tenancy/tenant-view.js';
export type { TxtLookup } from './tenancy/txt-lookup.js';

// What a host passes in.

export type { Clock } from './core/clock.js';
export { ConfigurationError } from './core/configuration.js';
export { createKeyRing, type KeyRing, type KeyRingOptions, type Sealer } from './core/key-ring.js';
export type { Logger } from './core/logger.js';

// The storage port.

export { composeStorage, type HostParts, type JoinableStorage } from './storage/compose-storage.js';
export type { Conflict, ConflictStore } from './storage/conflict-store.js';
export type { CustomResourceStore } from './storage/custom-resource-store.js';
export type { Directory, DirectoryStore, DirectoryToken } from './storage/directory-store.js';
export type {
  DeletedUser,
  DirectoryUser,
  DirectoryUserStore,
  GroupReference,
  UserInGroups,
  UserPage,
  UserQuery,
} from './storage/directory-user.js';
export type { Grant, GrantChange, GrantSource, GrantTarget } from './storage/grant.js';
export type { GrantRow, GrantRowPage, GrantRowPlan, GrantRowStep, GrantStore } from './storage/grant-store.js';
export type {
  DirectoryGroup,
  GroupMember,
  GroupStore,
  MemberChange,
  MemberChangeRequest,
  MemberChangeResult,
} from './storage/group-store.js';
export {
  FIRST_HELD,
  type Hold,
  type HoldPage,
  type HoldStore,
  type HoldSummary,
  MOST_HELD_PEOPLE,
} from './storage/hold-store.js';
export type {
  HostStorage,
  ManagedTeamStore,
  ManagedUserStore,
  Organization,
  OrganizationStore,
  Team,
  TeamMembership,
  TeamStore,
  User,
  UserProfile,
  UserStore,
} from './storage/host-storage.js';
export type { JournalEntry, JournalPage, JournalStore } from './storage/journal-store.js';
export type { LoginLink, LoginStore } from './storage/login-store.js';
export type { ManagedStorage, ProvisioningStores } from './storage/managed-storage.js';
export type {
  MappingStore,
  ProvisioningSettings,
  StoredMapping,
  StoredRow,
  StoredTeamLink,
} from './storage/mapping-store.js';
export type {
  OidcDomain,
  OidcTenantRecord,
  OidcTenantState,
  SealedClientKey,
  SealedClientSecret,
} from './storage/oidc-tenant-record.js';
export type { OidcTenantPage, OidcTenantStore } from './storage/oidc-tenant-store.js';
export type { ClaimedEvent, OutboxEvent, OutboxStore } from './storage/outbox-store.js';
export type { OverrideStore, StoredOverride } from './storage/override-store.js';
export type { PendingMemberStore } from './storage/pending-member-store.js';
export { PERSON_STANDINGS, type PersonStanding, standingOf } from './storage/person-standing.js';
export type { Person, PersonPhone, PersonRecord, PersonStore } from './storage/person-store.js';
export type {
  AttributePath,
  ComparableType,
  Comparison,
  ComparisonOperator,
  Filter,
  Page,
  PageRequest,
  Query,
  Sort,
} from './storage/query.js';
export type {
  JsonObject,
  JsonValue,
  NewResource,
  ResourceChange,
  ResourceStore,
  StoredResource,
} from './storage/resource-store.js';
export type { DirectoryScope, OrganizationScope } from './storage/scope.js';
export type { DurableSignInStore, EndedSessions, SessionOrigin, SignInStore } from './storage/sign-in-store.js';
export type { LibraryStorage, Storage, StorageCapabilities } from './storage/storage.js';
export type {
  TrafficBatch,
  TrafficCount,
  TrafficEntry,
  TrafficOutcome,
  TrafficPage,
  TrafficPageWish,
  TrafficStore,
  TrafficStores,
} from './storage/traffic-store.js';

// What a storage adapter throws.

export type { StorageError } from './storage/errors.js';
export {
  StaleVersionError,
  StorageUnavailableError,
  UniqueConflictError,
  UnknownMembersError,
} from './storage/errors.js';

// For storage adapters: they compare without regard to case, and compare times, exactly as the library does.

export { foldCase } from './core/fold.js';
export { toInstant } from './core/instant.js';
