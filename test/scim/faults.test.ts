import { describe, expect, it } from '@jest/globals';
import { type Storage, StorageUnavailableError } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { Types } from 'scimmy';
import type { Response } from 'supertest';
import { FILTER_LIMITS } from '../../src/scim/filter/parse-filter.js';
import { leastCpu } from '../support/cpu-time.js';
import { sendAndHangUp } from '../support/raw-exchange.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { expectScimError } from '../support/scim-error.js';
import { createScimSite, ENTERPRISE, type ScimClient, USER } from '../support/scim-site.js';

const ADA = { schemas: [USER], userName: 'ada@example.com' };

async function total(client: ScimClient): Promise<number> {
  const answer = await client.get('/Users?count=0');
  expect(answer.status).toBe(200);
  return answer.body.totalResults;
}

/** The same storage, whose user store fails in every call that the endpoints make. */
function failing(storage: Storage, thrown: unknown): Storage {
  const fail = async () => {
    throw thrown;
  };
  const { directoryUsers } = storage;
  return {
    ...storage,
    directoryUsers: {
      ...directoryUsers,
      get: fail,
      getMany: fail,
      getWithGroups: fail,
      query: fail,
      insert: fail,
      update: fail,
    },
  };
}

describe('Faults of the service (RFC 7644 section 3.12)', () => {
  const SECRET = 'connect ECONNREFUSED db-7.internal:5432 password=hunter2';

  it.each([
    ['an Error', new Error(SECRET)],
    ['a TypeError', new TypeError(SECRET)],
    ['an object with a status', Object.assign(new Error(SECRET), { status: 404, statusCode: 404, expose: true })],
    ['a text', SECRET],
    ['undefined', undefined],
    ['null', null],
  ])('17 answers 500 without internals when the adapter throws %s, with the cause in the log', async (_, thrown) => {
    const logger = createRecordingLogger();
    const storage = createMemoryStorage();
    const client = await createScimSite({ logger }, failing(storage, thrown)).client();
    const attempts = [
      () => client.get('/Users'),
      () => client.get('/Users/1'),
      () => client.post('/Users', ADA),
      () => client.patch('/Users/1', [{ op: 'replace', value: { active: false } }]),
      () => client.delete('/Users/1'),
    ];
    for (const [index, attempt] of attempts.entries()) {
      const answer = await attempt();
      expectScimError(answer, 500);
      expect(answer.text).not.toMatch(/ECONN|db-7|hunter2|\.ts|\.js|at /);
      expect(logger.entries).toHaveLength(index + 1);
      const { level, fields, message } = logger.entries[index] ?? {};
      expect({ level, message }).toEqual({ level: 'error', message: 'a SCIM request failed' });
      expect(fields).toMatchObject({
        organizationId: client.directory.organizationId,
        directoryId: client.directory.id,
        status: 500,
      });
      // Where nothing was thrown that says anything, the error itself stands there.
      if (thrown instanceof Error || typeof thrown === 'string') expect(fields?.['err']).toBe(thrown);
      else expect(fields?.['err']).toBeInstanceOf(Error);
    }
    expect(JSON.stringify(logger.entries)).not.toContain(client.token);
  });

  it('17 answers 500 when the store of tokens throws, and asks it again for the next request', async () => {
    const logger = createRecordingLogger();
    const storage = createMemoryStorage();
    const { directories } = storage;
    let down = true;
    const findToken: typeof directories.findToken = async (hash) => {
      if (down) throw new Error(SECRET);
      return directories.findToken(hash);
    };
    const client = await createScimSite(
      { logger },
      { ...storage, directories: { ...directories, findToken } },
    ).client();
    expectScimError(await client.get('/Users'), 500);
    expect(logger.entries).toEqual([
      { level: 'error', fields: { err: new Error(SECRET), status: 500 }, message: 'a SCIM request failed' },
    ]);
    down = false;
    expect((await client.get('/Users')).status).toBe(200);
  });

  it('17 answers 503 with Retry-After when the store cannot be reached', async () => {
    const logger = createRecordingLogger();
    const thrown = new StorageUnavailableError(SECRET, { retryAfter: 7 });
    const client = await createScimSite({ logger }, failing(createMemoryStorage(), thrown)).client();
    for (const answer of [await client.get('/Users'), await client.post('/Users', ADA)]) {
      expectScimError(answer, 503);
      expect(answer.headers['retry-after']).toBe('7');
      expect(answer.text).not.toContain('hunter2');
    }
    expect(logger.entries.map(({ level, fields }) => [level, fields['err']])).toEqual([
      ['error', thrown],
      ['error', thrown],
    ]);
  });

  it("17 passes on what an adapter says by scimmy's Types.Error, with its keyword", async () => {
    const logger = createRecordingLogger();
    const thrown = new Types.Error(409, 'uniqueness', 'That address belongs to a supplier.');
    const client = await createScimSite({ logger }, failing(createMemoryStorage(), thrown)).client();
    const detail = expectScimError(await client.post('/Users', ADA), 409, 'uniqueness');
    expect(detail).toBe('That address belongs to a supplier.');
    expect(logger.entries).toEqual([]);
  });

  it("17 knows scimmy's error from its other build, and leaves out a keyword that SCIM does not have", async () => {
    class SCIMError extends Error {
      override readonly name = 'SCIMError';
      readonly status = 400;
      readonly scimType = 'nonsense';
    }
    const client = await createScimSite({}, failing(createMemoryStorage(), new SCIMError('Not today.'))).client();
    expect(expectScimError(await client.get('/Users'), 400)).toBe('Not today.');
  });

  it.each([500, 503, 200, 302, Number.NaN])('17 keeps a scimmy error with status %d to the log', async (status) => {
    const logger = createRecordingLogger();
    const thrown = new Types.Error(status, 'invalidValue', SECRET);
    const client = await createScimSite({ logger }, failing(createMemoryStorage(), thrown)).client();
    const answer = await client.get('/Users');
    expectScimError(answer, 500);
    expect(answer.text).not.toContain('hunter2');
    expect(logger.entries.map(({ fields }) => fields['err'])).toEqual([thrown]);
  });

  it('17 answers 500 for a directory with a policy that cannot be used, and names the fault in the log', async () => {
    const logger = createRecordingLogger();
    const site = createScimSite({ logger });
    const client = await site.client();
    await site.storage.directories.update({ ...client.directory, policy: { unknownAtributes: 'refuse' } });
    const answer = await client.get('/Users');
    expectScimError(answer, 500);
    expect(answer.text).not.toContain('unknownAtributes');
    expect(String(logger.entries[0]?.fields['err'])).toContain('did you mean "unknownAttributes"?');
  });

  it('logs nothing of faults that are the client’s, an upload broken off included', async () => {
    const logger = createRecordingLogger();
    const site = createScimSite({ logger });
    const client = await site.client();
    expectScimError(await client.post('/Users', '{'), 400, 'invalidSyntax');
    expectScimError(await client.get('/Users/1'), 404);
    await sendAndHangUp(
      site.app,
      `POST /scim/v2/${client.directory.id}/Users HTTP/1.1\r\nHost: scim.test\r\nAuthorization: ${client.token}\r\n` +
        'Content-Type: application/scim+json\r\nContent-Length: 1000\r\n\r\n{"userName":',
    );
    expect(await total(client)).toBe(0);
    expect(logger.entries).toEqual([]);
  });

  it('19 echoes neither token nor password', async () => {
    const logger = createRecordingLogger();
    const client = await createScimSite({ logger }).client();
    const secret = 'hunter2-Zx9';
    const { id } = (await client.post('/Users', ADA)).body;
    const answers: Response[] = [
      await client.get(`/Users?access_token=${client.token}`).set('Authorization', ''),
      await client.get('/Users').set('Authorization', `Bearer ${client.token}x`),
      await client.get(`/Users?filter=${encodeURIComponent(`password eq "${secret}"`)}`),
      await client.get(`/Users?filter=${encodeURIComponent(`password sw "${secret}"`)}`),
      await client.get(`/Users?filter=${encodeURIComponent(`password eq ${secret}`)}`),
      await client.get(`/Users?filter=${encodeURIComponent(`password "${secret}"`)}`),
      await client.get(`/Users?filter=${encodeURIComponent(`password eq "a" "${secret}"`)}`),
      await client.get(`/Users?filter=${encodeURIComponent(`userName eq "a" and PassWord zz "${secret}"`)}`),
      await client.get(`/Users?sortBy=password&filter=${encodeURIComponent('userName pr')}`),
      await client.post('/Users', { ...ADA, password: secret }),
      await client.post('/Users', { userName: 'x', password: [secret] }),
      await client.post('/Users', { userName: 'x', password: { value: secret } }),
      await client.post('/Users', `{"userName":"x","password":"${secret}"`),
      await client.post('/Users', `{"password":"${secret}","password":"${secret}"}`),
      await client.patch(`/Users/${id}`, [{ op: 'replace', path: `password "${secret}"`, value: 1 }]),
      await client.patch(`/Users/${id}`, [{ op: 'replace', path: 'password', value: [secret, secret] }]),
      await client.patch(`/Users/${id}`, [{ op: secret, path: 'password', value: secret }]),
    ];
    for (const answer of answers) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).not.toContain(secret);
      expect(answer.text).not.toContain(client.token);
    }
    expect(logger.entries).toEqual([]);
  });

  it('20 answers 429 with Retry-After when the host throttles, and does nothing', async () => {
    const wait = new Map<string, number>();
    const site = createScimSite({ throttle: ({ directory }) => wait.get(directory.id) });
    const [busy, calm] = [await site.client(), await site.client()];
    wait.set(busy.directory.id, 30);
    const refused = await busy.post('/Users', ADA);
    expectScimError(refused, 429);
    expect(refused.headers['retry-after']).toBe('30');
    expect(await total(calm)).toBe(0);
    wait.clear();
    expect(await total(busy)).toBe(0);
  });

  it('20 asks the throttle only about requests that are authenticated, and rounds up to whole seconds', async () => {
    const asked: unknown[] = [];
    const throttle = async (principal: { readonly tokenId?: string }) => {
      asked.push(principal.tokenId);
      return 0.2;
    };
    const client = await createScimSite({ throttle }).client();
    expectScimError(await client.get('/Users').set('Authorization', 'Bearer nobody'), 401);
    expect(asked).toEqual([]);
    const refused = await client.get('/Users');
    expectScimError(refused, 429);
    expect(refused.headers['retry-after']).toBe('1');
    expect(asked).toEqual([expect.any(String)]);
  });

  it('20 answers 500 when the throttle itself fails', async () => {
    const logger = createRecordingLogger();
    const thrown = new Error('no redis');
    const client = await createScimSite({
      logger,
      throttle() {
        throw thrown;
      },
    }).client();
    expectScimError(await client.get('/Users'), 500);
    expect(logger.entries.map(({ fields }) => fields['err'])).toEqual([thrown]);
  });
});

