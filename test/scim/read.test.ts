import { beforeAll, describe, expect, it } from '@jest/globals';
import { expectScimError } from '../support/scim-error.js';
import {
  createGroup,
  createMany,
  createUser,
  list,
  namesOf,
  numbered,
  type Parameters,
  type Resource,
  SEARCH,
  search,
  UNKNOWN_ID,
  withQuery,
} from '../support/scim-resources.js';
import { createScimSite, ENTERPRISE, GROUP, LIST, type ScimClient, type ScimSite, USER } from '../support/scim-site.js';

describe('one resource', () => {
  const site = createScimSite();

  it('74 answers GET of a user with what the creation answered', async () => {
    const client = await site.client();
    const created = await client.post('/Users', {
      schemas: [USER, ENTERPRISE],
      userName: 'Ada',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ value: 'ada@example.com', type: 'work', primary: true }],
      [ENTERPRISE]: { department: 'Engines' },
    });
    const read = await client.get(`/Users/${created.body.id}`);
    expect({ status: read.status, type: read.headers['content-type'] }).toEqual({
      status: 200,
      type: 'application/scim+json',
    });
    expect(read.body).toEqual(created.body);
    expect(read.body.meta).toMatchObject({
      resourceType: 'User',
      location: `${client.baseUrl}/Users/${created.body.id}`,
    });
    expect({ location: read.headers['location'], etag: read.headers['etag'] }).toEqual({
      location: read.body.meta.location,
      etag: read.body.meta.version,
    });
  });

  it('74 answers GET of a group with what the creation answered', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const created = await client.post('/Groups', { displayName: 'Engineers', members: [{ value: ada.id }] });
    const read = await client.get(`/Groups/${created.body.id}`);
    expect(read.status).toBe(200);
    expect(read.body).toEqual(created.body);
    expect(read.body.members).toEqual([
      { value: ada.id, $ref: `${client.baseUrl}/Users/${ada.id}`, display: 'ada', type: 'User' },
    ]);
  });

  it.each([
    ['that nobody has', UNKNOWN_ID],
    ['of 8,000 characters', 'x'.repeat(8000)],
    ['with a slash', 'a%2Fb'],
    ['that climbs', '%2e%2e%2fUsers'],
    ['with a NUL character', 'a%00b'],
    ['with quotes', '%22%27%20or%201%3D1'],
    ['of emoji', encodeURIComponent('💥')],
    ['constructor', 'constructor'],
    ['__proto__', '__proto__'],
    ['toString', 'toString'],
  ])('75 answers 404 to an id %s', async (_, id) => {
    const client = await site.client();
    await createUser(client, 'ada');
    for (const path of ['Users', 'Groups']) expectScimError(await client.get(`/${path}/${id}`), 404);
  });

  it('75 answers 404 to the id of a resource of another type, and of another directory', async () => {
    const [client, neighbour] = [await site.client(), await site.client()];
    const ada = await createUser(client, 'ada');
    const engineers = await createGroup(client, 'Engineers');
    expectScimError(await client.get(`/Groups/${ada.id}`), 404);
    expectScimError(await client.get(`/Users/${engineers.id}`), 404);
    expectScimError(await neighbour.get(`/Users/${ada.id}`), 404);
    expectScimError(await neighbour.get(`/Groups/${engineers.id}`), 404);
  });

  it('SE-21 stores and returns externalId', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada', { externalId: '00uAda' });
    expect((await client.get(`/Users/${ada.id}`)).body.externalId).toBe('00uAda');
    expect((await list(client, '/Users', { filter: 'externalId eq "00uAda"' })).Resources).toEqual([ada]);
    const changed = await client.put(`/Users/${ada.id}`, { userName: 'ada', externalId: '00uCountess' });
    expect(changed.body.externalId).toBe('00uCountess');
  });
});

