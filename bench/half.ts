import type { BenchCase } from './cases.js';
import { compareAnswers } from './compare-answers.js';
import type { Contestant } from './contestant.js';
import { type MeasuringPlan, measureCase } from './measure-case.js';
import { type CycleScale, createRandom, type Scale } from './population.js';
import type { CaseResult } from './report.js';

/** What is measured of one storage, and how long. */
export interface HalfPlan {
  readonly cases: readonly BenchCase[];
  /** Whether a further figure is to be measured. */
  isWanted(name: string): boolean;
  readonly measuring: MeasuringPlan;
  readonly scale: Scale;
  readonly cycle: CycleScale;
  /** Whether ours keeps a record of the calls that it answers. */
  readonly traffic: boolean;
  /** Where all clocks stand at first. */
  readonly instant: number;
}

/** The contestants of one storage. */
export type Contestants = readonly [ours: Contestant, bare: Contestant, ...others: Contestant[]];

/** Shows that bare answers as ours does. @throws {Error} at the first difference. */
export async function compareAll({ cases }: HalfPlan, [ours, bare]: Contestants): Promise<void> {
  for (const benchCase of cases) await compareAnswers(benchCase, ours, bare);
  console.log('bare answers as ours does, byte for byte');
}

export async function measureAll(plan: HalfPlan, contestants: Contestants): Promise<readonly CaseResult[]> {
  const random = createRandom(3);
  const results: CaseResult[] = [];
  for (const benchCase of plan.cases) {
    console.log(`  measuring: ${benchCase.name}`);
    const figures = await measureCase(benchCase, contestants, plan.measuring, random);
    results.push({ benchCase, figures });
  }
  return results;
}
