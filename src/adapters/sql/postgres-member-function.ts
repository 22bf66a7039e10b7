import { addToCounter } from './group-counters.js';
import { createFunction, own, RECORD_COLUMNS } from './postgres-function.js';
import { GROUP, isLive, USER } from './resource-rows.js';
import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/**
 * The function that changes members. One that states a version, or the whole list, takes the row of the group for itself,
 * by a statement of its own: the next one begins later and sees what was waited for. Any other shares it, so that nobody takes it for himself meanwhile, and
 * the rows of those who are new in it, so that none of them is deleted meanwhile: in order of their ids, as everybody does.
 */
export function memberFunction(names: TableNames, dialect: SqlDialect): string {
  const { resources, memberships, groupCounters } = names;
  const ofGroup = (alias: string) => `${own(alias)} and ${alias}.group_id = in_group_id`;
  const scope = 'in_organization_id, in_directory_id';
  const counters = `${groupCounters} as c where ${ofGroup('c')}`;
  const group = `${own('r')} and r.id = in_group_id and r.type = '${GROUP}' and ${isLive('r')}`;
  return createFunction({
    name: names.changeMembers,
    parameters: [
      'in_organization_id text',
      'in_directory_id text',
      'in_group_id text',
      'in_add jsonb',
      'in_remove jsonb',
      'in_is_whole bigint',
      'in_at text',
      'in_shard bigint',
      'in_skip bigint',
      'in_if_version bigint',
    ],
    columns: [
      ...RECORD_COLUMNS,
      'member_count bigint',
      'added text',
      'removed text',
      'missing text',
      'is_stale bigint',
    ],
    tables: [memberships],
    variables: [
      'target record',
      'counted bigint',
      'fresh text[]',
      'gone text[]',
      'known text[]',
      'unknown text[]',
      'came text[]',
      'left_it text[]',
    ],
    // In whole lists engines must not look up each text in another list: what is grouped is sorted or hashed instead.
    body: `
      if in_is_whole = 1 or in_if_version is not null then
        perform from ${resources} as r where ${group} for update;
      end if;
      select r.sequence, r.id, r.created, r.attributes, r.unique_keys, r.access_ending, r.version, r.last_modified
      into target from ${resources} as r where ${group} for key share;
      if not found then return; end if;
      if in_if_version is not null then
        select coalesce(sum(c.changes), 0) into counted from ${counters};
        if target.version + counted <> in_if_version then
          is_stale := 1;
          return next;
          return;
        end if;
      end if;
      if in_is_whole = 1 then
        select array_agg(b.id) filter (where b.is_member = 0), array_agg(b.id) filter (where b.is_wanted = 0) into fresh, gone
        from (select l.id, max(l.is_wanted) as is_wanted, max(l.is_member) as is_member from
        (select w.id, 1 as is_wanted, 0 as is_member from jsonb_array_elements_text(in_add) as w(id) union all
        select m.member_id, 0, 1 from ${memberships} as m where ${ofGroup('m')}) as l group by l.id) as b;
      else
        if in_add <> '[]' then
          select array_agg(w.id) into fresh from (select distinct e.id from jsonb_array_elements_text(in_add) as e(id)) as w
          left join lateral (select 1 as is_member from ${memberships} as m where ${ofGroup('m')} and m.member_id = w.id
          limit 1) as m on true where m.is_member is null;
        end if;
        if in_remove <> '[]' then
          gone := array(select e.id from jsonb_array_elements_text(in_remove) as e(id));
        end if;
      end if;
      if fresh is not null then
        select array_agg(k.id) filter (where k.id is not null), array_agg(f.id) filter (where k.id is null)
        into known, unknown from (select id from unnest(fresh) as id order by id collate "C") as f left join lateral
        (select r.id from ${resources} as r where ${own('r')} and r.id = f.id and ${isLive('r')}
        and r.type in ('${USER}', '${GROUP}') for key share) as k on true;
      end if;
      if in_skip = 1 or unknown is null then
        if known is not null then
          with added as (insert into ${memberships} (organization_id, directory_id, group_id, member_id)
          select ${scope}, in_group_id, id from unnest(known) as id on conflict do nothing returning member_id)
          select array_agg(member_id) into came from added;
        end if;
        if gone is not null then
          with removed as (delete from ${memberships} as m where m.ctid = any(array(select f.ctid from unnest(gone) as g(id)
          cross join lateral (select m.ctid from ${memberships} as m where ${ofGroup('m')} and m.member_id = g.id limit 1)
          as f)) returning m.member_id)
          select array_agg(member_id) into left_it from removed;
        end if;
      end if;
      if came is not null or left_it is not null then
        insert into ${groupCounters} as o (organization_id, directory_id, group_id, shard, changes, changed_at, members)
        select ${scope}, in_group_id, in_shard, 1, ${dialect.later('in_at', 'l.latest')},
        coalesce(cardinality(came), 0) - coalesce(cardinality(left_it), 0)
        from (select greatest(target.last_modified, max(c.changed_at)) as latest from ${counters}) as l
        ${addToCounter(dialect)};
      end if;
      return query select target.sequence, target.id, target.created, target.attributes, target.unique_keys,
      target.access_ending, target.version + coalesce(sum(c.changes), 0)::bigint,
      greatest(target.last_modified, max(c.changed_at)), coalesce(sum(c.members), 0)::bigint,
      array_to_json(came)::text, array_to_json(left_it)::text, array_to_json(unknown)::text, 0::bigint from ${counters};
    `,
  });
}
