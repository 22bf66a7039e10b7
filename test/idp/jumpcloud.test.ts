import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Company, thirtyPeople } from '../support/idp/company.js';
import { expectedState, readEverything, readState } from '../support/idp/directory-state.js';
import { JUMPCLOUD_HEADERS, JumpCloud, jumpCloudUser } from '../support/idp/jumpcloud.js';
import { type OpenSite, openSite, type Tenant } from '../support/idp/open-site.js';
import { playStory } from '../support/idp/story.js';
import { expectRefusal, filterQuery, Wire, withoutMeta } from '../support/idp/wire.js';
import { GROUP, LIST, USER } from '../support/scim-site.js';

let site: OpenSite;
let tenant: Tenant;
let wire: Wire;
let jumpcloud: JumpCloud;

beforeAll(async () => {
  site = await openSite();
});

afterAll(() => site.close());

beforeEach(async () => {
  tenant = await site.tenant();
  wire = new Wire(tenant, JUMPCLOUD_HEADERS);
  jumpcloud = new JumpCloud(tenant);
});

afterEach(() => {
  wire.close();
  jumpcloud.wire.close();
});

function companyOf(count: number): Company {
  const company = new Company();
  for (const person of thirtyPeople().slice(0, count)) company.hire(person);
  return company;
}

describe('test connection', () => {
  it('J1 QL-19 X-8 makes a test user and a test group, changes them, and leaves nothing behind', async () => {
    await jumpcloud.testConnection();
    expect(jumpcloud.wire.sent.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'GET 200',
      'GET 200',
      'POST 201',
      'PUT 200',
      'POST 201',
      'PATCH 200',
      'PATCH 200',
      'PUT 200',
      'DELETE 204',
      'DELETE 204',
    ]);
    expect(await readEverything(wire)).toEqual([]);
    const userName = filterQuery('userName eq "jumpcloud.test@contoso.example"');
    expect((await wire.get(`/Users?${userName}`)).body.totalResults).toBe(0);
  });

  it('J1 QL-19 can be repeated', async () => {
    await jumpcloud.testConnection();
    await jumpcloud.testConnection();
    expect(await readEverything(wire)).toEqual([]);
  });

  it('J1 QL-19 leaves alone what is in the directory already', async () => {
    const company = companyOf(3);
    company.form('t', 'Team', ['0bj3ct-01', '0bj3ct-02']);
    await jumpcloud.sync(company);
    const before = await readEverything(wire);
    await jumpcloud.testConnection();
    expect(await readEverything(wire)).toEqual(before);
  });

  it('J1 wakes up the test user that an earlier test has only deactivated', async () => {
    const [tester] = thirtyPeople();
    if (!tester) throw new Error('nobody works here');
    const id = await jumpcloud.provision(tester);
    const { status, body } = await wire.put(`/Users/${id}`, jumpCloudUser({ ...tester, enabled: false }));
    expect(status).toBe(200);
    expect(body['active']).toBe(false);
    expect(await jumpcloud.provision(tester)).toBe(id);
    expect((await wire.get(`/Users/${id}`)).body['active']).toBe(true);
  });

  it('J1 QL-19 shows red with a wrong token', async () => {
    const wrong = new JumpCloud({ ...tenant, token: 'wrong' });
    await expect(wrong.testConnection()).rejects.toThrow('got 401');
    wrong.wire.close();
  });
});

