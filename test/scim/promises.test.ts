import { setTimeout } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { createScimRouter } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { observeStorage, type StorageCall } from '../../src/testing/observed-storage.js';
import { createSeededRandom } from '../../src/testing/seeded-random.js';
import { cpuOf, leastCpu } from '../support/cpu-time.js';
import { BULK } from '../support/hostile-input.js';
import { startHttpClient } from '../support/http-client.js';
import { sendAndHangUp } from '../support/raw-exchange.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { expectScimError } from '../support/scim-error.js';
import { createGroup, createUser, list, type Resource } from '../support/scim-resources.js';
import { createScimSite, ENTERPRISE, GROUP, PATCH_OP, type ScimClient, USER } from '../support/scim-site.js';

const SEED = 4_711;

function memberIdsOf({ members = [] }: Readonly<Record<string, unknown>>): readonly string[] {
  return (members as readonly { readonly value: string }[]).map(({ value }) => value);
}

describe('promise 2: a PATCH is all or nothing, in order', () => {
  let client: ScimClient;
  let user: Resource;
  let group: Resource;

  beforeAll(async () => {
    client = await createScimSite().client();
    user = await createUser(client, 'ada', { displayName: 'Ada', emails: [{ value: 'a@x.example', type: 'work' }] });
    group = await createGroup(client, 'crew', [user]);
  });

  it.each([
    ['an unknown path', { op: 'add', path: 'nothing', value: 1 }],
    ['a value of the wrong type', { op: 'replace', path: 'active', value: 'perhaps' }],
    ['a read-only attribute', { op: 'replace', path: 'meta.created', value: '2026-05-31T09:30:00Z' }],
    ['an operator nobody knows', { op: 'move', path: 'title', value: 'x' }],
    ['the loss of what is required', { op: 'remove', path: 'userName' }],
    ['a target that is not there', { op: 'replace', path: 'emails[type ne "work"]', value: { value: 'b@x.example' } }],
  ])('a user keeps everything when %s comes last', async (_, last) => {
    const before = (await client.get(`/Users/${user.id}`)).body;
    const answer = await client.patch(`/Users/${user.id}`, [
      { op: 'replace', path: 'displayName', value: 'Bob' },
      { op: 'remove', path: 'emails' },
      { op: 'replace', path: 'active', value: false },
      { op: 'add', value: { title: 'x', [`${ENTERPRISE}:department`]: 'y' } },
      last,
    ]);
    expectScimError(answer, 400, JSON.parse(answer.text).scimType);
    expect((await client.get(`/Users/${user.id}`)).body).toEqual(before);
  });

  it.each([
    ['an unknown member', { op: 'add', path: 'members', value: [{ value: 'nobody' }] }],
    ['a member that is none', { op: 'add', path: 'members', value: [{ display: 'x' }] }],
    ['the loss of what is required', { op: 'remove', path: 'displayName' }],
  ])('a group keeps its name and members when %s comes last', async (_, last) => {
    const before = (await client.get(`/Groups/${group.id}`)).body;
    const answer = await client.patch(`/Groups/${group.id}`, [
      { op: 'replace', path: 'displayName', value: 'renamed' },
      { op: 'remove', path: `members[value eq "${user.id}"]` },
      last,
    ]);
    expectScimError(answer, 400, JSON.parse(answer.text).scimType);
    expect((await client.get(`/Groups/${group.id}`)).body).toEqual(before);
    expect((await client.get(`/Users/${user.id}`)).body.groups).toHaveLength(1);
  });

  it('also when the storage fails in the middle', async () => {
    let isBroken = false;
    const storage = observeStorage(createMemoryStorage(), ({ name }, proceed) =>
      isBroken && name === 'groups.changeMembers' ? Promise.reject(new Error('disk full')) : proceed(),
    );
    const broken = await createScimSite({ logger: createRecordingLogger() }, storage).client();
    const ada = await createUser(broken, 'ada');
    const crew = await createGroup(broken, 'crew', []);
    isBroken = true;
    const operations = [
      { op: 'replace', path: 'displayName', value: 'renamed' },
      { op: 'add', path: 'members', value: [{ value: ada.id }] },
    ];
    expectScimError(await broken.patch(`/Groups/${crew.id}`, operations), 500);
    expectScimError(
      await broken.put(`/Groups/${crew.id}`, {
        schemas: [GROUP],
        displayName: 'renamed',
        members: [{ value: ada.id }],
      }),
      500,
    );
    expect((await broken.get(`/Groups/${crew.id}`)).body).toEqual(crew);
    isBroken = false;
    expect((await broken.patch(`/Groups/${crew.id}`, operations)).body).toMatchObject({ displayName: 'renamed' });
  });

  it('the later operation wins, for attributes and for members', async () => {
    const bob = await createUser(client, 'bob');
    const crew = await createGroup(client, 'order', [user]);
    const { body } = await client.patch(`/Groups/${crew.id}`, [
      { op: 'add', path: 'members', value: [{ value: bob.id }] },
      { op: 'remove', path: 'members' },
      { op: 'replace', path: 'displayName', value: 'first' },
      { op: 'add', path: 'members', value: [{ value: user.id }, { value: bob.id }] },
      { op: 'remove', path: `members[value eq "${user.id}"]` },
      { op: 'replace', path: 'displayName', value: 'second' },
    ]);
    expect({ name: body.displayName, members: memberIdsOf(body) }).toEqual({ name: 'second', members: [bob.id] });
  });

  it('a bulk operation likewise, each on its own', async () => {
    const Operations = [
      { method: 'POST', path: '/Users', bulkId: 'a', data: { schemas: [USER], userName: 'cleo' } },
      {
        method: 'PATCH',
        path: `/Users/${user.id}`,
        data: {
          schemas: [PATCH_OP],
          Operations: [
            { op: 'replace', path: 'displayName', value: 'Eve' },
            { op: 'replace', path: 'active', value: 'perhaps' },
          ],
        },
      },
      { method: 'POST', path: '/Groups', bulkId: 'b', data: { displayName: 'bulk', members: [{ value: 'nobody' }] } },
      { method: 'POST', path: '/Users', bulkId: 'c', data: { schemas: [USER], userName: 'dora' } },
    ];
    const before = (await client.get(`/Users/${user.id}`)).body;
    const { body } = await client.post('/Bulk', { schemas: [BULK], Operations });
    expect(body.Operations.map(({ status }: { readonly status: string }) => status)).toEqual([
      '201',
      '400',
      '400',
      '201',
    ]);
    expect((await client.get(`/Users/${user.id}`)).body).toEqual(before);
    expect((await list(client, '/Groups', { filter: 'displayName eq "bulk"' })).totalResults).toBe(0);
    expect((await list(client, '/Users', { filter: 'userName eq "cleo" or userName eq "dora"' })).totalResults).toBe(2);
  });
});

