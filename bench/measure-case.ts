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

/** What one server did in one case: medians over the slices. */
export interface Figures {
  readonly perSecond: number;
  /** CPU time of the server for one request. */
  readonly cpuMicroseconds: number;
}

/** The peer is so far behind that a few of its slices tell enough. */
const PEER_SLICES = 5;
const FEW_REQUESTS = 2;
const SEED = 2;

interface Lane {
  readonly contestant: Contestant;
  readonly next: NextRequest;
  readonly connections: number;
  readonly count: number;
  readonly slices: number;
  readonly perSecond: number[];
  readonly cpu: number[];
}

/** Measures one case, slice by slice, the servers taking turns in random order. */
export async function measureCase(
  benchCase: BenchCase,
  contestants: readonly Contestant[],
  plan: MeasuringPlan,
  random: () => number,
): Promise<ReadonlyMap<ContestantName, Figures>> {
  const lanes: Lane[] = [];
  for (const contestant of contestants) {
    if (contestant.name !== 'peer' || benchCase.peer !== 'none') lanes.push(await warmUp(benchCase, contestant, plan));
  }
  for (let slice = 0; slice < plan.slices; slice += 1) {
    for (const lane of shuffled(lanes, random)) {
      if (slice < lane.slices) await measureSlice(lane, benchCase.status);
    }
  }
  return new Map(
    lanes.map(({ contestant, perSecond, cpu }) => [
      contestant.name,
      { perSecond: median(perSecond), cpuMicroseconds: median(cpu) },
    ]),
  );
}

/** Lets the server's code become fast, and finds out how many requests fill a slice. */
async function warmUp(benchCase: BenchCase, contestant: Contestant, plan: MeasuringPlan): Promise<Lane> {
  const next = benchCase.requests(contestant.site, SEED);
  const isPeer = contestant.name === 'peer';
  const measured = { contestant, next, perSecond: [], cpu: [] };
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

async function measureSlice(
  { contestant, next, count, connections, perSecond, cpu }: Lane,
  status: number,
): Promise<void> {
  const before = await contestant.usage();
  const start = performance.now();
  await contestant.client.sendMany(count, connections, status, next);
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
