import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Company, thirtyPeople } from '../support/idp/company.js';
import { expectedState, readEverything, readState } from '../support/idp/directory-state.js';
import { ENTERPRISE_TEMPLATE, ONELOGIN_HEADERS, OneLogin } from '../support/idp/onelogin.js';
import { type OpenSite, openSite, type Tenant } from '../support/idp/open-site.js';
import { playStory } from '../support/idp/story.js';
import { expectRefusal, filterQuery, made, type ScimBody, Wire, withoutMeta } from '../support/idp/wire.js';
import { ENTERPRISE, GROUP, LIST, USER } from '../support/scim-site.js';

let site: OpenSite;
let tenant: Tenant;
let wire: Wire;

beforeAll(async () => {
  site = await openSite();
});

afterAll(() => site.close());

beforeEach(async () => {
  tenant = await site.tenant();
  wire = new Wire(tenant, ONELOGIN_HEADERS);
});

afterEach(() => wire.close());

function create(body: object): Promise<ScimBody> {
  return made(wire, '/Users', body);
}

describe('the template of an administrator', () => {
  const FILLED = {
    schemas: ['urn:scim:schemas:core:1.0', USER],
    userName: 'ada@x.com',
    name: { givenName: 'Ada', familyName: 'Lovelace', formatted: 'Ada Lovelace' },
    emails: [{ value: 'ada@x.com', type: 'work', primary: true }],
    active: 'true',
  };
  const SHOWN = { ...FILLED, schemas: [USER], active: true };

  it.each([
    ['only schemas of SCIM 1.1', { ...FILLED, schemas: ['urn:scim:schemas:core:1.0'] }, SHOWN],
    [
      'schemas after everything else',
      { userName: 'ada@x.com', schemas: [USER] },
      { schemas: [USER], userName: 'ada@x.com', active: true },
    ],
    ['"active" as text', { ...FILLED, active: 'False' }, { ...SHOWN, active: false }],
    ['an id of null', { ...FILLED, id: null }, SHOWN],
    ['an id of its own', { ...FILLED, id: '1234567' }, SHOWN],
    [
      'a manager by value',
      { ...FILLED, [ENTERPRISE]: { manager: { value: '26118915' } } },
      { ...SHOWN, schemas: [USER, ENTERPRISE], [ENTERPRISE]: { manager: { value: '26118915' } } },
    ],
    [
      'a manager by managerId, as SCIM 1.1 called it',
      { ...FILLED, [ENTERPRISE]: { manager: { managerId: '26118915' } } },
      { ...SHOWN, schemas: [USER, ENTERPRISE], [ENTERPRISE]: { manager: { value: '26118915' } } },
    ],
    [
      'attributes that no schema has',
      {
        ...FILLED,
        [ENTERPRISE]: { department: 'R&D', badge: 'x' },
        'urn:scim:schemas:extension:enterprise:1.0': { a: 1 },
        custom: 'x',
      },
      { ...SHOWN, schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: 'R&D' } },
    ],
  ])('L1 takes %s', async (_what, body, shown) => {
    const created = await create(body);
    expect(withoutMeta(created)).toEqual({ ...shown, id: created.id });
    expect(created.id).not.toBe('1234567');
    const put = await wire.put(`/Users/${created.id}`, body);
    expect(put.status).toBe(200);
    expect(put.body).toEqual(created);
  });

  it('L1 says what a template lacks that leaves userName empty', async () => {
    for (const userName of ['', null]) {
      const answer = await wire.post('/Users', { ...FILLED, userName });
      expectRefusal(answer, 400, 'invalidValue');
      expect(answer.body['detail']).toContain('"userName"');
    }
    expect(await readEverything(wire)).toEqual([]);
  });

  it('L1 says that a template is no JSON once it is filled in', async () => {
    const answer = await wire.post('/Users', '{"userName":"ada@x.com","title":"Head of "Data"","schemas":[]}');
    expectRefusal(answer, 400, 'invalidSyntax');
    expect(await readEverything(wire)).toEqual([]);
  });

  it('L2 takes optional fields that are not set as null or empty text', async () => {
    const empty = {
      ...FILLED,
      displayName: null,
      title: '',
      nickName: null,
      profileUrl: '',
      timezone: null,
      externalId: '',
      name: { givenName: 'Ada', familyName: '', middleName: null },
      phoneNumbers: [
        { value: '', type: 'work' },
        { value: null, type: 'mobile' },
      ],
      addresses: [{ type: 'work', streetAddress: '', locality: null }],
      roles: null,
      [ENTERPRISE]: { department: '', employeeNumber: null, manager: { value: '' } },
    };
    const created = await create(empty);
    const { addresses, ...shown } = withoutMeta(created) as Readonly<Record<string, unknown>>;
    expect(shown).toEqual({ ...SHOWN, id: created.id, name: { givenName: 'Ada' } });
    // An address that has a type and nothing else is still an address.
    expect(addresses).toEqual([{ type: 'work' }]);
  });

  it('L2 clears by PUT what is not set any more', async () => {
    const { id } = await create({
      ...FILLED,
      title: 'T',
      [ENTERPRISE]: { department: 'R&D', manager: { value: '1' } },
    });
    const { status, body } = await wire.put(`/Users/${id}`, {
      ...FILLED,
      title: '',
      [ENTERPRISE]: { department: null, manager: { value: '' } },
    });
    expect(status).toBe(200);
    expect(withoutMeta(body)).toEqual({ ...SHOWN, id });
  });
});

