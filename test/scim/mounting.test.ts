import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import express5, { type Express, type RequestHandler } from 'express';
import {
  createDirectories,
  createDirectoryTokens,
  createScimRouter,
  type NewDirectory,
  type ScimRouterOptions,
  type Storage,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import express4 from 'express4';
import request, { type Test } from 'supertest';
import { expectScimError } from '../support/scim-error.js';
import { GROUP, PATCH_OP, PUBLIC_URL, USER } from '../support/scim-site.js';

const SCIM_JSON = 'application/scim+json';
const ADA = { schemas: [USER], userName: 'ada@example.com' };

interface HostSettings {
  readonly express?: typeof express5;
  /** What the host does before it mounts the router. */
  readonly before?: (app: Express) => void;
  readonly mount?: string;
  readonly options?: ScimRouterOptions;
  readonly storage?: Storage;
}

/** An application of somebody else, with a SCIM router somewhere in it. */
function createHost({ express = express5, before, mount = '/scim/v2', options, storage }: HostSettings = {}) {
  const app = express();
  const kept = storage ?? createMemoryStorage();
  before?.(app);
  app.use(mount, createScimRouter(kept, options ?? { baseUrl: PUBLIC_URL }));
  return { app, storage: kept };
}

/** Adds a directory, and gives its token. */
async function addDirectory(storage: Storage, settings: Partial<NewDirectory> = {}) {
  const given = { organizationId: 'acme', id: 'acme', name: 'Entra', ...settings };
  const directory = await createDirectories({ storage }).create(given);
  const { token } = await createDirectoryTokens({ storage }).issue({ directory, name: 'test' });
  return { directory, token };
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A client with one token, and paths from the root of the application. */
function clientOf(app: Express, token: string, headers: Readonly<Record<string, string>> = {}) {
  const send = (method: Method, path: string, body?: unknown): Test => {
    const test = request(app)[method](path).set('Authorization', `Bearer ${token}`).set(headers);
    return body === undefined
      ? test
      : test.type(SCIM_JSON).send(typeof body === 'string' ? body : JSON.stringify(body));
  };
  return {
    get: (path: string) => send('get', path),
    post: (path: string, body: unknown) => send('post', path, body),
    put: (path: string, body: unknown) => send('put', path, body),
    patch: (path: string, Operations: readonly unknown[]) => send('patch', path, { schemas: [PATCH_OP], Operations }),
    delete: (path: string) => send('delete', path),
  };
}

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('in %s', (_, express) => {
  it('a user and a group live through everything', async () => {
    const { app, storage } = createHost({ express });
    const { post, get, put, patch, delete: remove } = clientOf(app, (await addDirectory(storage)).token);
    const at = '/scim/v2/acme';
    const user = await post(`${at}/Users`, ADA);
    expect(user.status).toBe(201);
    expect(user.headers['location']).toBe(`${PUBLIC_URL}/acme/Users/${user.body.id}`);
    const group = await post(`${at}/Groups`, { displayName: 'G', members: [{ value: user.body.id }] });
    expect(group.body.members).toEqual([expect.objectContaining({ value: user.body.id })]);
    const read = await get(`${at}/Users/${user.body.id}?attributes=userName,groups.display`);
    expect(read.body).toEqual({
      schemas: [USER],
      id: user.body.id,
      userName: ADA.userName,
      groups: [{ display: 'G' }],
    });
    const found = await get(`${at}//Users?filter=userName%20eq%20%22ADA@example.com%22&count=1`);
    expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id: user.body.id }] });
    expect((await put(`${at}/Users/${user.body.id}`, { ...ADA, title: 'T' })).body).toMatchObject({ title: 'T' });
    const off = await patch(`${at}/Users/${user.body.id}`, [{ op: 'Replace', path: 'active', value: 'False' }]);
    expect(off.body).toMatchObject({ title: 'T', active: false });
    expect((await get(`${at}/Users/${user.body.id}`).set('If-None-Match', off.headers['etag'] ?? '')).status).toBe(304);
    expect((await remove(`${at}/Users/${user.body.id}`)).status).toBe(204);
    expectScimError(await get(`${at}/Users/${user.body.id}`), 404);
    expect((await get(`${at}/Groups/${group.body.id}`)).body).not.toHaveProperty('members');
  });

  it('every fault is answered by SCIM, and none by the host', async () => {
    const { app, storage } = createHost({ express, options: { maxBodyBytes: 200 } });
    const { post, get, put } = clientOf(app, (await addDirectory(storage)).token);
    app.use((_request, response) => void response.status(200).send('the host'));
    expectScimError(await request(app).get('/scim/v2/acme/Users'), 401);
    expectScimError(await get('/scim/v2/acme/nothing'), 404);
    expectScimError(await get('/scim/v2/acme/%zz'), 400, 'invalidSyntax');
    expectScimError(await post('/scim/v2/acme/Users', '{'), 400, 'invalidSyntax');
    expectScimError(await put('/scim/v2/acme/Users', ADA), 405);
    expectScimError(await post('/scim/v2/acme/Users', { ...ADA, title: 'x'.repeat(200) }), 413);
    expectScimError(await post('/scim/v2/acme/Users', ADA).type('text/plain'), 415);
    expect((await request(app).get('/elsewhere')).text).toBe('the host');
  });

  it('an adapter that rejects ends as 500, and nothing hangs', async () => {
    const storage = createMemoryStorage();
    const query = async () => {
      throw new Error('no');
    };
    const broken = { ...storage, directoryUsers: { ...storage.directoryUsers, query } };
    const { app } = createHost({ express, storage: broken });
    const { get } = clientOf(app, (await addDirectory(storage)).token);
    expectScimError(await get('/scim/v2/acme/Users'), 500);
    expect((await get('/scim/v2/acme/Groups')).status).toBe(200);
  });

  it.each([
    ['express.json()', (app: Express) => app.use(express.json())],
    ['express.json() for every type', (app: Express) => app.use(express.json({ type: '*/*' }))],
    ['express.urlencoded()', (app: Express) => app.use(express.urlencoded({ extended: true }))],
    ['express.text() for every type', (app: Express) => app.use(express.text({ type: '*/*' }))],
    ['express.raw() for every type', (app: Express) => app.use(express.raw({ type: '*/*' }))],
    ['all of them', (app: Express) => app.use(express.json(), express.urlencoded(), express.text(), express.raw())],
  ])('%s before the router does no harm', async (_name, before) => {
    const { app, storage } = createHost({ express, before: (host) => void before(host) });
    const { post, get, put, patch, delete: remove } = clientOf(app, (await addDirectory(storage)).token);
    const users = '/scim/v2/acme/Users';
    for (const [index, type] of [SCIM_JSON, 'application/json', 'application/json; charset=utf-8'].entries()) {
      const created = await post(users, { userName: `ada${index}`, name: { givenName: 'Zoë' } }).type(type);
      expect({ status: created.status, name: created.body.name }).toEqual({ status: 201, name: { givenName: 'Zoë' } });
      const at = `${users}/${created.body.id}`;
      expect((await put(at, { userName: `grace${index}` }).type(type)).body.userName).toBe(`grace${index}`);
      expect((await patch(at, [{ op: 'add', path: 'title', value: 'T' }]).type(type)).body.title).toBe('T');
      expect((await get(at)).body).toMatchObject({ userName: `grace${index}`, title: 'T' });
      expectScimError(await post(users, '').type(type), 400, 'invalidSyntax');
      const deep = `{"userName":"eve","x":${'['.repeat(5000)}${']'.repeat(5000)}}`;
      expectScimError(await post(users, deep).type(type), 400, 'invalidSyntax');
      expectScimError(await request(app).post(users).type(type).send('{"userName":"eve"}'), 401);
      expect((await remove(at)).status).toBe(204);
    }
    const form = post(users, '{"userName":"eve"}').type('application/x-www-form-urlencoded');
    expectScimError(await form, 415);
    expectScimError(await post(users, '{"userName":"eve"}').type('text/plain'), 415);
    expect((await get(users)).body.totalResults).toBe(0);
  });

  it('a router of the host may hold it, at a path with parameters', async () => {
    const storage = createMemoryStorage();
    const app = express();
    const api = express.Router();
    api.use('/scim/v2', createScimRouter(storage));
    app.use('/regions/:region', api);
    const { post } = clientOf(app, (await addDirectory(storage)).token);
    const created = await post('/regions/eu/scim/v2/acme/Users', ADA);
    expect(created.headers['location']).toBe(`/regions/eu/scim/v2/acme/Users/${created.body.id}`);
    expect(created.body.meta.location).toBe(created.headers['location']);
  });
});

