import { createFunction, own, textsOf } from './postgres-function.js';
import { GROUP, isLive, USER } from './resource-rows.js';
import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/** What both functions are given of a resource, after the scope. */
const RESOURCE = [
  'in_id text',
  'in_type text',
  'in_attributes text',
  'in_search jsonb',
  'in_unique_keys text',
  'in_key_entries text',
  'in_access_ending bigint',
  'in_user_name text',
  'in_display_name text',
  'in_user_name_key text',
  'in_external_id_key text',
  'in_display_name_key text',
  'in_emails jsonb',
];
const SCOPE = 'in_organization_id, in_directory_id';

/** Keys that others hold, as a JSON list, or null. */
function heldKeys({ uniqueKeys }: TableNames): string {
  return (
    `(select json_agg(h.unique_key)::text from ${textsOf('in_key_entries')} cross join lateral (select k.unique_key ` +
    `from ${uniqueKeys} as k where ${own('k')} and k.type = in_type and k.unique_key = e.value ` +
    'and k.resource_id <> in_id limit 1) as h)'
  );
}

/** Frees keys that the resource holds. Each is found by itself: no engine looks through all keys to find a few. */
export function freeKeys({ uniqueKeys }: TableNames, list: string): string {
  return (
    `delete from ${uniqueKeys} as k where k.ctid = any(array(select f.ctid from ${textsOf(list)} cross join lateral ` +
    `(select k.ctid from ${uniqueKeys} as k where ${own('k')} and k.type = in_type and k.unique_key = e.value limit 1) as f))`
  );
}

/**
 * The function that adds a resource, a group with its members. It shares the rows of the members, in order of their ids,
 * so that none of them is deleted meanwhile. It writes when nothing is in the way, and says else what is; keys that somebody
 * takes at the same moment make it fail.
 */
export function insertFunction(names: TableNames): string {
  const { resources, uniqueKeys, emails, memberships, groupCounters } = names;
  return createFunction({
    name: names.insertResource,
    parameters: [
      'in_organization_id text',
      'in_directory_id text',
      'in_created text',
      ...RESOURCE,
      'in_members jsonb',
      'in_shard bigint',
      'in_skip bigint',
    ],
    columns: ['is_taken bigint', 'held text', 'missing text', 'member_count bigint'],
    variables: ['taken bigint := 0', 'holders text', 'known text[]', 'unknown text'],
    body: `
      if in_members <> '[]' then
        select array_agg(k.id) filter (where k.id is not null), (json_agg(f.id) filter (where k.id is null))::text
        into known, unknown from (select distinct e.value collate "C" as id from ${textsOf('in_members')} order by id) as f
        left join lateral (select r.id from ${resources} as r where ${own('r')} and r.id = f.id and ${isLive('r')}
        and r.type in ('${USER}', '${GROUP}') for key share) as k on true;
        if unknown is not null and in_skip = 0 then
          return query select 0::bigint, null::text, unknown, 0::bigint;
          return;
        end if;
      end if;
      select 1 into taken from ${resources} as r where ${own('r')} and r.id = in_id;
      if in_key_entries <> '[]' then holders := ${heldKeys(names)}; end if;
      if taken is null and holders is null then
        insert into ${resources} (organization_id, directory_id, id, type, version, created, last_modified, attributes,
        search, unique_keys, key_entries, access_ending, user_name, display_name, user_name_key, external_id_key,
        display_name_key) values (${SCOPE}, in_id, in_type, 1, in_created, in_created, in_attributes, in_search,
        in_unique_keys, in_key_entries, in_access_ending, in_user_name, in_display_name, in_user_name_key,
        in_external_id_key, in_display_name_key);
        if in_key_entries <> '[]' then
          insert into ${uniqueKeys} (organization_id, directory_id, type, unique_key, resource_id)
          select ${SCOPE}, in_type, e.value, in_id from ${textsOf('in_key_entries')};
        end if;
        if in_emails <> '[]' then
          insert into ${emails} (organization_id, directory_id, resource_id, email_key)
          select ${SCOPE}, in_id, e.value from ${textsOf('in_emails')};
        end if;
        if known is not null then
          insert into ${memberships} (organization_id, directory_id, group_id, member_id)
          select ${SCOPE}, in_id, m.id from unnest(known) as m(id);
          insert into ${groupCounters} (organization_id, directory_id, group_id, shard, changes, changed_at, members)
          values (${SCOPE}, in_id, in_shard, 0, in_created, cardinality(known));
        end if;
      end if;
      return query select coalesce(taken, 0), holders, unknown, coalesce(cardinality(known), 0)::bigint;
    `,
  });
}

