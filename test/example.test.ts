import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { type BuiltPackage, buildPackage } from './support/built-package.js';
import { type ChildProgram, startProgram } from './support/child-program.js';
import { HAS_POSTGRES_SERVER, newSchemaName, startPostgres } from './support/postgres.js';
import { ENTERPRISE, LIST, PATCH_OP, USER } from './support/scim-site.js';
import { LoopbackBrowser, type LoopbackPage } from './support/sign-in/loopback-browser.js';
import { textOf } from './support/sign-in/page-form.js';

interface Ready {
  readonly baseUrl: string;
  readonly directories: readonly {
    readonly organization: string;
    readonly scimBaseUrl: string;
    readonly token: string;
  }[];
  readonly loginUrl: string;
  readonly portalUrl: string;
}

// Each start is a process of its own.
jest.setTimeout(90_000);

let built: BuiltPackage;
const programs: ChildProgram[] = [];
const folders: string[] = [];

beforeAll(async () => {
  built = await buildPackage();
});

afterAll(async () => {
  await endPrograms();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  await built.remove();
});

describe('the example, while it runs', () => {
  let ready: Ready;
  let program: ChildProgram;

  beforeAll(async () => {
    ({ ready, program } = await startExample());
  });

  afterAll(endPrograms);

  it('design 8 prints one READY line with the addresses and tokens of two organizations', () => {
    expect(
      program
        .output()
        .split('\n')
        .filter((line) => line.includes('READY')),
    ).toEqual([`READY ${JSON.stringify(ready)}`]);
    const { baseUrl } = ready;
    const token = expect.stringMatching(/^scim_[\w-]{49}$/);
    expect(ready).toEqual({
      baseUrl: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      directories: [
        { organization: 'acme', scimBaseUrl: `${baseUrl}/scim/v2/acme`, token },
        { organization: 'globex', scimBaseUrl: `${baseUrl}/scim/v2/globex`, token },
      ],
      loginUrl: `${baseUrl}/login`,
      portalUrl: `${baseUrl}/portal`,
    });
  });

  it('design 8 greets with a request to try, which works as it stands', async () => {
    const [, header = '', url = ''] = /^ {2}curl -H '([^']+)' '([^']+)'$/m.exec(program.output()) ?? [];
    const [name = '', value = ''] = header.split(': ');
    const response = await fetch(url, { headers: { [name]: value } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ schemas: [LIST], totalResults: 7, itemsPerPage: 2 });
  });

  it('design 8 has people of Entra in the first directory: with departments, managers and groups', async () => {
    const people = await list(ready, 'acme', 'Users');
    const wen = byUserName(people, 'wen.zhao@acme.example');
    const tomas = byUserName(people, 'tomas.berg@acme.example');
    expect(wen).toMatchObject({
      schemas: [USER, ENTERPRISE],
      active: true,
      [ENTERPRISE]: { department: 'Engineering', manager: { value: tomas['id'] } },
      groups: [{ display: 'Engineering' }],
    });
    expect(byUserName(people, 'hugo.petit@acme.example')).toMatchObject({ active: false });
    expect(await memberCounts(ready, 'acme')).toEqual({ Engineering: 4, Support: 2, 'On-call': 2 });
  });

  it('design 8 has people of Okta in the second directory', async () => {
    const people = await list(ready, 'globex', 'Users');
    expect(people.map(({ userName, active }) => `${userName} ${active}`)).toEqual([
      'nora.lind@globex.example true',
      'samir.haddad@globex.example true',
      'keiko.mori@globex.example true',
      'pavel.sokol@globex.example false',
    ]);
    expect(await memberCounts(ready, 'globex')).toEqual({ Everyone: 3, Administrators: 1 });
  });

  it('design 8 takes a person from hiring to leaving, and tells where access would end', async () => {
    const globex = client(ready, 'globex');
    const userName = 'mira.costa@globex.example';
    const { status, body: made } = await globex('POST', '/Users', { schemas: [USER], userName });
    expect(status).toBe(201);
    const { id, meta } = made as { readonly id: string; readonly meta: { readonly location: string } };
    expect(meta.location).toBe(`${addressOf(ready, 'globex').scimBaseUrl}/Users/${id}`);
    const match = await globex('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
    expect(match.body).toMatchObject({ totalResults: 1, Resources: [{ id }] });

    const Operations = [{ op: 'replace', value: { active: false } }];
    expect(await globex('PATCH', `/Users/${id}`, { schemas: [PATCH_OP], Operations })).toMatchObject({
      status: 200,
      body: { id, active: false },
    });
    await program.line(new RegExp(`^globex: ${id} is deactivated\\.`));
    expect((await globex('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await globex('GET', `/Users/${id}`)).status).toBe(404);
  });

  it('design 8 keeps the token of one organization out of the other', async () => {
    const { scimBaseUrl } = addressOf(ready, 'globex');
    const { token } = addressOf(ready, 'acme');
    const response = await fetch(`${scimBaseUrl}/Users`, { headers: { Authorization: `Bearer ${token}` } });
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain('globex.example');
  });

  it('design 8 has a page that says what runs, and no secret', async () => {
    const response = await fetch(ready.baseUrl);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    for (const { scimBaseUrl, token } of ready.directories) {
      expect(page).toContain(`<code>${scimBaseUrl}</code>`);
      expect(page).not.toContain(token);
    }
    expect(page).toContain('<td data-label="People">7<td data-label="Groups">3</tr>');
    expect(page).not.toContain('wen.zhao');
  });
});

describe('signing in to the example', () => {
  let ready: Ready;
  let program: ChildProgram;

  beforeAll(async () => {
    ({ ready, program } = await startExample());
  });

  afterAll(endPrograms);

  it('TQ-1 leads an address to its provider, and from there to the page of the person', async () => {
    const browser = new LoopbackBrowser();
    const login = await browser.open(ready.loginUrl);
    expect(login.text).toContain('Continue with OpenID Connect');
    const provider = await browser.send(login, { email: 'Tomas.Berg@acme.example' });
    expect(provider.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/pick\//);
    expect(provider.text).toContain('trial identity provider');
    // Whom the address names is offered first.
    expect(provider.text.indexOf('Tomas Berg')).toBeLessThan(provider.text.indexOf('Ines Duarte'));
    const page = await browser.send(provider, accountIn(provider, 'Tomas Berg'));
    expect(page).toMatchObject({ url: `${ready.baseUrl}/me`, status: 200 });
    expect(rowsOf(page)).toMatchObject({
      'E-mail address': 'tomas.berg@acme.example',
      Organization: 'acme',
      'Groups in the token': expect.stringMatching(/^present: [\da-f-]{36}, [\da-f-]{36}$/),
    });
  });

  it('shows claims as Entra sends them, and none of their values that tell of the person', async () => {
    const { text } = await signIn(ready, 'wen.zhao@acme.example');
    const claims = claimsOf(text);
    expect(claims).toMatchObject({ xms_edov: true, ver: '2.0', oid: 'text of 36', preferred_username: 'text of 21' });
    expect(claims['iss']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\da-f-]{36}\/v2\.0$/);
    expect(claims).not.toHaveProperty('email_verified');
    expect(text.slice(text.indexOf('<pre>'))).not.toContain('wen.zhao');
  });

  it('signs people of the other organization in at the other provider', async () => {
    const page = await signIn(ready, 'nora.lind@globex.example');
    expect(rowsOf(page)).toMatchObject({
      Organization: 'globex',
      'Groups in the token': 'present: Everyone, Administrators',
    });
    const claims = claimsOf(page.text);
    expect(claims).toMatchObject({ email_verified: true });
    expect(claims['iss']).toMatch(/\/oauth2\/default$/);
  });

  it.each([
    ['ines.duarte@acme.example', 'overflow: more than a token holds'],
    ['rosa.keller@acme.example', 'empty: in no group'],
    ['keiko.mori@globex.example', 'missing: the provider says nothing about groups'],
  ])('tells what the token of %s says about groups: %s', async (email, groups) => {
    expect(rowsOf(await signIn(ready, email))).toMatchObject({ 'Groups in the token': groups });
  });

  it('joins people to whom SCIM has pushed, by their verified address', async () => {
    const wen = byUserName(await list(ready, 'acme', 'Users'), 'wen.zhao@acme.example');
    expect(rowsOf(await signIn(ready, 'wen.zhao@acme.example'))).toMatchObject({ 'Directory user': wen['id'] });
    expect(rowsOf(await signIn(ready, 'rosa.keller@acme.example'))).toMatchObject({
      'Directory user': 'not pushed by SCIM',
    });
  });

  it('TQ-29 has a link to each provider, which needs no address', async () => {
    const browser = new LoopbackBrowser();
    const { text } = await browser.open(`${ready.loginUrl}?returnTo=/me%3Ffrom=link`);
    const [, path = ''] = /<a href="([^"]+)">Sign in with Okta of Globex</.exec(text) ?? [];
    const provider = await browser.open(new URL(path, ready.baseUrl).href);
    const page = await browser.send(provider, accountIn(provider, 'Samir Haddad'));
    expect(page.url).toBe(`${ready.baseUrl}/me?from=link`);
    expect(rowsOf(page)).toMatchObject({ 'E-mail address': 'samir.haddad@globex.example' });
  });

  it('keeps two sign-ins in one browser apart, and the two providers too', async () => {
    const browser = new LoopbackBrowser();
    const [acme, globex] = [
      await browser.send(await browser.open(ready.loginUrl), { email: 'wen.zhao@acme.example' }),
      await browser.send(await browser.open(ready.loginUrl), { email: 'keiko.mori@globex.example' }),
    ];
    const first = await browser.send(acme, accountIn(acme, 'Wen Zhao'));
    expect(rowsOf(first)).toMatchObject({ Organization: 'acme' });
    const second = await browser.send(globex, accountIn(globex, 'Keiko Mori'));
    expect(rowsOf(second)).toMatchObject({ Organization: 'globex' });
  });

  it('AQ-33 says that a domain nobody has proved has no single sign-on', async () => {
    const browser = new LoopbackBrowser();
    const page = await browser.send(await browser.open(ready.loginUrl), { email: 'ada@elsewhere.example' });
    expect(page).toMatchObject({ url: `${ready.baseUrl}/other-sign-in`, status: 200 });
    expect(textOf(page.text)).toContain('there is no single sign-on for such an address');
  });

  it.each([
    ['hugo.petit@acme.example', 'Hugo Petit', 'Your access has been ended by your organization.'],
    ['pavel.sokol@globex.example', 'Pavel Sokol', 'Your access has been ended by your organization.'],
    ['x@acme.example', 'Gustav Gast', 'gave no e-mail address that can lead to an account here'],
    ['x@globex.example', 'Dana Fox', 'gave no e-mail address that can lead to an account here'],
  ])('refuses, typed as %s, %s: %s', async (email, name, sentence) => {
    const browser = new LoopbackBrowser();
    const page = await signIn(ready, email, browser, name);
    expect(page.status).toBe(403);
    expect(page.text).toContain(sentence);
    expect((await browser.open(`${ready.baseUrl}/me`)).url).toContain('/login');
  });

  it('says that somebody cancelled at the provider', async () => {
    const browser = new LoopbackBrowser();
    const provider = await browser.send(await browser.open(ready.loginUrl), { email: 'wen.zhao@acme.example' });
    const page = await browser.send(provider, { account: '' });
    expect(page).toMatchObject({ status: 403, text: expect.stringContaining('cancelled at the identity provider') });
  });

  it('logs out here and at the provider, which asks again who one is', async () => {
    const browser = new LoopbackBrowser();
    const page = await signIn(ready, 'wen.zhao@acme.example', browser);
    const question = await browser.send(page);
    expect(question.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/.*\/session\/end/);
    expect(await browser.send(question, { logout: 'yes' })).toMatchObject({ url: `${ready.baseUrl}/`, status: 200 });
    expect((await browser.open(`${ready.baseUrl}/me`)).url).toBe(`${ready.loginUrl}?returnTo=/me`);
    const again = await browser.send(await browser.open(ready.loginUrl), { email: 'wen.zhao@acme.example' });
    expect(again.text).toContain('Pick a person');
  });

  it('is told by the provider that a session has ended there', async () => {
    const browser = new LoopbackBrowser();
    const page = await signIn(ready, 'keiko.mori@globex.example', browser);
    const [, logoutUrl = ''] = /<a href="([^"]+\/session\/end)">/.exec(page.text) ?? [];
    const ended = await browser.send(await browser.open(logoutUrl), { logout: 'yes' });
    expect(ended.text).toContain('Signed out of Okta of Globex');
    // The router asks the store for ended sessions every five seconds.
    await eventually(async () => (await browser.open(`${ready.baseUrl}/me`)).url.startsWith(ready.loginUrl));
  });

  it('closes a live session to a person whom SCIM deactivates, and refuses the next sign-in', async () => {
    const globex = client(ready, 'globex');
    const email = 'samir.haddad@globex.example';
    const { id } = byUserName(await list(ready, 'globex', 'Users'), email);
    const browser = new LoopbackBrowser();
    expect((await signIn(ready, email, browser)).status).toBe(200);
    const replaceActive = (value: boolean) => ({
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', value: { active: value } }],
    });
    expect((await globex('PATCH', `/Users/${id}`, replaceActive(false))).status).toBe(200);
    expect((await browser.open(`${ready.baseUrl}/me`)).url).toContain('/login');
    const refused = await browser.send(await browser.open(ready.loginUrl), { email });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('Your access has been ended by your organization.');

    expect((await globex('PATCH', `/Users/${id}`, replaceActive(true))).status).toBe(200);
    expect((await signIn(ready, email)).status).toBe(200);
  });

  it('refuses a returnTo that leads elsewhere', async () => {
    const browser = new LoopbackBrowser();
    const login = await browser.open(`${ready.loginUrl}?returnTo=https://evil.example/%22%3E`);
    expect(login.text).not.toContain('"https://evil.example/">');
    const provider = await browser.send(login, { email: 'wen.zhao@acme.example' });
    expect((await browser.send(provider, accountIn(provider, 'Wen Zhao'))).url).toBe(`${ready.baseUrl}/me`);
  });

  it('says clearly what the providers are', () => {
    expect(program.output()).toContain('Both are TRIAL identity providers');
    expect(program.output()).toMatch(/ines\.duarte@acme\.example +Entra ID of Acme, http:\/\/127\.0\.0\.1:\d+\//);
    expect(program.output()).toMatch(/nora\.lind@globex\.example +Okta of Globex, http:\/\/127\.0\.0\.1:\d+\//);
  });
});

describe('teams and settings of the example', () => {
  let ready: Ready;
  let program: ChildProgram;

  beforeAll(async () => {
    ({ ready, program } = await startExample());
  });

  afterAll(endPrograms);

  it('has people in the teams that their groups are mapped to, with the reason and a lock', async () => {
    const browser = new LoopbackBrowser();
    await signIn(ready, 'tomas.berg@acme.example', browser);
    const teams = await browser.open(`${ready.baseUrl}/teams`);
    expect(textOf(teams.text)).toContain('Engineering 4 Incident response 2');
    const team = await browser.follow(teams, 'Engineering');
    expect(textOf(team.text)).toContain('member of the group Engineering');
    expect(textOf(team.text)).toContain('This membership comes from your identity provider.');
    expect(() => browser.press(team, 'Remove')).toThrow('there is no button Remove');
  });

  it('refuses, in its own routes, what the identity provider decides', async () => {
    const browser = new LoopbackBrowser();
    await signIn(ready, 'tomas.berg@acme.example', browser);
    const team = await browser.follow(await browser.open(`${ready.baseUrl}/teams`), 'Incident response');
    const wen = /<option value="([^"]+)">Wen Zhao</.exec(team.text)?.[1] ?? '';
    const amara = /members\/([^/]+)\/role/.exec(team.text)?.[1] ?? '';
    const locked = await browser.open(`${team.url}/members/${amara}/remove`, new URLSearchParams(), team.url);
    expect(locked).toMatchObject({
      status: 423,
      text: expect.stringContaining('This membership comes from your identity provider.'),
    });

    const added = await browser.press(team, 'Add by hand', { userId: 'Wen Zhao' });
    expect(textOf(added.text)).toContain('Wen Zhao wen.zhao@acme.example');
    const byHand = new URLSearchParams({ userId: wen });
    const removed = await browser.open(`${team.url}/members/${wen}/remove`, byHand, team.url);
    expect(textOf(removed.text)).not.toContain('wen.zhao@acme.example');
  });

  it('lets owners and administrators change teams, members look, and no other website do anything', async () => {
    const [administrator, member] = [new LoopbackBrowser(), new LoopbackBrowser()];
    await signIn(ready, 'tomas.berg@acme.example', administrator);
    await signIn(ready, 'wen.zhao@acme.example', member);
    const teams = await administrator.open(`${ready.baseUrl}/teams`);
    const name = new URLSearchParams({ name: 'Guild' });
    expect(await member.open(`${ready.baseUrl}/teams`, name, ready.baseUrl)).toMatchObject({ status: 403 });
    expect(await administrator.open(teams.url, name, 'http://evil.example')).toMatchObject({ status: 403 });
    const made = await administrator.press(teams, 'Create', { name: 'Guild <b>' });
    expect(made.text).toContain('<bdi>Guild &#60;b&#62;</bdi>');
    expect(textOf((await administrator.press(made, 'Rename', { name: 'Guild' })).text)).toContain('Guild');
    expect((await member.open(made.url)).text).not.toContain('<form');
  });

  it('opens the settings to owners, and says to others why not', async () => {
    const visit = async (email: string) => {
      const browser = new LoopbackBrowser();
      await signIn(ready, email, browser);
      return browser.open(ready.portalUrl);
    };
    expect(await visit('ines.duarte@acme.example')).toMatchObject({
      status: 200,
      url: `${ready.portalUrl}/organizations/acme`,
      text: expect.stringContaining('<bdi>Ines Duarte</bdi> · owner'),
    });
    expect(await visit('wen.zhao@acme.example')).toMatchObject({ status: 403 });
    const stranger = await new LoopbackBrowser().open(ready.portalUrl);
    expect(stranger).toMatchObject({ status: 401, text: expect.stringContaining('/login?returnTo=/portal') });
  });

  it('AQ-33 lets a break-glass address in without the identity provider', async () => {
    const browser = new LoopbackBrowser();
    const page = await browser.press(await browser.open(`${ready.baseUrl}/other-sign-in`), 'Platform team of Acme');
    expect(page).toMatchObject({ url: `${ready.baseUrl}/`, status: 200 });
    expect(await browser.open(ready.portalUrl)).toMatchObject({ status: 200 });
  });

  it('pushes what is clicked at the identity provider, and shows request and answer', async () => {
    const browser = new LoopbackBrowser();
    const desk = await browser.follow(await browser.open(ready.baseUrl), 'Entra ID of Acme');
    const { scimBaseUrl, token } = addressOf(ready, 'acme');
    let idp = await browser.follow(desk, `People and groups for ${scimBaseUrl}`);
    const mira = { givenName: 'Mira', familyName: 'Costa', email: 'mira.costa@acme.example', title: '' };
    const mirasRow = '<bdi>Mira Costa</bdi>';
    idp = await browser.press(idp, 'Add', mira);
    expect(textOf(idp.text)).toContain(`The last request: POST ${scimBaseUrl}/Users → 201`);
    expect(idp.text).not.toContain(token);
    idp = await browser.press(idp, 'Add to group', { groupId: 'On-call' }, mirasRow);
    expect(textOf(idp.text)).toMatch(/The last request: PATCH \S+\/Groups\/\S+ → (200|204)/);

    const viewer = new LoopbackBrowser();
    await signIn(ready, 'tomas.berg@acme.example', viewer);
    const teams = await viewer.open(`${ready.baseUrl}/teams`);
    expect(textOf((await viewer.follow(teams, 'Incident response')).text)).toContain('mira.costa@acme.example');
    idp = await browser.press(idp, 'Save', { title: 'Pilot' }, mirasRow);
    idp = await browser.press(idp, 'Rename', { name: 'Standby' }, 'value="On-call"');
    idp = await browser.press(idp, 'Take out of Standby', {}, mirasRow);
    expect(textOf((await viewer.follow(teams, 'Incident response')).text)).not.toContain('mira.costa@acme.example');
    idp = await browser.press(idp, 'Deactivate', {}, mirasRow);
    await program.line(/^acme: \S+ is deactivated\./);
    idp = await browser.press(idp, 'Reactivate', {}, mirasRow);
    idp = await browser.press(idp, 'Delete', {}, mirasRow);
    expect(idp.text).not.toContain(mirasRow);
    expect(await list(ready, 'acme', 'Users')).toHaveLength(7);
  });

  it('makes and renames a team for each group, where the organization wants that', async () => {
    const browser = new LoopbackBrowser();
    const desk = await browser.follow(await browser.open(ready.baseUrl), 'Okta of Globex');
    let idp = await browser.follow(desk, `People and groups for ${addressOf(ready, 'globex').scimBaseUrl}`);
    idp = await browser.press(idp, 'Create', { name: 'Robotics' });
    idp = await browser.press(idp, 'Add to group', { groupId: 'Robotics' }, '<bdi>Keiko Mori</bdi>');
    await browser.press(idp, 'Rename', { name: 'Automation' }, 'value="Robotics"');

    const viewer = new LoopbackBrowser();
    await signIn(ready, 'nora.lind@globex.example', viewer);
    const team = await viewer.follow(await viewer.open(`${ready.baseUrl}/teams`), 'Automation');
    expect(textOf(team.text)).toContain('keiko.mori@globex.example');
    expect(textOf(team.text)).toContain('This team was made for a group of your identity provider.');
  });

  it('lets an identity provider speak to this machine alone, and only with a token that works', async () => {
    const browser = new LoopbackBrowser();
    const desk = await browser.follow(await browser.open(ready.baseUrl), 'Trial identity provider');
    const button = 'Test the connection and save it';
    const { scimBaseUrl } = addressOf(ready, 'acme');
    const elsewhere = await browser.press(desk, button, { scimBaseUrl: 'http://192.0.2.1/scim', token: 'x' });
    expect(elsewhere).toMatchObject({ status: 422, text: expect.stringContaining('on this machine alone') });
    const wrong = await browser.press(desk, button, { scimBaseUrl, token: 'scim_wrong' });
    expect(wrong).toMatchObject({ status: 422, text: expect.stringContaining('The application answers 401') });
  });

  it('refuses to begin an organization with the address of somebody else', async () => {
    const browser = new LoopbackBrowser();
    const form = await browser.open(`${ready.baseUrl}/organizations/new`);
    const mine = { organization: 'Acme', name: 'Mallory', email: 'Platform@acme.example' };
    const refused = await browser.press(form, 'Begin', mine);
    expect(refused).toMatchObject({
      status: 422,
      text: expect.stringContaining('There is an account of this address'),
    });
    expect(refused.text).toContain('value="Mallory"');
  });
});

