import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ScimRouterOptions } from 'express-sso-scim';
import { readEverything } from '../support/idp/directory-state.js';
import { type OpenSite, openSite, type Tenant } from '../support/idp/open-site.js';
import {
  type Answer,
  equals,
  expectRefusal,
  filterQuery,
  made,
  memberIds,
  type ScimBody,
  Wire,
  withoutMeta,
} from '../support/idp/wire.js';
import { ENTERPRISE, GROUP, LIST, PATCH_OP, USER } from '../support/scim-site.js';

const HEADERS = { Accept: 'application/scim+json', 'Content-Type': 'application/scim+json' };
const ADA = {
  schemas: [USER],
  userName: 'Ada@x.com',
  externalId: 'ext-1',
  active: true,
  name: { givenName: 'Ada', familyName: 'L' },
  emails: [{ value: 'ada@x.com', type: 'work', primary: true }],
};
const EMPTY_LIST = { schemas: [LIST], totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] };

let site: OpenSite;
let tenant: Tenant;
let wire: Wire;

beforeAll(async () => {
  site = await openSite();
});

afterAll(() => site.close());

beforeEach(async () => {
  tenant = await site.tenant();
  wire = new Wire(tenant, HEADERS);
});

afterEach(() => wire.close());

function create(change: object = {}): Promise<ScimBody> {
  return made(wire, '/Users', { ...ADA, ...change });
}

function createGroup(displayName: string, members: readonly string[] = []): Promise<ScimBody> {
  return made(wire, '/Groups', { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) });
}

async function withPolicy(policy: Required<Pick<ScimRouterOptions, 'policy'>>['policy']): Promise<Wire> {
  return new Wire(await site.tenant({ policy: { ...policy } }), HEADERS);
}

