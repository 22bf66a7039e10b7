import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Storage } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { toInstant } from '../../src/core/instant.js';
import { isStorableText } from '../../src/core/storable-text.js';
import { parseJsonText } from '../../src/http/json-text.js';
import { readRequestPath } from '../../src/http/request-path.js';
import { createProvisioning } from '../../src/provisioning/provisioning.js';
import { ScimError } from '../../src/scim/error.js';
import { bindFilter } from '../../src/scim/filter/bind-filter.js';
import { parseFilter, parsePath } from '../../src/scim/filter/parse-filter.js';
import { printFilter } from '../../src/scim/filter/syntax.js';
import { readCursor } from '../../src/scim/message/cursor.js';
import { readQueryParameters } from '../../src/scim/message/query-parameters.js';
import type { ScimContext, ScimResponse } from '../../src/scim/message/scim-message.js';
import { isNotModified, requireMatch } from '../../src/scim/message/version.js';
import { applyEdits } from '../../src/scim/patch/apply-edits.js';
import { readPatch } from '../../src/scim/patch/patch-edits.js';
import { canonicalResource } from '../../src/scim/schema/canonical-resource.js';
import { createGroupType, createUserType } from '../../src/scim/schema/core-resource-types.js';
import { compileResourceType } from '../../src/scim/schema/resource-type.js';
import { createServiceProvider, type ServiceProvider } from '../../src/scim/service-provider.js';
import { compileFilter } from '../../src/storage/evaluate-filter.js';
import { readAuthorization } from '../../src/tenancy/bearer-token.js';
import { normalizeHost } from '../../src/tenancy/host-name.js';
import { DEFAULT_SCIM_POLICY, type ScimPolicy } from '../../src/tenancy/scim-policy.js';
import { observeStorage } from '../../src/testing/observed-storage.js';
import { createSeededRandom, type SeededRandom } from '../../src/testing/seeded-random.js';
import { cpuOf } from '../support/cpu-time.js';
import { createHostileInput } from '../support/hostile-input.js';
import { type HttpClient, startHttpClient } from '../support/http-client.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { createScimSite, ERROR, type ScimClient, USER } from '../support/scim-site.js';

// A rejection that nobody handles and an error that nobody catches fail the test at hand: the test runner sees to it.

const SEED = 19_870_401;
const MESSAGES = 55_000;
const PARSINGS = 50_000;
const CONNECTIONS = 5000;
/** Milliseconds of CPU that one message, or one text for a parser, may take. Most take a tenth of one. */
const CPU_OF_ONE = 2000;
const CPU_ON_AVERAGE = 10;

const METHODS = ['GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PURGE'] as const;

const PROTOTYPES = [Object, Array, Function, String, Number, Map, Set, Promise].map(({ prototype }) => prototype);
const untouched = PROTOTYPES.map(propertiesOf);

const GADGET = compileResourceType({
  name: 'Gadget',
  endpoint: 'Gadgets',
  schema: {
    id: 'urn:example:Gadget',
    name: 'Gadget',
    attributes: [
      { name: 'displayName', type: 'string', uniqueness: 'server' },
      { name: 'size', type: 'integer' },
      { name: 'weight', type: 'decimal' },
      { name: 'labels', type: 'string', multiValued: true },
      { name: 'serial', type: 'string', mutability: 'immutable' },
      { name: 'secret', type: 'string', returned: 'never' },
      { name: 'image', type: 'binary', returned: 'request' },
      {
        name: 'parts',
        type: 'complex',
        multiValued: true,
        subAttributes: [
          { name: 'value', type: 'string' },
          { name: 'made', type: 'dateTime' },
          { name: 'count', type: 'integer' },
        ],
      },
    ],
  },
});

const POLICIES: readonly Partial<ScimPolicy>[] = [
  {},
  { unquotedFilterValues: true, unknownPaths: 'ignore', unknownMembers: 'skip', putUnknownUser: 'create' },
  {
    unknownAttributes: 'refuse',
    unstatedSchemas: 'refuse',
    absentTargets: 'refuse',
    removeAllMembers: 'refuse',
    externalIds: 'unique',
    patchGroupResponse: 'no-content',
    membersInWriteAnswers: 0,
    memberDisplay: 'userName',
    groupNames: 'any',
    userNameFormat: 'email',
    deletedUsers: 'keep',
  },
];

