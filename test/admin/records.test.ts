import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import type { TrafficEntry } from 'express-sso-scim';
import request from 'supertest';
import { type CsvExport, csvLine, MOST_ROWS } from '../../src/admin/csv-export.js';
import { SETUP_GUIDES } from '../../src/admin/setup-guides/setup-guides.js';
import { writeCsv } from '../../src/http/admin/csv-writer.js';
import { ACME, type AdminTestSite, createAdminTestSite, encoded, MOUNT } from '../support/admin-site.js';
import { createRecordingLogger } from '../support/recording-logger.js';

const AT = '2027-01-04T07:00:00.000Z';
const entry = (id: string, more: Partial<TrafficEntry> = {}): TrafficEntry => ({
  id,
  at: AT,
  milliseconds: 12,
  outcome: 'done',
  method: 'GET',
  path: '/Users',
  status: 200,
  signs: ['bearer-twice'],
  ...more,
});
/** As when something else is entered in the place of the token. */
const LATER = '2027-01-04T07:30:00.000Z';
const REFUSED = {
  at: LATER,
  outcome: 'unauthorized',
  status: 401,
  refusal: 'malformed',
  signs: ['bearer-twice'],
} as const;

describe('what happened, by HTTP', () => {
  let site: AdminTestSite;
  let path: string;
  let causeId: string;

  beforeAll(async () => {
    site = createAdminTestSite({ teams: [{ id: 'red', name: 'Red' }] });
    const directory = await site.directory();
    path = directory.path;
    const groupId = await directory.group('Engineers', [await directory.user('ann', { displayName: 'Ann <b>' })]);
    const owner = site.as('owner');
    const { version } = (await owner.get(`${path}/groups`)).body;
    await owner.put(`${path}/groups/${groupId}`, { rows: [{ teamName: 'Red' }], version }).expect(200);
    const scope = { organizationId: 'acme', directoryId: directory.id };
    const { items } = await site.storage.journal.page(scope, 'provisioning', { after: '', limit: 50 });
    causeId = items.find(({ kind }) => kind === 'mapping-saved')?.causeId ?? '';
    const entries = [
      entry(causeId, { method: 'PATCH', path: '/Groups/1' }),
      ...Array.from({ length: 3 }, (_, index) => entry(`bad-${index}`, REFUSED)),
      entry('formula', { detail: '=HYPERLINK("http://evil.example")', outcome: 'refused', status: 400 }),
    ];
    const counts = [
      { hour: AT, outcome: 'done', calls: 1, unrecorded: 0 },
      { hour: AT, outcome: 'unauthorized', calls: 3, unrecorded: 0 },
      { hour: AT, outcome: 'refused', calls: 1, unrecorded: 0 },
    ] as const;
    await site.storage.traffic?.append(scope, { entries, counts }, 1000);
  });

  it('QL-11 X-10: calls come with a chart, failures first, in the order and the span that are asked for', async () => {
    const owner = site.as('owner');
    const { body } = await owner.get(`${path}/activity`).expect(200);
    expect(body).toMatchObject({ show: 'failures-first', span: 'week', directory: { name: 'Entra ID' } });
    const failed = body.items.map(({ failed: each }: { readonly failed: boolean }) => each);
    expect(failed).toEqual([true, true, true, true, false]);
    const sum = body.chart.reduce(
      (all: number, step: { readonly calls: { readonly unauthorized: number } }) => all + step.calls.unauthorized,
      0,
    );
    expect([body.chart.length, sum]).toEqual([28, 3]);
    const day = (await owner.get(`${path}/activity?span=day&show=failures&limit=2`)).body;
    expect([day.chart.length, day.items.length]).toEqual([24, 2]);
    const rest = (await owner.get(`${path}/activity?show=failures&limit=100&after=${encodeURIComponent(day.next)}`))
      .body;
    expect(rest.items).toHaveLength(2);
    await owner.get(`${path}/activity?span=century`).expect(400);
    await owner.get(`${path}/activity?after=nowhere`).expect(400);
  });

  it('QL-11 X-10: a call is opened to its steps, with the names of whom they are about', async () => {
    const { body } = await site.as('owner').get(`${path}/activity/${causeId}`).expect(200);
    expect(body.steps.map(({ kind }: { readonly kind: string }) => kind)).toContain('mapping-saved');
    expect(Object.values(body.names)).toEqual(expect.arrayContaining(['Ann <b>', 'Red']));
    const page = await site.as('owner').page(`${path}/activity/${causeId}`).expect(200);
    expect(page.text).toContain('Ann &#60;b&#62;');
    await site.as('owner').get(`${path}/activity/no-such`).expect(404);
  });

  it('QL-11 X-10: health counts the day and says in words what to mend at the identity provider', async () => {
    const { body } = await site.as('owner').get(`${path}/health`).expect(200);
    expect(body.health).toMatchObject({
      day: { calls: 2, failures: 1, unauthorized: 3 },
      refusals: [{ reason: 'malformed', count: 3, lastAt: LATER }],
    });
    expect(body.findings).toContainEqual({
      code: 'bearer-twice',
      severity: 'hint',
      sentence: expect.stringContaining('The word Bearer is sent twice'),
      mend: expect.stringContaining('Take the word Bearer out'),
      provider: expect.any(String),
      evidence: expect.objectContaining({ lastAt: AT, requestId: expect.any(String) }),
    });
    const { text } = await site.as('owner').page(`${path}/health`).expect(200);
    expect(text).toContain('Could be better: The word Bearer is sent twice');
  });

  it('QL-11: an application that keeps no calls says so, to programs and people', async () => {
    const bare = createAdminTestSite();
    const directory = await bare.directory();
    Reflect.set(bare.storage, 'traffic', undefined);
    for (const route of ['activity', 'activity/1', 'health', 'activity.csv']) {
      const { body } = await bare.as('owner').get(`${directory.path}/${route}`).expect(409);
      expect(body).toMatchObject({ error: 'not_now', mender: 'operator' });
      expect((await bare.as('owner').page(`${directory.path}/${route}`)).status).toBe(409);
    }
  });

  it('OU-12: there is a guide for each of the seven identity providers, with values to copy', async () => {
    const owner = site.as('owner');
    const { body } = await owner.get(`${ACME}/guides`).expect(200);
    expect(body.items.map(({ provider }: { readonly provider: string }) => provider)).toEqual(
      SETUP_GUIDES.map(({ provider }) => provider),
    );
    for (const { provider } of body.items) {
      const guide = (await owner.get(`${ACME}/guides/${provider}`).expect(200)).body;
      expect([provider, JSON.stringify(guide.oidc)]).toEqual([provider, expect.stringContaining('/signin-oidc')]);
      expect(JSON.stringify(guide)).not.toMatch(/scim_[\w-]{49}/);
    }
    await owner.get(`${ACME}/guides/constructor`).expect(404);
  });

  it('X-10 OU-35: calls are taken away as a file that no spreadsheet carries out', async () => {
    const owner = site.as('owner');
    const { text, headers } = await owner.get(`${path}/activity.csv`).expect(200);
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="activity.csv"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const lines = text.split('\r\n');
    expect(lines[0]).toBe('\ufeff"Time","Call","Method","Path","Status","Outcome","What came of it","Request"');
    expect(lines).toHaveLength(7);
    expect(text).toContain('"\'=HYPERLINK(""http://evil.example"")');
    expect((await owner.page(`${path}/activity.csv`)).text).toBe(text);
    expect((await owner.page(`${path}/activity`)).text).toContain(`href="${MOUNT}${path}/activity.csv" download`);
    await site.as('administrator').get(`${path}/activity.csv`).expect(403);
    await site
      .as('owner', { features: ['oidc'] })
      .get(`${path}/activity.csv`)
      .expect(403);
  });
});