describe('connection, people and groups', () => {
  it.each([
    '/Users?count=1',
    '/Users',
    '/Users?startIndex=1&count=100',
    `/Users?${filterQuery('userName eq "nobody"')}`,
  ])('L3 QL-17 X-8 switches the API connection on by GET %s', async (path) => {
    const { status, body } = await wire.get(path);
    expect(status).toBe(200);
    expect(body).toEqual({ schemas: [LIST], totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] });
  });

  it('L3 stays off with a wrong token', async () => {
    expectRefusal(await wire.get('/Users?count=1', { Authorization: 'Bearer wrong' }), 401);
  });

  it('L4 matches by userName, then creates, then puts', async () => {
    const [ada] = thirtyPeople();
    if (!ada) throw new Error('nobody works here');
    const first = new OneLogin(tenant);
    await first.provision(ada);
    await first.provision({ ...ada, title: 'Changed', userName: ada.userName.toUpperCase() });
    expect(first.wire.sent.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'GET 200',
      'POST 201',
      'PUT 200',
    ]);
    const second = new OneLogin(tenant);
    await second.provision(ada);
    expect(second.wire.sent.map(({ method, status }) => `${method} ${status}`)).toEqual(['GET 200', 'PUT 200']);
    expect(second.idOf(ada.id)).toBe(first.idOf(ada.id));
    const [only, ...more] = await readEverything(wire);
    expect(only).toMatchObject({ id: first.idOf(ada.id), userName: ada.userName, title: 'Engineer' });
    expect(more).toEqual([]);
    first.wire.close();
    second.wire.close();
  });

  it('L4 matches and patches with a connector of version 2', async () => {
    const created = await create({ schemas: [USER], userName: 'ada@x.com', active: 'true' });
    const operation = {
      op: 'replace',
      value: { active: 'false', 'name.givenName': 'Ada', [`${ENTERPRISE}:department`]: 'R&D' },
    };
    const { status, body } = await wire.operate(`/Users/${created.id}`, operation);
    expect(status).toBe(200);
    expect(withoutMeta(body)).toEqual({
      ...withoutMeta(created),
      schemas: [USER, ENTERPRISE],
      active: false,
      name: { givenName: 'Ada' },
      [ENTERPRISE]: { department: 'R&D' },
    });
  });

  it('L5 QL-17 fetches all groups for its rules', async () => {
    for (const displayName of ['One', 'Two']) {
      expect((await wire.post('/Groups', { schemas: [GROUP], displayName })).status).toBe(201);
    }
    const { status, body } = await wire.get('/Groups');
    expect(status).toBe(200);
    expect(body).toMatchObject({ schemas: [LIST], totalResults: 2, itemsPerPage: 2, startIndex: 1 });
    expect(body.Resources.map(({ displayName }) => displayName)).toEqual(['One', 'Two']);
  });

  it.each([
    ['a filter', (id: string): object => ({ op: 'remove', path: `members[value eq "${id}"]` })],
    ['a list', (id: string): object => ({ op: 'remove', path: 'members', value: [{ value: id }] })],
  ])('L5 changes memberships, removing by %s', async (_how, remove) => {
    const [ada, ben] = [await create({ userName: 'ada' }), await create({ userName: 'ben' })];
    const { body: group } = await wire.post('/Groups', { schemas: [GROUP], displayName: 'X' });
    const path = `/Groups/${group.id}`;
    for (const { id } of [ada, ben, ada]) {
      expect((await wire.operate(path, { op: 'add', path: 'members', value: [{ value: id }] })).status).toBe(200);
    }
    for (const _again of [1, 2]) {
      expect((await wire.operate(path, remove(ada.id))).status).toBe(200);
      expect((await wire.get(path)).body['members']).toEqual([expect.objectContaining({ value: ben.id })]);
    }
  });

  it.each([
    ['delete', undefined],
    ['suspend', { active: false, title: 'Engineer' }],
    ['do nothing', { active: true, title: 'Engineer' }],
  ] as const)('L5 ends the last assignment as the administrator chose: %s', async (choice, left) => {
    const company = new Company();
    for (const person of thirtyPeople().slice(0, 3)) company.hire(person);
    const onelogin = new OneLogin(tenant, choice);
    await onelogin.sync(company);
    const id = onelogin.idOf('0bj3ct-03');
    company.unassign('0bj3ct-03');
    await onelogin.sync(company);
    const { status, body } = await wire.get(`/Users/${id}`);
    expect(status).toBe(left ? 200 : 404);
    if (left) expect(body).toMatchObject(left);
    expect((await wire.get('/Users')).body.totalResults).toBe(left ? 3 : 2);
    onelogin.wire.close();
  });

  it('L5 invites back somebody who was deleted, as somebody new', async () => {
    const company = new Company();
    const [first] = thirtyPeople();
    if (!first) throw new Error('nobody works here');
    company.hire(first);
    const onelogin = new OneLogin(tenant, 'delete');
    await onelogin.sync(company);
    const before = onelogin.idOf(first.id);
    company.unassign(first.id);
    await onelogin.sync(company);
    company.hire(first);
    await onelogin.sync(company);
    expect(onelogin.idOf(first.id)).not.toBe(before);
    expect(await readState(wire)).toEqual(expectedState(company, { leavers: 'deleted', managers: true }));
    onelogin.wire.close();
  });
});