/**
 * The function that changes a resource, if it is in a version; else it gives no row. A group, whose version is spread
 * over counters, is locked first, and they are read when nobody can change them any more.
 */
export function updateFunction(names: TableNames, { later }: SqlDialect): string {
  const { resources, uniqueKeys, emails, groupCounters } = names;
  const target = `${own('r')} and r.id = in_id and r.type = in_type and ${isLive('r')}`;
  const write = `
    update ${resources} as r set version = r.version + 1, last_modified = ${later('in_at', 'greatest(r.last_modified, latest)')},
    attributes = in_attributes, search = in_search, unique_keys = in_unique_keys, key_entries = in_key_entries,
    access_ending = in_access_ending, user_name = in_user_name, display_name = in_display_name,
    user_name_key = in_user_name_key, external_id_key = in_external_id_key, display_name_key = in_display_name_key
    where ${target} and r.version + counted = in_if_version`;
  const stamps = 'returning r.created, r.last_modified into its_created, its_time';
  return createFunction({
    name: names.updateResource,
    parameters: ['in_organization_id text', 'in_directory_id text', 'in_if_version bigint', 'in_at text', ...RESOURCE],
    columns: ['created text', 'last_modified text', 'member_count bigint', 'held text'],
    tables: [emails],
    variables: [
      'counted bigint := 0',
      'latest text collate "C"',
      'members_now bigint := 0',
      'old_entries text',
      'holders text',
      'its_created text',
      'its_time text',
    ],
    body: `
      if in_type = '${GROUP}' then
        perform from ${resources} as r where ${target} for update;
        select coalesce(sum(c.changes), 0), max(c.changed_at), coalesce(sum(c.members), 0) into counted, latest, members_now
        from ${groupCounters} as c where ${own('c')} and c.group_id = in_id;
      end if;
      ${write} and r.key_entries = in_key_entries ${stamps};
      if not found then
        select r.key_entries into old_entries from ${resources} as r where ${target}
        and r.version + counted = in_if_version for no key update;
        if not found then return; end if;
        holders := ${heldKeys(names)};
        if holders is not null then
          return query select null::text, null::text, 0::bigint, holders;
          return;
        end if;
        ${write} ${stamps};
        ${freeKeys(names, 'old_entries')} and k.unique_key <> all(array(select e.value from ${textsOf('in_key_entries')}));
        insert into ${uniqueKeys} (organization_id, directory_id, type, unique_key, resource_id)
        select ${SCOPE}, in_type, e.value, in_id from ${textsOf('in_key_entries')}
        where e.value <> all(array(select e.value from ${textsOf('old_entries')}));
      end if;
      if in_type = '${USER}' then
        if to_jsonb(array(select e.email_key from ${emails} as e where ${own('e')} and e.resource_id = in_id
        order by e.email_key)) <> in_emails then
          delete from ${emails} as m where ${own('m')} and m.resource_id = in_id
          and m.email_key <> all(array(select e.value from ${textsOf('in_emails')}));
          insert into ${emails} (organization_id, directory_id, resource_id, email_key)
          select ${SCOPE}, in_id, e.value from ${textsOf('in_emails')} on conflict do nothing;
        end if;
      end if;
      return query select its_created, its_time, members_now, null::text;
    `,
  });
}