describe('an organization of the example, from nothing', () => {
  afterEach(endPrograms);

  it('AQ-24 leads a new owner by pages alone from nothing to a sign-in and a mapped group', async () => {
    const DATA_DIR = await newFolder();
    const { ready, program } = await startExample({ DATA_DIR });
    const browser = new LoopbackBrowser();
    const begin = await browser.follow(await browser.open(ready.baseUrl), 'Begin an organization');
    const owner = { organization: 'Newco', name: 'Ada Byron', email: 'ada@newco.example' };
    const steps = await browser.press(begin, 'Begin', owner);
    expect(steps).toMatchObject({ status: 200, url: `${ready.baseUrl}/setup` });
    const [redirectUri = '', domains = '', authority = ''] = codesOf(steps);

    const desk = await browser.follow(steps, 'Trial identity provider');
    const registered = await browser.press(desk, 'Register an application', { redirectUri });
    const [, , clientId = '', clientSecret = ''] = codesOf(registered);
    const form = { domains, authority, clientId, clientSecret, breakGlassEmails: owner.email };
    let tenant = await browser.press(await browser.follow(steps, 'Single sign-on'), 'Submit OIDC request', form);
    expect(textOf(tenant.text)).toContain('Your request was submitted.');

    const [name = '', value = ''] = codesOf(tenant);
    expect(name).toBe('_sso-challenge.newco.example');
    await browser.press(await browser.follow(steps, 'DNS of the example'), 'Add the record', { name, value });
    tenant = await browser.press(tenant, 'Look the domains up now');
    expect(textOf(tenant.text)).toMatch(/newco\.example\W+proved/i);

    await browser.press(await browser.follow(steps, 'Sign in as the operator'), 'Olga Operator');
    const asOperator = await browser.open(steps.url);
    const request = await browser.follow(await browser.follow(asOperator, 'the requests'), 'newco.example');
    expect(textOf((await browser.press(request, 'Approve')).text)).toContain('The request was approved.');
    await browser.press(await browser.follow(steps, 'be the owner again'), 'Ada Byron');
    const portalLinks = linksOf(asOperator).filter((path) => path.startsWith('/portal'));
    expect(new Set(portalLinks)).toEqual(new Set(['/portal/oidc-requests']));
    expect(linksOf(steps)).not.toContain('/portal/oidc-requests');

    const atProvider = await browser.follow(await browser.open(tenant.url), 'Test sign-in');
    const tested = await browser.press(atProvider, 'Sign in', { email: 'zoe.park@newco.example' });
    expect(tested).toMatchObject({ status: 200 });
    expect(textOf(tested.text)).toContain('zoe.park@newco.example');

    const directories = await browser.follow(steps, 'Provisioning');
    const directory = await browser.press(directories, 'Create', { name: 'Trial identity provider' });
    const tokens = await browser.follow(directory, 'Tokens');
    const [token = '', scimBaseUrl = ''] = codesOf(await browser.press(tokens, '+ Create API Key', { name: 'First' }));
    expect(token).toMatch(/^scim_/);

    let idp = await browser.press(desk, 'Test the connection and save it', { scimBaseUrl, token });
    const zoe = { givenName: 'Zoe', familyName: 'Park', email: 'zoe.park@newco.example', title: 'Engineer' };
    idp = await browser.press(idp, 'Add', zoe);
    idp = await browser.press(idp, 'Create', { name: 'Reds' });
    idp = await browser.press(idp, 'Add to group', { groupId: 'Reds' });

    const team = await browser.press(await browser.follow(steps, 'a team'), 'Create', { name: 'Support' });
    expect(textOf(team.text)).toContain('Nobody yet.');
    const group = await browser.follow(await browser.follow(directory, 'Groups and what they give'), 'Reds');
    const preview = await browser.press(group, 'Preview', { 'rows.0.teamName': 'Support', 'rows.0.role': 'Member' });
    expect(textOf(preview.text)).toContain('1 person is concerned');
    expect(textOf((await browser.open(team.url)).text)).toContain('Nobody yet.');
    const saved = await browser.press(preview, 'Save and apply');
    expect(textOf(saved.text)).toContain('The mapping was saved and applied.');

    const filled = textOf((await browser.open(team.url)).text);
    expect(filled).toContain('zoe.park@newco.example');
    expect(filled).toContain('member of the group Reds, which is mapped to it');
    expect(filled).toContain('This membership comes from your identity provider.');

    program.send('SIGTERM');
    await program.end();
    const again = await startExample({ DATA_DIR, PORT: new URL(ready.baseUrl).port });
    const zoesBrowser = new LoopbackBrowser();
    const pick = await zoesBrowser.send(await zoesBrowser.open(again.ready.loginUrl), { email: zoe.email });
    const me = await zoesBrowser.press(pick, 'Sign in', { email: zoe.email });
    expect(rowsOf(me)).toMatchObject({ Organization: 'newco', Role: 'member' });
    expect(rowsOf(me)['Directory user']).toMatch(/^[\da-f-]{36}$/);
    idp = await browser.press(await browser.open(idp.url), 'Deactivate');
    expect((await zoesBrowser.open(`${ready.baseUrl}/me`)).url).toContain('/login');
  });
});