describe('promise 3: every write can be repeated with the same result', () => {
  it.each<
    readonly [
      string,
      (client: ScimClient, user: Resource, group: Resource) => PromiseLike<{ status: number; body: unknown }>,
    ]
  >([
    ['PUT of a user', (client, { id }) => client.put(`/Users/${id}`, { schemas: [USER], userName: 'ada', title: 'x' })],
    ['PATCH replace', (client, { id }) => client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'x' }])],
    ['PATCH without path', (client, { id }) => client.patch(`/Users/${id}`, [{ op: 'add', value: { title: 'x' } }])],
    [
      'PATCH that deactivates',
      (client, { id }) => client.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: 'False' }]),
    ],
    [
      'PATCH that adds a value',
      (client, { id }) =>
        client.patch(`/Users/${id}`, [{ op: 'add', path: 'emails', value: [{ value: 'b@x.example', type: 'home' }] }]),
    ],
    [
      'PATCH that makes a value',
      (client, { id }) =>
        client.patch(`/Users/${id}`, [{ op: 'replace', path: 'emails[type eq "other"].value', value: 'c@x.example' }]),
    ],
    [
      'PATCH that removes a value',
      (client, { id }) => client.patch(`/Users/${id}`, [{ op: 'remove', path: 'emails[type eq "work"]' }]),
    ],
    [
      'PUT of a group',
      (client, { id }, group) =>
        client.put(`/Groups/${group.id}`, { schemas: [GROUP], displayName: 'x', members: [{ value: id }] }),
    ],
    [
      'PATCH that renames a group',
      (client, _, group) =>
        client.patch(`/Groups/${group.id}`, [{ op: 'replace', value: { id: group.id, displayName: 'x' } }]),
    ],
    [
      'PATCH that adds a member',
      (client, { id }, group) =>
        client.patch(`/Groups/${group.id}`, [{ op: 'add', path: 'members', value: [{ value: id }] }]),
    ],
    [
      'PATCH that removes a member',
      (client, _, group) =>
        client.patch(`/Groups/${group.id}`, [{ op: 'remove', path: `members[value eq "${memberIdsOf(group)[0]}"]` }]),
    ],
    [
      'PATCH that removes all members',
      (client, _, group) => client.patch(`/Groups/${group.id}`, [{ op: 'remove', path: 'members' }]),
    ],
    [
      'PATCH that replaces the members',
      (client, { id }, group) =>
        client.patch(`/Groups/${group.id}`, [{ op: 'replace', path: 'members', value: [{ value: id }] }]),
    ],
  ])('%s, without a new version', async (_, write) => {
    const client = await createScimSite().client();
    const user = await createUser(client, 'ada', { emails: [{ value: 'a@x.example', type: 'work' }] });
    const group = await createGroup(client, 'crew', [await createUser(client, 'bob')]);
    const before = await list(client, '/');
    const first = await write(client, user, group);
    const after = await list(client, '/');
    const second = await write(client, user, group);
    expect(first.status).toBe(200);
    expect({ status: second.status, body: second.body }).toEqual({ status: 200, body: first.body });
    expect(await list(client, '/')).toEqual(after);
    expect(after).not.toEqual(before);
  });

  it('a POST repeated answers 409 and adds nobody, a DELETE repeated 404 and removes nobody else', async () => {
    const client = await createScimSite().client();
    const ada = await createUser(client, 'ada');
    expectScimError(await client.post('/Users', { schemas: [USER], userName: 'ADA' }), 409, 'uniqueness');
    await createUser(client, 'bob');
    expect((await client.delete(`/Users/${ada.id}`)).status).toBe(204);
    expectScimError(await client.delete(`/Users/${ada.id}`), 404);
    expect((await list(client, '/Users')).Resources).toEqual([expect.objectContaining({ userName: 'bob' })]);
  });

  it('writes on different objects, and adds of existing users, may come in any order', async () => {
    const random = createSeededRandom(SEED);
    const outcomes: unknown[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const client = await createScimSite().client({ policy: { putUnknownUser: 'create' } });
      for (const id of ['u1', 'u2', 'u3', 'u4'])
        await client.put(`/Users/${id}`, { schemas: [USER], userName: id }).expect(201);
      const [red, blue] = [await createGroup(client, 'red'), await createGroup(client, 'blue')];
      const add = (group: Resource, id: string) => () =>
        client.patch(`/Groups/${group.id}`, [{ op: 'add', path: 'members', value: [{ value: id }] }]);
      const writes = [
        () => client.patch('/Users/u1', [{ op: 'replace', path: 'title', value: 'one' }]),
        () => client.patch('/Users/u2', [{ op: 'replace', path: 'active', value: false }]),
        () => client.put('/Users/u3', { schemas: [USER], userName: 'u3', displayName: 'Three' }),
        () => client.patch(`/Groups/${red.id}`, [{ op: 'replace', path: 'externalId', value: 'r' }]),
        add(red, 'u1'),
        add(red, 'u2'),
        add(red, 'u3'),
        add(blue, 'u3'),
        add(blue, 'u4'),
        add(blue, 'u1'),
      ];
      while (writes.length > 0) {
        const [write] = writes.splice(random.below(writes.length), 1);
        expect((await write?.())?.status).toBe(200);
      }
      const { Resources } = await list(client, '/');
      outcomes.push(
        Resources.map(({ userName, displayName, title, active, externalId, members = [] }) => ({
          ...{ userName, displayName, title, active, externalId },
          members: new Set((members as readonly { readonly value: string }[]).map(({ value }) => value)),
        })),
      );
    }
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(outcomes[0]).toContainEqual(
      expect.objectContaining({ displayName: 'red', members: new Set(['u1', 'u2', 'u3']) }),
    );
  });
});

