import { AdminProblem } from '../../admin/admin-problem.js';
import type { AdminContext } from '../../admin/admin-route.js';
import type { Clock } from '../../core/clock.js';
import { sha256 } from '../../core/sha256.js';
import type { Storage } from '../../storage/storage.js';

/** Takes the key of a request: each is good for one, on whatever node. @throws {AdminProblem} `sent_before` */
export type Once = (context: AdminContext, routeId: string, key: string) => Promise<void>;

/** Longer than any form is good for. */
const REMEMBERED = 24 * 3_600_000;

export function createOnce({ signIns }: Pick<Storage, 'signIns'>, clock: Clock): Once {
  return async ({ organizationId, actor }, routeId, key) => {
    const now = clock.now();
    const name = `admin:${sha256(JSON.stringify([actor.id, routeId, key]))}`;
    const [at, until] = [now, now + REMEMBERED].map((time) => new Date(time).toISOString());
    if (await signIns.consumeOnce({ organizationId }, name, at ?? '', until ?? '')) return;
    throw new AdminProblem('sent_before');
  };
}
