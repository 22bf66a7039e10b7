import { newId } from '../core/id.js';
import type { Directory, DirectoryToken } from '../storage/directory-store.js';
import type { Organization, Team, User } from '../storage/host-storage.js';
import type { DirectoryScope, OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { namingMissingParts } from './missing-part.js';

/** What the host-owned stores of a storage under test hold. */
export interface SeededHost {
  readonly organizations?: readonly Organization[];
  readonly users?: readonly (User & OrganizationScope)[];
  readonly teams?: readonly (Team & OrganizationScope)[];
}

/** A storage to be looked at. */
export interface StorageUnderTest {
  readonly storage: Storage;
  /** What its organizations, users and teams hold, if anything. */
  readonly host?: SeededHost;
  /** Opens the same data once more, as another process would. Without it the same storage is looked at again. */
  reopen?(): Promise<Storage>;
  /** Called after the last test. */
  close?(): Promise<void>;
}

/** What a rule is tried on: the storage, and places in it that nobody else uses. */
export interface ContractGround {
  readonly storage: Storage;
  readonly host: SeededHost;
  reopen(): Promise<Storage>;
  /** The id of an organization that nobody else uses. */
  newOrganization(): string;
  /** Adds an empty directory, in an organization of its own unless told. */
  newDirectory(organizationId?: string): Promise<DirectoryScope>;
}

export function createContractGround({ storage: given, host = {}, reopen }: StorageUnderTest): ContractGround {
  const storage = namingMissingParts(given);
  const newOrganization = () => `organization-${newId()}`;
  return {
    storage,
    host,
    reopen: async () => (reopen ? reopen() : storage),
    newOrganization,
    async newDirectory(organizationId = newOrganization()) {
      const directory = directoryDraft(organizationId);
      await storage.directories.insert(directory);
      return { organizationId, directoryId: directory.id };
    },
  };
}

/** A directory that is not stored yet. */
export function directoryDraft(organizationId: string, rest: Partial<Directory> = {}): Directory {
  return {
    organizationId,
    id: `directory-${newId()}`,
    name: 'Okta',
    kind: 'scim',
    hosts: [],
    policy: {},
    cursorKey: 'key',
    createdAt: T0,
    ...rest,
  };
}

/** A token that is not stored yet. */
export function tokenDraft(scope: DirectoryScope, rest: Partial<DirectoryToken> = {}): DirectoryToken {
  return { ...scope, id: newId(), name: 'Token', hash: `hash-${newId()}`, createdAt: T0, ...rest };
}

/** Times in order. */
export const T0 = '2026-03-01T10:00:00.000Z';
export const T1 = '2026-03-01T11:00:00.000Z';
export const T2 = '2026-03-01T12:00:00.000Z';
