import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readEverything } from '../support/idp/directory-state.js';
import { ENTRA_HEADERS, NEW_ENTRA_USER } from '../support/idp/entra.js';
import { type OpenSite, openSite, type Tenant } from '../support/idp/open-site.js';
import { expectRefusal, filterQuery, made, type ScimBody, Wire, withoutMeta } from '../support/idp/wire.js';
import { ENTERPRISE, LIST, USER } from '../support/scim-site.js';

const MANAGER = `${ENTERPRISE}:manager`;
const NOBODY = '5171a35d-82e3-4d2b-9a1e-6a1f6f0d3c77';
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
  wire = new Wire(tenant, ENTRA_HEADERS);
});

afterEach(() => wire.close());

function create(change: object = {}): Promise<ScimBody> {
  return made(wire, '/Users', { ...NEW_ENTRA_USER, ...change });
}

/** Patches a new user and gives what reading it back shows. */
async function patched(start: object, ...operations: readonly object[]): Promise<ScimBody> {
  const { id } = await create(start);
  const answer = await wire.operate(`/Users/${id}`, ...operations);
  expect({ status: answer.status, detail: answer.body['detail'] }).toEqual({ status: 200 });
  const { body } = await wire.get(`/Users/${id}`);
  expect(answer.body).toEqual(body);
  return body;
}

