import type { Conflict, ConflictStore } from '../../storage/conflict-store.js';
import type { Row } from './access.js';
import { indexKey } from './lookup-keys.js';
import { inScope } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openConflictStore({ names: { conflicts }, dialect }: StoreSite): StoreOver<ConflictStore> {
  const select = `select c.directory_id, c.id, c.at, c.document from ${conflicts} as c`;
  const list = prepare(
    `${select} where c.organization_id = {organizationId} and c.id > {after} order by c.id limit {limit}`,
    dialect,
  );
  const get = prepare(`${select} where c.organization_id = {organizationId} and c.id = {id}`, dialect);
  const find = prepare(`${select} where ${inScope('c')} and c.subject_key = {subjectKey}`, dialect);
  const put = prepare(
    `insert into ${conflicts} (organization_id, directory_id, subject_key, id, at, document) ` +
      'values ({organizationId}, {directoryId}, {subjectKey}, {id}, {at}, {document}) ' +
      'on conflict (organization_id, directory_id, subject_key) do update set document = excluded.document',
    dialect,
  );
  const remove = prepare(
    `delete from ${conflicts} as c where ${inScope('c')} and c.subject_key = {subjectKey}`,
    dialect,
  );

  return (access) => ({
    async list({ organizationId }, { after, limit }) {
      const values = { organizationId, after, limit };
      return (await access.read({ organizationId }, (run) => run(list(values)))).map(conflictOf);
    },

    async get({ organizationId }, id) {
      const [row] = await access.read({ organizationId }, (run) => run(get({ organizationId, id })));
      return row && conflictOf(row);
    },

    async find({ organizationId, directoryId }, subject) {
      const values = { organizationId, directoryId, subjectKey: indexKey(subject) };
      const [row] = await access.read({ organizationId }, (run) => run(find(values)));
      return row && conflictOf(row);
    },

    async put({ organizationId, directoryId }, { id, at, ...rest }) {
      const subjectKey = indexKey(rest.subject);
      const values = { organizationId, directoryId, subjectKey, id, at, document: JSON.stringify(rest) };
      await access.single({ organizationId }, (run) => run(put(values)));
    },

    async remove({ organizationId, directoryId }, subject) {
      const values = { organizationId, directoryId, subjectKey: indexKey(subject) };
      await access.single({ organizationId }, (run) => run(remove(values)));
    },
  });
}

function conflictOf(row: Row): Conflict {
  const document = JSON.parse(String(row['document'])) as Omit<Conflict, 'id' | 'at' | 'directoryId'>;
  return { ...document, id: String(row['id']), at: String(row['at']), directoryId: String(row['directory_id']) };
}
