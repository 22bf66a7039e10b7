import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PROVISIONING_POLICY, DEFAULT_SCIM_POLICY, type PresetName, presets } from 'express-sso-scim';
import request from 'supertest';
import { managed } from '../../src/storage/managed-storage.js';
import {
  ACME,
  type AdminClient,
  type AdminSiteSeeds,
  createAdminTestSite,
  encoded,
  formFields,
  hiddenFields,
  MOUNT,
  ORIGIN,
} from '../support/admin-site.js';
import { newUser } from '../support/provisioned-site.js';

const USERS = [
  { id: 'u-ann', email: 'ann@acme.example', displayName: 'Ann' },
  { id: 'u-ben', email: 'ben@acme.example', displayName: 'Ben' },
  { id: 'u-ben-2', email: 'ben@acme.org', displayName: 'Ben' },
];

/** Sends the form of a page as a browser does, with some of its fields filled in otherwise. */
async function send(
  client: AdminClient,
  page: string,
  action: string,
  fields: Readonly<Record<string, string | readonly string[]>>,
) {
  const { text } = await client.page(page).expect(200);
  const there = formFields(text, `${MOUNT}${action}`);
  expect(Object.keys(there)).toEqual(expect.arrayContaining(['_token', '_key']));
  return client.form(action, encoded({ ...there, ...fields }));
}

async function directorySite(seeds: AdminSiteSeeds = {}) {
  const site = createAdminTestSite(seeds);
  const directory = await site.directory();
  const [owner, operator] = [site.as('owner'), site.as('operator')];
  const put = (path: string, body: object) =>
    request(site.app)
      .put(`/scim/v2/${directory.id}${path}`)
      .set('Authorization', `Bearer ${directory.token}`)
      .set('Content-Type', 'application/scim+json')
      .send(JSON.stringify(body));
  return { site, ...directory, owner, operator, put };
}

describe('the phone settings', () => {
  it('AQ-35 AQ-73: an operator changes all of them with the form, an owner reads them', async () => {
    const { path, owner, operator } = await directorySite();
    const [page, action] = [`${path}/provisioning`, `${path}/provisioning/phones?method=PUT`];
    const fields = { phoneChange: 'true', phoneConfirmation: 'false', pushedPhones: 'replace', phoneCountry: 'DE' };
    expect((await send(operator, page, action, fields)).status).toBe(303);
    const { body } = await owner.get(page).expect(200);
    expect(body).toMatchObject({
      policy: { phoneChange: true, phoneConfirmation: false, pushedPhones: 'replace' },
      phoneCountry: 'DE',
    });
    const { text } = await owner.page(page).expect(200);
    expect(text).toContain('The pushed one counts');
    expect(text).not.toContain('/provisioning/phones');
    const wrong = await send(operator, page, action, { ...fields, phoneCountry: 'Germany' });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('value="Germany"');
    expect(wrong.text).toContain('Country of numbers without country code: must be two capital letters');
    expect((await send(operator, page, action, { ...fields, phoneCountry: '' })).status).toBe(303);
    expect((await owner.get(page)).body).not.toHaveProperty('phoneCountry');
  });
});