describe('the example, started again', () => {
  afterEach(endPrograms);

  it('design 8 prints the same line and takes the same tokens', async () => {
    const dataDirectory = await newFolder();
    const first = await startExample({ DATA_DIR: dataDirectory });
    first.program.send('SIGTERM');
    expect(await first.program.end()).toMatchObject({ code: 0, signal: null, stderr: '' });

    const port = new URL(first.ready.baseUrl).port;
    const second = await startExample({ DATA_DIR: dataDirectory, PORT: port });
    expect(second.ready).toEqual(first.ready);
    expect(await memberCounts(first.ready, 'acme')).toEqual({ Engineering: 4, Support: 2, 'On-call': 2 });
  });

  it('keeps people signed in, providers where they are, and tenants as they were', async () => {
    const DATA_DIR = await newFolder();
    const first = await startExample({ DATA_DIR });
    const browser = new LoopbackBrowser();
    const before = await signIn(first.ready, 'wen.zhao@acme.example', browser);
    first.program.send('SIGTERM');
    await first.program.end();

    const { port: PORT } = new URL(first.ready.baseUrl);
    const second = await startExample({ DATA_DIR, PORT });
    expect(second.program.output()).toBe(first.program.output());
    expect((await browser.open(`${first.ready.baseUrl}/me`)).text).toBe(before.text);
    const question = await browser.send(before);
    expect(await browser.send(question, { logout: 'yes' })).toMatchObject({ url: `${first.ready.baseUrl}/` });
    expect(rowsOf(await signIn(second.ready, 'wen.zhao@acme.example'))).toEqual(rowsOf(before));
  });

  it('lets people sign in where another program has taken the port of a provider', async () => {
    const DATA_DIR = await newFolder();
    const first = await startExample({ DATA_DIR });
    const [port = ''] = /(?<=Entra ID of Acme, http:\/\/127\.0\.0\.1:)\d+/.exec(first.program.output()) ?? [];
    first.program.send('SIGTERM');
    await first.program.end();
    const other = createServer().listen(Number(port), '127.0.0.1');
    try {
      await new Promise((resolve) => other.once('listening', resolve));
      const { ready } = await startExample({ DATA_DIR });
      const page = await signIn(ready, 'wen.zhao@acme.example');
      expect(rowsOf(page)).toMatchObject({ Organization: 'acme' });
      expect(claimsOf(page.text)['iss']).not.toContain(`:${port}/`);
    } finally {
      other.close();
    }
  });

  it('makes new keys where those of before are lost, and people still sign in', async () => {
    const DATA_DIR = await newFolder();
    const first = await startExample({ DATA_DIR });
    first.program.send('SIGTERM');
    await first.program.end();
    await rm(join(DATA_DIR, 'trial-keys.json'));
    const { ready, program } = await startExample({ DATA_DIR });
    expect((await signIn(ready, 'nora.lind@globex.example')).status).toBe(200);
    program.send('SIGTERM');
    expect(await program.end()).toMatchObject({ code: 0, stderr: '' });
  });

  it('design 8 still knows who was pushed, and pushes nobody twice', async () => {
    const DATA_DIR = await newFolder();
    const first = await startExample({ DATA_DIR });
    const mira = { schemas: [USER], userName: 'mira.costa@globex.example' };
    expect((await client(first.ready, 'globex')('POST', '/Users', mira)).status).toBe(201);
    first.program.send('SIGKILL');
    await first.program.end();
    const second = await startExample({ DATA_DIR });
    expect(await list(second.ready, 'globex', 'Users')).toHaveLength(5);
    expect(second.program.output()).toContain(`kept in ${join(DATA_DIR, 'console.db')}`);
  });

  // The example is a process of its own and takes a server by its address, see HAS_POSTGRES_SERVER.
  (HAS_POSTGRES_SERVER ? it : it.skip)(
    'design 8 keeps everything in PostgreSQL where DATABASE_URL names one',
    async () => {
      const postgres = await startPostgres();
      const schema = newSchemaName();
      const database = new pg.Client({ connectionString: postgres.connectionString });
      await database.connect();
      try {
        await database.query(`create schema ${schema}`);
        const url = new URL(postgres.connectionString);
        url.searchParams.set('options', `-c search_path=${schema}`);
        const env = { DATABASE_URL: url.href, DATA_DIR: await newFolder() };
        const first = await startExample(env);
        expect(first.program.output()).toContain('kept in PostgreSQL');
        first.program.send('SIGTERM');
        expect(await first.program.end()).toMatchObject({ code: 0, stderr: '' });
        const second = await startExample(env);
        expect(addressOf(second.ready, 'acme').token).toBe(addressOf(first.ready, 'acme').token);
        expect(await list(second.ready, 'acme', 'Users')).toHaveLength(7);
        const { rows } = await database.query(
          `select count(*)::int as people from ${schema}.sso_resources where type = 'User'`,
        );
        expect(rows).toEqual([{ people: 11 }]);
        await endPrograms();
      } finally {
        await database.query(`drop schema ${schema} cascade`);
        await database.end();
        await postgres.stop();
      }
    },
  );

  it('lets nobody else read keys and sessions', async () => {
    const DATA_DIR = await newFolder();
    const { ready } = await startExample({ DATA_DIR });
    await signIn(ready, 'wen.zhao@acme.example');
    const sessions = await readdir(join(DATA_DIR, 'sessions'));
    expect(sessions.length).toBeGreaterThan(0);
    for (const file of ['trial-keys.json', ...sessions.map((name) => join('sessions', name))]) {
      expect((await stat(join(DATA_DIR, file))).mode & 0o777).toBe(0o600);
    }
  });

  it('design 8 lets nobody else read the file of trial tokens, and gives each folder tokens of its own', async () => {
    const dataDirectory = join(await newFolder(), 'made', 'on the way');
    const { ready } = await startExample({ DATA_DIR: dataDirectory });
    const file = join(dataDirectory, 'trial-tokens.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain(addressOf(ready, 'acme').token);
    const other = await startExample();
    expect(addressOf(other.ready, 'acme').token).not.toBe(addressOf(ready, 'acme').token);
  });

  it('design 8 ends by the signal that npm start is given, and frees the port', async () => {
    const env = { PORT: '0', DATA_DIR: await newFolder() };
    // Without its `prestart`, which would build.
    const npm = keep(startProgram('npm', ['start', '--ignore-scripts', '--offline'], { cwd: built.folder, env }));
    const { baseUrl } = readyOf(await npm.line(/^READY /));
    npm.send('SIGTERM');
    await npm.end();
    await expect(fetch(baseUrl)).rejects.toThrow('fetch failed');
  });

  it('design 8 ends with success when interrupted', async () => {
    const { program } = await startExample();
    program.send('SIGINT');
    expect(await program.end()).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});

describe('the example, where it cannot start', () => {
  afterEach(endPrograms);

  it.each(['abc', '-1', '65536', '3000.5', ' 3000', '0x10'])('design 8 refuses PORT=%j', async (PORT) => {
    expect(await failedStart({ PORT })).toBe(
      `PORT must be a whole number from 0 to 65535, not ${JSON.stringify(PORT)}.\n`,
    );
  });

  it('design 8 says that the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      expect(await failedStart({ PORT: String(port) })).toBe(
        `Port ${port} is in use. Set PORT to another one, as in: PORT=3001 npm start\n`,
      );
    } finally {
      server.close();
    }
  });

  it('design 8 says that the data folder cannot be used', async () => {
    const file = join(await newFolder(), 'a file');
    await writeFile(file, '');
    expect(await failedStart({ DATA_DIR: join(file, 'below') })).toBe(
      `The data folder ${join(file, 'below')} cannot be used (ENOTDIR). Set DATA_DIR to another one.\n`,
    );
  });

  it('design 8 says that the database cannot be reached, and shows no password', async () => {
    const said = await failedStart({ DATABASE_URL: 'postgres://console:hunter2@127.0.0.1:1/console' });
    expect(said).toMatch(/^The database cannot be used: .*ECONNREFUSED/);
    expect(said).not.toContain('hunter2');
  });

  it.each([
    ['no JSON', '{'],
    ['something else', '{"tokens":[]}'],
    ['half a token', '[{"token":"scim_1"}]'],
  ])('design 8 says that the file of trial tokens holds %s, and leaves it', async (_what, content) => {
    const dataDirectory = await newFolder();
    const file = join(dataDirectory, 'trial-tokens.json');
    await writeFile(file, content);
    expect(await failedStart({ DATA_DIR: dataDirectory })).toBe(
      `${file} holds no trial tokens. Delete it, and the next start makes new ones.\n`,
    );
    expect(await readFile(file, 'utf8')).toBe(content);
  });
});

