import type { JournalStore } from '../../storage/journal-store.js';
import type { Access } from './access.js';

export function createJournalStore(access: Access): JournalStore {
  return {
    append: (scope, entries) => access.writeShared(scope, ({ journal }, undo) => journal.append(scope, entries, undo)),
    page: (scope, subject, page) => access.readShared(({ journal }) => journal.page(scope, subject, page)),
    pageOfCause: (scope, causeId, page) =>
      access.readShared(({ journal }) => journal.pageOfCause(scope, causeId, page)),
  };
}