describe('common to nearly all', () => {
  it.each([
    ['Bearer x', (token: string) => `Bearer ${token}`],
    ['bearer x', (token: string) => `bearer ${token}`],
    ['Bearer Bearer x', (token: string) => `Bearer Bearer ${token}`],
    ['x', (token: string) => token],
  ])('0.1 takes a token as %s', async (_spelling, header) => {
    expect((await wire.get('/Users', { Authorization: header(tenant.token) })).body).toEqual(EMPTY_LIST);
  });

  it('0.2 matches exactly, without case, and sees inactive people', async () => {
    const ada = await create({ active: false });
    await create({ userName: 'ada@x.com.example' });
    for (const userName of ['Ada@x.com', 'ADA@X.COM', 'ada@x.com']) {
      const { body } = await wire.get(`/Users?${filterQuery(equals('userName', userName))}`);
      expect(body).toEqual({ ...EMPTY_LIST, totalResults: 1, itemsPerPage: 1, Resources: [ada] });
    }
    for (const userName of ['ada@x.co', 'da@x.com', ' ada@x.com', '']) {
      expect((await wire.get(`/Users?${filterQuery(equals('userName', userName))}`)).body).toEqual(EMPTY_LIST);
    }
  });

  it.each([
    ['PATCH', (id: string) => wire.operate(`/Users/${id}`, { op: 'replace', path: 'active', value: false })],
    ['PUT', (id: string) => wire.put(`/Users/${id}`, { ...ADA, active: false })],
  ])('0.3 keeps a person readable, filterable and listed who was deactivated by %s', async (_method, deactivate) => {
    const ada = await create();
    const team = await createGroup('Team', [ada.id]);
    const { status, body } = await deactivate(ada.id);
    expect(status).toBe(200);
    expect(body['active']).toBe(false);
    expect((await wire.get(`/Users/${ada.id}`)).body).toEqual(body);
    expect((await wire.get(`/Users?${filterQuery(equals('externalId', 'ext-1'))}`)).body.Resources).toEqual([body]);
    expect((await wire.get('/Users')).body.Resources).toEqual([body]);
    expect(await memberIds(wire, team.id)).toEqual([ada.id]);
    expect(body['groups']).toEqual([expect.objectContaining({ value: team.id })]);
  });

  it('0.4 gives an id with the create, and never another one', async () => {
    const { id } = await create();
    const answers = [
      await wire.put(`/Users/${id}`, { ...ADA, id: 'mine', userName: 'new@x.com', externalId: 'new' }),
      await wire.operate(`/Users/${id}`, { op: 'replace', path: 'userName', value: 'newer@x.com' }),
      await wire.operate(`/Users/${id}`, { op: 'replace', path: 'active', value: false }),
      await wire.operate(`/Users/${id}`, { op: 'replace', path: 'active', value: true }),
      await wire.get(`/Users/${id}`),
    ];
    for (const { status, body } of answers) expect({ status, id: body.id }).toEqual({ status: 200, id });
  });

  it('0.5 TQ-44 X-5 lets every write be repeated with the same result', async () => {
    const ada = await create();
    const ben = await create({ userName: 'ben@x.com' });
    const team = await createGroup('Team', [ada.id]);
    const user = `/Users/${ada.id}`;
    const group = `/Groups/${team.id}`;
    const writes: readonly (() => Promise<Answer>)[] = [
      () => wire.put(user, { ...ADA, title: 'T' }),
      () => wire.operate(user, { op: 'add', path: 'displayName', value: 'Ada' }),
      () => wire.operate(user, { op: 'replace', path: 'title', value: 'U' }),
      () => wire.operate(user, { op: 'remove', path: 'title' }),
      () => wire.operate(user, { op: 'add', path: 'emails', value: [{ type: 'home', value: 'h@x.com' }] }),
      () => wire.operate(user, { op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: '1' }),
      () => wire.operate(user, { op: 'remove', path: 'phoneNumbers[type eq "work"]' }),
      () => wire.operate(user, { op: 'replace', value: { active: false } }),
      () => wire.operate(user, { op: 'replace', path: 'active', value: 'True' }),
      () => wire.operate(user, { op: 'replace', path: `${ENTERPRISE}:manager`, value: ben.id }),
      () => wire.operate(group, { op: 'add', path: 'members', value: [{ value: ben.id }] }),
      () => wire.operate(group, { op: 'remove', path: `members[value eq "${ada.id}"]` }),
      () => wire.operate(group, { op: 'remove', path: 'members', value: [{ value: ada.id }] }),
      () => wire.operate(group, { op: 'replace', path: 'members', value: [{ value: ada.id }] }),
      () => wire.operate(group, { op: 'replace', path: 'displayName', value: 'Crew' }),
      () => wire.put(group, { schemas: [GROUP], displayName: 'Team', members: [{ value: ben.id }] }),
      () => wire.operate(group, { op: 'remove', path: 'members' }),
    ];
    for (const write of writes) {
      expect((await write()).status).toBe(200);
      const once = await readEverything(wire);
      expect((await write()).status).toBe(200);
      expect(await readEverything(wire)).toEqual(once);
    }
  });

  it.each(['', '/', '?aadOptscim062020', '/?aadOptscim062020', '//'])(
    '0.6 OU-4 serves a base URL that ends in "%s"',
    async (ending) => {
      const odd = new Wire({ ...tenant, baseUrl: `${tenant.baseUrl}${ending}` }, HEADERS);
      const { status, body: ada } = await odd.post('/Users', ADA);
      expect(status).toBe(201);
      expect(ada.meta.location).toBe(`${tenant.publicUrl}/Users/${ada.id}`);
      const match = filterQuery(equals('userName', 'ada@x.com'));
      for (const path of [`/Users?${match}`, `/Users/?${match}`, `/Users?unknown=1&${match}&more`]) {
        expect((await odd.get(path)).body.Resources).toEqual([ada]);
      }
      expect((await odd.get(`/Users/${ada.id}`)).body).toEqual(ada);
      odd.close();
    },
  );
});

