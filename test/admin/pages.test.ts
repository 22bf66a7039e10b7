import { describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import {
  ACME,
  type AdminClient,
  type AdminSiteSeeds,
  createAdminTestSite,
  encoded,
  hiddenFields,
  MOUNT,
} from '../support/admin-site.js';
import { createRecordingLogger } from '../support/recording-logger.js';

const LONG = 'x'.repeat(180);
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onfocus='alert(1)",
  '{{7*7}}<%= 7 %>',
  '\u202Egnp.exe',
  'a\u200Bb\u2066c',
  '=cmd|calc',
  LONG,
] as const;

/** A site in which everything that has a name has a hostile one, with the pages that show it. */
async function hostileSite(text: string, options: AdminSiteSeeds['options'] = {}) {
  const site = createAdminTestSite({
    acme: { name: text },
    users: [{ id: 'u-1', email: 'ada@acme.example', displayName: text }],
    teams: [{ id: 't-1', name: text }],
    options,
  });
  const owner = site.as('owner', { actor: { id: text, name: text } });
  const tenantId = await site.activeTenant();
  const directory = await site.directory('D');
  const { version } = (await owner.get(directory.path)).body;
  await owner.put(directory.path, { name: text, version }).expect(200);
  await owner.post(`${directory.path}/tokens`, { name: text }).expect(201);
  const groupId = await directory.group(text, [await directory.user('bob', { displayName: text })]);
  const groups = (await owner.get(`${directory.path}/groups`)).body;
  const rows = [{ target: 'team:t-1' }];
  await owner.put(`${directory.path}/groups/${groupId}`, { rows, version: groups.version }).expect(200);
  const people = (await owner.get(`${ACME}/people?source=scim`)).body;
  const personPath = `${ACME}/people/${people.items[0].user.id}`;
  const paths = [
    ACME,
    `${ACME}/oidc-tenants`,
    `${ACME}/oidc-tenants/${tenantId}`,
    `${ACME}/oidc-tenants/${tenantId}/history`,
    `${ACME}/directories`,
    `${directory.path}/provisioning`,
    `${directory.path}/tokens`,
    `${directory.path}/groups`,
    `${directory.path}/groups/${groupId}`,
    `${directory.path}/holds`,
    `${ACME}/conflicts`,
    `${ACME}/people`,
    personPath,
    `${personPath}/teams/t-1`,
  ];
  return { site, owner, operator: site.as('operator'), paths, directory, groupId };
}

/** Every page of a site in which there is much of everything, by its address. */
async function longPages(): Promise<readonly (readonly [string, string])[]> {
  const wide = (text: string) => `${text} ${'\u{1F600}<&'.repeat(300)}`;
  const numbers = Array.from({ length: 120 }, (_, index) => index);
  const site = createAdminTestSite({
    acme: { name: wide('Acme') },
    users: numbers.map((index) => ({
      id: `u${String(index).padStart(3, '0')}`,
      email: `${index}@acme.example`,
      displayName: wide(`User ${index}`),
    })),
    teams: numbers.map((index) => ({ id: `t${String(index).padStart(3, '0')}`, name: wide(`Team ${index}`) })),
    policy: { existingPeople: 'link-proved', blastRadius: { people: 0, share: 0, minutes: 60 } },
  });
  const owner = site.as('owner');
  const label = (index: number) => `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${index}.example`;
  const domains = Array.from({ length: 100 }, (_, index) => label(index)).join(', ');
  const tenants = [];
  for (const clientId of ['one', 'two', 'three']) {
    const form = { domains, authority: 'https://idp.acme.example', clientId, clientSecret: 'a secret' };
    tenants.push((await owner.post(`${ACME}/oidc-tenants`, form).expect(201)).body.tenant.id);
  }
  const directory = await site.directory('D');
  for (const index of numbers.slice(0, 30)) await directory.user(`${index}`, { userName: `${index}@acme.example` });
  const ids: string[] = [];
  for (const index of numbers.slice(0, 25)) ids.push(await directory.user(`new-${index}`));
  const groups: string[] = [];
  for (const index of numbers.slice(0, 30)) groups.push(await directory.group(wide(`G ${index}`).slice(0, 900), ids));
  const [groupId = ''] = groups;
  const rows = numbers.map((index) => ({ target: `team:t${String(index).padStart(3, '0')}` }));
  const { version } = (await owner.get(`${directory.path}/groups`)).body;
  const saved = { rows, version };
  await owner.put(`${directory.path}/groups/${groupId}`, saved).expect(200);
  await directory.replaceMembers(groupId, []);
  const scim = (await owner.get(`${ACME}/people?source=scim`)).body.items[0].user.id;
  const tenant = `${ACME}/oidc-tenants/${tenants[0]}`;
  const paths = [
    ACME,
    `${ACME}/oidc-tenants`,
    tenant,
    `${tenant}?after=${encodeURIComponent(label(24))}`,
    `${tenant}/history`,
    '/oidc-requests',
    `${directory.path}/provisioning`,
    `${directory.path}/groups`,
    `${directory.path}/groups/${groupId}`,
    `${directory.path}/holds`,
    `${ACME}/conflicts`,
    `${ACME}/people`,
    `${ACME}/people/${scim}`,
    `${ACME}/people/${scim}/teams/t000`,
    `${directory.path}/activity`,
    `${directory.path}/health`,
  ];
  const pages: (readonly [string, string])[] = [];
  for (const path of paths) pages.push([path, (await site.as('operator').page(path).expect(200)).text]);
  return pages;
}