describe('the policy of a directory', () => {
  it('X-10: an owner says how the identity provider is answered, point by point, in plain words', async () => {
    const { path, owner, push, operator } = await directorySite();
    const [page, action] = [`${path}/policy`, `${path}/policy?method=PUT`];
    const { text } = await owner.page(page).expect(200);
    expect(text.match(/As in the application: /g)?.length).toBeGreaterThanOrEqual(14);
    expect(text).toContain('As in the application: Leave them out');
    expect((await push('/Users', { ...newUser('one'), shoeSize: 44 })).status).toBe(201);
    const changed = await send(owner, page, action, {
      'policy.unknownAttributes': 'refuse',
      'policy.unquotedFilterValues': 'true',
      'policy.membersInWriteAnswers': '7',
      resourceTypes: ['', 'User'],
    });
    expect(changed.status).toBe(303);
    const { body } = await owner.get(page).expect(200);
    expect(body.scim.differs).toEqual({
      unknownAttributes: 'refuse',
      unquotedFilterValues: true,
      membersInWriteAnswers: 7,
    });
    expect(body.directory.resourceTypes).toEqual(['User']);
    const pushed = await directorySite({ router: { tokenCacheSeconds: 0 } });
    const { version } = (await pushed.owner.get(pushed.path)).body;
    const change = { policy: { unknownAttributes: 'refuse' }, resourceTypes: ['User'], version };
    await pushed.owner.put(`${pushed.path}/policy`, change).expect(200);
    expect((await pushed.push('/Users', { ...newUser('two'), shoeSize: 44 })).status).toBe(400);
    expect((await pushed.push('/Groups', {})).status).toBe(404);
    // Left as it is, the form changes nothing; emptied, the application decides again.
    expect((await send(owner, page, action, {})).status).toBe(303);
    expect((await owner.get(page)).body.scim.differs).toEqual(body.scim.differs);
    const emptied = {
      'policy.unknownAttributes': '',
      'policy.unquotedFilterValues': '',
      'policy.membersInWriteAnswers': '',
      resourceTypes: '',
    };
    expect((await send(owner, page, action, emptied)).status).toBe(303);
    const after = (await owner.get(page)).body;
    expect(after.scim.differs).toEqual({});
    expect(after.directory).not.toHaveProperty('resourceTypes');
    expect((await operator.get(page)).body.provisioning.mayChange).toBe(true);
  });

  it('a change between looking at it and writing is not overwritten', async () => {
    const { site, path, owner } = await directorySite();
    const { version } = (await owner.get(path)).body;
    const { directories } = site.storage;
    const [seen] = await directories.list({ organizationId: 'acme' });
    if (!seen) throw new Error('no directory');
    const happens = () => directories.update({ ...seen, policy: { groupNames: 'any' } });
    Object.assign(site.meanwhile, { call: 'directories.get', happens });
    await owner.put(`${path}/policy`, { policy: { externalIds: 'any' }, version }).expect(409);
    expect((await owner.get(`${path}/policy`)).body.scim.differs).toEqual({ groupNames: 'any' });
  });

  it('a version that somebody else has changed is a choice in words, and nothing is overwritten', async () => {
    const { path, owner } = await directorySite();
    const [page, action] = [`${path}/policy`, `${path}/policy?method=PUT`];
    const open = formFields((await owner.page(page)).text, `${MOUNT}${action}`);
    const { version } = (await owner.get(path)).body;
    await owner.put(page, { policy: { groupNames: 'any' }, version }).expect(200);
    const late = await owner.form(action, encoded({ ...open, 'policy.removeAllMembers': 'refuse' }));
    expect(late.status).toBe(409);
    const rows = [...late.text.matchAll(/<tr><th scope="row">([^<]*)<\/th><td>(.*?)<\/td><td>(.*?)<\/td><\/tr>/g)];
    const shown = rows.map(([, ...cells]) => cells.map((cell) => cell.replace(/<[^>]*>/g, '')));
    expect(shown).toEqual([
      ['A removal of members that names nobody', 'Refuse it, as a guard against mistakes', expect.any(String)],
      ['Two groups of one name', 'As in the application: Refuse the second', 'Accept both'],
    ]);
    expect((await owner.get(page)).body.scim.differs).toEqual({ groupNames: 'any' });
    const again = formFields(late.text, `${MOUNT}${action}`);
    expect((await owner.form(action, encoded(again))).status).toBe(303);
    expect((await owner.get(page)).body.scim.differs).toEqual({ removeAllMembers: 'refuse' });
  });

  it('X-10: what follows for people is seen by owners and changed by operators, removals that wait included', async () => {
    const { path, site, owner, operator } = await directorySite();
    const tenantId = await site.activeTenant();
    const [page, action] = [`${path}/policy`, `${path}/provisioning/policy?method=PUT`];
    const { text } = await owner.page(page).expect(200);
    expect(text).toContain('<dt>Somebody signs in whom nobody has provisioned</dt><dd>Is refused</dd>');
    expect(text).not.toContain('provisioning/policy');
    const { version } = (await owner.get(page)).body.provisioning;
    await owner.put(`${path}/provisioning/policy`, { policy: { justInTime: 'create' }, version }).expect(403);
    const limits = { people: '5', share: '0.1', minutes: '30' };
    const saved = await send(operator, page, action, {
      oidcTenantId: tenantId,
      'policy.justInTime': 'create',
      'policy.roleAttribute': 'secodaRole',
      'policy.blastRadius': 'beyond',
      ...Object.fromEntries(Object.entries(limits).map(([name, value]) => [`policy.blastRadius.${name}`, value])),
    });
    expect(saved.status).toBe(303);
    const read = async () => (await operator.get(page)).body.provisioning;
    expect(await read()).toMatchObject({
      oidcTenantId: tenantId,
      differs: {
        justInTime: 'create',
        roleAttribute: 'secodaRole',
        blastRadius: { people: 5, share: 0.1, minutes: 30 },
      },
    });
    const before = await read();
    expect((await send(operator, page, action, {})).status).toBe(303);
    expect(await read()).toEqual({ ...before, version: before.version + 1 });
    const faulty = await send(operator, page, action, { 'policy.blastRadius.share': 'a quarter' });
    expect(faulty.status).toBe(400);
    expect(faulty.text).toContain('value="a quarter"');
    expect(faulty.text).toContain('must be a number from 0 to 1');
    const missing = await send(operator, page, action, { 'policy.blastRadius.people': '' });
    expect([missing.status, missing.text.includes('is missing')]).toEqual([400, true]);
    expect((await send(operator, page, action, { 'policy.blastRadius': 'off' })).status).toBe(303);
    expect((await read()).differs.blastRadius).toBe('off');
    const emptied = { 'policy.blastRadius': '', 'policy.justInTime': '', 'policy.roleAttribute': '', oidcTenantId: '' };
    expect((await send(operator, page, action, emptied)).status).toBe(303);
    expect((await read()).differs).toEqual({});
    expect(await read()).not.toHaveProperty('oidcTenantId');
    const unknown = await operator
      .put(`${path}/provisioning/policy`, { oidcTenantId: 'ghost', version: (await read()).version })
      .expect(400);
    expect(unknown.body.faults[0].path).toBe('oidcTenantId');
  });
});