describe('people', () => {
  it.each([
    ['userName', '/Users?filter=userName eq "{GUID}"'],
    ['externalId', '/Users?filter=externalId eq "{GUID}"'],
    ['an e-mail', '/Users?filter=emails[type eq "work"].value eq "{GUID}"'],
    ['groups', '/Groups?excludedAttributes=members&filter=displayName eq "{GUID}"'],
    ['groups by externalId', '/Groups?excludedAttributes=members&filter=externalId eq "{GUID}"'],
  ])('E1 X-8 tests the connection on an empty tenant, matching by %s', async (_matching, path) => {
    const answer = await wire.get(encodeURI(path.replace('{GUID}', NOBODY)));
    expect(answer.body).toEqual(EMPTY_LIST);
    expect(answer.status).toBe(200);
  });

  it('E1 tells a wrong token from an empty tenant', async () => {
    const answer = await wire.get(`/Users?${filterQuery(`userName eq "${NOBODY}"`)}`, {
      Authorization: 'Bearer wrong',
    });
    expectRefusal(answer, 401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="SCIM"');
  });

  it.each([
    'userName eq "t@x.com"',
    'userName eq "T@X.COM"',
    'UserName Eq "t@x.com"',
    'externalId eq "0a21f0f2"',
    'emails[type eq "work"].value eq "t@x.com"',
    'userName eq "t@x.com" and externalId eq "0a21f0f2"',
    'externalId eq "0a21f0f2" and active eq true',
  ])('E2 matches by %s', async (filter) => {
    const created = await create();
    await create({ userName: 'other@x.com', externalId: 'other', emails: [{ type: 'home', value: 't@x.com' }] });
    const { status, body } = await wire.get(`/Users?${filterQuery(filter)}`);
    expect(body).toEqual({ schemas: [LIST], totalResults: 1, itemsPerPage: 1, startIndex: 1, Resources: [created] });
    expect(status).toBe(200);
  });

  it('E2 does not match an externalId in other case', async () => {
    await create();
    expect((await wire.get(`/Users?${filterQuery('externalId eq "0A21F0F2"')}`)).body).toEqual(EMPTY_LIST);
  });

  it('E2 reads a match by its id', async () => {
    const created = await create();
    const { status, body } = await wire.get(`/Users/${created.id}`);
    expect(body).toEqual(created);
    expect(status).toBe(200);
  });

  it('E2 takes a filter without quotes only where the policy says so', async () => {
    const path = `/Users?${filterQuery('externalId eq jyoung')}`;
    await create({ externalId: 'jyoung' });
    expectRefusal(await wire.get(path), 400, 'invalidFilter');

    const lenient = new Wire(await site.tenant({ policy: { unquotedFilterValues: true } }), ENTRA_HEADERS);
    const { body: created } = await lenient.post('/Users', { ...NEW_ENTRA_USER, externalId: 'jyoung' });
    expect((await lenient.get(path)).body.Resources).toEqual([created]);
    lenient.close();
  });

  it('E3 creates a person', async () => {
    const answer = await wire.post('/Users', NEW_ENTRA_USER);
    const { id, meta } = answer.body;
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      schemas: [USER],
      id: expect.stringMatching(/^[\w-]+$/),
      externalId: '0a21f0f2',
      userName: 't@x.com',
      active: true,
      emails: [{ primary: true, type: 'work', value: 't@x.com' }],
      name: { formatted: 'g f', familyName: 'f', givenName: 'g' },
      meta: {
        resourceType: 'User',
        created: meta.lastModified,
        lastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        location: `${tenant.publicUrl}/Users/${id}`,
        version: 'W/"1"',
      },
    });
    expect(answer.headers.location).toBe(meta.location);
    expect(answer.headers['content-type']).toBe('application/scim+json');
    expect((await wire.get(`/Users/${id}`)).body).toEqual(answer.body);
  });

  it('E3 refuses the same person a second time, as Entra expects before it matches again', async () => {
    const created = await create();
    expectRefusal(await wire.post('/Users', { ...NEW_ENTRA_USER, userName: 'T@X.com' }), 409, 'uniqueness');
    expect(await readEverything(wire)).toEqual([created]);
  });

  const FULL = {
    displayName: 'Before',
    phoneNumbers: [{ type: 'mobile', value: '+1 1' }],
    addresses: [{ type: 'work', formatted: 'Before' }],
    [ENTERPRISE]: { department: 'Before', employeeNumber: '1' },
  };

  it.each([
    ['displayName', 'Ada L', { displayName: 'Ada L' }],
    ['name.givenName', 'Ada', { name: { formatted: 'g f', familyName: 'f', givenName: 'Ada' } }],
    ['emails[type eq "work"].value', 'new@x.com', { emails: [{ primary: true, type: 'work', value: 'new@x.com' }] }],
    ['phoneNumbers[type eq "mobile"].value', '+1 2', { phoneNumbers: [{ type: 'mobile', value: '+1 2' }] }],
    ['addresses[type eq "work"].formatted', 'Way 1', { addresses: [{ type: 'work', formatted: 'Way 1' }] }],
    ['externalId', 'another', { externalId: 'another' }],
    [`${ENTERPRISE}:department`, 'R&D', { [ENTERPRISE]: { department: 'R&D', employeeNumber: '1' } }],
    [`${USER}:title`, 'Countess', { title: 'Countess' }],
    ['userName', 'ada@x.com', { userName: 'ada@x.com' }],
  ])('E4 updates %s in the old style', async (path, value, expected) => {
    for (const op of ['Replace', 'Add']) {
      const before = await create({ ...FULL, userName: `${op}@x.com`, externalId: op });
      const answer = await wire.operate(`/Users/${before.id}`, { op, path, value });
      expect(answer.status).toBe(200);
      expect(withoutMeta(answer.body)).toEqual({ ...withoutMeta(before), ...expected });
      expect((await wire.get(`/Users/${before.id}`)).body).toEqual(answer.body);
      await wire.delete(`/Users/${before.id}`);
    }
  });

  it('E4 updates a work e-mail of which there are two', async () => {
    const emails = [
      { type: 'work', value: 'a@x.com' },
      { type: 'work', value: 'b@x.com', primary: true },
    ];
    const operation = { op: 'Replace', path: 'emails[type eq "work"].value', value: 'c@x.com' };
    const body = await patched({ emails }, operation);
    expect(body['emails']).toEqual([{ type: 'work', value: 'c@x.com', primary: true }]);
    expect((await wire.operate(`/Users/${body.id}`, operation)).body).toEqual(body);
  });

  it('E4 removes in the old style', async () => {
    const before = await create({ ...FULL, title: 'Before' });
    const body = await wire.operate(
      `/Users/${before.id}`,
      { op: 'Remove', path: 'title' },
      { op: 'Remove', path: 'phoneNumbers[type eq "mobile"].value' },
      { op: 'Remove', path: 'name.givenName' },
      { op: 'Remove', path: `${ENTERPRISE}:department` },
    );
    const { title: _title, phoneNumbers: _phones, ...kept } = withoutMeta(before) as Readonly<Record<string, unknown>>;
    expect(withoutMeta(body.body)).toEqual({
      ...kept,
      name: { formatted: 'g f', familyName: 'f' },
      [ENTERPRISE]: { employeeNumber: '1' },
    });
  });

  it('E5 updates with the flag: filtered paths apart, all others as dotted keys of one value', async () => {
    const body = await patched(
      FULL,
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@x.com' },
      { op: 'add', path: 'phoneNumbers[type eq "work"].value', value: '+1 3' },
      {
        op: 'replace',
        value: {
          displayName: 'B',
          'name.givenName': 'K',
          'name.familyName': 'U',
          [`${ENTERPRISE}:employeeNumber`]: 'A',
        },
      },
    );
    expect(withoutMeta(body)).toEqual({
      schemas: [USER, ENTERPRISE],
      id: body.id,
      externalId: '0a21f0f2',
      userName: 't@x.com',
      active: true,
      displayName: 'B',
      name: { formatted: 'g f', familyName: 'U', givenName: 'K' },
      emails: [{ primary: true, type: 'work', value: 'new@x.com' }],
      phoneNumbers: [
        { type: 'mobile', value: '+1 1' },
        { type: 'work', value: '+1 3' },
      ],
      addresses: [{ type: 'work', formatted: 'Before' }],
      [ENTERPRISE]: { department: 'Before', employeeNumber: 'A' },
    });
  });

  it.each([
    ['default', { op: 'Replace', path: 'active', value: 'False' }, { op: 'Replace', path: 'active', value: 'True' }],
    ['default, adding', { op: 'Add', path: 'active', value: 'False' }, { op: 'Add', path: 'active', value: 'True' }],
    ['flag', { op: 'replace', path: 'active', value: false }, { op: 'replace', path: 'active', value: true }],
    ['flag, keyed', { op: 'replace', value: { active: false } }, { op: 'replace', value: { active: true } }],
  ])('E6 E7 OU-22 disables and restores a person (%s)', async (_style, disable, restore) => {
    const created = await create();
    for (const [operation, active] of [
      [disable, false],
      [disable, false],
      [restore, true],
      [restore, true],
    ] as const) {
      const { status, body } = await wire.operate(`/Users/${created.id}`, operation);
      expect(status).toBe(200);
      expect(withoutMeta(body)).toEqual({ ...withoutMeta(created), active });
      const [listed, ...more] = (await wire.get(`/Users?${filterQuery('userName eq "t@x.com"')}`)).body.Resources;
      expect(listed).toEqual(body);
      expect(more).toEqual([]);
    }
    expect((await wire.get(`/Users/${created.id}`)).body.meta.version).toBe('W/"3"');
  });

  it.each([
    ['True', true],
    ['False', false],
    ['true', true],
    ['FALSE', false],
  ])('E6 OU-22 creates a person whose "active" is the text %s', async (text, active) => {
    const { active: created } = await create({ active: text });
    expect(created).toBe(active);
  });

  it('E6 refuses an "active" that is neither', async () => {
    expectRefusal(await wire.post('/Users', { ...NEW_ENTRA_USER, active: 'Maybe' }), 400, 'invalidValue');
    expect(await readEverything(wire)).toEqual([]);
  });

  describe.each(['Add', 'Replace', 'add', 'replace'])('E8 %s where no such element exists', (op) => {
    it.each([
      ['emails[type eq "work"].value', 'a@x.com', 'emails', [{ type: 'work', value: 'a@x.com' }]],
      [
        'emails[type eq "work" and primary eq true].value',
        'a@x.com',
        'emails',
        [{ type: 'work', primary: true, value: 'a@x.com' }],
      ],
      ['phoneNumbers[type eq "fax"].value', '+1 9', 'phoneNumbers', [{ type: 'fax', value: '+1 9' }]],
      ['addresses[type eq "work"].country', 'DE', 'addresses', [{ type: 'work', country: 'DE' }]],
    ])('E8 creates it from the path %s', async (path, value, attribute, expected) => {
      const body = await patched({ emails: [] }, { op, path, value });
      expect(body[attribute]).toEqual(expected);
    });

    it('E8 creates it next to others, with the mapping of "primary"', async () => {
      const body = await patched(
        { emails: [{ type: 'home', value: 'h@x.com', primary: true }] },
        { op, path: 'emails[type eq "work"].value', value: 'w@x.com' },
        { op, path: 'emails[type eq "work"].primary', value: 'True' },
      );
      expect(body['emails']).toEqual([
        { type: 'home', value: 'h@x.com', primary: false },
        { type: 'work', value: 'w@x.com', primary: true },
      ]);
    });
  });

  it('E8 refuses it with noTarget where the policy keeps to the RFC', async () => {
    const strict = new Wire(await site.tenant({ policy: { absentTargets: 'refuse' } }), ENTRA_HEADERS);
    const { body: before } = await strict.post('/Users', { ...NEW_ENTRA_USER, emails: [] });
    const Operations = [{ op: 'Replace', path: 'emails[type eq "work"].value', value: 'a@x.com' }];
    expectRefusal(await strict.patch(`/Users/${before.id}`, { Operations }), 400, 'noTarget');
    expect(await readEverything(strict)).toEqual([before]);
    strict.close();
  });

  it.each([
    ['a bare text', (id: string) => id],
    ['an object', (id: string) => ({ value: id })],
    ['an array of one', (id: string) => [{ $ref: null, value: id }]],
  ])('E9 takes a manager as %s and gives an object back', async (_shape, shape) => {
    const [boss, worker] = [await create(), await create({ userName: 'w@x.com', externalId: 'w' })];
    for (const op of ['Add', 'replace']) {
      const { status, body } = await wire.operate(`/Users/${worker.id}`, { op, path: MANAGER, value: shape(boss.id) });
      expect(status).toBe(200);
      expect(withoutMeta(body)).toEqual({
        ...withoutMeta(worker),
        schemas: [USER, ENTERPRISE],
        [ENTERPRISE]: { manager: { value: boss.id } },
      });
      expect(body.meta.version).toBe('W/"2"');
    }
  });

  it('E9 takes a manager in a create as a bare text', async () => {
    const boss = await create();
    const body = await create({ userName: 'w@x.com', [ENTERPRISE]: { manager: boss.id } });
    expect(body[ENTERPRISE]).toEqual({ manager: { value: boss.id } });
  });

  it.each([
    ['a bare text', { path: MANAGER, value: '2' }],
    ['an object', { path: MANAGER, value: { value: '2' } }],
    ['an array of one', { path: MANAGER, value: [{ $ref: null, value: '2' }] }],
    ['the value alone', { path: `${MANAGER}.value`, value: '2' }],
  ])('E9 forgets the reference to a manager when the next one comes as %s', async (_shape, next) => {
    const { id } = await create();
    const value = [{ $ref: 'https://idp.example/Users/1', value: '1' }];
    const { body } = await wire.operate(`/Users/${id}`, { op: 'add', path: MANAGER, value });
    expect(body[ENTERPRISE]).toEqual({ manager: { $ref: 'https://idp.example/Users/1', value: '1' } });
    const { body: moved } = await wire.operate(`/Users/${id}`, { op: 'replace', ...next });
    expect(moved[ENTERPRISE]).toEqual({ manager: { value: '2' } });
  });

  it.each([
    ['a value of empty text', { op: 'replace', path: MANAGER, value: { value: '' } }],
    ['empty text', { op: 'Replace', path: MANAGER, value: '' }],
    ['null', { op: 'replace', path: MANAGER, value: null }],
    ['Remove', { op: 'Remove', path: MANAGER }],
    ['Remove of the value', { op: 'Remove', path: `${MANAGER}.value` }],
  ])('E10 takes a manager away by %s', async (_how, operation) => {
    const alone = await patched({ [ENTERPRISE]: { manager: 'boss' } }, operation);
    expect(withoutMeta(alone)).not.toHaveProperty([ENTERPRISE]);
    expect(alone.schemas).toEqual([USER]);
    await wire.delete(`/Users/${alone.id}`);
    const kept = await patched({ [ENTERPRISE]: { manager: 'boss', department: 'R&D' } }, operation);
    expect(kept[ENTERPRISE]).toEqual({ department: 'R&D' });
  });

  it.each([
    ['Remove', (path: string): object => ({ op: 'Remove', path })],
    ['empty text', (path: string) => ({ op: 'Replace', path, value: '' })],
    ['null', (path: string) => ({ op: 'replace', path, value: null })],
    ['null as key', (path: string) => ({ op: 'replace', value: { [path]: null } })],
  ])('E11 clears attributes by %s', async (_how, clear) => {
    const start = { ...FULL, title: 'Before' };
    const body = await patched(
      start,
      ...['title', 'name.givenName', 'phoneNumbers[type eq "mobile"].value', `${ENTERPRISE}:department`].map(clear),
    );
    expect(withoutMeta(body)).toEqual({
      schemas: [USER, ENTERPRISE],
      id: body.id,
      externalId: '0a21f0f2',
      userName: 't@x.com',
      active: true,
      displayName: 'Before',
      emails: NEW_ENTRA_USER.emails,
      name: { formatted: 'g f', familyName: 'f' },
      addresses: FULL.addresses,
      [ENTERPRISE]: { employeeNumber: '1' },
    });
  });

  it('E11 refuses to clear userName, and changes nothing', async () => {
    const before = await create();
    const answer = await wire.operate(
      `/Users/${before.id}`,
      { op: 'Replace', path: 'displayName', value: 'X' },
      { op: 'Replace', path: 'userName', value: '' },
    );
    expectRefusal(answer, 400, 'mutability');
    expect(await readEverything(wire)).toEqual([before]);
  });
});

