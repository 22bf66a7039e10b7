import type { AdminContext } from '../../admin/admin-route.js';
import type { Clock } from '../../core/clock.js';
import type { KeyRing } from '../../core/key-ring.js';

/** Proves that a form was made here, for this person and this organization. */
export interface FormTokens {
  issue(context: FormOwner): string;
  /** `late` for one that was true once. */
  check(context: FormOwner, token: string): 'good' | 'late' | 'false';
}

type FormOwner = Pick<AdminContext, 'organizationId' | 'actor'>;

/** A working day. */
const LIFETIME = 12 * 3_600_000;

export function createFormTokens(keyRing: KeyRing, clock: Clock): FormTokens {
  const sealer = keyRing.sealer('admin-form');
  const bindingOf = ({ organizationId, actor }: FormOwner) => JSON.stringify([organizationId, actor.id]);
  return {
    issue: (context) => sealer.seal(String(clock.now()), bindingOf(context)),
    check(context, token) {
      const opened = sealer.open(token, bindingOf(context));
      if (opened === undefined) return 'false';
      return clock.now() - Number(opened) <= LIFETIME ? 'good' : 'late';
    },
  };
}
