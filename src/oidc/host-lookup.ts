import { lookup, Resolver } from 'node:dns/promises';

/** Finds the addresses of a host name. `signal` says when nobody waits any more. */
export type HostLookup = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Asks the operating system, which knows its hosts file and search domains. */
export const lookupInSystem: HostLookup = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * Asks the name servers directly. The system's `getaddrinfo` has a few threads for the whole process: a handful of names
 * whose servers stay silent would hold up every other tenant.
 */
export const lookupInDns: HostLookup = async (host, signal) => {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (addresses.length === 0 && failed) throw failed.reason;
    return addresses;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};
