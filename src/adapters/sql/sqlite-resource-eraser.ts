import { StaleVersionError } from '../../storage/errors.js';
import { bumpGroups, shardOf } from './group-counters.js';
import type { ResourceEraser } from './resource-eraser.js';
import { GROUP, inScope, isLive, recordExpressions, USER } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/** Deletes step by step, inside a transaction of the only writer. */
export function createSqliteEraser(site: StoreSite, type: string): ResourceEraser {
  const { names, dialect } = site;
  const { among, entries } = dialect;
  const { resources, uniqueKeys, emails, memberships, groupCounters } = names;
  const isMember = type === USER || type === GROUP;
  const live = `${inScope('r')} and r.id = {id} and r.type = {type} and ${isLive('r')}`;
  const { version } = recordExpressions(type, 'r', names, dialect);

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
    const [row] = await run(look(target));
    if (!row || Number(row['version']) !== ifVersion) throw new StaleVersionError(id);
    const keyEntries = String(row['key_entries']);
    if (keyEntries !== '[]') await run(freeKeys({ ...target, keyEntries }));
    if (type === USER) await run(dropEmails(target));
    if (type === GROUP) {
      await run(dropMembers(target));
      await run(dropCounters(target));
    }
    const left = isMember ? await run(leaveGroups(target)) : [];
    if (left.length > 0) {
      const groupIds = JSON.stringify(left.map((each) => String(each['group_id'])));
      await run(bump({ organizationId, directoryId, groupIds, shard: shardOf(id), at, members: -1 }));
    }
    await run(bury({ ...target, at, accessEnding: rest.accessEnding ? 1 : 0, kept: rest.kept ?? null }));
  };
}
