export { checkSchema, migrate, migrationSql, type SqlOptions } from './migrate.js';
export { createSqlStorage, type SqlStorage } from './sql-storage.js';
export type { TableOptions } from './table-names.js';
