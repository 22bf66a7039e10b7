import { describe, expect, it } from '@jest/globals';
import { createProvisioningService } from 'express-sso-scim';
import request from 'supertest';
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

const USERS = [
  { id: 'u-ann', email: 'ann@acme.example', displayName: 'Ann' },
  { id: 'u-ben', email: 'ben@acme.example', displayName: 'Ben' },
];
const TEAMS = [
  { id: 'red', name: 'Red' },
  { id: 'blue', name: 'Blue' },
];

const SEARCH = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };

describe('SCIM directories', () => {
  it('OU-5 AQ-42: several with friendly names, each with its base URL, none before it is created', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    // An address without a directory answers as one with a token that is unknown.
    await request(site.app).get('/scim/v2/not-created-yet/ServiceProviderConfig').expect(401);
    expect((await owner.get(`${ACME}/directories`)).body.items).toEqual([]);
    const first = await owner.post(`${ACME}/directories`, { name: 'Entra ID' }).expect(201);
    await owner.post(`${ACME}/directories`, { name: 'Okta' }).expect(201);
    expect(first.body.baseUrl).toBe(`${ORIGIN}/scim/v2/${first.body.id}`);
    expect(first.body).not.toHaveProperty('cursorKey');
    const { body } = await owner.get(`${ACME}/directories`).expect(200);
    expect(body.items.map(({ name }: { readonly name: string }) => name)).toEqual(['Entra ID', 'Okta']);
    const { text } = await owner.page(`${ACME}/directories`).expect(200);
    expect(text).toContain(first.body.baseUrl);
  });

  it('are not created in an organization that is none', async () => {
    const operator = createAdminTestSite().as('operator');
    await operator.post('/organizations/nowhere/directories', { name: 'Entra ID' }).expect(404);
    expect((await operator.get('/organizations/nowhere/directories')).body.items).toEqual([]);
  });

  it('AQ-37 AQ-42 SE-1: come only after approval, and by the operator, where the product has it so', async () => {
    const site = createAdminTestSite({ policy: { scimNeedsOidc: true }, options: { directoryCreation: 'operator' } });
    const [owner, operator] = [site.as('owner'), site.as('operator')];
    const early = await operator.post(`${ACME}/directories`, { name: 'Entra ID' }).expect(409);
    expect(early.body.message).toContain('active OIDC tenant');
    const preferences = { scim: true, changePhoneNumber: true, confirmPhoneNumber: false };
    const tenantId = await site.activeTenant({ preferences });
    const theirs = await owner.post(`${ACME}/directories`, { name: 'Entra ID' }).expect(409);
    expect(theirs.body).toMatchObject({ mender: 'operator' });
    expect((await owner.page(`${ACME}/directories`)).text).toContain('once your request is approved');
    const { body } = await operator.post(`${ACME}/directories`, { name: 'Entra ID' }).expect(201);
    const settings = await owner.get(`${ACME}/directories/${body.id}/provisioning`).expect(200);
    // AQ-35: what was wished for with the request.
    expect(settings.body).toMatchObject({
      oidcTenantId: tenantId,
      differs: { phoneChange: true, phoneConfirmation: false },
    });
  });

  it('are renamed, disabled and enabled, each from the version that was seen', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const { path } = await site.directory();
    const { version } = (await owner.get(path)).body;
    const renamed = await owner.put(path, { name: 'Entra', version }).expect(200);
    expect(renamed.body.name).toBe('Entra');
    expect((await owner.post(`${path}/disable`, { version }).expect(409)).body.error).toBe('stale_version');
    const off = await owner.post(`${path}/disable`, { version: renamed.body.version }).expect(200);
    expect(off.body).toHaveProperty('disabledAt');
    const on = await owner.post(`${path}/enable`, { version: off.body.version }).expect(200);
    expect(on.body).not.toHaveProperty('disabledAt');
  });

  it('are saved once by two who save at the same time, and the other one is told', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const { path } = await site.directory();
    for (let round = 0; round < 5; round += 1) {
      const { version } = (await owner.get(path)).body;
      const saved = await Promise.all([
        owner.put(path, { name: `first ${round}`, version }),
        owner.put(path, { name: `second ${round}`, version }),
        owner.post(`${path}/${round % 2 ? 'enable' : 'disable'}`, { version }),
      ]);
      expect(saved.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      const [won] = saved.filter(({ status }) => status === 200);
      expect((await owner.get(path)).body).toEqual(won?.body);
    }
  });
});

