import type { SqlDatabase } from './sql-databases.js';

/** Until a statement about these tables waits for a lock that somebody else holds, or the call is over without. */
export async function untilWaiting({ send, options }: SqlDatabase, call: Promise<unknown>): Promise<void> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  call.then(end, end);
  while (!isOver) {
    const waiting = await send(
      `select 1 from pg_stat_activity where wait_event_type = 'Lock' and strpos(query, '"${options.schema}"') > 0`,
    );
    if (waiting.length > 0) return;
  }
}
