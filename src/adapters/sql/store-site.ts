import type { Access } from './access.js';
import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/** What statements are made of: once for each storage. */
export interface StoreSite {
  readonly names: TableNames;
  readonly dialect: SqlDialect;
}

/** Makes a store over an access. All statements are prepared before. */
export type StoreOver<S> = (access: Access) => S;
