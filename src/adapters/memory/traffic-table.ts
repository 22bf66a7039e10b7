import type { DirectoryScope } from '../../storage/scope.js';
import type {
  TrafficBatch,
  TrafficCount,
  TrafficEntry,
  TrafficPage,
  TrafficPageWish,
} from '../../storage/traffic-store.js';
import { freezeJson } from './freeze-json.js';
import { readNumberedPosition } from './numbered-position.js';
import type { UndoLog } from './undo-log.js';

interface NumberedEntry {
  readonly number: number;
  readonly entry: TrafficEntry;
}

/** The calls of one directory. Never changed: each change makes another one. */
interface DirectoryTraffic {
  /** Of all entries ever appended. */
  readonly last: number;
  /** Oldest first. */
  readonly entries: readonly NumberedEntry[];
  readonly counts: ReadonlyMap<string, TrafficCount>;
}

const NOTHING: DirectoryTraffic = { last: 0, entries: [], counts: new Map() };

/** Recent calls and their counts, by directory. */
export class TrafficTable {
  readonly #directories = new Map<string, DirectoryTraffic>();

  append(scope: DirectoryScope, { entries, counts }: TrafficBatch, keep: number, undo: UndoLog): void {
    const before = this.#at(scope);
    const added = entries.map((entry, index) => ({ number: before.last + index + 1, entry: freezeJson(entry) }));
    const kept = keep > 0 ? [...before.entries, ...added].slice(-keep) : [];
    const last = before.last + added.length;
    this.#exchange(placeOf(scope), { last, entries: kept, counts: sum(before.counts, counts) }, undo);
  }

  page(scope: DirectoryScope, { after, limit, failed }: TrafficPageWish): TrafficPage {
    const { last, entries } = this.#at(scope);
    const before = readNumberedPosition(after, last + 1);
    const found: NumberedEntry[] = [];
    for (let index = entries.length - 1; index >= 0 && found.length <= limit; index -= 1) {
      const each = entries[index];
      if (!each || each.number >= before) continue;
      if (failed === undefined || failed === (each.entry.outcome !== 'done')) found.push(each);
    }
    const items = found.slice(0, limit);
    const position = items.at(-1)?.number;
    const isMore = found.length > limit && position !== undefined;
    return { items: items.map(({ entry }) => entry), ...(isMore && { next: String(position) }) };
  }

  get(scope: DirectoryScope, id: string): TrafficEntry | undefined {
    return this.#at(scope).entries.find(({ entry }) => entry.id === id)?.entry;
  }

  counts(scope: DirectoryScope, from: string, to: string): readonly TrafficCount[] {
    const wanted = [...this.#at(scope).counts.values()].filter(({ hour }) => hour >= from && hour < to);
    return wanted.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  forgetBefore(at: string, limit: number, undo: UndoLog): number {
    let left = limit;
    for (const [place, { last, entries, counts }] of this.#directories) {
      const oldEntries = new Set(entries.filter(({ entry }) => entry.at < at).slice(0, left));
      left -= oldEntries.size;
      const oldCounts = new Set([...counts.values()].filter(({ hour }) => hour < at).slice(0, left));
      left -= oldCounts.size;
      if (oldEntries.size + oldCounts.size === 0) continue;
      const newer = new Map([...counts].filter(([, count]) => !oldCounts.has(count)));
      this.#exchange(place, { last, entries: entries.filter((each) => !oldEntries.has(each)), counts: newer }, undo);
    }
    return limit - left;
  }

  #at(scope: DirectoryScope): DirectoryTraffic {
    return this.#directories.get(placeOf(scope)) ?? NOTHING;
  }

  #exchange(place: string, after: DirectoryTraffic, undo: UndoLog): void {
    const before = this.#directories.get(place);
    this.#directories.set(place, after);
    undo.note(() => (before ? this.#directories.set(place, before) : this.#directories.delete(place)));
  }
}

function placeOf({ organizationId, directoryId }: DirectoryScope): string {
  return JSON.stringify([organizationId, directoryId]);
}

function keyOf({ hour, outcome }: TrafficCount): string {
  return `${hour} ${outcome}`;
}

function sum(
  before: ReadonlyMap<string, TrafficCount>,
  counts: readonly TrafficCount[],
): ReadonlyMap<string, TrafficCount> {
  const sums = new Map(before);
  for (const { hour, outcome, calls, unrecorded } of counts) {
    const known = sums.get(keyOf({ hour, outcome, calls, unrecorded }));
    sums.set(keyOf({ hour, outcome, calls, unrecorded }), {
      hour,
      outcome,
      calls: calls + (known?.calls ?? 0),
      unrecorded: unrecorded + (known?.unrecorded ?? 0),
    });
  }
  return sums;
}
