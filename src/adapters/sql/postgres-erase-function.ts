import { addToCounter } from './group-counters.js';
import { createFunction, own } from './postgres-function.js';
import { freeKeys } from './postgres-resource-functions.js';
import { GROUP, isLive, recordExpressions, USER } from './resource-rows.js';
import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/**
 * The function that deletes a resource, if it is in a version; else it gives no row. The row is locked first, and the rest
 * is done by statements that begin later and so see what the lock was waited for: nobody who takes the row as a member
 * finds it in between.
 */
export function eraseFunction(names: TableNames, dialect: SqlDialect): string {
  const { resources, emails, memberships, groupCounters } = names;
  const target = `${own('r')} and r.id = in_id and r.type = in_type and ${isLive('r')}`;
  const group = recordExpressions(GROUP, 'g', names, dialect);
  return createFunction({
    name: names.eraseResource,
    parameters: [
      'in_organization_id text',
      'in_directory_id text',
      'in_id text',
      'in_type text',
      'in_if_version bigint',
      'in_at text',
      'in_access_ending bigint',
      'in_kept text',
      'in_shard bigint',
    ],
    columns: ['id text'],
    tables: [emails, memberships],
    variables: ['counted bigint := 0', 'entries text', 'left_groups text[]'],
    body: `
      perform from ${resources} as r where ${target} for update;
      if in_type = '${GROUP}' then
        select coalesce(sum(c.changes), 0) into counted from ${groupCounters} as c where ${own('c')} and c.group_id = in_id;
      end if;
      select r.key_entries into entries from ${resources} as r where ${target} and r.version + counted = in_if_version;
      if not found then return; end if;
      if entries <> '[]' then
        ${freeKeys(names, 'entries')};
      end if;
      if in_type = '${USER}' then delete from ${emails} as e where ${own('e')} and e.resource_id = in_id; end if;
      if in_type = '${GROUP}' then
        delete from ${memberships} as m where ${own('m')} and m.group_id = in_id;
        delete from ${groupCounters} as c where ${own('c')} and c.group_id = in_id;
      end if;
      if in_type in ('${USER}', '${GROUP}') then
        perform g.id from (select m.group_id from ${memberships} as m where ${own('m')} and m.member_id = in_id
        order by m.group_id) as m cross join lateral (select g.id from ${resources} as g where ${own('g')}
        and g.id = m.group_id for key share) as g;
        if found then
          with left_it as (delete from ${memberships} as m where ${own('m')} and m.member_id = in_id returning m.group_id)
          select array_agg(group_id) into left_groups from left_it;
          insert into ${groupCounters} as o (organization_id, directory_id, group_id, shard, changes, changed_at, members)
          select in_organization_id, in_directory_id, g.id, in_shard, 1, ${dialect.later('in_at', group.lastModified)}, -1
          from (select id from unnest(left_groups) as id order by id collate "C") as l cross join lateral
          (select g.* from ${resources} as g where ${own('g')} and ${isLive('g')} and g.id = l.id limit 1) as g
          ${addToCounter(dialect)};
        end if;
      end if;
      update ${resources} as r set deleted_at = coalesce(in_at, r.last_modified), access_ending = in_access_ending,
      kept = in_kept, attributes = null, search = null, unique_keys = '[]', key_entries = '[]', user_name = null,
      display_name = null, user_name_key = null, external_id_key = null, display_name_key = null
      where ${own('r')} and r.id = in_id;
      return query select in_id;
    `,
  });
}
