import { eraseFunction } from './postgres-erase-function.js';
import { memberFunction } from './postgres-member-function.js';
import { insertFunction, updateFunction } from './postgres-resource-functions.js';
import { userFunctions } from './postgres-user-functions.js';
import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/** The statements that make the functions of the adapter. */
export function postgresFunctions(names: TableNames, dialect: SqlDialect): readonly string[] {
  return [
    ...userFunctions(names, dialect),
    insertFunction(names),
    updateFunction(names, dialect),
    memberFunction(names, dialect),
    eraseFunction(names, dialect),
  ];
}
