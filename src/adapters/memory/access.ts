import type { DirectoryScope, OrganizationScope } from '../../storage/scope.js';
import type { OrganizationData } from './database.js';
import type { DirectoryResources } from './directory-resources.js';
import type { OrganizationTables } from './organization-tables.js';
import type { SharedTables } from './shared-tables.js';
import type { UndoLog } from './undo-log.js';

/** Lets other work on the event loop go first. */
export type Pause = () => Promise<void>;

/**
 * How the stores reach what is kept. There are two ways: from outside, where each call is a whole of its own, and from
 * inside a transaction. `work` gets the data itself and must not await anything, except in `walk` and `transaction`.
 */
export interface Access {
  read<T>(scope: DirectoryScope, work: (resources: DirectoryResources) => T): Promise<T>;

  /** When `work` throws, what it has changed is taken back. */
  write<T>(scope: DirectoryScope, work: (resources: DirectoryResources, undo: UndoLog) => T): Promise<T>;

  /** A read that is long enough to pause now and then; nobody changes anything meanwhile. */
  walk<T>(scope: DirectoryScope, work: (resources: DirectoryResources, pause: Pause) => Promise<T>): Promise<T>;

  readOrganization<T>(scope: OrganizationScope, work: (data: OrganizationData) => T): Promise<T>;
  writeOrganization<T>(scope: OrganizationScope, work: (data: OrganizationData, undo: UndoLog) => T): Promise<T>;
  readTables<T>(scope: OrganizationScope, work: (tables: OrganizationTables) => T): Promise<T>;
  writeTables<T>(scope: OrganizationScope, work: (tables: OrganizationTables, undo: UndoLog) => T): Promise<T>;

  readShared<T>(work: (tables: SharedTables) => T): Promise<T>;
  /** Without a scope for what is done across organizations. */
  writeShared<T>(scope: OrganizationScope | undefined, work: (tables: SharedTables, undo: UndoLog) => T): Promise<T>;

  /** Reads what is never changed. */
  readSeeds<T>(work: () => T): Promise<T>;

  transaction<T>(scope: OrganizationScope, work: (access: Access) => Promise<T>): Promise<T>;
}