describe('lists', () => {
  const site = createScimSite();
  let five: ScimClient;

  beforeAll(async () => {
    five = await site.client();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await createUser(five, name);
  });

  it('76 answers GET of a type with a ListResponse, in order of creation', async () => {
    const client = await site.client();
    const users = [await createUser(client, 'zoe'), await createUser(client, 'ada')];
    const answer = await client.get('/Users');
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
      status: 200,
      type: 'application/scim+json',
    });
    expect(answer.body).toEqual({
      schemas: [LIST],
      totalResults: 2,
      itemsPerPage: 2,
      startIndex: 1,
      Resources: users,
    });
    expect((await list(client, '/Groups')).totalResults).toBe(0);
  });

  it('77 answers 200 and an empty list when nothing matches', async () => {
    const nothing = { schemas: [LIST], totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] };
    const empty = await site.client();
    for (const path of ['/Users', '/Groups', '/']) expect(await list(empty, path)).toEqual(nothing);
    expect(await list(five, '/Users', { filter: 'userName eq "nobody"' })).toEqual(nothing);
  });

  it.each([
    ['78', { startIndex: 1, count: 1 }, 1, ['a']],
    ['78', { startIndex: 2, count: 3 }, 2, ['b', 'c', 'd']],
    ['78', { startIndex: 5, count: 3 }, 5, ['e']],
    ['79', { startIndex: 0, count: 2 }, 1, ['a', 'b']],
    ['79', { startIndex: -7, count: 2 }, 1, ['a', 'b']],
    ['79', { startindex: 0, COUNT: 2 }, 1, ['a', 'b']],
    ['80', { count: 0 }, 1, []],
    ['81', { count: -1 }, 1, []],
    ['81', { startIndex: 3, count: -100 }, 3, []],
    ['81', { count: -1, filter: 'userName pr' }, 1, []],
    ['81', { count: -2, sortBy: 'userName' }, 1, []],
    ['83', { startIndex: 6, count: 2 }, 6, []],
    ['83', { startIndex: 999_999_999, count: 2 }, 999_999_999, []],
    ['84', { startIndex: '', count: '' }, 1, ['a', 'b', 'c', 'd', 'e']],
  ])('%s answers %j with the page from %i: %j', async (_row, parameters, startIndex, names) => {
    const page = await list(five, '/Users', parameters);
    expect({ ...page, Resources: namesOf(page) }).toEqual({
      schemas: [LIST],
      totalResults: 5,
      itemsPerPage: names.length,
      startIndex,
      Resources: names,
    });
  });

  it('82 caps count at what discovery announces, and gives so many when none is asked for', async () => {
    const small = createScimSite({ maxPageSize: 3, defaultPageSize: 2 });
    const client = await small.client();
    for (const name of ['a', 'b', 'c', 'd']) await createUser(client, name);
    const { body } = await client.get('/ServiceProviderConfig');
    expect(body.filter.maxResults).toBe(3);
    expect(body.pagination).toMatchObject({ maxPageSize: 3, defaultPageSize: 2 });
    expect(await list(client, '/Users', { count: 4 })).toMatchObject({ totalResults: 4, itemsPerPage: 3 });
    expect(namesOf(await list(client, '/Users', { count: 1_000_000 }))).toEqual(['a', 'b', 'c']);
    expect(namesOf(await list(client, '/Users'))).toEqual(['a', 'b']);
    expect(namesOf(await search(client, '/Users/.search', { count: 4 }))).toEqual(['a', 'b', 'c']);
  });

  it.each([
    { count: 'many' },
    { count: '1.5' },
    { count: '1e2' },
    { count: '0x10' },
    { count: 'NaN' },
    { startIndex: 'first' },
    { startIndex: '1,2' },
    { startIndex: '99999999999999999999' },
  ])('84 refuses %j, which is no whole number', async (parameters) => {
    expectScimError(await five.get(withQuery('/Users', parameters)), 400, 'invalidValue');
    expectScimError(await five.post('/Users/.search', { schemas: [SEARCH], ...parameters }), 400, 'invalidValue');
  });

  it('84 refuses a parameter given twice', async () => {
    expectScimError(await five.get('/Users?count=1&Count=2'), 400, 'invalidValue');
    expectScimError(await five.get('/Users?filter=userName%20pr&filter=title%20pr'), 400, 'invalidValue');
  });

  it('85 meets each of 250 users once in pages of 100, in a stable order (Okta import)', async () => {
    const client = await site.client();
    const names = numbered('user', 250);
    await createMany(
      client,
      '/Users',
      names.map((userName) => ({ userName })),
    );
    const met: (string | undefined)[] = [];
    for (const startIndex of [1, 101, 201]) {
      const page = await list(client, '/Users', { startIndex, count: 100 });
      expect(page).toMatchObject({ totalResults: 250, startIndex, itemsPerPage: startIndex === 201 ? 50 : 100 });
      met.push(...namesOf(page));
      // Somebody who is changed or comes new between two pages moves nobody else.
      await client.patch(`/Users/${page.Resources[0]?.id}`, [{ op: 'replace', path: 'title', value: 'Dr' }]);
    }
    expect(met).toEqual(names);
  });

  it('OU-26 gives users and groups page by page, and finds a user by userName (Okta import)', async () => {
    const client = await site.client();
    const [userNames, groupNames] = [numbered('u', 5), numbered('g', 5)];
    await createMany(
      client,
      '/Users',
      userNames.map((userName) => ({ userName })),
    );
    await createMany(
      client,
      '/Groups',
      groupNames.map((displayName) => ({ displayName })),
    );
    for (const [path, names] of [
      ['/Users', userNames],
      ['/Groups', groupNames],
    ] as const) {
      const pages = [1, 3, 5].map((startIndex) => list(client, path, { startIndex, count: 2 }));
      expect((await Promise.all(pages)).flatMap(namesOf)).toEqual(names);
    }
    const found = await list(client, '/Users', { filter: 'userName eq "u003"', startIndex: 1, count: 100 });
    expect(namesOf(found)).toEqual(['u003']);
  });

  it('101 ignores query parameters that SCIM does not know', async () => {
    expect(namesOf(await list(five, '/Users?aadOptscim062020', {}))).toEqual(['a', 'b', 'c', 'd', 'e']);
    const page = await list(five, '/Users', { count: 1, _: 1, sort: 'x', filters: '((', __proto__x: 1 });
    expect(namesOf(page)).toEqual(['a']);
    const [user] = page.Resources;
    expect((await five.get(`/Users/${user?.id}?aadOptscim062020&x=%zz`)).body).toEqual(user);
  });
});