describe('QL-18 roles become groups, in whatever order approvals come', () => {
  const people = thirtyPeople().slice(0, 4);

  function company(): Company {
    const made = new Company();
    for (const { managerId: _managerId, ...person } of people) made.hire(person);
    made.form(
      't',
      'Role',
      people.map(({ id }) => id),
    );
    return made;
  }

  const memberships = async (onelogin: OneLogin) => {
    for (const { id } of people) await onelogin.setGroups(id, new Set(['t']));
  };

  it('QL-18 groups first, people one by one later', async () => {
    const onelogin = new OneLogin(tenant);
    const empty = new Company();
    empty.form('t', 'Role');
    await onelogin.sync(empty);
    expect((await wire.get('/Groups')).body.Resources.map(withoutMeta)).toEqual([
      { schemas: [GROUP], id: onelogin.idOf('t'), displayName: 'Role' },
    ]);
    for (const { managerId: _managerId, ...person } of people) await onelogin.provision(person);
    await memberships(onelogin);
    expect(await readState(wire)).toEqual(expectedState(company(), { leavers: 'deleted', managers: true }));
    onelogin.wire.close();
  });

  it('QL-18 people first, the group later, memberships last', async () => {
    const onelogin = new OneLogin(tenant);
    for (const { managerId: _managerId, ...person } of people) await onelogin.provision(person);
    expect((await wire.get('/Groups')).body.totalResults).toBe(0);
    await onelogin.sync(company());
    expect(await readState(wire)).toEqual(expectedState(company(), { leavers: 'deleted', managers: true }));
    onelogin.wire.close();
  });

  it('QL-18 ends alike when a membership comes too early and again after its approval', async () => {
    const { body: group } = await wire.post('/Groups', { schemas: [GROUP], displayName: 'Role' });
    const add = (value: string) =>
      wire.operate(`/Groups/${group.id}`, { op: 'add', path: 'members', value: [{ value }] });
    const early = await add('not-approved-yet');
    expectRefusal(early, 400, 'invalidValue');
    expect(early.body['detail']).toMatch(/Provision the members first/);
    const { id } = await create({ userName: 'ada' });
    expect((await add(id)).body['members']).toEqual([expect.objectContaining({ value: id })]);
  });

  it('QL-18 leaves out a member that comes too early, where the policy says so', async () => {
    const lenient = new Wire(await site.tenant({ policy: { unknownMembers: 'skip' } }), ONELOGIN_HEADERS);
    const { body: ada } = await lenient.post('/Users', { userName: 'ada' });
    const members = [{ value: 'not-approved-yet' }, { value: ada.id }];
    const { status, body: group } = await lenient.post('/Groups', { displayName: 'Role', members });
    expect(status).toBe(201);
    expect(group['members']).toEqual([expect.objectContaining({ value: ada.id })]);
    const patch = { Operations: [{ op: 'add', path: 'members', value: [{ value: 'still-not' }] }] };
    const { body: same } = await lenient.patch(`/Groups/${group.id}`, patch);
    expect(same).toEqual(group);
    lenient.close();
  });
});

