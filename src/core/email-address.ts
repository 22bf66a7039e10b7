import { domainToASCII } from 'node:url';

/** An e-mail address in the one form in which the library compares and shows it. */
export interface EmailAddress {
  /** The local part as it came, with the domain in lower case and ASCII. */
  readonly address: string;
  readonly domain: string;
}

/**
 * Reads an e-mail address. Everything between the quotes, blanks and brackets of an address is where parsers disagree:
 * such addresses, and those with more than one "@", are `undefined`.
 */
export function parseEmailAddress(text: string): EmailAddress | undefined {
  if (text.length > 254 || text.normalize('NFKC') !== text) return undefined;
  const match = /^([^\s\p{C}"'(),:;<>@[\\\]]{1,64})@([^\s\p{C}"'(),:;<>@[\\\]/]+)$/u.exec(text);
  const domain = domainToASCII(match?.[2] ?? '').toLowerCase();
  if (!match || !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(domain)) return undefined;
  return { address: `${match[1]}@${domain}`, domain };
}
