import { bumpGroups } from './group-counters.js';
import type { MemberWriter } from './member-change.js';
import { GROUP, inScope, isLive, recordColumns, recordExpressions, USER } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/** Changes members by a few statements, inside a transaction of the only writer. */
export function createSqliteMemberWriter(site: StoreSite): MemberWriter {
  const { names, dialect } = site;
  const { resources, memberships } = names;
  const { entries, listOf } = dialect;
  const ofGroup = (alias: string) => `${inScope(alias)} and ${alias}.group_id = {groupId}`;
  const record = recordExpressions(GROUP, 'r', names, dialect);
  const isKnown =
    `exists (select 1 from ${resources} as r where ${inScope('r')} and r.id = entry.value ` +
    `and r.type in ('${USER}', '${GROUP}') and ${isLive('r')})`;

  const group = prepare(
    `select ${recordColumns('r', record)} from ${resources} as r ` +
      `where ${inScope('r')} and r.id = {groupId} and r.type = '${GROUP}' and ${isLive('r')}`,
    dialect,
  );
  const missing = prepare(
    `select ${listOf(`select value, place from ${entries('{add}')} where not ${isKnown}`)} as list`,
    dialect,
  );
  const add = prepare(
    `insert into ${memberships} (organization_id, directory_id, group_id, member_id) ` +
      `select {organizationId}, {directoryId}, {groupId}, entry.value from ${entries('{add}')} where ${isKnown} ` +
      'on conflict do nothing returning member_id as id',
    dialect,
  );
  const leave = (condition: string) =>
    prepare(
      `delete from ${memberships} as m where ${ofGroup('m')} and m.member_id ${condition} ` +
        'returning member_id as id',
      dialect,
    );
  const remove = leave(`in (select value from ${entries('{remove}')})`);
  const removeOthers = leave(`not in (select value from ${entries('{add}')})`);
  const bump = bumpGroups(site);

  return {
    isSingle: false,

    async write(run, values, kind) {
      const { add: asked, remove: unwanted, skip, ifVersion, groupId, organizationId, directoryId, shard, at } = values;
      const [before] = await run(group(values));
      if (!before) return undefined;
      if (ifVersion !== null && Number(before['version']) !== ifVersion) return { is_stale: 1 };
      const [unknown] = asked === '[]' ? [] : await run(missing(values));
      const list = unknown?.['list'] ?? '[]';
      if (skip === 0 && list !== '[]') return { ...before, missing: list };
      const left =
        kind === 'replace' ? await run(removeOthers(values)) : unwanted === '[]' ? [] : await run(remove(values));
      const joined = asked === '[]' ? [] : await run(add(values));
      if (joined.length + left.length === 0) return { ...before, missing: list };
      const groupIds = JSON.stringify([groupId]);
      const members = joined.length - left.length;
      await run(bump({ organizationId, directoryId, groupIds, shard, at, members }));
      const [after] = await run(group(values));
      const ids = (rows: typeof left) => JSON.stringify(rows.map(({ id }) => id));
      return { ...after, added: ids(joined), removed: ids(left), missing: list };
    },
  };
}
