import { CHANGED_VALUES, NEW_ROW } from './resource-columns.js';
import { inScope, isLive, recordExpressions } from './resource-rows.js';
import { outcomeOf, type ResourceWriter } from './resource-writer.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/**
 * Writes by one statement each. Keys that somebody takes at the same moment make it fail as a whole; tried again, it
 * finds them held.
 */
export function createPostgresWriter({ names, dialect }: StoreSite, type: string): ResourceWriter {
  const { resources, uniqueKeys, emails } = names;
  const { among, listOf, entries, later } = dialect;
  const isUser = type === 'User';
  const record = recordExpressions(type, 'r', names, dialect);
  const keyRows = '{organizationId}, {directoryId}, {type}, w.value, {id}';
  const keyColumns = '(organization_id, directory_id, type, unique_key, resource_id)';
  const emailColumns = '(organization_id, directory_id, resource_id, email_key)';
  const wanted = `wanted as materialized (select value, place from ${entries('{keyEntries}')})`;
  const held =
    `held as materialized (select k.unique_key from ${uniqueKeys} as k where ${inScope('k')} ` +
    `and k.type = {type} and k.resource_id <> {id} and ${among('k.unique_key', 'select value from wanted')})`;
  const heldList = `${listOf('select unique_key as value, 1 as place from held')} as held`;

  const insert = prepare(
    [
      `with ${wanted}, ${held},`,
      `taken as materialized (select 1 from ${resources} as r where ${inScope('r')} and r.id = {id}),`,
      `fresh as (insert into ${resources} (${NEW_ROW.columns}) select ${NEW_ROW.values}`,
      'where not exists (select 1 from held) and not exists (select 1 from taken) returning id),',
      `keyed as (insert into ${uniqueKeys} ${keyColumns} select ${keyRows} from wanted as w, fresh)`,
      isUser &&
        `, mailed as (insert into ${emails} ${emailColumns} select {organizationId}, {directoryId}, {id}, value ` +
          `from ${entries('{emails}')}, fresh)`,
      `select (select count(*) from taken) as is_taken, ${heldList}`,
    ]
      .filter(Boolean)
      .join(' '),
    dialect,
  );

  const oldEntries =
    'select old.value from target as t, jsonb_array_elements_text(cast(t.key_entries as jsonb)) as old(value)';
  const update = prepare(
    [
      `with ${wanted}, ${held},`,
      `target as materialized (select r.sequence, ${record.version} as version, ${record.lastModified} as last_modified,`,
      `r.key_entries from ${resources} as r where ${inScope('r')} and r.id = {id} and r.type = {type}`,
      `and ${isLive('r')} and ${record.version} = {ifVersion} for no key update),`,
      `changed as (update ${resources} as r set version = r.version + 1,`,
      `last_modified = ${later('{at}', 't.last_modified')}, ${CHANGED_VALUES} from target as t`,
      'where r.sequence = t.sequence and not exists (select 1 from held)',
      'returning r.sequence, r.id, r.created, r.last_modified, t.version + 1 as version, t.key_entries),',
      `freed as (delete from ${uniqueKeys} as k using changed where ${inScope('k')} and k.type = {type}`,
      `and changed.key_entries <> {keyEntries} and ${among('k.unique_key', oldEntries)}`,
      'and k.unique_key not in (select value from wanted)),',
      `keyed as (insert into ${uniqueKeys} ${keyColumns} select ${keyRows} from wanted as w, changed`,
      `where changed.key_entries <> {keyEntries} and w.value not in (${oldEntries}))`,
      isUser &&
        `, unmailed as (delete from ${emails} as e using changed where ${inScope('e')} and e.resource_id = {id} ` +
          `and e.email_key not in (select value from ${entries('{emails}')}))`,
      isUser &&
        `, mailed as (insert into ${emails} ${emailColumns} select {organizationId}, {directoryId}, {id}, value ` +
          `from ${entries('{emails}')}, changed on conflict do nothing)`,
      `select t.version, ${heldList}, c.sequence, c.id, c.created, c.last_modified from target as t`,
      'left join changed as c on true',
    ]
      .filter(Boolean)
      .join(' '),
    dialect,
  );

  return {
    isSingle: true,
    insert: async (run, values) => outcomeOf((await run(insert(values)))[0]),
    async update(run, values) {
      const [row] = await run(update(values));
      return row ? { ...outcomeOf(row), row } : { held: [] };
    },
  };
}
