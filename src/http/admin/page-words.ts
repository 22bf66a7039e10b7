import type { AdminMender, AdminProblem } from '../../admin/admin-problem.js';
import type { ShownProblem } from '../../portal/page-view.js';

const MENDERS: Readonly<Record<AdminMender, string>> = {
  person: 'You can mend this yourself.',
  owner: 'An owner of your organization can mend this.',
  operator: 'The operator of this application can mend this.',
  'provider-administrator': 'The administrator of your identity provider can mend this.',
};

/** A problem in words for a page. */
export function shownProblem(
  { code, message: sentence, mender, faults, current }: AdminProblem,
  requestId: string,
): ShownProblem {
  return { code, sentence, mender: MENDERS[mender], faults, current, requestId };
}