describe('people', () => {
  it('J2 looks a person up before each create and each update', async () => {
    const [first] = thirtyPeople();
    if (!first) throw new Error('nobody works here');
    const id = await jumpcloud.provision(first);
    expect(await jumpcloud.provision({ ...first, title: 'Changed' })).toBe(id);
    expect(await jumpcloud.provision({ ...first, title: 'Changed', userName: 'Renamed@contoso.example' })).toBe(id);
    expect(jumpcloud.wire.sent.map(({ method, status }) => `${method} ${status}`)).toEqual([
      'GET 200',
      'GET 200',
      'POST 201',
      'GET 200',
      'PUT 200',
      'GET 200',
      'GET 200',
      'PUT 200',
    ]);
    const [only, ...more] = await readEverything(wire);
    expect(only).toMatchObject({ id, title: 'Changed', userName: 'Renamed@contoso.example' });
    expect(more).toEqual([]);
  });

  it('J2 looks up an address with a plus and other characters that URLs treat as special', async () => {
    const [first] = thirtyPeople();
    if (!first) throw new Error('nobody works here');
    for (const userName of [
      'a+b@x.example',
      'a b@x.example',
      'a%20b@x.example',
      "o'a&b=c#d@x.example",
      'ä"b\\c@x.example',
    ]) {
      const id = await jumpcloud.provision({ ...first, id: userName, userName });
      expect(await jumpcloud.lookUp(userName)).toBe(id);
      expect((await wire.get(`/Users/${id}`)).body['userName']).toBe(userName);
    }
    expect(await readEverything(wire)).toHaveLength(5);
  });

  it.each([
    ['bearer', (token: string) => `Bearer ${token}`],
    ['API key', (token: string) => token],
    ['"Bearer" typed by the administrator as well', (token: string) => `Bearer Bearer ${token}`],
  ])('J3 OU-25 authenticates by %s', async (_kind, header) => {
    const { status } = await wire.get('/Users', { Authorization: header(tenant.token) });
    expect(status).toBe(200);
  });

  it('J3 does not speak SCIM 1.1: its PATCH is refused and changes nothing', async () => {
    const { body: before } = await wire.post('/Users', { schemas: ['urn:scim:schemas:core:1.0'], userName: 'ada' });
    expect(before.schemas).toEqual([USER]);
    const patch = { schemas: ['urn:scim:schemas:core:1.0'], active: false };
    expectRefusal(await wire.patch(`/Users/${before.id}`, patch), 400, 'invalidSyntax');
    expect(await readEverything(wire)).toEqual([before]);
  });

  it('J4 changes a person by PUT of the whole, and deactivates on unassignment', async () => {
    const company = companyOf(2);
    await jumpcloud.sync(company);
    company.change('0bj3ct-02', { title: 'Changed', department: 'Law' });
    await jumpcloud.sync(company);
    company.unassign('0bj3ct-01');
    const before = jumpcloud.wire.sent.length;
    await jumpcloud.sync(company);
    expect(jumpcloud.wire.writes(before).map(({ method, status }) => `${method} ${status}`)).toEqual([
      'PUT 200',
      'PUT 200',
    ]);
    expect(await readState(wire)).toEqual(expectedState(company, { leavers: 'inactive', managers: false }));
  });

  it('J4 deletes on unassignment where the option says so', async () => {
    const company = companyOf(1);
    await jumpcloud.sync(company);
    const id = await jumpcloud.lookUp('Person.01@contoso.example');
    expect((await wire.delete(`/Users/${id}`)).status).toBe(204);
    expect(await jumpcloud.lookUp('Person.01@contoso.example')).toBeUndefined();
    expect(await readEverything(wire)).toEqual([]);
  });
});