describe('presets', () => {
  const everything = async (client: AdminClient, path: string) => {
    const { scim, provisioning } = (await client.get(`${path}/policy`)).body;
    return {
      scim: { ...scim.application, ...scim.differs },
      provisioning: { ...provisioning.application, ...provisioning.differs },
    };
  };

  it.each(Object.keys(presets) as readonly PresetName[])(
    'X-1 X-10: %s is shown as differences, confirmed, and then the directory behaves like it in every point',
    async (name) => {
      const { path, operator } = await directorySite({
        policy: { phoneChange: true, justInTime: 'create', deletion: 'delete' },
        options: { scimPolicy: { groupNames: 'any', unknownPaths: 'ignore' } },
      });
      const at = `${path}/presets/${name}`;
      const before = await everything(operator, path);
      const { body } = await operator.get(at).expect(200);
      const { text } = await operator.page(at).expect(200);
      expect(text).toContain('Make these changes');
      const saved = await operator.submit(at, `${at}?method=PUT`);
      expect(saved.status).toBe(303);
      const after = await everything(operator, path);
      const { scim, provisioning, directory } = presets[name];
      expect(after.scim).toEqual({ ...DEFAULT_SCIM_POLICY, ...scim });
      // What the organization has chosen for itself stays.
      const wanted = { ...DEFAULT_PROVISIONING_POLICY, phoneChange: true, ...provisioning };
      expect(after.provisioning).toEqual(wanted);
      const told = (of: 'scim' | 'provisioning') =>
        Object.entries(after[of]).filter(
          ([point, value]) => JSON.stringify(before[of][point]) !== JSON.stringify(value),
        );
      const rows = (of: 'scim' | 'provisioning') => body.rows.filter((row: { readonly of: string }) => row.of === of);
      for (const half of ['scim', 'provisioning'] as const) {
        expect(
          rows(half).map(({ point, after: value }: { readonly point: string; readonly after: unknown }) => [
            point,
            value,
          ]),
        ).toEqual(expect.arrayContaining(told(half)));
        expect(rows(half)).toHaveLength(told(half).length);
      }
      expect((await operator.get(path)).body.resourceTypes).toEqual(directory.resourceTypes);
      expect((await operator.get(at)).body.rows).toEqual([]);
      expect((await operator.page(at)).text).toContain('The directory behaves like this already.');
    },
  );

  it('are an operator’s, told once, from the versions that were seen', async () => {
    const { site, path, owner, operator, put } = await directorySite();
    // The product wants one.
    await site.activeTenant();
    const at = `${path}/presets/secoda`;
    await owner.get(at).expect(403);
    await operator.get(`${path}/presets/constructor`).expect(404);
    const list = await operator.page(`${path}/presets`).expect(200);
    expect(list.text).toContain(`${MOUNT}${at}`);
    const fields = hiddenFields((await operator.page(at)).text, `${MOUNT}${at}?method=PUT`);
    const stale = (await operator.get(at)).body;
    const versions = { version: stale.version, directoryVersion: stale.directory.version };
    const answers = [await operator.form(`${at}?method=PUT`, encoded(fields))];
    answers.push(await operator.form(`${at}?method=PUT`, encoded(fields)));
    expect(answers.map(({ status }) => status)).toEqual([303, 409]);
    expect((await operator.put(at, versions).expect(409)).body.error).toBe('stale_version');
    const fresh = (await operator.get(at)).body;
    const half = { version: fresh.version, directoryVersion: versions.directoryVersion };
    expect((await operator.put(at, half).expect(409)).body.error).toBe('stale_version');
    await put('/Users/chosen-by-the-provider', newUser('eve')).expect(201);
  });

  it('say what they leave to other pages: mode, kind, and names of claims', async () => {
    const { path, site, operator } = await directorySite();
    const tenantId = await site.activeTenant();
    const { version } = (await operator.get(`${path}/policy`)).body.provisioning;
    await operator.put(`${path}/provisioning/policy`, { oidcTenantId: tenantId, version }).expect(200);
    const torque = (await operator.get(`${path}/presets/torque`)).body;
    expect(torque.elsewhere).toEqual([
      { what: 'mapping-mode', now: 'manual', after: 'off' },
      { what: 'claim-names', after: 'spaces: space_name, spaceRoles: space_role, timezone: timezone' },
    ]);
    const page = (await operator.page(`${path}/presets/oneuptime-status-page`)).text;
    expect(page).toContain('which stays what it is made as: <bdi>status-page</bdi>');
    expect(page).toContain('Change the mode, with a look at who is concerned');
  });
});

