import type { JournalEntry, JournalPage } from '../../storage/journal-store.js';
import type { OrganizationScope } from '../../storage/scope.js';
import { freezeJson } from './freeze-json.js';
import { readNumberedPosition } from './numbered-position.js';
import type { UndoLog } from './undo-log.js';

/** What happened, by organization and subject, oldest first. */
export class JournalTable {
  readonly #entries = new Map<string, JournalEntry[]>();

  append(scope: OrganizationScope, entries: readonly JournalEntry[], undo: UndoLog): void {
    for (const entry of entries) {
      const list = this.#listOf(scope, entry.subject);
      list.push(freezeJson(entry));
      undo.note(() => list.pop());
    }
  }

  page(scope: OrganizationScope, subject: string, { after, limit }: { after: string; limit: number }): JournalPage {
    const list = this.#listOf(scope, subject);
    const end = Math.min(readNumberedPosition(after, list.length), list.length);
    const start = Math.max(0, end - limit);
    return { items: list.slice(start, end).reverse(), ...(start > 0 && limit > 0 && { next: String(start) }) };
  }

  #listOf({ organizationId }: OrganizationScope, subject: string): JournalEntry[] {
    const place = JSON.stringify([organizationId, subject]);
    const known = this.#entries.get(place);
    if (known) return known;
    const list: JournalEntry[] = [];
    this.#entries.set(place, list);
    return list;
  }
}
