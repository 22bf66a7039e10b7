import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { createDirectories, createDirectoryTokens, createScimRouter } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import request from 'supertest';
import { observeStorage } from '../../src/testing/observed-storage.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { expectScimError } from '../support/scim-error.js';
import { createUser } from '../support/scim-resources.js';
import { createScimSite, PUBLIC_URL, USER } from '../support/scim-site.js';

/** What an attacker tries first, and the rule that stops it; the numbers are those of the list of attempts. */
describe('attempts', () => {
  it('security 4 a hostile Host or forwarded host reaches no address that is answered', async () => {
    const site = createScimSite();
    site.app.set('trust proxy', true);
    const client = await site.client();
    const body = { userName: 'ada' };
    for (const [name, value] of [
      ['Host', 'evil.example'],
      ['X-Forwarded-Host', 'evil.example'],
      ['Forwarded', 'host=evil.example'],
    ] as const) {
      const created = await client.post('/Users', { userName: `${body.userName}-${name}` }).set(name, value);
      expect(created.status).toBe(201);
      expect(created.headers['location']).toBe(`${PUBLIC_URL}/${client.directory.id}/Users/${created.body.id}`);
      expect(`${created.text}${JSON.stringify(created.headers)}`).not.toContain('evil');
    }
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    'security 7 %s is no attribute, parameter or operation of anybody',
    async (name) => {
      const client = await createScimSite().client();
      const { body } = await client.post(
        '/Users',
        `{"userName":"ada","${name}":{"active":false},"name":{"${name}":"x"}}`,
      );
      expect(body).toMatchObject({ schemas: [USER], userName: 'ada', active: true });
      expect(body).not.toHaveProperty('name');
      const path = `/Users/${body.id}`;
      expectScimError(await client.patch(path, [{ op: 'replace', path: name, value: 'x' }]), 400, 'invalidPath');
      expectScimError(await client.patch(path, [{ op: name, path: 'title', value: 'x' }]), 400, 'invalidSyntax');
      expectScimError(await client.get(`/Users?filter=${name}%20pr`), 400, 'invalidFilter');
      expectScimError(await client.get(`/Users?sortBy=${name}`), 400, 'invalidValue');
      expectScimError(await client.get(`/${name}`), 404);
      expectScimError(await client.get(`/Users/${name}`), 404);
      expectScimError(await client.get(`/Schemas/${name}`), 404);
      expect((await client.get(`${path}?attributes=${name}`)).body).toEqual({ schemas: [USER], id: body.id });
      expect((await client.get(`${path}?${name}=x`)).body).toEqual(body);
      expect(({} as Record<string, unknown>)['active']).toBeUndefined();
    },
  );

  it('security 8 a filter is no regular expression', async () => {
    const client = await createScimSite().client();
    await createUser(client, 'ada');
    for (const text of ['a.a', '.*', '^ada$', '(a+)+$', 'a%', 'a_a']) {
      for (const op of ['eq', 'co', 'sw', 'ew']) {
        const { body } = await client.get(`/Users?filter=${encodeURIComponent(`userName ${op} "${text}"`)}`);
        expect(body.totalResults).toBe(0);
      }
    }
  });

  it('security 9 guesses with a wrong checksum never reach the store, guesses with a right one once in a while', async () => {
    let lookups = 0;
    const storage = observeStorage(createMemoryStorage(), (call, proceed) => {
      if (call.name === 'directories.findToken') lookups += 1;
      return proceed();
    });
    const app = express().use('/scim/v2', createScimRouter(storage, { baseUrl: PUBLIC_URL }));
    const { id } = await createDirectories({ storage }).create({ organizationId: 'o', id: 'acme', name: 'n' });
    const other = createMemoryStorage();
    await createDirectories({ storage: other }).create({ organizationId: 'o', id, name: 'n' });
    const { token } = await createDirectoryTokens({ storage: other }).issue({
      directory: { organizationId: 'o', id },
      name: 'issued elsewhere',
    });
    for (let guess = 0; guess < 20; guess += 1) {
      const garbage = `scim_${String(guess).padStart(49, 'x')}`;
      const answer = await request(app).get('/scim/v2/acme/Users').set('Authorization', `Bearer ${garbage}`);
      expectScimError(answer, 401);
    }
    expect(lookups).toBe(0);
    for (let again = 0; again < 20; again += 1) {
      expectScimError(await request(app).get('/scim/v2/acme/Users').set('Authorization', `Bearer ${token}`), 401);
    }
    expect(lookups).toBe(1);
  });

  it('security 15 a body behind a bad token, or one that is too large, is left unread', async () => {
    const site = createScimSite({ maxBodyBytes: 1000 });
    const client = await site.client();
    const large = JSON.stringify({ userName: 'x'.repeat(5000) });
    const refused = await request(site.app)
      .post(`/scim/v2/${client.directory.id}/Users`)
      .set('Authorization', 'Bearer nobody')
      .set('Content-Type', 'application/scim+json')
      .send('{"userName":"ada"}');
    expectScimError(refused, 401);
    expect(refused.headers['connection']).toBe('close');
    const tooLarge = await client.post('/Users', large);
    expectScimError(tooLarge, 413);
    expect(tooLarge.headers['connection']).toBe('close');
    expect((await client.get('/Users')).body.totalResults).toBe(0);
  });

  it.each([
    ['express.json', express.json({ type: () => true })],
    ['express.text', express.text({ type: () => true })],
    ['express.raw', express.raw({ type: () => true })],
  ])('security 16 a body that %s of the host has read is used and not waited for', async (_name, parser) => {
    const storage = createMemoryStorage();
    const directory = await createDirectories({ storage }).create({ organizationId: 'o', id: 'acme', name: 'n' });
    const { token } = await createDirectoryTokens({ storage }).issue({ directory, name: 't' });
    const app = express()
      .use(parser)
      .use('/scim/v2', createScimRouter(storage, { baseUrl: PUBLIC_URL }));
    const send = (body: string) =>
      request(app)
        .post('/scim/v2/acme/Users')
        .set('Authorization', `Bearer ${token}`)
        .set('Content-Type', 'application/scim+json')
        .send(body);
    expect((await send('{"userName":"ada"}')).status).toBe(201);
    expectScimError(await send(`{"userName":"bob","x":${'['.repeat(100)}${']'.repeat(100)}}`), 400, 'invalidSyntax');
  });

  it.each([
    ['a key given twice', '{"userName":"ada","userName":"bob"}'],
    ['a key given twice with an escape', '{"userName":"ada","user\\u004eame":"bob"}'],
    ['a key given twice far inside', '{"userName":"ada","name":{"givenName":"a","givenName":"b"}}'],
    ['10,000 levels of nesting', `{"userName":"ada","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['100,000 levels that never close', '{"a":'.repeat(100_000)],
    ['an object of very many keys', `{"userName":"ada",${keys(1000)}}`],
    ['an object of very many keys far inside', `{"userName":"ada","x":[{"y":{${keys(1001)}}}]}`],
  ])('security 17 %s is refused before anything is done', async (_what, body) => {
    const client = await createScimSite().client();
    expectScimError(await client.post('/Users', body), 400, 'invalidSyntax');
    expect((await client.get('/Users')).body.totalResults).toBe(0);
  });

  it('security 17 a thousand keys of an object are taken', async () => {
    const client = await createScimSite().client();
    expect((await client.post('/Users', `{"userName":"ada",${keys(999)}}`)).status).toBe(201);
  });
});

/** `"k0":1,"k1":1` … */
function keys(count: number): string {
  return Array.from({ length: count }, (_, index) => `"k${index}":1`).join();
}

describe('secrets and log lines', () => {
  it('promise 9 no token, password or header stands in an answer or in the log, whatever fails', async () => {
    const memory = createMemoryStorage();
    const logger = createRecordingLogger();
    const broken = observeStorage(memory, (call, proceed) =>
      call.name === 'directoryUsers.insert' ? Promise.reject(new Error('connection to db-7 lost')) : proceed(),
    );
    const site = createScimSite({ logger }, broken);
    const client = await site.client();
    const secret = 'hunter2-Zx9';
    const answers = [
      await client.post('/Users', { userName: 'ada', password: secret }),
      await client.post('/Users', `{"userName":"ada","password":"${secret}"`),
      await client.post('/Users', { userName: 7, password: secret }),
      await client.get(`/Users?filter=password%20eq%20%22${secret}%22`),
      await client.get('/Users').set('Authorization', `Bearer ${client.token}x`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([500, 400, 400, 400, 401]);
    const logText = inspect(logger.entries, { depth: 8 });
    const said = answers.map(({ text, headers }) => text + JSON.stringify(headers)).join('') + logText;
    expect(said).not.toContain(secret);
    expect(said).not.toContain(client.token);
    expect(logText).toContain('connection to db-7 lost');
    expect(answers.map(({ text }) => text).join('')).not.toContain('db-7');
  });
});