describe('app roles', () => {
  const ADMIN = { primary: true, type: 'WindowsAzureActiveDirectoryRole', value: 'Admin' };
  const JSON_ROLE = '{"id":"05cb2c1f-5b0c-4a52-a0b3-9e8b4bd1b0a2","value":"25","displayName":"Role1234"}';

  it('E12 creates a person with a single role', async () => {
    expect((await create({ roles: [ADMIN] }))['roles']).toEqual([ADMIN]);
  });

  it('E12 creates a person with a role that is JSON', async () => {
    const body = await create({ roles: [{ ...ADMIN, value: JSON_ROLE }] });
    expect(body['roles']).toEqual([{ ...ADMIN, value: '25', display: 'Role1234' }]);
  });

  it.each([
    ['a role', { op: 'Add', path: 'roles[primary eq "True"].value', value: 'User' }, { primary: true, value: 'User' }],
    [
      'a role that is JSON',
      { op: 'Add', path: 'roles[primary eq "True"].value', value: JSON_ROLE },
      { primary: true, value: '25', display: 'Role1234' },
    ],
    [
      'a list of JSON',
      { op: 'Add', path: 'roles', value: [{ value: JSON_ROLE }] },
      { value: '25', display: 'Role1234' },
    ],
  ])('E12 adds %s, once', async (_what, operation, role) => {
    const body = await patched({}, operation);
    expect(body['roles']).toEqual([role]);
    expect((await wire.operate(`/Users/${body.id}`, operation)).body).toEqual(body);
  });

  it('E12 changes the primary role in place', async () => {
    const body = await patched(
      { roles: [ADMIN] },
      { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'User' },
    );
    expect(body['roles']).toEqual([{ ...ADMIN, value: 'User' }]);
  });

  const MANY = ['Admin', 'User'].map((value) => ({
    primary: false,
    type: 'WindowsAzureActiveDirectoryRole',
    display: value,
    value,
  }));

  it('E13 creates a person with several roles', async () => {
    expect((await create({ roles: MANY }))['roles']).toEqual(MANY);
  });

  it('E13 takes roles that come with displayName', async () => {
    const roles = MANY.map(({ display, ...role }) => ({ ...role, displayName: display }));
    expect((await create({ roles }))['roles']).toEqual(MANY);
  });

  it('E13 adds roles and keeps the ones that were there (AppRoleAssignmentsComplex)', async () => {
    const body = await patched({ roles: [MANY[0]] }, { op: 'add', path: 'roles', value: MANY });
    expect(body['roles']).toEqual(MANY);
    expect((await wire.operate(`/Users/${body.id}`, { op: 'add', path: 'roles', value: MANY })).body).toEqual(body);
  });

  it('E13 replaces all roles (AssertiveAppRoleAssignmentsComplex)', async () => {
    const body = await patched({ roles: [ADMIN] }, { op: 'replace', path: 'roles', value: MANY });
    expect(body['roles']).toEqual(MANY);
    const { body: without } = await wire.operate(`/Users/${body.id}`, { op: 'replace', path: 'roles', value: [] });
    expect(without).not.toHaveProperty('roles');
  });

  it('E14 takes "primary" as text and gives a boolean', async () => {
    const roles = [
      { primary: 'True', value: 'Admin', display: 'Administrator' },
      { primary: 'False', value: 'User' },
    ];
    expect((await create({ roles }))['roles']).toEqual([
      { primary: true, value: 'Admin', display: 'Administrator' },
      { primary: false, value: 'User' },
    ]);
  });
});
