import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import {
  createDirectories,
  createDirectoryTokens,
  createScimRouter,
  type ScimRouterOptions,
  StorageUnavailableError,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { observeStorage } from '../../src/testing/observed-storage.js';
import { createSeededRandom, type SeededRandom } from '../../src/testing/seeded-random.js';
import { type HttpAnswer, type HttpClient, startHttpClient } from '../support/http-client.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { SEARCH } from '../support/scim-resources.js';
import { GROUP, PATCH_OP, USER } from '../support/scim-site.js';

const SEED = 20_260_531;
const DIRECTORIES = 50;
/** Directories 0 and 1 belong to one organization, 2 and 3 to another …; from here on each has its own. */
const SHARING = 20;
/** Four clients of one directory work at once. */
const LANES = ['title', 'nickName', 'preferredLanguage', 'locale'] as const;
const REQUESTS_OF_LANE = 25;
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
/** The same id in every directory, so that whatever is kept by id alone shows. */
const SHARED_ID = 'everywhere';

/** Ways to one and the same directory. `alias` is a second host name. */
const ROUTES = ['path', 'token', 'host', 'alias'] as const;
type Route = (typeof ROUTES)[number];
type Json = Readonly<Record<string, unknown>>;

/** What one directory must hold in the end, kept by the test itself. */
interface Model {
  readonly users: Map<string, Record<string, unknown>>;
  readonly groups: Map<string, { displayName: string; readonly members: Set<string> }>;
}

interface Tenant {
  readonly number: number;
  /** Stands in every text of the tenant and in none of another. */
  readonly marker: string;
  readonly token: string;
  readonly directoryId: string;
  readonly organizationId: string;
  readonly crewId: string;
  readonly model: Model;
  readonly bases: Readonly<Record<Route, string>>;
}

interface Exchange {
  readonly tenant: Tenant;
  readonly request: string;
  readonly answer: HttpAnswer;
}

const markerOf = (tenant: number) => `mark${String(tenant).padStart(2, '0')}q`;
const MARKER = /mark\d\dq/gi;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const TOKEN = /scim_[\w-]{20,}/;

/** Counts down the storage calls of the request at hand; at 0 one fails. */
const faults = new AsyncLocalStorage<{ callsLeft: number; readonly isTransient: boolean }>();
const disorder = createDisorder(createSeededRandom(SEED));
const logger = createRecordingLogger();
const exchanges: Exchange[] = [];
/** A walk that every client asks for in the same words. */
const WHOLE_WALK = '/Users?count=2&sortBy=userName&cursor=';
const firstCursors = new Map<string, string>();
/** By the marker of whoever got them. */
const cursors = new Map<string, readonly string[]>();
let client: HttpClient;
let tenants: readonly Tenant[];
let mostAtOnce = 0;
let atOnce = 0;

describe('1 many directories served at once', () => {
  beforeAll(async () => {
    const storage = observeStorage(createMemoryStorage(), async ({ name, args }, proceed) => {
      const fault = faults.getStore();
      const [scope] = args as [{ readonly directoryId?: string }];
      if (fault && scope.directoryId !== undefined) {
        fault.callsLeft -= 1;
        const text = `disk of ${scope.directoryId} in ${name}`;
        if (fault.callsLeft === 0) throw fault.isTransient ? new StorageUnavailableError(text) : new Error(text);
      }
      await disorder();
      const answer = await proceed();
      await disorder();
      return answer;
    });
    const clock = { now: () => Date.parse('2026-05-31T09:30:00Z') };
    const common: ScimRouterOptions = { logger, clock, policy: { putUnknownUser: 'create' } };
    const app = express();
    app.use((request, _, next) => {
      const [callsLeft, kind] = String(request.headers['x-fault'] ?? '').split(' ');
      if (callsLeft) faults.run({ callsLeft: Number(callsLeft), isTransient: kind === 'transient' }, next);
      else next();
    });
    app.use('/path', createScimRouter(storage, { ...common, baseUrl: 'https://path.test/scim' }));
    app.use(
      '/token',
      createScimRouter(storage, { ...common, baseUrl: 'https://all.test/scim', directoryFrom: 'token' }),
    );
    app.use('/host', createScimRouter(storage, { ...common, baseUrl: 'https://{host}/scim', directoryFrom: 'host' }));
    client = await startHttpClient(app);

    const directories = createDirectories({ storage, clock });
    const tokens = createDirectoryTokens({ storage, clock });
    tenants = await Promise.all(
      Array.from({ length: DIRECTORIES }, async (_, number): Promise<Tenant> => {
        const marker = markerOf(number);
        const organizationId = `organization-${number < SHARING ? Math.floor(number / 2) : number}`;
        const hosts = [`${marker}.host.test`, `${marker}.alias.test`];
        const directory = await directories.create({
          id: `dir-${marker}`,
          organizationId,
          name: marker,
          hosts,
        });
        const { token } = await tokens.issue({ directory, name: marker });
        const bases = { path: `https://path.test/scim/${directory.id}`, token: 'https://all.test/scim' };
        const tenant = {
          number,
          marker,
          token,
          directoryId: directory.id,
          organizationId,
          crewId: '',
          model: { users: new Map(), groups: new Map() },
          bases: { ...bases, host: `https://${hosts[0]}/scim`, alias: `https://${hosts[1]}/scim` },
        };
        const shared = { userName: `${marker}-shared`, displayName: `Shared ${marker}` };
        await expectStatus(send(tenant, 'path', 'PUT', `/Users/${SHARED_ID}`, { schemas: [USER], ...shared }), 201);
        tenant.model.users.set(SHARED_ID, { ...shared, active: true });
        const crewId = await makeGroup(tenant, 'path', `${marker} crew`, []);
        return { ...tenant, crewId };
      }),
    );
    await Promise.all(
      tenants.flatMap((tenant) => LANES.map((attribute, number) => runLane(tenant, attribute, number))),
    );
  }, 120_000);

  afterAll(() => client?.close());

  it('has answered 5,000 requests and more, a hundred and more at once, of every kind', () => {
    expect(exchanges.length).toBeGreaterThanOrEqual(5000);
    expect(mostAtOnce).toBeGreaterThan(100);
    const statuses = new Set(exchanges.map(({ answer }) => answer.status));
    expect([...statuses].sort()).toEqual([200, 201, 204, 304, 400, 401, 404, 409, 412, 500, 503]);
  });

  it('shows no text of one directory in an answer or a header to another', () => {
    expect(
      exchanges.flatMap(({ tenant, request, answer }) => {
        const seen = texts(answer).flatMap((text) => text.match(MARKER) ?? []);
        const foreign = seen.filter((marker) => marker.toLowerCase() !== tenant.marker);
        return foreign.length > 0 ? [{ tenant: tenant.marker, request, foreign }] : [];
      }),
    ).toEqual([]);
    const marked = exchanges.filter(({ tenant, answer }) => answer.text.includes(tenant.marker));
    expect(marked.length).toBeGreaterThan(exchanges.length / 2);
  });

  it('shows no id of one directory in an answer to another', () => {
    const owners = new Map(tenants.flatMap(({ number, model }) => idsEverMade(model).map((id) => [id, number])));
    expect(owners.size).toBeGreaterThan(1000);
    expect(
      exchanges.flatMap(({ tenant, request, answer }) => {
        const ids = texts(answer).flatMap((text) => text.match(UUID) ?? []);
        // A client may say an id that it should not know; an error sentence says it back.
        const foreign = ids.filter((id) => owners.get(id) !== tenant.number && !request.includes(id));
        return foreign.length > 0 ? [{ tenant: tenant.marker, request, foreign }] : [];
      }),
    ).toEqual([]);
  });

  it('answers every Location, meta.location and $ref below the address that was asked', () => {
    let links = 0;
    for (const { tenant, request, answer } of exchanges) {
      const [route = ''] = request.split(' ');
      const base = tenant.bases[route as Route];
      const found = [
        ...texts(answer)
          .join('\n')
          .matchAll(/https?:\/\/[^"\s\\]+/g),
      ].map(([url]) => url);
      const own = found.filter((url) => !url.startsWith('https://www.rfc-editor.org/'));
      expect({ request, strange: own.filter((url) => !url.startsWith(`${base}/`)) }).toEqual({ request, strange: [] });
      links += own.length;
    }
    expect(links).toBeGreaterThan(5000);
  });

  it('puts into a cursor nothing of another directory', () => {
    let told = 0;
    for (const [marker, given] of cursors) {
      const seen = given.flatMap(decodings).flatMap((text) => text.match(MARKER) ?? []);
      expect(new Set(seen)).toEqual(new Set(seen.length > 0 ? [marker] : []));
      told += seen.length;
    }
    // Cursors of sorted walks do hold a key, so this test would see one.
    expect(told).toBeGreaterThan(50);
  });

  it('writes into one log entry nothing of two directories, and the directory it is about', () => {
    expect(logger.entries.length).toBeGreaterThan(20);
    for (const entry of logger.entries) {
      const markers = new Set(inspect(entry, { depth: 8 }).match(MARKER));
      expect(markers.size).toBe(1);
      expect(entry.fields).toMatchObject({ directoryId: `dir-${[...markers][0]}` });
    }
  });

  it('writes no token into any answer or log entry', () => {
    expect(exchanges.filter(({ answer }) => texts(answer).some((text) => TOKEN.test(text)))).toEqual([]);
    expect(logger.entries.filter((entry) => TOKEN.test(inspect(entry, { depth: 8 })))).toEqual([]);
  });

  it('leaves every directory as if its requests had come one by one, alone', async () => {
    for (const tenant of tenants) {
      const users = await listed(tenant, '/Users');
      const groups = await listed(tenant, '/Groups');
      const { model } = tenant;
      expect(new Map(users.map((user) => [String(user['id']), userContent(user)]))).toEqual(model.users);
      expect(new Map(groups.map((group) => [String(group['id']), groupContent(group)]))).toEqual(model.groups);
      for (const user of users) {
        const inGroups = [...model.groups].filter(([, { members }]) => members.has(String(user['id'])));
        const shown = (user['groups'] ?? []) as readonly { readonly value: string }[];
        expect(new Set(shown.map(({ value }) => value))).toEqual(new Set(inGroups.map(([id]) => id)));
      }
    }
  });
});

/** One client: request after request, each with an answer that is known beforehand. */
async function runLane(tenant: Tenant, attribute: (typeof LANES)[number], number: number): Promise<void> {
  const random = createSeededRandom(SEED + tenant.number * 100 + number);
  const lane = new Lane(tenant, attribute, number, random);
  const steps = [
    () => lane.createUser(),
    () => lane.createUser(),
    () => lane.readUser(),
    () => lane.replaceUser(),
    () => lane.patchUser(),
    () => lane.patchShared(),
    () => lane.deleteUser(),
    () => lane.joinCrew(),
    () => lane.leaveCrew(),
    () => lane.changeGroup(),
    () => lane.find(),
    () => lane.walk(),
    () => lane.beginWalk(),
    () => lane.search(),
    () => lane.bulk(),
    () => lane.discover(),
    () => lane.mistake(),
    () => lane.mistake(),
    () => lane.fault(),
  ];
  await lane.createUser();
  await lane.createGroup();
  while (lane.sent < REQUESTS_OF_LANE) await random.pick(steps)();
}

class Lane {
  sent = 0;
  readonly #tenant: Tenant;
  readonly #attribute: string;
  readonly #prefix: string;
  readonly #random: SeededRandom;
  readonly #userIds: string[] = [];
  #groupId = '';
  #made = 0;

  constructor(tenant: Tenant, attribute: string, number: number, random: SeededRandom) {
    this.#tenant = tenant;
    this.#attribute = attribute;
    this.#prefix = `${tenant.marker}-${number}-`;
    this.#random = random;
  }

  async createUser(): Promise<void> {
    const content = this.#newUser();
    const { body } = await this.#expect(201, 'POST', '/Users', { schemas: [USER], ...content });
    this.#keep(body, content);
  }

  async readUser(): Promise<void> {
    const id = this.#user();
    if (id === undefined) return;
    const route = this.#route();
    const { body, headers } = await this.#expect(200, 'GET', `/Users/${id}`, undefined, {}, route);
    expect(userContent(body)).toEqual(this.#content(id));
    const tag = { 'if-none-match': String(headers.etag) };
    const { text } = await this.#expect(304, 'GET', `/Users/${id}`, undefined, tag, route);
    expect(text).toBe('');
    const { body: part } = await this.#expect(200, 'GET', `/Users/${id}?attributes=userName`);
    expect(part).toEqual({ schemas: [USER], id, userName: this.#content(id)['userName'] });
  }

  async replaceUser(): Promise<void> {
    const id = this.#user();
    if (id === undefined) return;
    const content = { ...this.#newUser(), userName: this.#content(id)['userName'] };
    const { body } = await this.#expect(200, 'PUT', `/Users/${id}`, { schemas: [USER], ...content });
    expect(userContent(body)).toEqual(content);
    this.#tenant.model.users.set(id, content);
  }

  async patchUser(): Promise<void> {
    const id = this.#user();
    if (id === undefined) return;
    const displayName = `${this.#prefix}${this.#random.below(1000)}`;
    await this.#patch(200, `/Users/${id}`, [{ op: 'replace', path: 'displayName', value: displayName }]);
    this.#content(id)['displayName'] = displayName;
  }

  /** All lanes change one user, each another attribute. */
  async patchShared(): Promise<void> {
    const value = `${this.#prefix}${this.#random.below(1000)}`;
    const { body } = await this.#patch(200, `/Users/${SHARED_ID}`, [
      { op: 'add', value: { [this.#attribute]: value } },
    ]);
    expect(body[this.#attribute]).toBe(value);
    this.#content(SHARED_ID)[this.#attribute] = value;
  }

  async deleteUser(): Promise<void> {
    if (this.#userIds.length < 2) return;
    const id = this.#userIds.shift() ?? '';
    await this.#expect(204, 'DELETE', `/Users/${id}`);
    this.#tenant.model.users.delete(id);
    for (const { members } of this.#tenant.model.groups.values()) members.delete(id);
    await this.#expect(404, 'GET', `/Users/${id}`);
    gone(this.#tenant.model, id);
  }

  /** All lanes change the members of one group, each its own. */
  async joinCrew(): Promise<void> {
    const id = this.#user();
    if (id === undefined) return;
    const value = [{ value: id }];
    const { body } = await this.#patch(200, `/Groups/${this.#tenant.crewId}`, [{ op: 'add', path: 'members', value }]);
    expect(groupContent(body).members.has(id)).toBe(true);
    this.#crew().add(id);
  }

  async leaveCrew(): Promise<void> {
    const id = this.#user();
    if (id === undefined) return;
    const path = `members[value eq "${id}"]`;
    const { body } = await this.#patch(200, `/Groups/${this.#tenant.crewId}`, [{ op: 'remove', path }]);
    expect(groupContent(body).members.has(id)).toBe(false);
    this.#crew().delete(id);
  }

  async createGroup(): Promise<void> {
    this.sent += 1;
    this.#groupId = await makeGroup(this.#tenant, this.#route(), `${this.#prefix}group`, this.#userIds);
  }

  async changeGroup(): Promise<void> {
    const displayName = `${this.#prefix}group ${this.#random.below(1000)}`;
    const members = this.#userIds.filter(() => this.#random.chance(0.5));
    const resource = { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) };
    const { body } = await this.#expect(200, 'PUT', `/Groups/${this.#groupId}`, resource);
    const content = { displayName, members: new Set(members) };
    expect(groupContent(body)).toEqual(content);
    this.#tenant.model.groups.set(this.#groupId, content);
  }

  /** `externalId` is the same in all directories. */
  async find(): Promise<void> {
    const id = this.#user();
    if (id === undefined) return;
    const filter = encodeURIComponent(`externalId eq "${String(this.#content(id)['externalId'])}"`);
    const { body } = await this.#expect(200, 'GET', `/Users?filter=${filter}`);
    expect(resourcesOf(body).map(userContent)).toEqual([this.#content(id)]);
    const { body: whole } = await this.#expect(200, 'GET', `/Users?count=0&filter=${this.#ownFilter()}`);
    expect(whole['totalResults']).toBe(this.#userIds.length);
  }

  async walk(): Promise<void> {
    const names: unknown[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const query = `count=2&sortBy=userName&filter=${this.#ownFilter()}&cursor=${cursor}`;
      const { body }: { body: Json } = await this.#expect(200, 'GET', `/Users?${query}`);
      names.push(...resourcesOf(body).map(({ userName }) => userName));
      cursor = body['nextCursor'] as string | undefined;
    }
    expect(names).toEqual(this.#userIds.map((id) => this.#content(id)['userName']).sort());
  }

  async beginWalk(): Promise<void> {
    const { body } = await this.#expect(200, 'GET', WHOLE_WALK);
    expect(resourcesOf(body).length).toBe(2);
    firstCursors.set(this.#tenant.marker, String(body['nextCursor'] ?? 'none'));
  }

  async search(): Promise<void> {
    const filter = `userName sw "${this.#prefix}"`;
    const { body } = await this.#expect(200, 'POST', '/.search', { schemas: [SEARCH], filter });
    expect(body['totalResults']).toBe(this.#userIds.length);
    const { body: users } = await this.#expect(200, 'POST', '/Users/.search', { schemas: [SEARCH], filter, count: 1 });
    expect(users['totalResults']).toBe(this.#userIds.length);
  }

  async bulk(): Promise<void> {
    const content = this.#newUser();
    const Operations = [
      { method: 'PATCH', path: `/Groups/${this.#groupId}`, data: patchOf('add', 'members', [{ value: 'bulkId:new' }]) },
      { method: 'POST', path: '/Users', bulkId: 'new', data: { schemas: [USER], ...content } },
      { method: 'POST', path: '/Users', bulkId: 'again', data: { schemas: [USER], ...content } },
      { method: 'GET', path: `/Users/${SHARED_ID}` },
    ];
    const { body } = await this.#expect(200, 'POST', '/Bulk', { schemas: [BULK], Operations });
    const slots = body['Operations'] as readonly { readonly status: string; readonly location?: string }[];
    expect(slots.map(({ status }) => status)).toEqual(['200', '201', '409', '400']);
    const id = slots[1]?.location?.split('/').at(-1) ?? '';
    this.#keep({ id }, content);
    this.#tenant.model.groups.get(this.#groupId)?.members.add(id);
  }

  async discover(): Promise<void> {
    const path = this.#random.pick(['/ServiceProviderConfig', '/ResourceTypes', '/Schemas', `/Schemas/${USER}`]);
    await this.#expect(200, 'GET', path);
  }

  async mistake(): Promise<void> {
    const other = this.#random.pick(tenants.filter(({ number }) => number !== this.#tenant.number));
    const foreignId = this.#random.pick(idsEverMade(other.model));
    const id = this.#user() ?? SHARED_ID;
    const mine = this.#content(id);
    const filter = encodeURIComponent('userName eq');
    const cursor = firstCursors.get(other.marker) ?? 'none';
    const kinds: readonly (() => Promise<unknown>)[] = [
      () => this.#expect(409, 'POST', '/Users', { schemas: [USER], ...mine }),
      () => this.#expect(foreignId === SHARED_ID ? 200 : 404, 'GET', `/Users/${foreignId}`),
      () => this.#expect(400, 'GET', `/Users?filter=${filter}`),
      () => this.#expect(400, 'GET', `${WHOLE_WALK}${cursor}`),
      () => this.#expect(400, 'POST', '/Users', '{"userName":'),
      () => this.#expect(412, 'PUT', `/Users/${id}`, { schemas: [USER], ...mine }, { 'if-match': 'W/"0"' }),
      () =>
        this.#patch(400, `/Groups/${this.#groupId}`, [{ op: 'add', path: 'members', value: [{ value: 'nobody' }] }]),
      async () => {
        this.sent += 1;
        const { answer } = await send({ ...this.#tenant, directoryId: other.directoryId }, 'path', 'GET', '/Users');
        expect(answer.status).toBe(401);
      },
    ];
    await this.#random.pick(kinds)();
  }

  /** A storage that fails somewhere, and the same request again. */
  async fault(): Promise<void> {
    const id = this.#user();
    if (id === undefined) return;
    const [status, kind] = this.#random.pick([[500, 'lasting'] as const, [503, 'transient'] as const]);
    const displayName = `${this.#prefix}${this.#random.below(1000)}`;
    const operations = [{ op: 'replace', path: 'displayName', value: displayName }];
    const call = 1 + this.#random.below(2);
    const { text } = await this.#patch(status, `/Users/${id}`, operations, { 'x-fault': `${call} ${kind}` });
    expect(text).not.toContain('disk');
    await this.#patch(200, `/Users/${id}`, operations);
    this.#content(id)['displayName'] = displayName;
  }

  #newUser(): Record<string, unknown> {
    this.#made += 1;
    const name = `${this.#prefix}${String(this.#made).padStart(3, '0')}`;
    const value = `${name}@example.com`;
    return {
      userName: name,
      externalId: `${this.#attribute}-${this.#made}`,
      displayName: `Person ${name}`,
      emails: [{ value, type: 'work', primary: true }],
      active: this.#random.chance(0.8),
    };
  }

  #keep({ id }: Json, content: Record<string, unknown>): void {
    this.#userIds.push(String(id));
    this.#tenant.model.users.set(String(id), content);
  }

  #user(): string | undefined {
    return this.#userIds.length > 0 ? this.#random.pick(this.#userIds) : undefined;
  }

  #content(id: string): Record<string, unknown> {
    const content = this.#tenant.model.users.get(id);
    if (!content) throw new Error(`the model has no ${id}`);
    return content;
  }

  #crew(): Set<string> {
    const crew = this.#tenant.model.groups.get(this.#tenant.crewId);
    if (!crew) throw new Error('the model has no crew');
    return crew.members;
  }

  #ownFilter(): string {
    return encodeURIComponent(`userName sw "${this.#prefix}"`);
  }

  #route(): Route {
    return this.#random.pick(ROUTES);
  }

  #patch(status: number, path: string, Operations: readonly object[], headers?: Readonly<Record<string, string>>) {
    return this.#expect(status, 'PATCH', path, { schemas: [PATCH_OP], Operations }, headers);
  }

  async #expect(
    status: number,
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
    route: Route = this.#route(),
  ): Promise<HttpAnswer & { readonly body: Json }> {
    this.sent += 1;
    const { request, answer } = await send(this.#tenant, route, method, path, body, headers);
    const { text } = answer;
    expect({ request, status: answer.status, text }).toEqual({ request, status, text });
    return { ...answer, body: text === '' ? {} : (JSON.parse(text) as Json) };
  }
}

async function send(
  tenant: Tenant,
  route: Route,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Exchange> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  atOnce += 1;
  mostAtOnce = Math.max(mostAtOnce, atOnce);
  const answer = await client.send({
    method,
    path: `/${route === 'alias' ? 'host' : route}${route === 'path' ? `/${tenant.directoryId}` : ''}${path}`,
    headers: {
      authorization: `Bearer ${tenant.token}`,
      host: new URL(tenant.bases[route === 'alias' ? 'alias' : 'host']).host,
      ...(text === undefined ? {} : { 'content-type': 'application/scim+json' }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  atOnce -= 1;
  const [, cursor] = /"nextCursor":"([^"]+)"/.exec(answer.text) ?? [];
  if (cursor !== undefined) cursors.set(tenant.marker, [...(cursors.get(tenant.marker) ?? []), cursor]);
  const exchange = { tenant, request: `${route} ${method} ${path} ${text ?? ''}`, answer };
  exchanges.push(exchange);
  return exchange;
}

async function makeGroup(tenant: Tenant, route: Route, displayName: string, members: readonly string[]) {
  const resource = { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) };
  const { answer } = await expectStatus(send(tenant, route, 'POST', '/Groups', resource), 201);
  const { id } = JSON.parse(answer.text) as { readonly id: string };
  tenant.model.groups.set(id, { displayName, members: new Set(members) });
  return id;
}

async function expectStatus(sent: Promise<Exchange>, status: number): Promise<Exchange> {
  const exchange = await sent;
  expect(exchange.answer).toMatchObject({ status });
  return exchange;
}

async function listed(tenant: Tenant, path: string): Promise<readonly Json[]> {
  const { answer } = await expectStatus(send(tenant, 'path', 'GET', `${path}?count=1000`), 200);
  return resourcesOf(JSON.parse(answer.text) as Json);
}

function resourcesOf(list: Json): readonly Json[] {
  return list['Resources'] as readonly Json[];
}

function userContent({ schemas: _, id: _id, meta: _meta, groups: _groups, ...content }: Json): Json {
  return content;
}

function groupContent({ displayName, members = [] }: Json): { displayName: unknown; members: Set<string> } {
  return {
    displayName,
    members: new Set((members as readonly { readonly value: string }[]).map(({ value }) => value)),
  };
}

function patchOf(op: string, path: string, value: unknown): object {
  return { schemas: [PATCH_OP], Operations: [{ op, path, value }] };
}

const deleted = new WeakMap<Model, string[]>();

function gone(model: Model, id: string): void {
  deleted.set(model, [...(deleted.get(model) ?? []), id]);
}

function idsEverMade(model: Model): readonly string[] {
  return [...model.users.keys(), ...model.groups.keys(), ...(deleted.get(model) ?? [])];
}

function texts({ headers, text }: HttpAnswer): readonly string[] {
  return [text, JSON.stringify(headers)];
}

/** A cursor, what it holds behind its signature, and the key of a sort in that: text of two bytes a character. */
function decodings(cursor: string): readonly string[] {
  const content = Buffer.from(cursor.slice(22), 'base64url').toString();
  const [, key = ''] = /^\["s([\w-]*)/.exec(content) ?? [];
  return [cursor, content, Buffer.from(key, 'base64url').toString('utf16le')];
}

/** Makes whoever calls it wait: some microtasks, or in a crowd of which one after the other is let go, whichever. */
function createDisorder(random: SeededRandom): () => Promise<void> {
  const waiting: (() => void)[] = [];

  function release(): void {
    for (let left = 1 + random.below(12); left > 0 && waiting.length > 0; left -= 1) {
      waiting.splice(random.below(waiting.length), 1)[0]?.();
    }
    if (waiting.length > 0) setImmediate(release);
  }

  return async () => {
    if (random.chance(0.5)) {
      for (let left = random.below(4); left > 0; left -= 1) await undefined;
      return;
    }
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(release);
    });
  };
}
