import type { GroupWriter } from './group-writer.js';
import { createPostgresEraser } from './postgres-resource-eraser.js';
import { createPostgresGroupWriter, createPostgresWriter } from './postgres-resource-writer.js';
import type { ResourceEraser } from './resource-eraser.js';
import type { ResourceWriter } from './resource-writer.js';
import { createSqliteGroupWriter } from './sqlite-group-writer.js';
import { createSqliteEraser } from './sqlite-resource-eraser.js';
import { createSqliteWriter } from './sqlite-resource-writer.js';
import type { StoreSite } from './store-site.js';

/** The writer of the rows of one type, which need not be known by name but for `User` and `Group`. */
export function createResourceWriter(site: StoreSite, type: string): ResourceWriter {
  return site.dialect.name === 'postgres' ? createPostgresWriter(site) : createSqliteWriter(site, type);
}

/** The writer of groups. */
export function createGroupWriter(site: StoreSite): GroupWriter {
  return site.dialect.name === 'postgres' ? createPostgresGroupWriter(site) : createSqliteGroupWriter(site);
}

/** The eraser of resources of one type. */
export function createResourceEraser(site: StoreSite, type: string): ResourceEraser {
  return site.dialect.name === 'postgres' ? createPostgresEraser(site) : createSqliteEraser(site, type);
}