describe('connection tests of identity providers on an empty directory', () => {
  const site = createScimSite();

  it('OU-27 succeed by a list, and by a filter for somebody who does not exist', async () => {
    const client = await site.client();
    for (const [path, attribute] of [
      ['/Users', 'userName'],
      ['/Users', 'externalId'],
      ['/Users', 'emails[type eq "work"].value'],
      ['/Groups', 'displayName'],
      ['/Groups', 'externalId'],
    ] as const) {
      const page = await list(client, path, { filter: `${attribute} eq "${UNKNOWN_ID}"` });
      expect(page).toMatchObject({ totalResults: 0, Resources: [] });
    }
    expect((await list(client, '/Users', { startIndex: 1, count: 2 })).totalResults).toBe(0);
  });

  it.each([
    ['TQ-42', 'Okta', { startIndex: 1, count: 2 }],
    ['TQ-43', 'Entra', { filter: `userName eq "${UNKNOWN_ID}"` }],
  ])('%s succeed where the directory has no groups (%s)', async (_row, _provider, parameters) => {
    const client = await site.client({ resourceTypes: ['User'] });
    expect(await list(client, '/Users', parameters)).toMatchObject({ totalResults: 0, Resources: [] });
    expectScimError(await client.get('/Groups'), 404);
    const types = (await list(client, '/ResourceTypes')).Resources;
    expect(types.map(({ id }) => id)).toEqual(['User']);
    expect((await list(client, '/')).totalResults).toBe(0);
  });
});