describe('QL-6 SE-7 the whole life of a company in OneLogin (SCIM v2 Enterprise)', () => {
  it.each([
    ['suspend', 'inactive'],
    ['delete', 'deleted'],
  ] as const)(
    'L1 to L5 keeps thirty people and five groups in step, leavers: %s',
    async (choice, leavers) => {
      const onelogin = new OneLogin(tenant, choice);
      const again = await playStory(onelogin, wire, { leavers, managers: true });
      expect(again.length).toBeGreaterThan(60);
      onelogin.wire.close();
    },
    60_000,
  );

  it('TQ-44 comes to the same when every write is sent twice because its answer was lost', async () => {
    const onelogin = new OneLogin(tenant);
    onelogin.wire.losesAnswers = true;
    await playStory(onelogin, wire, { leavers: 'inactive', managers: true });
    onelogin.wire.close();
  }, 60_000);

  it('L1 keeps to a template that the administrator has cut down', async () => {
    const onelogin = new OneLogin(tenant, 'suspend', (person) => ({
      schemas: ['urn:scim:schemas:core:1.0'],
      userName: person.userName,
      active: String(person.enabled),
      emails: [{ value: person.email }],
    }));
    const company = new Company();
    for (const person of thirtyPeople()) company.hire(person);
    await onelogin.sync(company);
    const before = await readEverything(wire);
    expect(before).toHaveLength(30);
    // Several people are sent at the same time: who is first is not said.
    const [first] = before.filter(({ userName }) => userName === 'Person.01@contoso.example');
    expect(withoutMeta(first ?? ({} as ScimBody))).toEqual({
      schemas: [USER],
      id: expect.stringMatching(/\S/),
      userName: 'Person.01@contoso.example',
      active: true,
      emails: [{ value: 'person.01@contoso.example' }],
    });
    await onelogin.fullSync(company);
    expect(await readEverything(wire)).toEqual(before);
    onelogin.wire.close();
  });

  it('L1 fills in the template that the app comes with', () => {
    const [first] = thirtyPeople();
    if (!first) throw new Error('nobody works here');
    expect(Object.keys(ENTERPRISE_TEMPLATE(first, undefined)).at(-1)).toBe('schemas');
    expect(ENTERPRISE_TEMPLATE(first, undefined)).toMatchObject({ id: null, active: 'true', nickName: '' });
  });
});
