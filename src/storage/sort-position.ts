import { Buffer } from 'node:buffer';
import type { SortKey } from './sort-key.js';

/** Where a page of a sorted walk ended. */
export interface SortPosition {
  /** The key of the last resource, or the beginning of it. */
  readonly key: SortKey;
  readonly isCut: boolean;
  readonly version: number;
  /** The last resource: its lasting place in the order of creation, or its id. */
  readonly order?: number;
  readonly id?: string;
}

/** So many UTF-16 units of a key take 320 of the 512 characters that a position may have. */
const KEY_UNITS = 120;

/** The first half of a character, which a cut has parted from the second. */
const PARTED = /[\ud800-\udbff]$/;

/** Writes a position as text: key, version, and the last resource by lasting place or by id. */
export function formatSortPosition(key: SortKey, version: number, tie: string, orders: 'lasting' | 'passing'): string {
  return [formatKey(key), version, orders === 'lasting' ? 'o' : 'i', tie].join('.');
}

/** @throws {RangeError} when the text is no position of a sorted walk. */
export function parseSortPosition(text: string): SortPosition {
  const match = /^([usnc])([\w-]*)\.(\d+)\.(?:o\.(\d+)|i\.(.+))$/s.exec(text);
  if (!match) throw new RangeError('not a position of a sorted walk');
  const [, kind, keyText = '', version, order, id] = match;
  return {
    key: parseKey(kind, keyText),
    isCut: kind === 'c',
    version: Number(version),
    ...(order !== undefined && { order: Number(order) }),
    ...(id !== undefined && { id }),
  };
}

function formatKey(key: SortKey): string {
  if (key === undefined) return 'u';
  if (typeof key === 'number') return `n${Buffer.from(String(key)).toString('base64url')}`;
  const isCut = key.length > KEY_UNITS;
  const kept = isCut ? key.slice(0, KEY_UNITS).replace(PARTED, '') : key;
  return `${isCut ? 'c' : 's'}${Buffer.from(kept, 'utf16le').toString('base64url')}`;
}

function parseKey(kind: string | undefined, text: string): SortKey {
  if (kind === 'u') return undefined;
  if (kind === 'n') return Number(Buffer.from(text, 'base64url').toString());
  return Buffer.from(text, 'base64url').toString('utf16le');
}
