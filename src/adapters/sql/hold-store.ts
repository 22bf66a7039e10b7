import type { Grant } from '../../storage/grant.js';
import { holdPosition, readHoldPosition } from '../../storage/hold-position.js';
import { FIRST_HELD, type Hold, type HoldStore, type HoldSummary, MOST_HELD_PEOPLE } from '../../storage/hold-store.js';
import type { Row } from './access.js';
import { grantOf } from './grant-change.js';
import { inScope } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openHoldStore({ names, dialect }: StoreSite): StoreOver<HoldStore> {
  const { holds, heldGrants, losses } = names;
  const { among, entries, records, greatest } = dialect;
  const grantColumns = 'g.user_id, g.target, g.source, g.role';
  const all = `select h.id, h.reason, h.at, ${grantColumns} from ${holds} as h join ${heldGrants} as g on g.organization_id = h.organization_id and g.hold_id = h.id where ${inScope('h')}`;
  const list = prepare(`${all} order by h.at, h.id, g.sequence`, dialect);
  const get = prepare(`${all} and h.id = {id} order by g.sequence`, dialect);
  const ofHold = `from ${heldGrants} as g where g.organization_id = h.organization_id and g.hold_id = h.id`;
  const first = dialect.listOf(
    `select ${dialect.pair(dialect.pair('g.user_id', 'g.target'), dialect.pair('g.source', 'g.role'))} as value, ` +
      `g.sequence as place ${ofHold} order by g.sequence limit ${FIRST_HELD}`,
  );
  const page = prepare(
    `select h.id, h.reason, h.at, ${first} as first_grants, (select count(*) from (select distinct g.user_id ${ofHold} ` +
      `order by g.user_id limit ${MOST_HELD_PEOPLE}) as c) as people from ${holds} as h where ${inScope('h')} ` +
      'and (h.at, h.id) > ({at}, {id}) order by h.at, h.id limit {limit}',
    dialect,
  );
  const put = prepare(
    `insert into ${holds} (organization_id, directory_id, id, reason, at) ` +
      'values ({organizationId}, {directoryId}, {id}, {reason}, {at}) ' +
      'on conflict (organization_id, id) do update set reason = excluded.reason, at = excluded.at',
    dialect,
  );
  const empty = prepare(
    `delete from ${heldGrants} where organization_id = {organizationId} and hold_id = {id}`,
    dialect,
  );
  const columns = ['user_id', 'target', 'source', 'role'];
  const putGrants = prepare(
    `insert into ${heldGrants} (organization_id, hold_id, user_id, target, source, role) ` +
      'select {organizationId}, {id}, entry.user_id, entry.target, entry.source, entry.role ' +
      `from ${records('{grants}', columns)} where true order by entry.place ` +
      'on conflict (organization_id, user_id, target, source) do update set hold_id = excluded.hold_id, role = excluded.role',
    dialect,
  );
  const waiting = prepare(
    `select ${grantColumns} from ${heldGrants} as g where g.organization_id = {organizationId} ` +
      `and ${among('g.user_id', `select value from ${entries('{ids}')}`)} order by g.sequence`,
    dialect,
  );
  const release = prepare(
    `delete from ${heldGrants} as g where g.organization_id = {organizationId} and (g.user_id, g.target, g.source) in ` +
      `(select entry.user_id, entry.target, entry.source from ${records('{grants}', columns)}) returning hold_id`,
    dialect,
  );
  const end = prepare(
    `delete from ${holds} as h where h.organization_id = {organizationId} ` +
      `and ${among('h.id', `select value from ${entries('{ids}')}`)} and not exists (select 1 from ${heldGrants} as g ` +
      'where g.organization_id = h.organization_id and g.hold_id = h.id)',
    dialect,
  );
  const noteLost = prepare(
    `insert into ${losses} as o (organization_id, directory_id, user_id, at) ` +
      'select {organizationId}, {directoryId}, e.user_id, {at} from (select distinct value as user_id ' +
      `from ${entries('{ids}')}) as e where true order by e.user_id on conflict (organization_id, directory_id, user_id) ` +
      `do update set at = ${greatest('o.at', 'excluded.at')}`,
    dialect,
  );
  const lostSince = prepare(
    `select count(*) as people from ${losses} as o where ${inScope('o')} and o.at >= {since} ` +
      `and o.user_id not in (select value from ${entries('{without}')})`,
    dialect,
  );

  return (access) => ({
    async list({ organizationId, directoryId }) {
      const rows = await access.read({ organizationId }, (run) => run(list({ organizationId, directoryId })));
      return holdsOf(rows);
    },

    async page({ organizationId, directoryId }, { after, limit }) {
      const values = { organizationId, directoryId, ...readHoldPosition(after), limit: limit + 1 };
      const rows = await access.read({ organizationId }, (run) => run(page(values)));
      const items = rows.slice(0, limit).map(summaryOf);
      const last = items.at(-1);
      return { items, ...(last && rows.length > limit && { next: holdPosition(last) }) };
    },

    async get({ organizationId, directoryId }, id) {
      const rows = await access.read({ organizationId }, (run) => run(get({ organizationId, directoryId, id })));
      return holdsOf(rows)[0];
    },

    put: ({ organizationId, directoryId }, { id, reason, at, grants }) =>
      access.whole({ organizationId }, async (run) => {
        await run(put({ organizationId, directoryId, id, reason, at }));
        await run(empty({ organizationId, id }));
        await run(putGrants({ organizationId, id, grants: listed(grants) }));
      }),

    async waiting({ organizationId }, userIds) {
      if (userIds.length === 0) return [];
      const values = { organizationId, ids: JSON.stringify(userIds) };
      return (await access.read({ organizationId }, (run) => run(waiting(values)))).map(grantOf);
    },

    async release({ organizationId }, grants) {
      if (grants.length === 0) return;
      await access.whole({ organizationId }, async (run) => {
        const released = await run(release({ organizationId, grants: listed(grants) }));
        const ids = [...new Set(released.map((row) => String(row['hold_id'])))].sort();
        if (ids.length > 0) await run(end({ organizationId, ids: JSON.stringify(ids) }));
      });
    },

    async noteLost({ organizationId, directoryId }, userIds, at) {
      if (userIds.length === 0) return;
      const values = { organizationId, directoryId, at, ids: JSON.stringify(userIds) };
      await access.beside({ organizationId }, losses, (run) => run(noteLost(values)));
    },

    async lostSince({ organizationId, directoryId }, since, without) {
      const values = { organizationId, directoryId, since, without: JSON.stringify(without) };
      const [row] = await access.read({ organizationId }, (run) => run(lostSince(values)));
      return Number(row?.['people']);
    },
  });
}