describe('kinds of directories', () => {
  const directoryKinds = {
    project: { label: 'Project' },
    'status-page': { label: 'Status <page>', scimBaseUrl: `${ORIGIN}/status-page-scim/v2` },
    torque: { label: 'By token', scimBaseUrl: `${ORIGIN}/api/scim`, directoryFrom: 'token' },
    host: { label: 'By host', scimBaseUrl: `${ORIGIN}/api/scim/v2`, directoryFrom: 'host' },
  } as const;

  it('OU-5 X-10: are chosen when a directory is made, and lead to the address of their router', async () => {
    const site = createAdminTestSite({ options: { directoryKinds } });
    const owner = site.as('owner');
    const at = `${ACME}/directories`;
    const made = async (kind?: string) => (await owner.post(at, { name: 'D', ...(kind && { kind }) })).body;
    const usual = await made();
    expect(usual).toMatchObject({ kind: 'project', baseUrl: `${ORIGIN}/scim/v2/${usual.id}` });
    const page = await made('status-page');
    expect(page.baseUrl).toBe(`${ORIGIN}/status-page-scim/v2/${page.id}`);
    expect((await made('torque')).baseUrl).toBe(`${ORIGIN}/api/scim`);
    const host = await made('host');
    await site.storage.directories.update({
      ...(await site.storage.directories.get(host.id)),
      hosts: ['acme.scim.example'],
    } as never);
    expect((await owner.get(`${at}/${host.id}`)).body.baseUrl).toBe('https://acme.scim.example/api/scim/v2');
    for (const kind of ['default', 'constructor', '__proto__']) {
      const { body } = await owner.post(at, { name: 'D', kind }).expect(400);
      expect(body.faults).toEqual([{ path: 'kind', message: 'is no kind of directory here' }]);
    }
    const form = await owner.submit(at, at, { name: 'From the page', kind: 'status-page' });
    expect(form.status).toBe(303);
    const { text } = await owner.page(form.headers['location']?.replace(MOUNT, '') ?? '').expect(200);
    expect(text).toContain('<dt>Kind</dt><dd><bdi>Status &#60;page&#62;</bdi></dd>');
    expect((await owner.page(at)).text).toContain('<option value="status-page">Status &#60;page&#62;</option>');
  });

  it('are no question where there is one alone', async () => {
    const { owner, path } = await directorySite();
    expect((await owner.page(`${ACME}/directories`)).text).not.toContain('name="kind"');
    expect((await owner.get(path)).body.kind).toBe('default');
    expect((await owner.get(`${path}/provisioning`)).body).not.toHaveProperty('kind');
  });

  it('refuse what cannot be kinds when the router is made', () => {
    expect(() => createAdminTestSite({ options: { directoryKinds: {} } })).toThrow('at least one kind');
    const wrong = { a: { label: '', scimBaseUrl: 'ftp://x' } };
    expect(() => createAdminTestSite({ options: { directoryKinds: wrong } })).toThrow(
      /directoryKinds\.a\.label[\s\S]*scimBaseUrl/,
    );
  });
});

