import { parseEmailAddress } from '../core/email-address.js';
import { readableTime } from '../core/readable-time.js';
import type { Organization } from '../storage/host-storage.js';
import type { OidcTenantView } from '../tenancy/tenant-view.js';
import type { AdminSite } from './admin-site.js';

/** Something that an owner should think of. */
export interface SetupHint {
  readonly code: 'root-user-personal' | 'root-user-provisioned' | 'no-break-glass' | 'secret-expires';
  readonly sentence: string;
}

/** Names of mailboxes that belong to a job rather than to a person. */
const SHARED =
  /^(?:admin|administrator|billing|cloud|contact|devops|helpdesk|hello|info|it|mail|office|ops|platform|root|security|service|sre|support|sysadmin|team|tech)\b/i;

/** What an owner should think of, the most urgent first. */
export async function hintsOf(
  { storage, clock, tenantPolicy }: AdminSite,
  { id: organizationId, rootUserId }: Organization,
  tenants: readonly OidcTenantView[],
): Promise<readonly SetupHint[]> {
  const hints: SetupHint[] = [];
  const soon = clock.now() + tenantPolicy.reminderDays * 86_400_000;
  const living = tenants.filter(({ state }) => state !== 'rejected');
  const expiring = living
    .flatMap(({ clientSecrets }) => clientSecrets)
    .flatMap(({ expiresAt }) => (expiresAt !== undefined && Date.parse(expiresAt) <= soon ? [expiresAt] : []))
    .sort()[0];
  if (expiring !== undefined) {
    const sentence = `A client secret expires on ${readableTime(expiring)}. Add the next one before that, so that nobody is locked out.`;
    hints.push({ code: 'secret-expires', sentence });
  }
  const root = rootUserId === undefined ? undefined : await storage.users.get({ organizationId }, rootUserId);
  if (root && !SHARED.test(root.email)) {
    const sentence = `The organization was created by ${root.email}, which looks like a person's own address. Give it an address of a team, such as devops@, so that the organization does not hang on one employee.`;
    hints.push({ code: 'root-user-personal', sentence });
  }
  const domain = root && parseEmailAddress(root.email)?.domain;
  if (root && living.some(({ domains, breakGlassEmails }) => isForced(root.email, domain, domains, breakGlassEmails))) {
    const sentence = `The address of the creating user, ${root.email}, is in a domain that signs in at the identity provider. Put it on the break-glass list and leave it out of provisioning.`;
    hints.push({ code: 'root-user-provisioned', sentence });
  }
  if (living.length > 0 && living.every(({ breakGlassEmails }) => breakGlassEmails.length === 0)) {
    const sentence = 'There is no break-glass address: when the identity provider fails, nobody gets in.';
    hints.push({ code: 'no-break-glass', sentence });
  }
  return hints;
}

function isForced(
  email: string,
  domain: string | undefined,
  domains: OidcTenantView['domains'],
  breakGlassEmails: readonly string[],
): boolean {
  return domains.some(({ name }) => name === domain) && !breakGlassEmails.includes(email);
}
