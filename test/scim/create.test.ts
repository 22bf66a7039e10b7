import { describe, expect, it } from '@jest/globals';
import type { AttributeDefinition, ScimPolicy, ScimRouterOptions } from 'express-sso-scim';
import { expectScimError } from '../support/scim-error.js';
import { createScimSite, ENTERPRISE, GROUP, type ScimClient, USER } from '../support/scim-site.js';

const UNKNOWN_URN = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
const ADA = { schemas: [USER], userName: 'ada@example.com' };

/** Every attribute of RFC 7643 sections 4.1 and 4.3 that a client may write, but the password. */
const FULL = {
  schemas: [USER, ENTERPRISE],
  userName: 'bjensen@example.com',
  externalId: '701984',
  name: {
    formatted: 'Ms. Barbara J Jensen, III',
    familyName: 'Jensen',
    givenName: 'Barbara',
    middleName: 'Jane',
    honorificPrefix: 'Ms.',
    honorificSuffix: 'III',
  },
  displayName: 'Babs Jensen',
  nickName: 'Babs',
  profileUrl: 'https://login.example.com/bjensen',
  title: 'Tour Guide',
  userType: 'Employee',
  preferredLanguage: 'en-US',
  locale: 'en-US',
  timezone: 'America/Los_Angeles',
  active: true,
  emails: [
    { value: 'bjensen@example.com', display: 'work', type: 'work', primary: true },
    { value: 'babs@jensen.org', type: 'home' },
  ],
  phoneNumbers: [
    { value: '555-555-5555', type: 'work' },
    { value: '555-555-4444', type: 'mobile', primary: true },
  ],
  ims: [{ value: 'someaimhandle', type: 'aim' }],
  photos: [{ value: 'https://photos.example.com/F', type: 'photo' }],
  addresses: [
    {
      type: 'work',
      streetAddress: '100 Universal City Plaza\nFloor 3',
      locality: 'Hollywood',
      region: 'CA',
      postalCode: '91608',
      country: 'USA',
      formatted: '100 Universal City Plaza\nHollywood, CA 91608 USA',
      primary: true,
    },
  ],
  entitlements: [{ value: 'seat', display: 'A seat', type: 'licence', primary: true }],
  roles: [{ value: 'Admin', display: 'Administrator', type: 'WindowsAzureActiveDirectoryRole', primary: true }],
  x509Certificates: [{ value: 'MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVM=' }],
  [ENTERPRISE]: {
    employeeNumber: '701984',
    costCenter: '4130',
    organization: 'Universal Studios',
    division: 'Theme Park',
    department: 'Tour Operations',
    manager: { value: '26118915-6090-4610-87e4-49d8ca9f808d', $ref: '../Users/26118915-6090-4610-87e4-49d8ca9f808d' },
  },
};

function newClient(options: ScimRouterOptions = {}): Promise<ScimClient> {
  return createScimSite(options).client();
}

function withPolicy(policy: Partial<ScimPolicy>): Promise<ScimClient> {
  return newClient({ policy });
}

async function listed(client: ScimClient, endpoint: 'Users' | 'Groups'): Promise<readonly { readonly id: string }[]> {
  const { status, body } = await client.get(`/${endpoint}`);
  expect({ status, totalResults: body.totalResults }).toEqual({ status: 200, totalResults: body.Resources.length });
  return body.Resources;
}

/** Creates a user; what comes back must be what GET shows. Gives the body. */
async function created(client: ScimClient, user: object) {
  const answer = await client.post('/Users', user);
  expect({ status: answer.status, body: answer.body }).toEqual({ status: 201, body: expect.any(Object) });
  expect((await client.get(`/Users/${answer.body.id}`)).body).toEqual(answer.body);
  return answer.body;
}

/** Expects a POST to be refused, and nothing to be stored. */
async function refused(client: ScimClient, user: unknown, scimType: Parameters<typeof expectScimError>[2]) {
  const before = await listed(client, 'Users');
  const detail = expectScimError(await client.post('/Users', user), 400, scimType);
  expect(await listed(client, 'Users')).toEqual(before);
  return detail;
}

