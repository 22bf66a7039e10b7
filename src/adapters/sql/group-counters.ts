import { GROUP, inScope, isLive, recordExpressions } from './resource-rows.js';
import { type Prepared, prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

const SHARDS = 16;

/**
 * Which of a group's counters a change goes to. Changes of different members mostly go to different ones, and so do not
 * wait for each other; the version of the group is the sum.
 */
export function shardOf(memberId: string): number {
  let hash = 0;
  for (let index = 0; index < memberId.length; index += 1) hash = (hash * 31 + memberId.charCodeAt(index)) | 0;
  return Math.abs(hash) % SHARDS;
}

/**
 * Counts one change of members, the same in each of a list of groups: `members` more of them, at `at`, in the counter
 * `shard`. `lastModified` moves forward, also when `at` is not later.
 */
export function bumpGroups({
  names,
  dialect,
}: StoreSite): Prepared<'organizationId' | 'directoryId' | 'groupIds' | 'shard' | 'at' | 'members'> {
  const { lastModified } = recordExpressions(GROUP, 'g', names, dialect);
  return prepare(
    `insert into ${names.groupCounters} as o (organization_id, directory_id, group_id, shard, changes, changed_at, members) ` +
      `select {organizationId}, {directoryId}, g.id, {shard}, 1, ${dialect.later('{at}', lastModified)}, {members} ` +
      `from ${names.resources} as g where ${inScope('g')} and ${isLive('g')} ` +
      `and ${dialect.among('g.id', `select value from ${dialect.entries('{groupIds}')}`)} order by g.id ${addToCounter(dialect)}`,
    dialect,
  );
}

/** What an insert into `group_counters as o` does where the counter is there. */
export function addToCounter({ later }: StoreSite['dialect']): string {
  return (
    'on conflict (organization_id, directory_id, group_id, shard) do update set changes = o.changes + 1, ' +
    `changed_at = ${later('excluded.changed_at', 'o.changed_at')}, members = o.members + excluded.members`
  );
}
