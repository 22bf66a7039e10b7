import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDirectories } from 'express-sso-scim';
import { Company, thirtyPeople } from '../support/idp/company.js';
import { expectedState, readEverything, readPages, readState } from '../support/idp/directory-state.js';
import { type Change, defaultOperations, ENTRA_HEADERS, Entra, flagOperations } from '../support/idp/entra.js';
import { Okta } from '../support/idp/okta.js';
import { type OpenSite, openSite, type Tenant } from '../support/idp/open-site.js';
import { equals, expectRefusal, filterQuery, made, type ScimBody, Wire, withoutMeta } from '../support/idp/wire.js';
import { ENTERPRISE, GROUP, LIST, PATCH_OP, USER } from '../support/scim-site.js';

const JSON_HEADERS = { Accept: 'application/json', 'Content-Type': 'application/json' };
const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

let site: OpenSite;
let tenant: Tenant;
let wire: Wire;

beforeAll(async () => {
  // A directory that has been switched off must refuse the next request, not the one in five seconds.
  site = await openSite({ tokenCacheSeconds: 0 });
});

afterAll(() => site.close());

beforeEach(async () => {
  tenant = await site.tenant();
  wire = new Wire(tenant, JSON_HEADERS);
});

afterEach(() => wire.close());

async function tenantWith(policy: Readonly<Record<string, string>>): Promise<Wire> {
  return new Wire(await site.tenant({ policy }), JSON_HEADERS);
}

function companyOf(count: number): Company {
  const company = new Company();
  for (const person of thirtyPeople().slice(0, count)) company.hire(person);
  return company;
}