describe('Habits of hosts', () => {
  it('takes a body that the host has unpacked, and no packed one', async () => {
    const packed = gzipSync(JSON.stringify(ADA));
    const results: number[] = [];
    for (const before of [(app: Express) => void app.use(express5.json({ type: '*/*' })), undefined]) {
      const { app, storage } = createHost(before ? { before } : {});
      const { token } = await addDirectory(storage);
      const test = request(app).post('/scim/v2/acme/Users').set('Authorization', token).type(SCIM_JSON);
      test.set('Content-Encoding', 'gzip').set('Content-Length', String(packed.length)).write(packed, 'binary');
      results.push((await test).status);
    }
    expect(results).toEqual([201, 415]);
  });

  it('still refuses keys given twice where the host leaves the text', async () => {
    for (const parser of [express5.text({ type: '*/*' }), express5.raw({ type: '*/*' })]) {
      const { app, storage } = createHost({ before: (host) => void host.use(parser) });
      const { post } = clientOf(app, (await addDirectory(storage)).token);
      expectScimError(await post('/scim/v2/acme/Users', '{"userName":"a","userName":"b"}'), 400, 'invalidSyntax');
      expectScimError(await post('/scim/v2/acme/Users', 'not JSON'), 400, 'invalidSyntax');
      expect((await post('/scim/v2/acme/Users', `\uFEFF${JSON.stringify(ADA)}`)).status).toBe(201);
    }
  });

  it('works beside a guard against forged requests, mounted after it or looking at browsers only', async () => {
    const byToken: RequestHandler = (incoming, response, next) => {
      if (incoming.method === 'GET' || incoming.headers['x-csrf-token'] === 'good') next();
      else response.status(403).send('forged');
    };
    const byOrigin: RequestHandler = (incoming, response, next) => {
      if (incoming.headers['sec-fetch-site'] === 'cross-site' || incoming.headers.origin)
        response.status(403).send('forged');
      else next();
    };
    const { app, storage } = createHost({ before: (host) => void host.use(byOrigin) });
    app.use(byToken);
    app.post('/settings', (_request, response) => void response.send('saved'));
    const { post, patch } = clientOf(app, (await addDirectory(storage)).token);
    const created = await post('/scim/v2/acme/Users', ADA);
    expect(created.status).toBe(201);
    const change = [{ op: 'add', path: 'title', value: 'T' }];
    expect((await patch(`/scim/v2/acme/Users/${created.body.id}`, change)).status).toBe(200);
    expect((await request(app).post('/settings')).status).toBe(403);
  });

  it.each([
    ['/scim/v2', 'https://oneuptime.example/scim/v2'],
    ['/api/identity/scim/v2', 'https://oneuptime.example/api/identity/scim/v2'],
    // The proxy in front takes the prefix away.
    ['/scim/v2', 'https://oneuptime.example/api/identity/scim/v2'],
    ['/', 'https://scim.oneuptime.example'],
    ['/scim/v2/', 'https://oneuptime.example/scim/v2/'],
  ])('OU-4 mounted at %s, every URL of an answer starts with the public %s', async (mount, baseUrl) => {
    const { app, storage } = createHost({ mount, options: { baseUrl } });
    const { post, get } = clientOf(app, (await addDirectory(storage)).token);
    const at = `${mount.replace(/\/$/, '')}/acme`;
    const base = `${baseUrl.replace(/\/$/, '')}/acme`;
    const user = await post(`${at}/Users`, ADA);
    expect(user.headers['location']).toBe(`${base}/Users/${user.body.id}`);
    expect(user.body.meta.location).toBe(user.headers['location']);
    const group = await post(`${at}/Groups`, { displayName: 'G', members: [{ value: user.body.id }] });
    expect(group.body.members[0].$ref).toBe(user.headers['location']);
    const read = await get(`${at}/Users/${user.body.id}`);
    expect(read.body.groups[0].$ref).toBe(`${base}/Groups/${group.body.id}`);
    const [schema] = (await get(`${at}/Schemas`)).body.Resources;
    expect(schema.meta.location).toMatch(new RegExp(`^${base}/Schemas/`));
    expect((await get(`${at}/ServiceProviderConfig`)).body.meta.location).toBe(`${base}/ServiceProviderConfig`);
    const bulk = await post(`${at}/Bulk`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', bulkId: 'x', path: '/Users', data: { userName: 'x' } }],
    });
    expect(bulk.body.Operations[0].location).toMatch(new RegExp(`^${base}/Users/[\\w-]+$`));
  });

  it('without baseUrl URLs are references that keep the mount, and never name a host', async () => {
    const { app, storage } = createHost({ mount: '/api/scim', options: {} });
    const { post } = clientOf(app, (await addDirectory(storage)).token, { Host: 'evil.example' });
    const created = await post('/api/scim/acme/Users', ADA);
    expect(created.headers['location']).toBe(`/api/scim/acme/Users/${created.body.id}`);
    expect(created.body.meta.location).toBe(created.headers['location']);
  });

  const HOSTILE = {
    Host: 'evil.example',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'javascript',
    'X-Forwarded-Prefix': '/evil.example',
    'X-Original-Url': '/evil.example',
    Forwarded: 'host=evil.example;proto=http',
    Referer: 'https://evil.example/',
    Origin: 'https://evil.example',
  };

  it.each([
    [false, PUBLIC_URL],
    [true, PUBLIC_URL],
    [false, undefined],
    [true, undefined],
  ])('takes no URL from the headers (trust proxy %s, baseUrl %s)', async (trust, baseUrl) => {
    for (const directoryFrom of ['path', 'token'] as const) {
      const { app, storage } = createHost({
        before: (host) => void host.set('trust proxy', trust),
        options: { directoryFrom, ...(baseUrl ? { baseUrl } : {}) },
      });
      const { post, get, delete: remove } = clientOf(app, (await addDirectory(storage)).token, HOSTILE);
      const at = directoryFrom === 'path' ? '/scim/v2/acme' : '/scim/v2';
      const user = await post(`${at}/Users`, ADA);
      expect(user.status).toBe(201);
      const group = await post(`${at}/Groups`, { displayName: 'G', members: [{ value: user.body.id }] });
      const answers = [
        user,
        group,
        await get(`${at}/Users`),
        await get(`${at}/Schemas`),
        await remove(`${at}/Users/1`),
      ];
      expectScimError(answers[4] ?? user, 404);
      for (const { text, headers } of answers) expect(text + JSON.stringify(headers)).not.toContain('evil');
    }
  });

  it('tenancy by host name: no host that is not listed leads anywhere, forwarded or not', async () => {
    for (const trust of [false, true]) {
      const { app, storage } = createHost({
        before: (host) => void host.set('trust proxy', trust),
        options: { directoryFrom: 'host', baseUrl: 'https://{host}/scim/v2' },
      });
      const { token } = await addDirectory(storage, { hosts: ['scim.acme.example', 'scim.acme.example:8443'] });
      const status = async (headers: Readonly<Record<string, string>>) => {
        const answer = await clientOf(app, token, headers).get('/scim/v2/Users');
        if (answer.status !== 200) expectScimError(answer, 401);
        expect(answer.text).not.toContain('evil');
        return answer.status;
      };
      const listed = 'scim.acme.example';
      expect(await status(HOSTILE)).toBe(401);
      for (const host of [
        'evil.example',
        `${listed}.evil.example`,
        `evil-${listed}`,
        `${listed}:9`,
        `${listed}:x`,
        'a@b',
        '',
      ]) {
        expect(await status({ Host: host })).toBe(401);
      }
      for (const host of [listed, `${listed}:8443`, 'SCIM.Acme.EXAMPLE', `${listed}.`]) {
        expect(await status({ Host: host })).toBe(200);
      }
      // A forwarded name counts only where the host application has declared its proxy trusted.
      expect(await status({ Host: 'internal:3000', 'X-Forwarded-Host': listed })).toBe(trust ? 200 : 401);
      expect(await status({ Host: `${listed}.evil.example`, 'X-Forwarded-Host': listed })).toBe(trust ? 200 : 401);
      expect(await status({ Host: listed, 'X-Forwarded-Host': 'evil.example' })).toBe(trust ? 401 : 200);
      // With its port, which the name that Express gives has lost.
      const forwarded = (host: string) => status({ Host: 'internal:3000', 'X-Forwarded-Host': host });
      expect(await forwarded(`${listed}:8443`)).toBe(trust ? 200 : 401);
      expect(await forwarded(`${listed}:8443, proxy.example:80`)).toBe(trust ? 200 : 401);
      expect(await forwarded(`${listed}:9`)).toBe(401);
      expect(await status({ Host: `${listed}:9`, 'X-Forwarded-Host': `${listed}:8443` })).toBe(trust ? 200 : 401);
      expect(await status({ Host: `${listed}:8443`, 'X-Forwarded-Host': `${listed}:9` })).toBe(trust ? 401 : 200);
    }
  });
});

