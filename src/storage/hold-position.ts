import type { Hold } from './hold-store.js';

/** The place of a hold in the list of all, oldest first, as the text that pages of stores go on from. */
export function holdPosition({ at, id }: Pick<Hold, 'at' | 'id'>): string {
  return `${at} ${id}`;
}

/**
 * Reads a place; `''` is the beginning.
 * @throws {RangeError} when the text is none.
 */
export function readHoldPosition(after: string): Pick<Hold, 'at' | 'id'> {
  if (after === '') return { at: '', id: '' };
  const [, at, id] = /^(\S+) (.+)$/s.exec(after) ?? [];
  if (at === undefined || id === undefined) throw new RangeError('not a position of a walk');
  return { at, id };
}
