import { setImmediate } from 'node:timers/promises';
import type { DirectoryScope, OrganizationScope } from '../../storage/scope.js';
import type { Access, Pause } from './access.js';
import type { Database, OrganizationData } from './database.js';
import type { DirectoryResources } from './directory-resources.js';
import type { OrganizationTables } from './organization-tables.js';
import type { SharedTables } from './shared-tables.js';
import { UndoLog } from './undo-log.js';

/** Access from inside a transaction, whose organization's turn it is: nothing here waits for that turn. */
export class TransactionAccess implements Access {
  readonly #database: Database;
  readonly #organizationId: string;
  readonly #undo = new UndoLog();
  #isOver = false;
  #joinedFailure: { readonly error: unknown } | undefined;
  /** Set with the first change of what organizations share. */
  #sharedTurn: Promise<() => void> | undefined;

  constructor(database: Database, scope: OrganizationScope) {
    this.#database = database;
    this.#organizationId = scope.organizationId;
  }

  /** Does the work of the transaction and keeps all of its changes, or, when it rejects, none. */
  async complete<T>(work: (access: Access) => Promise<T>): Promise<T> {
    try {
      const result = await work(this);
      if (this.#joinedFailure) throw this.#joinedFailure.error;
      return result;
    } catch (error) {
      this.#undo.rollBackTo(0);
      throw error;
    } finally {
      this.#isOver = true;
      const endTurn = await this.#sharedTurn;
      endTurn?.();
    }
  }

  /** Joins: the work becomes part of this transaction, which as a whole fails with it. */
  async transaction<T>(scope: OrganizationScope, work: (access: Access) => Promise<T>): Promise<T> {
    this.#check(scope);
    try {
      return await work(this);
    } catch (error) {
      this.#joinedFailure ??= { error };
      throw error;
    }
  }

  async read<T>(scope: DirectoryScope, work: (resources: DirectoryResources) => T): Promise<T> {
    return work(this.#resources(scope));
  }

  async write<T>(scope: DirectoryScope, work: (resources: DirectoryResources, undo: UndoLog) => T): Promise<T> {
    const resources = this.#resources(scope);
    return this.#undo.run(() => work(resources, this.#undo));
  }

  async walk<T>(scope: DirectoryScope, work: (resources: DirectoryResources, pause: Pause) => Promise<T>): Promise<T> {
    return work(this.#resources(scope), async () => {
      await setImmediate();
      this.#check(scope);
    });
  }

  async readOrganization<T>(scope: OrganizationScope, work: (data: OrganizationData) => T): Promise<T> {
    this.#check(scope);
    return work(this.#database.organization(scope));
  }

  async writeOrganization<T>(scope: OrganizationScope, work: (data: OrganizationData, undo: UndoLog) => T): Promise<T> {
    this.#check(scope);
    return this.#undo.run(() => work(this.#database.organization(scope), this.#undo));
  }

  async readTables<T>(scope: OrganizationScope, work: (tables: OrganizationTables) => T): Promise<T> {
    return this.readOrganization(scope, ({ tables }) => work(tables));
  }

  async writeTables<T>(scope: OrganizationScope, work: (tables: OrganizationTables, undo: UndoLog) => T): Promise<T> {
    return this.writeOrganization(scope, ({ tables }, undo) => work(tables, undo));
  }

  async readShared<T>(work: (tables: SharedTables) => T): Promise<T> {
    this.#check();
    const { shared, sharedTurn } = this.#database;
    if (this.#sharedTurn) await this.#sharedTurn;
    else if (sharedTurn.isTaken) await sharedTurn.over();
    this.#check();
    return work(shared);
  }

  async writeShared<T>(
    scope: OrganizationScope | undefined,
    work: (tables: SharedTables, undo: UndoLog) => T,
  ): Promise<T> {
    this.#check(scope);
    this.#sharedTurn ??= this.#database.sharedTurn.take();
    await this.#sharedTurn;
    this.#check(scope);
    return this.#undo.run(() => work(this.#database.shared, this.#undo));
  }

  async readSeeds<T>(work: () => T): Promise<T> {
    this.#check();
    return work();
  }

  #resources(scope: DirectoryScope): DirectoryResources {
    this.#check(scope);
    return this.#database.organization(scope).resources(scope.directoryId);
  }

  #check(scope?: OrganizationScope): void {
    if (this.#isOver) throw new Error('this transaction is over: what it passed to its work cannot be used any more');
    if (scope && scope.organizationId !== this.#organizationId) {
      throw new Error('a transaction is about one organization, and this call names another');
    }
  }
}
