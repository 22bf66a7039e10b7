import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSeededRandom, type SeededRandom } from '../../src/testing/seeded-random.js';
import { type HttpClient, startHttpClient } from '../support/http-client.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import type { List, Resource } from '../support/scim-resources.js';
import { createScimSite, PATCH_OP, type ScimClient } from '../support/scim-site.js';

const DIRECTORIES = 20;
const REQUESTS = 200_000;
/** So many users and groups a directory has about, from early on; then what comes and what goes is as much. */
const PEOPLE = 60;
const GROUPS = 12;
/** Bytes by which the heap may grow over the last three quarters: what is kept of the deleted, and some slack. */
const GROWTH = 24 * 1024 * 1024;

/** What a directory must hold, by id. */
interface Model {
  readonly users: Map<string, { userName: string; title?: string; active: boolean }>;
  readonly groups: Map<string, { displayName: string; readonly members: Set<string> }>;
}

interface Lane {
  readonly client: ScimClient;
  readonly model: Model;
  readonly random: SeededRandom;
  made: number;
}

type Send = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

interface Answer {
  readonly status: number;
  readonly body: Resource & List & { readonly meta: { readonly version: string } };
}

/** One request, or two that belong together, and what it means to the model. Throws where the answer is wrong. */
type Step = (lane: Lane, send: Send) => Promise<void>;

function must({ status, body }: Answer, wanted: number): Answer['body'] {
  if (status !== wanted) throw new Error(`${status} in place of ${wanted}: ${JSON.stringify(body)}`);
  return body;
}

function same(shown: unknown, wanted: unknown): void {
  if (JSON.stringify(shown) === JSON.stringify(wanted)) return;
  throw new Error(`${JSON.stringify(shown)} in place of ${JSON.stringify(wanted)}`);
}

const anybody = ({ model, random }: Lane) => random.pick([...model.users.keys()]);
const anyGroup = ({ model, random }: Lane) => random.pick([...model.groups.keys()]);
const patch = (...Operations: readonly object[]) => ({ schemas: [PATCH_OP], Operations });

const addUser: Step = async (lane, send) => {
  lane.made += 1;
  const userName = `u${lane.made}`;
  const body = must(await send('POST', '/Users', { userName, emails: [{ value: `${userName}@x.example` }] }), 201);
  lane.model.users.set(body.id, { userName, active: true });
};

const removeUser: Step = async (lane, send) => {
  const id = anybody(lane);
  must(await send('DELETE', `/Users/${id}`), 204);
  lane.model.users.delete(id);
  for (const { members } of lane.model.groups.values()) members.delete(id);
};

const addGroup: Step = async (lane, send) => {
  lane.made += 1;
  const displayName = `g${lane.made}`;
  const members = new Set(Array.from({ length: 5 }, () => anybody(lane)));
  const values = [...members].map((value) => ({ value }));
  const { id } = must(await send('POST', '/Groups', { displayName, members: values }), 201);
  lane.model.groups.set(id, { displayName, members });
};

const removeGroup: Step = async (lane, send) => {
  const id = anyGroup(lane);
  must(await send('DELETE', `/Groups/${id}`), 204);
  lane.model.groups.delete(id);
};

const STEPS: readonly Step[] = [
  (lane, send) => (lane.model.users.size < PEOPLE ? addUser : removeUser)(lane, send),
  (lane, send) => (lane.model.users.size <= PEOPLE / 2 ? addUser : removeUser)(lane, send),
  addUser,
  (lane, send) => (lane.model.groups.size < GROUPS ? addGroup : removeGroup)(lane, send),
  async (lane, send) => {
    const id = anybody(lane);
    const user = lane.model.users.get(id);
    same(must(await send('GET', `/Users/${id}`), 200).userName, user?.userName);
  },
  async (lane, send) => {
    const id = anybody(lane);
    const { userName = '' } = lane.model.users.get(id) ?? {};
    const found = must(await send('GET', `/Users?filter=userName%20eq%20%22${userName.toUpperCase()}%22`), 200);
    same([found.totalResults, found.Resources[0]?.id], [1, id]);
  },
  async (lane, send) => {
    const id = anybody(lane);
    const title = `t${lane.random.below(1000)}`;
    must(await send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'title', value: title })), 200);
    Object.assign(lane.model.users.get(id) ?? {}, { title });
  },
  async (lane, send) => {
    const id = anybody(lane);
    const active = lane.random.chance(0.5);
    must(await send('PATCH', `/Users/${id}`, patch({ op: 'Replace', path: 'active', value: String(active) })), 200);
    Object.assign(lane.model.users.get(id) ?? {}, { active });
  },
  async (lane, send) => {
    const id = anybody(lane);
    const before = must(await send('GET', `/Users/${id}`), 200);
    const title = `p${lane.random.below(1000)}`;
    must(await send('PUT', `/Users/${id}`, { ...before, title }, { 'If-Match': before.meta.version }), 200);
    Object.assign(lane.model.users.get(id) ?? {}, { title });
  },
  async (lane, send) => {
    const page = must(await send('GET', '/Users?startIndex=11&count=10&sortBy=userName'), 200);
    same([page.totalResults, page.itemsPerPage], [lane.model.users.size, Math.min(10, lane.model.users.size - 10)]);
  },
  async (lane, send) => {
    if (lane.model.groups.size === 0) return;
    const [id, member] = [anyGroup(lane), anybody(lane)];
    const isAdded = lane.random.chance(0.6);
    const operation = isAdded
      ? { op: 'add', path: 'members', value: [{ value: member }] }
      : { op: 'remove', path: `members[value eq "${member}"]` };
    must(await send('PATCH', `/Groups/${id}`, patch(operation)), 200);
    lane.model.groups.get(id)?.members[isAdded ? 'add' : 'delete'](member);
  },
  async (lane, send) => {
    if (lane.model.groups.size === 0) return;
    const id = anyGroup(lane);
    const { members = [] } = must(await send('GET', `/Groups/${id}`), 200) as { readonly members?: readonly unknown[] };
    same(members.length, lane.model.groups.get(id)?.members.size);
  },
  async (lane, send) => {
    const { userName } = lane.model.users.get(anybody(lane)) ?? {};
    must(await send('POST', '/Users', { userName }), 409);
  },
  async (lane, send) => {
    const id = anybody(lane);
    must(await send('PUT', `/Users/${id}`, { userName: 'x' }, { 'If-Match': 'W/"0"' }), 412);
    must(await send('GET', `/Users/nobody-${lane.random.below(1e9)}`), 404);
    must(await send('GET', '/Users?filter=userName%20is%20odd'), 400);
  },
];

