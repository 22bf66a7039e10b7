import type { Clock } from '../core/clock.js';
import type { CompleteRules } from '../provisioning/provisioning-rules.js';
import type { ProvisioningService } from '../provisioning/provisioning-service.js';
import type { Directory } from '../storage/directory-store.js';
import type { Storage } from '../storage/storage.js';
import type { Directories } from '../tenancy/directories.js';
import type { DirectoryTokens } from '../tenancy/directory-tokens.js';
import type { OidcTenants } from '../tenancy/oidc-tenants.js';
import type { ScimPolicy } from '../tenancy/scim-policy.js';
import type { OidcTenantScope } from '../tenancy/tenant-changes.js';
import type { ExamineTenant } from '../tenancy/tenant-examination.js';
import type { OidcTenantPolicy } from '../tenancy/tenant-policy.js';

/** What the routes of the administration work with. */
export interface AdminSite {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly tenants: OidcTenants;
  readonly tenantPolicy: OidcTenantPolicy;
  readonly examine: ExamineTenant | undefined;
  readonly directories: Directories;
  readonly tokens: DirectoryTokens;
  /** Absent where the storage keeps the protocol alone. */
  readonly provisioning: ProvisioningService | undefined;
  readonly rules: CompleteRules;
  /** Who creates directories. */
  readonly directoryCreation: 'owner' | 'operator';
  /** The address that begins a test sign-in in a browser; absent where none is offered. */
  readonly testSignInUrl: ((scope: OidcTenantScope) => string) | undefined;
  /** How the SCIM router answers where a directory says nothing. */
  readonly scimPolicy: ScimPolicy;
  /** The kinds of directories that can be made, the usual one first; one alone needs no choice. */
  readonly directoryKinds: readonly DirectoryKind[];
  /** The base URL of a directory, as its identity provider is told. */
  scimUrl(directory: Pick<Directory, 'id' | 'kind' | 'hosts'>): string;
  /** Addresses of the sign-in router that an identity provider is told. */
  readonly signInUrls: SignInUrls | undefined;
}

/** A kind of directory, by the name that routers know and the one that people do. */
export interface DirectoryKind {
  readonly kind: string;
  readonly label: string;
}

/** What the administrator of an identity provider enters there. */
interface SignInUrls {
  readonly redirectUri: string;
  loginUrl(tenantId: string): string;
  backchannelLogoutUrl(tenantId: string): string;
}