describe('Finding the directory', () => {
  it('TQ-40 finds the tenant by the token alone: the base URL carries no tenant', async () => {
    const { app, storage } = createHost({
      mount: '/api/scim',
      options: { directoryFrom: 'token', baseUrl: 'https://torque.example/api/scim' },
    });
    const acme = clientOf(app, (await addDirectory(storage)).token);
    const umbrella = clientOf(app, (await addDirectory(storage, { organizationId: 'umbrella', id: 'umbrella' })).token);
    const created = await acme.post('/api/scim/Users', ADA);
    expect(created.headers['location']).toBe(`https://torque.example/api/scim/Users/${created.body.id}`);
    expect((await acme.get(`/api/scim/Users/${created.body.id}`)).body).toEqual(created.body);
    expectScimError(await umbrella.get(`/api/scim/Users/${created.body.id}`), 404);
    expect((await umbrella.get('/api/scim/Users')).body.totalResults).toBe(0);
    expectScimError(await acme.get('/api/scim/acme/Users'), 404);
    expectScimError(await request(app).get('/api/scim/Users'), 401);
  });

  it('TQ-32 offers a users-only directory no Groups, in ResourceTypes and Schemas neither', async () => {
    const { app, storage } = createHost({ options: { directoryFrom: 'token', openDiscovery: true } });
    const { get, post } = clientOf(app, (await addDirectory(storage, { resourceTypes: ['User'] })).token);
    const ids = async (path: string) => (await get(path)).body.Resources.map(({ id }: { id: string }) => id);
    expect(await ids('/scim/v2/ResourceTypes')).toEqual(['User']);
    expect(await ids('/scim/v2/Schemas')).not.toContain(GROUP);
    expect(await ids('/scim/v2/Schemas')).toContain(USER);
    expectScimError(await get('/scim/v2/ResourceTypes/Group'), 404);
    expectScimError(await get(`/scim/v2/Schemas/${GROUP}`), 404);
    expectScimError(await get('/scim/v2/Groups'), 404);
    expectScimError(await post('/scim/v2/Groups', { displayName: 'G' }), 404);
    const user = await post('/scim/v2/Users', ADA);
    expect((await get('/scim/v2/')).body.Resources).toEqual([user.body]);
    const bulk = await post('/scim/v2/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', bulkId: 'g', path: '/Groups', data: { displayName: 'G' } }],
    });
    expect(bulk.body.Operations).toEqual([expect.objectContaining({ status: '404' })]);
  });

  it('QL-5 finds the tenant by a host name of its own', async () => {
    const { app, storage } = createHost({
      mount: '/api/scim/v2',
      options: { directoryFrom: 'host', baseUrl: 'https://{host}/api/scim/v2' },
    });
    const acme = await addDirectory(storage, { hosts: ['acme.qualytics.example'] });
    const umbrella = await addDirectory(storage, { id: 'umbrella', hosts: ['umbrella.qualytics.example'] });
    const at = (token: string, Host: string) => clientOf(app, token, { Host });
    const created = await at(acme.token, 'Acme.Qualytics.example.').post('/api/scim/v2/Users', ADA);
    expect(created.headers['location']).toBe(`https://acme.qualytics.example/api/scim/v2/Users/${created.body.id}`);
    expect(created.body.meta.location).toBe(created.headers['location']);
    expectScimError(await at(acme.token, 'umbrella.qualytics.example').get('/api/scim/v2/Users'), 401);
    expectScimError(await at(umbrella.token, 'acme.qualytics.example').get('/api/scim/v2/Users'), 401);
    const other = await at(umbrella.token, 'umbrella.qualytics.example').get('/api/scim/v2/Users');
    expect(other.body.totalResults).toBe(0);
  });

  it('SE-4 serves a custom domain of the customer beside the product’s own', async () => {
    const { app, storage } = createHost({ options: { directoryFrom: 'host', baseUrl: 'https://{host}/api/v2/scim' } });
    const hosts = ['app.secoda.example', 'data.customer.example'];
    const { token } = await addDirectory(storage, { hosts });
    const created = await clientOf(app, token, { Host: 'app.secoda.example' }).post('/scim/v2/Users', ADA);
    for (const host of hosts) {
      const read = await clientOf(app, token, { Host: host }).get(`/scim/v2//Users/${created.body.id}`);
      expect(read.body.meta.location).toBe(`https://${host}/api/v2/scim/Users/${created.body.id}`);
    }
  });

  it('OU-2 keeps two kinds of tenant apart in one host, each with its own ids and tokens', async () => {
    const storage = createMemoryStorage();
    const app = express5();
    const origin = 'https://oneuptime.example';
    const project = createScimRouter(storage, { kind: 'project', baseUrl: `${origin}/scim/v2` });
    const statusPage = createScimRouter(storage, { kind: 'status-page', baseUrl: `${origin}/status-page-scim/v2` });
    app.use('/scim/v2', project);
    app.use('/status-page-scim/v2', statusPage);
    const p = await addDirectory(storage, { id: 'p1', kind: 'project' });
    const s = await addDirectory(storage, { id: 's1', kind: 'status-page' });
    expect((await clientOf(app, p.token).post('/scim/v2/p1/Users', ADA)).status).toBe(201);
    expect((await clientOf(app, s.token).get('/status-page-scim/v2/s1/Users')).body.totalResults).toBe(0);
    expectScimError(await clientOf(app, p.token).get('/status-page-scim/v2/p1/Users'), 401);
    expectScimError(await clientOf(app, s.token).get('/scim/v2/s1/Users'), 401);
    expectScimError(await clientOf(app, p.token).get('/status-page-scim/v2/s1/Users'), 401);
    expectScimError(await clientOf(app, s.token).get('/scim/v2/p1/Users'), 401);
  });

  it('OU-3 serves projects under /scim/v2/{scimId} and status pages under /status-page-scim/v2/{scimId}', async () => {
    const storage = createMemoryStorage();
    const app = express5();
    for (const [kind, mount] of [
      ['project', '/scim/v2'],
      ['status-page', '/status-page-scim/v2'],
    ] as const) {
      app.use(mount, createScimRouter(storage, { kind, baseUrl: `https://oneuptime.example${mount}` }));
      const { token } = await addDirectory(storage, { id: `id-${kind}`, kind });
      const created = await clientOf(app, token).post(`${mount}/id-${kind}/Users`, ADA);
      expect(created.body.meta.location).toBe(`https://oneuptime.example${mount}/id-${kind}/Users/${created.body.id}`);
    }
  });

  it('OU-14 has no Groups on a status page', async () => {
    const { app, storage } = createHost({ options: { kind: 'status-page', baseUrl: PUBLIC_URL } });
    const settings = { kind: 'status-page', resourceTypes: ['User'] };
    const { get, post, patch } = clientOf(app, (await addDirectory(storage, settings)).token);
    for (const answer of [
      await get('/scim/v2/acme/Groups'),
      await get('/scim/v2/acme/Groups/1'),
      await post('/scim/v2/acme/Groups', { displayName: 'G' }),
      await patch('/scim/v2/acme/Groups/1', [{ op: 'add', path: 'members', value: [] }]),
    ]) {
      expect(expectScimError(answer, 404)).toContain('Groups');
    }
    const { Resources } = (await get('/scim/v2/acme/ResourceTypes')).body;
    expect(Resources.map(({ id }: { id: string }) => id)).toEqual(['User']);
    expect((await get('/scim/v2/acme/Schemas')).text).not.toContain(GROUP);
  });

  it('several routers in one application keep everything apart, also under load', async () => {
    const app = express5();
    const routers = await Promise.all(
      ['a', 'b', 'c'].map(async (name, index) => {
        const storage = createMemoryStorage();
        const options: ScimRouterOptions = {
          baseUrl: `https://${name}.example`,
          maxPageSize: index + 1,
          users: { attributes: [{ name: `only${name}`, type: 'string' }] },
          policy: { activeByDefault: index === 0 },
        };
        app.use(`/${name}`, createScimRouter(storage, options));
        const { token } = await addDirectory(storage);
        return { name, index, client: clientOf(app, token), token };
      }),
    );
    const server = app.listen(0);
    try {
      const created = await Promise.all(
        Array.from({ length: 60 }, async (_, turn) => {
          const { name, index, token } = routers[turn % 3] ?? { name: '', index: 0, token: '' };
          const body = { userName: `ada${turn}`, onlya: 'a', onlyb: 'b', onlyc: 'c' };
          const test = request(server).post(`/${name}/acme/Users`).set('Authorization', token).type(SCIM_JSON);
          const answer = await test.send(JSON.stringify(body));
          return { name, index, answer };
        }),
      );
      for (const { name, index, answer } of created) {
        expect(answer.status).toBe(201);
        expect(answer.headers['location']).toBe(`https://${name}.example/acme/Users/${answer.body.id}`);
        const own = Object.entries(answer.body).filter(([key]) => key.startsWith('only'));
        expect(own).toEqual([[`only${name}`, name]]);
        expect(answer.body.active).toBe(index === 0);
      }
    } finally {
      server.close();
    }
    for (const { name, index, client } of routers) {
      const page = await client.get(`/${name}/acme/Users`);
      expect(page.body).toMatchObject({ totalResults: 20, itemsPerPage: index + 1 });
      expect((await client.get(`/${name}/acme/Schemas`)).text.match(/only[abc]/g)).toEqual([`only${name}`]);
      const { filter } = (await client.get(`/${name}/acme/ServiceProviderConfig`)).body;
      expect(filter.maxResults).toBe(index + 1);
    }
    const [a, b] = routers;
    expectScimError(
      await request(app)
        .get('/b/acme/Users')
        .set('Authorization', a?.token ?? ''),
      401,
    );
    expectScimError(
      await request(app)
        .get('/a/acme/Users')
        .set('Authorization', b?.token ?? ''),
      401,
    );
  });
});