describe('12 any message gets a clear answer in bounded time', () => {
  const random = createSeededRandom(SEED);
  const ids: string[] = ['nobody'];
  const input = createHostileInput(random, () => random.pick(ids));
  const types = { user: createUserType(), group: createGroupType(), custom: [GADGET] };
  const costs = createCosts();

  it(`answers ${MESSAGES} messages by what RFC 7644 knows, and none by a fault of its own`, async () => {
    const logger = createRecordingLogger();
    const storage = refusingUnstorableText(createMemoryStorage());
    const clock = { now: () => Date.now() };
    const provider = createServiceProvider({
      storage,
      provisioning: createProvisioning({ storage, clock }),
      schemas: types,
      limits: {
        defaultPageSize: 20,
        maxPageSize: 100,
        cursorTimeout: 60,
        listCacheBytes: 1 << 20,
        bulk: { maxOperations: 20, maxPayloadSize: 1 << 20 },
      },
      clock,
      logger,
    });
    const quiet = contextFor('quiet', {});
    const before = await fill(provider, quiet);
    const statuses = new Map<number, number>();
    let at = contextFor('', {});
    const one = () => `/${random.pick(['Users', 'Users', 'Groups', 'Gadgets'])}/${random.pick(ids)}`;
    const all = () => `/${random.pick(['Users', 'Groups', 'Gadgets'])}`;
    const requests: readonly (() => Pick<Sent, 'method' | 'url' | 'body'>)[] = [
      () => ({ method: random.pick(METHODS), url: input.url(), body: input.body() }),
      () => ({ method: 'GET', url: `${random.pick([one, all])()}?${input.query()}`, body: '' }),
      () => ({ method: 'POST', url: all(), body: input.body('resource') }),
      () => ({ method: 'POST', url: '/Bulk', body: input.body('bulk') }),
      () => ({ method: 'POST', url: `${random.pick(['', all()])}/.search`, body: input.body('search') }),
      () => ({ method: 'PUT', url: one(), body: input.body('resource') }),
      () => ({ method: 'PATCH', url: one(), body: input.body('patch') }),
      () => ({ method: random.chance(0.2) ? 'DELETE' : 'PATCH', url: one(), body: input.body('patch') }),
    ];

    for (let message = 0; message < MESSAGES; message += 1) {
      if (message % 2000 === 0) {
        at = contextFor(`directory-${message / 2000}`, random.pick(POLICIES));
        ids.splice(1);
        requireUntouchedPrototypes();
      }
      const sent = {
        ...random.pick(requests)(),
        ...(random.chance(0.1) ? { ifMatch: input.headerValue() } : {}),
        ...(random.chance(0.1) ? { ifNoneMatch: input.headerValue() } : {}),
      };
      const answer = await costs.of(sent, () => answerTo(provider, at, sent));
      if (answer === undefined) continue;
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      requireClearAnswer(answer, sent);
      const id = answer.status === 201 ? answer.location?.split('/').at(-1) : undefined;
      if (id !== undefined && ids.length < 300) ids.push(decodeURIComponent(id));
    }

    expect(logger.entries).toEqual([]);
    expect(await contentOf(provider, quiet)).toEqual(before);
    requireUntouchedPrototypes();
    // The generator does reach everything: each of these a hundred times at least.
    for (const status of [200, 201, 400, 404, 405, 409, 412]) {
      expect({ status, often: (statuses.get(status) ?? 0) >= 100 }).toEqual({ status, often: true });
    }
    costs.requireBounded();
  }, 180_000);

  it(`reads ${PARSINGS} filters, paths, bodies, URLs and headers, or refuses them in words for the client`, async () => {
    const rules = { type: types.user, id: 'x', policy: DEFAULT_SCIM_POLICY };
    const stored = resourceOf(types.user);
    const parsers: Readonly<Record<string, (text: string) => unknown>> = {
      filter(text) {
        const syntax = parseFilter(text);
        const printed = printFilter(syntax);
        if (printFilter(parseFilter(printed)) !== printed) throw new Error(`is not printed as it reads: ${printed}`);
        const filter = bindFilter(syntax, {
          type: random.pick([types.user, GADGET]),
          unquotedValues: random.chance(0.5),
        });
        return compileFilter(filter, () => true)(stored);
      },
      path: (text) => parsePath(text),
      body: (text) =>
        canonicalResource(parseJsonText(text), random.pick([types.user, types.group, GADGET]), DEFAULT_SCIM_POLICY),
      patch: (text) => applyEdits(stored.attributes, readPatch(parseJsonText(text), rules), rules),
      url: (text) => readQueryParameters(readRequestPath(text).query),
      header(text) {
        readAuthorization(text);
        normalizeHost(text);
        toInstant(text);
        isNotModified(text, 'W/"1"');
      },
      ifMatch: (text) => requireMatch({ ifMatch: text, ifNoneMatch: text }, 1),
      cursor: (text) => readCursor(text, 'key', 'query', { count: 1, now: 0 }),
    };
    const texts: Readonly<Record<string, () => string>> = {
      filter: input.filter,
      path: input.path,
      body: () => input.body('resource'),
      patch: () => input.body('patch'),
      url: input.url,
      header: input.headerValue,
      ifMatch: input.headerValue,
      cursor: input.text,
    };
    const accepted = new Map<string, number>();
    for (let parsing = 0; parsing < PARSINGS; parsing += 1) {
      const kind = random.pick(Object.keys(parsers));
      const text = (texts[kind] ?? input.text)();
      await costs.of({ kind, text }, async () => {
        try {
          parsers[kind]?.(text);
          accepted.set(kind, (accepted.get(kind) ?? 0) + 1);
        } catch (error) {
          if (!(error instanceof ScimError)) throw new Error(`${kind} ${JSON.stringify(text)}`, { cause: error });
          expect(error.message.length).toBeLessThan(600);
        }
      });
    }
    for (const kind of ['filter', 'path', 'body', 'patch', 'url', 'header']) {
      expect({ kind, often: (accepted.get(kind) ?? 0) > 500 }).toEqual({ kind, often: true });
    }
    requireUntouchedPrototypes();
    costs.requireBounded();
  }, 180_000);
});

