import type { Kysely } from 'kysely';
import type { OrganizationScope } from '../../storage/scope.js';
import type { JoinableAccess, Run } from './access.js';

/** Access from inside a transaction. Calls made at the same time happen one after the other: there is one connection. */
export class TransactionAccess<DB> implements JoinableAccess<DB> {
  readonly keepsLocks = true;
  readonly #run: Run;
  readonly #organizationId: string;
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;
  readonly #handle: Kysely<DB>;
  #isShared = false;
  /** What makes the transaction fail as a whole, whatever its work makes of it. */
  #failure: { readonly error: unknown } | undefined;
  #ownFailure: unknown;

  constructor(run: Run, { organizationId }: OrganizationScope, handle: Kysely<DB>) {
    this.#handle = handle;
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
    return this.#enqueue(scope, work);
  }

  single<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    return this.#enqueue(scope, work);
  }

  whole<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    return this.#enqueue(scope, work);
  }

  async #enqueue<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    this.#check(scope);
    const result = this.#last.then(() => this.#perform(scope, work));
    this.#last = result.catch(() => undefined);
    return result;
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
