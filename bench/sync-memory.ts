import { writeRequest } from './cases.js';
import { createHttpClient } from './http-client.js';
import { groupId, userId } from './population.js';
import { syncLine } from './report.js';
import type { ServerSettings, Usage } from './serve.js';
import type { ServerGroup } from './server-process.js';

const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/**
 * Says all members of the large group in one request, and looks at the memory of the server, a fresh one each time: half
 * of them leave, and then come back.
 */
export async function measureSync(servers: ServerGroup, settings: ServerSettings): Promise<readonly string[]> {
  const { scale, database } = settings;
  const lines: string[] = [];
  for (const method of ['PUT', 'PATCH'] as const) {
    console.log(`  measuring: memory while a ${method} sets all members`);
    const server = await servers.start('ours-server', settings);
    const client = await createHttpClient(server.port, 1);
    const before = (await server.command('usage')) as Usage;
    for (const count of [scale.users / 2, scale.users]) {
      const members = Array.from({ length: count }, (_, index) => ({ value: userId(index) }));
      const site = { token: database?.token ?? '' };
      const answer = await client.send(
        writeRequest(method, `/Groups/${groupId('large')}`, MESSAGES[method](members), site),
      );
      if (answer.status !== 200) throw new Error(`a ${method} of all members was answered with: ${answer.body}`);
    }
    lines.push(syncLine(method, scale.users, before, (await server.command('usage')) as Usage));
    client.close();
    servers.stop();
  }
  return lines;
}

type Members = readonly { readonly value: string }[];

const MESSAGES: Readonly<Record<'PUT' | 'PATCH', (members: Members) => object>> = {
  PUT: (members) => ({
    schemas: [GROUP_SCHEMA],
    displayName: 'Group large',
    externalId: 'group-large',
    members,
  }),
  PATCH: (members) => ({ schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'members', value: members }] }),
};