describe('12 any bytes on a connection get an answer or an end', () => {
  const logger = createRecordingLogger();
  let http: HttpClient;
  let quiet: ScimClient;
  let loud: ScimClient;
  let before: unknown;

  beforeAll(async () => {
    const site = createScimSite({ logger, maxBodyBytes: 64 * 1024 }, refusingUnstorableText(createMemoryStorage()));
    http = await startHttpClient(site.app);
    quiet = await site.client();
    loud = await site.client();
    for (const userName of ['ada', 'bob']) await quiet.post('/Users', { schemas: [USER], userName }).expect(201);
    before = (await quiet.get('/').expect(200)).body;
  });

  afterAll(() => http?.close());

  it(`lasts through ${CONNECTIONS} connections`, async () => {
    const random = createSeededRandom(SEED + 1);
    const ids = ['nobody'];
    const input = createHostileInput(random, () => random.pick(ids));
    const { body } = await loud.post('/Users', { schemas: [USER], userName: 'known' });
    ids.push(body.id);
    const statuses = new Map<number, number>();
    const started = process.cpuUsage();
    let left = CONNECTIONS;

    async function client(): Promise<void> {
      while (left > 0) {
        left -= 1;
        const bytes = requestBytes(random, input, loud);
        const received = await talk(http.port, bytes, random.chance(0.1) ? random.below(3) : undefined);
        expect(received).not.toMatch(/\n {4}at |node_modules/);
        for (const [, text] of received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) {
          const status = Number(text);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status >= 500) expect({ status, of: bytes.toString('latin1') }).toMatchObject({ of: /\/Me|%4d/i });
        }
      }
    }
    try {
      await Promise.all(Array.from({ length: 100 }, client));
    } finally {
      left = 0;
    }

    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000 / CONNECTIONS).toBeLessThan(10);
    expect(logger.entries).toEqual([]);
    expect((await quiet.get('/').expect(200)).body).toEqual(before);
    for (const status of [200, 201, 400, 401, 404, 413, 415]) {
      expect({ status, often: (statuses.get(status) ?? 0) >= 20 }).toEqual({ status, often: true });
    }
    // Nothing is left open, and nobody waits.
    for (let tries = 0; tries < 500 && (await openConnections(http)) > 0; tries += 1) await setTimeout(20);
    expect(await openConnections(http)).toBe(0);
  }, 180_000);
});

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

/** What the router does; `undefined` where a message is refused before it reaches the service provider. */
async function answerTo(
  provider: ServiceProvider,
  context: ScimContext,
  sent: Sent,
): Promise<ScimResponse | undefined> {
  const { method, url, body: text, ifMatch, ifNoneMatch } = sent;
  try {
    const path = readRequestPath(url);
    const body = method === 'GET' || method === 'DELETE' ? undefined : parseJsonText(text);
    return await provider.handle(context, { method, ...path, body, ifMatch, ifNoneMatch });
  } catch (error) {
    if (error instanceof ScimError && error.status < 500) return undefined;
    throw new Error(JSON.stringify(sent), { cause: error });
  }
}

