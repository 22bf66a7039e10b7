import { newId } from '../../core/id.js';
import { walkPages } from '../../core/page-walk.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Storage } from '../../storage/storage.js';
import type { TrafficBatch, TrafficCount, TrafficEntry, TrafficStore } from '../../storage/traffic-store.js';
import { type ContractGround, T0, T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame } from '../expectation.js';

const LONG_AGO = '0998-03-01T10:00:00.000Z';
const LATER = '0998-03-01T10:00:00.001Z';

interface TrafficGround extends Omit<ContractGround, 'storage'> {
  readonly storage: Storage;
  readonly traffic: TrafficStore;
}

/** What is promised of the record of calls. */
export const TRAFFIC_RULES: readonly ContractRule[] = [
  trafficRule({
    code: 'Y1',
    promise:
      'a walk over the calls of a directory meets each once, newest first, as it was given; failures by themselves',
    notice: 'an administrator looks for the call that failed and does not find it',
    async check({ traffic, newDirectory, reopen }) {
      const scope = await newDirectory();
      const entries = [T1, T1, T0, T2, T2].map((at, index) =>
        call({ at, outcome: index % 2 === 0 ? 'refused' : 'done', body: { deep: [index, null] }, detail: 'ä"\'' }),
      );
      await traffic.append(scope, batch(entries.slice(0, 2)), 99);
      await traffic.append(scope, batch(entries.slice(2)), 99);
      await traffic.append(await newDirectory(), batch([call()]), 99);
      const again = (await reopen()).traffic ?? traffic;
      const newestFirst = entries.toReversed();
      const alone = (failed: boolean) => newestFirst.filter(({ outcome }) => failed === (outcome !== 'done'));
      for (const store of [traffic, again]) {
        expectSame(await walk(store, scope), newestFirst, 'the calls that a walk meets');
        expectSame(await walk(store, scope, true), alone(true), 'the calls that failed');
        expectSame(await walk(store, scope, false), alone(false), 'the calls that did not');
      }
      const whole = await traffic.page(scope, { after: '', limit: 5 });
      expectSame([whole.items.length, whole.next], [5, undefined], 'a page that holds all');
      const misplaced = traffic.page(scope, { after: 'no position', limit: 1 });
      await expectRefusal(misplaced, RangeError, 'a position that is none');
    },
  }),
  trafficRule({
    code: 'Y2',
    promise: 'of the calls of a directory the newest are kept, as many as said, and the others are forgotten',
    notice: 'the record of calls grows until the disk is full, or loses what has just happened',
    async check({ traffic, newDirectory }) {
      const [scope, other] = [await newDirectory(), await newDirectory()];
      const entries = Array.from({ length: 7 }, () => call());
      const kept = call();
      await traffic.append(other, batch([kept]), 99);
      await traffic.append(scope, batch(entries.slice(0, 3)), 4);
      const { items, next = '' } = await traffic.page(scope, { after: '', limit: 1 });
      expectSame(items, [entries[2]], 'the newest call');
      await traffic.append(scope, batch(entries.slice(3)), 4);
      expectSame(await walk(traffic, scope), entries.slice(3).toReversed(), 'the calls that are kept');
      const behind = await traffic.page(scope, { after: next, limit: 9 });
      expectSame(behind, { items: [] }, 'a page that was left behind');
      expectSame(await traffic.get(scope, entries[2]?.id ?? ''), undefined, 'a call that is forgotten');
      expectSame(await traffic.get(scope, entries[3]?.id ?? ''), entries[3], 'a call that is kept');
      expectSame(await walk(traffic, other), [kept], 'the calls of another directory');
    },
  }),
  trafficRule({
    code: 'Y3',
    promise: 'calls are counted by hour and outcome, those without an entry too, and counts of any batches add up',
    notice: 'the chart of an administrator shows fewer calls than there were, or those of somebody else',
    async check({ traffic, newDirectory, newOrganization }) {
      const organizationId = newOrganization();
      const [scope, other] = [await newDirectory(organizationId), await newDirectory(organizationId)];
      const counts = [count(T1, 'failed', 1), count(T0, 'done', 2, 1), count(T1, 'failed', 1), count(T2, 'done', 5)];
      await traffic.append(scope, { entries: [], counts }, 0);
      await traffic.append(other, { entries: [], counts: [count(T0, 'done', 100)] }, 0);
      const parallel = Array.from({ length: 10 }, () =>
        traffic.append(scope, { entries: [call()], counts: [count(T1, 'done', 1), count(T0, 'done', 1)] }, 3),
      );
      await Promise.all(parallel);
      const expected = [count(T0, 'done', 12, 1), count(T1, 'done', 10), count(T1, 'failed', 2)];
      expectSame(await traffic.counts(scope, T0, T2), expected, 'the counts of two hours');
      expectSame(await traffic.counts(scope, T2, '9999'), [count(T2, 'done', 5)], 'the counts from the third on');
      expectSame((await walk(traffic, scope)).length, 3, 'how many calls are kept after parallel batches');
      expectSame(await traffic.counts({ ...scope, organizationId: newOrganization() }, T0, T2), [], 'of nobody');
    },
  }),
  trafficRule({
    code: 'Y4',
    promise: 'a call is read in its own directory and organization alone, and comes and goes with a transaction',
    notice: 'an administrator reads what the identity provider of another customer has sent',
    async check({ storage, traffic, newDirectory, newOrganization }) {
      const [scope, other] = [await newDirectory(), await newDirectory()];
      const [mine, theirs] = [call(), call()];
      await traffic.append(scope, batch([mine]), 9);
      await traffic.append(other, batch([theirs]), 9);
      const foreign = { ...scope, organizationId: newOrganization() };
      expectSame(await traffic.get(scope, mine.id), mine, 'a call');
      expectSame(await traffic.get(other, mine.id), undefined, 'the call in another directory');
      expectSame(await traffic.get(foreign, mine.id), undefined, 'the call in another organization');
      expectSame(await walk(traffic, foreign), [], 'the calls of another organization');
      const lost = storage.transaction(scope, async (inside) => {
        await inside.traffic?.append(scope, { entries: [call()], counts: [count(T0, 'done', 1)] }, 9);
        throw new RangeError('the work failed');
      });
      await expectRefusal(lost, RangeError, 'a transaction that fails');
      expectSame(await walk(traffic, scope), [mine], 'the calls after a transaction that failed');
      expectSame(await traffic.counts(scope, T0, T1), [], 'the counts after it');
    },
  }),
  trafficRule({
    code: 'Y5',
    promise: 'forgetBefore forgets calls and counts from before a time, at most as many as asked for, and nothing else',
    notice: 'what an identity provider did years ago is kept for ever',
    async check({ traffic, newDirectory }) {
      const scope = await newDirectory();
      const [old, kept] = [call({ at: LONG_AGO }), call({ at: LATER })];
      const counts = [count(LONG_AGO, 'done', 1), count(LATER, 'done', 1)];
      await traffic.append(scope, { entries: [old, kept], counts }, 9);
      expectSame(await traffic.forgetBefore(LONG_AGO, 9), 0, 'how much is forgotten of what is not before');
      expectSame(await traffic.forgetBefore(LATER, 1), 1, 'how much of what is before, one at a time');
      expectSame(await traffic.forgetBefore(LATER, 9), 1, 'how much after that');
      expectSame(await walk(traffic, scope), [kept], 'the calls that are left');
      expectSame(await traffic.counts(scope, '', '9999'), [count(LATER, 'done', 1)], 'the counts that are left');
      await traffic.append(scope, batch([old]), 9);
      expectSame(await walk(traffic, scope), [old, kept], 'the calls with one that came after');
      expectSame(await traffic.forgetBefore(T0, 9), 3, 'how much is left in the end');
    },
  }),
];