describe('sorting', () => {
  const site = createScimSite();
  let client: ScimClient;

  beforeAll(async () => {
    client = await site.client();
    await createUser(client, 'bob', {
      externalId: 'b',
      active: false,
      name: { familyName: 'Young', givenName: 'Bob' },
      emails: [
        { value: 'y@example.com', type: 'home' },
        { value: 'a@example.com', type: 'work', primary: true },
      ],
    });
    await createUser(client, 'Alice', { externalId: 'B', name: { givenName: 'Alice' } });
    await createUser(client, 'carol', {
      externalId: 'a',
      name: { familyName: 'Abel' },
      emails: [{ value: 'C@example.com' }, { value: 'b@example.com' }],
      [ENTERPRISE]: { department: 'Sales', manager: { value: '7' } },
    });
    await createUser(client, 'Dave', {
      externalId: 'A',
      name: { familyName: 'abel' },
      emails: [{ value: 'd@example.com' }],
      [ENTERPRISE]: { department: 'audit', manager: { value: '5' } },
    });
  });

  it.each([
    ['86', { sortBy: 'userName' }, ['Alice', 'bob', 'carol', 'Dave']],
    ['86', { sortBy: 'userName', sortOrder: 'ascending' }, ['Alice', 'bob', 'carol', 'Dave']],
    ['86', { sortBy: 'userName', sortOrder: 'descending' }, ['Dave', 'carol', 'bob', 'Alice']],
    ['86', { SORTBY: 'USERNAME', sortorder: 'Descending' }, ['Dave', 'carol', 'bob', 'Alice']],
    ['86', { sortBy: `${USER}:userName`, sortOrder: '' }, ['Alice', 'bob', 'carol', 'Dave']],
    // By code units, since externalId minds letter case: A, B, a, b.
    ['86', { sortBy: 'externalId' }, ['Dave', 'Alice', 'carol', 'bob']],
    ['86', { sortBy: 'active' }, ['bob', 'Alice', 'carol', 'Dave']],
    ['86', { sortBy: 'meta.created', sortOrder: 'ascending' }, ['bob', 'Alice', 'carol', 'Dave']],
    ['86', { sortBy: 'userName', startIndex: 2, count: 2 }, ['bob', 'carol']],
    ['86', { sortBy: 'userName', filter: 'active eq true', count: 2 }, ['Alice', 'carol']],
    ['86', { sortBy: '' }, ['bob', 'Alice', 'carol', 'Dave']],
    // Equal keys stay in order of creation.
    ['87', { sortBy: 'name.familyName' }, ['carol', 'Dave', 'bob', 'Alice']],
    ['87', { sortBy: 'name.familyName', sortOrder: 'descending' }, ['Alice', 'bob', 'carol', 'Dave']],
    ['87', { sortBy: 'title' }, ['bob', 'Alice', 'carol', 'Dave']],
    ['87', { sortBy: 'emails' }, ['bob', 'carol', 'Dave', 'Alice']],
    ['87', { sortBy: 'emails.value', sortOrder: 'descending' }, ['Alice', 'Dave', 'carol', 'bob']],
    ['87', { sortBy: 'emails.type' }, ['bob', 'Alice', 'carol', 'Dave']],
    ['87', { sortBy: `${ENTERPRISE}:department` }, ['Dave', 'carol', 'bob', 'Alice']],
    ['87', { sortBy: `${ENTERPRISE}:manager` }, ['Dave', 'carol', 'bob', 'Alice']],
  ])('%s sorts by %j', async (_row, parameters, names) => {
    expect(namesOf(await list(client, '/Users', parameters))).toEqual(names);
  });

  it.each(['nothing', 'name', 'addresses', 'name.nothing', 'schemas', 'groups', 'groups.value', 'password', 'meta'])(
    '88 refuses to sort users by %s',
    async (sortBy) => {
      expectScimError(await client.get(withQuery('/Users', { sortBy })), 400, 'invalidValue');
    },
  );

  it.each(['meta.version', 'meta.location', 'meta.resourceType', 'members', 'members.value', 'members.display'])(
    '88 refuses to sort groups by %s',
    async (sortBy) => {
      expectScimError(await client.get(withQuery('/Groups', { sortBy })), 400, 'invalidValue');
    },
  );

  it('88 refuses an order that is neither ascending nor descending', async () => {
    expectScimError(await client.get('/Users?sortBy=userName&sortOrder=up'), 400, 'invalidValue');
  });

  it('88 refuses to sort by an attribute that is never returned', async () => {
    const secretive = createScimSite({ users: { attributes: [{ name: 'pin', type: 'string', returned: 'never' }] } });
    const other = await secretive.client();
    expectScimError(await other.get('/Users?sortBy=pin'), 400, 'invalidValue');
    expect((await list(other, '/Users', { sortBy: 'title' })).totalResults).toBe(0);
  });
});

