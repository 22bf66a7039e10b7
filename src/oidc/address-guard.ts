import ipaddr from 'ipaddr.js';

const INTERNAL = new Set(['private', 'uniqueLocal', 'carrierGradeNat']);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * What an address is to a server that calls URLs of strangers: `public`, `internal` (RFC 1918, RFC 6598, RFC 4193),
 * `loopback`, or `special` for everything else, such as link-local with the metadata services of clouds. IPv4 in any
 * IPv6 coat but the mapped one is `special`: a translator would carry it to where nobody looked.
 */
export type AddressClass = 'public' | 'internal' | 'loopback' | 'special';

/** Which addresses that are not public may be called all the same. */
export interface AddressPermissions {
  /** Hosts, as they stand in a URL, that may have internal addresses. */
  readonly internalHosts: ReadonlySet<string>;
  readonly loopback: boolean;
}

/** Classifies the text of an IPv4 or IPv6 address, without brackets. What is no address is `special`. */
export function classifyAddress(text: string): AddressClass {
  // ipaddr.js takes the old "IPv4-compatible" addresses for mapped ones.
  if (!ipaddr.isValid(text) || /^::\d+\./.test(text)) return 'special';
  const address = ipaddr.process(text);
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  if (INTERNAL.has(range)) return 'internal';
  if (range !== 'unicast') return 'special';
  if (address instanceof ipaddr.IPv6 && !address.match(GLOBAL_UNICAST)) return 'special';
  return 'public';
}

/** Whether a host may be dialled at an address. */
export function mayDial(address: string, host: string, permissions: AddressPermissions): boolean {
  const found = classifyAddress(address);
  if (found === 'internal') return permissions.internalHosts.has(host);
  return found === 'public' || (found === 'loopback' && permissions.loopback);
}