describe('PingOne and PingFederate', () => {
  it.each([
    ['userName eq "%s"', 'Ada@x.com'],
    ['externalId eq "%s"', 'ext-1'],
    ['emails.value eq "%s"', 'ada@x.com'],
    ['emails[type eq "work" and value eq "%s"]', 'ADA@x.com'],
    ['userName eq "%s" and active eq true', 'ada@x.com'],
  ])('P1 matches by the expression %s', async (expression, value) => {
    const path = `/Users?${filterQuery(expression.replace('%s', value))}`;
    expect((await wire.get(path)).body).toEqual(EMPTY_LIST);
    const ada = await create();
    expect((await wire.get(path)).body.Resources).toEqual([ada]);
  });

  it('P1 refuses another authorization scheme than Bearer', async () => {
    for (const scheme of ['Token', 'OAuth', 'Basic']) {
      const answer = await wire.get('/Users', { Authorization: `${scheme} ${tenant.token}` });
      expectRefusal(answer, 401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="SCIM"');
    }
  });

  it('P1 refuses another path than /Users', async () => {
    for (const path of ['/users', '/Accounts', '/scim/Users']) expectRefusal(await wire.get(path), 404);
  });

  it('P2 takes no request without authentication', async () => {
    const bare = new Wire({ ...tenant, token: '' }, { ...HEADERS, Authorization: '' });
    expectRefusal(await bare.post('/Users', ADA), 401);
    expect(await readEverything(wire)).toEqual([]);
    bare.close();
  });

  it.each([
    ['basic', `Basic ${Buffer.from('ping:secret').toString('base64')}`],
    [
      'an access token from a token endpoint of the host',
      'Bearer eyJhbGciOiJFUzI1NiJ9.eyJzY3AiOiJzY2ltIn0.c2lnbmF0dXJl',
    ],
  ])('P2 authenticates by %s where the host brings that', async (_kind, Authorization) => {
    let directoryId = '';
    const own = await openSite({
      authenticate: ({ headers }) =>
        headers.authorization === Authorization ? { directoryId, scopes: ['users'] } : undefined,
    });
    const pinged = await own.tenant();
    directoryId = pinged.directory.id;
    const ping = new Wire(pinged, { ...HEADERS, Authorization });
    const { status, body } = await ping.post('/Users', ADA);
    expect(status).toBe(201);
    expect((await ping.get('/Users')).body.Resources).toEqual([body]);
    expectRefusal(await ping.get('/Groups'), 403);
    expectRefusal(await ping.get('/Users', { Authorization: 'Bearer other' }), 401);
    ping.close();
    await own.close();
  });

  it('P3 creates people who are disabled already, and enables them', async () => {
    const ada = await create({ active: false });
    expect(ada['active']).toBe(false);
    const { body } = await wire.put(`/Users/${ada.id}`, ADA);
    expect(withoutMeta(body)).toEqual({ ...withoutMeta(ada), active: true });
  });

  it('P3 deprovisions by disabling or by deleting', async () => {
    const [ada, ben] = [await create(), await create({ userName: 'ben@x.com' })];
    expect((await wire.put(`/Users/${ada.id}`, { ...ADA, active: false })).body['active']).toBe(false);
    expect((await wire.delete(`/Users/${ben.id}`)).status).toBe(204);
    expect((await wire.get('/Users')).body.Resources.map(({ id, active }) => [id, active])).toEqual([[ada.id, false]]);
  });

  it('P4 matches groups by name, renames them and changes who is in them', async () => {
    const [ada, ben] = [await create(), await create({ userName: 'ben@x.com' })];
    const team = await createGroup('Team', [ada.id]);
    const { body } = await wire.get(`/Groups?${filterQuery(equals('displayName', 'Team'))}`);
    expect(body.Resources).toEqual([team]);
    await wire.operate(
      `/Groups/${team.id}`,
      { op: 'replace', path: 'displayName', value: 'Crew' },
      { op: 'add', path: 'members', value: [{ value: ben.id }] },
      { op: 'remove', path: `members[value eq "${ada.id}"]` },
    );
    const { body: changed } = await wire.get(`/Groups/${team.id}`);
    expect(changed).toMatchObject({ displayName: 'Crew', members: [{ value: ben.id, type: 'User' }] });
    expect(changed['members']).toHaveLength(1);
  });

  it('P4 QL-14 keeps a group in a group, and counts only direct members', async () => {
    const ada = await create();
    const inner = await createGroup('Inner', [ada.id]);
    const outer = await createGroup('Outer', [inner.id]);
    expect(outer['members']).toEqual([
      { value: inner.id, $ref: `${tenant.publicUrl}/Groups/${inner.id}`, display: 'Inner', type: 'Group' },
    ]);
    const { body } = await wire.get(`/Users/${ada.id}`);
    expect(body['groups']).toEqual([expect.objectContaining({ value: inner.id, type: 'direct' })]);
  });

  it('P5 updates by PUT, and by PATCH where that is switched on, to the same end', async () => {
    const { id } = await create();
    const put = await wire.put(`/Users/${id}`, { ...ADA, title: 'T' });
    expect(put.status).toBe(200);
    const patched = await wire.operate(`/Users/${id}`, { op: 'replace', value: { title: 'T' } });
    expect(patched.body).toEqual(put.body);
    expect(put.body['title']).toBe('T');
  });
});

describe('Google Workspace', () => {
  it('6 Google probes, creates, suspends and deletes people, and knows no groups', async () => {
    const probe = await wire.get('/Users?count=1');
    expect(probe.body).toEqual(EMPTY_LIST);
    const ada = await create();
    const { body } = await wire.put(`/Users/${ada.id}`, { ...ADA, active: false });
    expect(withoutMeta(body)).toEqual({ ...withoutMeta(ada), active: false });
    expect((await wire.delete(`/Users/${ada.id}`)).status).toBe(204);
    expect((await wire.get('/Users?count=1')).body).toEqual(EMPTY_LIST);
  });
});

describe('Rippling', () => {
  it('6 Rippling makes no second person when it repeats a create', async () => {
    const ada = await create();
    const again = await wire.post('/Users', ADA);
    expectRefusal(again, 409, 'uniqueness');
    expect(await readEverything(wire)).toEqual([ada]);
  });

  it('6 Rippling makes no second person of a known externalId under another userName, where the policy says so', async () => {
    const unique = await withPolicy({ externalIds: 'unique' });
    const { body: ada } = await unique.post('/Users', ADA);
    expectRefusal(await unique.post('/Users', { ...ADA, userName: 'other@x.com' }), 409, 'uniqueness');
    const { body: ben } = await unique.post('/Users', { ...ADA, userName: 'ben@x.com', externalId: 'ext-2' });
    const taken = { Operations: [{ op: 'replace', path: 'externalId', value: 'ext-1' }] };
    expectRefusal(await unique.patch(`/Users/${ben.id}`, taken), 409, 'uniqueness');
    expect(await readEverything(unique)).toEqual([ada, ben]);
    unique.close();
  });

  it('6 Rippling may share an externalId by default', async () => {
    const both = [await create(), await create({ userName: 'other@x.com' })];
    expect((await wire.get(`/Users?${filterQuery(equals('externalId', 'ext-1'))}`)).body.Resources).toEqual(both);
  });

  it.each(['PATCH', 'PUT'])('6 Rippling edits groups by %s, as ticked', async (method) => {
    const [ada, ben] = [await create(), await create({ userName: 'ben@x.com' })];
    const team = await createGroup('Team', [ada.id]);
    const value = [{ value: ben.id }];
    const answer =
      method === 'PATCH'
        ? await wire.operate(
            `/Groups/${team.id}`,
            { op: 'add', path: 'members', value },
            { op: 'remove', path: 'members', value: [{ value: ada.id }] },
          )
        : await wire.put(`/Groups/${team.id}`, { schemas: [GROUP], displayName: 'Team', members: value });
    expect(answer.status).toBe(200);
    expect(await memberIds(wire, team.id)).toEqual([ben.id]);
  });
});

describe('CyberArk', () => {
  it('6 CyberArk pushes roles as groups, and disables or deletes', async () => {
    const [ada, ben] = [await create(), await create({ userName: 'ben@x.com' })];
    const role = await createGroup('System Administrator', [ada.id, ben.id]);
    expect(
      (await wire.operate(`/Users/${ada.id}`, { op: 'replace', path: 'active', value: false })).body['active'],
    ).toBe(false);
    expect((await wire.delete(`/Users/${ben.id}`)).status).toBe(204);
    expect(await memberIds(wire, role.id)).toEqual([ada.id]);
    expect((await wire.delete(`/Groups/${role.id}`)).status).toBe(204);
    expect((await wire.get(`/Users/${ada.id}`)).body).not.toHaveProperty('groups');
  });
});

describe('Auth0', () => {
  const AUTH0 = { ...ADA, externalId: 'auth0|507f1f77bcf86cd799439020' };

  it('6 Auth0 goes by externalId: creates, updates by PUT, blocks', async () => {
    const match = `/Users?${filterQuery(equals('externalId', AUTH0.externalId))}`;
    expect((await wire.get(match)).body).toEqual(EMPTY_LIST);
    const ada = await create(AUTH0);
    expect((await wire.get(match)).body.Resources).toEqual([ada]);
    const renamed = await wire.put(`/Users/${ada.id}`, { ...AUTH0, userName: 'renamed@x.com' });
    expect(withoutMeta(renamed.body)).toEqual({ ...withoutMeta(ada), userName: 'renamed@x.com' });
    const blocked = await wire.operate(`/Users/${ada.id}`, { op: 'replace', path: 'active', value: false });
    expect((await wire.get(match)).body.Resources).toEqual([blocked.body]);
    expect(blocked.body['active']).toBe(false);
    expect((await wire.delete(`/Users/${ada.id}`)).status).toBe(204);
    expect((await wire.get(match)).body).toEqual(EMPTY_LIST);
  });
});

describe('authentik', () => {
  it('6 authentik reads that PATCH is on offer before anything else', async () => {
    const { status, body } = await wire.get('/ServiceProviderConfig');
    expect(status).toBe(200);
    expect(body).toMatchObject({ patch: { supported: true }, filter: { supported: true }, bulk: { supported: true } });
  });

  it('6 authentik patches a group, with an id beside the operations or among them', async () => {
    const [ada, ben] = [await create(), await create({ userName: 'ben@x.com' })];
    const { id } = await createGroup('Team');
    const add = { op: 'add', path: 'members', value: [{ value: ada.id }, { value: ben.id }] };
    const beside = await wire.patch(`/Groups/${id}`, { schemas: [PATCH_OP], id, Operations: [add] });
    expect(beside.status).toBe(200);
    expect(await memberIds(wire, id)).toEqual([ada.id, ben.id].sort());
    const { status, body } = await wire.operate(
      `/Groups/${id}`,
      { op: 'replace', path: null, value: { id, displayName: 'Crew', externalId: 'pk' } },
      { op: 'remove', path: 'members', value: [{ value: ada.id }] },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, displayName: 'Crew', externalId: 'pk' });
    expect(await memberIds(wire, id)).toEqual([ben.id]);
  });

  it('6 authentik puts a group with its members always stated, none included', async () => {
    const ada = await create();
    const { id } = await createGroup('Team', [ada.id]);
    const { status, body } = await wire.put(`/Groups/${id}`, {
      schemas: [GROUP],
      id,
      displayName: 'Team',
      members: [],
    });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('members');
    expect(await memberIds(wire, id)).toEqual([]);
  });

  it('6 authentik makes somebody again only whom nobody knows', async () => {
    const { id } = await create();
    await wire.delete(`/Users/${id}`);
    expectRefusal(await wire.put(`/Users/${id}`, ADA), 404);
    const again = await create();
    expect(again.id).not.toBe(id);
    expect((await wire.put(`/Users/${again.id}`, { ...ADA, title: 'T' })).status).toBe(200);
    expect((await wire.get('/Users')).body.totalResults).toBe(1);
  });
});