describe('roles by attribute', () => {
  it('X-10: an owner allows privileged roles, each by name, and takes them back; an operator cannot', async () => {
    const { path, site, owner, operator } = await directorySite({ policy: { roleAttribute: 'title' } });
    const [page, action] = [`${path}/provisioning`, `${path}/provisioning/attribute-roles?method=PUT`];
    expect((await operator.page(page)).text).not.toContain('attribute-roles');
    const { version } = (await owner.get(page)).body;
    await operator.put(`${page}/attribute-roles`, { roles: ['Owner'], version }).expect(403);
    const unknown = await owner.put(`${page}/attribute-roles`, { roles: ['Owner', 'Emperor'], version }).expect(400);
    expect(unknown.body.faults).toEqual([{ path: 'roles[1]', message: 'names a role that does not exist' }]);
    expect((await send(owner, page, action, { roles: ['', 'Owner'] })).status).toBe(303);
    expect((await owner.get(page)).body.attributeRoles).toEqual(['Owner']);
    expect((await send(owner, page, action, {})).status).toBe(303);
    // Nothing ticked is nothing allowed, also where an operator takes it back.
    const now = (await operator.get(page)).body.version;
    await operator.put(`${page}/attribute-roles`, { version: now }).expect(200);
    expect((await owner.get(page)).body.attributeRoles).toEqual([]);
    await site.as('owner').put(`${page}/attribute-roles`, { roles: [], version }).expect(409);
  });
});

describe('people to convert', () => {
  it('AQ-44: exactly those whom an operator names, by address, by name with address, or by id', async () => {
    const { path, owner, operator, user } = await directorySite({
      users: USERS,
      policy: { existingPeople: 'convert' },
    });
    const [page, action] = [`${path}/provisioning/conversion`, `${path}/provisioning/conversion?method=PUT`];
    const wrong = await send(operator, page, action, { add: 'ann@acme.example\nBen <nobody@acme.example>\nghost' });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('Put on the list: is nobody of this organization; is nobody of this organization');
    expect(wrong.text).toContain('Ben &#60;nobody@acme.example&#62;');
    expect((await owner.get(page)).body.items).toEqual([]);
    const add = 'ANN@acme.example\r\n\r\nAnybody at all <ben@acme.org>\r\nu-ann';
    expect((await send(operator, page, action, { add })).status).toBe(303);
    const { body } = await owner.get(page).expect(200);
    expect(body).toMatchObject({ count: 2, counts: true, mayChange: false });
    expect(body.items).toEqual([
      { id: 'u-ann', name: 'Ann', email: 'ann@acme.example', source: 'manual' },
      { id: 'u-ben-2', name: 'Ben', email: 'ben@acme.org', source: 'manual' },
    ]);
    await user('ann');
    await user('ben');
    const sources = (await owner.get(`${ACME}/people`)).body.items.map(
      ({ user: { id }, source }: { readonly user: { readonly id: string }; readonly source: string }) => [id, source],
    );
    expect(sources).toEqual(
      expect.arrayContaining([
        ['u-ann', 'scim'],
        ['u-ben', 'manual'],
        ['u-ben-2', 'manual'],
      ]),
    );
    const shown = (await owner.page(page)).text;
    expect(shown).toContain('name the exact people');
    expect(shown).toMatch(/ann@acme\.example[\s\S]*converted[\s\S]*ben@acme\.org[\s\S]*waits for a push/);
    expect((await send(operator, page, action, { remove: 'Ann <ann@acme.example>' })).status).toBe(303);
    expect((await owner.get(page)).body.items).toMatchObject([{ id: 'u-ben-2' }]);
  });

  it('AQ-44: the list comes in pages, is whole whatever is shown of it, and knows who has gone', async () => {
    const users = Array.from({ length: 60 }, (_, index) => ({ id: `u-${index}`, email: `p${index}@acme.example` }));
    const { path, site, owner, operator } = await directorySite({ users });
    const at = `${path}/provisioning/conversion`;
    const { version } = (await owner.get(at)).body;
    await owner.put(at, { userIds: [], version }).expect(403);
    await operator.put(at, { userIds: users.map(({ id }) => id), version }).expect(200);
    await operator.put(at, { userIds: ['ghost'], version: version + 1 }).expect(400);
    expect((await operator.put(at, { add: [], version }).expect(409)).body.error).toBe('stale_version');
    await managed(site.storage).users.remove({ organizationId: 'acme' }, 'u-3');
    const first = (await owner.get(at)).body;
    expect([first.count, first.items.length, first.counts]).toEqual([60, 25, false]);
    expect(first.items[3]).toEqual({ id: 'u-3' });
    expect((await owner.page(at)).text).toContain('is here no more');
    const second = (await owner.get(`${at}?after=${first.next}&limit=100`)).body;
    expect(second.items).toHaveLength(35);
    await operator.put(at, { remove: ['u-3'], version: version + 1 }).expect(200);
    expect((await owner.get(at)).body.count).toBe(59);
  });
});