describe('what an answer shows', () => {
  const site = createScimSite();
  let client: ScimClient;
  let ada: Resource;
  let engineers: Resource;

  beforeAll(async () => {
    client = await site.client();
    ada = await createUser(client, 'ada', {
      externalId: '00uAda',
      title: 'Countess',
      password: 'n0tKept!',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      emails: [{ value: 'ada@example.com', type: 'work', primary: true }, { value: 'ada@home.example' }],
      [ENTERPRISE]: { department: 'Engines', manager: { value: '7' } },
    });
    engineers = await createGroup(client, 'Engineers', [ada]);
  });

  it.each([
    ['89', 'userName', { userName: 'ada' }],
    ['89', 'userName,title', { userName: 'ada', title: 'Countess' }],
    ['89', ' userName , title ', { userName: 'ada', title: 'Countess' }],
    ['89', 'nothing', {}],
    ['90', 'name.givenName', { name: { givenName: 'Ada' } }],
    ['90', 'name.givenName,name.familyName', { name: { givenName: 'Ada', familyName: 'Lovelace' } }],
    ['90', 'name.givenName,name', { name: { givenName: 'Ada', familyName: 'Lovelace' } }],
    ['90', 'name.middleName', {}],
    ['90', `${USER}:name.givenName`, { name: { givenName: 'Ada' } }],
    ['90', `${ENTERPRISE}:department`, { [ENTERPRISE]: { department: 'Engines' } }],
    ['90', `${ENTERPRISE}:manager.value`, { [ENTERPRISE]: { manager: { value: '7' } } }],
    ['90', ENTERPRISE, { [ENTERPRISE]: { department: 'Engines', manager: { value: '7' } } }],
    ['90', 'emails.type', { emails: [{ type: 'work' }] }],
    ['90', 'emails.display', {}],
    ['90', 'emails[type eq "work"].value', { emails: [{ value: 'ada@example.com' }, { value: 'ada@home.example' }] }],
    ['95', 'password', {}],
    ['95', 'userName,password', { userName: 'ada' }],
    ['96', 'USERNAME', { userName: 'ada' }],
    ['96', 'NAME.GivenNAME', { name: { givenName: 'Ada' } }],
    ['96', `${ENTERPRISE.toUpperCase()}:DEPARTMENT`, { [ENTERPRISE]: { department: 'Engines' } }],
  ])('%s shows id, schemas and no more than attributes=%s names', async (_row, attributes, shown) => {
    const expected = { schemas: [USER, ENTERPRISE], id: ada.id, ...shown };
    const read = await client.get(withQuery(`/Users/${ada.id}`, { attributes }));
    expect({ status: read.status, body: read.body }).toEqual({ status: 200, body: expected });
    expect((await list(client, '/Users', { attributes })).Resources).toEqual([expected]);
    const names = attributes.split(',');
    expect((await search(client, '/Users/.search', { attributes: names })).Resources).toEqual([expected]);
  });

  it.each([
    ['91', 'emails', ['emails']],
    ['91', 'emails,name', ['emails', 'name']],
    ['91', 'EMAILS', ['emails']],
    ['91', ENTERPRISE, [ENTERPRISE]],
    ['91', 'nothing', []],
    ['91', 'groups,meta', ['groups', 'meta']],
    ['92', 'id,schemas', []],
    ['92', 'id,schemas,userName', ['userName']],
    ['95', '', []],
  ])('%s leaves out excludedAttributes=%s', async (_row, excludedAttributes, left) => {
    const { body: whole } = await client.get(`/Users/${ada.id}`);
    const kept = Object.entries(whole).filter(([name]) => !(left as readonly string[]).includes(name));
    const expected = Object.fromEntries(kept);
    expect(kept).toHaveLength(Object.keys(whole).length - left.length);
    expect((await client.get(withQuery(`/Users/${ada.id}`, { excludedAttributes }))).body).toEqual(expected);
    expect((await list(client, '/Users', { excludedAttributes })).Resources).toEqual([expected]);
  });

  it('91 leaves out single sub-attributes', async () => {
    const excludedAttributes = `name.familyName,emails.type,emails.primary,${ENTERPRISE}:manager.value`;
    const { body } = await client.get(withQuery(`/Users/${ada.id}`, { excludedAttributes }));
    expect(body).toMatchObject({ userName: 'ada', name: { givenName: 'Ada' } });
    expect(body.name).toEqual({ givenName: 'Ada' });
    expect(body.emails).toEqual([{ value: 'ada@example.com' }, { value: 'ada@home.example' }]);
    expect(body[ENTERPRISE]).toEqual({ department: 'Engines' });
  });

  it('90 91 take the URN of the core schema for all that is in it', async () => {
    const { body: whole } = await client.get(`/Users/${ada.id}`);
    const { schemas, id, externalId, meta, [ENTERPRISE]: enterprise, ...core } = whole;
    expect(core).toMatchObject({ userName: 'ada', groups: [{ value: engineers.id }] });
    const shown = await client.get(withQuery(`/Users/${ada.id}`, { attributes: USER }));
    expect(shown.body).toEqual({ schemas, id, ...core });
    const left = await client.get(withQuery(`/Users/${ada.id}`, { excludedAttributes: USER }));
    // Without the groups the version says nothing of them.
    const bare = { ...meta, version: 'W/"1"' };
    expect(left.body).toEqual({ schemas, id, externalId, meta: bare, [ENTERPRISE]: enterprise });
  });

  it('93 leaves the members of groups out of GET and of lists (Entra)', async () => {
    const { members: _, ...rest } = engineers;
    expect(engineers['members']).toHaveLength(1);
    expect((await client.get(`/Groups/${engineers.id}?excludedAttributes=members`)).body).toEqual(rest);
    const filter = 'displayName eq "Engineers"';
    expect((await list(client, '/Groups', { excludedAttributes: 'members', filter })).Resources).toEqual([rest]);
    expect((await list(client, '/Groups', { filter })).Resources).toEqual([engineers]);
    expect((await list(client, '/Groups', { attributes: 'members.value' })).Resources).toEqual([
      { schemas: [GROUP], id: engineers.id, members: [{ value: ada.id }] },
    ]);
  });

  it('94 follows attributes when excludedAttributes come as well', async () => {
    const parameters = { attributes: 'userName,title', excludedAttributes: 'title' };
    const { body } = await client.get(withQuery(`/Users/${ada.id}`, parameters));
    expect(body).toEqual({ schemas: [USER, ENTERPRISE], id: ada.id, userName: 'ada', title: 'Countess' });
  });

  it('95 gives the whole resource for an empty attributes parameter', async () => {
    const { body: whole } = await client.get(`/Users/${ada.id}`);
    expect(whole).toMatchObject({ userName: 'ada', title: 'Countess', groups: [{ value: engineers.id }] });
    expect(whole).not.toHaveProperty('password');
    for (const query of ['attributes=', 'attributes', 'attributes=,', 'attributes=&excludedAttributes=']) {
      expect((await client.get(`/Users/${ada.id}?${query}`)).body).toEqual(whole);
    }
    expect((await search(client, '/Users/.search', { attributes: [] })).Resources).toEqual([whole]);
  });

  describe('by the characteristics of the schema', () => {
    const wallet = {
      name: 'wallet',
      type: 'complex',
      subAttributes: [
        { name: 'label', type: 'string' },
        { name: 'pin', type: 'string', returned: 'never' },
        { name: 'secret', type: 'string', mutability: 'writeOnly' },
      ],
    } as const;
    const secretive = createScimSite({
      users: {
        attributes: [
          { name: 'badge', type: 'string', returned: 'always' },
          { name: 'biography', type: 'string', returned: 'request' },
          { name: 'answer', type: 'string', returned: 'never' },
          wallet,
        ],
        extensions: [
          {
            schema: {
              id: 'urn:example:hr',
              name: 'Hr',
              attributes: [
                { name: 'grade', type: 'string' },
                { name: 'salary', type: 'integer', returned: 'never' },
              ],
            },
          },
        ],
      },
    });
    const body = {
      userName: 'ada',
      badge: 'B1',
      biography: 'long',
      answer: '42',
      wallet: { label: 'blue', pin: '1234', secret: 's' },
      'urn:example:hr': { grade: 'A', salary: 1 },
    };
    const always = { badge: 'B1' };
    const byDefault = {
      ...always,
      userName: 'ada',
      active: true,
      wallet: { label: 'blue' },
      'urn:example:hr': { grade: 'A' },
    };

    it.each([
      ['nothing', {}, byDefault],
      ['attributes=userName', { attributes: 'userName' }, { ...always, userName: 'ada' }],
      ['attributes=biography', { attributes: 'biography' }, { ...always, biography: 'long' }],
      ['attributes=answer', { attributes: 'answer' }, always],
      ['attributes=wallet', { attributes: 'wallet' }, { ...always, wallet: { label: 'blue' } }],
      ['attributes=wallet.pin', { attributes: 'wallet.pin' }, always],
      [
        'attributes=wallet.secret',
        { attributes: 'wallet.secret,wallet.label' },
        { ...always, wallet: { label: 'blue' } },
      ],
      ['the extension', { attributes: 'urn:example:hr' }, { ...always, 'urn:example:hr': { grade: 'A' } }],
      ['attributes=salary', { attributes: 'urn:example:hr:salary' }, always],
      ['excludedAttributes=badge', { excludedAttributes: 'badge' }, byDefault],
      ['excludedAttributes=wallet.label', { excludedAttributes: 'wallet.label' }, { ...byDefault, wallet: undefined }],
    ])('95 never shows what is never returned, asked for %s', async (_name, parameters: Parameters, shown) => {
      const other = await secretive.client();
      const created = await other.post(withQuery('/Users', parameters), body);
      const { schemas: _s, id, meta: _m, ...rest } = created.body;
      expect({ status: created.status, rest }).toEqual({ status: 201, rest: shown });
      const read = await other.get(withQuery(`/Users/${id}`, parameters));
      expect(read.body).toEqual(created.body);
      expect((await list(other, '/Users', parameters)).Resources).toEqual([created.body]);
    });
  });
});

