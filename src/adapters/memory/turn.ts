/**
 * Decides who may touch shared data, first come first served. Whoever pauses in the middle of a change takes a turn and
 * keeps it to the end. Whoever needs no pause takes none: it waits until those before it are done, and then does all of
 * its work without awaiting anything, so nobody can come in between.
 *
 * ```
 * if (turn.isTaken) await turn.over();
 * // read or write here, without `await`
 * ```
 */
export class Turn {
  #last: Promise<void> | undefined;

  get isTaken(): boolean {
    return this.#last !== undefined;
  }

  /** Resolves when all who have a turn, or are queued for one, now are done. */
  over(): Promise<void> {
    // Not async: that would take some microtasks more, and the next turn would already be running.
    return this.#last ?? Promise.resolve();
  }

  /** Resolves, when it is the caller's turn, to the function that ends it. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let resolve: () => void = () => undefined;
    const mine = new Promise<void>((done) => {
      resolve = done;
    });
    this.#last = mine;
    await before;
    return () => {
      if (this.#last === mine) this.#last = undefined;
      resolve();
    };
  }
}
