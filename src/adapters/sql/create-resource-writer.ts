import { createPostgresWriter } from './postgres-resource-writer.js';
import type { ResourceWriter } from './resource-writer.js';
import { createSqliteWriter } from './sqlite-resource-writer.js';
import type { StoreSite } from './store-site.js';

/** The writer of the rows of one type, which need not be known by name but for `User` and `Group`. */
export function createResourceWriter(site: StoreSite, type: string): ResourceWriter {
  return site.dialect.name === 'postgres' ? createPostgresWriter(site, type) : createSqliteWriter(site, type);
}
