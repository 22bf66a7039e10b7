import { domainToASCII } from 'node:url';
import { foldCase } from './fold.js';

/** An e-mail address that every program reads in the same way. */
export interface EmailAddress {
  /** With the domain in lower case and ASCII. */
  readonly address: string;
  readonly domain: string;
}

/**
 * Takes an e-mail address apart; `undefined` for what is none. Everything between the quotes, blanks and brackets of an
 * address is where parsers disagree: none is accepted.
 */
export function parseEmailAddress(text: string): EmailAddress | undefined {
  if (text.length > 254 || text.normalize('NFKC') !== text) return undefined;
  const match = /^([^\s\p{C}"'(),:;<>@[\\\]]{1,64})@([^\s\p{C}"'(),:;<>@[\\\]/?#%]+)$/u.exec(text);
  const domain = domainToASCII(match?.[2] ?? '').toLowerCase();
  if (!match || !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(domain)) return undefined;
  return { address: `${match[1]}@${domain}`, domain };
}

/** The form in which addresses are compared: the same whatever the letter case. `undefined` for what is no address. */
export function canonicalEmail(text: string): string | undefined {
  const parsed = parseEmailAddress(text);
  return parsed && foldCase(parsed.address);
}
