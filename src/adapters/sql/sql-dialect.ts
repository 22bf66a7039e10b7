import { type Kysely, PostgresAdapter, SqliteAdapter } from 'kysely';
import { POSTGRES } from './postgres-dialect.js';
import type { Sql } from './sql-text.js';
import { SQLITE } from './sqlite-dialect.js';

/** What a thrown error of a driver means for its caller. */
export type Fault =
  /** Somebody else was in the way; the same call succeeds when tried again. */
  | 'conflict'
  /** A key is taken that was free when it was looked for. */
  | 'taken'
  /** The database cannot be reached or cannot write now. */
  | 'unavailable'
  /** A table, a column or a function is missing. */
  | 'unmigrated';

/** All in which the databases differ. Functions from text to text get and give SQL. */
export interface SqlDialect {
  readonly name: 'postgres' | 'sqlite';
  /** How the database encodes text: `UTF8` where it can hold every one. */
  readonly encoding: string;
  /** The mark of the bound value at a position, which counts from 1. */
  parameter(position: number): string;

  /** Locks the rows of a `select` against everybody. */
  readonly forUpdate: string;
  /** Locks the rows of a `select` that nobody else has locked, and passes over the others. */
  readonly forUpdateOfFree: string;

  /** A table `entry` with a row for each text of a JSON list: `value`, and `place` in the list. */
  entries(jsonList: string): string;
  /** All rows of a table, under an alias, of one organization, in which a column has one of the texts of a JSON list; none twice. */
  ofEach(table: string, alias: string, column: string, jsonList: string): string;
  /** A table `entry` with a row for each list of texts in a JSON list: `place`, and a column for each text. */
  records(jsonList: string, columns: readonly string[]): string;
  /** The condition that a key of a JSON object, given as text, is `false`. */
  isFalse(document: string, key: string): string;
  /** The statement that takes a lock by a name until the transaction ends; empty where there is one writer. */
  nameLock(name: string, kind: 'shared' | 'exclusive'): string;
  /**
   * The condition that a column has one of the values of a query. It is for short lists, and never a join, which engines
   * without statistics begin at the wrong end.
   */
  among(column: string, query: string): string;
  /** All rows of a query with the one column `value` as text of a JSON list, in the order of its column `place`. */
  listOf(query: string): string;
  /** Two texts as one: the text of a JSON list. */
  pair(first: string, second: string): string;
  /** A time as text, or, where that is not later than another, the millisecond after the other. */
  later(at: string, previous: string): string;
  greatest(a: string, b: string): string;

  /** A table with a row for each node that a path of keys leads to from a node of a search document. */
  nodes(node: Sql, keys: readonly string[], alias: string): Sql;
  /** The node in a row of `nodes`. */
  nodeOf(alias: string, keys: readonly string[]): Sql;
  /** The text in a slot of a node. */
  slot(node: Sql, name: string): Sql;
  /** The node under a key at the index under another, or at 0. */
  pick(node: Sql, key: string, indexKey: string): Sql;
  /** A bound text that functions know to be one. */
  boundText(value: string): Sql;
  contains(text: Sql, part: Sql): Sql;
  startsWith(text: Sql, part: Sql): Sql;
  endsWith(text: Sql, part: Sql): Sql;

  /** Types of columns. Text is compared by bytes. */
  readonly types: {
    readonly sequence: string;
    readonly text: string;
    readonly integer: string;
    readonly document: string;
  };

  /** Whether several statements can be sent as one: where the database is another process. */
  readonly joinsStatements: boolean;
  /** Whether a statement outside any transaction has been committed when it succeeds. */
  readonly commitsAlone: boolean;
  faultOf(thrown: unknown): Fault | undefined;
  /** Does some work in a transaction, which it commits when the work resolves and else rolls back. */
  transaction<DB, T>(kysely: Kysely<DB>, work: (connection: Kysely<DB>) => Promise<T>): Promise<T>;
  /** The statement that makes those wait who migrate the same tables. */
  migrationLock(tables: string): string;
}

/**
 * Finds the dialect of a Kysely instance.
 * @throws {TypeError} when it is neither PostgreSQL nor SQLite and `name` does not say which of the two to speak.
 */
export function dialectOf<DB>(kysely: Kysely<DB>, name?: SqlDialect['name']): SqlDialect {
  if (name !== undefined) return dialectNamed(name);
  const { adapter } = kysely.getExecutor();
  if (adapter instanceof PostgresAdapter) return POSTGRES;
  if (adapter instanceof SqliteAdapter) return SQLITE;
  throw new TypeError('the Kysely instance is for neither PostgreSQL nor SQLite');
}

/** @throws {TypeError} for an unknown name. */
export function dialectNamed(name: SqlDialect['name']): SqlDialect {
  if (name === 'postgres') return POSTGRES;
  if (name === 'sqlite') return SQLITE;
  throw new TypeError(`the dialect ${JSON.stringify(name)} is neither "postgres" nor "sqlite"`);
}