describe('promise 4: adds and removes at once lose nothing', () => {
  it('of 150 new and 150 old members, through two nodes', async () => {
    const random = createSeededRandom(SEED);
    const storage = observeStorage(createMemoryStorage(), async (_, proceed) => {
      await new Promise((resolve) => setImmediate(resolve));
      const answer = await proceed();
      for (let left = random.below(4); left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
      return answer;
    });
    const site = createScimSite({}, storage);
    const client = await site.client();
    const users = await Promise.all(Array.from({ length: 400 }, (_, index) => createUser(client, `u${index}`)));
    const ids = users.map(({ id }) => id);
    const group = await createGroup(client, 'crew', users.slice(0, 200));
    const node = (prefix: string) => createScimRouter(storage, { baseUrl: `https://${prefix}.test` });
    const nodes = await startHttpClient(express().use('/one', node('one')).use('/two', node('two')));

    const change = (operation: object, index: number) =>
      nodes.send({
        method: 'PATCH',
        path: `/${index % 2 ? 'one' : 'two'}/${client.directory.id}/Groups/${group.id}`,
        headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify({ schemas: [PATCH_OP], Operations: [operation] }),
      });
    const adds = ids.slice(200, 350).map((value) => ({ op: 'add', path: 'members', value: [{ value }] }));
    const removes = ids.slice(0, 150).map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
    const mixed = adds.flatMap((add, index) => [add, removes[index] ?? add]);
    const answers = await Promise.all([
      ...mixed.map(change),
      // Renames in between: each changes the group's own version.
      ...['a', 'b', 'c', 'd'].map((value, index) => change({ op: 'replace', path: 'externalId', value }, index)),
    ]);
    await nodes.close();

    expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
    const { body } = await client.get(`/Groups/${group.id}`);
    expect(new Set(memberIdsOf(body))).toEqual(new Set(ids.slice(150, 350)));
    expect(memberIdsOf(body)).toHaveLength(200);
  });
});

describe('promise 5: a member change costs the same in any group', () => {
  const SMALL = 10;
  const LARGE = 20_000;
  const calls: StorageCall[] = [];
  let weight = 0;
  let client: ScimClient;
  const groups = new Map<number, string>();
  let ids: readonly string[];

  beforeAll(async () => {
    const memory = createMemoryStorage();
    const storage = observeStorage(memory, async (call, proceed) => {
      calls.push(call);
      const answer = await proceed();
      weight += sizeOf(call.args) + sizeOf(answer);
      return answer;
    });
    client = await createScimSite({}, storage).client();
    const scope = { organizationId: client.directory.organizationId, directoryId: client.directory.id };
    const created = '2026-05-31T09:30:00.000Z';
    ids = Array.from({ length: LARGE + 100 }, (_, index) => `u${index}`);
    for (const id of ids)
      await memory.directoryUsers.insert(scope, { id, created, attributes: { userName: id }, uniqueKeys: [id] });
    for (const size of [SMALL, LARGE]) {
      const { id } = await createGroup(client, `group of ${size}`);
      const change = { add: ids.slice(0, size), remove: [] };
      await memory.groups.changeMembers(scope, id, { change, at: created, unknown: 'refuse' });
      groups.set(size, id);
    }
  });

  const changes: readonly (readonly [string, (id: string) => object])[] = [
    ['one added', (value) => ({ op: 'add', path: 'members', value: [{ value }] })],
    ['one removed by filter', (value) => ({ op: 'remove', path: `members[value eq "${value}"]` })],
    ['one removed by list (Entra)', (value) => ({ op: 'remove', path: 'members', value: [{ value }] })],
    ['one removed that is not in it', () => ({ op: 'remove', path: 'members[value eq "nobody"]' })],
    ['a rename', (value) => ({ op: 'replace', path: 'externalId', value })],
  ];

  async function costOf(size: number, operation: object) {
    calls.length = 0;
    weight = 0;
    const { status, body } = await client.patch(`/Groups/${groups.get(size)}?excludedAttributes=members`, [operation]);
    expect({ status, members: body.members }).toEqual({ status: 200, members: undefined });
    return { calls: calls.map(({ name }) => name), weight };
  }

  it.each(changes)('%s: as many storage calls, about as much data', async (_, operation) => {
    const small = await costOf(SMALL, operation('u5'));
    const large = await costOf(LARGE, operation('u5'));
    expect(large).toEqual(small);
    expect(large.weight).toBeLessThan(60);
    expect(large.calls.length).toBeLessThan(8);
  });

  it('as much CPU', async () => {
    const changing = (size: number) => async () => {
      for (const id of ids.slice(LARGE)) {
        await costOf(size, { op: 'add', path: 'members', value: [{ value: id }] });
        await costOf(size, { op: 'remove', path: `members[value eq "${id}"]` });
      }
    };
    await changing(SMALL)();
    const bound = (await cpuOf(changing(SMALL))) * 2;
    expect(await leastCpu(bound, changing(LARGE))).toBeLessThan(bound);
  });

  it('and a group is read, listed, found and renamed without its members', async () => {
    const id = groups.get(LARGE);
    calls.length = 0;
    expect((await client.get(`/Groups/${id}?excludedAttributes=members`)).body).not.toHaveProperty('members');
    expect((await client.get(`/Groups/${id}?attributes=displayName`)).body).toEqual({
      schemas: [GROUP],
      id,
      displayName: `group of ${LARGE}`,
    });
    expect((await list(client, '/Groups', { excludedAttributes: 'members' })).totalResults).toBe(2);
    const filter = 'members.value eq "u19999"';
    expect((await list(client, '/Groups', { filter, attributes: 'displayName' })).totalResults).toBe(1);
    // What a write answers leaves out the members of a group this large unless they are asked for.
    const { body } = await client.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value: 'u1' }] }]);
    expect(body).toMatchObject({ displayName: `group of ${LARGE}` });
    expect(body).not.toHaveProperty('members');
    expect(calls.filter(({ name }) => name === 'groups.members')).toEqual([]);
  });
});

