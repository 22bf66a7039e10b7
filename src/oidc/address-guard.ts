import ipaddr from 'ipaddr.js';

const INTERNAL = new Set(['private', 'uniqueLocal', 'carrierGradeNat']);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * What an address is to a server that calls URLs of strangers: `public`, `internal` (RFC 1918, RFC 6598, RFC 4193),
 * `loopback`, or `special` for everything else, such as link-local with the metadata services of clouds. IPv4 in any
 * IPv6 coat but the mapped one is `special`: a translator would carry it to where nobody looked.
 */
export type AddressClass = 'public' | 'internal' | 'loopback' | 'special';

/** Classifies the text of an IPv4 or IPv6 address, without brackets. What is no address is `special`. */
export function classifyAddress(text: string): AddressClass {
  if (!ipaddr.isValid(text)) return 'special';
  const address = ipaddr.process(text);
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  if (INTERNAL.has(range)) return 'internal';
  if (range !== 'unicast') return 'special';
  if (address instanceof ipaddr.IPv6 && !address.match(GLOBAL_UNICAST)) return 'special';
  return 'public';
}
