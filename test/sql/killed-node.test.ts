import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDirectories, createDirectoryTokens, type DirectoryScope, type Storage } from 'express-sso-scim';
import { systemClock } from '../../src/core/clock.js';
import { createSeededRandom, type SeededRandom } from '../../src/testing/seeded-random.js';
import { type BuiltPackage, buildPackage } from '../support/built-package.js';
import { type ChildProgram, startProgram } from '../support/child-program.js';
import { HAS_POSTGRES_SERVER } from '../support/postgres.js';
import { PATCH_OP } from '../support/scim-site.js';
import { openDatabase, type SqlDatabase } from '../support/sql-databases.js';

const SCOPE: DirectoryScope = { organizationId: 'acme', directoryId: 'acme' };
const USERS = 320;
const GROUPS = 24;
/** Each changes people and memberships that no other one touches, one request after the other. */
const LANES = 16;
const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const TEAM_SIZE = 5;

/** A node that serves the directory, until it is killed. */
interface Node {
  readonly program: ChildProgram;
  readonly port: number;
}

/** What must be true at the end: the value that was acknowledged, or, after a request without answer, either. */
class Ledger {
  readonly #states = new Map<string, readonly string[]>();
  acknowledged = 0;
  unanswered = 0;

  note(key: string, value: string, isAcknowledged: boolean): void {
    const before = this.#states.get(key) ?? [''];
    this.#states.set(key, isAcknowledged ? [value] : [...before, value]);
    if (isAcknowledged) this.acknowledged += 1;
    else this.unanswered += 1;
  }

