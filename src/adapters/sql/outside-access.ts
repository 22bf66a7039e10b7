import { CompiledQuery, type Kysely } from 'kysely';
import type { OrganizationScope } from '../../storage/scope.js';
import type { JoinableAccess, Row, Run } from './access.js';
import { checkSchema, type SqlOptions } from './migrate.js';
import { withRetries } from './retry.js';
import type { SqlDialect } from './sql-dialect.js';
import { TransactionAccess } from './transaction-access.js';

/** Access from outside any transaction. The version of the tables is looked at before the first statement. */
export class OutsideAccess<DB> implements JoinableAccess<DB> {
  readonly keepsLocks = false;
  readonly handle: Kysely<DB>;
  readonly #kysely: Kysely<DB>;
  readonly #dialect: SqlDialect;
  readonly #options: SqlOptions;
  readonly #run: Run;
  #isReady = false;
  #readying: Promise<void> | undefined;

  constructor(kysely: Kysely<DB>, dialect: SqlDialect, options: SqlOptions) {
    this.handle = kysely;
    // Plugins of the host that rename columns or parse JSON are about the host's own tables.
    this.#kysely = kysely.withoutPlugins();
    this.#dialect = dialect;
    this.#options = { ...options, dialect: dialect.name };
    this.#run = runOn(this.#kysely);
  }

  async read<T>(_: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    if (!this.#isReady) await this.#getReady();
    return withRetries(this.#dialect, () => work(this.#run));
  }

  single<T>(scope: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    return this.#dialect.commitsAlone ? this.read(scope, work) : this.whole(scope, work);
  }

  beside<T>(scope: OrganizationScope | undefined, _: string, work: (run: Run) => Promise<T>): Promise<T> {
    return this.single(scope, work);
  }

  whole<T>(_: OrganizationScope | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    return this.#begin(this.#kysely, (connection) => work(runOn(connection)));
  }

  transaction<T>(scope: OrganizationScope, work: (access: JoinableAccess<DB>) => Promise<T>): Promise<T> {
    let inside: TransactionAccess<DB> | undefined;
    const faultOf = (error: unknown) => {
      const fault = this.#dialect.faultOf(error);
      // What is taken or missing in the tables of the host is for the host to judge, and is the same the next time.
      return (fault === 'taken' || fault === 'unmigrated') && !inside?.hasThrown(error) ? undefined : fault;
    };
    const attempt = (connection: Kysely<DB>) => {
      inside = new TransactionAccess(runOn(connection.withoutPlugins()), scope, connection, this.#dialect);
      return inside.complete(work);
    };
    return this.#begin(this.handle, attempt, { faultOf });
  }

  async #begin<T>(
    kysely: Kysely<DB>,
    work: (connection: Kysely<DB>) => Promise<T>,
    judge: Pick<SqlDialect, 'faultOf'> = this.#dialect,
  ): Promise<T> {
    if (!this.#isReady) await this.#getReady();
    return withRetries(judge, () => this.#dialect.transaction(kysely, work));
  }

  async #getReady(): Promise<void> {
    this.#readying ??= checkSchema(this.#kysely, this.#options).finally(() => {
      this.#readying = undefined;
    });
    await this.#readying;
    this.#isReady = true;
  }
}

function runOn<DB>(connection: Kysely<DB>): Run {
  return async ({ text, values }) => {
    const { rows } = await connection.executeQuery<Row>(CompiledQuery.raw(text, [...values]));
    return rows;
  };
}
