import { beforeAll, describe, expect, it } from '@jest/globals';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { observeStorage, type StorageCall } from '../../src/testing/observed-storage.js';
import { BULK } from '../support/hostile-input.js';
import { exchangeUntilClosed, type RawAnswer } from '../support/raw-exchange.js';
import { expectScimError } from '../support/scim-error.js';
import { createGroup, createUser, list, type Resource, withQuery } from '../support/scim-resources.js';
import { createScimSite, PUBLIC_URL, type ScimClient, USER } from '../support/scim-site.js';

const site = createScimSite(
  {},
  observeStorage(createMemoryStorage(), (call, proceed) => {
    calls.push(call);
    return proceed();
  }),
);
const calls: StorageCall[] = [];
/** Whose token the outsider has, and two directories that are none of its business, one of the same organization. */
let own: ScimClient;
let others: readonly ScimClient[];
let theirs: readonly { readonly user: Resource; readonly group: Resource; readonly cursor: string }[];
let mine: Resource;

beforeAll(async () => {
  own = await site.client({ id: 'alpha', organizationId: 'one' });
  others = [await site.client({ id: 'beta', organizationId: 'one' }), await site.client({ id: 'gamma' })];
  mine = await createUser(own, 'ada@alpha.example', { externalId: 'e1' });
  await createUser(own, 'ann@alpha.example');
  theirs = await Promise.all(
    others.map(async (client) => {
      const { id } = client.directory;
      const user = await createUser(client, `bob@${id}.example`, { externalId: 'e1' });
      await createUser(client, `eve@${id}.example`);
      const group = await createGroup(client, `crew of ${id}`, [user]);
      const { nextCursor = '' } = await list(client, '/Users', { cursor: '', count: 1 });
      return { user, group, cursor: nextCursor };
    }),
  );
  expect(theirs.every(({ cursor }) => cursor !== '')).toBe(true);
});

/** Sends one request as it stands, with the outsider's token unless the lines say otherwise. */
function send(
  line: string,
  lines: readonly string[] = [`Authorization: Bearer ${own.token}`],
  rest = '',
): Promise<RawAnswer> {
  return exchangeUntilClosed(
    site.app,
    [`${line} HTTP/1.1`, 'Host: x', 'Connection: close', ...lines, '', rest].join('\r\n'),
  );
}

/** Nothing but the directories themselves was looked into, and nothing was told. */
function expectNothingOfOthers(answer: { readonly text: string }): void {
  expect(answer.text).not.toMatch(/bob@|eve@|crew of/);
  const foreign = calls.filter(({ args }) => /"directoryId":"(?:beta|gamma)"/.test(JSON.stringify(args)));
  expect(foreign.filter(({ name }) => !name.startsWith('directories.'))).toEqual([]);
}