describe('people as a file', () => {
  const NAMES = [
    '=1+1',
    '+1',
    '-1',
    '@sum',
    '\t=1',
    '\r=1',
    ' =1',
    '\u200b=1',
    '\uff1d1',
    '|cmd',
    'a"b',
    'Ann, B',
    'x\ny',
  ];

  it('SE-10 X-10: is filtered as the list is, with every name as text', async () => {
    const users = NAMES.map((displayName, index) => ({
      id: `u-${index}`,
      email: `p${index}@acme.example`,
      displayName,
    }));
    const site = createAdminTestSite({ users, policy: { beforeFirstLogin: 'invited' } });
    const { user } = await site.directory();
    await user('cleo');
    const administrator = site.as('administrator');
    const { text } = await administrator.get(`${ACME}/people.csv`).expect(200);
    for (const [index, name] of NAMES.entries()) {
      const cell = index < 10 ? `"'${name}"` : `"${name.replace('"', '""')}"`;
      expect(text).toContain(`"u-${index}",${cell},"p${index}@acme.example","manual","manual"\r\n`);
    }
    const invited = await administrator.get(`${ACME}/people.csv?state=invited`).expect(200);
    expect(invited.text.trimEnd().split('\r\n')).toHaveLength(2);
    expect(invited.text).toContain('"cleo@acme.example","scim","invited"');
    const page = await administrator.page(`${ACME}/people?state=invited`).expect(200);
    expect(page.text).toContain(`${MOUNT}${ACME}/people.csv?state=invited`);
    await administrator.get(`${ACME}/people.csv?state=asleep`).expect(400);
    expect((await request(site.app).head(`${MOUNT}/api${ACME}/people.csv`)).status).toBe(401);
  });

  it('is read in parts, no faster than it is taken, and no further once nobody takes it', async () => {
    let read = 0;
    const endless: CsvExport = {
      fileName: 'endless',
      columns: ['n'],
      rows: (async function* () {
        for (; ; read += 1) yield [String(read).padStart(1000, 'x')];
      })(),
    };
    let outcome: Promise<unknown> = Promise.resolve();
    const app = express().get('/', (incoming, response) => {
      outcome = writeCsv(incoming, response, endless).then(
        () => 'written',
        (error: unknown) => error,
      );
    });
    const server = createServer(app).listen(0);
    await once(server, 'listening');
    const address = server.address();
    const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'readable');
    socket.destroy();
    await once(socket, 'close');
    expect(await outcome).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(MOST_ROWS / 2);
    server.close();
  });

  it('ends after its most rows, and says so', async () => {
    const rows = (async function* () {
      for (let index = 0; ; index += 1) yield [String(index)];
    })();
    const app = express().get('/', (incoming, response) => {
      void writeCsv(incoming, response, { fileName: 'long', columns: ['n'], rows });
    });
    const { text } = await request(app).get('/').expect(200);
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(MOST_ROWS + 2);
    expect(lines.at(-1)).toBe(`"Only the first ${MOST_ROWS} are here."`);
  });

  it('is refused in words where the storage fails at once, and broken off, never whole, where it fails on the way', async () => {
    const logger = createRecordingLogger();
    const site = createAdminTestSite({ options: { logger } });
    site.broken.call = 'users.list';
    const { body } = await site.as('owner').get(`${ACME}/people.csv`).expect(503);
    expect(body.error).toBe('unavailable');
    expect(logger.entries.map(({ level }) => level)).toEqual(['error']);
    const rows = (async function* () {
      for (let index = 0; index < 1000; index += 1) yield [String(index)];
      throw new Error('the database is away');
    })();
    const outcomes: string[] = [];
    const app = express().get('/', (incoming, response) => {
      writeCsv(incoming, response, { fileName: 'broken', columns: ['n'], rows }).catch((error: Error) =>
        outcomes.push(error.message),
      );
    });
    await expect(request(app).get('/')).rejects.toThrow();
    expect(outcomes).toEqual(['the database is away']);
  });

  it('a line has no formula, however it is written', () => {
    expect(csvLine(['a', '=1', ' \u200e-1'])).toBe(`"a","'=1","' \u200e-1"\r\n`);
    expect(csvLine(['2027-01-04', 'ada@acme.example'])).toBe('"2027-01-04","ada@acme.example"\r\n');
  });
});

describe('a form', () => {
  it('is not taken at the address of a file', async () => {
    const site = createAdminTestSite();
    expect((await site.as('owner').form(`${ACME}/people.csv`, encoded({}))).status).toBe(405);
  });
});
