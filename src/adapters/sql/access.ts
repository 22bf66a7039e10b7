import type { Kysely } from 'kysely';
import type { OrganizationScope } from '../../storage/scope.js';
import type { SqlStatement } from './sql-text.js';

/** A row as the driver gives it. Large whole numbers may come as text. */
export type Row = Readonly<Record<string, unknown>>;

/** Sends one statement. */
export type Run = (statement: SqlStatement) => Promise<readonly Row[]>;

/**
 * How the stores reach the database: from outside, where each call is a whole of its own, and from inside a transaction.
 * `work` may be run again, so it does nothing but send statements. A typed error of the port that it throws comes before
 * it has written anything: inside a transaction, what was written stays.
 */
export interface Access {
  /** Whether rows that a call locks stay locked when it is over: inside a transaction. */
  readonly keepsLocks: boolean;

  /** Does some work of exactly one statement that reads. Calls made at the same time may go as one statement. */
  read<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T>;

  /** Does some work of exactly one statement that writes. */
  single<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T>;

  /**
   * The same as `single`, for work that touches nothing but this table and what it locks: calls made at the same time that
   * are about different tables may go as one statement.
   */
  beside<T>(scope: OrganizationScope | undefined, table: string, work: (run: Run) => Promise<T>): Promise<T>;

  /** Does some work of several statements that happen together or not at all. */
  whole<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T>;

  transaction<T>(scope: OrganizationScope, work: (access: Access) => Promise<T>): Promise<T>;
}

/** Access that also shows what it sends its statements on, for stores of the host that take part. */
export interface JoinableAccess<DB> extends Access {
  /** With the plugins of the host. */
  readonly handle: Kysely<DB>;
  transaction<T>(scope: OrganizationScope, work: (access: JoinableAccess<DB>) => Promise<T>): Promise<T>;
}