describe('POST /Users (RFC 7644 section 3.3)', () => {
  it('41 creates a user from no more than a userName', async () => {
    const now = Date.parse('2026-03-01T12:00:00.000Z');
    const client = await newClient({ clock: { now: () => now } });
    const answer = await client.post('/Users', ADA);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      schemas: [USER],
      id: expect.stringMatching(/^[\w-]{8,}$/),
      userName: ADA.userName,
      active: true,
      meta: {
        resourceType: 'User',
        created: '2026-03-01T12:00:00.000Z',
        lastModified: '2026-03-01T12:00:00.000Z',
        location: `${client.baseUrl}/Users/${answer.body.id}`,
        version: answer.headers['etag'],
      },
    });
    expect(answer.headers['etag']).toMatch(/^W\/"\w+"$/);
  });

  it('42 names the place of the new resource, absolute, in Location and meta.location alike', async () => {
    const client = await newClient();
    const answer = await client.post('/Users', ADA);
    const location = answer.headers['location'] ?? '';
    expect(location).toBe(answer.body.meta.location);
    expect(new URL(location).href).toBe(location);
    expect((await client.get(location.slice(client.baseUrl.length))).body).toEqual(answer.body);
  });

  it('43 keeps every core attribute as it came, and shows all but the password', async () => {
    const client = await newClient();
    const body = await created(client, { ...FULL, password: 'hunter2' });
    expect(body).toEqual({ ...FULL, id: expect.any(String), meta: expect.any(Object) });
    expect(await listed(client, 'Users')).toEqual([body]);
  });

  it('44 keeps the enterprise extension under its URN, which schemas then names', async () => {
    const client = await newClient();
    const body = await created(client, { ...ADA, [ENTERPRISE]: { department: 'Engines', manager: { value: 'm' } } });
    expect(body.schemas).toEqual([USER, ENTERPRISE]);
    expect(body[ENTERPRISE]).toEqual({ department: 'Engines', manager: { value: 'm' } });
  });

  it('44 names no extension of which nothing was sent', async () => {
    const client = await newClient();
    for (const [index, empty] of [undefined, {}, null, { department: '' }, { manager: { value: '' } }].entries()) {
      const body = await created(client, { schemas: [USER, ENTERPRISE], userName: `ada${index}`, [ENTERPRISE]: empty });
      expect(body.schemas).toEqual([USER]);
      expect(body).not.toHaveProperty([ENTERPRISE]);
    }
  });

  it('44 takes the manager as a bare text (Entra), and never a displayName for it', async () => {
    const client = await newClient();
    const bare = await created(client, { userName: 'a', [ENTERPRISE]: { manager: 'm-1' } });
    expect(bare[ENTERPRISE].manager).toEqual({ value: 'm-1' });
    const manager = { value: 'm-1', displayName: 'Eve', $ref: 'm' };
    const full = await created(client, { userName: 'b', [ENTERPRISE]: { manager } });
    expect(full[ENTERPRISE].manager).toEqual({ value: 'm-1', $ref: 'm' });
  });

  it('45 ignores id, meta and groups of the client', async () => {
    const client = await newClient();
    const group = await client.post('/Groups', { displayName: 'G' });
    const body = await created(client, {
      ...ADA,
      id: 'chosen',
      meta: {
        resourceType: 'Robot',
        created: '2001-01-01T00:00:00Z',
        location: 'https://evil.example/',
        version: 'W/"9"',
      },
      groups: [{ value: group.body.id, display: 'G' }],
    });
    expect(body.id).not.toBe('chosen');
    expect(body.meta).toMatchObject({ resourceType: 'User', location: `${client.baseUrl}/Users/${body.id}` });
    expect(body.meta.created.startsWith('2001')).toBe(false);
    expect(body).not.toHaveProperty('groups');
    expect((await client.get(`/Groups/${group.body.id}`)).body).not.toHaveProperty('members');
    expectScimError(await client.get('/Users/chosen'), 404);
  });

  it.each([
    [{}],
    [{ userName: '' }],
    [{ userName: null }],
    [{ userNam: 'ada' }],
    [{ [ENTERPRISE]: { userName: 'ada' } }],
  ])('46 refuses %j, which has no userName', async (user) => {
    expect(await refused(await newClient(), user, 'invalidValue')).toContain('userName');
  });

  it.each([
    ['the same', 'ada@example.com'],
    ['the same (in other case)', 'Ada@Example.COM'],
  ])('47 refuses a second user with %s userName (409 uniqueness)', async (_, userName) => {
    const client = await newClient();
    const first = await created(client, ADA);
    const detail = expectScimError(await client.post('/Users', { ...FULL, userName }), 409, 'uniqueness');
    expect(detail).toContain('userName');
    expect(await listed(client, 'Users')).toEqual([first]);
  });

  it.each([
    ['Straße', 'STRAßE'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['José', 'JOSÉ'],
  ])('48 takes %s and %s for one userName, and keeps the case that was sent', async (first, second) => {
    const client = await newClient();
    const body = await created(client, { userName: first });
    expect(body.userName).toBe(first);
    expectScimError(await client.post('/Users', { userName: second }), 409, 'uniqueness');
    expect(await listed(client, 'Users')).toEqual([body]);
  });

  it('48 of many at once with one userName, lets exactly one through', async () => {
    const client = await newClient();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => client.post('/Users', { userName: index % 2 ? 'ada' : 'ADA' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
    expect(await listed(client, 'Users')).toHaveLength(1);
  });

  it('49 accepts the same userName in another tenant', async () => {
    const site = createScimSite();
    const [a, b] = [await site.client(), await site.client()];
    const first = await created(a, ADA);
    const second = await created(b, ADA);
    expect(second.id).not.toBe(first.id);
    expect(await listed(a, 'Users')).toEqual([first]);
    expect(await listed(b, 'Users')).toEqual([second]);
  });

  it('50 refuses the userName of somebody inactive too, and wakes nobody', async () => {
    const client = await newClient();
    const leaver = await created(client, { ...ADA, active: false });
    expectScimError(await client.post('/Users', { ...ADA, active: true }), 409, 'uniqueness');
    expect(await listed(client, 'Users')).toEqual([leaver]);
  });

  it('50 gives the userName of somebody deleted to a new person', async () => {
    const client = await newClient();
    const first = await created(client, ADA);
    await client.delete(`/Users/${first.id}`);
    const second = await created(client, ADA);
    expect(second.id).not.toBe(first.id);
    expectScimError(await client.get(`/Users/${first.id}`), 404);
  });

  it('51 accepts a body without schemas, and refuses it where the policy is strict', async () => {
    for (const schemas of [undefined, [], null, USER, 'urn:scim:schemas:core:1.0']) {
      const lenient = await created(await newClient(), { ...ADA, schemas });
      expect(lenient.schemas).toEqual([USER]);
      const detail = await refused(
        await withPolicy({ unstatedSchemas: 'refuse' }),
        { ...ADA, schemas },
        'invalidSyntax',
      );
      expect(detail).toContain(USER);
    }
  });

  it('51 where the policy is strict, takes the URNs in any order and case', async () => {
    const client = await withPolicy({ unstatedSchemas: 'refuse' });
    const body = await created(client, { ...ADA, schemas: [ENTERPRISE.toUpperCase(), USER.toLowerCase()] });
    expect(body.schemas).toEqual([USER]);
  });

  it('52 ignores an unknown URN in schemas, and refuses it where the policy is strict', async () => {
    const user = { ...ADA, schemas: [USER, UNKNOWN_URN], [UNKNOWN_URN]: { x: 1 } };
    const body = await created(await newClient(), user);
    expect(body.schemas).toEqual([USER]);
    expect(body).not.toHaveProperty([UNKNOWN_URN]);
    await refused(await withPolicy({ unstatedSchemas: 'refuse' }), user, 'invalidSyntax');
  });

  it('53 takes attribute names in any case, and answers in the spelling of the schema', async () => {
    const body = await created(await newClient(), {
      SCHEMAS: [USER],
      USERNAME: 'ada',
      Name: { GIVENNAME: 'Ada', familyname: 'L' },
      eMails: [{ VALUE: 'a@x', Type: 'work', PRIMARY: true }],
      externalid: 'e',
      ACTIVE: false,
      [ENTERPRISE.toUpperCase()]: { DEPARTMENT: 'Engines' },
    });
    expect(body).toEqual({
      schemas: [USER, ENTERPRISE],
      id: expect.any(String),
      userName: 'ada',
      name: { givenName: 'Ada', familyName: 'L' },
      emails: [{ value: 'a@x', type: 'work', primary: true }],
      externalId: 'e',
      active: false,
      [ENTERPRISE]: { department: 'Engines' },
      meta: expect.any(Object),
    });
  });

  it('54 takes null, an empty list and an empty text for no value at all', async () => {
    const client = await newClient();
    const empty = {
      externalId: null,
      displayName: '',
      name: null,
      title: null,
      emails: [],
      phoneNumbers: null,
      roles: [null, ''],
      addresses: [{}],
      ims: [{ value: '' }],
      photos: [{ value: null, type: 'photo' }],
      active: null,
      nickName: null,
    };
    const body = await created(client, { ...ADA, ...empty });
    expect(body).toEqual(await created(client, { userName: 'x' }).then((plain) => ({ ...plain, ...identity(body) })));
    expect(body.active).toBe(true);
  });

  it('55 ignores unknown attributes by default, and refuses them where the policy says so', async () => {
    const unknown: readonly [string, object][] = [
      ['favouriteColour', { favouriteColour: 'red' }],
      ['favouriteColour', { name: { favouriteColour: 'red' } }],
      ['favouriteColour', { emails: [{ value: 'a@x', favouriteColour: 'red' }] }],
      ['favouriteColour', { [ENTERPRISE]: { favouriteColour: 'red' } }],
      ['favouriteColour', { [`${USER}:favouriteColour`]: 'red' }],
      [UNKNOWN_URN, { [UNKNOWN_URN]: {} }],
      ['name.first', { 'name.first': 'A' }],
    ];
    for (const [name, extra] of unknown) {
      const body = await created(await newClient(), { ...ADA, ...extra });
      expect(JSON.stringify(body)).not.toMatch(/favouriteColour|red|ADSCIM|first/);
      const detail = await refused(
        await withPolicy({ unknownAttributes: 'refuse' }),
        { ...ADA, ...extra },
        'invalidValue',
      );
      expect(detail).toContain(name);
    }
  });

  it('55 refuses no attribute it knows where the policy is strict', async () => {
    const client = await withPolicy({ unknownAttributes: 'refuse', unstatedSchemas: 'refuse' });
    const groups = [{ value: 'g', display: 'G' }];
    const body = await created(client, { ...FULL, id: 'x', meta: {}, groups, password: 'p' });
    expect(body).toEqual({ ...FULL, id: expect.any(String), meta: expect.any(Object) });
  });

  it.each([
    ['a number for a string', { displayName: 5 }],
    ['a boolean for a string', { title: true }],
    ['an object for a string', { title: { value: 'x' } }],
    ['a list for a single value', { displayName: ['Ada'] }],
    ['a list of two for a single complex value', { name: [{ givenName: 'A' }, { givenName: 'B' }] }],
    ['a string for a complex value', { name: 'Ada' }],
    ['a number in a list of complex values', { emails: [1] }],
    ['a word for a boolean', { active: 'maybe' }],
    ['a number for a boolean', { active: 0 }],
    ['a number inside a complex value', { name: { givenName: 1 } }],
    ['a number for externalId', { externalId: 1 }],
  ])('56 refuses %s: %j', async (_, wrong) => {
    const detail = await refused(await newClient(), { ...ADA, ...wrong }, 'invalidValue');
    expect(detail).toMatch(/^"\w+" must be an? \w+, not an? \w+\.$/);
  });

  it('56 takes one value where a list belongs, and a list of one where a complex value belongs', async () => {
    const body = await created(await newClient(), {
      ...ADA,
      emails: { value: 'a@x', type: 'work' },
      phoneNumbers: '555',
      name: [{ givenName: 'Ada' }],
    });
    expect(body).toMatchObject({
      emails: [{ value: 'a@x', type: 'work' }],
      phoneNumbers: [{ value: '555' }],
      name: { givenName: 'Ada' },
    });
  });

  it.each([
    ['True', true],
    ['False', false],
    ['true', true],
    ['FALSE', false],
  ])('57 reads active: "%s" as %s', async (active, expected) => {
    const primary = active;
    const body = await created(await newClient(), { ...ADA, active, emails: [{ value: 'a@x', primary }] });
    expect({ active: body.active, primary: body.emails[0].primary }).toEqual({ active: expected, primary: expected });
  });

  it('58 leaves primary to the first of two that claim it', async () => {
    const body = await created(await newClient(), {
      ...ADA,
      emails: [
        { value: 'a@x', type: 'work' },
        { value: 'b@x', type: 'home', primary: true },
        { value: 'c@x', type: 'other', primary: 'True' },
      ],
    });
    expect(body.emails).toEqual([
      { value: 'a@x', type: 'work' },
      { value: 'b@x', type: 'home', primary: true },
      { value: 'c@x', type: 'other', primary: false },
    ]);
  });

  it('59 keeps one of two values with the same type and value', async () => {
    const body = await created(await newClient(), {
      ...ADA,
      emails: [
        { value: 'a@x', type: 'work', display: 'first' },
        { value: 'a@x', type: 'work', display: 'second' },
        { value: 'a@x', type: 'home' },
        { value: 'b@x', type: 'work' },
      ],
    });
    expect(body.emails).toEqual([
      { value: 'a@x', type: 'work', display: 'first' },
      { value: 'a@x', type: 'home' },
      { value: 'b@x', type: 'work' },
    ]);
  });

  it('60 shows a password nowhere, and keeps it nowhere', async () => {
    const site = createScimSite({ policy: { deletedUsers: 'keep' } });
    const client = await site.client();
    const secret = 'hunter2-Zx9';
    const first = await client.post('/Users', { ...ADA, password: secret });
    const within = await client.post('/Users', { userName: 'd', [USER]: { password: secret } });
    const at = `/Users/${first.body.id}`;
    const search = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      attributes: ['password', 'userName'],
    };
    const bulk = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', path: '/Users', bulkId: 'b', data: { userName: 'b', password: secret } }],
    };
    const answers = [
      first,
      within,
      await client.post('/Users?attributes=password', { userName: 'c', password: secret }),
      await client.get(at),
      await client.get(`${at}?attributes=password,userName`),
      await client.get('/Users'),
      await client.get('/Users?attributes=password'),
      await client.get('/Users?excludedAttributes=userName'),
      await client.post('/Users/.search', search),
      await client.post('/.search', search),
      await client.put(at, { ...ADA, password: secret }),
      await client.patch(at, [{ op: 'replace', path: 'password', value: secret }]),
      await client.patch(at, [{ op: 'add', value: { password: secret, title: 'T' } }]),
      await client.post('/Bulk', bulk),
    ];
    for (const { status, text } of answers) {
      expect(status).toBeLessThan(300);
      expect(text).not.toMatch(new RegExp(`password|${secret}`));
    }
    const { organizationId, id: directoryId } = client.directory;
    const scope = { organizationId, directoryId };
    const stored = await site.storage.directoryUsers.query(scope, { page: { startIndex: 1, count: 10 } });
    expect(stored.items).toHaveLength(4);
    expect(JSON.stringify(stored)).not.toContain(secret);
    expectScimError(await client.get('/Users?filter=password%20pr'), 400, 'invalidFilter');
    expectScimError(await client.get('/Users?sortBy=password'), 400, 'invalidValue');
  });

  describe('61', () => {
    const hiredAt: AttributeDefinition = { name: 'hiredAt', type: 'dateTime' };
    const options: ScimRouterOptions = { users: { attributes: [hiredAt] } };

    it.each([
      '2026-05-31T09:30:00Z',
      '2026-05-31T09:30:00.1234567+02:00',
      '2026-05-31T09:30:00',
      '2024-02-29T23:59:59-14:00',
    ])('61 takes the dateTime %s as it came', async (value) => {
      expect((await created(await newClient(options), { ...ADA, hiredAt: value })).hiredAt).toBe(value);
    });

    it.each([
      '2026-05-31',
      '31.05.2026',
      'yesterday',
      '2026-02-30T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-05-31T25:00:00Z',
      '2026-05-31 09:30:00Z',
      '2026-05-31T09:30:00+25:00',
      1780000000,
    ])('61 refuses %s, which is no xsd:dateTime', async (value) => {
      await refused(await newClient(options), { ...ADA, hiredAt: value }, 'invalidValue');
    });
  });

  it('62 makes a user active who is not said to be anything, unless the host wants it otherwise', async () => {
    expect((await created(await newClient(), ADA)).active).toBe(true);
    const client = await withPolicy({ activeByDefault: false });
    expect((await created(client, ADA)).active).toBe(false);
    expect((await created(client, { userName: 'b', active: true })).active).toBe(true);
  });

  it('62 the policy of a directory goes before that of the router', async () => {
    const client = await createScimSite({ policy: { activeByDefault: false } }).client({
      policy: { activeByDefault: true },
    });
    expect((await created(client, ADA)).active).toBe(true);
  });

  it('63 narrows the answer to what the client asks for, and stores everything', async () => {
    const client = await newClient();
    const only = await client.post('/Users?attributes=userName,name.givenName', FULL);
    expect(only.status).toBe(201);
    expect(only.body).toEqual({
      schemas: FULL.schemas,
      id: only.body.id,
      userName: FULL.userName,
      name: { givenName: 'Barbara' },
    });
    expect(only.headers['location']).toBe(`${client.baseUrl}/Users/${only.body.id}`);
    expect((await client.get(`/Users/${only.body.id}`)).body).toMatchObject(FULL);
    const except = await client.post('/Users?excludedAttributes=meta,emails', { ...ADA, emails: [{ value: 'a@x' }] });
    expect(except.body).toEqual({ schemas: [USER], id: except.body.id, userName: ADA.userName, active: true });
  });

  it('70 refuses a POST that is repeated after a timeout, and never makes a second user', async () => {
    const client = await newClient();
    const user = { ...ADA, externalId: '00u1' };
    const first = await created(client, user);
    for (let again = 0; again < 2; again += 1) expectScimError(await client.post('/Users', user), 409, 'uniqueness');
    expect(await listed(client, 'Users')).toEqual([first]);
  });

  it('70 refuses a known externalId under another userName where the policy wants it unique', async () => {
    const client = await withPolicy({ externalIds: 'unique' });
    const first = await created(client, { ...ADA, externalId: '00u1' });
    const renamed = { userName: 'ada@new.example', externalId: '00u1' };
    expect(expectScimError(await client.post('/Users', renamed), 409, 'uniqueness')).toContain('externalId');
    expect(await listed(client, 'Users')).toEqual([first]);
    // It is compared letter by letter, and belongs to one resource type.
    await created(client, { ...renamed, externalId: '00U1' });
    expect((await client.post('/Groups', { displayName: 'G', externalId: '00u1' })).status).toBe(201);
  });

  it('71 accepts one externalId for two users by default', async () => {
    const client = await newClient();
    const first = await created(client, { ...ADA, externalId: 'e' });
    const second = await created(client, { userName: 'grace', externalId: 'e' });
    const found = await client.get('/Users?filter=externalId%20eq%20%22e%22');
    expect(found.body.Resources).toEqual([first, second]);
  });

  it('72 gives ids that are unique over all types and never look like a bulkId', async () => {
    const options = {
      customResourceTypes: [
        { name: 'Item', endpoint: 'Items', schema: { id: 'urn:example:Item', name: 'Item', attributes: [] } },
      ],
    };
    const client = await newClient(options);
    const ids = new Set<string>();
    for (let index = 0; index < 10; index += 1) {
      for (const [path, body] of [
        ['/Users', { userName: `u${index}` }],
        ['/Groups', { displayName: `g${index}` }],
        ['/Items', {}],
      ] as const) {
        const { id } = (await client.post(path, body)).body;
        expect(id).toMatch(/^[\w-]{8,64}$/);
        expect(id).not.toMatch(/bulkid/i);
        ids.add(id);
      }
    }
    expect(ids.size).toBe(30);
    for (const id of [...ids].slice(0, 3)) {
      const places = await Promise.all(['Users', 'Groups', 'Items'].map((type) => client.get(`/${type}/${id}`)));
      expect(places.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    }
  });

  it('73 takes core attributes inside an object under the URN of the core schema', async () => {
    const client = await newClient();
    const body = await created(client, {
      schemas: [USER],
      [USER]: { userName: 'ada', Title: 'Countess' },
      nickName: 'A',
    });
    expect(body).toMatchObject({ schemas: [USER], userName: 'ada', title: 'Countess', nickName: 'A' });
    expect(body).not.toHaveProperty([USER]);
    const dotted = await created(client, {
      [`${USER}:userName`]: 'grace',
      [`${USER.toUpperCase()}:name.givenName`]: 'G',
    });
    expect(dotted).toMatchObject({ userName: 'grace', name: { givenName: 'G' } });
    expectScimError(await client.post('/Users', { [USER]: { userName: 'ADA' } }), 409, 'uniqueness');
  });
});

