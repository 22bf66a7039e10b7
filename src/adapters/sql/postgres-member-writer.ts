import { addToCounter } from './group-counters.js';
import type { MemberWriter } from './member-change.js';
import { GROUP, inScope, isLive, recordExpressions, USER } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/**
 * Changes members by one statement. It shares the row of the group, so that nobody takes it for himself meanwhile, and
 * the rows of those who are new in it, so that none of them is deleted meanwhile: in order of their ids, as everybody does.
 */
export function createPostgresMemberWriter(site: StoreSite): MemberWriter {
  const statements = { change: statement(site, 'change'), replace: statement(site, 'replace') };
  return {
    isSingle: true,
    async write(run, values, kind) {
      const [row] = await run(statements[kind](values));
      return row;
    },
  };
}

function statement({ names, dialect }: StoreSite, kind: 'change' | 'replace') {
  const { resources, memberships, groupCounters } = names;
  const { entries, listOf, later } = dialect;
  const record = recordExpressions(GROUP, 'r', names, dialect);
  const ofGroup = (alias: string) => `${inScope(alias)} and ${alias}.group_id = {groupId}`;
  // In whole lists engines must not look up each text in another list: what is grouped is sorted or hashed instead.
  const differences =
    kind === 'replace'
      ? [
          'compared as materialized (select id, max(is_wanted) as is_wanted, max(is_member) as is_member from',
          `(select value as id, 1 as is_wanted, 0 as is_member from ${entries('{add}')} union all`,
          `select m.member_id, 0, 1 from ${memberships} as m where ${ofGroup('m')}) as both_lists group by id),`,
          'fresh as materialized (select id from compared where is_member = 0),',
          'gone as materialized (select id from compared where is_wanted = 0),',
        ]
      : [
          `wanted as materialized (select distinct value as id from ${entries('{add}')}),`,
          'fresh as materialized (select w.id from wanted as w left join lateral (select 1 as is_member',
          `from ${memberships} as m where ${ofGroup('m')} and m.member_id = w.id limit 1) as m on true`,
          'where m.is_member is null),',
          `gone as materialized (select distinct value as id from ${entries('{remove}')}),`,
        ];
  const delta = '((select count(*) from added) - (select count(*) from removed))';
  const changes = '((select count(*) from added) + (select count(*) from removed))';
  return prepare(
    [
      // What the counters say in the snapshot of this statement; what it adds to one of them comes from `bumped`.
      'with target as materialized (select r.sequence, r.id, r.created, r.attributes, r.unique_keys, r.version,',
      `r.last_modified, ${record.lastModified} as latest from ${resources} as r where ${inScope('r')}`,
      `and r.id = {groupId} and r.type = '${GROUP}' and ${isLive('r')} for key share),`,
      ...differences,
      'known as materialized (select k.id from (select id from fresh order by id) as f cross join lateral',
      `(select r.id from ${resources} as r where ${inScope('r')} and r.id = f.id and ${isLive('r')}`,
      `and r.type in ('${USER}', '${GROUP}') for key share) as k where exists (select 1 from target)),`,
      'missing as materialized (select id from fresh except select id from known),',
      'proceed as materialized (select 1 from target where {skip} = 1 or not exists (select 1 from missing)),',
      `added as (insert into ${memberships} (organization_id, directory_id, group_id, member_id)`,
      'select {organizationId}, {directoryId}, {groupId}, k.id from known as k',
      'where exists (select 1 from proceed) order by k.id',
      'on conflict do nothing returning member_id as value),',
      'removed as (delete from',
      `${memberships} as m where m.ctid = any(array(select found.ctid from gone cross join lateral (select m.ctid`,
      `from ${memberships} as m where ${ofGroup('m')} and m.member_id = gone.id limit 1) as found))`,
      'and exists (select 1 from proceed) returning m.member_id as value),',
      `bumped as (insert into ${groupCounters} as o`,
      '(organization_id, directory_id, group_id, shard, changes, changed_at, members)',
      `select {organizationId}, {directoryId}, {groupId}, {shard}, 1, ${later('{at}', 'latest')}, ${delta} from target`,
      `where ${changes} > 0 ${addToCounter(dialect)} returning o.changes, o.changed_at, o.members),`,
      `counted as materialized (select c.* from ${groupCounters} as c where ${ofGroup('c')}),`,
      'others as materialized (select c.changes, c.changed_at, c.members from counted as c',
      'where c.shard <> {shard} or not exists (select 1 from bumped)',
      'union all select changes, changed_at, members from bumped)',
      'select t.sequence, t.id, t.created, t.attributes, t.unique_keys,',
      't.version + (select coalesce(sum(changes), 0) from others) as version,',
      'greatest(t.last_modified, (select max(changed_at) from others)) as last_modified,',
      '(select coalesce(sum(members), 0) from others) as member_count,',
      `${listOf('select value, value as place from added')} as added,`,
      `${listOf('select value, value as place from removed')} as removed,`,
      `${listOf('select id as value, id as place from missing')} as missing`,
      'from target as t',
    ].join(' '),
    dialect,
  );
}
