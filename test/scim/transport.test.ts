import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { createDirectories, createDirectoryTokens, createScimRouter } from 'express-sso-scim';
import request from 'supertest';
import { createBearerToken } from '../../src/tenancy/bearer-token.js';
import { exchangeUntilClosed } from '../support/raw-exchange.js';
import { expectScimError } from '../support/scim-error.js';
import {
  createScimSite,
  ERROR,
  PATCH_OP,
  PUBLIC_URL,
  type ScimClient,
  type ScimSite,
  USER,
} from '../support/scim-site.js';

const START = Date.parse('2026-03-01T12:00:00.000Z');
const SCIM_JSON = 'application/scim+json';
const ADA = { schemas: [USER], userName: 'ada@example.com' };

function send(site: ScimSite, path: string, authorization?: string) {
  const test = request(site.app).get(`/scim/v2${path}`);
  return authorization === undefined ? test : test.set('Authorization', authorization);
}

async function total(client: ScimClient, endpoint = 'Users'): Promise<number> {
  const answer = await client.get(`/${endpoint}?count=0`);
  expect(answer.status).toBe(200);
  return answer.body.totalResults;
}

function tokensOf({ storage }: ScimSite, clock = { now: () => START }) {
  return createDirectoryTokens({ storage, clock });
}