describe('Qualytics', () => {
  const SAMPLES = [
    ['Users', { schemas: [USER], userName: 'ada@x.com' }, 'userName'],
    ['Groups', { schemas: [GROUP], displayName: 'Team' }, 'displayName'],
  ] as const;

  it.each(SAMPLES)('QL-1 OU-13 OU-33 offers all of SCIM for /%s', async (type, sample, key) => {
    const created = await made(wire, `/${type}`, sample);
    const path = `/${type}/${created.id}`;
    const read = await wire.get(path);
    expect(read.body).toEqual(created);
    expect(read.headers.etag).toBe(created.meta.version);

    const list = { schemas: [LIST], totalResults: 1, itemsPerPage: 1, startIndex: 1 };
    expect((await wire.get(`/${type}`)).body).toEqual({ ...list, Resources: [created] });
    const search = { schemas: [SEARCH_REQUEST], filter: `${key} pr`, sortBy: key, attributes: [key], count: 5 };
    const { [key]: name, id, schemas } = created;
    expect((await wire.post(`/${type}/.search`, search)).body).toEqual({
      ...list,
      Resources: [{ schemas, id, [key]: name }],
    });

    const put = await wire.put(path, { ...sample, [key]: 'put@x.com' });
    expect({ status: put.status, [key]: put.body[key] }).toEqual({ status: 200, [key]: 'put@x.com' });
    expectRefusal(await wire.put(path, sample, { 'If-Match': created.meta.version }), 412);
    const patched = await wire.operate(path, { op: 'replace', path: key, value: 'patch@x.com' });
    expect({ status: patched.status, [key]: patched.body[key] }).toEqual({ status: 200, [key]: 'patch@x.com' });
    expect((await wire.get(path)).body).toEqual(patched.body);

    const Operations = [
      { method: 'POST', path: `/${type}`, bulkId: 'b', data: { ...sample, [key]: 'bulk@x.com' } },
      { method: 'DELETE', path },
    ];
    const { body: bulk } = await wire.post('/Bulk', { schemas: [BULK_REQUEST], Operations });
    expect(bulk['Operations']).toEqual([
      expect.objectContaining({ method: 'POST', bulkId: 'b', status: '201' }),
      expect.objectContaining({ method: 'DELETE', status: '204' }),
    ]);
    expectRefusal(await wire.get(path), 404);
    expect((await wire.get(`/${type}`)).body.Resources.map((each) => each[key])).toEqual(['bulk@x.com']);
  });

  it.each(['ServiceProviderConfig', 'Schemas', 'ResourceTypes'])('QL-1 OU-13 describes itself at /%s', async (path) => {
    const { status, headers, body } = await wire.get(`/${path}`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/scim+json');
    expect(body.schemas).toHaveLength(1);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const refused = await wire.send(method, `/${path}`, method === 'DELETE' ? undefined : {});
      expectRefusal(refused, 405);
      expect(refused.headers.allow).toBe('GET, HEAD');
    }
  });

  it('QL-2 keeps what people and groups say of each other consistent over their whole life', async () => {
    const [ada, ben] = [
      await made(wire, '/Users', { userName: 'ada' }),
      await made(wire, '/Users', { userName: 'ben' }),
    ];
    const team = await made(wire, '/Groups', { displayName: 'Team', members: [{ value: ada.id }, { value: ben.id }] });
    const other = await made(wire, '/Groups', { displayName: 'Other', members: [{ value: ada.id }] });
    const seen = async () => {
      const groups = await readPages(wire, '/Groups');
      const users = await readPages(wire, '/Users');
      const fromGroups = groups.flatMap((group) =>
        references(group, 'members').map(({ value, display }) => `${value} (${display}) in ${group['displayName']}`),
      );
      const fromUsers = users.flatMap((user) =>
        references(user, 'groups').map(
          ({ display }) => `${user.id} (${user['displayName'] ?? user['userName']}) in ${display}`,
        ),
      );
      expect(fromUsers.sort()).toEqual(fromGroups.sort());
      return fromUsers;
    };
    expect(await seen()).toHaveLength(3);
    await wire.operate(`/Groups/${team.id}`, { op: 'replace', path: 'displayName', value: 'Crew' });
    await wire.operate(`/Users/${ben.id}`, { op: 'add', path: 'displayName', value: 'Benjamin' });
    expect(await seen()).toEqual(
      [`${ada.id} (ada) in Crew`, `${ada.id} (ada) in Other`, `${ben.id} (Benjamin) in Crew`].sort(),
    );
    await wire.operate(`/Users/${ada.id}`, { op: 'replace', path: 'active', value: false });
    expect(await seen()).toHaveLength(3);
    await wire.put(`/Groups/${team.id}`, { displayName: 'Crew', members: [{ value: ben.id }] });
    expect(await seen()).toHaveLength(2);
    await wire.delete(`/Groups/${other.id}`);
    expect(await seen()).toEqual([`${ben.id} (Benjamin) in Crew`]);
    await wire.delete(`/Users/${ben.id}`);
    expect(await seen()).toEqual([]);
  });

  it('QL-8 OU-33 serves a client that knows nothing but the standard', async () => {
    const { body: types } = await wire.get('/ResourceTypes');
    expect(types.Resources.map(({ id }) => id)).toEqual(['User', 'Group']);
    for (const type of types.Resources) {
      const { body: schema } = await wire.get(`/Schemas/${encodeURIComponent(String(type['schema']))}`);
      const attributes = schema['attributes'] as readonly { readonly name: string; readonly required: boolean }[];
      const required = attributes.filter((attribute) => attribute.required).map(({ name }) => [name, `a ${name}`]);
      expect(required).toHaveLength(1);
      const answer = await wire.post(String(type['endpoint']), {
        schemas: [schema.id],
        ...Object.fromEntries(required),
      });
      expect(answer.status).toBe(201);
      const { location, version } = answer.body.meta;
      expect(location.startsWith(`${tenant.publicUrl}${type['endpoint']}/`)).toBe(true);
      const path = location.slice(tenant.publicUrl.length);
      expect((await wire.get(path, { 'If-None-Match': version })).status).toBe(304);
      expect((await wire.put(path, answer.body, { 'If-Match': version })).status).toBe(200);
      expect((await wire.delete(path)).status).toBe(204);
    }
  });

  it('QL-9 shows every write in the very next answer, whoever asks', async () => {
    const other = new Wire(tenant, JSON_HEADERS);
    const { id } = await made(wire, '/Users', { userName: 'ada', externalId: 'e' });
    const shown = async () => {
      const { body } = await other.get(`/Users/${id}`);
      expect((await other.get('/Users')).body.Resources).toEqual([body]);
      expect((await other.get(`/Users?${filterQuery(equals('externalId', 'e'))}`)).body.Resources).toEqual([body]);
      return body;
    };
    expect((await shown())['userName']).toBe('ada');
    await wire.operate(`/Users/${id}`, { op: 'replace', path: 'userName', value: 'lovelace' });
    expect((await shown())['userName']).toBe('lovelace');
    expect((await other.get(`/Users?${filterQuery(equals('userName', 'ada'))}`)).body.totalResults).toBe(0);
    await wire.operate(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
    expect((await shown())['active']).toBe(false);
    const group = await made(wire, '/Groups', { displayName: 'Team', members: [{ value: id }] });
    expect((await shown())['groups']).toEqual([expect.objectContaining({ value: group.id, display: 'Team' })]);
    await wire.operate(`/Groups/${group.id}`, { op: 'replace', path: 'displayName', value: 'Crew' });
    expect((await shown())['groups']).toEqual([expect.objectContaining({ display: 'Crew' })]);
    await wire.operate(`/Groups/${group.id}`, { op: 'remove', path: `members[value eq "${id}"]` });
    expect(await shown()).not.toHaveProperty('groups');
    other.close();
  });

  it.each([0, 1, 3000])(
    'QL-10 serves an organization of %s people',
    async (size) => {
      const names = Array.from({ length: size }, (_, index) => `person-${index}@x.com`);
      for (let from = 0; from < size; from += 1000) {
        const Operations = names.slice(from, from + 1000).map((userName, index) => ({
          method: 'POST',
          path: '/Users',
          bulkId: String(index),
          data: { schemas: [USER], userName },
        }));
        const { body } = await wire.post('/Bulk', { schemas: [BULK_REQUEST], Operations });
        const slots = body['Operations'] as readonly { readonly status: string }[];
        expect(slots.filter(({ status }) => status !== '201')).toEqual([]);
      }
      const people = await readPages(wire, '/Users', 500);
      expect(people.map((person) => person['userName'])).toEqual(names);
      const everyone = await made(wire, '/Groups', { displayName: 'Everyone' });
      const members = { op: 'add', path: 'members', value: people.map(({ id }) => ({ value: id })) };
      const added = await wire.operate(`/Groups/${everyone.id}`, members);
      expect(added.status).toBe(200);
      // Whatever the size of the group, the answer to a change of it stays small.
      expect(added.text.length).toBeLessThan(1000);
      expect(references((await wire.get(`/Groups/${everyone.id}`)).body, 'members')).toHaveLength(size);
      const last = people.at(-1);
      if (!last) return;
      await wire.operate(`/Groups/${everyone.id}`, { op: 'remove', path: `members[value eq "${last.id}"]` });
      const query = `excludedAttributes=members&${filterQuery(`members.value eq "${people[0]?.id}"`)}`;
      expect((await wire.get(`/Groups?${query}`)).body.totalResults).toBe(size > 1 ? 1 : 0);
    },
    30_000,
  );

  /** The mappings that Entra starts with, but for those that the others show already. */
  const MAPPINGS: readonly (readonly [string, string, object])[] = [
    ['userName', 'upn@x.com', { userName: 'upn@x.com' }],
    ['displayName', 'Ada L', { displayName: 'Ada L' }],
    ['title', 'Countess', { title: 'Countess' }],
    ['emails[type eq "work"].value', 'a@x.com', { emails: [{ type: 'work', value: 'a@x.com' }] }],
    ['preferredLanguage', 'en-GB', { preferredLanguage: 'en-GB' }],
    ['name.givenName', 'Ada', { name: { givenName: 'Ada' } }],
    ['name.familyName', 'L', { name: { familyName: 'L' } }],
    ['name.formatted', 'Ada L', { name: { formatted: 'Ada L' } }],
    ['addresses[type eq "work"].formatted', 'Office 7', { addresses: [{ type: 'work', formatted: 'Office 7' }] }],
    ['addresses[type eq "work"].streetAddress', 'Way 1', { addresses: [{ type: 'work', streetAddress: 'Way 1' }] }],
    ['addresses[type eq "work"].locality', 'London', { addresses: [{ type: 'work', locality: 'London' }] }],
    ['addresses[type eq "work"].region', 'LDN', { addresses: [{ type: 'work', region: 'LDN' }] }],
    ['addresses[type eq "work"].postalCode', 'SW1', { addresses: [{ type: 'work', postalCode: 'SW1' }] }],
    ['addresses[type eq "work"].country', 'GB', { addresses: [{ type: 'work', country: 'GB' }] }],
    ['phoneNumbers[type eq "work"].value', '+44 1', { phoneNumbers: [{ type: 'work', value: '+44 1' }] }],
    ['phoneNumbers[type eq "mobile"].value', '+44 2', { phoneNumbers: [{ type: 'mobile', value: '+44 2' }] }],
    ['phoneNumbers[type eq "fax"].value', '+44 3', { phoneNumbers: [{ type: 'fax', value: '+44 3' }] }],
    ['externalId', 'ada', { externalId: 'ada' }],
    [`${ENTERPRISE}:employeeNumber`, '7', { [ENTERPRISE]: { employeeNumber: '7' } }],
    [`${ENTERPRISE}:department`, 'R&D', { [ENTERPRISE]: { department: 'R&D' } }],
    [`${ENTERPRISE}:manager`, 'boss', { [ENTERPRISE]: { manager: { value: 'boss' } } }],
  ];

  it.each([
    ['default', defaultOperations],
    ['flag', flagOperations],
  ])('QL-12 takes each default mapping of Entra by itself (%s style)', async (_style, operationsOf) => {
    for (const [path, value, expected] of MAPPINGS) {
      const { id } = await made(wire, '/Users', { userName: 'new@x.com' });
      for (const isNew of [true, false]) {
        const answer = await wire.operate(`/Users/${id}`, ...operationsOf([{ path, value, isNew }]));
        expect({ path, status: answer.status }).toEqual({ path, status: 200 });
        expect(answer.body).toMatchObject(expected);
        expect((await wire.get(`/Users/${id}`)).body).toEqual(answer.body);
      }
      await wire.delete(`/Users/${id}`);
    }
  });

  it.each([
    ['default', defaultOperations],
    ['flag', flagOperations],
  ])(
    'QL-12 takes all default mappings of Entra at once, and again without effect (%s style)',
    async (_style, operationsOf) => {
      const { id } = await made(wire, '/Users', { userName: 'new@x.com' });
      const changes = MAPPINGS.map(([path, value]): Change => ({ path, value, isNew: true }));
      const { status, body } = await wire.operate(`/Users/${id}`, ...operationsOf(changes));
      expect(status).toBe(200);
      expect(withoutMeta(body)).toEqual({
        schemas: [USER, ENTERPRISE],
        id,
        userName: 'upn@x.com',
        externalId: 'ada',
        active: true,
        displayName: 'Ada L',
        title: 'Countess',
        preferredLanguage: 'en-GB',
        name: { givenName: 'Ada', familyName: 'L', formatted: 'Ada L' },
        emails: [{ type: 'work', value: 'a@x.com' }],
        addresses: [
          {
            type: 'work',
            formatted: 'Office 7',
            streetAddress: 'Way 1',
            locality: 'London',
            region: 'LDN',
            postalCode: 'SW1',
            country: 'GB',
          },
        ],
        phoneNumbers: [
          { type: 'work', value: '+44 1' },
          { type: 'mobile', value: '+44 2' },
          { type: 'fax', value: '+44 3' },
        ],
        [ENTERPRISE]: { employeeNumber: '7', department: 'R&D', manager: { value: 'boss' } },
      });
      const again = changes.map((change) => ({ ...change, isNew: false }));
      expect((await wire.operate(`/Users/${id}`, ...operationsOf(again))).body).toEqual(body);
    },
  );

  it('QL-21 does nothing and keeps everything while the configuration is not active', async () => {
    const company = companyOf(5);
    company.form('t', 'Team', ['0bj3ct-01', '0bj3ct-02']);
    const entra = new Entra(tenant);
    await entra.sync(company);
    const before = await readEverything(wire);
    const directories = createDirectories({ storage: site.storage });
    const { organizationId, id: directoryId } = tenant.directory;
    await directories.disable({ organizationId, directoryId });

    const user = before[0]?.id;
    for (const answer of [
      await wire.get('/Users?count=1'),
      await wire.get('/ServiceProviderConfig'),
      await wire.post('/Users', { userName: 'new' }),
      await wire.put(`/Users/${user}`, { userName: 'new' }),
      await wire.operate(`/Users/${user}`, { op: 'replace', path: 'active', value: false }),
      await wire.delete(`/Users/${user}`),
    ]) {
      expectRefusal(answer, 403);
      expect(answer.body['detail']).toBe('This directory is switched off. Its owner can switch it on again.');
    }

    await directories.enable({ organizationId, directoryId });
    expect(await readEverything(wire)).toEqual(before);
    company.change('0bj3ct-03', { title: 'While it was off' });
    await entra.sync(company);
    expect(await readState(wire)).toEqual(expectedState(company, { leavers: 'inactive', managers: true }));
    entra.wire.close();
  });
});

describe('Secoda', () => {
  it('SE-8 creates, updates and deletes people from Azure, by userPrincipalName and mail', async () => {
    const entra = new Entra(tenant);
    const company = companyOf(2);
    await entra.sync(company);
    const id = entra.idOf('0bj3ct-02');
    const match = `/Users?${filterQuery('emails[type eq "work"].value eq "new@contoso.example"')}`;
    company.change('0bj3ct-02', { userName: 'upn@contoso.example', email: 'new@contoso.example' });
    await entra.sync(company);
    const { body } = await wire.get(match);
    expect(body.Resources.map((user) => [user.id, user['userName'], user['emails']])).toEqual([
      [id, 'upn@contoso.example', [{ primary: true, type: 'work', value: 'new@contoso.example' }]],
    ]);
    company.unassign('0bj3ct-02');
    await entra.sync(company);
    expect((await wire.get(`/Users/${id}`)).body['active']).toBe(false);
    await entra.purge('0bj3ct-02');
    expectRefusal(await wire.get(`/Users/${id}`), 404);
    expect((await wire.get(match)).body.totalResults).toBe(0);
    entra.wire.close();
  });

  it('SE-17 keeps of a group its displayName and the value and display of its members', async () => {
    const ada = await made(wire, '/Users', { userName: 'ada@x.com', displayName: 'Ada' });
    const group = await made(wire, '/Groups', { schemas: [GROUP], displayName: 'Data' });
    const { status, body } = await wire.put(`/Groups/${group.id}`, {
      schemas: [GROUP],
      displayName: 'Analytics',
      members: [{ value: ada.id, display: 'whatever the client calls her' }],
    });
    expect(status).toBe(200);
    expect(withoutMeta(body)).toEqual({
      schemas: [GROUP],
      id: group.id,
      displayName: 'Analytics',
      members: [{ value: ada.id, $ref: `${tenant.publicUrl}/Users/${ada.id}`, display: 'Ada', type: 'User' }],
    });
  });
});

describe('OneUptime', () => {
  const JOHN = {
    schemas: [USER],
    userName: 'user@example.com',
    name: { givenName: 'John', familyName: 'Doe', formatted: 'John Doe' },
    displayName: 'John Doe',
    emails: [{ value: 'user@example.com', type: 'work', primary: true }],
    active: true,
  };

  it.each(['plain', 'user@', '@example.com', 'us er@example.com', 'a@b@c'])(
    'OU-15 refuses the userName "%s" where it must be an e-mail address',
    async (userName) => {
      const strict = await tenantWith({ userNameFormat: 'email' });
      const john = await made(strict, '/Users', JOHN);
      const path = `/Users/${john.id}`;
      for (const answer of [
        await strict.post('/Users', { ...JOHN, userName }),
        await strict.put(path, { ...JOHN, userName }),
        await strict.patch(path, { Operations: [{ op: 'replace', path: 'userName', value: userName }] }),
      ]) {
        expectRefusal(answer, 400, 'invalidValue');
        expect(answer.body['detail']).toMatch(/"userName" must be an e-mail address/);
      }
      expect(await readEverything(strict)).toEqual([john]);
      strict.close();
    },
  );

  it('OU-15 refuses a person without an e-mail address where the host requires one', async () => {
    const emails = { name: 'emails', type: 'complex', multiValued: true, required: true } as const;
    const demanding = await openSite({ users: { attributes: [emails] } });
    const client = new Wire(await demanding.tenant(), JSON_HEADERS);
    const john = await made(client, '/Users', JOHN);
    expect(john['emails']).toEqual(JOHN.emails);
    const path = `/Users/${john.id}`;
    for (const answer of [
      await client.post('/Users', { ...JOHN, userName: 'jane@example.com', emails: undefined }),
      await client.post('/Users', { ...JOHN, userName: 'jane@example.com', emails: [] }),
      await client.put(path, { ...JOHN, emails: undefined }),
    ]) {
      expectRefusal(answer, 400, 'invalidValue');
      expect(answer.body['detail']).toMatch(/"emails" is required/);
    }
    const operations = [{ op: 'remove', path: 'emails' }];
    expectRefusal(await client.patch(path, { schemas: [PATCH_OP], Operations: operations }), 400, 'mutability');
    expect(await readEverything(client)).toEqual([john]);
    client.close();
    await demanding.close();
  });

  it('OU-15 takes any userName by default', async () => {
    expect((await made(wire, '/Users', { userName: 'plain' }))['userName']).toBe('plain');
  });

  it.each([
    ['default', defaultOperations],
    ['flag', flagOperations],
  ])('OU-23 OU-22 takes the attribute paths of its guide for Entra (%s style)', async (_style, operationsOf) => {
    const before = await made(wire, '/Users', JOHN);
    const changes: readonly Change[] = [
      { path: 'userName', value: 'jane@example.com', isNew: false },
      { path: 'emails[type eq "work"].value', value: 'jane@example.com', isNew: false },
      { path: 'displayName', value: 'Jane Roe', isNew: false },
      { path: 'name.givenName', value: 'Jane', isNew: false },
      { path: 'name.familyName', value: 'Roe', isNew: false },
      { path: 'active', value: false, isNew: false },
    ];
    const { status, body } = await wire.operate(`/Users/${before.id}`, ...operationsOf(changes));
    expect(status).toBe(200);
    expect(withoutMeta(body)).toEqual({
      schemas: [USER],
      id: before.id,
      userName: 'jane@example.com',
      name: { givenName: 'Jane', familyName: 'Roe', formatted: 'John Doe' },
      displayName: 'Jane Roe',
      emails: [{ value: 'jane@example.com', type: 'work', primary: true }],
      active: false,
    });
    const group = await made(wire, '/Groups', { displayName: 'Team' });
    const renamed = await wire.operate(
      `/Groups/${group.id}`,
      ...operationsOf([{ path: 'displayName', value: 'Crew', isNew: false }]),
      { op: 'Add', path: 'members', value: [{ $ref: null, value: before.id }] },
    );
    expect(renamed.body).toMatchObject({ displayName: 'Crew', members: [{ value: before.id }] });
  });

  it('OU-28 pushes groups by name and by rule: finds, links, creates, renames, fills and deletes', async () => {
    const company = companyOf(4);
    const existing = await made(wire, '/Groups', { displayName: 'engineers' });
    company.form('linked', 'Engineers', ['0bj3ct-01', '0bj3ct-03']);
    company.form('made', 'Team Sales', ['0bj3ct-02']);
    const okta = new Okta(tenant);
    await okta.sync(company);
    expect(okta.idOf('linked')).toBe(existing.id);
    company.rename('made', 'Team Sales & Support');
    company.join('made', '0bj3ct-04');
    company.leave('linked', '0bj3ct-01');
    await okta.sync(company);
    expect(await readState(wire)).toEqual(expectedState(company, { leavers: 'inactive', managers: false }));
    company.disband('made');
    await okta.sync(company);
    expect((await wire.get('/Groups')).body.Resources.map(({ id }) => id)).toEqual([existing.id]);
    okta.wire.close();
  });

  it('OU-30 shows people and members as its guide does', async () => {
    const guide = new Wire(await site.tenant({ policy: { memberDisplay: 'userName' } }), ENTRA_HEADERS);
    const john = await made(guide, '/Users', JOHN);
    expect(withoutMeta(john)).toEqual({ ...JOHN, id: john.id });
    const group = await made(guide, '/Groups', { displayName: 'Engineering Team', members: [{ value: john.id }] });
    expect(group['members']).toEqual([expect.objectContaining({ value: john.id, display: 'user@example.com' })]);
    expect((await guide.get(`/Groups/${group.id}`)).body).toEqual(group);
    guide.close();
  });

  it('OU-30 shows the displayName of members by default', async () => {
    const john = await made(wire, '/Users', JOHN);
    const nameless = await made(wire, '/Users', { userName: 'nameless@example.com' });
    const members = [{ value: john.id }, { value: nameless.id }];
    const group = await made(wire, '/Groups', { displayName: 'Engineering Team', members });
    expect(
      references(group, 'members')
        .map(({ display }) => display)
        .sort(),
    ).toEqual(['John Doe', 'nameless@example.com']);
  });

  const UNNEEDED = {
    employeeType: 'contractor',
    extensionAttribute1: 'x',
    'urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User': { tag: 'x' },
    [ENTERPRISE]: { department: 'R&D', badge: '1' },
    name: { ...JOHN.name, suffix: 'III' },
  };
  const UNNEEDED_PATHS = [
    'employeeType',
    'extensionAttribute1',
    'urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User:tag',
    `${ENTERPRISE}:badge`,
    'name.suffix',
    'ims[type eq "other"].handle',
  ];

  it('OU-34 leaves out attributes of mappings that nobody needs', async () => {
    const known = { ...JOHN, schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: 'R&D' } };
    const created = await made(wire, '/Users', { ...JOHN, ...UNNEEDED });
    expect(withoutMeta(created)).toEqual({ ...known, id: created.id });
    const { body: put } = await wire.put(`/Users/${created.id}`, { ...JOHN, ...UNNEEDED, title: 'T' });
    expect(withoutMeta(put)).toEqual({ ...known, id: created.id, title: 'T' });
    const { status, body } = await wire.operate(`/Users/${created.id}`, {
      op: 'replace',
      value: { ...UNNEEDED, title: 'U' },
    });
    expect(status).toBe(200);
    expect(withoutMeta(body)).toEqual({ ...known, id: created.id, title: 'U' });
  });

  it('OU-34 leaves out such paths of a PATCH where the policy says so, and applies the others', async () => {
    const lenient = await tenantWith({ unknownPaths: 'ignore' });
    const john = await made(lenient, '/Users', JOHN);
    const Operations = [
      ...UNNEEDED_PATHS.map((path) => ({ op: 'Add', path, value: 'x' })),
      { op: 'Replace', path: 'title', value: 'T' },
    ];
    const { status, body } = await lenient.patch(`/Users/${john.id}`, { schemas: [PATCH_OP], Operations });
    expect(status).toBe(200);
    expect(withoutMeta(body)).toEqual({ ...withoutMeta(john), title: 'T' });
    lenient.close();
  });

  it.each(UNNEEDED_PATHS)('OU-34 refuses the path %s by default, and applies nothing', async (path) => {
    const john = await made(wire, '/Users', JOHN);
    const answer = await wire.operate(
      `/Users/${john.id}`,
      { op: 'Replace', path: 'title', value: 'T' },
      { op: 'Add', path, value: 'x' },
    );
    expectRefusal(answer, 400, 'invalidPath');
    expect(answer.body['detail']).toBe(`User has no attribute "${path}".`);
    expect(await readEverything(wire)).toEqual([john]);
  });

  it('OU-34 refuses them everywhere where the policy is strict', async () => {
    const strict = await tenantWith({ unknownAttributes: 'refuse' });
    const john = await made(strict, '/Users', JOHN);
    const body = { ...JOHN, employeeType: 'x' };
    for (const answer of [
      await strict.post('/Users', { ...body, userName: 'other@example.com' }),
      await strict.put(`/Users/${john.id}`, body),
      await strict.patch(`/Users/${john.id}`, { Operations: [{ op: 'add', value: { employeeType: 'x' } }] }),
    ]) {
      expectRefusal(answer, 400, 'invalidValue');
      expect(answer.body['detail']).toContain('"employeeType"');
    }
    expect(await readEverything(strict)).toEqual([john]);
    strict.close();
  });
});

interface Reference {
  readonly value: string;
  readonly display: string;
}

function references(resource: ScimBody, name: 'members' | 'groups'): readonly Reference[] {
  return (resource[name] ?? []) as readonly Reference[];
}