  isCertain(key: string): boolean {
    return (this.#states.get(key)?.length ?? 1) === 1;
  }

  entries(): Iterable<readonly [string, readonly string[]]> {
    return this.#states;
  }
}

const PLANS = [
  ['postgres', 20_000, 2],
  ['libsql', 6000, 1],
  ['libsql', 2000, 2],
] as const;

// Two processes cannot write to the embedded PostgreSQL, see HAS_POSTGRES_SERVER.
describe.each(PLANS.filter(([name]) => name !== 'postgres' || HAS_POSTGRES_SERVER))(
  'a node killed in the middle of %s writes (%i, with nodes: %i)',
  (name, changes, nodeCount) => {
    let built: BuiltPackage;
    let database: SqlDatabase;
    let storage: Storage;
    let nodes: readonly Node[];
    let token: string;
    let userIds: readonly string[];
    let groupIds: readonly string[];
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    const ledger = new Ledger();
    const programs: ChildProgram[] = [];

    beforeAll(async () => {
      built = await buildPackage();
      database = await openDatabase(name);
      storage = await database.storage();
      const directory = await createDirectories({ storage, clock: systemClock }).create({
        organizationId: SCOPE.organizationId,
        id: SCOPE.directoryId,
        name: 'Okta',
      });
      ({ token } = await createDirectoryTokens({ storage, clock: systemClock }).issue({ directory, name: 'test' }));
      const created = new Date(0).toISOString();
      userIds = Array.from({ length: USERS }, (_, index) => `user-${index}`);
      groupIds = Array.from({ length: GROUPS }, (_, index) => `group-${index}`);
      for (const id of userIds) {
        const attributes = { userName: id, active: true };
        await storage.directoryUsers.insert(SCOPE, { id, created, attributes, uniqueKeys: [`userName:${id}`] });
      }
      for (const id of groupIds) {
        const group = { id, created, attributes: { displayName: id }, uniqueKeys: [] };
        await storage.groups.insert(SCOPE, group, { ids: [], unknown: 'refuse' });
      }
      nodes = await Promise.all(Array.from({ length: nodeCount }, () => startNode()));
    }, 120_000);

    afterAll(async () => {
      agent.destroy();
      for (const program of programs) program.send('SIGKILL');
      await Promise.all(programs.map((program) => program.end()));
      await database.close();
      await built.remove();
    });

    async function startNode(): Promise<Node> {
      const source = await readFile(new URL('../support/scim-node.ts', import.meta.url), 'utf8');
      const file = await built.addProgram('scim-node.js', source);
      const { schema } = database.options;
      const program = startProgram(process.execPath, [file], {
        cwd: built.folder,
        env: {
          ...database.environment,
          NODE_ENV: 'production',
          ...(schema === undefined ? {} : { DATABASE_SCHEMA: schema }),
        },
      });
      programs.push(program);
      const line = await program.line(/^PORT \d+$/);
      return { program, port: Number(line.slice('PORT '.length)) };
    }

    /** Sends a write. `undefined` when the node has gone before it answered. */
    function send(node: Node, method: string, path: string, content: object) {
      const body = JSON.stringify(content);
      return new Promise<{ readonly status: number; readonly text: string } | undefined>((resolve) => {
        const headers = {
          authorization: `Bearer ${token}`,
          'content-type': 'application/scim+json',
          'content-length': String(Buffer.byteLength(body)),
        };
        const options = { host: '127.0.0.1', port: node.port, agent, method, headers, path: `/scim/v2/acme${path}` };
        const outgoing = request(options, (incoming) => {
          let text = '';
          incoming.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
          incoming.on('error', () => resolve(undefined));
        });
        outgoing.on('error', () => resolve(undefined));
        outgoing.end(body);
      });
    }

    /** One change of what only this lane touches: a membership, a person in three attributes at once, or a new team. */
    async function changeSomething(lane: number, node: Node, number: number, random: SeededRandom): Promise<void> {
      const own = userIds.filter((_, index) => index % LANES === lane);
      const kind = random.next();
      if (kind < 0.02) {
        const team = `team-${lane}-${number}`;
        const members = own.slice(0, TEAM_SIZE).map((value) => ({ value }));
        const answer = await send(node, 'POST', '/Groups', { schemas: [GROUP_SCHEMA], displayName: team, members });
        if (answer) expect(answer).toMatchObject({ status: 201 });
        ledger.note(`team ${team}`, 'made', answer !== undefined);
      } else if (kind < 0.35) {
        const userId = random.pick(own);
        const key = `user ${userId}`;
        if (!ledger.isCertain(key)) return;
        const value = `v${number}`;
        const Operations = [
          { op: 'replace', path: 'title', value },
          { op: 'replace', path: 'externalId', value: `${userId}-${value}` },
          { op: 'replace', path: 'emails', value: [{ value: `${value}@${userId}.example`, type: 'work' }] },
        ];
        const answer = await send(node, 'PATCH', `/Users/${userId}`, { schemas: [PATCH_OP], Operations });
        if (answer) expect(answer).toMatchObject({ status: 200 });
        ledger.note(key, value, answer !== undefined);
      } else {
        const [groupId, userId] = [random.pick(groupIds), random.pick(own)];
        const key = `member ${groupId} ${userId}`;
        if (!ledger.isCertain(key)) return;
        const isAdded = random.chance(0.6);
        const operation = isAdded
          ? { op: 'add', path: 'members', value: [{ value: userId }] }
          : { op: 'remove', path: `members[value eq "${userId}"]` };
        const answer = await send(node, 'PATCH', `/Groups/${groupId}`, {
          schemas: [PATCH_OP],
          Operations: [operation],
        });
        if (answer) expect([200, 204]).toContain(answer.status);
        ledger.note(key, isAdded ? 'in' : '', answer !== undefined);
      }
    }

    it('keeps what it has acknowledged, and the rest wholly or not at all', async () => {
      let started = 0;
      let killed: Promise<unknown> | undefined;
      let replacement: Promise<Node> | undefined;
      const [victim, survivor] = nodes as [Node, Node | undefined];

      async function work(lane: number): Promise<void> {
        const random = createSeededRandom(1000 + lane);
        let node = nodes[lane % nodes.length] ?? victim;
        while (started < changes) {
          started += 1;
          const number = started;
          if (number === changes / 2) {
            victim.program.send('SIGKILL');
            killed = victim.program.end();
            // Where it was the only one, it comes back to the same file.
            replacement = survivor ? Promise.resolve(survivor) : killed.then(() => startNode());
          }
          if (node === victim && replacement) node = await replacement;
          await changeSomething(lane, node, number, random);
        }
      }

      await Promise.all(Array.from({ length: LANES }, (_, lane) => work(lane)));
      expect(await killed).toMatchObject({ signal: 'SIGKILL' });
      expect(ledger.acknowledged).toBeGreaterThan(changes * 0.8);
      expect(ledger.unanswered).toBeGreaterThan(0);
      expect(ledger.unanswered).toBeLessThanOrEqual(LANES);

      for (const [key, possible] of ledger.entries()) {
        const [kind, first = '', second = ''] = key.split(' ');
        const value = await stateOf(kind, first, second);
        expect({ key, value, possible, isPossible: possible.includes(value) }).toMatchObject({ isPossible: true });
      }
    }, 240_000);

    async function stateOf(kind: string | undefined, first: string, second: string): Promise<string> {
      if (kind === 'member') {
        const groups = (await storage.groups.groupsOf(SCOPE, [second])).get(second) ?? [];
        return groups.some(({ id }) => id === first) ? 'in' : '';
      }
      if (kind === 'user') {
        const { attributes = {} } = (await storage.directoryUsers.get(SCOPE, first)) ?? {};
        const { title = '', externalId, emails } = attributes;
        const isWhole =
          title === '' ||
          (externalId === `${first}-${String(title)}` &&
            JSON.stringify(emails) === JSON.stringify([{ value: `${String(title)}@${first}.example`, type: 'work' }]));
        return isWhole ? String(title) : `half: ${JSON.stringify(attributes)}`;
      }
      const { items } = await storage.groups.query(SCOPE, {
        filter: { op: 'eq', path: ['displayName'], type: 'string', caseExact: false, value: first },
        page: { startIndex: 1, count: 2 },
      });
      const [team, twin] = items;
      if (!team) return '';
      return twin || team.memberCount !== TEAM_SIZE ? `half: ${JSON.stringify(items)}` : 'made';
    }

    it('leaves every table in agreement with the others', async () => {
      const faults = {
        'counted members': `select r.id from sso_resources r where r.type = 'Group' and r.deleted_at is null and
        (select count(*) from sso_memberships m where m.directory_id = r.directory_id and m.group_id = r.id) <>
        coalesce((select sum(c.members) from sso_group_counters c
          where c.directory_id = r.directory_id and c.group_id = r.id), 0)`,
        'members of nothing': `select m.member_id from sso_memberships m where not exists
        (select 1 from sso_resources r where r.directory_id = m.directory_id and r.id = m.member_id and r.deleted_at is null)`,
        'groups of nobody': `select m.group_id from sso_memberships m where not exists
        (select 1 from sso_resources r where r.directory_id = m.directory_id and r.id = m.group_id and r.deleted_at is null)`,
        'keys of nobody': `select k.unique_key from sso_unique_keys k where not exists
        (select 1 from sso_resources r where r.directory_id = k.directory_id and r.id = k.resource_id and r.deleted_at is null)`,
        'people without their key': `select r.id from sso_resources r where r.type = 'User' and r.deleted_at is null and
        not exists (select 1 from sso_unique_keys k where k.directory_id = r.directory_id and k.resource_id = r.id
          and k.unique_key = 'userName:' || r.user_name_key)`,
        'addresses that are not those of their person': `select e.email_key from sso_emails e
        join sso_resources r on r.directory_id = e.directory_id and r.id = e.resource_id
        where r.attributes not like '%' || e.email_key || '%'`,
      };
      for (const [fault, query] of Object.entries(faults)) {
        expect({ fault, rows: await database.send(query) }).toEqual({ fault, rows: [] });
      }
      const [{ count }] = (await database.send('select count(*) as count from sso_emails')) as [{ count: unknown }];
      expect(Number(count)).toBeGreaterThan(USERS / 2);
    });
  },
);