describe('/Me', () => {
  it('100 is answered 501 where a token belongs to a directory', async () => {
    const client = await createScimSite().client();
    expectScimError(await client.get('/Me'), 501);
    expectScimError(await client.patch('/Me', [{ op: 'replace', path: 'title', value: 'Dr' }]), 501);
    expectScimError(await client.delete('/Me'), 501);
  });

  it('100 is the subject where the authentication of the host names one', async () => {
    const subject = { directoryId: 'acme', userId: '' };
    const site: ScimSite = createScimSite({ authenticate: () => subject });
    const client = await site.client({ id: 'acme' });
    const [ada, bob] = [await createUser(client, 'ada'), await createUser(client, 'bob')];
    subject.userId = ada.id;
    const read = await client.get('/Me');
    expect({ status: read.status, body: read.body }).toEqual({ status: 200, body: ada });
    expect(read.headers['location']).toBe(`${client.baseUrl}/Users/${ada.id}`);
    const changed = await client.patch('/Me?attributes=title', [{ op: 'replace', path: 'title', value: 'Countess' }]);
    expect(changed.body).toEqual({ schemas: [USER], id: ada.id, title: 'Countess' });
    expect(changed.headers['location']).toBe(`${client.baseUrl}/Users/${ada.id}`);
    expect((await client.get(`/Users/${bob.id}`)).body).toEqual(bob);
    subject.userId = UNKNOWN_ID;
    expectScimError(await client.get('/Me'), 404);
  });
});