describe('tokens', () => {
  it('AQ-3 AQ-43 SE-2: several coexist with name, scopes and expiry, each shown once', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const { path, token } = await site.directory();
    const made = await owner
      .post(`${path}/tokens`, { name: 'second', scopes: ['users:read'], expiresAt: '2027-02-01T00:00:00Z' })
      .expect(201);
    expect(made.body.token).toMatch(/^scim_/);
    const list = await owner.get(`${path}/tokens`).expect(200);
    expect(list.body.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'second', scopes: ['users:read'], state: 'live' }),
        expect.objectContaining({ name: 'first', state: 'live' }),
      ]),
    );
    const { text } = await owner.page(`${path}/tokens`).expect(200);
    for (const shown of [JSON.stringify(list.body), text]) {
      expect(shown).not.toContain(made.body.token);
      expect(shown).not.toContain(token);
    }
    expect(JSON.stringify(list.body)).not.toContain('hash');
    site.wait(40 * 86_400_000);
    const later = (await owner.get(`${path}/tokens`)).body.items;
    expect(later.find(({ name }: { readonly name: string }) => name === 'second').state).toBe('expired');
  });

  it('OU-12: rotate with an overlap, until the old one is revoked', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const { path, tokenId, push } = await site.directory();
    const { body } = await owner.post(`${path}/tokens/${tokenId}/rotate`, { name: 'next' }).expect(201);
    expect(body.replaces).toMatchObject({ id: tokenId, state: 'live' });
    expect((await push('/Users/.search', SEARCH)).status).toBe(200);
    await owner.post(`${path}/tokens/${tokenId}/revoke`).expect(200);
    site.wait(6000);
    expect((await push('/Users/.search', SEARCH)).status).toBe(401);
    await owner.post(`${path}/tokens/no-such/revoke`).expect(404);
    await owner.post(`${path}/tokens/no-such/rotate`, { name: 'next' }).expect(404);
  });

  it('AQ-43 OU-12 X-9: created with the form, shown in the answer alone, and a second click makes no second one', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const { path } = await site.directory();
    const page = await owner.page(`${path}/tokens`).expect(200);
    const fields = {
      ...hiddenFields(page.text, `${MOUNT}${path}/tokens`),
      name: 'from the page',
      scopes: ['users', 'groups'],
    };
    const send = () => owner.form(`${path}/tokens`, encoded(fields));
    const [first, second] = [await send(), await send()];
    expect(first.status).toBe(201);
    expect(first.text).toMatch(/<code class="copied" data-copy>scim_[\w-]{49}<\/code>/);
    expect(first.headers['cache-control']).toBe('no-store');
    expect(first.headers['location']).toBeUndefined();
    expect(second.status).toBe(409);
    expect(second.text).toContain('sent before');
    expect(second.text).not.toMatch(/scim_[\w-]{49}/);
    expect((await owner.get(`${path}/tokens`)).body.items).toHaveLength(2);
  });

  it('an Idempotency-Key of the API is good for one request', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const { path } = await site.directory();
    const send = () => owner.post(`${path}/tokens`, { name: 'once' }).set('Idempotency-Key', 'k-1');
    const answers = await Promise.all([send(), send()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});

describe('the settings of provisioning', () => {
  it('OU-5: owners switch automatic provisioning and deprovisioning', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const { path, push } = await site.directory();
    const { version } = (await owner.get(`${path}/provisioning`)).body;
    await owner.put(`${path}/provisioning`, { autoProvision: 'refuse', version }).expect(200);
    expect((await push('/Users', { schemas: [], userName: 'eve@acme.example' })).status).toBeGreaterThanOrEqual(400);
    const stale = await owner.put(`${path}/provisioning`, { autoProvision: 'on', version }).expect(409);
    expect(stale.body.error).toBe('stale_version');
  });

  it('AQ-35 AQ-73: owners see the phone settings, operators alone change them', async () => {
    const site = createAdminTestSite();
    const [owner, operator] = [site.as('owner'), site.as('operator')];
    const { path } = await site.directory();
    const { body } = await owner.get(`${path}/provisioning`).expect(200);
    expect(body).toMatchObject({ policy: { phoneChange: false, phoneConfirmation: true }, mayChangePolicy: false });
    const change = { policy: { phoneChange: true }, version: body.version };
    await owner.put(`${path}/provisioning/policy`, change).expect(403);
    expect((await owner.page(`${path}/provisioning`)).text).toContain('please contact support');
    await operator.put(`${path}/provisioning/policy`, change).expect(200);
    expect((await owner.get(`${path}/provisioning`)).body.policy.phoneChange).toBe(true);
  });

  it('AQ-44 AQ-45: an operator says exactly who is converted; others stay as they are', async () => {
    const site = createAdminTestSite({ users: USERS, policy: { existingPeople: 'convert' } });
    const operator = site.as('operator');
    const { path, user } = await site.directory();
    const { version } = (await operator.get(`${path}/provisioning`)).body;
    const unknown = await operator
      .put(`${path}/provisioning/conversion`, { userIds: ['u-ann', 'ghost'], version })
      .expect(400);
    expect(unknown.body.faults).toEqual([{ path: 'userIds[1]', message: 'is nobody of this organization' }]);
    await operator.put(`${path}/provisioning/conversion`, { userIds: ['u-ann'], version }).expect(200);
    await user('ann');
    await user('ben');
    const { body } = await operator.get(`${ACME}/people`).expect(200);
    const sources = body.items.map(({ user: each, source }: PersonRow) => [each.id, source]);
    expect(sources).toEqual(
      expect.arrayContaining([
        ['u-ann', 'scim'],
        ['u-ben', 'manual'],
      ]),
    );
  });
});