describe('pages', () => {
  it('are no longer than 100 KB, however much there is and however long names are', async () => {
    const lengths = (await longPages()).map(([path, text]) => [path, Buffer.byteLength(text)] as const);
    expect(lengths.filter(([, length]) => length > 100_000)).toEqual([]);
    expect(lengths.every(([, length]) => length > 1000)).toBe(true);
  });

  it.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    'show the name %s as text',
    async (_, text) => {
      const { owner, operator, paths, directory, groupId } = await hostileSite(text);
      const preview = `${directory.path}/groups/${groupId}/preview`;
      const shown = [
        ...(await Promise.all(paths.map(async (path) => (await owner.page(path).expect(200)).text))),
        (await operator.page('/oidc-requests?state=active').expect(200)).text,
        (await owner.submit(`${directory.path}/groups/${groupId}`, preview, {})).text,
      ];
      for (const page of shown) {
        expectTidy(page);
        if (/[<>"']/.test(text)) expect(page).not.toContain(text);
      }
      expect(shown.filter((page) => page.includes(escaped(text.slice(0, 20))))).not.toEqual([]);
    },
  );

  it('isolate the direction of names and cut them', async () => {
    const { owner, directory } = await hostileSite('\u202Egnp.exe');
    const { text } = await owner.page(`${directory.path}/groups`).expect(200);
    expect(text).toContain('<bdi>\u202Egnp.exe</bdi>');
    const long = await hostileSite(LONG);
    const page = await long.owner.page(`${long.directory.path}/groups`).expect(200);
    expect(page.text).toContain(`<bdi title="${LONG}">${LONG.slice(0, 80)}…</bdi>`);
  });

  it('carry headers that keep scripts, frames and caches out, also where something is wrong', async () => {
    const { site, owner, paths } = await hostileSite('Acme');
    const answers = await Promise.all([
      ...paths.map((path) => owner.page(path)),
      owner.page('/no-such'),
      site.nobody().page(ACME),
      site.as('member').page(ACME),
    ]);
    expect(answers.slice(-3).map(({ status }) => status)).toEqual([404, 401, 403]);
    for (const { headers, text } of answers) {
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
      });
      const policy = headers['content-security-policy'] ?? '';
      for (const part of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"]) {
        expect(policy).toContain(part);
      }
      expect(policy).not.toContain('unsafe');
      expectTidy(text);
    }
  });

  it('load one stylesheet and one script, of hashed names, kept for a year', async () => {
    const { site, owner } = await hostileSite('Acme');
    const { text } = await owner.page(ACME).expect(200);
    const assets = [...text.matchAll(/(?:href|src)="([^"]*\/assets\/[^"]*)"/g)].map(([, url = '']) => url);
    expect(assets).toHaveLength(2);
    for (const url of assets) {
      expect(url).toMatch(/-[0-9a-f]{16}\.(css|js)$/);
      const { headers } = await request(site.app).get(url).expect(200);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    }
    await request(site.app).get(`${MOUNT}/assets/portal-0000000000000000.js`).expect(404);
  });

  it('say in one sentence what is wrong and who can mend it, and where to sign in', async () => {
    const { site } = await hostileSite('Acme', { signInUrl: '/login' });
    const { text } = await site.nobody().page(ACME).expect(401);
    expect(text).toContain('Please sign in first.');
    expect(text).toContain('<a href="/login">');
    const member = await site.as('administrator').page(`${ACME}/directories`).expect(403);
    expect(member.text).toContain('An owner of your organization can mend this.');
    expect(member.text).not.toContain('Back to the application');
  });

  it('lead back to the application, also where something is wrong', async () => {
    const { site, owner } = await hostileSite('Acme', { homeUrl: '/home?from=sso&x' });
    const link = '<a href="/home?from=sso&#38;x">Back to the application</a>';
    expect((await owner.page(ACME).expect(200)).text).toContain(link);
    expect((await owner.page(`${ACME}/nowhere`).expect(404)).text).toContain(link);
    expect((await site.nobody().page(ACME).expect(401)).text).toContain(link);
  });

  it('stay below 100 KB, however long the names are', async () => {
    const { owner, directory } = await hostileSite('Acme');
    const name = '"'.repeat(1000);
    const members = await Promise.all(
      Array.from({ length: 30 }, (_, index) => directory.user(`p${index}`, { displayName: name })),
    );
    for (let index = 0; index < 30; index += 1) {
      await directory.group(`${index}${name}`, members);
      await owner.post(`${directory.path}/tokens`, { name: `${index}${'"'.repeat(190)}` }).expect(201);
    }
    for (const path of [`${directory.path}/groups`, `${directory.path}/tokens`, `${ACME}/people`]) {
      const { text } = await owner.page(path).expect(200);
      expect(text).toContain('after=');
      expect([path, Buffer.byteLength(text) < 100_000]).toEqual([path, true]);
      const next = /href="([^"]*after=[^"]*)"/.exec(text)?.[1] ?? '';
      expect((await owner.page(next.replaceAll('&#38;', '&').replace(MOUNT, ''))).status).toBe(200);
    }
  });

  it('stay below 100 KB where an organization has many directories and OIDC tenants', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    for (let index = 0; index < 60; index += 1) {
      await owner.post(`${ACME}/directories`, { name: `${index}${'"'.repeat(190)}` }).expect(201);
    }
    for (let index = 0; index < 26; index += 1) await site.activeTenant({ domains: [`d${index}.example`] });
    const overview = await owner.page(ACME).expect(200);
    expect(Buffer.byteLength(overview.text)).toBeLessThan(100_000);
    expect(overview.text).toContain('>All 60 directories</a>');
    expect(overview.text).toContain('>All 26 OIDC tenants</a>');
    for (const [list, count] of [
      ['directories', 60],
      ['oidc-tenants', 26],
    ] as const) {
      const seen = new Set<string>();
      let path: string | undefined = `${ACME}/${list}`;
      while (path !== undefined) {
        const { text }: { readonly text: string } = await owner.page(path).expect(200);
        expect(Buffer.byteLength(text)).toBeLessThan(100_000);
        for (const [, id = ''] of text.matchAll(new RegExp(`${list}/([\\w-]{36})`, 'g'))) seen.add(id);
        const next: string | undefined = /href="([^"]*after=[^"]*)"/.exec(text)?.[1];
        path = next?.replaceAll('&#38;', '&').replace(MOUNT, '');
      }
      expect([list, seen.size]).toEqual([list, count]);
    }
  });

  it('begin where somebody may be', async () => {
    const site = createAdminTestSite();
    const home = async (client: AdminClient) => (await client.page('/')).headers['location'];
    expect(await home(site.as('operator'))).toBe(`${MOUNT}/oidc-requests`);
    expect(await home(site.as('owner'))).toBe(`${MOUNT}${ACME}`);
    expect(await home(site.as('owner', { features: [] }))).toBe(`${MOUNT}${ACME}`);
    expect(await home(site.as('administrator'))).toBe(`${MOUNT}${ACME}/people`);
    await site.as('member').page('/').expect(403);
    await site.nobody().page('/').expect(401);
  });

  it('show only what the person may and the plan includes', async () => {
    const { site } = await hostileSite('Acme');
    const navigation = async (client: AdminClient, path = ACME) =>
      [
        ...(await client.page(path)).text.matchAll(/<li><a href="[^"]*"(?: aria-current="true")?>([^<]*)<\/a><\/li>/g),
      ].map(([, label]) => label);
    expect(await navigation(site.as('administrator'), `${ACME}/people`)).toEqual(['People', 'Teams']);
    expect(await navigation(site.as('owner', { features: ['oidc'] }))).toEqual([
      'Overview',
      'Single sign-on',
      'People',
      'Teams',
      'Setup guides',
    ]);
    expect(await navigation(site.as('operator'))).toContain('Requests');
  });
});

