import { beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import {
  ConfigurationError,
  createDirectories,
  createDirectoryTokens,
  createScimRouter,
  type TrafficBatch,
  type TrafficEntry,
  type TrafficStore,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import request from 'supertest';
import { redactPath, redactQuery } from '../../src/scim/traffic/redacted-address.js';
import { redactBody } from '../../src/scim/traffic/redacted-body.js';
import { redactDetail } from '../../src/scim/traffic/redacted-detail.js';
import { redactFilter } from '../../src/scim/traffic/redacted-filter.js';
import { createTrafficRecorder } from '../../src/scim/traffic/traffic-recorder.js';
import { createRecordingStorage } from '../support/recorded-calls.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { createScimSite, PATCH_OP, PUBLIC_URL, type ScimClient, USER } from '../support/scim-site.js';

const ENDPOINTS: ReadonlySet<string> = new Set();
const SECRETS = [
  'ada.secret@acme.example',
  'Lovelace-Secret',
  '0a21f0f2-secret',
  '+49 170 7654321',
  'Analytical Engines Ltd',
];

describe('a recorded call', () => {
  const recording = createRecordingStorage();
  let client: ScimClient;
  let calls: readonly TrafficEntry[];
  let adaId: string;

  beforeAll(async () => {
    const site = createScimSite({ traffic: true }, recording.storage);
    client = await site.client();
    const [mail, family, externalId, phone, company] = SECRETS;
    const { body } = await client.post('/Users', {
      schemas: [USER],
      userName: mail,
      externalId,
      active: true,
      name: { familyName: family },
      emails: [{ type: 'work', value: mail, primary: true }],
      phoneNumbers: [{ type: 'mobile', value: phone }],
      [company ?? '']: true,
      password: 'hunter2',
    });
    adaId = body.id;
    await client.get(`/Users?filter=${encodeURIComponent(`userName eq "${mail}" and name.familyName sw "${family}"`)}`);
    await client.patch(`/Users/${adaId}`, [
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Add', path: `emails[value eq "${mail}"].display`, value: family },
    ]);
    await client.post('/Users', { schemas: [USER], userName: mail?.toUpperCase() });
    await client.post('/Users', { schemas: [USER], displayName: family });
    await client.get(`/Users/${encodeURIComponent(family ?? '')}`);
    await client.get(
      `/${encodeURIComponent(mail ?? '')}/${encodeURIComponent(phone ?? '')}?${encodeURIComponent(company ?? '')}=1`,
    );
    await client.get(`/Users?filter=${encodeURIComponent(`${family} ${mail}`)}`);
    await client.get('/Users').set('Authorization', `Bearer Bearer ${client.token}`).set('User-Agent', `Okta ${mail}`);
    await client.get('/Users').set('Authorization', 'Bearer guessed-secret');
    await client.delete(`/Users/${adaId}`);
    calls = await recording.recorded(scopeOf(client), 11);
  });

  it('X-9 QL-11 says nothing of anybody, and holds no token', () => {
    const text = JSON.stringify([calls, recording.batches]).toLowerCase();
    for (const secret of [...SECRETS, 'hunter2', client.token, client.token.slice(5, 30), 'guessed-secret']) {
      expect({ secret, found: text.includes(secret.toLowerCase()) }).toEqual({ secret, found: false });
    }
    expect(calls).toHaveLength(11);
  });

  it('X-10 QL-11 says what was asked for, in which form, and what came of it', () => {
    const one = (isWanted: (call: TrafficEntry) => boolean) => {
      const found = calls.filter(isWanted);
      expect(found).toHaveLength(1);
      return found[0];
    };
    const created = one(({ status }) => status === 201);
    const lookedUp = one(({ query }) => query?.includes(' sw ') === true);
    const patched = one(({ method }) => method === 'PATCH');
    const taken = one(({ status }) => status === 409);
    const missing = one(({ method, status }) => method === 'POST' && status === 400);
    const twice = one(({ agent }) => agent?.startsWith('Okta') === true);
    const refused = one(({ status }) => status === 401);
    const deleted = one(({ method }) => method === 'DELETE');
    expect(created).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      milliseconds: expect.any(Number),
      outcome: 'done',
      method: 'POST',
      path: '/Users',
      status: 201,
      createdId: adaId,
      tokenId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      signs: ['active', 'password'],
      body: {
        schemas: [USER],
        userName: '<email>',
        externalId: '<text>',
        active: true,
        name: { familyName: '<text>' },
        emails: [{ type: 'work', value: '<email>', primary: true }],
        phoneNumbers: [{ type: 'mobile', value: '<text>' }],
        '<text>': '<boolean>',
        password: '<text>',
      },
    });
    expect(lookedUp?.query).toBe('filter=userName eq "<email>" and name.familyName sw "<text>"');
    expect(patched?.body).toEqual({
      schemas: [PATCH_OP],
      Operations: [
        { op: 'Replace', path: 'active', value: 'False' },
        { op: 'Add', path: 'emails[value eq "<email>"].display', value: '<text>' },
      ],
    });
    expect(patched?.signs).toEqual(['capital-operation', 'active', 'active-text']);
    expect(taken).toMatchObject({
      status: 409,
      scimType: 'uniqueness',
      outcome: 'refused',
      detail: 'userName "<email>" is already taken in this directory.',
    });
    expect(missing).toMatchObject({ status: 400, detail: '"userName" is required and must not be empty.' });
    expect(twice).toMatchObject({ signs: ['bearer-twice'], agent: 'Okta <email>', outcome: 'done' });
    expect(refused).toMatchObject({ status: 401, refusal: 'malformed', outcome: 'unauthorized' });
    expect(refused).not.toHaveProperty('tokenId');
    expect(deleted).toMatchObject({ method: 'DELETE', path: `/Users/${adaId}`, outcome: 'done', status: 204 });
  });

  it('QL-11 is counted by hour and outcome', async () => {
    const counts = await recording.storage.traffic.counts(scopeOf(client), '', '9999');
    const sums = new Map<string, number>();
    for (const { outcome, calls: of, unrecorded } of counts) {
      expect(unrecorded).toBe(0);
      sums.set(outcome, of + (sums.get(outcome) ?? 0));
    }
    const isOf = (outcome: string) => calls.filter((call) => call.outcome === outcome).length;
    expect(Object.fromEntries(sums)).toEqual({ done: isOf('done'), refused: isOf('refused'), unauthorized: 1 });
  });
});

