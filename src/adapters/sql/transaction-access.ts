import type { Kysely } from 'kysely';
import type { OrganizationScope } from '../../storage/scope.js';
import type { JoinableAccess, Run } from './access.js';
import { JointWork } from './joint-work.js';
import type { SqlDialect } from './sql-dialect.js';

/**
 * Access from inside a transaction. Calls made at the same time happen one after the other: there is one connection. Where
 * a round trip is dear, those that only read, and those that write to tables of their own, go as one statement.
 */
export class TransactionAccess<DB> implements JoinableAccess<DB> {
  readonly keepsLocks = true;
  readonly #run: Run;
  readonly #organizationId: string;
  readonly #joins: boolean;
  #last: Promise<unknown> = Promise.resolve();
  /** What has not begun yet, so that more can be done beside it. */
  #joint: JointWork | undefined;
  #isOver = false;
  readonly #handle: Kysely<DB>;
  #isShared = false;
  /** What makes the transaction fail as a whole, whatever its work makes of it. */
  #failure: { readonly error: unknown } | undefined;
  #ownFailure: unknown;

  constructor(
    run: Run,
    { organizationId }: OrganizationScope,
    handle: Kysely<DB>,
    { joinsStatements }: Pick<SqlDialect, 'joinsStatements'>,
  ) {
    this.#handle = handle;
    this.#joins = joinsStatements;
    this.#run = async (statement) => {
      this.#refuseFailed();
      try {
        return await run(statement);
      } catch (error) {
        // PostgreSQL takes no statement after a failed one, and of what was written nothing can be said.
        this.#failure ??= { error };
        this.#ownFailure ??= error;
        throw error;
      }
    };
    this.#organizationId = organizationId;
  }

  get handle(): Kysely<DB> {
    this.#isShared = true;
    return this.#handle;
  }

  /** Whether it was a statement of ours that failed with this error, and not one of the host on the handle. */
  hasThrown(error: unknown): boolean {
    return this.#ownFailure === error;
  }

  /** Does the work of the transaction, and rejects when it must not be committed. */
  async complete<T>(work: (access: JoinableAccess<DB>) => Promise<T>): Promise<T> {
    try {
      const result = await work(this);
      await this.#last;
      // After a failed statement of the host PostgreSQL would take `commit` for `rollback`, and say nothing.
      if (this.#isShared) await this.#run({ text: 'select 1', values: [] });
      return result;
    } finally {
      this.#isOver = true;
      // A statement that is under way would otherwise meet the end of the transaction.
      await this.#last;
      this.#refuseFailed();
    }
  }

  /** Joins: the work becomes part of this transaction, which as a whole fails with it. */
  async transaction<T>(scope: OrganizationScope, work: (access: JoinableAccess<DB>) => Promise<T>): Promise<T> {
    this.#check(scope);
    try {
      return await work(this);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  read<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    return this.#joins ? this.#join(scope, undefined, work) : this.#enqueue(scope, work);
  }

  beside<T>(scope: OrganizationScope | undefined, table: string, work: (run: Run) => Promise<T>): Promise<T> {
    return this.#joins ? this.#join(scope, table, work) : this.#enqueue(scope, work);
  }

  single<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    return this.#enqueue(scope, work);
  }

  whole<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    return this.#enqueue(scope, work);
  }

  async #enqueue<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    this.#check(scope);
    this.#joint = undefined;
    const result = this.#last.then(() => this.#perform(scope, work));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #join<T>(
    scope: OrganizationScope | undefined,
    table: string | undefined,
    work: (run: Run) => Promise<T>,
  ): Promise<T> {
    this.#check(scope);
    let joint = this.#joint;
    if (!joint?.takes(table)) {
      const begun = new JointWork(table);
      joint = begun;
      this.#joint = begun;
      this.#last = this.#last.then(() => {
        if (this.#joint === begun) this.#joint = undefined;
        return begun.perform(this.#run);
      });
    }
    return joint.add(table, (run) => this.#perform(scope, () => work(run)));
  }

  async #perform<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    this.#check(scope);
    return work(this.#run);
  }

  #check(scope: OrganizationScope | undefined): void {
    if (this.#isOver) throw new Error('this transaction is over: what it passed to its work cannot be used any more');
    if (scope && scope.organizationId !== this.#organizationId) {
      throw new Error('a transaction is about one organization, and this call names another');
    }
  }

  #refuseFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