describe('people who left', () => {
  const site = createScimSite();

  it('108 are gone from lists, filters, groups and searches when they are deleted', async () => {
    const client = await site.client();
    const [ada, bob] = [
      await createUser(client, 'ada', { title: 'x' }),
      await createUser(client, 'bob', { title: 'x' }),
    ];
    const engineers = await createGroup(client, 'Engineers', [ada, bob]);
    expect((await client.delete(`/Users/${ada.id}`)).status).toBe(204);
    expectScimError(await client.get(`/Users/${ada.id}`), 404);
    expect(namesOf(await list(client, '/Users'))).toEqual(['bob']);
    for (const filter of ['title eq "x"', 'title pr', `groups.value eq "${engineers.id}"`, 'active eq true']) {
      expect(namesOf(await list(client, '/Users', { filter }))).toEqual(['bob']);
    }
    for (const filter of ['userName eq "ada"', `id eq "${ada.id}"`]) {
      expect((await list(client, '/Users', { filter })).totalResults).toBe(0);
    }
    expect((await client.get(`/Groups/${engineers.id}`)).body.members).toEqual([
      { value: bob.id, $ref: `${client.baseUrl}/Users/${bob.id}`, display: 'bob', type: 'User' },
    ]);
    expect((await list(client, '/Groups', { filter: `members.value eq "${ada.id}"` })).totalResults).toBe(0);
    expect(namesOf(await list(client, '/'))).toEqual(['bob', 'Engineers']);
  });

  it('109 stay readable, listed and filterable while they are inactive', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    await createUser(client, 'bob');
    const engineers = await createGroup(client, 'Engineers', [ada]);
    const off = await client.patch(`/Users/${ada.id}`, [{ op: 'replace', path: 'active', value: false }]);
    expect(off.body.active).toBe(false);
    expect((await client.get(`/Users/${ada.id}`)).body).toEqual(off.body);
    expect(namesOf(await list(client, '/Users'))).toEqual(['ada', 'bob']);
    for (const filter of ['userName eq "ADA"', 'active eq false', `groups.value eq "${engineers.id}"`]) {
      expect((await list(client, '/Users', { filter })).Resources).toEqual([off.body]);
    }
    expect((await client.get(`/Groups/${engineers.id}`)).body.members).toMatchObject([{ value: ada.id }]);
  });
});

