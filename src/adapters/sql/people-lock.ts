import type { Run } from './access.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/** Locks people until the transaction ends. Where there is one writer, it does nothing. */
export type PeopleLock = (run: Run, organizationId: string, userIds: readonly string[]) => Promise<void>;

/** The locks of people: each change of somebody sees what the one before it has done. */
export function createPeopleLock({ names, dialect }: StoreSite): PeopleLock {
  if (dialect.name === 'sqlite') return async () => undefined;
  const lock = prepare(`select count(*) from ${names.lockPeople}({organizationId}, {userIds})`, dialect);
  return async (run, organizationId, userIds) => {
    if (userIds.length > 0) await run(lock({ organizationId, userIds: JSON.stringify(userIds) }));
  };
}