describe('forms', () => {
  it('expire after a working day, and then keep what was typed', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const path = `${ACME}/oidc-tenants`;
    const { text } = await owner.page(path).expect(200);
    const fields = { ...hiddenFields(text, `${MOUNT}${path}`), domains: 'typed.example' };
    site.wait(12 * 3_600_000 + 1);
    const late = await owner.form(path, encoded(fields));
    expect(late.status).toBe(403);
    expect(late.text).toContain('open for too long');
    expect(late.text).toContain('value="typed.example"');
    const again = hiddenFields(late.text, `${MOUNT}${path}`);
    expect((await owner.form(path, encoded({ ...again, domains: 'typed.example' }))).status).toBe(400);
  });

  it('belong to one person in one organization', async () => {
    const site = createAdminTestSite();
    const path = `${ACME}/oidc-tenants`;
    const hidden = hiddenFields((await site.as('owner').page(path)).text, `${MOUNT}${path}`);
    const other = site.as('owner', { actor: { id: 'eve', name: 'Eve' } });
    expect((await other.form(path, encoded(hidden))).status).toBe(403);
    const elsewhere = site.as('owner', { organizationId: 'other' });
    expect((await elsewhere.form('/organizations/other/oidc-tenants', encoded(hidden))).status).toBe(403);
  });

  it('work where the host parses forms and JSON before', async () => {
    const site = createAdminTestSite({
      before: (app) => app.use(express.json(), express.urlencoded({ extended: true })),
    });
    const owner = site.as('owner');
    const path = `${ACME}/directories`;
    await owner.post(path, { name: 'by JSON' }).expect(201);
    expect((await owner.submit(path, path, { name: 'by form' })).status).toBe(303);
    expect((await owner.get(path)).body.items).toHaveLength(2);
  });

  it('refuse bodies that are too large, nested without end, or no text', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const path = `${ACME}/directories`;
    expect((await owner.form(path, `name=${'x'.repeat(5_000_000)}`)).status).toBe(413);
    const deep = '['.repeat(5000) + ']'.repeat(5000);
    const answer = await owner.post(path).set('Content-Type', 'application/json').send(`{"name":${deep}}`);
    expect(answer.status).toBe(400);
    expect((await owner.form(path, 'a.b.c.d.e.f.g.h=1&__proto__.x=1&constructor=2')).status).toBe(403);
  });
});

