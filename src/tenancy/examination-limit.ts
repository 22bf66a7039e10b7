import { createBoundedCache } from '../core/bounded-cache.js';
import type { Clock } from '../core/clock.js';
import { TenantActionError } from './tenant-action-error.js';
import type { ExamineTenant } from './tenant-examination.js';

const WINDOW = 600_000;
const MOST = 30;
const MOST_ORGANIZATIONS = 10_000;

interface Count {
  count: number;
  readonly until: number;
}

/**
 * Lets one organization cause no more than 30 looks at identity providers in ten minutes: each is a call to a host that
 * somebody typed in. Counted in this process, for a bounded number of organizations; who is refused lengthens nothing.
 */
export function limitExaminations(examine: ExamineTenant, clock: Clock): ExamineTenant {
  const counts = createBoundedCache<Count>({ maxEntries: MOST_ORGANIZATIONS });
  return async (tenant) => {
    const now = clock.now();
    const known = counts.get(tenant.organizationId);
    const left = known ? known.until - now : 0;
    // A clock set back must not make a window longer.
    const current = known && left > 0 && left <= WINDOW ? known : { count: 0, until: now + WINDOW };
    current.count += 1;
    counts.set(tenant.organizationId, current);
    if (current.count > MOST) {
      const retryAfter = Math.max(1, Math.ceil((current.until - now) / 1000));
      const message = `Identity providers were looked at too often for this organization. ${inWords(retryAfter)}`;
      throw new TenantActionError('too-many-checks', 'submitted', message, { retryAfter });
    }
    return examine(tenant);
  };
}

function inWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return `Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`;
}
