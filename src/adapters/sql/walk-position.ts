/**
 * Reads a position of a walk: the sequence number of the last row met, or `''` for the start.
 * @throws {RangeError} when the text is no such position.
 */
export function readPosition(after: string): number {
  if (!/^\d*$/.test(after)) throw new RangeError('not a position of a walk');
  return Math.min(Number(after), Number.MAX_SAFE_INTEGER);
}