describe("The host's own authentication", () => {
  const anybody = () => ({ directoryId: 'acme' });

  it('decides alone, and sees the request', async () => {
    const { app, storage } = createHost({
      options: {
        baseUrl: PUBLIC_URL,
        authenticate: async (incoming) =>
          incoming.headers['x-api-key'] === 'good' ? { directoryId: 'acme' } : undefined,
      },
    });
    const { token } = await addDirectory(storage);
    await addDirectory(storage, { id: 'umbrella' });
    const ask = (path: string, headers: Readonly<Record<string, string>>) => request(app).get(path).set(headers);
    expect((await ask('/scim/v2/acme/Users', { 'X-Api-Key': 'good' })).status).toBe(200);
    const refused = await ask('/scim/v2/acme/Users', { Authorization: `Bearer ${token}` });
    expectScimError(refused, 401);
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer/);
    expectScimError(await ask('/scim/v2/umbrella/Users', { 'X-Api-Key': 'good' }), 401);
    expectScimError(await ask('/scim/v2/nobody/Users', { 'X-Api-Key': 'good' }), 404);
  });

  it('names the one directory that the caller may enter, whatever the request addresses', async () => {
    const authenticate = () => ({ directoryId: 'acme' });
    const byPath = createHost({ options: { authenticate } });
    await addDirectory(byPath.storage);
    await addDirectory(byPath.storage, { id: 'globex' });
    expect((await request(byPath.app).get('/scim/v2/acme/Users')).status).toBe(200);
    expectScimError(await request(byPath.app).get('/scim/v2/globex/Users'), 401);
    const byHost = createHost({ options: { authenticate, directoryFrom: 'host' } });
    await addDirectory(byHost.storage, { hosts: ['acme.example'] });
    await addDirectory(byHost.storage, { id: 'globex', hosts: ['globex.example'] });
    expect((await request(byHost.app).get('/scim/v2/Users').set('Host', 'acme.example')).status).toBe(200);
    expectScimError(await request(byHost.app).get('/scim/v2/Users').set('Host', 'globex.example'), 401);
    expectScimError(await request(byHost.app).get('/scim/v2/Users').set('Host', 'evil.example'), 404);
    const byToken = createHost({ options: { authenticate, directoryFrom: 'token' } });
    await addDirectory(byToken.storage);
    expect((await request(byToken.app).get('/scim/v2/Users')).status).toBe(200);
  });

  it('that names no directory lets nobody in', async () => {
    const authenticate = (() => ({})) as unknown as NonNullable<ScimRouterOptions['authenticate']>;
    for (const directoryFrom of ['path', 'token'] as const) {
      const { app, storage } = createHost({ options: { authenticate, directoryFrom } });
      await addDirectory(storage);
      expectScimError(await request(app).get(directoryFrom === 'path' ? '/scim/v2/acme/Users' : '/scim/v2/Users'), 401);
    }
  });

  it('is held to the scopes it states, and to a directory that is switched off', async () => {
    const { app, storage } = createHost({
      options: { authenticate: () => ({ directoryId: 'acme', scopes: ['users:read'] }), tokenCacheSeconds: 0 },
    });
    await addDirectory(storage);
    const post = () => request(app).post('/scim/v2/acme/Users').type(SCIM_JSON).send(JSON.stringify(ADA));
    expect((await request(app).get('/scim/v2/acme/Users')).body.totalResults).toBe(0);
    expectScimError(await post(), 403);
    expectScimError(await request(app).get('/scim/v2/acme/Groups'), 403);
    expect((await request(app).get('/scim/v2/acme/Users')).body.totalResults).toBe(0);
    await createDirectories({ storage }).disable({ organizationId: 'acme', directoryId: 'acme' });
    expectScimError(await request(app).get('/scim/v2/acme/Users'), 403);
  });

  it('that fails is a fault of the host: 500, and nobody gets in', async () => {
    const authenticate = async () => {
      throw new Error('session store of redis-7.internal is down');
    };
    const { app, storage } = createHost({ options: { authenticate } });
    await addDirectory(storage);
    const answer = await request(app).get('/scim/v2/acme/Users');
    expectScimError(answer, 500);
    expect(answer.text).not.toContain('redis');
  });

  it('names the subject of /Me, which can be read and changed there', async () => {
    let userId = '';
    const { app, storage } = createHost({
      options: { baseUrl: PUBLIC_URL, authenticate: () => ({ directoryId: 'acme', userId }) },
    });
    await addDirectory(storage);
    const client = clientOf(app, 'none');
    const created = await client.post('/scim/v2/acme/Users', ADA);
    userId = created.body.id;
    const me = await client.get('/scim/v2/acme/Me');
    expect(me.body).toEqual(created.body);
    expect(me.headers['location']).toBe(`${PUBLIC_URL}/acme/Users/${userId}`);
    const narrowed = await client.get('/scim/v2/acme/Me?attributes=userName');
    expect(narrowed.body).toEqual({ schemas: [USER], id: userId, userName: ADA.userName });
    const patched = await client.patch('/scim/v2/acme/Me', [{ op: 'add', path: 'title', value: 'T' }]);
    expect(patched.body).toMatchObject({ id: userId, title: 'T' });
    expect((await client.put('/scim/v2/acme/Me', ADA)).body).not.toHaveProperty('title');
    expectScimError(await client.post('/scim/v2/acme/Me', ADA), 405);
    expect((await client.delete('/scim/v2/acme/Me')).status).toBe(204);
    expectScimError(await client.get('/scim/v2/acme/Me'), 404);
  });

  it('names no subject: /Me is answered 501, as with a token of a directory', async () => {
    const { app, storage } = createHost({ options: { authenticate: anybody } });
    await addDirectory(storage);
    expectScimError(await request(app).get('/scim/v2/acme/Me'), 501);
    const tokens = createHost();
    const { get } = clientOf(tokens.app, (await addDirectory(tokens.storage)).token);
    expectScimError(await get('/scim/v2/acme/Me'), 501);
  });
});

