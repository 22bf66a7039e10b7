const FULL = 512;

/** Texts in order, each once. They are cut into chunks, so that a change touches one of them and the short list of all. */
export class SortedKeys {
  readonly #chunks: string[][] = [];

  /** @param keys in any order */
  constructor(keys: readonly string[]) {
    const sorted = keys.toSorted();
    for (let first = 0; first < sorted.length; first += FULL / 2) {
      this.#chunks.push(sorted.slice(first, first + FULL / 2));
    }
  }

  add(key: string): void {
    const chunkIndex = Math.min(this.#chunkOf(key), Math.max(0, this.#chunks.length - 1));
    const chunk = this.#chunks[chunkIndex];
    if (!chunk) {
      this.#chunks.push([key]);
      return;
    }
    const index = countBefore(chunk, key);
    if (chunk[index] === key) return;
    chunk.splice(index, 0, key);
    if (chunk.length > FULL) this.#chunks.splice(chunkIndex + 1, 0, chunk.splice(FULL / 2));
  }

  delete(key: string): void {
    const chunkIndex = this.#chunkOf(key);
    const chunk = this.#chunks[chunkIndex];
    const index = chunk ? countBefore(chunk, key) : 0;
    if (chunk?.[index] !== key) return;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(chunkIndex, 1);
  }

  /** Up to `limit` keys behind one, which need not be there; `''` is the start. */
  after(key: string, limit: number): readonly string[] {
    const found: string[] = [];
    for (
      let chunkIndex = this.#chunkOf(key);
      chunkIndex < this.#chunks.length && found.length < limit;
      chunkIndex += 1
    ) {
      const chunk = this.#chunks[chunkIndex] ?? [];
      let index = found.length === 0 ? countBefore(chunk, key) : 0;
      if (key !== '' && chunk[index] === key) index += 1;
      found.push(...chunk.slice(index, index + limit - found.length));
    }
    return found;
  }

  /** The first chunk whose last key is not before this one. */
  #chunkOf(key: string): number {
    let [low, high] = [0, this.#chunks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#chunks[middle]?.at(-1) ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function countBefore(chunk: readonly string[], key: string): number {
  let [low, high] = [0, chunk.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
