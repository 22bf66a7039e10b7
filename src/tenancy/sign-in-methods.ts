import { parseEmailAddress } from '../core/email-address.js';
import { isBreakGlassEmail } from './break-glass.js';
import type { SignInRules } from './tenant-resolver.js';

/** How somebody may sign in. */
export interface SignInMethods {
  /** Whose identity provider the domain of the address leads to. */
  readonly ssoTenantId: string | undefined;
  /** Whether another way than single sign-on may be offered, such as a password. */
  readonly otherAllowed: boolean;
  /** Whether that is so only because the address is on the break-glass list: write it to your audit log, tell the owners. */
  readonly isBreakGlass: boolean;
}

/** What {@link decideSignInMethods} looks at. */
export interface SignInFacts {
  readonly email: string;
  /** The tenant that has proved the domain of the address. */
  readonly tenantId: string | undefined;
  readonly rules: SignInRules;
  /** `false` for a person who has no password, e.g. because they were provisioned. */
  readonly hasPassword: boolean;
}

/**
 * Decides how the owner of an address may sign in. Addresses on a tenant's domain use its identity provider, those on
 * its break-glass list may use another way as well, everybody else may use whatever the application offers.
 */
export function decideSignInMethods({ email, tenantId, rules, hasPassword }: SignInFacts): SignInMethods {
  // An address that is read in two ways could be another one for whoever looks up the account.
  if (!parseEmailAddress(email)) return { ssoTenantId: undefined, otherAllowed: false, isBreakGlass: false };
  const isListed = isBreakGlassEmail(rules.breakGlassEmails, email);
  const isForced = tenantId !== undefined && rules.ssoRequired;
  const isBreakGlass = isForced && isListed && hasPassword;
  return { ssoTenantId: tenantId, otherAllowed: hasPassword && (!isForced || isListed), isBreakGlass };
}