describe('Bodies that mean no good', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it.each([
    ['10,000 levels deep', `{"userName":"ada","x":${nested(10_000)}}`],
    ['a million brackets', '['.repeat(1_000_000)],
    ['65 levels deep', `{"userName":"ada","x":${nested(64)}}`],
    ['a key given twice', '{"userName":"ada","userName":"eve"}'],
    ['a key given twice, once escaped', '{"userName":"ada","user\\u004eame":"eve"}'],
    ['a key given twice further in', '{"userName":"ada","name":{"givenName":"A","givenName":"B"}}'],
    [
      'a key given twice in an element of a list',
      '{"userName":"ada","emails":[{"value":"a"},{"value":"b","value":"c"}]}',
    ],
    ['a key given twice around an object', '{"active":false,"name":{"givenName":"A"},"userName":"ada","active":true}'],
    ['a key given twice behind a text that ends in a backslash', '{"title":"\\\\","userName":"ada","userName":"eve"}'],
    ['__proto__ given twice', '{"userName":"ada","__proto__":{},"__proto__":{}}'],
    ['null', 'null'],
    ['a number', '5'],
    ['a text', '"ada"'],
    ['true', 'true'],
    ['a list', '[{"userName":"ada"}]'],
  ])('refuses a body that is %s', async (_, body) => {
    const client = await createScimSite().client();
    const refused = async () => {
      const answers = [await client.post('/Users', body), await client.post('/Bulk', body)];
      for (const answer of answers) expectScimError(answer, 400, 'invalidSyntax');
    };
    expect(await leastCpu(2000, refused)).toBeLessThan(2000);
    expect(await total(client)).toBe(0);
  });

  it('takes a body of 64 levels, a key repeated in other objects, and quotes and braces in texts', async () => {
    const client = await createScimSite().client();
    const name = { givenName: '"}]{[,:', familyName: 'a\\', formatted: '\\"userName":"' };
    const emails = [{ value: 'a@x' }, { value: 'b@x' }];
    const text = JSON.stringify({ userName: 'ada', name, emails, unknown: { userName: 'eve' } });
    const created = await client.post('/Users', text);
    expect(created.body).toMatchObject({ userName: 'ada', name, emails });
    expect((await client.post('/Users', `{"userName":"eve","x":${nested(63)}}`)).status).toBe(201);
  });

  it.each([
    ['userName', 5],
    ['userName', true],
    ['userName', { value: 'ada' }],
    ['userName', ['ada']],
    ['displayName', 7],
    ['active', 'yes'],
    ['active', 1],
    ['active', []],
    ['name', 'Ada'],
    ['name', 5],
    ['name', [{ givenName: 'A' }, { givenName: 'B' }]],
    ['name', { givenName: { value: 'A' } }],
    ['emails', 5],
    ['emails', [5]],
    ['emails', [['a@x']]],
    ['emails', [{ value: 5 }]],
    ['emails', [{ value: 'a@x', primary: 'perhaps' }]],
    ['emails', [{ value: { value: 'a@x' } }]],
    ['x509Certificates', [{ value: 5 }]],
    ['externalId', 42],
    [ENTERPRISE, { employeeNumber: 42 }],
    [ENTERPRISE, { manager: 42 }],
    ['userName', 'a\u0000b'],
    ['displayName', '\ud800'],
  ])('refuses %s = %j', async (name, value) => {
    const client = await createScimSite().client();
    const created = await client.post('/Users', ADA);
    const wrong = { ...ADA, userName: 'grace', [name]: value };
    expectScimError(await client.post('/Users', wrong), 400, 'invalidValue');
    expectScimError(await client.put(`/Users/${created.body.id}`, wrong), 400, 'invalidValue');
    const operations = [
      { op: 'replace', path: 'title', value: 'Countess' },
      { op: 'replace', value: { [name]: value } },
    ];
    expectScimError(await client.patch(`/Users/${created.body.id}`, operations), 400, 'invalidValue');
    expect((await client.get('/Users')).body.Resources).toEqual([created.body]);
  });

  it('keeps __proto__, constructor and their like out of everything', async () => {
    const client = await createScimSite().client();
    const poison =
      '"__proto__":{"polluted":true,"active":false},"constructor":{"prototype":{"polluted":true}},"toString":1';
    const body = `{${poison},"userName":"ada","name":{"givenName":"A",${poison}},"emails":[{"value":"a@x",${poison}}],"${ENTERPRISE}":{"department":"D",${poison}}}`;
    const created = await client.post('/Users', body);
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      schemas: [USER, ENTERPRISE],
      id: expect.any(String),
      userName: 'ada',
      name: { givenName: 'A' },
      emails: [{ value: 'a@x' }],
      [ENTERPRISE]: { department: 'D' },
      active: true,
      meta: expect.any(Object),
    });
    const { id } = created.body;
    const operation = `{"op":"add","value":{${poison},"title":"T","${ENTERPRISE}":{${poison}}},${poison}}`;
    const patched = await client.patch(`/Users/${id}`, [JSON.parse(operation)]);
    expect(patched.body).toEqual({ ...created.body, title: 'T', meta: expect.any(Object) });
    expect(patched.text).not.toContain('polluted');
    expect({}).not.toHaveProperty('polluted');
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'name.__proto__',
    'emails[__proto__ eq "x"].value',
  ])('knows no attribute %s, in whatever place', async (name) => {
    const client = await createScimSite().client();
    const created = await client.post('/Users', ADA);
    const at = `/Users/${created.body.id}`;
    for (const op of ['add', 'replace', 'remove']) {
      expectScimError(await client.patch(at, [{ op, path: name, value: 'x' }]), 400, 'invalidPath');
    }
    expectScimError(await client.get(`/Users?filter=${encodeURIComponent(`${name} pr`)}`), 400, 'invalidFilter');
    expectScimError(await client.get(`/Users?sortBy=${encodeURIComponent(name)}`), 400, 'invalidValue');
    const projected = await client.get(`${at}?attributes=${encodeURIComponent(name.replace(/\[.*\]/, ''))}`);
    expect(Object.keys(projected.body)).not.toContain(name);
    expect(projected.body).toMatchObject({ schemas: [USER], id: created.body.id });
    expect((await client.get(at)).body).toEqual(created.body);
  });

  it('refuses __proto__ by name where unknown attributes are refused', async () => {
    const client = await createScimSite({ policy: { unknownAttributes: 'refuse' } }).client();
    expectScimError(await client.post('/Users', '{"userName":"ada","__proto__":{}}'), 400, 'invalidValue');
    expectScimError(await client.post('/Users', '{"userName":"ada","name":{"__proto__":{}}}'), 400, 'invalidValue');
    expect(await total(client)).toBe(0);
  });
});