interface PersonRow {
  readonly user: { readonly id: string; readonly email: string };
  readonly source: string;
  readonly state: string;
}

describe('what groups give', () => {
  async function mapped({ teams = TEAMS }: Pick<AdminSiteSeeds, 'teams'> = {}) {
    const site = createAdminTestSite({ teams });
    const directory = await site.directory();
    const members = [await directory.user('ann'), await directory.user('ben')];
    const groupId = await directory.group('Engineers', members);
    await directory.group('Unmapped');
    const owner = site.as('owner');
    const versionNow = async () => (await owner.get(`${directory.path}/groups`)).body.version;
    return { site, owner, directory, groupId, path: directory.path, versionNow };
  }

  it('AQ-52: lists all pushed groups, mapped or not, by keyset', async () => {
    const { owner, path } = await mapped();
    const first = await owner.get(`${path}/groups?limit=1`).expect(200);
    expect(first.body.items).toMatchObject([{ displayName: 'Engineers', memberCount: 2, rows: [] }]);
    const second = await owner.get(`${path}/groups?limit=1&after=${encodeURIComponent(first.body.next)}`).expect(200);
    expect(second.body.items).toMatchObject([{ displayName: 'Unmapped' }]);
    await owner.get(`${path}/groups?after=nowhere`).expect(400);
    const { text } = await owner.page(`${path}/groups?limit=1`).expect(200);
    expect(text).toContain('More groups');
  });

  it('AQ-52: one group is mapped with a preview of who gains what, as numbers, names and a picture', async () => {
    const { owner, path, groupId, versionNow } = await mapped();
    const wish = { rows: [{ teamName: 'Red', role: 'Member' }], version: await versionNow() };
    const { body: preview } = await owner.post(`${path}/groups/${groupId}/preview`, wish).expect(200);
    expect(preview).toMatchObject({
      counts: { people: 2, gained: 2, lost: 0, changed: 0 },
      lines: [{ group: { name: 'Engineers', memberCount: 2 }, place: 'Red', role: 'Member', change: 'appears' }],
      places: [
        {
          place: 'Red',
          gaining: {
            count: 2,
            first: expect.arrayContaining([
              expect.objectContaining({ name: 'ann' }),
              expect.objectContaining({ name: 'ben' }),
            ]),
          },
          losing: { count: 0 },
        },
      ],
      needsConfirmation: false,
    });
    expect((await owner.get(`${path}/groups/${groupId}`)).body.group.rows).toEqual([]);
    const page = await owner.submit(`${path}/groups/${groupId}`, `${path}/groups/${groupId}/preview`, {
      'rows.0.teamName': 'Red',
      'rows.0.target': '',
      'rows.0.role': 'Member',
    });
    expect(page.status).toBe(200);
    expect(page.text).toContain('<svg class="picture"');
    expect(page.text).toContain('class="appears"');
    await owner.put(`${path}/groups/${groupId}`, { ...wish, confirm: preview.digest }).expect(200);
    const { body } = await owner.get(`${path}/groups/${groupId}`).expect(200);
    expect(body.group.rows).toEqual([{ target: 'team:red', place: 'Red', role: 'Member' }]);
    expect((await owner.put(`${path}/groups/${groupId}`, wish).expect(409)).body.error).toBe('stale_version');
  });

  it('a preview page saves exactly what was previewed', async () => {
    const { owner, path, groupId } = await mapped();
    const at = `${path}/groups/${groupId}`;
    const page = await owner.submit(at, `${at}/preview`, { 'rows.0.teamName': 'Blue', 'rows.0.role': 'Member' });
    const fields = hiddenFields(page.text, `${MOUNT}${at}?method=PUT`);
    expect(fields).toMatchObject({ 'rows.0.teamName': 'Blue', confirm: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const saved = await owner.form(`${at}?method=PUT`, encoded(fields));
    expect(saved.status).toBe(303);
    expect((await owner.get(at)).body.group.rows).toMatchObject([{ place: 'Blue' }]);
  });

  it('the form of a group keeps its lines, takes one away, and adds one', async () => {
    const { owner, path, groupId, versionNow } = await mapped();
    const at = `${path}/groups/${groupId}`;
    const rows = [{ teamName: 'Red' }, { teamName: 'Blue' }];
    await owner.put(at, { rows, version: await versionNow() }).expect(200);
    const fields = formFields((await owner.page(at)).text, `${MOUNT}${at}/preview`);
    const send = async (changes: Readonly<Record<string, string>>) => {
      const key = { _key: JSON.stringify(changes) };
      const { text } = await owner.form(`${at}/preview`, encoded({ ...fields, ...key, ...changes }));
      return [...text.matchAll(/as (?:Member|Administrator)<\/td><td[^>]*><strong[^>]*>(\w+)/g)].map(
        ([, change]) => change,
      );
    };
    expect(await send({})).toEqual(['stays', 'stays']);
    expect(await send({ 'rows.0.keep': 'false' })).toEqual(['goes', 'stays']);
    const added = { 'rows.2.target': 'organization', 'rows.2.role': 'Member' };
    expect(await send(added)).toEqual(['appears', 'stays', 'stays']);
  });

  it('a group that gives many places is shown in parts, and a part that is saved leaves the others', async () => {
    const teams = Array.from({ length: 45 }, (_, index) => ({
      id: `t${String(index).padStart(2, '0')}`,
      name: `T ${index}`,
    }));
    const { owner, path, groupId, versionNow } = await mapped({ teams });
    const at = `${path}/groups/${groupId}`;
    const rows = teams.map(({ id }) => ({ target: `team:${id}` }));
    await owner.put(at, { rows, version: await versionNow() }).expect(200);
    const first = (await owner.get(at)).body;
    expect(first.group.rows).toHaveLength(20);
    const { text: list } = await owner.page(`${path}/groups`);
    expect(list).toContain('and 40 more');
    const second = `${at}?after=${encodeURIComponent(first.next)}`;
    const fields = formFields((await owner.page(second)).text, `${MOUNT}${at}/preview`);
    expect(fields).toMatchObject({ 'rows.0.target': 'team:t20', 'rows.19.target': 'team:t39', others: 'keep' });
    const wish = { ...fields, 'rows.0.keep': 'false' };
    const preview = await owner.form(`${at}/preview`, encoded(wish));
    const hidden = hiddenFields(preview.text, `${MOUNT}${at}?method=PUT`);
    expect((await owner.form(`${at}?method=PUT`, encoded(hidden))).status).toBe(303);
    const left = (await owner.get(`${at}?limit=100`)).body.group.rows;
    expect(left.map(({ target }: { readonly target: string }) => target)).toEqual(
      rows.map(({ target }) => target).filter((target) => target !== 'team:t20'),
    );
  });

  it('a preview that is no longer true saves nothing, and the page says so', async () => {
    const { owner, path, groupId, versionNow } = await mapped();
    const at = `${path}/groups/${groupId}`;
    const page = await owner.submit(at, `${at}/preview`, { 'rows.0.teamName': 'Blue', 'rows.0.role': 'Member' });
    await owner.put(at, { rows: [{ teamName: 'Red' }], version: await versionNow() }).expect(200);
    const late = await owner.form(`${at}?method=PUT`, encoded(hiddenFields(page.text, `${MOUNT}${at}?method=PUT`)));
    expect(late.status).toBe(409);
    expect(late.text).toContain('Somebody else has changed this meanwhile.');
    expect((await owner.get(at)).body.group.rows).toMatchObject([{ place: 'Red' }]);
  });

  it('names what is wrong with a line: unknown team, role, and a privileged role that no owner has allowed', async () => {
    const { site, owner, path, groupId, versionNow } = await mapped();
    const send = async (row: object, who: AdminClient = owner) =>
      who.put(`${path}/groups/${groupId}`, { rows: [row], version: await versionNow() });
    expect((await send({ teamName: 'Nowhere' })).body.faults[0]).toEqual({
      path: 'rows[0].teamName',
      message: 'is the name of no team',
    });
    expect((await send({ target: 'team:gone' })).body.faults[0].message).toContain('a mapping never creates one');
    expect((await send({ teamName: 'Red', role: 'Emperor' })).body.faults[0].message).toContain(
      'role that does not exist',
    );
    const privileged = { teamName: 'Red', role: 'Administrator' };
    expect((await send(privileged)).body.faults[0].message).toContain('an owner has to allow');
    expect((await send({ ...privileged, allow: true }, site.as('operator'))).status).toBe(403);
    expect((await send({ ...privileged, allow: true })).status).toBe(200);
    const { body } = await owner.get(`${path}/groups/${groupId}`).expect(200);
    expect(body.group.rows[0]).toMatchObject({ role: 'Administrator', allowedBy: 'owner' });
  });

  it('says what is wrong with a line at the line that was sent, and beside it on the page', async () => {
    const { owner, path, groupId, versionNow } = await mapped();
    const at = `${path}/groups/${groupId}`;
    await owner.put(at, { rows: [{ teamName: 'Red' }], version: await versionNow() }).expect(200);
    const rows = [{ keep: false }, { teamName: 'Blue' }, { teamName: 'Blue', role: 'Emperor' }];
    const { body } = await owner.put(at, { rows, others: 'keep', version: await versionNow() }).expect(400);
    expect(body.faults).toEqual([
      { path: 'rows[2]', message: 'names a role that does not exist' },
      { path: 'rows[2]', message: 'is there twice: a group has one role in a team' },
    ]);
    const twice = await owner.submit(at, `${at}/preview`, { 'rows.1.teamName': 'Blue', 'rows.3.teamName': 'Blue' });
    expect(twice.status).toBe(400);
    expect(twice.text).toContain('Team 4: is there twice: a group has one role in a team');
    const unknown = await owner.submit(at, `${at}/preview`, { 'rows.2.teamName': 'Nowhere' });
    expect(unknown.text).toContain('Team 3: is the name of no team');
    expect(unknown.text).not.toContain('rows[');
    const teams = { mode: 'off', defaultTeams: [{ keep: false }, { target: 'team:gone' }] };
    const off = await owner.put(`${path}/mapping`, { ...teams, version: await versionNow() }).expect(400);
    expect(off.body.faults[0].path).toBe('defaultTeams[1]');
  });

  it('AQ-48 AQ-49 AQ-51 AQ-64: another mode shows first which teams come and who leaves, and asks to confirm', async () => {
    const { owner, path, groupId, versionNow, site } = await mapped();
    await owner
      .put(`${path}/groups/${groupId}`, { rows: [{ teamName: 'Red' }], version: await versionNow() })
      .expect(200);
    const wish = { mode: 'auto', filter: ['Eng*'], version: await versionNow() };
    const { body: preview } = await owner.post(`${path}/mapping/preview`, wish).expect(200);
    expect(preview).toMatchObject({ from: 'manual', to: 'auto', needsConfirmation: true, newTeams: ['Engineers'] });
    expect(preview.places).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ place: 'Red', losing: expect.objectContaining({ count: 2 }) }),
        expect.objectContaining({ place: 'Engineers', gaining: expect.objectContaining({ count: 2 }) }),
      ]),
    );
    expect(await site.storage.teams.findByName({ organizationId: 'acme' }, 'Engineers')).toBeUndefined();
    const asked = await owner.put(`${path}/mapping`, wish).expect(409);
    expect(asked.body).toMatchObject({ error: 'needs_confirmation', current: { digest: preview.digest } });
    await owner.put(`${path}/mapping`, { ...wish, confirm: 'another' }).expect(409);
    await owner.put(`${path}/mapping`, { ...wish, confirm: preview.digest }).expect(200);
    expect(await site.storage.teams.findByName({ organizationId: 'acme' }, 'Engineers')).toBeDefined();
    expect((await owner.get(`${path}/groups`)).body.mapping).toMatchObject({ mode: 'auto', filter: ['Eng*'] });
    // And back again: what auto mode gave is taken away, and no row comes back by itself.
    const back = { mode: 'manual', version: await versionNow() };
    const again = (await owner.put(`${path}/mapping`, back).expect(409)).body.current;
    expect(again.places).toMatchObject([{ place: 'Engineers', losing: { count: 2 } }]);
    await owner.put(`${path}/mapping`, { ...back, confirm: again.digest }).expect(200);
    expect((await owner.get(`${path}/groups/${groupId}`)).body.group.rows).toEqual([]);
  });

  it('AQ-50: the same mode again is no switch, and whoever was added by hand stays', async () => {
    const { site, owner, path, groupId, versionNow } = await mapped();
    await owner
      .put(`${path}/groups/${groupId}`, { rows: [{ teamName: 'Red' }], version: await versionNow() })
      .expect(200);
    const people = (await owner.get(`${ACME}/people`)).body.items;
    const [ann, ben] = ['ann', 'ben'].map(
      (name) => people.find(({ user }: PersonRow) => user.email === `${name}@acme.example`).user.id,
    );
    const byHand = { userId: ann, target: 'team:red', role: 'Member', by: 'owner' } as const;
    await createProvisioningService(site.storage).people.grant({ organizationId: 'acme' }, byHand);
    const { body } = await owner
      .post(`${path}/mapping/preview`, { mode: 'manual', version: await versionNow() })
      .expect(200);
    expect(body).toMatchObject({ needsConfirmation: false, counts: { people: 0 } });
    const off = { mode: 'off', version: await versionNow() };
    const { current } = (await owner.put(`${path}/mapping`, off).expect(409)).body;
    await owner.put(`${path}/mapping`, { ...off, confirm: current.digest }).expect(200);
    expect((await owner.get(`${ACME}/people/${ann}`)).body.memberships).toMatchObject([
      { team: 'Red', sources: ['manual'] },
    ]);
    expect((await owner.get(`${ACME}/people/${ben}`)).body.memberships).toEqual([]);
  });

  it('AQ-51: a form that needs a confirmation is answered with the page that asks for it', async () => {
    const { owner, path, versionNow } = await mapped();
    const page = await owner.page(`${path}/groups`);
    const { _token = '' } = hiddenFields(page.text, `${MOUNT}${path}/mapping/preview`);
    const wish = {
      mode: 'off',
      'defaultTeams.0.teamName': 'Blue',
      version: String(await versionNow()),
      _token,
      _key: 'k',
    };
    const asked = await owner.form(`${path}/mapping?method=PUT`, encoded(wish));
    expect(asked.status).toBe(409);
    expect(asked.text).toContain('The mode changes from manual to off');
    const fields = hiddenFields(asked.text, `${MOUNT}${path}/mapping?method=PUT`);
    expect((await owner.form(`${path}/mapping?method=PUT`, encoded(fields))).status).toBe(303);
    expect((await owner.get(`${path}/groups`)).body.mapping).toMatchObject({
      mode: 'off',
      defaultTeams: [{ teamId: 'blue' }],
    });
  });
});