describe('promise 12: whatever comes, the answer is clear and the cost bounded', () => {
  it('who goes away while the token is looked up keeps nothing waiting and changes nothing', async () => {
    let isSlow = false;
    const storage = observeStorage(createMemoryStorage(), async ({ name }, proceed) => {
      if (isSlow && name === 'directories.findToken') await setTimeout(100);
      return proceed();
    });
    const logger = createRecordingLogger();
    const site = createScimSite({ logger, tokenCacheSeconds: 0 }, storage);
    const client = await site.client();
    const ended: string[] = [];
    const app = express()
      .use((request, response, next) => {
        const { end } = response;
        response.end = ((...args: Parameters<typeof end>) => {
          ended.push(request.method);
          return end.apply(response, args);
        }) as typeof end;
        next();
      })
      .use(site.app);
    isSlow = true;
    for (const sent of ['{"userName":"ada"}', '{"userName":']) {
      const head = [
        `POST /scim/v2/${client.directory.id}/Users HTTP/1.1`,
        'Host: x',
        `Authorization: Bearer ${client.token}`,
        'Content-Type: application/scim+json',
        'Content-Length: 18',
      ];
      await sendAndHangUp(app, `${head.join('\r\n')}\r\n\r\n${sent}`);
    }
    for (let tries = 0; tries < 500 && ended.length < 2; tries += 1) await setTimeout(20);
    expect(ended).toEqual(['POST', 'POST']);
    expect(logger.entries).toEqual([]);
    isSlow = false;
    expect((await list(client, '/Users')).totalResults).toBe(0);
  });

  it('a resource of 256 KiB is kept, a larger one refused (413), so that no list of them is too large', async () => {
    const client = await createScimSite().client();
    const ada = await createUser(client, 'ada', { title: 'x'.repeat(262_000) });
    const tooLarge = 'x'.repeat(262_144);
    expectScimError(await client.post('/Users', { schemas: [USER], userName: 'bob', title: tooLarge }), 413);
    expectScimError(await client.put(`/Users/${ada.id}`, { schemas: [USER], userName: 'ada', title: tooLarge }), 413);
    const growing = [{ op: 'add', path: 'displayName', value: 'y'.repeat(1000) }];
    expectScimError(await client.patch(`/Users/${ada.id}`, growing), 413);
    expect((await list(client, '/')).Resources).toEqual([ada]);
  });

  it('what is not offered is answered 501, and is no failure to be logged', async () => {
    const logger = createRecordingLogger();
    const client = await createScimSite({ logger, bulk: false }).client();
    expectScimError(await client.get('/Me'), 501);
    expectScimError(await client.post('/Bulk', { schemas: [BULK], Operations: [] }), 501);
    expect(logger.entries).toEqual([]);
  });

  it('a chain of references as long as a bulk request may be is followed to its end', async () => {
    const count = 3000;
    const client = await createScimSite({ bulk: { maxOperations: count, maxPayloadSize: 1 << 20 } }).client();
    const Operations = Array.from({ length: count }, (_, index) => ({
      method: 'POST',
      path: '/Groups',
      bulkId: `g${index}`,
      data: { displayName: `g${index}`, members: index + 1 < count ? [{ value: `bulkId:g${index + 1}` }] : [] },
    }));
    const { body } = await client.post('/Bulk', { schemas: [BULK], Operations });
    const statuses = body.Operations.map(({ status }: { readonly status: string }) => status);
    expect(statuses).toEqual(Operations.map(() => '201'));
    const [last] = (await list(client, '/Groups', { filter: `displayName eq "g${count - 1}"` })).Resources;
    const holder = await list(client, '/Groups', { filter: `members.value eq "${last?.id}"` });
    expect(holder.Resources).toEqual([expect.objectContaining({ displayName: `g${count - 2}` })]);
  });

  it('a NUL character in the path of a bulk operation reaches no store', async () => {
    const seen: string[] = [];
    const storage = observeStorage(createMemoryStorage(), ({ args }, proceed) => {
      seen.push(JSON.stringify(args));
      return proceed();
    });
    const client = await createScimSite({}, storage).client();
    const Operations = ['/Users/a\u0000b', '/Users/a%00b', '/Users/\ud800'].map((path) => ({ method: 'DELETE', path }));
    const { body } = await client.post('/Bulk', { schemas: [BULK], Operations });
    for (const slot of body.Operations) {
      expect(slot).toMatchObject({ status: '400', response: { status: '400', scimType: 'invalidPath' } });
    }
    expect(seen.filter((args) => /\\u0000|\\ud800/.test(args))).toEqual([]);
  });
});

/** How many texts and numbers a value holds. */
function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  const parts = value instanceof Map ? [...value] : Object.values(value);
  return parts.reduce<number>((sum, part) => sum + sizeOf(part), 0);
}