describe('teams', () => {
  it('X-10: say which group they belong to, and why they cannot be renamed or deleted', async () => {
    const { path, site, owner, group, user } = await directorySite({ teams: [{ id: 'red', name: 'Red' }] });
    await group('Red');
    await group('Nights', [await user('ann')]);
    const { version } = (await owner.get(`${path}/groups`)).body;
    const wish = { mode: 'auto', version };
    const asked = (await owner.put(`${path}/mapping`, wish).expect(409)).body;
    await owner.put(`${path}/mapping`, { ...wish, confirm: asked.current.digest }).expect(200);
    const administrator = site.as('administrator');
    const { body } = await administrator.get(`${ACME}/teams`).expect(200);
    const locked = { reason: 'team-of-group', sentence: expect.stringContaining('Rename or delete the group there') };
    expect(body.items).toEqual(
      expect.arrayContaining([
        { id: 'red', name: 'Red', group: expect.objectContaining({ name: 'Red' }), locks: [] },
        {
          id: expect.any(String),
          name: 'Nights',
          group: expect.objectContaining({ name: 'Nights', directoryName: 'Entra ID' }),
          locks: [
            { edit: 'rename-team', lock: locked },
            { edit: 'delete-team', lock: locked },
          ],
        },
      ]),
    );
    const { text } = await administrator.page(`${ACME}/teams`).expect(200);
    expect(text).toContain('<strong>Rename, Delete</strong><small>This team was made for a group');
    const first = (await administrator.get(`${ACME}/teams?limit=1`)).body;
    expect(first.items).toHaveLength(1);
    expect((await administrator.get(`${ACME}/teams?limit=1&after=${first.next}`)).body.items).toHaveLength(1);
    await site.as('member').get(`${ACME}/teams`).expect(403);
  });

  it('are locked by nothing where the product locks nothing', async () => {
    const { path, owner, group } = await directorySite({ policy: { lockProvisioned: false }, preset: 'qualytics' });
    await group('Nights');
    expect((await owner.get(`${path}/groups`)).body.mapping.mode).toBe('auto');
    const { body } = await owner.get(`${ACME}/teams`).expect(200);
    expect(body.items).toMatchObject([{ name: 'Nights', locks: [] }]);
  });
});