describe('clients of other products', () => {
  it('6 Keycloak plug-ins put people and groups as a whole', async () => {
    const ada = await create();
    const team = await createGroup('Team');
    const person = { ...ADA, id: ada.id, meta: { resourceType: 'User', location: 'Users/1' }, nickName: 'A' };
    expect((await wire.put(`/Users/${ada.id}`, person)).body).toMatchObject({ nickName: 'A' });
    const members = [{ value: ada.id, $ref: 'Users/1', display: 'ada' }];
    const group = { schemas: [GROUP], id: team.id, displayName: 'Team', externalId: 'kc', members };
    expect((await wire.put(`/Groups/${team.id}`, group)).body).toMatchObject({ externalId: 'kc' });
    expect(await memberIds(wire, team.id)).toEqual([ada.id]);
  });

  it('6 WorkOS, BoxyHQ and Ory hand on what identity providers sent', async () => {
    const { id } = await create();
    const { status, body } = await wire.operate(
      `/Users/${id}`,
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@x.com' },
      { op: 'replace', value: { 'name.givenName': 'B', 'name.familyName': 'C', active: 'false' } },
      { op: 'replace', value: { roles: 'admin,reader' } },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      emails: [{ value: 'new@x.com', type: 'work', primary: true }],
      name: { givenName: 'B', familyName: 'C' },
      active: false,
      // Roles in one text stay one text: what its comma means is for the host to say.
      roles: [{ value: 'admin,reader' }],
    });
  });
});
