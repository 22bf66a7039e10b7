import { isDeepStrictEqual } from 'node:util';
import type { Directory, DirectoryToken } from '../../storage/directory-store.js';
import { StaleVersionError, UniqueConflictError } from '../../storage/errors.js';
import type { OrganizationScope } from '../../storage/scope.js';
import { freezeJson } from './freeze-json.js';
import type { UndoLog } from './undo-log.js';

/** The directories of all organizations, with their tokens. Ids, hosts and hashes are unique over all of them. */
export class DirectoryTable {
  readonly #directories = new Map<string, Directory>();
  readonly #byHost = new Map<string, string>();
  readonly #tokensByHash = new Map<string, DirectoryToken>();
  readonly #tokensOfDirectory = new Map<string, Map<string, DirectoryToken>>();

  get(directoryId: string): Directory | undefined {
    return this.#directories.get(directoryId);
  }

  findByHost(host: string): Directory | undefined {
    return this.#directories.get(this.#byHost.get(host) ?? '');
  }

  list({ organizationId }: OrganizationScope): Directory[] {
    return [...this.#directories.values()].filter((directory) => directory.organizationId === organizationId);
  }

  insert(directory: Directory, undo: UndoLog): void {
    if (this.#directories.has(directory.id)) throw new UniqueConflictError(`id:${directory.id}`);
    this.#put(directory, undo);
  }

  update(directory: Directory, ifSame: Directory | undefined, undo: UndoLog): void {
    const isOwned = this.#owns(directory, directory.id);
    const isSame = ifSame === undefined || isDeepStrictEqual(this.#directories.get(directory.id), ifSame);
    if (!isOwned || !isSame) throw new StaleVersionError(directory.id);
    this.#put(directory, undo);
  }

  findToken(hash: string): { token: DirectoryToken; directory: Directory } | undefined {
    const token = this.#tokensByHash.get(hash);
    const directory = token && this.#directories.get(token.directoryId);
    return directory && { token, directory };
  }

  listTokens(scope: OrganizationScope, directoryId: string): DirectoryToken[] {
    return [...this.#tokens(scope, directoryId).values()];
  }

  insertToken(token: DirectoryToken, undo: UndoLog): void {
    if (!this.#owns(token, token.directoryId)) throw new StaleVersionError(token.directoryId);
    if (this.#tokensByHash.has(token.hash)) throw new UniqueConflictError('hash');
    if (this.#tokens(token, token.directoryId).has(token.id)) throw new UniqueConflictError(`id:${token.id}`);
    this.#exchangeToken(undefined, freezeJson(token));
    undo.note(() => this.#exchangeToken(token, undefined));
  }

  /** Answers whether there is such a token. */
  changeToken(
    scope: OrganizationScope,
    directoryId: string,
    tokenId: string,
    change: (token: DirectoryToken) => DirectoryToken,
    undo: UndoLog,
  ): boolean {
    const before = this.#tokens(scope, directoryId).get(tokenId);
    if (!before) return false;
    const after = freezeJson(change(before));
    this.#exchangeToken(before, after);
    undo.note(() => this.#exchangeToken(after, before));
    return true;
  }

  #tokens(scope: OrganizationScope, directoryId: string): ReadonlyMap<string, DirectoryToken> {
    return (this.#owns(scope, directoryId) && this.#tokensOfDirectory.get(directoryId)) || new Map();
  }

  #exchangeToken(before: DirectoryToken | undefined, after: DirectoryToken | undefined): void {
    if (before && !after) {
      this.#tokensByHash.delete(before.hash);
      this.#tokensOfDirectory.get(before.directoryId)?.delete(before.id);
    }
    if (!after) return;
    const tokens = this.#tokensOfDirectory.get(after.directoryId) ?? new Map<string, DirectoryToken>();
    this.#tokensOfDirectory.set(after.directoryId, tokens.set(after.id, after));
    this.#tokensByHash.set(after.hash, after);
  }

  #owns({ organizationId }: OrganizationScope, directoryId: string): boolean {
    return this.#directories.get(directoryId)?.organizationId === organizationId;
  }

  #put(directory: Directory, undo: UndoLog): void {
    const { id, hosts } = directory;
    const taken = hosts.find((host) => (this.#byHost.get(host) ?? id) !== id);
    if (taken !== undefined) throw new UniqueConflictError(`host:${taken}`);
    const before = this.#directories.get(id);
    this.#exchange(before, freezeJson(directory));
    undo.note(() => this.#exchange(directory, before));
  }

  #exchange(before: Directory | undefined, after: Directory | undefined): void {
    for (const host of before?.hosts ?? []) this.#byHost.delete(host);
    if (before && !after) this.#directories.delete(before.id);
    if (after) this.#directories.set(after.id, after);
    for (const host of after?.hosts ?? []) this.#byHost.set(host, after?.id ?? '');
  }
}
