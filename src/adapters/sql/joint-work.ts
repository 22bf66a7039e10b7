import type { Row, Run } from './access.js';
import { joinStatements } from './joint-statement.js';
import type { SqlStatement } from './sql-text.js';

/** Some work, and whoever waits for it. */
interface Part {
  work(run: Run): Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Waiting {
  readonly statement: SqlStatement;
  resolve(rows: readonly Row[]): void;
  reject(error: unknown): void;
}

/**
 * Works that were begun at the same time and know nothing of each other. They go on side by side: the statements that all
 * of them wait for are sent as one.
 */
export class JointWork {
  readonly #tables = new Set<string>();
  readonly #isReading: boolean;
  readonly #parts: Part[] = [];

  /** @param table what the first of them writes to; absent for works that read */
  constructor(table: string | undefined) {
    this.#isReading = table === undefined;
  }

  /** Whether one more can be done beside the others: one that reads beside such, or one that writes to another table. */
  takes(table: string | undefined): boolean {
    return table === undefined ? this.#isReading : !this.#isReading && !this.#tables.has(table);
  }

  add<T>(table: string | undefined, work: (run: Run) => Promise<T>): Promise<T> {
    if (table !== undefined) this.#tables.add(table);
    return new Promise<T>((resolve, reject) => {
      this.#parts.push({ work, resolve: resolve as (result: unknown) => void, reject });
    });
  }

  /** Does all of it; never rejects. */
  async perform(send: Run): Promise<void> {
    const { run, leave } = shareConnection(send, this.#parts.length);
    await Promise.all(
      this.#parts.map(async ({ work, resolve, reject }) => {
        await work(run).then(resolve, reject);
        leave();
      }),
    );
  }
}

/** Sends what everybody who is still at work waits for, as soon as all of them wait. */
function shareConnection(send: Run, workers: number): { readonly run: Run; leave(): void } {
  let busy = workers;
  let waiting: Waiting[] = [];
  const rest = () => {
    busy -= 1;
    if (busy > 0 || waiting.length === 0) return;
    const round = waiting;
    waiting = [];
    busy = round.length;
    void sendTogether(send, round);
  };
  const run: Run = (statement) =>
    new Promise<readonly Row[]>((resolve, reject) => {
      waiting.push({ statement, resolve, reject });
      rest();
    });
  return { run, leave: rest };
}

async function sendTogether(send: Run, round: readonly Waiting[]): Promise<void> {
  const [only] = round;
  try {
    if (round.length === 1 && only) return only.resolve(await send(only.statement));
    const { statement, rowsOf } = joinStatements(round.map((each) => each.statement));
    const [row] = await send(statement);
    rowsOf(row).forEach((rows, index) => void round[index]?.resolve(rows));
  } catch (error) {
    for (const { reject } of round) reject(error);
  }
}
