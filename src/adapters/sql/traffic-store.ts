import type { TrafficCount, TrafficEntry, TrafficOutcome, TrafficStore } from '../../storage/traffic-store.js';
import type { Row } from './access.js';
import { inScope } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';
import { readPosition } from './walk-position.js';

export function openTrafficStore({ names, dialect }: StoreSite): StoreOver<TrafficStore> {
  const { traffic, trafficHeads, trafficHours } = names;
  const { records, types } = dialect;
  const number = (column: string) => `cast(${column} as ${types.integer})`;

  const advance = prepare(
    `insert into ${trafficHeads} as h (organization_id, directory_id, last_number) ` +
      'values ({organizationId}, {directoryId}, {added}) on conflict (organization_id, directory_id) ' +
      'do update set last_number = h.last_number + excluded.last_number returning last_number',
    dialect,
  );
  const add = prepare(
    `insert into ${traffic} (organization_id, directory_id, number, id, at, is_failure, document) ` +
      `select {organizationId}, {directoryId}, ${number('entry.number')}, entry.id, entry.at, ` +
      `${number('entry.is_failure')}, entry.document ` +
      `from ${records('{entries}', ['number', 'id', 'at', 'is_failure', 'document'])} order by entry.place`,
    dialect,
  );
  const count = prepare(
    `insert into ${trafficHours} as h (organization_id, directory_id, hour, outcome, calls, unrecorded) ` +
      `select {organizationId}, {directoryId}, entry.hour, entry.outcome, ${number('entry.calls')}, ` +
      `${number('entry.unrecorded')} from ${records('{counts}', ['hour', 'outcome', 'calls', 'unrecorded'])} ` +
      'where true order by entry.place on conflict (organization_id, directory_id, hour, outcome) ' +
      'do update set calls = h.calls + excluded.calls, unrecorded = h.unrecorded + excluded.unrecorded',
    dialect,
  );
  const displace = prepare(`delete from ${traffic} as t where ${inScope('t')} and t.number <= {until}`, dialect);

  const pageWhere = (condition: string) =>
    `select t.number, t.document from ${traffic} as t where ${inScope('t')} ${condition}and t.number < {before} ` +
    'order by t.number desc limit {limit}';
  const pageOfAll = prepare(pageWhere(''), dialect);
  const pageOfSome = prepare(pageWhere('and t.is_failure = {isFailure} '), dialect);
  const get = prepare(
    `select t.document from ${traffic} as t where ${inScope('t')} and t.id = {id} order by t.number limit 1`,
    dialect,
  );
  const counts = prepare(
    `select h.hour, h.outcome, h.calls, h.unrecorded from ${trafficHours} as h where ${inScope('h')} ` +
      'and h.hour >= {from} and h.hour < {to} order by h.hour, h.outcome',
    dialect,
  );
  const forget = (table: string, place: string, at: string) =>
    prepare<'at' | 'limit'>(
      `delete from ${table} where (organization_id, directory_id, ${place}) in ` +
        `(select f.organization_id, f.directory_id, ${place.replaceAll(/\w+/g, 'f.$&')} from ${table} as f ` +
        `where f.${at} < {at} order by f.${at} limit {limit}) returning directory_id`,
      dialect,
    );
  const forgetting = [forget(traffic, 'number', 'at'), forget(trafficHours, 'hour, outcome', 'hour')];

  return (access) => ({
    async append({ organizationId, directoryId }, batch, keep) {
      const scope = { organizationId, directoryId };
      const added = batch.entries.length;
      await access.whole({ organizationId }, async (run) => {
        // It also makes the batches of one directory wait for each other.
        const [head] = await run(advance({ ...scope, added }));
        const last = Number(head?.['last_number']);
        if (added > 0) await run(add({ ...scope, entries: JSON.stringify(rowsOf(batch.entries, last - added)) }));
        if (batch.counts.length > 0) await run(count({ ...scope, counts: JSON.stringify(sums(batch.counts)) }));
        await run(displace({ ...scope, until: last - Math.max(0, keep) }));
      });
    },

    async page({ organizationId, directoryId }, { after, limit, failed }) {
      const before = after === '' ? Number.MAX_SAFE_INTEGER : readPosition(after);
      const values = { organizationId, directoryId, before, limit: limit + 1 };
      const statement = failed === undefined ? pageOfAll(values) : pageOfSome({ ...values, isFailure: failed ? 1 : 0 });
      const rows = await access.read({ organizationId }, (run) => run(statement));
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const next = last && rows.length > limit ? String(last['number']) : undefined;
      return { items: items.map(entryOf), ...(next !== undefined && { next }) };
    },

    async get({ organizationId, directoryId }, id) {
      const [row] = await access.read({ organizationId }, (run) => run(get({ organizationId, directoryId, id })));
      return row && entryOf(row);
    },

    async counts({ organizationId, directoryId }, from, to) {
      const values = { organizationId, directoryId, from, to };
      return (await access.read({ organizationId }, (run) => run(counts(values)))).map(countOf);
    },

    forgetBefore: (at, limit) =>
      access.whole(undefined, async (run) => {
        let forgotten = 0;
        for (const statement of forgetting) {
          forgotten += (await run(statement({ at, limit: limit - forgotten }))).length;
        }
        return forgotten;
      }),
  });
}

function rowsOf(entries: readonly TrafficEntry[], before: number): readonly (readonly string[])[] {
  return entries.map((entry, index) => [
    String(before + index + 1),
    entry.id,
    entry.at,
    entry.outcome === 'done' ? '0' : '1',
    JSON.stringify(entry),
  ]);
}

/** One row for an hour and outcome, in one order for all, so that nobody waits in a circle. */
function sums(counts: readonly TrafficCount[]): readonly (readonly string[])[] {
  const found = new Map<string, { calls: number; unrecorded: number }>();
  for (const { hour, outcome, calls, unrecorded } of counts) {
    const key = JSON.stringify([hour, outcome]);
    const known = found.get(key) ?? { calls: 0, unrecorded: 0 };
    found.set(key, { calls: known.calls + calls, unrecorded: known.unrecorded + unrecorded });
  }
  return [...found.keys()].sort().map((key) => {
    const { calls, unrecorded } = found.get(key) ?? { calls: 0, unrecorded: 0 };
    return [...(JSON.parse(key) as readonly string[]), String(calls), String(unrecorded)];
  });
}

function entryOf(row: Row): TrafficEntry {
  return JSON.parse(String(row['document'])) as TrafficEntry;
}

function countOf(row: Row): TrafficCount {
  return {
    hour: String(row['hour']),
    outcome: String(row['outcome']) as TrafficOutcome,
    calls: Number(row['calls']),
    unrecorded: Number(row['unrecorded']),
  };
}
