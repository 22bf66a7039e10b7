/** Remembers how to take changes back. Every primitive change of a table notes its inverse. */
export class UndoLog {
  readonly #inverses: (() => void)[] = [];

  /** How much has been noted; a point that `rollBackTo` can return to. */
  get size(): number {
    return this.#inverses.length;
  }

  note(inverse: () => void): void {
    this.#inverses.push(inverse);
  }

  /** Takes back what was noted since, last change first. */
  rollBackTo(size: number): void {
    for (const inverse of this.#inverses.splice(size).reverse()) inverse();
  }

  /** Runs a change that happens completely or, when it throws, not at all. */
  run<T>(change: () => T): T {
    const { size } = this;
    try {
      return change();
    } catch (error) {
      this.rollBackTo(size);
      throw error;
    }
  }
}
