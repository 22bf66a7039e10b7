import type { Run } from './access.js';
import { CHANGED_VALUES, NEW_ROW } from './resource-columns.js';
import { inScope, isLive, recordExpressions } from './resource-rows.js';
import type { ResourceValues } from './resource-values.js';
import { outcomeOf, type ResourceWriter } from './resource-writer.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/** Writes step by step, inside a transaction of the only writer: what was looked for before stays as it was. */
export function createSqliteWriter({ names, dialect }: StoreSite, type: string): ResourceWriter {
  const { resources, uniqueKeys, emails } = names;
  const { among, listOf, entries, later } = dialect;
  const record = recordExpressions(type, 'r', names, dialect);

  const conflicts = prepare(
    `select (select count(*) from ${resources} as r where ${inScope('r')} and r.id = {id}) as is_taken, ` +
      listOf(
        `select k.unique_key as value, 1 as place from ${uniqueKeys} as k where ${inScope('k')} and k.type = {type} ` +
          `and k.resource_id <> {id} and ${among('k.unique_key', `select value from ${entries('{keyEntries}')}`)}`,
      ) +
      ' as held',
    dialect,
  );
  const insertRow = prepare(`insert into ${resources} (${NEW_ROW.columns}) values (${NEW_ROW.values})`, dialect);
  const target = prepare(
    `select ${record.version} as version, ${record.lastModified} as last_modified, r.key_entries from ${resources} as r ` +
      `where ${inScope('r')} and r.id = {id} and r.type = {type} and ${isLive('r')}`,
    dialect,
  );
  const updateRow = prepare(
    `update ${resources} as r set version = r.version + 1, last_modified = ${later('{at}', '{previous}')}, ` +
      `${CHANGED_VALUES} where ${inScope('r')} and r.id = {id} ` +
      'returning sequence, id, created, last_modified, {ifVersion} + 1 as version',
    dialect,
  );
  const freeKeys = prepare(
    `delete from ${uniqueKeys} as k where ${inScope('k')} and k.type = {type} ` +
      `and ${among('k.unique_key', `select value from ${entries('{oldEntries}')}`)}`,
    dialect,
  );
  const addKeys = prepare(
    `insert into ${uniqueKeys} (organization_id, directory_id, type, unique_key, resource_id) ` +
      `select {organizationId}, {directoryId}, {type}, value, {id} from ${entries('{keyEntries}')}`,
    dialect,
  );
  const dropEmails = prepare(`delete from ${emails} as e where ${inScope('e')} and e.resource_id = {id}`, dialect);
  const addEmails = prepare(
    `insert into ${emails} (organization_id, directory_id, resource_id, email_key) ` +
      `select {organizationId}, {directoryId}, {id}, value from ${entries('{emails}')}`,
    dialect,
  );

  const hasAny = (jsonList: string) => jsonList !== '[]';

  async function conflictsOf(run: Run, values: ResourceValues) {
    return outcomeOf((await run(conflicts(values)))[0]);
  }

  return {
    isSingle: false,

    async insert(run, values) {
      const outcome = await conflictsOf(run, values);
      if (outcome.isIdTaken || outcome.held.length > 0) return outcome;
      await run(insertRow(values));
      if (hasAny(values.keyEntries)) await run(addKeys(values));
      if (hasAny(values.emails)) await run(addEmails(values));
      return outcome;
    },

    async update(run, values) {
      const [before] = await run(target(values));
      if (!before || Number(before['version']) !== values.ifVersion) return { held: [] };
      const { held } = await conflictsOf(run, values);
      if (held.length > 0) return { held, row: before };
      const oldEntries = String(before['key_entries']);
      const [row] = await run(updateRow({ ...values, previous: String(before['last_modified']) }));
      if (oldEntries !== values.keyEntries) {
        await run(freeKeys({ ...values, oldEntries }));
        await run(addKeys(values));
      }
      if (type === 'User') {
        await run(dropEmails(values));
        if (hasAny(values.emails)) await run(addEmails(values));
      }
      return row ? { held, row } : { held };
    },
  };
}