describe('setup guides', () => {
  it('OU-12 QL-4: hold the values of the tenant and the directory that are chosen among several', async () => {
    const { site, owner, id } = await directorySite();
    const tenantId = await site.activeTenant();
    const alone = (await owner.page(`${ACME}/guides/entra`)).text;
    expect(alone).toContain(`${ORIGIN}/scim/v2/${id}`);
    expect(alone).not.toContain('Whose values');
    const second = await site.directory('Second "directory"');
    const other = await owner.post(`${ACME}/oidc-tenants`, {
      domains: 'acme.org',
      authority: 'https://idp.acme.org',
      clientId: 'two',
      clientSecret: 'secret',
      additionalScopes: 'groups',
    });
    const { text } = await owner.page(`${ACME}/guides/okta?tenantId=${other.body.tenant.id}&directoryId=${second.id}`);
    expect(text).toContain(`${ORIGIN}/scim/v2/${second.id}`);
    expect(text).toContain(`${ORIGIN}/login/${other.body.tenant.id}`);
    expect(text).toContain('openid profile email groups');
    expect(text).toContain(`<option value="${second.id}" selected>Second &#34;directory&#34;</option>`);
    const { body } = await owner.get(`${ACME}/guides/okta`).expect(200);
    expect(body.tenants).toMatchObject({ chosen: tenantId, items: [{}, {}] });
    expect(body.directories).toMatchObject({ chosen: id, items: [{}, {}] });
    await owner.get(`${ACME}/guides/okta?directoryId=ghost`).expect(404);
    await owner.page(`${ACME}/guides/okta?tenantId=${encodeURIComponent('<b>')}`).expect(404);
    await site
      .as('owner', { organizationId: 'other' })
      .get(`/organizations/other/guides/okta?directoryId=${id}`)
      .expect(404);
  });

  it('OU-35: tell nothing of what the plan does not include', async () => {
    const { site } = await directorySite();
    await site.activeTenant();
    const owner = site.as('owner', { features: [] });
    const { body } = await owner.get(`${ACME}/guides/okta`).expect(200);
    expect([body.tenants, body.directories]).toEqual([{ items: [] }, { items: [] }]);
  });
});

describe('hostile input', () => {
  const HOSTILE = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\u202e\u200b\u0000',
    '=cmd|calc',
    '__proto__',
    '-1e309',
    'x'.repeat(10_000),
    '\n'.repeat(5000),
    '\ud800',
  ];

  /** Every form of a page, with what a browser sends of it. */
  function formsOf(text: string) {
    const actions = [...text.matchAll(/<form method="post" action="([^"]*)"/g)].map(([, action = '']) =>
      action.replaceAll('&#38;', '&'),
    );
    return actions.map((action) => ({ action: action.replace(MOUNT, ''), fields: formFields(text, action) }));
  }

  it('in any field of any form of the settings is a fault beside the field or is kept as text, and never more', async () => {
    const { path, operator, owner } = await directorySite({
      users: USERS,
      policy: { roleAttribute: 'title', existingPeople: 'convert' },
      options: { directoryKinds: { default: { label: 'One' }, other: { label: 'Two' } } },
    });
    const pages = ['/policy', '/provisioning', '/provisioning/conversion', '/presets/torque'].map((at) => path + at);
    let sent = 0;
    for (const client of [owner, operator]) {
      for (const page of client === operator ? pages : [...pages.slice(0, 3), `${ACME}/directories`]) {
        const { text } = await client.page(page).expect(200);
        for (const { action, fields } of formsOf(text)) {
          const names = Object.keys(fields).filter((name) => !name.startsWith('_'));
          for (const [index, name] of names.entries()) {
            const hostile = HOSTILE[(index + sent) % HOSTILE.length] ?? '';
            const before = JSON.stringify(await settingsNow());
            const answer = await client.form(
              action,
              encoded({ ...fields, _key: `${sent}`, [name]: hostile, [`${name}.0.constructor`]: hostile }),
            );
            sent += 1;
            expect([action, name, hostile.slice(0, 20), answer.status < 500]).toEqual([
              action,
              name,
              hostile.slice(0, 20),
              true,
            ]);
            expect(answer.text).not.toContain('<script>alert');
            expect(answer.text).not.toContain('<img src=x');
            if (answer.status >= 400) expect(JSON.stringify(await settingsNow())).toBe(before);
          }
        }
      }
    }
    expect(sent).toBeGreaterThan(60);

    async function settingsNow() {
      const policy = (await operator.get(`${path}/policy`)).body;
      const { body } = await operator.get(`${path}/provisioning/conversion`);
      return [policy, body, (await operator.get(`${ACME}/directories`)).body.items.length];
    }
  });

  it('a form that is sent twice at once is carried out once', async () => {
    const { path, operator } = await directorySite({ users: USERS });
    const page = `${path}/provisioning/conversion`;
    const action = `${page}?method=PUT`;
    const fields = { ...formFields((await operator.page(page)).text, `${MOUNT}${action}`), add: 'ann@acme.example' };
    const both = await Promise.all([1, 2].map(() => operator.form(action, encoded(fields))));
    expect(both.map(({ status }) => status).sort()).toEqual([303, 409]);
    expect((await operator.get(page)).body).toMatchObject({ count: 1, version: 1 });
  });
});