function requireClearAnswer({ status, body, etag = '', location = '' }: ScimResponse, sent: Sent): void {
  const clear =
    (status === 204 || status === 304 ? body === undefined : isClear(status, JSON.parse(String(body ?? 'null')))) &&
    (status < 500 || (status === 501 && sent.url.startsWith('/Me'))) &&
    /^[\x21-\x7e]*$/.test(etag + location);
  if (!clear) throw new Error(`not clear: ${status} ${body} to ${JSON.stringify(sent)}`);
}

function isClear(status: number, body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const { schemas, status: text, detail } = body as Readonly<Record<string, unknown>>;
  if (!Array.isArray(schemas)) return false;
  if (status < 300) return !schemas.includes(ERROR);
  return schemas[0] === ERROR && text === String(status) && typeof detail === 'string' && detail.length < 1000;
}

function createCosts() {
  let worst = { cpu: 0, of: '' };
  let total = 0;
  let count = 0;
  return {
    async of<T>(what: unknown, work: () => Promise<T>): Promise<T> {
      const results: T[] = [];
      const cpu = await cpuOf(async () => results.push(await work()));
      total += cpu;
      count += 1;
      if (cpu > worst.cpu) worst = { cpu, of: JSON.stringify(what) };
      return results[0] as T;
    },
    requireBounded(): void {
      expect({ ...worst, tooLong: worst.cpu >= CPU_OF_ONE }).toEqual({ ...worst, tooLong: false });
      expect(total / count).toBeLessThan(CPU_ON_AVERAGE);
    },
  };
}

function contextFor(directoryId: string, policy: Partial<ScimPolicy>): ScimContext {
  const scope = { organizationId: 'fuzz', directoryId };
  const directory = {
    ...scope,
    id: directoryId,
    name: directoryId,
    kind: 'default',
    hosts: [],
    policy: {},
    cursorKey: directoryId,
    createdAt: '2026-05-31T09:30:00.000Z',
  };
  return {
    scope,
    directory,
    principal: { directory },
    policy: { ...DEFAULT_SCIM_POLICY, ...policy },
    baseUrl: `https://scim.test/${directoryId}`,
  };
}

async function fill(provider: ServiceProvider, context: ScimContext): Promise<unknown> {
  for (const userName of ['ada', 'bob', 'cleo']) {
    await provider.handle(context, { method: 'POST', segments: ['Users'], query: '', body: { userName } });
  }
  return contentOf(provider, context);
}

async function contentOf(provider: ServiceProvider, context: ScimContext): Promise<unknown> {
  const { status, body } = await provider.handle(context, { method: 'GET', segments: [], query: '' });
  expect(status).toBe(200);
  expect(String(body)).toContain('cleo');
  return String(body);
}

function resourceOf(type: ReturnType<typeof createUserType>) {
  const body = {
    userName: 'ada',
    emails: [{ value: 'ada@example.com', type: 'work', primary: true }, { value: 'ada@home.example' }],
    name: { givenName: 'Ada' },
    roles: [{ value: 'admin' }],
  };
  const { attributes } = canonicalResource(body, type, DEFAULT_SCIM_POLICY);
  const stamp = '2026-05-31T09:30:00.000Z';
  return { id: 'x', version: 1, created: stamp, lastModified: stamp, attributes, uniqueKeys: [] };
}

/** PostgreSQL stores neither NUL nor half a surrogate pair; whoever passes them on to a store gets a 500. */
function refusingUnstorableText(storage: Storage): Storage {
  return observeStorage(storage, async ({ name, args }, proceed) => {
    if (!isStorable(args)) throw new Error(`unstorable text in ${name}`);
    return proceed();
  });
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => isStorableText(name) && isStorable(inner));
}

function requireUntouchedPrototypes(): void {
  const changed = PROTOTYPES.filter((prototype, index) => {
    const before = untouched[index] ?? [];
    const now = propertiesOf(prototype);
    return now.length !== before.length || !now.every((each, place) => each === before[place]);
  });
  expect(changed).toEqual([]);
}

function propertiesOf(prototype: object): readonly unknown[] {
  return Reflect.ownKeys(prototype).flatMap((key) => {
    const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key) ?? {};
    return [key, value, get, set];
  });
}

type Input = ReturnType<typeof createHostileInput>;

