import type { GrantTarget } from './grant.js';
import type { JsonObject } from './resource-store.js';
import type { DirectoryScope } from './scope.js';

/** What the groups of a directory give, without the rows of manual mode; see `GroupMapping`. */
export type StoredMapping =
  | { readonly mode: 'off'; readonly defaultTeams: readonly { readonly teamId: string; readonly role: string }[] }
  | { readonly mode: 'manual' }
  | {
      readonly mode: 'auto';
      readonly filter: readonly string[];
      readonly teamRole: string;
      readonly organizationRole?: string;
      readonly allowedBy?: string;
    };

/** How one directory provisions. Small: what grows with the number of groups is kept apart. */
export interface ProvisioningSettings {
  /** 0 before anything was saved; grows with each change. */
  readonly version: number;
  readonly mapping: StoredMapping;
  /** How the directory differs from the policy. */
  readonly policy: JsonObject;
  /** The OIDC tenant whose identity provider pushes into this directory. */
  readonly oidcTenantId?: string;
  /** People whom the operator converts from manual to provisioned. */
  readonly convert: readonly string[];
  /** Privileged roles of the organization that an owner allows the role attribute to give. */
  readonly attributeRoles: readonly string[];
  /** Of phone numbers without country code; ISO 3166-1, two letters. */
  readonly phoneCountry?: string;
}

/** That the members of a group have a role somewhere. */
export interface StoredRow {
  readonly groupId: string;
  readonly target: GrantTarget;
  readonly role: string;
  readonly allowedBy?: string;
}

/** Which team belongs to a group in auto mode. */
export interface StoredTeamLink {
  readonly groupId: string;
  readonly teamId: string;
  readonly created: boolean;
}

/** Keeps what the groups of a directory give. */
export interface MappingStore {
  /**
   * How a directory provisions. In a transaction nobody changes it until the transaction is over, and who reads it to
   * change it (`exclusive`) waits until nobody else goes by it; `shared` unless told.
   */
  settings(scope: DirectoryScope, lock?: 'shared' | 'exclusive'): Promise<ProvisioningSettings | undefined>;
  /** @throws {StaleVersionError} when the version kept is not `ifVersion` (0 for none). The new one is one higher. */
  putSettings(scope: DirectoryScope, settings: Omit<ProvisioningSettings, 'version'>, ifVersion: number): Promise<void>;
  /** All rows, or those of these groups: a member change reads the rows of one. */
  rows(scope: DirectoryScope, groupIds?: readonly string[]): Promise<readonly StoredRow[]>;
  /** Rows are known by group and target. */
  changeRows(
    scope: DirectoryScope,
    change: { readonly put: readonly StoredRow[]; readonly remove: readonly Pick<StoredRow, 'groupId' | 'target'>[] },
  ): Promise<void>;
  /** All links, or those of these groups or teams. */
  links(
    scope: DirectoryScope,
    of?: { readonly groupIds: readonly string[] } | { readonly teamIds: readonly string[] },
  ): Promise<readonly StoredTeamLink[]>;
  /** A group has one link. */
  changeLinks(
    scope: DirectoryScope,
    change: { readonly put: readonly StoredTeamLink[]; readonly remove: readonly string[] },
  ): Promise<void>;
}
