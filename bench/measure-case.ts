import type { BenchCase, NextRequest } from './cases.js';
import type { Contestant, ContestantName } from './contestant.js';
import { median } from './median.js';

/** How long and how often is measured. */
export interface MeasuringPlan {
  readonly connections: number;
  readonly slices: number;
  readonly sliceSeconds: number;
  readonly warmUpSeconds: number;
}

/** What one server did in one case: medians over the slices, and each of them. */
export interface Figures {
  readonly perSecond: number;
  /** CPU time of the server for one request. */
  readonly cpuMicroseconds: number;
  readonly slices: readonly number[];
}

/** The peer is so far behind that fewer of its slices tell enough. */
const PEER_SLICES = 15;
const FEW_REQUESTS = 2;
const SEED = 2;

/** One side of a comparison: a server, and what it is asked. */
export interface Side<N extends string> {
  readonly name: N;
  readonly contestant: Contestant;
  readonly benchCase: BenchCase;
}

interface Lane<N extends string> extends Side<N> {
  readonly next: NextRequest;
  readonly connections: number;
  readonly count: number;
  readonly slices: number;
  readonly perSecond: number[];
  readonly cpu: number[];
}

/** Measures one case on all servers that it is for. */
export function measureCase(
  benchCase: BenchCase,
  contestants: readonly Contestant[],
  plan: MeasuringPlan,
  random: () => number,
): Promise<ReadonlyMap<ContestantName, Figures>> {
  const sides = contestants
    .filter(({ name }) => name !== 'peer' || benchCase.peer !== 'none')
    .map((contestant) => ({ name: contestant.name, contestant, benchCase }));
  return measureSides(sides, plan, random);
}

/** Measures slice by slice, the sides taking turns in random order. */
export async function measureSides<N extends string>(
  sides: readonly Side<N>[],
  plan: MeasuringPlan,
  random: () => number,
): Promise<ReadonlyMap<N, Figures>> {
  const lanes: Lane<N>[] = [];
  for (const side of sides) lanes.push(await warmUp(side, plan));
  for (let slice = 0; slice < plan.slices; slice += 1) {
    for (const lane of shuffled(lanes, random)) {
      if (slice < lane.slices) await measureSlice(lane);
    }
  }
  return new Map(
    lanes.map(({ name, perSecond, cpu }) => [
      name,
      { perSecond: median(perSecond), cpuMicroseconds: median(cpu), slices: perSecond },
    ]),
  );
}

/**
 * How much faster one is than another: the median of the ratios of slices that were measured side by side, so that a
 * minute in which the whole machine is slower counts for both.
 */
export function ratioOf(one: Figures, other: Figures): number {
  const rounds = Math.min(one.slices.length, other.slices.length);
  return median(one.slices.slice(0, rounds).map((perSecond, round) => perSecond / (other.slices[round] ?? Number.NaN)));
}

/** Lets the server's code become fast, and finds out how many requests fill a slice. */
async function warmUp<N extends string>(side: Side<N>, plan: MeasuringPlan): Promise<Lane<N>> {
  const { contestant, benchCase } = side;
  const next = benchCase.requests(contestant.site, SEED);
  const isPeer = contestant.name === 'peer';
  const measured = { ...side, next, perSecond: [], cpu: [] };
  if (isPeer && benchCase.peer === 'few') return { ...measured, connections: 1, count: FEW_REQUESTS, slices: 1 };

  const { connections, warmUpSeconds, sliceSeconds } = plan;
  await contestant.collect();
  let sent = 0;
  let seconds = 0;
  const start = performance.now();
  while (seconds < warmUpSeconds) {
    await contestant.client.sendMany(connections * 2, connections, benchCase.status, next);
    sent += connections * 2;
    seconds = (performance.now() - start) / 1000;
  }
  const rounds = Math.ceil(((sent / seconds) * sliceSeconds) / connections);
  return { ...measured, connections, count: rounds * connections, slices: isPeer ? PEER_SLICES : plan.slices };
}

async function measureSlice<N extends string>(lane: Lane<N>): Promise<void> {
  const { contestant, benchCase, next, count, connections, perSecond, cpu } = lane;
  const before = await contestant.usage();
  const start = performance.now();
  await contestant.client.sendMany(count, connections, benchCase.status, next);
  const seconds = (performance.now() - start) / 1000;
  const after = await contestant.usage();
  perSecond.push(count / seconds);
  cpu.push((after.cpu - before.cpu) / count);
}

function shuffled<T>(values: readonly T[], random: () => number): readonly T[] {
  return values
    .map((value) => ({ value, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