describe('the repository', () => {
  it('design 8 does not take the data of the example in', () => {
    const ignored = readFileSync(new URL('../.gitignore', import.meta.url), 'utf8').split('\n');
    expect(ignored).toContain('.data/');
  });
});

function keep(program: ChildProgram): ChildProgram {
  programs.push(program);
  return program;
}

async function endPrograms(): Promise<void> {
  const running = programs.splice(0);
  for (const program of running) program.send('SIGKILL');
  await Promise.all(running.map((program) => program.end()));
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'example-data-'));
  folders.push(folder);
  return folder;
}

async function start(env: Readonly<Record<string, string>>): Promise<ChildProgram> {
  const main = join(built.folder, '.build', 'examples', 'console', 'main.js');
  const settings = { PORT: '0', DATA_DIR: env['DATA_DIR'] ?? (await newFolder()), ...env };
  return keep(startProgram(process.execPath, [main], { cwd: built.folder, env: settings }));
}

async function startExample(
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly program: ChildProgram; readonly ready: Ready }> {
  const program = await start(env);
  return { program, ready: readyOf(await program.line(/^READY /)) };
}

/** What it says on its error output, having said nothing else and ended with 1. */
async function failedStart(env: Readonly<Record<string, string>>): Promise<string> {
  const { code, stdout, stderr } = await (await start(env)).end();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr;
}

