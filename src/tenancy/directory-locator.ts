import { createCachedLookup } from '../core/cached-lookup.js';
import type { Clock } from '../core/clock.js';
import type { Directory, DirectoryStore } from '../storage/directory-store.js';
import { DIRECTORY_ID_PATTERN } from './directories.js';
import { normalizeHost } from './host-name.js';

/** What in a request names its directory: the `scimId` in the path, or the host name. */
export type DirectoryAddressing = 'path' | 'host';

export interface DirectoryLocatorOptions {
  readonly storage: { readonly directories: Pick<DirectoryStore, 'get' | 'findByHost'> };
  readonly clock: Clock;
  readonly mode: DirectoryAddressing;
  /** How long a disabled or changed directory may still be found as it was. 5 unless told. */
  readonly cacheSeconds?: number;
  /** Bounds the directories remembered, and separately the addresses known to lead nowhere. 1,000 unless told. */
  readonly cacheEntries?: number;
}

type LocationResult =
  | { readonly ok: true; readonly directory: Directory }
  | { readonly ok: false; readonly reason: 'unknown' | 'directory_disabled' };

/** Finds the directory that a request addresses, without a token: where the host authenticates requests itself. */
export interface DirectoryLocator {
  /** `address` is the id from the path or the `Host` header, as the mode says. Rejects only with what the store does. */
  locate(address: string): Promise<LocationResult>;
}

const UNKNOWN: Promise<LocationResult> = Promise.resolve({ ok: false, reason: 'unknown' });

/** Creates a {@link DirectoryLocator}: an exact id or host name, in any letter case for hosts, and nothing near it. */
export function createDirectoryLocator(options: DirectoryLocatorOptions): DirectoryLocator {
  const { clock, mode, cacheSeconds = 5, cacheEntries = 1000 } = options;
  const { directories } = options.storage;

  const locations = createCachedLookup<LocationResult>({
    clock,
    seconds: cacheSeconds,
    maxEntries: cacheEntries,
    async load(key) {
      const directory = await (mode === 'path' ? directories.get(key) : directories.findByHost(key));
      if (directory === undefined) return undefined;
      return directory.disabledAt === undefined ? { ok: true, directory } : { ok: false, reason: 'directory_disabled' };
    },
  });

  return {
    locate(address) {
      const key = keyOf(mode, address);
      if (key === undefined) return UNKNOWN;
      const known = locations.peek(key, clock.now());
      if (known === null) return UNKNOWN;
      if (known !== undefined) return Promise.resolve(known);
      return locations.load(key).then((loaded) => loaded ?? UNKNOWN);
    },
  };
}

/**
 * Whether a request with this address is for this directory: for the directory of a token, which must never open
 * another one's URL. Asks no store.
 */
export function isAddressedBy(directory: Directory, mode: DirectoryAddressing, address: string): boolean {
  const key = keyOf(mode, address);
  if (key === undefined) return false;
  return mode === 'path' ? directory.id === key : directory.hosts.includes(key);
}

function keyOf(mode: DirectoryAddressing, address: string): string | undefined {
  if (mode === 'host') return normalizeHost(address);
  return DIRECTORY_ID_PATTERN.test(address) ? address : undefined;
}