function summaryOf(row: Row): HoldSummary {
  const first = JSON.parse(String(row['first_grants'] ?? '[]')) as readonly string[];
  return {
    id: String(row['id']),
    reason: row['reason'] === 'last-owner' ? 'last-owner' : 'blast-radius',
    at: String(row['at']),
    people: Number(row['people']),
    first: first.map((each) => {
      const [place, giving] = JSON.parse(each) as readonly [string, string];
      const [userId, target] = JSON.parse(place) as readonly [string, string];
      const [source, role] = JSON.parse(giving) as readonly [string, string];
      return grantOf({ user_id: userId, target, source, role });
    }),
  };
}

/** Rows of holds with a grant each, those of one hold next to each other. */
function holdsOf(rows: readonly Row[]): readonly Hold[] {
  const found = new Map<string, Omit<Hold, 'grants'> & { readonly grants: Grant[] }>();
  for (const row of rows) {
    const id = String(row['id']);
    const reason = row['reason'] === 'last-owner' ? 'last-owner' : 'blast-radius';
    const hold = found.get(id) ?? { id, reason, at: String(row['at']), grants: [] };
    hold.grants.push(grantOf(row));
    found.set(id, hold);
  }
  return [...found.values()];
}

function listed(grants: readonly Grant[]): string {
  const byPlace = new Map(
    grants.map(({ userId, target, source, role }) => [
      JSON.stringify([userId, target, source]),
      [userId, target, source, role],
    ]),
  );
  return JSON.stringify([...byPlace.values()]);
}
