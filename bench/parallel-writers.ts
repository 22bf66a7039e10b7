import { memberCase } from './cases.js';
import type { Contestant } from './contestant.js';
import { type MeasuringPlan, measureSides } from './measure-case.js';
import { createRandom } from './population.js';
import { writersLine } from './report.js';

const WRITERS = 8;
// Equally long answers, which do not read the members.
const QUERY = '?excludedAttributes=members';

/** Compares changes of different members of one group at the same time with changes of different groups. */
export async function measureWriters(contestant: Contestant, plan: MeasuringPlan): Promise<string> {
  const side = (name: 'one group' | 'many groups', changed: 'shared' | 'small') => {
    return { name, contestant, benchCase: memberCase(name, changed, { bare: 0 }, 'none', QUERY) };
  };
  console.log(`  measuring: ${WRITERS} writers`);
  const sides = [side('one group', 'shared'), side('many groups', 'small')];
  const figures = await measureSides(sides, { ...plan, connections: WRITERS }, createRandom(5));
  const perSecond = (name: 'one group' | 'many groups') => figures.get(name)?.perSecond ?? Number.NaN;
  return writersLine(WRITERS, perSecond('one group'), perSecond('many groups'));
}
