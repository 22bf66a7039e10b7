import { DIRECTORY_ID, ORGANIZATION_ID } from './serve.js';

/**
 * What somebody writes who knows SQL and has just these requests to answer from the tables of ours: one statement for a
 * read, and one for a write.
 */
export interface BareStatements {
  /** `$1` id. A row of a user, with `groups`. */
  readonly userById: string;
  /** `$1` userName in lower case. The same. */
  readonly userByName: string;
  /** `$1` how many to skip, `$2` how many to give. The same rows, with `total`. */
  readonly listUsers: string;
  readonly insertUser: string;
  readonly insertGroup: string;
  /** `$1` id, `$2` the version it must be in, then what changes. */
  readonly updateUser: string;
  /** `$1` group, `$2` ids, `$3` shard, `$4` time. The row of the group after it, with `members` as their number. */
  readonly addMembers: string;
  readonly removeMembers: string;
  /** `$1` group. */
  readonly members: string;
}

export function bareStatements(schema: string): BareStatements {
  const table = (name: string) => `"${schema}".sso_${name}`;
  const owner = `'${ORGANIZATION_ID}', '${DIRECTORY_ID}'`;
  const own = (alias: string) =>
    `${alias}.organization_id = '${ORGANIZATION_ID}' and ${alias}.directory_id = '${DIRECTORY_ID}'`;
  const users = `${table('resources')} as r where ${own('r')} and r.type = 'User' and r.deleted_at is null`;
  const groups = `(select json_agg(json_build_array(g.id, g.display_name) order by g.sequence)
    from ${table('memberships')} as m join ${table('resources')} as g on ${own('g')} and g.id = m.group_id
    where ${own('m')} and m.member_id = r.id) as groups`;
  const user = `r.id, r.version, r.created, r.last_modified, r.attributes, ${groups}`;

  /** `changed` has a row for each membership that came or went. */
  const changeMembers = (changed: string, sign: '+' | '-') => `
    with changed as (${changed}),
    counted as materialized (select c.shard, c.changes, c.changed_at, c.members from ${table('group_counters')} as c
      where ${own('c')} and c.group_id = $1),
    target as materialized (select r.id, r.created, r.attributes, r.version,
      greatest(r.last_modified, (select max(changed_at) from counted)) as latest from ${table('resources')} as r
      where ${own('r')} and r.id = $1),
    bumped as (insert into ${table('group_counters')} as c
      (organization_id, directory_id, group_id, shard, changes, changed_at, members)
      select ${owner}, $1, $3, 1, case when $4 > latest then $4 else
        to_char(latest::timestamp + interval '1 millisecond', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end,
        ${sign}(select count(*) from changed) from target where exists (select 1 from changed)
      on conflict (organization_id, directory_id, group_id, shard) do update set changes = c.changes + 1,
        changed_at = greatest(c.changed_at, excluded.changed_at), members = c.members + excluded.members
      returning c.changes, c.changed_at, c.members),
    state as (select changes, changed_at, members from counted
      where shard <> $3 or not exists (select 1 from bumped) union all select changes, changed_at, members from bumped)
    select t.id, t.created, t.attributes, t.version + s.changes as version,
      greatest(t.latest, s.changed_at) as last_modified, s.members from target as t,
      (select sum(changes) as changes, max(changed_at) as changed_at, sum(members) as members from state) as s`;

  return {
    userById: `select ${user} from ${users} and r.id = $1`,
    userByName: `select ${user} from ${table('resources')} as r where r.directory_id = '${DIRECTORY_ID}'
      and r.user_name_key = $1 and r.deleted_at is null`,
    listUsers: `with page as materialized (select r.sequence from ${users} order by r.sequence offset $1 limit $2)
      select (select count(*) from ${users}) as total, ${user}
      from page join ${table('resources')} as r on r.sequence = page.sequence order by page.sequence`,
    insertUser: `with user_row as (insert into ${table('resources')} (organization_id, directory_id, id, type, version,
        created, last_modified, attributes, search, unique_keys, key_entries, user_name, display_name, user_name_key,
        external_id_key) values (${owner}, $1, 'User', 1, $2, $2, $3, $4, $5, $5, $6, $7, $8, $9)),
      key_row as (insert into ${table('unique_keys')} (organization_id, directory_id, type, unique_key, resource_id)
        values (${owner}, 'User', $10, $1))
      insert into ${table('emails')} (organization_id, directory_id, resource_id, email_key)
        select ${owner}, $1, unnest($11::text[])`,
    insertGroup: `with group_row as (insert into ${table('resources')} (organization_id, directory_id, id, type, version,
        created, last_modified, attributes, search, unique_keys, key_entries, display_name, display_name_key,
        external_id_key) values (${owner}, $1, 'Group', 1, $2, $2, $3, $4, $5, $5, $6, $7, $8)),
      key_row as (insert into ${table('unique_keys')} (organization_id, directory_id, type, unique_key, resource_id)
        values (${owner}, 'Group', $9, $1)),
      counter_row as (insert into ${table('group_counters')} (organization_id, directory_id, group_id, shard, changes,
        changed_at, members) values (${owner}, $1, $10, 0, $2, cardinality($11::text[])))
      insert into ${table('memberships')} (organization_id, directory_id, group_id, member_id)
        select ${owner}, $1, unnest($11::text[])`,
    updateUser: `update ${table('resources')} as r set version = r.version + 1, last_modified = $3, attributes = $4,
      search = $5 where ${own('r')} and r.id = $1 and r.version = $2`,
    addMembers: changeMembers(
      `insert into ${table('memberships')} (organization_id, directory_id, group_id, member_id)
        select ${owner}, $1, unnest($2::text[]) on conflict do nothing returning 1`,
      '+',
    ),
    removeMembers: changeMembers(
      `delete from ${table('memberships')} as m where ${own('m')} and m.group_id = $1 and m.member_id = any($2)
        returning 1`,
      '-',
    ),
    members: `select r.id, r.display_name from ${table('memberships')} as m join ${table('resources')} as r
      on ${own('r')} and r.id = m.member_id where ${own('m')} and m.group_id = $1 order by m.member_id`,
  };
}
