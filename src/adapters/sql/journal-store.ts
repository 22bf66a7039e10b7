import type { JournalEntry, JournalStore } from '../../storage/journal-store.js';
import type { Row } from './access.js';
import { indexKey } from './lookup-keys.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';
import { readPosition } from './walk-position.js';

export function openJournalStore({ names, dialect }: StoreSite): StoreOver<JournalStore> {
  const append = prepare(
    `insert into ${names.journal} (organization_id, subject_key, document) ` +
      'select {organizationId}, entry.subject_key, entry.document ' +
      `from ${dialect.records('{entries}', ['subject_key', 'document'])} order by entry.place`,
    dialect,
  );
  const page = prepare(
    `select j.sequence, j.document from ${names.journal} as j where j.organization_id = {organizationId} ` +
      'and j.subject_key = {subjectKey} and j.sequence < {before} order by j.sequence desc limit {limit}',
    dialect,
  );

  return (access) => ({
    async append(scope, entries) {
      if (entries.length === 0) return;
      const { organizationId } = scope;
      const rows = entries.map((entry) => [indexKey(entry.subject), JSON.stringify(entry)]);
      await access.beside(scope, names.journal, (run) =>
        run(append({ organizationId, entries: JSON.stringify(rows) })),
      );
    },

    async page({ organizationId }, subject, { after, limit }) {
      const before = after === '' ? Number.MAX_SAFE_INTEGER : readPosition(after);
      const values = { organizationId, subjectKey: indexKey(subject), before, limit: limit + 1 };
      const rows = await access.read(undefined, (run) => run(page(values)));
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const next = last && rows.length > limit ? String(last['sequence']) : undefined;
      return { items: items.map(entryOf), ...(next !== undefined && { next }) };
    },
  });
}

function entryOf(row: Row): JournalEntry {
  return JSON.parse(String(row['document'])) as JournalEntry;
}
