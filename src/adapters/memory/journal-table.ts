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
      const lists = [listIn(this.#bySubject, placeOf(scope, entry.subject))];
      if (entry.causeId !== undefined) lists.push(listIn(this.#byCause, placeOf(scope, entry.causeId)));
      for (const list of lists) {
        list.push(freezeJson(entry));
        undo.note(() => list.pop());
      }
    }
  }

  page(scope: OrganizationScope, subject: string, wish: PageWish): JournalPage {
    return pageOf(this.#bySubject.get(placeOf(scope, subject)) ?? [], wish);
  }

  pageOfCause(scope: OrganizationScope, causeId: string, wish: PageWish): JournalPage {
    return pageOf(this.#byCause.get(placeOf(scope, causeId)) ?? [], wish);
  }
}

function pageOf(list: readonly JournalEntry[], { after, limit }: PageWish): JournalPage {
  const end = Math.min(readNumberedPosition(after, list.length), list.length);
  const start = Math.max(0, end - limit);
  return { items: list.slice(start, end).reverse(), ...(start > 0 && limit > 0 && { next: String(start) }) };
}

function listIn(lists: Map<string, JournalEntry[]>, place: string): JournalEntry[] {
  const known = lists.get(place);
  if (known) return known;
  const list: JournalEntry[] = [];
  lists.set(place, list);
  return list;
}

function placeOf({ organizationId }: OrganizationScope, text: string): string {
  return JSON.stringify([organizationId, text]);
}
