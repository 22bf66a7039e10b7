import { setImmediate } from 'node:timers/promises';
import type { DirectoryScope, OrganizationScope } from '../../storage/scope.js';
import type { Access, Pause } from './access.js';
import type { Database, OrganizationData } from './database.js';
import type { DirectoryResources } from './directory-resources.js';
import type { OrganizationTables } from './organization-tables.js';
import type { SharedTables } from './shared-tables.js';
import { TransactionAccess } from './transaction-access.js';
import { UndoLog } from './undo-log.js';

/** Access from outside any transaction: waits for the transactions that came before, never sees half of one. */
export class OutsideAccess implements Access {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async read<T>(scope: DirectoryScope, work: (resources: DirectoryResources) => T): Promise<T> {
    // Not by way of the organization: each await more is felt where requests are many.
    const organization = this.#database.organization(scope);
    if (organization.turn.isTaken) await organization.turn.over();
    return work(organization.resources(scope.directoryId));
  }

  async write<T>(scope: DirectoryScope, work: (resources: DirectoryResources, undo: UndoLog) => T): Promise<T> {
    const organization = this.#database.organization(scope);
    if (organization.turn.isTaken) await organization.turn.over();
    const undo = new UndoLog();
    return undo.run(() => work(organization.resources(scope.directoryId), undo));
  }

  async readTables<T>(scope: OrganizationScope, work: (tables: OrganizationTables) => T): Promise<T> {
    return this.readOrganization(scope, ({ tables }) => work(tables));
  }

  async writeTables<T>(scope: OrganizationScope, work: (tables: OrganizationTables, undo: UndoLog) => T): Promise<T> {
    return this.writeOrganization(scope, ({ tables }, undo) => work(tables, undo));
  }

  async readOrganization<T>(scope: OrganizationScope, work: (data: OrganizationData) => T): Promise<T> {
    const organization = this.#database.organization(scope);
    if (organization.turn.isTaken) await organization.turn.over();
    return work(organization);
  }

  async writeOrganization<T>(scope: OrganizationScope, work: (data: OrganizationData, undo: UndoLog) => T): Promise<T> {
    const organization = this.#database.organization(scope);
    if (organization.turn.isTaken) await organization.turn.over();
    const undo = new UndoLog();
    return undo.run(() => work(organization, undo));
  }

  async walk<T>(scope: DirectoryScope, work: (resources: DirectoryResources, pause: Pause) => Promise<T>): Promise<T> {
    const organization = this.#database.organization(scope);
    const endTurn = await organization.turn.take();
    try {
      return await work(organization.resources(scope.directoryId), () => setImmediate());
    } finally {
      endTurn();
    }
  }

  async readShared<T>(work: (tables: SharedTables) => T): Promise<T> {
    const { shared, sharedTurn } = this.#database;
    if (sharedTurn.isTaken) await sharedTurn.over();
    return work(shared);
  }

  async writeShared<T>(
    scope: OrganizationScope | undefined,
    work: (tables: SharedTables, undo: UndoLog) => T,
  ): Promise<T> {
    if (scope) return this.transaction(scope, (inside) => inside.writeShared(scope, work));
    const { shared, sharedTurn } = this.#database;
    if (sharedTurn.isTaken) await sharedTurn.over();
    const undo = new UndoLog();
    return undo.run(() => work(shared, undo));
  }

  async readSeeds<T>(work: () => T): Promise<T> {
    return work();
  }

  async transaction<T>(scope: OrganizationScope, work: (access: Access) => Promise<T>): Promise<T> {
    const endTurn = await this.#database.organization(scope).turn.take();
    const inside = new TransactionAccess(this.#database, scope);
    try {
      return await inside.complete(work);
    } finally {
      endTurn();
    }
  }
}
