import { domainToASCII } from 'node:url';
import { parse } from 'tldts';
import { PUBLIC_MAIL_DOMAINS } from './public-mail-domains.js';

const DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9-]{2,63}$/;

/**
 * A domain in the form in which it is kept and compared: ASCII (RFC 5891), lower case, no dot at the end. `undefined` when
 * the text is none: a URL, an address, a name of one part, a number.
 */
export function normalizeDomain(text: string): string | undefined {
  const trimmed = text.trim();
  // domainToASCII reads a host as a URL does: it ends it at some characters, decodes others and skips line breaks.
  if (trimmed.length > 500 || /[\p{C}\s/?#\\%:@]/u.test(trimmed)) return undefined;
  const domain = domainToASCII(trimmed.replace(/\.$/, '')).toLowerCase();
  return DOMAIN.test(domain) ? domain : undefined;
}

/** Why a domain in its kept form can belong to nobody, as the rest of a sentence that starts with it. */
export function domainFault(domain: string): string | undefined {
  if (PUBLIC_MAIL_DOMAINS.has(domain)) return 'is a domain at which anybody gets an address';
  const { domain: registrable } = parse(domain, { allowPrivateDomains: true });
  return registrable === null ? 'is a public suffix, below which anybody gets a domain' : undefined;
}

/** Whether a domain is another one, or below it. Both in their kept form. */
export function isWithinDomain(domain: string, other: string): boolean {
  return domain === other || domain.endsWith(`.${other}`);
}
