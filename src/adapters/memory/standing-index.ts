import type { PersonStanding } from '../../storage/person-standing.js';
import { SortedKeys } from './sorted-keys.js';

/**
 * Users of an organization by their standing. It follows from several tables, so these only tell whose may have changed, and
 * it is looked up again when somebody asks. Nobody pays before that.
 */
export class StandingIndex {
  readonly #standingOf: (userId: string) => PersonStanding | undefined;
  readonly #keys = new Map<PersonStanding, SortedKeys>();
  readonly #known = new Map<string, PersonStanding>();
  #changed: Set<string> | undefined;

  /** @param standingOf `undefined` for who is not a user */
  constructor(standingOf: (userId: string) => PersonStanding | undefined) {
    this.#standingOf = standingOf;
  }

  /** The standing of this user may be another one now. */
  note(userId: string): void {
    this.#changed?.add(userId);
  }

  /** Ids of users with one of these standings, in order. @param userIds all there are, for the first who asks */
  page(
    standings: readonly PersonStanding[],
    { after, limit }: { readonly after: string; readonly limit: number },
    userIds: () => readonly string[],
  ): readonly string[] {
    for (const userId of this.#changed ?? userIds()) this.#place(userId);
    this.#changed = new Set();
    const found = [...new Set(standings)].flatMap((standing) => this.#keys.get(standing)?.after(after, limit) ?? []);
    return found.sort().slice(0, limit);
  }

  #place(userId: string): void {
    const [before, now] = [this.#known.get(userId), this.#standingOf(userId)];
    if (before === now) return;
    if (before !== undefined) this.#keys.get(before)?.delete(userId);
    if (now === undefined) {
      this.#known.delete(userId);
      return;
    }
    this.#known.set(userId, now);
    const keys = this.#keys.get(now) ?? new SortedKeys([]);
    this.#keys.set(now, keys);
    keys.add(userId);
  }
}
