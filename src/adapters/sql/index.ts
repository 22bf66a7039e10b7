export { checkSchema, migrate, migrationSql, type SqlOptions } from './migrate.js';
export { createSqlStorage } from './sql-storage.js';
export type { TableOptions } from './table-names.js';
