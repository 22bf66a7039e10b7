import type { Growth } from './growth.js';
import { growthTable, PROVISIONED_GROWTH_TARGET } from './report.js';
import type { ServerSettings } from './serve.js';
import type { ServerGroup } from './server-process.js';

/** What a member change costs as the group grows, where each group is mapped to three teams: in a process of its own. */
export async function measureTeams(servers: ServerGroup, settings: ServerSettings): Promise<string> {
  console.log('  measuring: member changes in groups with teams');
  const server = await servers.start('provisioning-server', settings);
  const growth = (await server.command('growth')) as readonly Growth[];
  servers.stop();
  return `\na member change with three teams\n${growthTable(growth, PROVISIONED_GROWTH_TARGET)}\n`;
}