describe('a call that is not let in', () => {
  it.each(['path', 'token', 'host'] as const)(
    'is recorded with its reason where the %s tells the directory',
    async (from) => {
      const recording = createRecordingStorage(createMemoryStorage());
      const { storage } = recording;
      const directory = await createDirectories({ storage }).create({
        organizationId: 'acme',
        name: 'Okta',
        hosts: ['acme.test'],
      });
      const tokens = createDirectoryTokens({ storage });
      const { id, token } = await tokens.issue({ directory, name: 'old' });
      await tokens.revoke({ organizationId: 'acme', directoryId: directory.id }, id);
      const app = express().use(createScimRouter(storage, { directoryFrom: from, traffic: true }));
      const path = from === 'path' ? `/${directory.id}/Users` : '/Users';
      const answer = await request(app).get(path).set('Host', 'acme.test').set('Authorization', `Bearer ${token}`);
      expect(answer.status).toBe(401);
      const [call] = await recording.recorded({ organizationId: 'acme', directoryId: directory.id }, 1);
      expect(call).toMatchObject({ refusal: 'revoked', outcome: 'unauthorized', path: '/Users', status: 401 });
    },
  );

  it('costs the storage nothing where nobody knows the address, however often it comes', async () => {
    let asked = 0;
    const memory = createMemoryStorage();
    const directories = {
      ...memory.directories,
      get: (id: string) => {
        asked += 1;
        return memory.directories.get(id);
      },
    };
    const app = express().use(
      createScimRouter({ ...memory, directories }, { traffic: true, clock: { now: () => 1000 } }),
    );
    await Promise.all(Array.from({ length: 60 }, (_, index) => request(app).get(`/guess-${index}/Users`).expect(401)));
    expect(asked).toBeLessThanOrEqual(20);
  });
});

describe('the option traffic', () => {
  it('is off unless told, and refused for a storage that keeps no calls', async () => {
    const recording = createRecordingStorage(createMemoryStorage());
    const site = createScimSite({}, recording.storage);
    const client = await site.client();
    await client.get('/Users').expect(200);
    expect(await recording.storage.traffic.page(scopeOf(client), { after: '', limit: 9 })).toEqual({ items: [] });
    const { traffic: _, ...without } = createMemoryStorage();
    expect(() => createScimRouter(without, { traffic: true })).toThrow(ConfigurationError);
    expect(() => createScimRouter(without, { traffic: false })).not.toThrow();
    expect(() => createScimRouter(createMemoryStorage(), { traffic: { entries: 0, days: 500 } })).toThrow(
      /traffic.entries: must be >= 1\s+traffic.days: must be <= 400/,
    );
  });

  it('keeps as many calls as it says', async () => {
    const recording = createRecordingStorage(createMemoryStorage());
    const site = createScimSite({ traffic: { entries: 2 } }, recording.storage);
    const client = await site.client();
    for (const name of ['Users', 'Groups', 'Schemas']) await client.get(`/${name}`).expect(200);
    const calls = await recording.recorded(scopeOf(client), 3);
    expect(calls.map(({ path }) => path)).toEqual(['/Schemas', '/Groups']);
  });

  it('changes no answer, also while the storage cannot keep calls', async () => {
    const logger = createRecordingLogger();
    const recording = createRecordingStorage(createMemoryStorage(), async () => {
      throw new Error('the disk is full');
    });
    const plain = await createScimSite().client();
    const client = await createScimSite({ traffic: true, logger }, recording.storage).client();
    const [one, other] = [await plain.get('/Users').expect(200), await client.get('/Users').expect(200)];
    expect(other.text).toBe(one.text);
    expect(client.baseUrl.startsWith(PUBLIC_URL)).toBe(true);
  });
});

