import { Resolver } from 'node:dns/promises';

/**
 * Finds the values of the TXT records of a name. An empty list means that a name server said that there are none; rejects
 * when none gave an answer. `signal` says when nobody waits any more.
 */
export type TxtLookup = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

const NOTHING = new Set(['ENODATA', 'ENOTFOUND']);

/** Asks the name servers of the machine. Parts of one value are put together, as RFC 7208 section 3.3 does it. */
export const lookupTxtInDns: TxtLookup = async (name, signal) => {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOTHING.has(String(error.code))) return [];
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};