describe('a storage that does not answer', () => {
  it('is a 503 with what was typed, and the log has the cause under the id that the page shows', async () => {
    const logger = createRecordingLogger();
    const site = createAdminTestSite({ options: { logger } });
    const owner = site.as('owner');
    const path = `${ACME}/directories`;
    const fields = { ...hiddenFields((await owner.page(path)).text, `${MOUNT}${path}`), name: 'typed' };
    site.broken.call = 'directories.insert';
    const failed = await owner.form(path, encoded(fields));
    expect(failed.status).toBe(503);
    expect(failed.headers['retry-after']).toBe('7');
    expect(failed.text).toContain('value="typed"');
    expect(failed.text).toContain('Please try again in a moment.');
    expect(failed.text).not.toContain('the database is away');
    site.broken.call = 'directories.list';
    const { body, headers } = await owner.get(path).expect(503);
    expect(headers['retry-after']).toBe('7');
    expect(logger.entries.map(({ level, fields: { requestId } }) => [level, requestId])).toContainEqual([
      'error',
      body.requestId,
    ]);
  });
});

/** No inline script, style or handler, and each tag closed that has to be. */
function expectTidy(page: string): void {
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(page.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]+\s(?:on\w+|style)=/i);
  for (const tag of ['form', 'section', 'ul', 'table', 'main', 'fieldset', 'dl', 'bdi']) {
    const count = (pattern: string) => page.match(new RegExp(pattern, 'g'))?.length ?? 0;
    expect([tag, count(`<${tag}[ >]`)]).toEqual([tag, count(`</${tag}>`)]);
  }
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  expect(page.match(/<h1>/g)).toHaveLength(1);
  expect(ids.length).toBeGreaterThan(0);
  expect(new Set(ids).size).toBe(ids.length);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
