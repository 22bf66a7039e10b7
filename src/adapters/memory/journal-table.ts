import type { JournalEntry, JournalPage } from '../../storage/journal-store.js';
import type { OrganizationScope } from '../../storage/scope.js';
import { freezeJson } from './freeze-json.js';
import { readNumberedPosition } from './numbered-position.js';
import type { UndoLog } from './undo-log.js';

interface PageWish {
  readonly after: string;
  readonly limit: number;
}

/** What happened, by organization and subject, and by organization and cause, oldest first. */
export class JournalTable {
  readonly #bySubject = new Map<string, JournalEntry[]>();
  readonly #byCause = new Map<string, JournalEntry[]>();

  append(scope: OrganizationScope, entries: readonly JournalEntry[], undo: UndoLog): void {
    for (const entry of entries) {
      const lists = [listOf(this.#bySubject, scope, entry.subject)];
      if (entry.causeId !== undefined) lists.push(listOf(this.#byCause, scope, entry.causeId));
      for (const list of lists) {
        list.push(freezeJson(entry));
        undo.note(() => list.pop());
      }
    }
  }

  page(scope: OrganizationScope, subject: string, wish: PageWish): JournalPage {
    return pageOf(listOf(this.#bySubject, scope, subject), wish);
  }

  pageOfCause(scope: OrganizationScope, causeId: string, wish: PageWish): JournalPage {
    return pageOf(listOf(this.#byCause, scope, causeId), wish);
  }
}

function pageOf(list: readonly JournalEntry[], { after, limit }: PageWish): JournalPage {
  const end = Math.min(readNumberedPosition(after, list.length), list.length);
  const start = Math.max(0, end - limit);
  return { items: list.slice(start, end).reverse(), ...(start > 0 && limit > 0 && { next: String(start) }) };
}

function listOf(
  lists: Map<string, JournalEntry[]>,
  { organizationId }: OrganizationScope,
  text: string,
): JournalEntry[] {
  const place = JSON.stringify([organizationId, text]);
  const known = lists.get(place);
  if (known) return known;
  const list: JournalEntry[] = [];
  lists.set(place, list);
  return list;
}