describe('groups', () => {
  it('J5 adds and removes members by lists without filter', async () => {
    const company = companyOf(3);
    company.form('t', 'Team', ['0bj3ct-01', '0bj3ct-02', '0bj3ct-03']);
    await jumpcloud.sync(company);
    company.leave('t', '0bj3ct-02');
    const before = jumpcloud.wire.sent.length;
    await jumpcloud.sync(company);
    expect(jumpcloud.wire.writes(before).filter(({ path }) => path.includes('/Groups/'))).toEqual([
      expect.objectContaining({ method: 'PATCH', status: 200 }),
      expect.objectContaining({ method: 'PATCH', status: 200 }),
    ]);
    expect(await readState(wire)).toEqual(expectedState(company, { leavers: 'inactive', managers: false }));
  });

  it('J6 TQ-44 adds members again and again without effect', async () => {
    const ids = await Promise.all(
      thirtyPeople()
        .slice(0, 5)
        .map((person) => jumpcloud.provision(person)),
    );
    const { body: group } = await wire.post('/Groups', { schemas: [GROUP], displayName: 'Team', members: [] });
    await jumpcloud.changeMembers(group.id, 'add', ids);
    const before = await readEverything(wire);
    await jumpcloud.changeMembers(group.id, 'add', ids);
    await Promise.all(ids.map((id) => jumpcloud.changeMembers(group.id, 'add', [id, id])));
    expect(await readEverything(wire)).toEqual(before);
    await jumpcloud.changeMembers(group.id, 'remove', ids.slice(1));
    const removed = await readEverything(wire);
    await jumpcloud.changeMembers(group.id, 'remove', ids.slice(1));
    expect(await readEverything(wire)).toEqual(removed);
    expect((await wire.get(`/Groups/${group.id}`)).body['members']).toEqual([
      expect.objectContaining({ value: ids[0] }),
    ]);
  });

  it('QL-20 takes people through groups: the group first, and empty', async () => {
    const { body: group } = await wire.post('/Groups', { schemas: [GROUP], displayName: 'Team', members: [] });
    const company = companyOf(3);
    company.form('t', 'Team', ['0bj3ct-01', '0bj3ct-03']);
    await jumpcloud.sync(company);
    expect(await readState(wire)).toEqual(expectedState(company, { leavers: 'inactive', managers: false }));
    expect((await wire.get('/Groups')).body.Resources.map(({ id }) => id)).toEqual([group.id]);
  });

  it('QL-20 takes people before their groups', async () => {
    const company = companyOf(3);
    await jumpcloud.sync(company);
    const people = new Map((await wire.get('/Users')).body.Resources.map(({ id, userName }) => [userName, id]));
    const members = ['Person.01@contoso.example', 'Person.03@contoso.example'].map((name) => ({
      value: people.get(name),
    }));
    expect((await wire.post('/Groups', { schemas: [GROUP], displayName: 'Team', members })).status).toBe(201);
    company.form('t', 'Team', ['0bj3ct-01', '0bj3ct-03']);
    expect(await readState(wire)).toEqual(expectedState(company, { leavers: 'inactive', managers: false }));
    await jumpcloud.sync(company);
    expect(await readState(wire)).toEqual(expectedState(company, { leavers: 'inactive', managers: false }));
  });

  it('QL-20 lists a group that nobody is in', async () => {
    const { body } = await wire.post('/Groups', { schemas: [GROUP], displayName: 'Team', members: [] });
    expect((await wire.get('/Groups')).body).toEqual({
      schemas: [LIST],
      totalResults: 1,
      itemsPerPage: 1,
      startIndex: 1,
      Resources: [body],
    });
    expect(withoutMeta(body)).toEqual({ schemas: [GROUP], id: body.id, displayName: 'Team' });
    const renamed = await wire.operate(`/Groups/${body.id}`, { op: 'replace', path: 'displayName', value: 'Crew' });
    expect(renamed.body['displayName']).toBe('Crew');
  });
});

describe('QL-6 the whole life of a company in JumpCloud', () => {
  it('J1 J2 J4 J5 J6 keeps thirty people and five groups in step', async () => {
    const again = await playStory(jumpcloud, wire, { leavers: 'inactive', managers: false });
    expect(again.length).toBeGreaterThan(30);
  }, 60_000);

  it('TQ-44 comes to the same when every write is sent twice because its answer was lost', async () => {
    await jumpcloud.testConnection();
    jumpcloud.wire.losesAnswers = true;
    const company = companyOf(30);
    company.form('t', 'Team', [...company.people.keys()]);
    await jumpcloud.sync(company);
    company.unassign('0bj3ct-07');
    company.change('0bj3ct-08', { enabled: false });
    await jumpcloud.sync(company);
    expect(await readState(wire)).toEqual(expectedState(company, { leavers: 'inactive', managers: false }));
    const before = await readEverything(wire);
    await jumpcloud.fullSync(company);
    expect(await readEverything(wire)).toEqual(before);
  }, 60_000);
});
