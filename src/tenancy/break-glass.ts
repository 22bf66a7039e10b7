import { canonicalEmail, parseEmailAddress } from '../core/email-address.js';
import type { ConfigurationFault } from '../core/option-faults.js';
import { isWithinDomain } from './domain-name.js';

/** Break-glass addresses as they are kept, and what is wrong with those that cannot be. */
export interface BreakGlassEmails {
  readonly emails: readonly string[];
  readonly faults: readonly ConfigurationFault[];
}

/**
 * Brings break-glass addresses into canonical form. Each must be in one of the domains, or in a subdomain of one, so that
 * a tenant opens a way around single sign-on for its own people alone.
 */
export function readBreakGlassEmails(texts: readonly string[], domains: readonly string[]): BreakGlassEmails {
  const emails: string[] = [];
  const faults: ConfigurationFault[] = [];
  for (const [index, text] of texts.entries()) {
    const path = `breakGlassEmails[${index}]`;
    const email = canonicalEmail(text.trim());
    const domain = email === undefined ? undefined : parseEmailAddress(email)?.domain;
    if (email === undefined || domain === undefined) {
      faults.push({ path, message: 'must be an e-mail address such as "admin@acme.example"' });
    } else if (domains.some((each) => isWithinDomain(domain, each))) {
      emails.push(email);
    } else {
      faults.push({ path, message: 'must be in an associated domain of this tenant, or in a subdomain of one' });
    }
  }
  return { emails: [...new Set(emails)], faults };
}

/** Whether this very address may go around single sign-on; any spelling of it that is the same without regard to case. */
export function isBreakGlassEmail(emails: readonly string[], text: string): boolean {
  const email = canonicalEmail(text);
  return email !== undefined && emails.some((each) => canonicalEmail(each) === email);
}
