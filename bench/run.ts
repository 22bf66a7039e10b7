import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES } from './cases.js';
import { compareAnswers } from './compare-answers.js';
import { type Contestant, meetContestant } from './contestant.js';
import type { Growth } from './growth.js';
import { type MeasuringPlan, measureCase } from './measure-case.js';
import { createRandom, FULL_SCALE, QUICK_SCALE, SMALL_GROUPS } from './population.js';
import { type CaseResult, caseTable, growthTable, isControlled, memoryLine, resultLine } from './report.js';
import type { ServerSettings, Usage } from './serve.js';
import { type ServerProcess, startServer } from './server-process.js';

const FULL_PLAN: MeasuringPlan = { connections: SMALL_GROUPS, slices: 61, sliceSeconds: 0.1, warmUpSeconds: 1.5 };
const QUICK_PLAN: MeasuringPlan = { connections: SMALL_GROUPS, slices: 3, sliceSeconds: 0.03, warmUpSeconds: 0.05 };

const { quick, only } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } }).values;
const plan = quick ? QUICK_PLAN : FULL_PLAN;
const cases = CASES.filter(({ name }) => only === undefined || name.includes(only));
if (cases.length === 0)
  throw new RangeError(`no case has "${only}" in its name: ${CASES.map(({ name }) => name).join(', ')}`);

const servers: ServerProcess[] = [];
const results: CaseResult[] = [];
try {
  const settings: ServerSettings = { instant: Date.now(), scale: quick ? QUICK_SCALE : FULL_SCALE };
  const ours = await start('ours-server', settings);
  const filled = (await ours.command('usage')) as Usage;
  const token = (await ours.command('token')) as string;
  const copied: ServerSettings = { ...settings, origin: { port: ours.port, token } };
  const bare = await start('bare-server', copied);
  const bareAgain = await start('bare-server', copied);
  const peer = await start('peer-server', copied);
  const common = { token, scale: settings.scale, connections: plan.connections };
  const contestants: readonly [Contestant, Contestant, Contestant, Contestant] = [
    await meetContestant('ours', ours, common),
    await meetContestant('bare', bare, common),
    await meetContestant('bare again', bareAgain, common),
    await meetContestant('peer', peer, common),
  ];

  for (const benchCase of cases) await compareAnswers(benchCase, contestants[0], contestants[1]);
  console.log('bare answers as ours does, byte for byte');
  for (const server of [ours, bare, bareAgain]) await server.command('letGo');

  const random = createRandom(3);
  for (const benchCase of cases) {
    console.log(`  measuring: ${benchCase.name}`);
    results.push({ benchCase, figures: await measureCase(benchCase, contestants, plan, random) });
  }
  const growth = (await ours.command('growth')) as readonly Growth[];
  const worked = { ours: await contestants[0].usage(), bare: await contestants[1].usage() };
  for (const { client } of contestants) client.close();

  console.log(`\n${caseTable(results)}\n\n${growthTable(growth)}\n`);
  console.log(memoryLine(filled, worked));
} finally {
  for (const server of servers) server.stop();
}

const file = fileURLToPath(new URL('../../bench/results.json', import.meta.url));
await writeFile(file, `${JSON.stringify(results.map(resultLine), undefined, 2)}\n`);
console.log('\nwritten to bench/results.json');

if (quick) console.log('A quick run shows that everything works; its figures say nothing.');
else if (!results.every(isControlled)) {
  console.log('INVALID: two equal servers differ by more than 5 % (A/A). Run it again on a quiet machine.');
  process.exitCode = 1;
}

async function start(script: Parameters<typeof startServer>[0], settings: ServerSettings): Promise<ServerProcess> {
  const server = await startServer(script, settings);
  servers.push(server);
  return server;
}