describe('Filters and paths that mean no good', () => {
  const { length, depth, comparisons } = FILTER_LIMITS;
  const HOSTILE: readonly (readonly [string, string])[] = [
    ['one character too many', `userName eq "${'x'.repeat(length - 13)}"`],
    ['parentheses one level too deep', `${'('.repeat(depth + 1)}userName pr${')'.repeat(depth + 1)}`],
    ['16,000 opening parentheses', '('.repeat(16_000)],
    ['3,000 times not', `${'not ('.repeat(3000)}userName pr${')'.repeat(1000)}`],
    ['1,000 brackets deep', 'emails['.repeat(1000)],
    ['one comparison too many', Array.from({ length: comparisons + 1 }, () => 'title pr').join(' or ')],
    ['a text that never ends', `userName eq "${'\\"'.repeat(8000)}`],
    ['backslashes without end', `userName eq "${'\\'.repeat(16_001)}`],
    ['one name of 16,000 letters', 'a'.repeat(16_000)],
    ['blanks', ' '.repeat(16_000)],
    ['words', 'and or not '.repeat(1400)],
    ['dots', `${'a.'.repeat(8000)}b eq 1`],
    ['nearly a number', `userName eq ${'1'.repeat(8000)}e`],
  ];

  it.each(HOSTILE)('refuses a filter of %s in bounded time', async (_, filter) => {
    const client = await createScimSite().client();
    await client.post('/Users', ADA);
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter };
    const refused = async () => {
      for (const endpoint of ['/Users/.search', '/Groups/.search', '/.search']) {
        const answer = await client.post(endpoint, search);
        expectScimError(answer, 400, 'invalidFilter');
        expect(answer.text.length).toBeLessThan(1000);
      }
    };
    expect(await leastCpu(2000, refused)).toBeLessThan(2000);
  });

  it.each(HOSTILE)('refuses a PATCH path of %s in bounded time', async (_, path) => {
    const client = await createScimSite().client();
    const created = await client.post('/Users', ADA);
    const refused = async () => {
      for (const wrong of [path, `emails[${path}].value`, `emails[${path.slice(0, 1000)}].value`]) {
        const answer = await client.patch(`/Users/${created.body.id}`, [
          { op: 'replace', path: 'title', value: 'x' },
          { op: 'replace', path: wrong, value: 'x' },
        ]);
        expectScimError(answer, 400, 'invalidPath');
        expect(answer.text.length).toBeLessThan(1000);
      }
    };
    expect(await leastCpu(2000, refused)).toBeLessThan(2000);
    expect((await client.get('/Users')).body.Resources).toEqual([created.body]);
  });

  it('takes a filter of just as many characters, levels and comparisons', async () => {
    const client = await createScimSite().client();
    const created = await client.post('/Users', ADA);
    const others = Array.from({ length: comparisons - 1 }, (_, index) => `userName eq "${index}"`);
    const many = [...others, `userName eq "${ADA.userName}"`].join(' or ');
    const filters = [
      `${'('.repeat(depth)}${many}${')'.repeat(depth)}`,
      `userName eq "${ADA.userName}"`.padEnd(length, ' '),
    ];
    for (const filter of filters) {
      const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter };
      expect((await client.post('/Users/.search', search)).body.Resources).toEqual([created.body]);
    }
  });

  it('answers an id of 8,000 characters with 404, and does not repeat it', async () => {
    const client = await createScimSite().client();
    const answer = await client.get(`/Users/${'x'.repeat(8000)}`);
    expectScimError(answer, 404);
    expect(answer.text.length).toBeLessThan(500);
  });

  it.each(['filter', 'attributes', 'sortBy', 'count', 'startIndex', 'cursor'])(
    'refuses the parameter %s given twice',
    async (name) => {
      const client = await createScimSite().client();
      expectScimError(await client.get(`/Users?${name}=1&${name.toUpperCase()}=1`), 400, 'invalidValue');
    },
  );
});
