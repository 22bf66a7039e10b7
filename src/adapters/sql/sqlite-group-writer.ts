import type { GroupWriter } from './group-writer.js';
import { GROUP, inScope, isLive, recordExpressions, USER } from './resource-rows.js';
import { prepare } from './sql-text.js';
import { createSqliteWriter } from './sqlite-resource-writer.js';
import type { StoreSite } from './store-site.js';

/** Writes groups step by step, inside a transaction of the only writer. */
export function createSqliteGroupWriter(site: StoreSite): GroupWriter {
  const { names, dialect } = site;
  const { resources, memberships, groupCounters } = names;
  const { entries } = dialect;
  const writer = createSqliteWriter(site, GROUP);

  const live = prepare(
    `select r.id from ${resources} as r where r.id in (select value from ${entries('{members}')}) and ${inScope('r')} ` +
      `and r.type in ('${USER}', '${GROUP}') and ${isLive('r')}`,
    dialect,
  );
  const join = prepare(
    `insert into ${memberships} (organization_id, directory_id, group_id, member_id) ` +
      `select {organizationId}, {directoryId}, {id}, entry.value from ${entries('{members}')}`,
    dialect,
  );
  const count = prepare(
    `insert into ${groupCounters} (organization_id, directory_id, group_id, shard, changes, changed_at, members) ` +
      'values ({organizationId}, {directoryId}, {id}, {shard}, 0, {created}, {memberCount})',
    dialect,
  );
  const memberCount = prepare(
    `select ${recordExpressions(GROUP, 'r', names, dialect).memberCount} as member_count from ${resources} as r ` +
      `where ${inScope('r')} and r.id = {id}`,
    dialect,
  );

  return {
    isSingle: false,

    async insert(run, values) {
      const asked = JSON.parse(values.members) as readonly string[];
      const found = asked.length === 0 ? [] : await run(live(values));
      const known = new Set(found.map(({ id }) => String(id)));
      const missing = asked.filter((id) => !known.has(id));
      if (missing.length > 0 && values.skip === 0) return { held: [], missing, memberCount: 0 };
      const outcome = await writer.insert(run, values);
      if (!outcome.isIdTaken && outcome.held.length === 0 && known.size > 0) {
        await run(join({ ...values, members: JSON.stringify([...known]) }));
        await run(count({ ...values, memberCount: known.size }));
      }
      return { ...outcome, missing, memberCount: known.size };
    },

    async update(run, values) {
      const outcome = await writer.update(run, values);
      if (!outcome.row || outcome.held.length > 0) return outcome;
      const [counted] = await run(memberCount(values));
      return { ...outcome, row: { ...outcome.row, ...counted } };
    },
  };
}
