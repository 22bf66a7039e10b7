import { meetContestant } from './contestant.js';
import type { Growth } from './growth.js';
import { type Contestants, compareAll, type HalfPlan, measureAll } from './half.js';
import { caseTable, growthTable, type HalfResult, halfResult, memoryLine } from './report.js';
import type { ServerSettings, Usage } from './serve.js';
import { createServerGroup } from './server-process.js';
import { measureTeams } from './team-changes.js';

/** What is measured besides the cases and what comes with them. */
export const MEMORY_TEAMS = 'memory: a member change with teams';

/** Measures ours, bare twice and the peer, each with everything in the memory of its process. */
export async function measureMemory(plan: HalfPlan): Promise<HalfResult> {
  const servers = createServerGroup();
  try {
    const settings: ServerSettings = { instant: plan.instant, scale: plan.scale };
    const ours = await servers.start('ours-server', { ...settings, traffic: plan.traffic });
    const filled = (await ours.command('usage')) as Usage;
    const token = (await ours.command('token')) as string;
    const copied: ServerSettings = { ...settings, origin: { port: ours.port, token } };
    const bare = await servers.start('bare-server', copied);
    const bareAgain = await servers.start('bare-server', copied);
    const peer = await servers.start('peer-server', copied);
    const common = { token, scale: plan.scale, connections: plan.measuring.connections };
    const contestants: Contestants = [
      await meetContestant('ours', ours, common, 'with cursors'),
      await meetContestant('bare', bare, common, 'with cursors'),
      await meetContestant('bare again', bareAgain, common, 'with cursors'),
      await meetContestant('peer', peer, common, 'without cursors'),
    ];
    await compareAll(plan, contestants);
    for (const server of [ours, bare, bareAgain]) await server.command('letGo');

    const results = await measureAll(plan, contestants);
    const growth = (await ours.command('growth')) as readonly Growth[];
    const worked = { ours: await contestants[0].usage(), bare: await contestants[1].usage() };
    for (const { client } of contestants) client.close();

    console.log(`\n${caseTable(results)}\n\n${growthTable(growth)}\n`);
    console.log(memoryLine(filled, worked));
    if (plan.isWanted(MEMORY_TEAMS)) {
      servers.stop();
      console.log(await measureTeams(servers, settings));
    }
    return halfResult(results);
  } finally {
    servers.stop();
  }
}