/** What two users never share. */
function identity({ id, userName, meta }: { readonly id: string; readonly userName: string; readonly meta: object }) {
  return { id, userName, meta };
}

describe('names and lengths', () => {
  it.each([
    ['active', { userName: 'eve', active: false, ACTIVE: true }],
    ['userName', { userName: 'eve', [USER]: { username: 'mallory' } }],
    ['name.givenName', { userName: 'eve', 'name.givenName': 'E', [`${USER}:name.givenName`]: 'F' }],
  ])('53 refuses %s given twice in different spelling', async (name, body) => {
    const client = await createScimSite().client();
    expect(expectScimError(await client.post('/Users', body), 400, 'invalidSyntax')).toContain(`"${name}"`);
    expect((await client.get('/Users')).body.totalResults).toBe(0);
  });

  it.each(['userName', 'externalId', 'displayName'])('46 refuses a %s of more than 1024 characters', async (name) => {
    const client = await createScimSite().client();
    const body = { userName: 'eve', [name]: 'x'.repeat(1024) };
    expect((await client.post('/Users', body)).status).toBe(201);
    expectScimError(await client.post('/Users', { userName: 'eve2', [name]: 'x'.repeat(1025) }), 400, 'invalidValue');
  });

  it('46 refuses a userName of blanks', async () => {
    const client = await createScimSite().client();
    expectScimError(await client.post('/Users', { userName: ' \t ' }), 400, 'invalidValue');
  });

  it('44 refuses an extension that is no object', async () => {
    const client = await createScimSite().client();
    expectScimError(await client.post('/Users', { userName: 'eve', [ENTERPRISE]: 'sales' }), 400, 'invalidValue');
    expect((await client.post('/Users', { userName: 'eve', [ENTERPRISE]: null })).status).toBe(201);
  });
});