describe('Open discovery', () => {
  const DISCOVERY = ['ServiceProviderConfig', 'Schemas', 'ResourceTypes', 'ResourceTypes/User', `Schemas/${USER}`];

  it('37 lets anybody read discovery where the option is on, and nothing else', async () => {
    const { app, storage } = createHost({ options: { openDiscovery: true, baseUrl: PUBLIC_URL } });
    await addDirectory(storage);
    for (const path of DISCOVERY) {
      const answer = await request(app).get(`/scim/v2/acme/${path}`);
      expect({ path, status: answer.status, type: answer.headers['content-type'] }).toEqual({
        path,
        status: 200,
        type: SCIM_JSON,
      });
      expect(answer.text).toContain(`${PUBLIC_URL}/acme/${path.split('/')[0]}`);
      expectScimError(await request(app).post(`/scim/v2/acme/${path}`), 405);
    }
    for (const path of ['Users', 'Groups', 'Me', 'Bulk', '', 'Users/1', '.search', 'Nothing']) {
      expectScimError(await request(app).get(`/scim/v2/acme/${path}`), 401);
    }
  });

  it('37 asks for the token by default', async () => {
    const { app, storage } = createHost();
    await addDirectory(storage);
    for (const path of DISCOVERY) expectScimError(await request(app).get(`/scim/v2/acme/${path}`), 401);
  });

  it('37 shows of a directory what it offers, and of an unknown or switched-off one nothing', async () => {
    const { app, storage } = createHost({ options: { openDiscovery: true, tokenCacheSeconds: 0 } });
    await addDirectory(storage, { resourceTypes: ['User'] });
    await addDirectory(storage, { id: 'other', kind: 'other' });
    expect((await request(app).get('/scim/v2/acme/ResourceTypes')).body.totalResults).toBe(1);
    for (const id of ['nobody', 'other', '__proto__']) {
      expectScimError(await request(app).get(`/scim/v2/${id}/ServiceProviderConfig`), 404);
    }
    await createDirectories({ storage }).disable({ organizationId: 'acme', directoryId: 'acme' });
    expectScimError(await request(app).get('/scim/v2/acme/ServiceProviderConfig'), 403);
  });

  it('37 works where only the token would tell the directory, with URLs of the mount', async () => {
    const { app } = createHost({ options: { openDiscovery: true, directoryFrom: 'token', baseUrl: PUBLIC_URL } });
    const config = await request(app).get('/scim/v2/ServiceProviderConfig');
    expect(config.body.meta.location).toBe(`${PUBLIC_URL}/ServiceProviderConfig`);
    expect((await request(app).get('/scim/v2/ResourceTypes')).body.totalResults).toBe(2);
    const wrong = request(app).get('/scim/v2/ResourceTypes').set('Authorization', 'Bearer wrong');
    expectScimError(await wrong, 401);
  });
});