describe('what waits for a decision', () => {
  it('X-10: a conflict names what was pushed and whom it could be, and is resolved', async () => {
    const site = createAdminTestSite({ users: USERS, policy: { existingPeople: 'convert' } });
    const { user } = await site.directory();
    await user('ann');
    const owner = site.as('owner');
    const { body } = await owner.get(`${ACME}/conflicts`).expect(200);
    expect(body.items).toMatchObject([{ pushedName: 'ann@acme.example', candidate: { id: 'u-ann', name: 'Ann' } }]);
    expect((await owner.page(`${ACME}/conflicts`)).text).toContain('Yes, they are one person');
    const at = `${ACME}/conflicts/${body.items[0].id}/resolve`;
    await owner.post(at, { decision: 'link', userId: 'ghost' }).expect(400);
    await owner.post(at, { decision: 'link', userId: 'u-ann' }).expect(200);
    await owner.post(at, { decision: 'link', userId: 'u-ann' }).expect(404);
    expect((await owner.get(`${ACME}/conflicts`)).body.items).toEqual([]);
  });

  it('held removals are listed with their people, approved or kept', async () => {
    const site = createAdminTestSite({ teams: TEAMS, policy: { blastRadius: { people: 0, share: 0, minutes: 60 } } });
    const { user, group, path, id, token } = await site.directory();
    const memberId = await user('ann');
    const groupId = await group('Engineers', [memberId]);
    const owner = site.as('owner');
    const { version } = (await owner.get(`${path}/groups`)).body;
    await owner.put(`${path}/groups/${groupId}`, { rows: [{ teamName: 'Red' }], version }).expect(200);
    await removeMember(site, id, token, groupId, memberId);
    const { body } = await owner.get(`${path}/holds`).expect(200);
    expect(body.items).toMatchObject([{ reason: 'blast-radius', people: 1, first: [{ name: 'ann', place: 'Red' }] }]);
    expect((await owner.page(`${path}/holds`)).text).toContain('Keep them');
    await owner.post(`${path}/holds/${body.items[0].id}/approve`).expect(200);
    await owner.post(`${path}/holds/${body.items[0].id}/reject`).expect(404);
    expect((await owner.get(`${path}/holds`)).body.items).toEqual([]);
  });
});