describe('the recorder', () => {
  const scope = { organizationId: 'acme', directoryId: 'okta' };
  const start = Date.parse('2026-03-01T10:59:59.000Z');

  function recorderOver(store: Partial<TrafficStore>, now = () => start) {
    const batches: TrafficBatch[] = [];
    const logger = createRecordingLogger();
    const { traffic } = createMemoryStorage();
    const append = async (...args: Parameters<TrafficStore['append']>) => {
      batches.push(args[1]);
      await (store.append ?? traffic.append)(...args);
    };
    const recorder = createTrafficRecorder({
      traffic: { ...traffic, ...store, append },
      clock: { now },
      logger,
      entries: 10_000,
      days: 30,
    });
    return { recorder, batches, logger, traffic };
  }

  it('writes calls in batches, each with its counts by hour', async () => {
    const { recorder, batches } = recorderOver({});
    for (const second of [0, 1, 2]) recorder.note(scope, call({ at: new Date(start + second * 1000).toISOString() }));
    await recorder.flush();
    await recorder.flush();
    expect(batches).toHaveLength(1);
    expect(batches[0]?.entries).toHaveLength(3);
    expect(batches[0]?.counts).toEqual([
      { hour: '2026-03-01T10:00:00.000Z', outcome: 'done', calls: 1, unrecorded: 0 },
      { hour: '2026-03-01T11:00:00.000Z', outcome: 'done', calls: 2, unrecorded: 0 },
    ]);
  });

  it('counts what it has no room for, and lets strangers push out nobody', async () => {
    const { recorder, batches } = recorderOver({});
    for (let index = 0; index < 700; index += 1) recorder.note(scope, call({ outcome: 'unauthorized', status: 401 }));
    for (let index = 0; index < 700; index += 1) recorder.note(scope, call());
    await recorder.flush();
    const [batch] = batches;
    expect(batch?.entries.filter(({ outcome }) => outcome === 'unauthorized')).toHaveLength(20);
    expect(batch?.entries).toHaveLength(500);
    expect(batch?.counts.map(({ calls, unrecorded }) => [calls, unrecorded])).toEqual([
      [700, 680],
      [700, 220],
    ]);
  });

  it('keeps a bounded number of calls while the storage does not answer, and goes on afterwards', async () => {
    let answer = (): void => {};
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { recorder, batches, traffic } = recorderOver({
      append: async (...args) => {
        await slow;
        await traffic.append(...args);
      },
    });
    recorder.note(scope, call());
    const first = recorder.flush();
    for (let index = 0; index < 5000; index += 1) {
      recorder.note({ ...scope, directoryId: `d${index % 10}` }, call());
    }
    answer();
    await first;
    await recorder.flush();
    expect(batches.reduce((sum, { entries }) => sum + entries.length, 0)).toBe(2000);
    const counted = batches.flatMap(({ counts }) => counts).reduce((sum, { calls }) => sum + calls, 0);
    expect(counted).toBe(5001);
  });

  it('tells the log when calls are lost, and counts them all the same', async () => {
    let fails = true;
    const { recorder, logger, traffic } = recorderOver({
      append: async (...args) => {
        if (fails) throw new Error('away');
        await traffic.append(...args);
      },
    });
    recorder.note(scope, call());
    await recorder.flush();
    fails = false;
    recorder.note(scope, call());
    await recorder.flush();
    expect(logger.entries.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'SCIM calls were not recorded'],
    ]);
    const [count] = await traffic.counts(scope, '', '9999');
    expect(count).toMatchObject({ calls: 2, unrecorded: 1 });
  });

  it('forgets what is older than its days, once an hour', async () => {
    let now = start;
    const asked: string[] = [];
    const { recorder } = recorderOver(
      {
        forgetBefore: async (at) => {
          asked.push(at);
          return 0;
        },
      },
      () => now,
    );
    for (const minutes of [0, 30, 61]) {
      now = start + minutes * 60_000;
      recorder.note(scope, call());
      await recorder.flush();
    }
    expect(asked).toEqual(['2026-01-30T10:59:59.000Z', '2026-01-30T12:00:59.000Z']);
  });
});

