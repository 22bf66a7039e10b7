import type { JsonObject } from './resource-store.js';
import type { OrganizationScope } from './scope.js';

/** One SCIM endpoint of an organization. */
export interface Directory extends OrganizationScope {
  /** The `scimId` of its URL. Unique over all organizations. */
  readonly id: string;
  readonly name: string;
  /** Which of the host's routers serves it, e.g. `project` or `status-page`. */
  readonly kind: string;
  /** Exact host names (lower case, with port where one is used) that lead to this directory; each to one directory. */
  readonly hosts: readonly string[];
  /** Resource types on offer, by name; absent means all. */
  readonly resourceTypes?: readonly string[];
  /** How this directory differs from the router's policy (`ScimPolicy`). */
  readonly policy: JsonObject;
  /** Signs the cursors of this directory. Random, never shown. */
  readonly cursorKey: string;
  readonly createdAt: string;
  readonly disabledAt?: string;
}

/** A bearer token of a directory. The token itself is shown once and kept nowhere. */
export interface DirectoryToken {
  readonly id: string;
  readonly directoryId: string;
  readonly organizationId: string;
  readonly name: string;
  /** SHA-256, hexadecimal, of the token without its checksum. Unique over all directories. */
  readonly hash: string;
  /** `users`, `groups`, `users:read` …; absent means everything. */
  readonly scopes?: readonly string[];
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  readonly lastUsedAt?: string;
}

/** Keeps directories and their tokens. */
export interface DirectoryStore {
  /** Across organizations: a request arrives with nothing but the id in its path. */
  get(directoryId: string): Promise<Directory | undefined>;
  /** Across organizations: the directory that names this host. */
  findByHost(host: string): Promise<Directory | undefined>;
  list(scope: OrganizationScope): Promise<readonly Directory[]>;
  /** @throws {UniqueConflictError} when the id or one of the hosts is taken. */
  insert(directory: Directory): Promise<void>;
  /**
   * Writes a directory, where `ifSame` is given only over one that is still like that.
   * @throws {UniqueConflictError} when one of the hosts is taken.
   * @throws {StaleVersionError} when it does not exist, or is not like that: of several changes of one state one succeeds.
   */
  update(directory: Directory, ifSame?: Directory): Promise<void>;

  /** Across organizations: a request arrives with nothing but its token. In one round trip with its directory. */
  findToken(hash: string): Promise<{ readonly token: DirectoryToken; readonly directory: Directory } | undefined>;
  listTokens(scope: OrganizationScope, directoryId: string): Promise<readonly DirectoryToken[]>;
  /** @throws {UniqueConflictError} when the hash is taken. @throws {StaleVersionError} when there is no such directory. */
  insertToken(token: DirectoryToken): Promise<void>;
  /** Idempotent; the first time stays. Answers whether there is such a token. */
  revokeToken(scope: OrganizationScope, directoryId: string, tokenId: string, at: string): Promise<boolean>;
  /** Notes a use; called at most about once a minute for each token. */
  touchToken(scope: OrganizationScope, directoryId: string, tokenId: string, at: string): Promise<void>;
}