describe('people', () => {
  it('AQ-46 SE-10: are listed with source and state, filtered, by keyset', async () => {
    const site = createAdminTestSite({ users: USERS, policy: { beforeFirstLogin: 'invited' } });
    const { user } = await site.directory();
    await user('cleo');
    const administrator = site.as('administrator');
    const all = await administrator.get(`${ACME}/people`).expect(200);
    expect(all.body.items.map(({ source }: PersonRow) => source).sort()).toEqual(['manual', 'manual', 'scim']);
    const scim = await administrator.get(`${ACME}/people?source=scim`).expect(200);
    expect(scim.body.items).toMatchObject([{ user: { email: 'cleo@acme.example' }, source: 'scim' }]);
    const same = await administrator.get(`${ACME}/people?state=invited`).expect(200);
    expect(same.body.items).toMatchObject([{ user: { email: 'cleo@acme.example' }, state: 'invited' }]);
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await administrator.get(`${ACME}/people?limit=1&after=${after}`).expect(200);
      seen.push(...body.items.map(({ user: each }: PersonRow) => each.id));
      if (body.next === undefined) break;
      after = encodeURIComponent(body.next);
    }
    expect(new Set(seen).size).toBe(3);
    expect(seen).toHaveLength(3);
    await administrator.get(`${ACME}/people?source=aliens`).expect(400);
    const { text } = await administrator.page(`${ACME}/people?source=scim&state=`).expect(200);
    expect(text).toContain('cleo@acme.example');
    expect(text).not.toContain('ann@acme.example');
  });

  it('AQ-47 X-10: tell why they are in a team, and what is locked with the reason', async () => {
    const site = createAdminTestSite({ teams: TEAMS });
    const { user, group, path } = await site.directory();
    const groupId = await group('Engineers', [await user('ann')]);
    const owner = site.as('owner');
    const { version } = (await owner.get(`${path}/groups`)).body;
    await owner.put(`${path}/groups/${groupId}`, { rows: [{ teamName: 'Red' }], version }).expect(200);
    const people = await owner.get(`${ACME}/people?source=scim`).expect(200);
    const at = `${ACME}/people/${people.body.items[0].user.id}`;
    const { body } = await owner.get(at).expect(200);
    expect(body.memberships).toMatchObject([
      { team: 'Red', role: 'Member', lock: { reason: 'provisioned-membership' } },
    ]);
    expect(body.locks.map(({ edit }: { readonly edit: string }) => edit)).toContain('change-email');
    expect(body.locks).toContainEqual({
      edit: 'use-password',
      lock: expect.objectContaining({ sentence: expect.stringContaining('has no password here') }),
    });
    const why = await owner.get(`${at}/teams/red`).expect(200);
    expect(why.body.sentences.join(' ')).toContain('member of the group Engineers');
    expect((await owner.page(`${at}/teams/red`)).text).toContain('member of the group Engineers');
    expect((await owner.page(at)).text).toContain('managed by your identity provider');
    await owner.get(`${ACME}/people/ghost`).expect(404);
  });
});

async function removeMember(
  { app }: ReturnType<typeof createAdminTestSite>,
  directoryId: string,
  token: string,
  groupId: string,
  memberId: string,
): Promise<void> {
  await request(app)
    .patch(`/scim/v2/${directoryId}/Groups/${groupId}`)
    .set('Authorization', `Bearer ${token}`)
    .set('Content-Type', 'application/scim+json')
    .send(
      JSON.stringify({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'remove', path: `members[value eq "${memberId}"]` }],
      }),
    )
    .expect(200);
}
