/**
 * Reads a position in a list whose rows have numbers; `''` is its beginning.
 * @throws {RangeError} when the text is no such position.
 */
export function readNumberedPosition(after: string, beginning: number): number {
  if (!/^\d*$/.test(after)) throw new RangeError('not a position of a walk');
  return after === '' ? beginning : Number(after);
}
