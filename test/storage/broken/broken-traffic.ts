import type { Storage, TrafficStore } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { trafficOf } from '../../../src/storage/traffic-store.js';
import type { BrokenAdapter } from './broken-adapter.js';

/** Faults of the record of calls. */
export const BROKEN_TRAFFIC: readonly BrokenAdapter[] = [
  broken('Y1', 'failures are looked for on each page', (traffic) => ({
    page: async (scope, { failed, ...wish }) => {
      const { items, ...rest } = await traffic.page(scope, wish);
      const isWanted = (outcome: string) => failed === undefined || failed === (outcome !== 'done');
      return { ...rest, items: items.filter(({ outcome }) => isWanted(outcome)).slice(0, 1) };
    },
  })),
  broken('Y1', 'calls are sorted by their time', (traffic) => ({
    page: async (scope, wish) => {
      const { items, ...rest } = await traffic.page(scope, wish);
      return { ...rest, items: items.toSorted((a, b) => (a.at > b.at ? -1 : 1)) };
    },
  })),
  broken('Y2', 'nothing is forgotten', (traffic) => ({
    append: (scope, batch) => traffic.append(scope, batch, Number.MAX_SAFE_INTEGER),
  })),
  broken('Y3', 'calls without an entry are not counted', (traffic) => ({
    append: (scope, { entries, counts }, keep) =>
      traffic.append(scope, { entries, counts: counts.map((count) => ({ ...count, unrecorded: 0 })) }, keep),
  })),
  broken('Y3', 'the last hour counts too', (traffic) => ({
    counts: (scope, from, to) => traffic.counts(scope, from, `${to}~`),
  })),
  broken('Y4', 'a call is found wherever it is', (traffic) => {
    const places = new Map<string, Parameters<TrafficStore['get']>[0]>();
    return {
      append: async (scope, batch, keep) => {
        for (const { id } of batch.entries) places.set(id, scope);
        await traffic.append(scope, batch, keep);
      },
      get: (scope, id) => traffic.get(places.get(id) ?? scope, id),
    };
  }),
  broken('Y4', 'calls stay when their transaction fails', (traffic) => traffic, 'outside'),
  broken('Y5', 'the time itself is before', (traffic) => ({
    forgetBefore: (at, limit) => traffic.forgetBefore(`${at}~`, limit),
  })),
];

function broken(
  rule: string,
  fault: string,
  patch: (traffic: TrafficStore) => Partial<TrafficStore>,
  inTransactions: 'inside' | 'outside' = 'inside',
): BrokenAdapter {
  const open = () => {
    const memory = createMemoryStorage();
    const apart = trafficOf(createMemoryStorage());
    const wrap = (inner: Storage, traffic: TrafficStore): Storage => ({
      ...inner,
      traffic: { ...traffic, ...patch(traffic) },
      transaction: (scope, work) =>
        inner.transaction(scope, (inside) =>
          work(wrap(inside, inTransactions === 'inside' ? trafficOf(inside) : traffic)),
        ),
    });
    return { storage: wrap(memory, inTransactions === 'inside' ? memory.traffic : apart) };
  };
  return { rule, fault, open };
}