describe('promise 1: a token opens one directory', () => {
  const LISTED = 200;
  const NO_SUCH_PATH = 404;
  const NOT_YOURS = 401;

  it.each([
    ['/scim/v2/alpha/Users', LISTED],
    ['/scim/v2//alpha//Users//', LISTED],
    ['/scim/v2/%61lpha/Users', LISTED],
    ['/scim/v2/alpha/Users?/../../beta/Users', LISTED],
    ['http://evil.example/scim/v2/alpha/Users', LISTED],
    ['HTTP://evil.example:80/scim/v2/alpha/Users?count=1', LISTED],
    ['/scim/v2/beta/Users', NOT_YOURS],
    ['/scim/v2/gamma/Users', NOT_YOURS],
    ['http://evil.example/scim/v2/beta/Users', NOT_YOURS],
    ['/scim/v2/http://evil.example/beta/Users', NOT_YOURS],
    ['/scim/v2/ALPHA/Users', NOT_YOURS],
    ['/scim/v2/./alpha/Users', NOT_YOURS],
    ['/scim/v2/%2561lpha/Users', NOT_YOURS],
    ['/scim/v2/alpha%2fUsers', NOT_YOURS],
    ['/scim/v2/alpha%2f..%2fbeta/Users', NOT_YOURS],
    ['/scim/v2/alpha;x=beta/Users', NOT_YOURS],
    ['/scim/v2/alpha%00/Users', NO_SUCH_PATH],
    ['/scim/v2/alpha\\..\\beta/Users', NOT_YOURS],
    ['/scim/v2/alpha,beta/Users', NOT_YOURS],
    ['/scim/v2/*/Users', NOT_YOURS],
    ['/scim/v2/__proto__/Users', NOT_YOURS],
    ['/scim/v2', NOT_YOURS],
    ['/scim/v2/alpha/../beta/Users', NO_SUCH_PATH],
    ['/scim/v2/alpha/%2e%2e/beta/Users', NO_SUCH_PATH],
    ['/scim/v2/alpha/beta/Users', NO_SUCH_PATH],
    ['/scim/v2/alpha/Users;x', NO_SUCH_PATH],
    ['/scim/v2/alpha/Users#x', NO_SUCH_PATH],
    ['/scim/v2/alpha/users', NO_SUCH_PATH],
    ['/scim/v2/alpha/Users/..', NO_SUCH_PATH],
    ['/scim/v2/alpha/Users/../../beta/Users', NO_SUCH_PATH],
    ['/scim/v2/alpha/Users/%2e%2e%2f%2e%2e%2fbeta%2fUsers', NO_SUCH_PATH],
  ])('by any path: %s', async (target, status) => {
    calls.length = 0;
    const answer = await send(`GET ${target}`);
    expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      status,
      type: 'application/scim+json',
    });
    if (status === LISTED) expect(answer.text).toContain('ada@alpha.example');
    else expect(answer.text).not.toContain('ada@');
    expect(answer.text).not.toContain('evil');
    expectNothingOfOthers(answer);
  });

  it.each([
    ['another token behind its own', (): string[] => [`Authorization: Bearer ${own.token}`, 'Authorization: Bearer x']],
    ['a tenant of its choice', () => [`Authorization: Bearer ${own.token}`, 'X-Tenant: beta', 'X-Directory-Id: beta']],
    [
      'another path',
      () => [
        `Authorization: Bearer ${own.token}`,
        'X-Original-URL: /scim/v2/beta/Users',
        'X-Rewrite-URL: /scim/v2/beta/Users',
      ],
    ],
    ['another method', () => [`Authorization: Bearer ${own.token}`, 'X-HTTP-Method-Override: DELETE']],
  ])('by any header: %s', async (_, lines) => {
    calls.length = 0;
    const answer = await send(`GET /scim/v2/alpha/Users/${mine.id}`, lines());
    expect({ status: answer.status, body: JSON.parse(answer.text) }).toEqual({ status: 200, body: mine });
    expectNothingOfOthers(answer);
    expectNothingOfOthers(await send('GET /scim/v2/beta/Users', lines()));
  });

  it('nor by two tokens in one header', async () => {
    const [other] = others;
    for (const both of [`Bearer ${own.token}, Bearer ${other?.token}`, `Bearer ${own.token} ${other?.token}`]) {
      expect(await send('GET /scim/v2/beta/Users', [`Authorization: ${both}`])).toMatchObject({ status: 401 });
      expect(await send('GET /scim/v2/alpha/Users', [`Authorization: ${both}`])).toMatchObject({ status: 401 });
    }
  });

  it('finds by no id, filter, sort or search what is in another directory', async () => {
    for (const { user, group } of theirs) {
      calls.length = 0;
      const answers = [
        await own.get(`/Users/${user.id}`),
        await own.get(`/Groups/${group.id}`),
        await own.get(withQuery('/Users', { filter: `id eq "${user.id}" or userName eq "${user.userName}"` })),
        await own.get(withQuery('/Users', { filter: `groups.value eq "${group.id}"` })),
        await own.get(withQuery('/Groups', { filter: `members.value eq "${user.id}"` })),
        await own.get(withQuery('/', { filter: 'externalId eq "e1"', count: 1000 })),
      ];
      expect(answers.map(({ status, body }) => [status, body.totalResults])).toEqual([
        [404, undefined],
        [404, undefined],
        [200, 0],
        [200, 0],
        [200, 0],
        [200, 1],
      ]);
      for (const { text } of answers) expect(text).not.toMatch(/bob@|eve@|crew of/);
    }
  });

  it('changes nothing there either: not by id, as a member, by version, nor in bulk', async () => {
    const before = await Promise.all(others.map((client) => list(client, '/')));
    for (const { user, group } of theirs) {
      const path = `/Users/${user.id}`;
      expectScimError(await own.put(path, { userName: 'x' }), 404);
      expectScimError(await own.put(path, { userName: 'x' }).set('If-Match', '*'), 404);
      expectScimError(
        await own.patch(path, [{ op: 'replace', path: 'active', value: false }]).set('If-Match', 'W/"1"'),
        404,
      );
      expectScimError(await own.delete(path), 404);
      expectScimError(await own.delete(`/Groups/${group.id}`), 404);
      const members = [{ value: user.id }];
      expectScimError(await own.post('/Groups', { displayName: 'taken', members }), 400, 'invalidValue');
      const operation = { method: 'DELETE', path };
      const { body } = await own.post('/Bulk', {
        schemas: [BULK],
        Operations: [
          operation,
          { ...operation, path: `/../beta${path}` },
          { ...operation, path: `/..%2fbeta${path}` },
          { ...operation, path: `${PUBLIC_URL}/beta${path}` },
          { ...operation, path: `/beta${path}` },
        ],
      });
      expect(body.Operations.map(({ status }: { readonly status: string }) => status)).toEqual([
        '404',
        '400',
        '400',
        '400',
        '400',
      ]);
    }
    expect(await Promise.all(others.map((client) => list(client, '/')))).toEqual(before);
    expect((await list(own, '/')).totalResults).toBe(2);
  });

  it('goes on from no cursor of another directory, and its own is of no use there', async () => {
    const parameters = { count: 1 };
    const { nextCursor = '' } = await list(own, '/Users', { ...parameters, cursor: '' });
    expect((await list(own, '/Users', { ...parameters, cursor: nextCursor })).itemsPerPage).toBe(1);
    for (const [index, { cursor }] of theirs.entries()) {
      const foreign = withQuery('/Users', { ...parameters, cursor });
      expectScimError(await own.get(foreign), 400, 'invalidCursor');
      const client = others[index];
      if (!client) throw new Error('no client');
      expectScimError(
        await client.get(withQuery('/Users', { ...parameters, cursor: nextCursor })),
        400,
        'invalidCursor',
      );
      const mixed = nextCursor.slice(0, 22) + cursor.slice(22);
      expectScimError(await own.get(withQuery('/Users', { ...parameters, cursor: mixed })), 400, 'invalidCursor');
    }
  });

  it('takes no version of another directory for its own', async () => {
    const [their] = theirs;
    const path = `/Users/${mine.id}`;
    const { headers } = await own.get(path);
    const theirTag = String((await others[0]?.get(`/Users/${their?.user.id}`))?.headers['etag']);
    expect(theirTag).toMatch(/^W\/"1-/);
    expect((await own.get(path).set('If-None-Match', headers['etag'] ?? '')).status).toBe(304);
    // The other one shows a group, so its tag says more than the version, which both have in common.
    expect((await own.get(path).set('If-None-Match', theirTag)).status).toBe(200);
  });
});