describe('Authorization (RFC 7644 section 2)', () => {
  it.each([
    ['GET', '/Users'],
    ['GET', '/Groups/1'],
    ['POST', '/Users'],
    ['PUT', '/Users/1'],
    ['PATCH', '/Groups/1'],
    ['DELETE', '/Users/1'],
    ['POST', '/Bulk'],
    ['POST', '/.search'],
    ['GET', '/Me'],
    ['GET', '/ServiceProviderConfig'],
    ['GET', '/Schemas'],
    ['GET', '/ResourceTypes'],
    ['GET', '/Nothing'],
    ['GET', ''],
  ])('1 refuses %s %s without Authorization', async (method, path) => {
    const site = createScimSite();
    const { directory } = await site.client();
    const answer = await request(site.app)[method.toLowerCase() as 'get'](`/scim/v2/${directory.id}${path}`);
    expectScimError(answer, 401);
  });

  it('2 names the scheme in WWW-Authenticate of every 401', async () => {
    const site = createScimSite();
    const { directory } = await site.client();
    for (const authorization of [undefined, 'Basic YTpi', `Bearer ${createBearerToken().token}`]) {
      const answer = await send(site, `/${directory.id}/Users`, authorization);
      expectScimError(answer, 401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="[^"]+"$/);
    }
  });

  it('3 refuses whatever is no token of the directory', async () => {
    const site = createScimSite();
    const { directory, token } = await site.client();
    const last = token.endsWith('A') ? 'B' : 'A';
    const wrong = [
      '',
      'Bearer',
      'Bearer ',
      'Bearer Bearer',
      `Bearer ${token.slice(0, -1)}${last}`,
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token}x`,
      `Bearer ${token} ${token}`,
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token.toUpperCase()}`,
      `Token ${token}`,
      `Basic ${Buffer.from(`scim:${token}`).toString('base64')}`,
      `Bearer "${token}"`,
      `Bearer ${createBearerToken().token}`,
      `Bearer ${'x'.repeat(4000)}`,
      'Bearer undefined',
    ];
    for (const authorization of wrong) {
      expectScimError(await send(site, `/${directory.id}/Users`, authorization), 401);
    }
    expect((await send(site, `/${directory.id}/Users`, `Bearer ${token}`)).status).toBe(200);
  });

  it('3 takes no token from the query or the body', async () => {
    const site = createScimSite();
    const { directory, token } = await site.client();
    expectScimError(await send(site, `/${directory.id}/Users?access_token=${token}`), 401);
    const answer = await request(site.app)
      .post(`/scim/v2/${directory.id}/Users`)
      .type('application/x-www-form-urlencoded')
      .send(`access_token=${token}`);
    expectScimError(answer, 401);
  });

  it('4 answers the token of another directory as if there were nothing, and leaks nothing', async () => {
    const site = createScimSite();
    const [a, b] = [await site.client(), await site.client()];
    const created = await b.post('/Users', ADA);
    const attempts = [
      await send(site, `/${b.directory.id}/Users`, `Bearer ${a.token}`),
      await send(site, `/${b.directory.id}/Users/${created.body.id}`, `Bearer ${a.token}`),
      await send(site, '/no-such-directory/Users', `Bearer ${a.token}`),
      await send(site, '', `Bearer ${a.token}`),
      await send(site, '/%2e%2e/Users', `Bearer ${a.token}`),
      await send(site, `/${a.directory.id}/Users`, `Bearer ${createBearerToken().token}`),
    ];
    for (const answer of attempts) expectScimError(answer, 401);
    expect(new Set(attempts.map(({ text }) => text)).size).toBe(1);
  });

  it('4 writes nothing with the token of another directory', async () => {
    const site = createScimSite();
    const [a, b] = [await site.client(), await site.client()];
    const created = await b.post('/Users', ADA);
    const at = `/scim/v2/${b.directory.id}/Users`;
    const as = (test: request.Test) => test.set('Authorization', `Bearer ${a.token}`);
    expectScimError(await as(request(site.app).post(at)).send({ userName: 'eve' }), 401);
    expectScimError(await as(request(site.app).delete(`${at}/${created.body.id}`)), 401);
    expect(await total(a)).toBe(0);
    expect((await b.get(`/Users/${created.body.id}`)).body).toEqual(created.body);
    expect(await total(b)).toBe(1);
  });

  it('4 finds nothing of another directory by id', async () => {
    const site = createScimSite();
    const [a, b] = [await site.client(), await site.client()];
    const { id } = (await b.post('/Users', ADA)).body;
    expectScimError(await a.get(`/Users/${id}`), 404);
    expectScimError(await a.put(`/Users/${id}`, ADA), 404);
    expectScimError(await a.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }]), 404);
    expectScimError(await a.delete(`/Users/${id}`), 404);
    expect((await b.get(`/Users/${id}`)).body).toMatchObject({ userName: ADA.userName, active: true });
  });

  it('OU-11 gives every configuration a token of its own, and each opens only its own', async () => {
    const site = createScimSite();
    const clients = [await site.client(), await site.client(), await site.client()];
    for (const owner of clients) {
      for (const { directory } of clients) {
        const answer = await send(site, `/${directory.id}/Users`, `Bearer ${owner.token}`);
        if (directory === owner.directory) expect(answer.status).toBe(200);
        else expectScimError(answer, 401);
      }
    }
  });

  it.each(['Bearer TOKEN', 'bearer TOKEN', 'BEARER   TOKEN', 'Bearer Bearer TOKEN', 'bearer BEARER TOKEN', 'TOKEN'])(
    'OU-25 accepts the header "%s"',
    async (spelling) => {
      const site = createScimSite();
      const { directory, token } = await site.client();
      const answer = await send(site, `/${directory.id}/Users`, spelling.replace('TOKEN', token));
      expect(answer.status).toBe(200);
    },
  );

  it('TQ-38 accepts the token without the word Bearer, for writing too', async () => {
    const site = createScimSite();
    const { directory, token } = await site.client();
    const users = `/scim/v2/${directory.id}/Users`;
    const answer = await request(site.app)
      .post(users)
      .set('Authorization', token)
      .type(SCIM_JSON)
      .send(JSON.stringify(ADA));
    expect(answer.status).toBe(201);
  });

  it('QL-3 lets only authorized callers in, and announces OAuth bearer tokens', async () => {
    const site = createScimSite();
    const client = await site.client();
    const { authenticationSchemes } = (await client.get('/ServiceProviderConfig')).body;
    expect(authenticationSchemes).toEqual([expect.objectContaining({ type: 'oauthbearertoken', primary: true })]);
    expectScimError(await send(site, `/${client.directory.id}/ServiceProviderConfig`), 401);
  });

  it('TQ-39 refuses what the token has no permission for (403), and does nothing', async () => {
    const site = createScimSite();
    const client = await site.client();
    const { id } = (await client.post('/Users', ADA)).body;
    const as = async (scopes: readonly string[]) => {
      const { token } = await tokensOf(site).issue({ directory: client.directory, name: 'limited', scopes });
      return (test: request.Test) => test.set('Authorization', `Bearer ${token}`).type(SCIM_JSON);
    };
    const at = (path: string) => `/scim/v2/${client.directory.id}${path}`;
    const { app } = site;

    const manageUsers = await as(['users']);
    expect((await manageUsers(request(app).post(at('/Users'))).send('{"userName":"grace"}')).status).toBe(201);
    expectScimError(await manageUsers(request(app).get(at('/Groups'))), 403);
    expectScimError(await manageUsers(request(app).post(at('/Groups'))).send('{"displayName":"G"}'), 403);

    const readUsers = await as(['users:read']);
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };
    expect((await readUsers(request(app).get(at(`/Users/${id}`)))).status).toBe(200);
    expect((await readUsers(request(app).post(at('/Users/.search'))).send(JSON.stringify(search))).status).toBe(200);
    expectScimError(await readUsers(request(app).post(at('/Users'))).send('{"userName":"eve"}'), 403);
    expectScimError(await readUsers(request(app).put(at(`/Users/${id}`))).send('{"userName":"eve"}'), 403);
    const deactivation = JSON.stringify({
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', value: { active: false } }],
    });
    expectScimError(await readUsers(request(app).patch(at(`/Users/${id}`))).send(deactivation), 403);
    expectScimError(await readUsers(request(app).delete(at(`/Users/${id}`))), 403);

    const manageGroups = await as(['groups']);
    expect(expectScimError(await manageGroups(request(app).get(at('/Users'))), 403)).toContain('users:read');
    expect((await manageGroups(request(app).get(at('/ResourceTypes')))).status).toBe(200);

    expect((await client.get(`/Users/${id}`)).body).toMatchObject({ userName: ADA.userName, active: true });
    expect(await total(client)).toBe(2);
    expect(await total(client, 'Groups')).toBe(0);
  });

  it('TQ-39 keeps the permission of a token inside bulk requests and searches over all types', async () => {
    const site = createScimSite();
    const client = await site.client();
    await client.post('/Users', ADA);
    const { token } = await tokensOf(site).issue({ directory: client.directory, name: 'groups', scopes: ['groups'] });
    const at = (path: string) => `/scim/v2/${client.directory.id}${path}`;
    const bulk = await request(site.app)
      .post(at('/Bulk'))
      .set('Authorization', `Bearer ${token}`)
      .send({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [
          { method: 'POST', bulkId: 'u', path: '/Users', data: { userName: 'eve' } },
          { method: 'POST', bulkId: 'g', path: '/Groups', data: { displayName: 'G' } },
        ],
      });
    expect(bulk.body.Operations.map(({ status }: { status: string }) => status)).toEqual(['403', '201']);
    const all = await send(site, `/${client.directory.id}/`, `Bearer ${token}`);
    expect(all.body.Resources).toEqual([expect.objectContaining({ displayName: 'G' })]);
    expect(all.body.totalResults).toBe(1);
    expect(await total(client)).toBe(1);
  });

  it('refuses a token that has expired, to the millisecond, although it is cached', async () => {
    let now = START;
    const clock = { now: () => now };
    const site = createScimSite({ clock, tokenCacheSeconds: 300 });
    const { directory } = await site.client();
    const expiresAt = new Date(START + 60_000).toISOString();
    const { token } = await tokensOf(site, clock).issue({ directory, name: 'short', expiresAt });
    const ask = () => send(site, `/${directory.id}/Users`, `Bearer ${token}`);
    expect((await ask()).status).toBe(200);
    now = START + 59_999;
    expect((await ask()).status).toBe(200);
    now = START + 60_000;
    expect(expectScimError(await ask(), 401)).toContain('expired');
  });

  it('refuses a revoked token once the seconds of the cache are over', async () => {
    let now = START;
    const clock = { now: () => now };
    const site = createScimSite({ clock, tokenCacheSeconds: 5 });
    const { directory, token } = await site.client();
    const ask = () => send(site, `/${directory.id}/Users`, `Bearer ${token}`);
    expect((await ask()).status).toBe(200);
    const tokens = tokensOf(site, clock);
    const scope = { organizationId: directory.organizationId, directoryId: directory.id };
    const [record] = await tokens.list(scope);
    expect(await tokens.revoke(scope, record?.id ?? '')).toBe(true);
    now = START + 4_999;
    expect((await ask()).status).toBe(200);
    now = START + 5_000;
    expect(expectScimError(await ask(), 401)).toContain('revoked');
  });

  it('refuses a directory that is switched off (403), and takes it up again unchanged', async () => {
    const site = createScimSite({ tokenCacheSeconds: 0 });
    const client = await site.client();
    await client.post('/Users', ADA);
    const scope = { organizationId: client.directory.organizationId, directoryId: client.directory.id };
    const directories = createDirectories({ storage: site.storage });
    await directories.disable(scope);
    expect(expectScimError(await client.get('/Users'), 403)).toContain('switched off');
    expectScimError(await client.post('/Users', { userName: 'grace' }), 403);
    // Whoever has no token learns nothing of it.
    expectScimError(await send(site, `/${client.directory.id}/Users`), 401);
    await directories.enable(scope);
    expect(await total(client)).toBe(1);
  });

  it.each([
    ['no token', ''],
    ['a wrong token', `Authorization: Bearer ${createBearerToken().token}\r\n`],
  ])('answers a body sent with %s without reading it', async (_, authorization) => {
    const site = createScimSite();
    const { directory } = await site.client();
    const head = `POST /scim/v2/${directory.id}/Users HTTP/1.1\r\nHost: scim.test\r\n${authorization}`;
    for (const framing of ['Content-Length: 1000000', 'Transfer-Encoding: chunked']) {
      const answer = await exchangeUntilClosed(site.app, `${head}Content-Type: ${SCIM_JSON}\r\n${framing}\r\n\r\n`);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('connection')).toBe('close');
      expect(JSON.parse(answer.text)).toMatchObject({ schemas: [ERROR], status: '401' });
    }
  });
});