describe('redaction', () => {
  it.each([
    ['userName eq "ada@x.com"', 'userName eq "<email>"'],
    ['externalId eq jyoung', 'externalId eq <text>'],
    [
      'emails[type eq "work" and value co "x"].value eq "a"',
      'emails[type eq "work" and value co "<text>"].value eq "<text>"',
    ],
    [
      'active eq true and not (id eq "0a21f0f2-0000-4000-8000-000000000000")',
      'active eq true and not (id eq "<guid>")',
    ],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:userName Eq "a\\"b\\\\"',
      'urn:ietf:params:scim:schemas:core:2.0:User:userName Eq "<text>"',
    ],
    ['Ada Lovelace', '<text> <text>'],
    ['ada@x.com', '<email>'],
    ['"Ada', '"<text>"'],
    ['Ada', '<text>'],
    ['title pr', 'title pr'],
    ['meta.lastModified ge "2026-05-31T09:30:00Z"', 'meta.lastModified ge "<time>"'],
  ])('shows the filter %s as %s', (filter, shown) => {
    expect(redactFilter(filter)).toBe(shown);
  });

  it.each([
    [
      'filter=userName%20eq%20%22a%40b.c%22&startIndex=1&count=100',
      'filter=userName eq "<email>"&startIndex=1&count=100',
    ],
    ['aadOptscim062020&filter=id+eq+%22x%22', 'aadOptscim062020&filter=id eq "<text>"'],
    ['attributes=userName,name.givenName&ada=lovelace', 'attributes=userName,name.givenName&<text>'],
    ['count=ada&cursor=abc&%zz', 'count=<text>&cursor=<text>&<text>'],
  ])('shows the query %s as %s', (query, shown) => {
    expect(redactQuery(query)).toBe(shown);
  });

  it('keeps endpoints and ids of ours in paths, and nothing else', () => {
    const id = '2819c223-7f76-453a-919d-413861904646';
    expect(redactPath(['Users', id], ENDPOINTS)).toBe(`/Users/${id}`);
    expect(redactPath(['Users', 'ada@x.com'], ENDPOINTS)).toBe('/Users/<email>');
    expect(redactPath(['ada'], ENDPOINTS)).toBe('/<text>');
    expect(redactPath(['Entitlements', 'e1'], new Set(['Entitlements']))).toBe('/Entitlements/<text>');
  });

  it('shortens what is long or deep, in bounded time', () => {
    const members = Array.from({ length: 100_000 }, (_, index) => ({ value: `m${index}` }));
    expect(redactBody({ members }, ENDPOINTS)).toEqual({
      members: [{ value: '<text>' }, { value: '<text>' }, { value: '<text>' }, '<99997 more>'],
    });
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`a${index}`, { b: { c: 'd' } }]));
    expect(JSON.stringify(redactBody({ wide, more: wide }, ENDPOINTS)).length).toBeLessThan(4000);
    let deep: object = {};
    for (let level = 0; level < 50; level += 1) deep = { deep };
    expect(JSON.stringify(redactBody(deep, ENDPOINTS)).length).toBeLessThan(200);
    expect(redactBody({ ['__proto__']: 'x', constructor: 'y' }, ENDPOINTS)).toEqual({
      '<text>': '<text>',
      constructor: '<text>',
    });
  });

  it.each([
    [
      'userName "ada" is already taken in this directory.',
      { userName: 'Ada' },
      'userName "<text>" is already taken in this directory.',
    ],
    [
      'displayName "team "blue"" is already taken.',
      { displayName: 'Team "Blue"' },
      'displayName "<text>" is already taken.',
    ],
    ['User has no attribute "favoriteColor".', { favoriteColor: 'red' }, 'User has no attribute "favoriteColor".'],
    ['There is nothing at /ada@x.com.', {}, 'There is nothing at /<email>.'],
    [
      '"active" is true or false; Lovelace is none.',
      { active: 'Lovelace' },
      '"active" is true or false; <text> is none.',
    ],
    ['No user has the id "a b".', { members: [{ value: 'a b' }] }, 'No user has the id "<text>".'],
  ])('tells %s without what was sent', (detail, body, told) => {
    expect(redactDetail(detail, [body])).toBe(told);
  });
});

function scopeOf({ directory }: ScimClient) {
  return { organizationId: directory.organizationId, directoryId: directory.id };
}

let made = 0;
function call(rest: Partial<TrafficEntry> = {}): TrafficEntry {
  made += 1;
  const at = '2026-03-01T10:59:59.000Z';
  return {
    id: `c${made}`,
    at,
    milliseconds: 1,
    outcome: 'done',
    method: 'GET',
    path: '/Users',
    status: 200,
    signs: [],
    ...rest,
  };
}
