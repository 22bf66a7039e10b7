import type { JournalEntry, JournalPage, JournalStore } from '../../storage/journal-store.js';
import type { Row } from './access.js';
import { indexKey } from './lookup-keys.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';
import { readPosition } from './walk-position.js';

export function openJournalStore({ names, dialect }: StoreSite): StoreOver<JournalStore> {
  const append = prepare(
    `insert into ${names.journal} (organization_id, subject_key, cause_key, document) ` +
      'select {organizationId}, entry.subject_key, entry.cause_key, entry.document ' +
      `from ${dialect.records('{entries}', ['subject_key', 'cause_key', 'document'])} order by entry.place`,
    dialect,
  );
  // A key in a select of its own is not known to the planner: of one that many entries have it would expect some among the
  // last ones, whatever they are about, and look at all of these.
  const pageBy = (column: string) =>
    prepare<'organizationId' | 'key' | 'before' | 'limit'>(
      `select j.sequence, j.document from ${names.journal} as j where j.organization_id = {organizationId} ` +
        `and j.${column} = (select {key}) and j.sequence < {before} order by j.sequence desc limit {limit}`,
      dialect,
    );
  const bySubject = pageBy('subject_key');
  const byCause = pageBy('cause_key');

  return (access) => {
    async function readPage(
      statement: typeof bySubject,
      {
        organizationId,
        text,
        after,
        limit,
      }: Readonly<Record<'organizationId' | 'text' | 'after', string>> & {
        readonly limit: number;
      },
    ): Promise<JournalPage> {
      const before = after === '' ? Number.MAX_SAFE_INTEGER : readPosition(after);
      const values = { organizationId, key: indexKey(text), before, limit: limit + 1 };
      const rows = await access.read(undefined, (run) => run(statement(values)));
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const next = last && rows.length > limit ? String(last['sequence']) : undefined;
      return { items: items.map(entryOf), ...(next !== undefined && { next }) };
    }

    return {
      async append(scope, entries) {
        if (entries.length === 0) return;
        const { organizationId } = scope;
        const rows = entries.map((entry) => [
          indexKey(entry.subject),
          entry.causeId === undefined ? null : indexKey(entry.causeId),
          JSON.stringify(entry),
        ]);
        await access.beside(scope, names.journal, (run) =>
          run(append({ organizationId, entries: JSON.stringify(rows) })),
        );
      },

      page: async ({ organizationId }, subject, page) =>
        readPage(bySubject, { organizationId, text: subject, ...page }),

      pageOfCause: async ({ organizationId }, causeId, page) =>
        readPage(byCause, { organizationId, text: causeId, ...page }),
    };
  };
}

function entryOf(row: Row): JournalEntry {
  return JSON.parse(String(row['document'])) as JournalEntry;
}
