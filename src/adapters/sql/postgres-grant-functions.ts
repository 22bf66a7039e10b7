import { isLinked, personColumns } from './person-columns.js';
import { createFunction, own, textsOf } from './postgres-function.js';
import type { StoreSite } from './store-site.js';
import type { TableNames } from './table-names.js';

/** The function that locks people, in order of id, each by a row that is made where there is none. */
export function peopleFunction({ lockPeople, people }: TableNames): string {
  return createFunction({
    name: lockPeople,
    parameters: ['in_organization_id text', 'in_user_ids jsonb'],
    columns: ['user_id text'],
    variables: ['locked bigint'],
    body: `
      perform 1 from ${people} as p where p.organization_id = in_organization_id
      and p.user_id = any(array(select e.value from ${textsOf('in_user_ids')}))
      order by p.user_id for update;
      get diagnostics locked = row_count;
      if locked = (select count(distinct e.value) from ${textsOf('in_user_ids')}) then
        return;
      end if;
      insert into ${people} (organization_id, user_id)
      select in_organization_id, w.value from (select distinct e.value from ${textsOf('in_user_ids')}) as w
      where not exists (select 1 from ${people} as p where p.organization_id = in_organization_id and p.user_id = w.value)
      order by w.value collate "C" on conflict do nothing;
      perform 1 from ${people} as p where p.organization_id = in_organization_id
      and p.user_id = any(array(select e.value from ${textsOf('in_user_ids')}))
      order by p.user_id for update;
    `,
  });
}

/**
 * The function that reads people and locks them, given by their ids or, with a directory, by directory users: what was
 * waited for is seen.
 */
export function readPeopleFunction(site: StoreSite): string {
  const { readPeople, lockPeople, directoryLinks, resources } = site.names;
  return createFunction({
    name: readPeople,
    parameters: ['in_organization_id text', 'in_directory_id text', 'in_ids jsonb'],
    columns: ['user_id text', 'document text', 'directory_users text', 'linked integer'],
    tables: [directoryLinks, resources],
    variables: ['found_ids jsonb := in_ids'],
    body: `
      if in_directory_id is not null then
        select coalesce(jsonb_agg(distinct b.user_id), '[]') into found_ids from ${textsOf('in_ids')} cross join lateral
        (select l.user_id from ${directoryLinks} as l where ${own('l')} and l.directory_user_id = e.value and l.is_gone = 0
        and exists (select 1 from ${resources} as r where ${isLinked('r')}) limit 1) as b;
      end if;
      perform 1 from ${lockPeople}(in_organization_id, found_ids);
      return query select ${personColumns(site, 'in_organization_id')}
      from (select w.value as user_id, w.place from jsonb_array_elements_text(found_ids) with ordinality as w(value, place)) as e
      order by e.place;
    `,
  });
}

/** The function that reads how a directory provisions, under a lock by a name: what was waited for is seen. */
export function readSettingsFunction({ names: { readMappingSettings, mappingSettings }, dialect }: StoreSite): string {
  return createFunction({
    name: readMappingSettings,
    parameters: ['in_organization_id text', 'in_directory_id text', 'in_lock text', 'in_is_alone bigint'],
    columns: ['version bigint', 'document text'],
    body: `
      if in_is_alone = 1 then
        ${dialect.nameLock('in_lock', 'exclusive').replace('select', 'perform')};
      else
        ${dialect.nameLock('in_lock', 'shared').replace('select', 'perform')};
      end if;
      return query select s.version, s.document from ${mappingSettings} as s where ${own('s')};
    `,
  });
}

/**
 * The function that changes grants. The people are locked by a statement of its own: what was waited for is seen by the
 * next ones, and by all that comes after them in the transaction.
 */
export function grantFunction({ changeGrants, lockPeople, grants }: TableNames): string {
  // Written such that only the index by person is of use: on a table without statistics all look equally good.
  const place =
    'g.organization_id = in_organization_id and g.user_id = e.v ->> 0 ' +
    "and coalesce(g.target, '') = e.v ->> 1 and coalesce(g.source, '') = e.v ->> 2";
  return createFunction({
    name: changeGrants,
    parameters: ['in_organization_id text', 'in_remove jsonb', 'in_put jsonb'],
    columns: ['user_id text', 'target text', 'source text', 'role text', 'before text', 'is_removed bigint'],
    tables: [grants],
    body: `
      perform 1 from ${lockPeople}(in_organization_id, (select coalesce(jsonb_agg(e.v -> 0), '[]')
      from jsonb_array_elements(in_remove || in_put) as e(v)));
      if in_remove <> '[]' then
        return query with removed as (delete from ${grants} as g where g.ctid = any(array(select f.ctid
        from jsonb_array_elements(in_remove) as e(v) cross join lateral
        (select g.ctid from ${grants} as g where ${place} limit 1) as f))
        returning g.user_id, g.target, g.source, g.role)
        select r.user_id, r.target, r.source, r.role, r.role, 1::bigint from removed as r;
      end if;
      if in_put <> '[]' then
        return query with wanted as materialized (select e.v ->> 0 as user_id, e.v ->> 1 as target, e.v ->> 2 as source,
        e.v ->> 3 as role, (select g.role from ${grants} as g where ${place} limit 1) as before
        from jsonb_array_elements(in_put) as e(v)),
        written as (insert into ${grants} as g (organization_id, user_id, target, source, role)
        select in_organization_id, w.user_id, w.target, w.source, w.role from wanted as w
        where w.before is distinct from w.role
        on conflict (organization_id, user_id, target, source) do update set role = excluded.role)
        select w.user_id, w.target, w.source, w.role, w.before, 0::bigint from wanted as w
        where w.before is distinct from w.role;
      end if;
    `,
  });
}

/**
 * The function that takes away a part of what a source gives at a place: from so many people, in order of id, behind one of
 * them. Where there may be more, a row without a role says behind whom.
 */
export function takeFunction({ takeGrants, lockPeople, grants }: TableNames): string {
  return createFunction({
    name: takeGrants,
    parameters: ['in_organization_id text', 'in_source text', 'in_target text', 'in_after text', 'in_limit bigint'],
    columns: ['user_id text', 'role text'],
    variables: ['found_ids text[]'],
    tables: [grants],
    body: `
      found_ids := array(select g.user_id from ${grants} as g where g.organization_id = in_organization_id
      and g.source = in_source and g.target = in_target and g.user_id > in_after order by g.user_id limit in_limit);
      perform 1 from ${lockPeople}(in_organization_id, to_jsonb(found_ids));
      return query with removed as (delete from ${grants} as g where g.organization_id = in_organization_id
      and g.user_id = any(found_ids) and coalesce(g.target, '') = in_target and coalesce(g.source, '') = in_source
      returning g.user_id, g.role)
      select r.user_id, r.role from removed as r
      union all select found_ids[in_limit], null where cardinality(found_ids) = in_limit;
    `,
  });
}