describe('groups of a user', () => {
  const site = createScimSite();

  it('110 are the direct ones, each with value, display and $ref, in order of creation', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const [sales, engineers] = [
      await createGroup(client, 'Sales', [ada]),
      await createGroup(client, 'Engineers', [ada]),
    ];
    const company = await createGroup(client, 'Company');
    await client.patch(`/Groups/${company.id}`, [{ op: 'add', path: 'members', value: [{ value: engineers.id }] }]);
    const expected = [sales, engineers].map(({ id, displayName }) => ({
      value: id,
      $ref: `${client.baseUrl}/Groups/${id}`,
      display: displayName,
      type: 'direct',
    }));
    const { body } = await client.get(`/Users/${ada.id}`);
    expect(body.groups).toEqual(expected);
    expect((await list(client, '/Users')).Resources).toEqual([body]);
    expect((await client.get(`/Users/${ada.id}?attributes=groups.display`)).body).toEqual({
      schemas: [USER],
      id: ada.id,
      groups: [{ display: 'Sales' }, { display: 'Engineers' }],
    });
  });

  it('110 follow renames and removals, and are left out when there are none', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    expect(ada).not.toHaveProperty('groups');
    const group = await createGroup(client, 'Sales', [ada]);
    await client.patch(`/Groups/${group.id}`, [{ op: 'replace', path: 'displayName', value: 'Market' }]);
    expect((await client.get(`/Users/${ada.id}`)).body.groups).toMatchObject([{ display: 'Market' }]);
    await client.delete(`/Groups/${group.id}`);
    expect((await client.get(`/Users/${ada.id}`)).body).toEqual(ada);
  });

  it('110 cannot be written by the user', async () => {
    const client = await site.client();
    const group = await createGroup(client, 'Owners');
    const ada = await createUser(client, 'ada', { groups: [{ value: group.id }] });
    const put = await client.put(`/Users/${ada.id}`, { userName: 'ada', groups: [{ value: group.id }] });
    expect(put.body).toEqual(ada);
    const value = [{ value: group.id }];
    expectScimError(await client.patch(`/Users/${ada.id}`, [{ op: 'add', path: 'groups', value }]), 400, 'mutability');
    expect((await client.get(`/Users/${ada.id}`)).body).toEqual(ada);
    expect((await client.get(`/Groups/${group.id}`)).body).toEqual(group);
  });
});