describe('POST /Groups (RFC 7643 section 4.2)', () => {
  it('64 creates a group from no more than a displayName, without members', async () => {
    const client = await newClient();
    for (const [index, members] of [undefined, [], null].entries()) {
      const answer = await client.post('/Groups', { schemas: [GROUP], displayName: `G${index}`, members });
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        schemas: [GROUP],
        id: expect.any(String),
        displayName: `G${index}`,
        meta: {
          resourceType: 'Group',
          created: expect.any(String),
          lastModified: answer.body.meta.created,
          location: `${client.baseUrl}/Groups/${answer.body.id}`,
          version: answer.headers['etag'],
        },
      });
      expect(answer.headers['location']).toBe(answer.body.meta.location);
      expect((await client.get(`/Groups/${answer.body.id}`)).body).toEqual(answer.body);
    }
  });

  it('64 takes the schema that Entra adds to its groups', async () => {
    const client = await newClient();
    const body = { schemas: [GROUP, UNKNOWN_URN], externalId: 'e', displayName: 'G', meta: { resourceType: 'Group' } };
    const answer = await client.post('/Groups', body);
    expect(answer.body).toMatchObject({ schemas: [GROUP], externalId: 'e', displayName: 'G' });
  });

  it.each([[{}], [{ displayName: '' }], [{ displayName: null }], [{ members: [] }], [{ displayName: 5 }]])(
    '65 refuses the group %j, which has no displayName',
    async (group) => {
      const client = await newClient();
      const detail = expectScimError(await client.post('/Groups', group), 400, 'invalidValue');
      expect(detail).toContain('displayName');
      expect(await listed(client, 'Groups')).toEqual([]);
    },
  );

  it('66 shows of each member its id, where it is, what it is called and what it is', async () => {
    const client = await newClient();
    const named = await created(client, { userName: 'ada', displayName: 'Ada L' });
    const plain = await created(client, { userName: 'grace' });
    const inner = await client.post('/Groups', { displayName: 'Inner' });
    const members = [
      { value: named.id, display: 'Eve', $ref: 'https://evil.example/' },
      plain.id,
      { value: inner.body.id, type: 'User' },
    ];
    const answer = await client.post('/Groups', { displayName: 'G', members });
    expect(answer.status).toBe(201);
    expect(sorted(answer.body.members)).toEqual(
      sorted([
        { value: named.id, $ref: named.meta.location, display: 'Ada L', type: 'User' },
        { value: plain.id, $ref: plain.meta.location, display: 'grace', type: 'User' },
        { value: inner.body.id, $ref: inner.body.meta.location, display: 'Inner', type: 'Group' },
      ]),
    );
    expect((await client.get(`/Groups/${answer.body.id}`)).body).toEqual(answer.body);
    expect((await client.get(`/Users/${plain.id}`)).body.groups).toEqual([
      { value: answer.body.id, $ref: answer.body.meta.location, display: 'G', type: 'direct' },
    ]);
  });

  it('66 calls members by their userName where the policy says so', async () => {
    const client = await withPolicy({ memberDisplay: 'userName' });
    const { id } = await created(client, { userName: 'ada@x', displayName: 'Ada L' });
    const answer = await client.post('/Groups', { displayName: 'G', members: [{ value: id }] });
    expect(answer.body.members).toEqual([expect.objectContaining({ value: id, display: 'ada@x' })]);
  });

  it('67 refuses members that do not exist, and makes no group', async () => {
    const site = createScimSite();
    const [client, other] = [await site.client(), await site.client()];
    const { id } = await created(client, ADA);
    const stranger = await created(other, ADA);
    const gone = await created(client, { userName: 'gone' });
    await client.delete(`/Users/${gone.id}`);
    for (const unknown of [
      'nobody',
      stranger.id,
      gone.id,
      '',
      'x'.repeat(5000),
      "' or 1=1 --",
      'value eq "x"',
      '__proto__',
    ]) {
      const members = [{ value: id }, { value: unknown }];
      const answer = await client.post('/Groups', { displayName: 'G', members });
      expectScimError(answer, 400, 'invalidValue');
      expect(answer.text.length).toBeLessThan(500);
    }
    for (const wrong of [5, [5], [{}], [{ value: 5 }], [[id]], [null], { value: null }]) {
      expectScimError(await client.post('/Groups', { displayName: 'G', members: wrong }), 400, 'invalidValue');
    }
    expect(await listed(client, 'Groups')).toEqual([]);
    expect((await client.get(`/Users/${id}`)).body).not.toHaveProperty('groups');
  });

  it('67 leaves out members that do not exist where the policy says so', async () => {
    const client = await withPolicy({ unknownMembers: 'skip' });
    const { id } = await created(client, ADA);
    const answer = await client.post('/Groups', { displayName: 'G', members: [{ value: 'nobody' }, { value: id }] });
    expect(answer.status).toBe(201);
    expect(answer.body.members).toEqual([expect.objectContaining({ value: id })]);
  });

  it('67 keeps members that are still to come where the policy says so, and shows them when they come', async () => {
    const client = await withPolicy({ unknownMembers: 'keep', putUnknownUser: 'create' });
    const { id } = await created(client, ADA);
    const both = [{ value: 'ben' }, { value: id }, { value: 'cy' }, { value: 'dee' }];
    const { body: group } = await client.post('/Groups', { displayName: 'G', members: both }).expect(201);
    expect(group.members).toEqual([expect.objectContaining({ value: id })]);
    const { body: later } = await client.post('/Groups', { displayName: 'H' }).expect(201);
    await client.patch(`/Groups/${later.id}`, [{ op: 'add', path: 'members', value: [{ value: 'ben' }] }]);
    // Taken out again, and a group that is replaced or deleted, waits for nobody.
    await client.patch(`/Groups/${group.id}`, [{ op: 'remove', path: 'members[value eq "cy"]' }]).expect(200);
    const { body: gone } = await client.post('/Groups', { displayName: 'I', members: [{ value: 'ben' }] });
    await client.delete(`/Groups/${gone.id}`).expect(204);
    const { body: other } = await client.post('/Groups', { displayName: 'J', members: [{ value: 'ben' }] });
    await client.put(`/Groups/${other.id}`, { displayName: 'J', members: [{ value: 'dee' }] }).expect(200);

    const { body: ben } = await client.put('/Users/ben', { userName: 'ben' }).expect(201);
    expect(ben.groups.map((each: { readonly display: string }) => each.display)).toEqual(['G', 'H']);
    expect((await client.put('/Users/cy', { userName: 'cy' }).expect(201)).body).not.toHaveProperty('groups');
    expect((await client.put('/Users/dee', { userName: 'dee' }).expect(201)).body.groups).toHaveLength(2);
    const { body: read } = await client.get(`/Groups/${group.id}`).expect(200);
    expect(read.members.map((each: { readonly value: string }) => each.value).sort()).toEqual(
      ['ben', 'dee', id].sort(),
    );
    expect(read.meta.version).not.toBe(group.meta.version);
  });

  it('67 keeps members for the ids of their own directory alone', async () => {
    const policy = { unknownMembers: 'keep', putUnknownUser: 'create' } as const;
    const [home, other] = [await withPolicy(policy), await withPolicy(policy)];
    await home.post('/Groups', { displayName: 'G', members: [{ value: 'ben' }] }).expect(201);
    expect((await other.put('/Users/ben', { userName: 'ben' }).expect(201)).body).not.toHaveProperty('groups');
    expect((await home.put('/Users/ben', { userName: 'ben' }).expect(201)).body.groups).toHaveLength(1);
  });

  it('68 keeps a member once that is sent twice', async () => {
    const client = await newClient();
    const { id } = await created(client, ADA);
    const members = [{ value: id }, { value: id, display: 'again' }, id];
    const answer = await client.post('/Groups', { displayName: 'G', members });
    expect(answer.body.members).toEqual([expect.objectContaining({ value: id })]);
    expect((await client.get(`/Users/${id}`)).body.groups).toHaveLength(1);
  });

  it('69 refuses a second group of one displayName (409 uniqueness), in any case', async () => {
    const client = await newClient();
    const first = await client.post('/Groups', { displayName: 'Engineers' });
    for (const displayName of ['Engineers', 'ENGINEERS']) {
      const detail = expectScimError(await client.post('/Groups', { displayName }), 409, 'uniqueness');
      expect(detail).toContain('displayName');
    }
    expect(await listed(client, 'Groups')).toEqual([first.body]);
    // People may share a displayName with each other and with a group.
    await created(client, { userName: 'a', displayName: 'Engineers' });
    await created(client, { userName: 'b', displayName: 'Engineers' });
  });

  it('69 accepts it where the policy says so, and in another tenant', async () => {
    const site = createScimSite();
    const [strict, lenient] = [await site.client(), await site.client({ policy: { groupNames: 'any' } })];
    for (const client of [strict, lenient, lenient]) {
      expect((await client.post('/Groups', { displayName: 'Engineers' })).status).toBe(201);
    }
    expect(await listed(strict, 'Groups')).toHaveLength(1);
    expect(await listed(lenient, 'Groups')).toHaveLength(2);
  });

  it('72 keeps a group out of /Users and a user out of /Groups', async () => {
    const client = await newClient();
    const user = await created(client, ADA);
    const group = await client.post('/Groups', { displayName: 'G' });
    expectScimError(await client.get(`/Groups/${user.id}`), 404);
    expectScimError(await client.get(`/Users/${group.body.id}`), 404);
    expectScimError(await client.delete(`/Groups/${user.id}`), 404);
    expect(await listed(client, 'Users')).toEqual([user]);
  });
});

function sorted<T extends { readonly value: string }>(members: readonly T[]): readonly T[] {
  return members.toSorted((a, b) => a.value.localeCompare(b.value));
}