/** A promise of the record of calls. A storage without one is not asked. */
function trafficRule({
  check,
  ...rule
}: Omit<ContractRule, 'check'> & { check(ground: TrafficGround): Promise<void> }): ContractRule {
  return {
    ...rule,
    async check(ground) {
      const { traffic } = ground.storage;
      if (traffic) await check({ ...ground, traffic });
    },
  };
}

async function walk(traffic: TrafficStore, scope: DirectoryScope, failed?: boolean): Promise<readonly TrafficEntry[]> {
  const met: TrafficEntry[] = [];
  const which = { limit: 2, ...(failed !== undefined && { failed }) };
  for await (const page of walkPages((after) => traffic.page(scope, { after, ...which }))) met.push(...page);
  return met;
}

function batch(entries: readonly TrafficEntry[]): TrafficBatch {
  return { entries, counts: [] };
}

function call(rest: Partial<TrafficEntry> = {}): TrafficEntry {
  const entry = { id: newId(), at: T0, milliseconds: 3, outcome: 'done', method: 'GET', path: '/Users', status: 200 };
  return { ...entry, outcome: 'done', signs: ['bearer-twice'], ...rest };
}

function count(hour: string, outcome: TrafficCount['outcome'], calls: number, unrecorded = 0): TrafficCount {
  return { hour, outcome, calls, unrecorded };
}
