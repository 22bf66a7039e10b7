import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { casesOn, STORAGES, type StorageName } from './cases.js';
import type { HalfPlan } from './half.js';
import { LOGIN, type LoginPlan, measureLogins } from './logins.js';
import type { MeasuringPlan } from './measure-case.js';
import { MEMORY_TEAMS, measureMemory } from './memory-half.js';
import { measurePages, pageNames } from './pages.js';
import { FULL_CYCLE, FULL_SCALE, QUICK_CYCLE, QUICK_SCALE, SMALL_GROUPS } from './population.js';
import { FURTHER_FIGURES, measurePostgres } from './postgres-half.js';
import type { HalfResult } from './report.js';

const FULL_PLAN: MeasuringPlan = { connections: SMALL_GROUPS, slices: 61, sliceSeconds: 0.1, warmUpSeconds: 1.5 };
const FULL_LOGINS: LoginPlan = { warmUp: 1000, slices: 305, logins: 20 };
const QUICK_LOGINS: LoginPlan = { warmUp: 200, slices: 3, logins: 20 };
/** One request at a time: what counts is how long a page takes. */
const FULL_PAGES: MeasuringPlan = { connections: 1, slices: 41, sliceSeconds: 0.04, warmUpSeconds: 0.25 };
const QUICK_PAGES: MeasuringPlan = { connections: 1, slices: 3, sliceSeconds: 0.01, warmUpSeconds: 0.02 };
const QUICK_PLAN: MeasuringPlan = { connections: SMALL_GROUPS, slices: 3, sliceSeconds: 0.03, warmUpSeconds: 0.05 };
const HALVES: Readonly<Record<StorageName, (plan: HalfPlan) => Promise<HalfResult>>> = {
  memory: measureMemory,
  postgres: measurePostgres,
};
const FURTHER: Readonly<Record<StorageName, readonly string[]>> = {
  memory: [MEMORY_TEAMS],
  postgres: Object.values(FURTHER_FIGURES),
};

const { quick, only, storage, traffic } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    storage: { type: 'string' },
    traffic: { type: 'boolean', default: false },
  },
}).values;
const storages = STORAGES.filter((name) => storage === undefined || name === storage);
if (storages.length === 0) throw new RangeError(`--storage is one of ${STORAGES.join(', ')}`);
const isWanted = (name: string) => only === undefined || name.includes(only);
const namesOn = (name: StorageName) => [...casesOn(name).map((each) => each.name), ...FURTHER[name]];
const wanted = storages.filter((name) => namesOn(name).some(isWanted));
const pagesOn = storages.filter((name) => pageNames(name).some(isWanted));
const isLoginWanted = storage === undefined && isWanted(LOGIN);
if (wanted.length === 0 && pagesOn.length === 0 && !isLoginWanted) {
  const names = [...storages.flatMap(namesOn), ...storages.flatMap(pageNames), LOGIN];
  throw new RangeError(`nothing has "${only}" in its name: ${names.join(', ')}`);
}

const results: HalfResult[] = [];
for (const name of wanted) {
  console.log(`storage: ${name}`);
  const sizes = quick
    ? { measuring: QUICK_PLAN, scale: QUICK_SCALE, cycle: QUICK_CYCLE }
    : { measuring: FULL_PLAN, scale: FULL_SCALE, cycle: FULL_CYCLE };
  const cases = casesOn(name).filter((each) => isWanted(each.name));
  results.push(await HALVES[name]({ ...sizes, cases, isWanted, traffic, instant: Date.now() }));
}
for (const name of pagesOn) {
  console.log(`pages on storage: ${name}`);
  const [measuring, scale] = quick ? [QUICK_PAGES, QUICK_SCALE] : [FULL_PAGES, FULL_SCALE];
  results.push(await measurePages(name, { measuring, scale, instant: Date.now(), isWanted }));
}
if (isLoginWanted) results.push(await measureLogins(quick ? QUICK_LOGINS : FULL_LOGINS));

const file = fileURLToPath(new URL('../../bench/results.json', import.meta.url));
const lines = results.flatMap((result) => result.lines);
await writeFile(file, `${JSON.stringify(lines, undefined, 2)}\n`);
console.log('\nwritten to bench/results.json');

if (quick) console.log('A quick run shows that everything works; its figures say nothing.');
else if (!results.every(({ isControlled }) => isControlled)) {
  console.log('INVALID: two equal servers differ by more than 5 % (A/A). Run it again on a quiet machine.');
  process.exitCode = 1;
}
if (!quick && results.some(({ isMet }) => isMet === false)) {
  console.log('MISSED: a page takes too long in a large organization, or is too long.');
  process.exitCode = 1;
}
