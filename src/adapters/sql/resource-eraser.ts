import { StaleVersionError } from '../../storage/errors.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Run } from './access.js';
import { bumpGroups, shardOf } from './group-counters.js';
import { GROUP, inScope, isLive, recordExpressions, USER } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/** What remains of a deleted resource. */
interface Remains {
  readonly id: string;
  readonly type: string;
  readonly ifVersion: number;
  /** When; absent for types whose deletion has no time. */
  readonly at?: string;
  readonly accessEnding?: true;
  /** JSON of what is kept. */
  readonly kept?: string;
}

/** Deletes live resources, which leave their groups; inside a transaction. Ids stay used. */
export type ResourceEraser = (run: Run, scope: DirectoryScope, remains: Remains) => Promise<void>;

/**
 * Prepares deletions. The row is locked first, and the rest by statements that begin later and so see what the lock was
 * waited for: nobody who takes the row as a member finds it in between.
 */
export function createResourceEraser(site: StoreSite, type: string): ResourceEraser {
  const { names, dialect } = site;
  const { among, entries, forUpdate, forKeyShare } = dialect;
  const { resources, uniqueKeys, emails, memberships, groupCounters } = names;
  const isMember = type === USER || type === GROUP;
  const live = `${inScope('r')} and r.id = {id} and r.type = {type} and ${isLive('r')}`;
  const { version } = recordExpressions(type, 'r', names, dialect);

  const lock = prepare(`select r.id from ${resources} as r where ${live} ${forUpdate}`, dialect);
  const look = prepare(`select ${version} as version, r.key_entries from ${resources} as r where ${live}`, dialect);
  const freeKeys = prepare(
    `delete from ${uniqueKeys} as k where ${inScope('k')} and k.type = {type} ` +
      `and ${among('k.unique_key', `select value from ${entries('{keyEntries}')}`)}`,
    dialect,
  );
  const dropEmails = prepare(`delete from ${emails} as e where ${inScope('e')} and e.resource_id = {id}`, dialect);
  const dropMembers = prepare(`delete from ${memberships} as m where ${inScope('m')} and m.group_id = {id}`, dialect);
  const dropCounters = prepare(
    `delete from ${groupCounters} as c where ${inScope('c')} and c.group_id = {id}`,
    dialect,
  );
  const lockGroups = prepare(
    `select g.id from ${resources} as g where ${inScope('g')} and ${among('g.id', `select m.group_id from ${memberships} as m where ${inScope('m')} and m.member_id = {id}`)} ` +
      `order by g.id ${forKeyShare}`,
    dialect,
  );
  const leaveGroups = prepare(
    `delete from ${memberships} as m where ${inScope('m')} and m.member_id = {id} returning group_id`,
    dialect,
  );
  const bump = bumpGroups(site);
  const bury = prepare(
    `update ${resources} as r set deleted_at = coalesce({at}, r.last_modified), access_ending = {accessEnding}, ` +
      `kept = {kept}, attributes = null, search = null, unique_keys = '[]', key_entries = '[]', user_name = null, ` +
      'display_name = null, user_name_key = null, external_id_key = null, display_name_key = null ' +
      `where ${inScope('r')} and r.id = {id}`,
    dialect,
  );

  return async (run, { organizationId, directoryId }, { id, type: exactType, ifVersion, at = null, ...rest }) => {
    const target = { organizationId, directoryId, id, type: exactType };
    await run(lock(target));
    const [row] = await run(look(target));
    if (!row || Number(row['version']) !== ifVersion) throw new StaleVersionError(id);
    const keyEntries = String(row['key_entries']);
    if (keyEntries !== '[]') await run(freeKeys({ ...target, keyEntries }));
    if (type === USER) await run(dropEmails(target));
    if (type === GROUP) {
      await run(dropMembers(target));
      await run(dropCounters(target));
    }
    if (isMember && (await run(lockGroups(target))).length > 0) {
      const left = await run(leaveGroups(target));
      const groupIds = JSON.stringify(left.map((each) => String(each['group_id'])));
      await run(bump({ organizationId, directoryId, groupIds, shard: shardOf(id), at, members: -1 }));
    }
    await run(bury({ ...target, at, accessEnding: rest.accessEnding ? 1 : 0, kept: rest.kept ?? null }));
  };
}