function readyOf(line: string): Ready {
  return JSON.parse(line.slice('READY '.length)) as Ready;
}

function addressOf({ directories }: Ready, organization: string): Ready['directories'][number] {
  const found = directories.find((directory) => directory.organization === organization);
  if (!found) throw new Error(`there is no ${organization}`);
  return found;
}

function client(
  ready: Ready,
  organization: string,
): (method: string, path: string, body?: object) => Promise<{ readonly status: number; readonly body: unknown }> {
  const { scimBaseUrl, token } = addressOf(ready, organization);
  return async (method, path, body) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' };
    const response = await fetch(scimBaseUrl + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

type Resource = Readonly<Record<string, unknown>>;

async function list(ready: Ready, organization: string, endpoint: string): Promise<readonly Resource[]> {
  const { status, body } = await client(ready, organization)('GET', `/${endpoint}`);
  expect(status).toBe(200);
  return (body as { readonly Resources: readonly Resource[] }).Resources;
}

function byUserName(people: readonly Resource[], userName: string): Resource {
  const found = people.find((person) => person['userName'] === userName);
  if (!found) throw new Error(`there is no ${userName}`);
  return found;
}

async function memberCounts(ready: Ready, organization: string): Promise<Readonly<Record<string, number>>> {
  const groups = await list(ready, organization, 'Groups');
  return Object.fromEntries(
    groups.map(({ displayName, members }) => [String(displayName), Array.isArray(members) ? members.length : 0]),
  );
}

/** Signs in as the owner of an address, by the form. */
async function signIn(
  ready: Ready,
  email: string,
  browser: LoopbackBrowser = new LoopbackBrowser(),
  name: string = nameIn(email),
): Promise<LoopbackPage> {
  const provider = await browser.send(await browser.open(ready.loginUrl), { email });
  return browser.send(provider, accountIn(provider, name));
}

function nameIn(email: string): string {
  return email
    .replace(/@.*/, '')
    .replace('.', ' ')
    .replaceAll(/\b\w/g, (letter) => letter.toUpperCase());
}

/** The button of the page that a person would press. */
function accountIn({ text }: LoopbackPage, name: string): { readonly account: string } {
  const account = new RegExp(`name="account" value="([^"]+)">${name}<`).exec(text)?.[1];
  if (account === undefined) throw new Error(`there is no ${name} in ${text}`);
  return { account };
}

/** Where the links of a page lead to. */
function linksOf({ text }: LoopbackPage): readonly string[] {
  return [...text.matchAll(/ href="([^"]+)"/g)].map(([, path = '']) => path);
}

/** What a page offers to be copied. */
function codesOf({ text }: LoopbackPage): readonly string[] {
  return [...text.matchAll(/<code[^>]*>(.*?)<\/code>/gs)].map(([, code]) => textOf(code));
}

/** The table of the page of whoever is signed in. */
function rowsOf({ text }: LoopbackPage): Readonly<Record<string, string>> {
  const rows = [...text.matchAll(/<tr><th>([^<]+)<td>([^<]*)<\/tr>/g)];
  if (rows.length === 0) throw new Error(`this is no page of a person: ${text}`);
  return Object.fromEntries(rows.map(([, label = '', value = '']) => [label, value]));
}

function claimsOf(text: string): Readonly<Record<string, unknown>> {
  const json = /<pre>(.*)<\/pre>/s.exec(text)?.[1] ?? '';
  return JSON.parse(json.replaceAll('&#34;', '"')) as Readonly<Record<string, unknown>>;
}

/** Waits for something that happens within seconds, on a busy machine within a minute. */
async function eventually(happened: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + 60_000;
  while (!(await happened())) {
    if (Date.now() > limit) throw new Error('it has not happened in a minute');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