describe('soak', () => {
  setFlagsFromString('--expose_gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const logger = createRecordingLogger();
  const site = createScimSite({ logger });
  let server: HttpClient;
  let lanes: readonly Lane[];
  let sent = 0;

  const sendFor =
    ({ client }: Lane): Send =>
    async (method, path, body, headers) => {
      sent += 1;
      const { status, text } = await server.send({
        method,
        path: `/scim/v2/${client.directory.id}${path}`,
        headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/scim+json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status, body: text === '' ? undefined : JSON.parse(text) };
    };

  /** Lanes run side by side; each of them is one request after the other, so that it can be compared with its model. */
  async function runUntil(total: number): Promise<void> {
    const share = Math.ceil((total - sent) / lanes.length);
    await Promise.all(
      lanes.map(async (lane) => {
        const send = sendFor(lane);
        let left = share;
        const counted: Send = (...call) => {
          left -= 1;
          return send(...call);
        };
        while (left > 0) await lane.random.pick(STEPS)(lane, counted);
      }),
    );
  }

  function heapInUse(): number {
    collectGarbage();
    collectGarbage();
    return process.memoryUsage().heapUsed;
  }

  async function wholeList(lane: Lane, path: string): Promise<readonly Resource[]> {
    const found: Resource[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const page: Answer['body'] = must(await sendFor(lane)('GET', `${path}?count=25&cursor=${cursor}`), 200);
      found.push(...page.Resources);
      cursor = page.nextCursor;
    }
    return found;
  }

  beforeAll(async () => {
    server = await startHttpClient(site.app, DIRECTORIES);
    lanes = await Promise.all(
      Array.from({ length: DIRECTORIES }, async (_, index) => ({
        client: await site.client(),
        model: { users: new Map(), groups: new Map() },
        random: createSeededRandom(20_260_501 + index),
        made: 0,
      })),
    );
    for (const lane of lanes) {
      for (let count = 0; count < PEOPLE / 2; count += 1) await addUser(lane, sendFor(lane));
    }
  });

  afterAll(() => server.close());

  it(`answers ${REQUESTS} requests of ${DIRECTORIES} directories, each as its model says, in memory that does not grow`, async () => {
    await runUntil(REQUESTS / 4);
    const before = heapInUse();
    await runUntil(REQUESTS);
    expect(heapInUse() - before).toBeLessThan(GROWTH);
    expect(sent).toBeGreaterThanOrEqual(REQUESTS);
    expect(logger.entries).toEqual([]);
  }, 600_000);

  it('ends with exactly what the models hold', async () => {
    for (const lane of lanes) {
      const { users, groups } = lane.model;
      const shownUsers = (await wholeList(lane, '/Users')).map(({ id, userName, title, active }) => [
        id,
        { userName, active, title },
      ]);
      expect(new Map(shownUsers as [string, unknown][])).toEqual(users);
      const shownGroups = (await wholeList(lane, '/Groups')).map(({ id, displayName, members = [] }) => [
        id,
        { displayName, members: new Set((members as readonly { readonly value: string }[]).map(({ value }) => value)) },
      ]);
      expect(new Map(shownGroups as [string, unknown][])).toEqual(groups);
      expect(users.size).toBeGreaterThan(PEOPLE / 4);
    }
  });
});
