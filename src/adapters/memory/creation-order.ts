const FULL = 1024;
const SPARSE = FULL / 4;

/** Something with a place in an order. The number is never given to another entry. */
export interface Sequenced {
  readonly sequence: number;
}

/**
 * Entries in order of creation. It is cut into chunks of about a thousand, so that taking an entry out, or finding the
 * ninety-thousandth, touches one chunk and the short list of chunks. A sequence number is a position that inserts and
 * deletes do not move.
 */
export class CreationOrder<T extends Sequenced> {
  readonly #chunks: T[][] = [];
  #size = 0;
  #lastSequence = 0;

  get size(): number {
    return this.#size;
  }

  nextSequence(): number {
    this.#lastSequence += 1;
    return this.#lastSequence;
  }

  /** Puts an entry at its place: the end, or, when a deletion is taken back, where it was. */
  add(entry: T): void {
    this.#size += 1;
    const chunkIndex = this.#chunkOf(entry.sequence);
    const chunk = this.#chunks[chunkIndex];
    const isLast = chunkIndex === this.#chunks.length - 1;
    if (!chunk || (isLast && chunk.length >= FULL && isBefore(chunk.at(-1), entry))) {
      this.#chunks.push([entry]);
      return;
    }
    chunk.splice(countBefore(chunk, entry.sequence), 0, entry);
    if (chunk.length > FULL) this.#chunks.splice(chunkIndex + 1, 0, chunk.splice(FULL / 2));
  }

  remove(entry: T): void {
    const chunkIndex = this.#chunkOf(entry.sequence);
    const chunk = this.#chunks[chunkIndex];
    const index = chunk ? countBefore(chunk, entry.sequence) : 0;
    if (chunk?.[index] !== entry) return;
    this.#size -= 1;
    chunk.splice(index, 1);
    if (chunk.length <= SPARSE) this.#tidy(chunkIndex);
  }

  /** Up to `count` entries from the one that has `skipped` before it. */
  slice(skipped: number, count: number): T[] {
    let chunkIndex = 0;
    let rest = skipped;
    for (;;) {
      const chunk = this.#chunks[chunkIndex];
      if (!chunk || rest < chunk.length) return this.#collect(chunkIndex, rest, count);
      rest -= chunk.length;
      chunkIndex += 1;
    }
  }

  /** Up to `count` entries behind a sequence number, whether an entry still has it or not. */
  after(sequence: number, count: number): T[] {
    const chunkIndex = this.#chunkOf(sequence + 1);
    return this.#collect(chunkIndex, countBefore(this.#chunks[chunkIndex] ?? [], sequence + 1), count);
  }

  #collect(chunkIndex: number, offset: number, count: number): T[] {
    const entries: T[] = [];
    let from = offset;
    for (let index = chunkIndex; index < this.#chunks.length && entries.length < count; index += 1) {
      for (const entry of this.#chunks[index]?.slice(from, from + count - entries.length) ?? []) entries.push(entry);
      from = 0;
    }
    return entries;
  }

  /** The last chunk that begins at or before a sequence number, else the first. */
  #chunkOf(sequence: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      const first = this.#chunks[middle]?.[0];
      if (first && first.sequence <= sequence) low = middle;
      else high = middle;
    }
    return low;
  }

  #tidy(chunkIndex: number): void {
    const chunk = this.#chunks[chunkIndex];
    const next = this.#chunks[chunkIndex + 1];
    if (chunk?.length === 0) this.#chunks.splice(chunkIndex, 1);
    else if (chunk && next && chunk.length + next.length <= FULL / 2) {
      this.#chunks.splice(chunkIndex, 2, [...chunk, ...next]);
    }
  }
}

function isBefore(a: Sequenced | undefined, b: Sequenced): boolean {
  return a !== undefined && a.sequence < b.sequence;
}

/** How many entries of a chunk come before a sequence number. */
function countBefore(chunk: readonly Sequenced[], sequence: number): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chunk[middle]?.sequence ?? Number.POSITIVE_INFINITY) < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Reads a position of a walk: the sequence number of the last entry met, or `''` for the start.
 * @throws {RangeError} when the text is no such position.
 */
export function parsePosition(after: string): number {
  if (!/^\d*$/.test(after)) throw new RangeError('not a position of a walk');
  return Number(after);
}