describe('security 15: what follows a body that is left unread is no request', () => {
  const hidden = () =>
    `DELETE /scim/v2/alpha/Users/${mine.id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${own.token}\r\n\r\n`;

  it.each([
    ['a body with a bad token', 'POST', 401, (): string[] => ['Authorization: Bearer nobody']],
    ['a body without token', 'POST', 401, () => []],
    ['a GET with a body', 'GET', 200, () => [`Authorization: Bearer ${own.token}`]],
    ['a method that is not offered', 'TRACE', 405, () => [`Authorization: Bearer ${own.token}`]],
    ['OPTIONS with a body', 'OPTIONS', 204, () => []],
    ['a body of the wrong type', 'POST', 415, () => [`Authorization: Bearer ${own.token}`, 'Content-Type: text/plain']],
  ])('%s', async (_, method, status, lines) => {
    for (const framing of [`Content-Length: ${hidden().length}`, `Content-Length: ${hidden().length + 100_000_000}`]) {
      const head = [`${method} /scim/v2/alpha/Users HTTP/1.1`, 'Host: x', ...lines(), framing, '', ''].join('\r\n');
      const answer = await exchangeUntilClosed(site.app, head + hidden());
      expect(answer.status).toBe(status);
      expect(answer.headers.get('connection')).toBe('close');
      expect(answer.text).not.toContain('HTTP/1.1');
      expect((await own.get(`/Users/${mine.id}`)).body).toEqual(mine);
    }
  });

  it.each([
    ['length and chunks', ['Content-Length: 4', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['two lengths', ['Content-Length: 2', 'Content-Length: 4'], '{}'],
    ['a length that is none', ['Content-Length: 2, 4'], '{}'],
    ['chunks that are not the last coding', ['Transfer-Encoding: chunked, gzip'], '0\r\n\r\n'],
    ['a coding nobody knows', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
  ])('two ways to tell where a body ends: %s', async (_, framing, body) => {
    const lines = [`Authorization: Bearer ${own.token}`, 'Content-Type: application/json', ...framing];
    const head = ['POST /scim/v2/alpha/Users HTTP/1.1', 'Host: x', ...lines, '', ''].join('\r\n');
    const answer = await exchangeUntilClosed(site.app, head + body + hidden());
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('HTTP/1.1');
    expect((await own.get(`/Users/${mine.id}`)).body).toEqual(mine);
  });

  it('reads a body of chunks to its end and no further, and answers what follows on its own', async () => {
    const chunk = `{"schemas":["${USER}"],"userName":"amy@alpha.example"}`;
    const lines = [
      `Authorization: Bearer ${own.token}`,
      'Content-Type: application/scim+json',
      'Transfer-Encoding: chunked',
    ];
    const head = ['POST /scim/v2/alpha/Users HTTP/1.1', 'Host: x', ...lines, '', ''].join('\r\n');
    const body = `${chunk.length.toString(16)}\r\n${chunk}\r\n0\r\n\r\n`;
    const next = ['GET /scim/v2/alpha/Me HTTP/1.1', 'Host: x', ...lines.slice(0, 1), 'Connection: close', '', ''];
    const answer = await exchangeUntilClosed(site.app, head + body + next.join('\r\n'));
    expect(answer.status).toBe(201);
    expect(answer.text).toMatch(/amy@alpha.*HTTP\/1\.1 501/s);
  });
});