function requestBytes(random: SeededRandom, input: Input, { directory, token }: ScimClient): Buffer {
  const { chance, pick } = random;
  const method = chance(0.97) ? pick(METHODS) : pick(['get', 'A B', '', 'CONNECT']);
  const path = chance(0.9)
    ? `/${directory.id}${chance(0.5) ? pick(['/Users', '/Groups']) : input.url()}`
    : `/${input.text()}`;
  const target = chance(0.95)
    ? `/scim/v2${path}`
    : pick([`http://evil.test/scim/v2${path}`, '*', path, `//scim/v2${path}`]);
  const body = Buffer.from(chance(0.08) ? 'x'.repeat(70_000) : input.body(method === 'PATCH' ? 'patch' : 'resource'));
  const headers = [`Host: ${chance(0.95) ? 'scim.test' : input.headerValue()}`];
  if (chance(0.9)) headers.push(`Authorization: ${chance(0.9) ? `Bearer ${token}` : input.headerValue()}`);
  if (chance(0.8)) headers.push('Connection: close');
  headers.push(
    `Content-Type: ${chance(0.85) ? 'application/scim+json' : pick(['text/plain', 'application/json; charset=utf-16', input.headerValue()])}`,
  );
  for (let more = chance(0.5) ? 0 : random.below(3); more > 0; more -= 1) {
    const name = pick([
      'If-Match',
      'If-None-Match',
      'X-Forwarded-Host',
      'Expect',
      'Upgrade',
      'Accept',
      'Content-Encoding',
      '__proto__',
      'Cookie',
      'Content-Length',
      'bad name',
    ]);
    headers.push(`${name}: ${input.headerValue()}`);
  }
  const framing = random.below(20);
  let payload: Buffer = body;
  if (framing < 13) headers.push(`Content-Length: ${body.length}`);
  else if (framing === 13) headers.push(`Content-Length: ${body.length + pick([-1, 1, 1000])}`);
  else if (framing === 14)
    headers.push(`Content-Length: ${pick(['-1', '1e3', '0x10', '5, 5', '99999999999999999999', 'a'])}`);
  else if (framing < 18) {
    headers.push('Transfer-Encoding: chunked');
    payload = chunked(random, body);
    if (framing === 17) headers.push(`Content-Length: ${body.length}`);
  } else if (framing === 18)
    headers.push(`Transfer-Encoding: ${pick(['gzip', 'chunked, chunked', 'identity', ' chunked'])}`);
  const head = `${method} ${target.toWellFormed()} HTTP/1.${chance(0.95) ? 1 : pick([0, 9])}\r\n${headers.join('\r\n')}\r\n\r\n`;
  const bytes = Buffer.concat([Buffer.from(head, chance(0.5) ? 'utf8' : 'latin1'), payload]);
  if (chance(0.05)) bytes[random.below(bytes.length)] = random.below(256);
  if (chance(0.02)) return Buffer.from(Array.from({ length: random.below(2000) }, () => random.below(256)));
  return chance(0.05) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

function chunked(random: SeededRandom, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const size = 1 + random.below(4000);
    const part = body.subarray(at, at + size);
    const length = random.chance(0.95)
      ? part.length.toString(16)
      : random.pick(['-1', 'zz', 'ffffffffffffffff', '0', '1;x=y']);
    parts.push(Buffer.from(`${length}\r\n`), part, Buffer.from(random.chance(0.97) ? '\r\n' : '\n'));
    at += size;
  }
  return Buffer.concat([...parts, Buffer.from(random.chance(0.9) ? '0\r\n\r\n' : '')]);
}

/** Sends bytes; gives up early where told, else when the server has been silent for a while. What was received. */
async function talk(port: number, bytes: Buffer, abortAfter: number | undefined): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
  });
  // The server may close while bytes are still on their way.
  socket.on('error', () => undefined);
  socket.setTimeout(250, () => socket.end());
  const closed = new Promise((resolve) => socket.on('close', resolve));
  const middle = bytes.length >>> 1;
  socket.write(bytes.subarray(0, middle));
  socket.write(bytes.subarray(middle));
  if (abortAfter !== undefined) {
    await setTimeout(abortAfter);
    socket.destroy();
  }
  const end = new AbortController();
  const late = setTimeout(30_000, 'late', { signal: end.signal }).catch(() => undefined);
  const outcome = await Promise.race([closed, late]);
  end.abort();
  if (outcome === 'late') throw new Error(`the connection was never closed: ${bytes.toString('latin1')}`);
  return received;
}

function openConnections({ server }: HttpClient): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