describe('Media types and text (RFC 7644 sections 3.1 and 3.8)', () => {
  it('5 answers every success with a body as application/scim+json', async () => {
    const client = await createScimSite().client();
    const user = await client.post('/Users', ADA);
    const group = await client.post('/Groups', { displayName: 'G' });
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };
    const bulk = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', bulkId: 'x', path: '/Users', data: { userName: 'x' } }],
    };
    const answers = [
      user,
      group,
      await client.get('/'),
      await client.get('/Users'),
      await client.get(`/Users/${user.body.id}`),
      await client.get('/Users?attributes=userName'),
      await client.put(`/Users/${user.body.id}`, ADA),
      await client.patch(`/Users/${user.body.id}`, [{ op: 'add', path: 'title', value: 'Countess' }]),
      await client.get(`/Groups/${group.body.id}`),
      await client.post('/Users/.search', search),
      await client.post('/.search', search),
      await client.post('/Bulk', bulk),
      await client.get('/ServiceProviderConfig'),
      await client.get('/Schemas'),
      await client.get(`/Schemas/${USER}`),
      await client.get('/ResourceTypes'),
      await client.get('/ResourceTypes/User'),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map((_, index) => (index < 2 ? 201 : 200)));
    expect(new Set(answers.map(({ headers }) => headers['content-type']))).toEqual(new Set([SCIM_JSON]));
  });

  it('5 answers 204 without body and without content type', async () => {
    const client = await createScimSite().client();
    const { id } = (await client.post('/Users', ADA)).body;
    const answer = await client.delete(`/Users/${id}`);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
    expect(answer.headers).not.toHaveProperty('content-type');
  });

  it('6 answers every error as a SCIM Error body', async () => {
    const site = createScimSite({ maxBodyBytes: 500, bulk: false });
    const client = await site.client();
    const { id } = (await client.post('/Users', ADA)).body;
    expectScimError(await client.post('/Users', '{'), 400, 'invalidSyntax');
    expectScimError(await client.get('/Users?filter=x'), 400, 'invalidFilter');
    expectScimError(await send(site, `/${client.directory.id}/Users`), 401);
    expectScimError(await client.get('/Schemas?filter=id%20pr'), 403);
    expectScimError(await client.get('/Users/1'), 404);
    expectScimError(await client.delete('/Users'), 405);
    expectScimError(await client.post('/Users', ADA), 409, 'uniqueness');
    expectScimError(await client.put(`/Users/${id}`, ADA).set('If-Match', 'W/"99"'), 412);
    expectScimError(await client.post('/Users', `"${'x'.repeat(500)}"`), 413);
    expectScimError(await client.post('/Users', ADA).set('Content-Type', 'text/csv'), 415);
    expectScimError(await client.post('/Bulk', {}), 501);
    expectScimError(await client.get('/Me'), 501);
  });

  it('7 writes the status of an Error as a JSON string', async () => {
    const client = await createScimSite().client();
    expect((await client.get('/Users/1')).text).toContain('"status":"404"');
  });

  it.each([SCIM_JSON, 'application/json', '*/*', 'application/scim+json;q=0.9, */*;q=0.1', undefined])(
    '8 answers Accept: %s',
    async (accept) => {
      const client = await createScimSite().client();
      const test = client.get('/Users');
      const answer = await (accept === undefined ? test.unset('Accept') : test.set('Accept', accept));
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe(SCIM_JSON);
    },
  );

  it('9 answers Accept: text/html with SCIM JSON all the same, errors too', async () => {
    const client = await createScimSite().client();
    const answer = await client.get('/Users').set('Accept', 'text/html');
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({ status: 200, type: SCIM_JSON });
    expectScimError(await client.get('/Users/<script>').set('Accept', 'text/html'), 404);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/scim+json',
    'application/scim+json; charset=utf-8',
    'application/scim+json;charset="UTF-8"',
    'Application/SCIM+JSON',
    'application/json ; odata=verbose',
  ])('10 accepts the request Content-Type %s', async (type) => {
    const client = await createScimSite().client();
    const answer = await client.post('/Users', ADA).set('Content-Type', type);
    expect(answer.status).toBe(201);
  });

  it('SE-22 accepts plain application/json on create, replace and PATCH', async () => {
    const client = await createScimSite().client();
    const created = await client.post('/Users', ADA).set('Content-Type', 'application/json');
    expect(created.status).toBe(201);
    const put = await client
      .put(`/Users/${created.body.id}`, { ...ADA, title: 'x' })
      .set('Content-Type', 'application/json');
    expect(put.body.title).toBe('x');
    const change = [{ op: 'replace', path: 'title', value: 'y' }];
    const patched = await client.patch(`/Users/${created.body.id}`, change).set('Content-Type', 'application/json');
    expect(patched.body.title).toBe('y');
  });

  it('10 accepts a body without Content-Type', async () => {
    const site = createScimSite();
    const { directory, token } = await site.client();
    const body = JSON.stringify(ADA);
    const answer = await exchangeUntilClosed(
      site.app,
      `POST /scim/v2/${directory.id}/Users HTTP/1.1\r\nHost: scim.test\r\nConnection: close\r\n` +
        `Authorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer.status).toBe(201);
  });

  it.each([
    ['nothing but a brace', '{'],
    ['text', 'userName=ada'],
    ['JSON with a tail', '{"userName":"ada"} x'],
    ['two values', '{"userName":"ada"}{"userName":"eve"}'],
    ['a trailing comma', '{"userName":"ada",}'],
    ['single quotes', "{'userName':'ada'}"],
    ['a comment', '{/* who */"userName":"ada"}'],
    ['NaN', '{"userName":NaN}'],
    ['a line break in a text', '{"userName":"a\nb"}'],
    ['XML', '<User><userName>ada</userName></User>'],
    ['an unfinished text', '{"userName":"ada'],
    ['an unfinished escape', '{"userName":"\\'],
  ])('11 refuses a body of %s', async (_, body) => {
    const client = await createScimSite().client();
    expectScimError(await client.post('/Users', body), 400, 'invalidSyntax');
    expect(await total(client)).toBe(0);
  });

  it('11 refuses bytes that are no UTF-8', async () => {
    const site = createScimSite();
    const client = await site.client();
    const head =
      `POST /scim/v2/${client.directory.id}/Users HTTP/1.1\r\nHost: scim.test\r\nConnection: close\r\n` +
      `Authorization: Bearer ${client.token}\r\nContent-Type: ${SCIM_JSON}\r\nContent-Length: 18\r\n\r\n`;
    const answer = await exchangeUntilClosed(site.app, Buffer.from(`${head}{"userName":"\xe4da"}`, 'latin1'));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ schemas: [ERROR], status: '400', scimType: 'invalidSyntax' });
    expect(await total(client)).toBe(0);
  });

  it('11 refuses a body of nothing where one is needed', async () => {
    const client = await createScimSite().client();
    const { id } = (await client.post('/Users', ADA)).body;
    expectScimError(await client.post('/Users', ''), 400, 'invalidSyntax');
    expectScimError(await client.put(`/Users/${id}`, ''), 400, 'invalidSyntax');
    expectScimError(await client.post('/Users/.search', ''), 400, 'invalidSyntax');
    expectScimError(await client.post('/Bulk', ''), 400, 'invalidSyntax');
    expect(await total(client)).toBe(1);
  });

  it('11 reads past a byte order mark', async () => {
    const client = await createScimSite().client();
    expect((await client.post('/Users', `\uFEFF${JSON.stringify(ADA)}`)).status).toBe(201);
  });

  it.each([
    ['text/plain', {}],
    ['application/xml', {}],
    ['application/x-www-form-urlencoded', {}],
    ['multipart/form-data; boundary=x', {}],
    ['application/jsonp', {}],
    ['text/json', {}],
    ['application/scim+json; charset=utf-16', {}],
    ['application/scim+json; charset="iso-8859-1"', {}],
    [SCIM_JSON, { 'Content-Encoding': 'gzip' }],
    [SCIM_JSON, { 'Content-Encoding': 'br' }],
  ])('12 refuses a body of type %s %j (415), unread', async (type, headers) => {
    const client = await createScimSite().client();
    const answer = await client.post('/Users', ADA).set('Content-Type', type).set(headers);
    expectScimError(answer, 415);
    expect(answer.headers['connection']).toBe('close');
    expect(await total(client)).toBe(0);
  });

  it('13 keeps every letter of UTF-8 in names, filters and paths', async () => {
    const client = await createScimSite().client();
    const names = { familyName: '山田 🦊', givenName: 'Zoë', formatted: 'Zoë "Ж" \\ 山田\u2028' };
    const created = await client.post('/Users', { userName: 'zoë@münchen.example', externalId: 'ключ/1', name: names });
    expect(created.body).toMatchObject({ userName: 'zoë@münchen.example', externalId: 'ключ/1', name: names });
    expect((await client.get(`/Users/${created.body.id}`)).body).toEqual(created.body);
    const filters = ['userName eq "ZOË@MÜNCHEN.example"', 'externalId eq "ключ/1"', 'name.familyName ew "🦊"'];
    for (const filter of filters) {
      const found = await client.get(`/Users?filter=${encodeURIComponent(filter)}`);
      expect(found.body.Resources).toEqual([created.body]);
    }
    expectScimError(await client.get(`/Users/${encodeURIComponent('山')}`), 404);
  });

  it.each(['/Users/%', '/Users/%zz', '/Users/%c3%28', '/Users?filter=%', '/Users?filter=%c3%28', '/%E0%A4%A'])(
    '13 refuses broken percent-encoding in %s',
    async (path) => {
      const client = await createScimSite().client();
      expectScimError(await client.get(path), 400, 'invalidSyntax');
    },
  );
});

describe('Paths and methods', () => {
  it.each([
    '/Nothing',
    '/users',
    '/USERS',
    '/User',
    '/Users/1/2',
    '/Users/.search/x',
    '/Bulk/1',
    '/Me/1',
    '/.search/1',
    '/ServiceProviderConfig/1',
    '/ServiceProviderConfigs',
    '/ResourceTypes/User/1',
    '/Schemas/a/b',
    '/constructor',
    '/__proto__',
    '/toString',
    '/..%2fUsers',
    '/Users%2f1',
  ])('14 answers 404 at %s', async (path) => {
    const client = await createScimSite().client();
    expectScimError(await client.get(path), 404);
  });

  it('14 answers 404 to a NUL character in the path', async () => {
    const client = await createScimSite().client();
    expect(expectScimError(await client.get('/Users/a%00b'), 404)).toContain(
      'NUL character or half of a surrogate pair',
    );
  });

  it.each([
    ['put', '/Users', 'GET, HEAD, POST'],
    ['patch', '/Users', 'GET, HEAD, POST'],
    ['delete', '/Users', 'GET, HEAD, POST'],
    ['delete', '/Groups', 'GET, HEAD, POST'],
    ['post', '/Users/1', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['get', '/Users/.search', 'POST'],
    ['get', '/.search', 'POST'],
    ['get', '/Bulk', 'POST'],
    ['post', '/', 'GET, HEAD'],
  ])('15 refuses %s %s and says what is offered: %s', async (method, path, allow) => {
    const site = createScimSite();
    const { directory, token } = await site.client();
    const answer = await request(site.app)
      [method as 'get'](`/scim/v2/${directory.id}${path}`)
      .set('Authorization', `Bearer ${token}`);
    expectScimError(answer, 405);
    expect(answer.headers['allow']).toBe(allow);
  });

  it.each(['TRACE', 'PROPFIND', 'PURGE'])('15 refuses the method %s', async (method) => {
    const site = createScimSite();
    const { directory, token } = await site.client();
    const answer = await exchangeUntilClosed(
      site.app,
      `${method} /scim/v2/${directory.id}/Users HTTP/1.1\r\nHost: scim.test\r\nConnection: close\r\n` +
        `Authorization: Bearer ${token}\r\n\r\n`,
    );
    expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'GET, HEAD, POST',
    });
    expect(JSON.parse(answer.text)).toMatchObject({ schemas: [ERROR], status: '405' });
  });

  it('16 answers 413 to a body over the limit, at once and unread', async () => {
    const site = createScimSite({ maxBodyBytes: 1000 });
    const { directory, token } = await site.client();
    const head =
      `POST /scim/v2/${directory.id}/Users HTTP/1.1\r\nHost: scim.test\r\n` +
      `Authorization: Bearer ${token}\r\nContent-Type: ${SCIM_JSON}\r\n`;
    const sizes = [
      'Content-Length: 1001\r\n\r\n',
      `Transfer-Encoding: chunked\r\n\r\n${(1001).toString(16)}\r\n${'x'.repeat(1001)}`,
    ];
    for (const framing of sizes) {
      const answer = await exchangeUntilClosed(site.app, head + framing);
      expect({ status: answer.status, connection: answer.headers.get('connection') }).toEqual({
        status: 413,
        connection: 'close',
      });
      expect(JSON.parse(answer.text)).toEqual({
        schemas: [ERROR],
        status: '413',
        detail: expect.stringContaining('1000'),
      });
    }
  });

  it('16 takes a body of exactly the limit', async () => {
    const text = JSON.stringify(ADA);
    const client = await createScimSite({ maxBodyBytes: text.length }).client();
    expectScimError(await client.post('/Users', `${text} `), 413);
    expect((await client.post('/Users', text)).status).toBe(201);
  });

  it('18 resolves a base with and without version segment where both are mounted', async () => {
    const site = createScimSite();
    const { directory, token, baseUrl } = await site.client();
    const app = express();
    app.use(['/api/v2', '/api'], createScimRouter(site.storage, { baseUrl: PUBLIC_URL }));
    const body = JSON.stringify(ADA);
    const created = await request(app)
      .post(`/api/${directory.id}/Users`)
      .set('Authorization', token)
      .type(SCIM_JSON)
      .send(body);
    expect(created.status).toBe(201);
    const read = await request(app).get(`/api/v2/${directory.id}/Users/${created.body.id}`).set('Authorization', token);
    expect(read.body).toEqual(created.body);
    expect(read.body.meta.location).toBe(`${baseUrl}/Users/${created.body.id}`);
  });

  it('21 answers HEAD like GET, without the body', async () => {
    const site = createScimSite();
    const client = await site.client();
    const { id } = (await client.post('/Users', ADA)).body;
    for (const path of [`/Users/${id}`, '/Users', '/Schemas', '/Users/1']) {
      const get = await client.get(path);
      const head = await request(site.app)
        .head(`/scim/v2/${client.directory.id}${path}`)
        .set('Authorization', `Bearer ${client.token}`);
      expect({ status: head.status, text: head.text }).toEqual({ status: get.status, text: undefined });
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
      expect(head.headers['etag']).toBe(get.headers['etag']);
    }
    expect((await request(site.app).head(`/scim/v2/${client.directory.id}/Users`)).status).toBe(401);
  });

  it('21 answers OPTIONS without data, whoever asks', async () => {
    const site = createScimSite();
    const { directory } = await site.client();
    for (const path of [`/${directory.id}/Users`, '/nobody/Users', '/', '/%zz']) {
      const answer = await request(site.app).options(`/scim/v2${path}`);
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
      expect(answer.headers['allow']).toContain('PATCH');
    }
  });

  it.each([
    ['SLASH/Users/'],
    ['SLASH//Users'],
    ['SLASH//Users//'],
    ['/SLASH///Users'],
    ['SLASH/Users/?'],
    ['SLASH/Users?aadOptscim062020'],
    ['SLASH/%55sers'],
  ])('22 answers %s as /Users', async (spelling) => {
    const site = createScimSite();
    const { directory, token } = await site.client();
    const client = await site.client();
    expect(client.directory.id).not.toBe(directory.id);
    const plain = await send(site, `/${directory.id}/Users`, token);
    const answer = await send(site, `/${spelling.replace('SLASH', directory.id)}`, token);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: plain.body });
  });

  it('22 answers Users/?filter= as Users?filter=', async () => {
    const client = await createScimSite().client();
    await client.post('/Users', ADA);
    await client.post('/Users', { userName: 'grace' });
    const filter = 'filter=userName%20eq%20%22grace%22';
    const plain = await client.get(`/Users?${filter}`);
    expect(plain.body.totalResults).toBe(1);
    expect((await client.get(`/Users/?${filter}`)).body).toEqual(plain.body);
    expectScimError(await client.get('/Users/?filter='), 400, 'invalidFilter');
  });

  it('SE-3 takes a base URL that ends with a slash, with one slash before Users or two', async () => {
    const client = await createScimSite().client();
    const created = await client.post('//Users', ADA);
    expect(created.status).toBe(201);
    expect(created.headers['location']).toBe(`${client.baseUrl}/Users/${created.body.id}`);
    for (const path of ['/Users/', '//Users/']) {
      expect((await client.get(`${path}${created.body.id}`)).body).toEqual(created.body);
    }
  });
});
