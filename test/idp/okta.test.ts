import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StorageUnavailableError } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { Company, type Person, thirtyPeople } from '../support/idp/company.js';
import { expectedState, readEverything, readState } from '../support/idp/directory-state.js';
import { newOktaUser, OKTA_HEADERS, Okta } from '../support/idp/okta.js';
import { type OpenSite, openSite, type Tenant } from '../support/idp/open-site.js';
import { playStory } from '../support/idp/story.js';
import {
  equals,
  expectRefusal,
  filterQuery,
  made,
  memberIds,
  type ScimBody,
  Wire,
  withoutMeta,
} from '../support/idp/wire.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { ENTERPRISE, GROUP, LIST, PATCH_OP, USER } from '../support/scim-site.js';

/** A person as Okta creates them. */
const NEW_USER = {
  schemas: [USER],
  userName: 'test.user@okta.local',
  name: { givenName: 'Test', familyName: 'User' },
  emails: [{ primary: true, value: 'test.user@okta.local', type: 'work' }],
  displayName: 'Test User',
  locale: 'en-US',
  externalId: '00ujl29u0le5T6Aj10h7',
  groups: [],
  password: '1mz050nq',
  active: true,
};

let site: OpenSite;
let tenant: Tenant;
let wire: Wire;

beforeAll(async () => {
  site = await openSite({
    customResourceTypes: [
      {
        name: 'Entitlement',
        endpoint: 'Entitlements',
        schema: {
          id: 'urn:okta:scim:schemas:core:1.0:Entitlement',
          name: 'Entitlement',
          attributes: [
            { name: 'displayName', type: 'string', required: true },
            { name: 'type', type: 'string' },
          ],
        },
      },
    ],
  });
});

afterAll(() => site.close());

beforeEach(async () => {
  tenant = await site.tenant();
  wire = new Wire(tenant, OKTA_HEADERS);
});

afterEach(() => wire.close());

function create(change: object = {}): Promise<ScimBody> {
  return made(wire, '/Users', { ...NEW_USER, ...change });
}

describe('people', () => {
  it('O1 answers the headers of the SCIM client of Okta in kind', async () => {
    const created = await wire.post('/Users', NEW_USER);
    expect(created.status).toBe(201);
    const listed = await wire.get('/Users?startIndex=1&count=2');
    expect(listed.status).toBe(200);
    for (const { headers } of [created, listed]) expect(headers['content-type']).toBe('application/scim+json');
    expect(OKTA_HEADERS).toEqual({
      'User-Agent': 'Okta SCIM Client 1.0.0',
      Accept: 'application/scim+json',
      'Accept-Charset': 'utf-8',
      'Content-Type': 'application/scim+json; charset=utf-8',
    });
  });

  it.each(['startIndex=1&count=2', 'count=1&startIndex=1'])(
    'O2 X-8 tests credentials on an empty tenant by ?%s',
    async (query) => {
      const { status, body } = await wire.get(`/Users?${query}`);
      expect(body).toEqual({ schemas: [LIST], totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] });
      expect(status).toBe(200);
    },
  );

  it('O2 tests credentials on a tenant with people', async () => {
    const first = await create();
    const second = await create({ userName: 'b@okta.local' });
    await create({ userName: 'c@okta.local' });
    const { body } = await wire.get('/Users?startIndex=1&count=2');
    expect(body).toEqual({
      schemas: [LIST],
      totalResults: 3,
      itemsPerPage: 2,
      startIndex: 1,
      Resources: [first, second],
    });
  });

  it('O2 refuses credentials that are wrong', async () => {
    expectRefusal(await wire.get('/Users?startIndex=1&count=2', { Authorization: 'Bearer wrong' }), 401);
  });

  it('O3 matches by userName, in any case', async () => {
    const path = '/Users?filter=userName%20eq%20%22test.user%40okta.local%22&startIndex=1&count=100';
    const none = await wire.get(path);
    expect(none.body).toEqual({ schemas: [LIST], totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] });
    expect(none.status).toBe(200);
    const created = await create({ userName: 'Test.User@Okta.local' });
    await create({ userName: 'test.user@okta.local.example' });
    expect((await wire.get(path)).body).toEqual({
      schemas: [LIST],
      totalResults: 1,
      itemsPerPage: 1,
      startIndex: 1,
      Resources: [created],
    });
  });

  it('O4 TQ-41 creates a person, and forgets the password that Okta sends in any case', async () => {
    const answer = await wire.post('/Users', NEW_USER);
    const { id } = answer.body;
    expect(answer.status).toBe(201);
    const { groups: _groups, password: _password, ...shown } = NEW_USER;
    expect(withoutMeta(answer.body)).toEqual({ ...shown, id: expect.stringMatching(/^\S+$/) });
    expect(answer.headers.location).toBe(`${tenant.publicUrl}/Users/${id}`);
    const read = await wire.get(`/Users/${id}?attributes=password,userName`);
    expect(read.body).toEqual({ schemas: [USER], id, userName: NEW_USER.userName });
    const { organizationId } = tenant.directory;
    const stored = await site.storage.directoryUsers.get({ organizationId, directoryId: tenant.directory.id }, id);
    expect(JSON.stringify(stored)).toContain('test.user@okta.local');
    expect(JSON.stringify(stored)).not.toContain(NEW_USER.password);
  });

  it('O4 stops at a person who is there', async () => {
    const created = await create();
    expectRefusal(await wire.post('/Users', NEW_USER), 409, 'uniqueness');
    expect(await readEverything(wire)).toEqual([created]);
  });

  it('O5 goes on with a person whom it found: keeps our id, updates and activates', async () => {
    const found = await create({ userName: 'PERSON.01@contoso.example', active: false, nickName: 'kept' });
    const okta = new Okta(tenant);
    await okta.assign(person());
    expect(okta.idOf(person().id)).toBe(found.id);
    expect(await readState(wire)).toEqual(expectedState(companyOf(person()), { leavers: 'inactive', managers: false }));
    expect((await wire.get(`/Users/${found.id}`)).body['nickName']).toBe('kept');
    expect(okta.wire.writes().map(({ method }) => method)).toEqual(['PUT']);
    okta.wire.close();
  });

  it('O6 QL-16 puts back what it read, with changes', async () => {
    const { id } = await create();
    const { body: group } = await wire.post('/Groups', {
      schemas: [GROUP],
      displayName: 'X',
      members: [{ value: id }],
    });
    const { body: read } = await wire.get(`/Users/${id}`);
    expect(read['groups']).toHaveLength(1);
    const { status, body } = await wire.put(`/Users/${id}`, {
      ...read,
      meta: { ...read.meta, created: '2000-01-01T00:00:00Z', version: 'W/"99"', resourceType: 'Group' },
      groups: [],
      name: { givenName: 'Test', familyName: 'Changed', middleName: 'M' },
      emails: [{ primary: true, value: 'changed@okta.local', type: 'work', display: 'changed@okta.local' }],
      oktaOnly: { anything: true },
    });
    expect(status).toBe(200);
    expect(withoutMeta(body)).toEqual({
      ...withoutMeta(read),
      name: { givenName: 'Test', familyName: 'Changed', middleName: 'M' },
      emails: [{ primary: true, value: 'changed@okta.local', type: 'work', display: 'changed@okta.local' }],
    });
    expect(body.meta).toMatchObject({ resourceType: 'User', created: read.meta.created, location: read.meta.location });
    expect(await memberIds(wire, group.id)).toEqual([id]);
  });

  it('O6 TQ-44 changes nothing by putting back exactly what it read', async () => {
    const { id } = await create();
    await wire.post('/Groups', { schemas: [GROUP], displayName: 'X', members: [{ value: id }] });
    const { body: read } = await wire.get(`/Users/${id}`);
    const { status, body } = await wire.put(`/Users/${id}`, read);
    expect(status).toBe(200);
    expect(body).toEqual(read);
  });

  it('O6 clears what a PUT leaves out, but neither lets a leaver in nor shuts anybody out', async () => {
    for (const active of [true, false]) {
      const { id } = await create({ userName: `${active}@okta.local`, active, title: 'Before' });
      const { status, body } = await wire.put(`/Users/${id}`, { schemas: [USER], userName: `${active}@okta.local` });
      expect(status).toBe(200);
      expect(withoutMeta(body)).toEqual({ schemas: [USER], id, userName: `${active}@okta.local`, active });
    }
  });

  it('O6 says that a person is not found whom it knows by a wrong id', async () => {
    const answer = await wire.put('/Users/00u-of-long-ago', NEW_USER);
    expectRefusal(answer, 404);
    expect(answer.body['detail']).toMatch(/^User not found/);
    expect(await readEverything(wire)).toEqual([]);
  });

  it.each([
    [
      'PATCH of a catalogue app',
      (id: string, active: boolean) => wire.operate(`/Users/${id}`, { op: 'replace', value: { active } }),
    ],
    [
      'PUT of a wizard app',
      async (id: string, active: boolean) =>
        wire.put(`/Users/${id}`, { ...(await wire.get(`/Users/${id}`)).body, active }),
    ],
  ])('O7 deactivates and reactivates by %s', async (_app, setActive) => {
    const created = await create();
    for (const active of [false, false, true, true]) {
      const { status, body } = await setActive(created.id, active);
      expect(status).toBe(200);
      expect(withoutMeta(body)).toEqual({ ...withoutMeta(created), active });
      const query = filterQuery(`userName eq "${NEW_USER.userName}" and active eq ${active}`);
      expect((await wire.get(`/Users?${query}`)).body.Resources).toEqual([body]);
    }
    expect((await wire.get(`/Users/${created.id}`)).body.meta.version).toBe('W/"3"');
  });

  it('O8 TQ-41 takes a password that is pushed, and does nothing with it', async () => {
    const created = await create();
    for (const operation of [
      { op: 'replace', value: { password: 't1meMa$heen' } },
      { op: 'replace', path: 'password', value: 't1meMa$heen' },
    ]) {
      const { status, text, body } = await wire.operate(`/Users/${created.id}`, operation);
      expect(status).toBe(200);
      expect(text).not.toContain('t1meMa');
      expect(body).toEqual(created);
    }
    const { organizationId, id: directoryId } = tenant.directory;
    const stored = await site.storage.directoryUsers.get({ organizationId, directoryId }, created.id);
    expect(stored?.version).toBe(1);
    expect(JSON.stringify(stored)).not.toContain('t1meMa');
  });

  it('O8 gives no password away to a filter', async () => {
    await create();
    expectRefusal(await wire.get(`/Users?${filterQuery('password eq "1mz050nq"')}`), 400, 'invalidFilter');
  });
});

describe('import', () => {
  it.each(['Users', 'Groups'] as const)(
    'O11 OU-26 reads 250 %s by hundreds, each once and in the same order',
    async (type) => {
      const names = Array.from({ length: 250 }, (_, index) => `name-${index}`);
      await Promise.all(
        names.map(async (name) => {
          const body = type === 'Users' ? { ...NEW_USER, userName: name } : { schemas: [GROUP], displayName: name };
          expect((await wire.post(`/${type}`, body)).status).toBe(201);
        }),
      );
      const walks: string[][] = [];
      for (const _walk of [1, 2]) {
        const walk: ScimBody[] = [];
        for (const [startIndex, itemsPerPage] of [
          [1, 100],
          [101, 100],
          [201, 50],
        ] as const) {
          const { status, body } = await wire.get(`/${type}?startIndex=${startIndex}&count=100`);
          expect(status).toBe(200);
          expect(body).toMatchObject({ totalResults: 250, startIndex, itemsPerPage });
          expect(body.Resources).toHaveLength(itemsPerPage);
          walk.push(...body.Resources);
        }
        expect(walk.map((each) => each[type === 'Users' ? 'userName' : 'displayName']).sort()).toEqual(
          [...names].sort(),
        );
        walks.push(walk.map(({ id }) => id));
      }
      expect(walks[0]).toEqual(walks[1]);
      const { body } = await wire.get(`/${type}?startIndex=251&count=100`);
      expect(body).toEqual({ schemas: [LIST], totalResults: 250, itemsPerPage: 0, startIndex: 251, Resources: [] });
    },
  );

  it('O11 imports people with the groups that they are in', async () => {
    const okta = new Okta(tenant);
    const { id } = await create();
    const { body: group } = await wire.post('/Groups', {
      schemas: [GROUP],
      displayName: 'X',
      members: [{ value: id }],
    });
    expect(await okta.importAll('/Users', 1)).toEqual([(await wire.get(`/Users/${id}`)).body]);
    expect(await okta.importAll('/Groups', 1)).toEqual([group]);
    expect(group['members']).toEqual([
      { value: id, $ref: `${tenant.publicUrl}/Users/${id}`, display: 'Test User', type: 'User' },
    ]);
    okta.wire.close();
  });
});

describe('group push', () => {
  let ada: string;
  let ben: string;

  beforeEach(async () => {
    ada = (await create({ userName: 'ada@x', displayName: 'Ada' })).id;
    ben = (await create({ userName: 'ben@x', displayName: 'Ben' })).id;
  });

  async function push(members: readonly string[] = []): Promise<string> {
    const answer = await wire.post('/Groups', {
      schemas: [GROUP],
      displayName: 'X',
      members: members.map((value) => ({ value, display: `${value}@x` })),
    });
    expect(answer.status).toBe(201);
    return answer.body.id;
  }

  it('O12 OU-28 pushes a new group without members', async () => {
    const { status, body } = await wire.post('/Groups', { schemas: [GROUP], displayName: 'X', members: [] });
    expect(status).toBe(201);
    expect(withoutMeta(body)).toEqual({ schemas: [GROUP], id: expect.stringMatching(/\S/), displayName: 'X' });
  });

  it('O12 OU-28 pushes a new group with members', async () => {
    const { body } = await wire.get(`/Groups/${await push([ada, ben])}`);
    const shown = [ada, ben].map((value, index) => ({
      value,
      $ref: `${tenant.publicUrl}/Users/${value}`,
      display: ['Ada', 'Ben'][index],
      type: 'User',
    }));
    expect(body['members']).toEqual(expect.arrayContaining(shown));
    expect(body['members']).toHaveLength(2);
  });

  it('O12 refuses a second group of the name, which Okta then links', async () => {
    const id = await push([ada]);
    const before = await readEverything(wire);
    expectRefusal(await wire.post('/Groups', { schemas: [GROUP], displayName: 'x', members: [] }), 409, 'uniqueness');
    expect(await readEverything(wire)).toEqual(before);
    expect(
      (await wire.get(`/Groups?${filterQuery('displayName eq "x"')}`)).body.Resources.map((each) => each.id),
    ).toEqual([id]);
  });

  it('O13 OU-28 finds a group by name, and reads one by its id', async () => {
    const path = '/Groups?filter=displayName%20eq%20%22X%22&startIndex=1&count=100';
    expect((await wire.get(path)).body.totalResults).toBe(0);
    const id = await push([ada]);
    await wire.post('/Groups', { schemas: [GROUP], displayName: 'X and more' });
    const { body } = await wire.get(`/Groups/${id}`);
    expect((await wire.get(path)).body).toEqual({
      schemas: [LIST],
      totalResults: 1,
      itemsPerPage: 1,
      startIndex: 1,
      Resources: [body],
    });
    expectRefusal(await wire.get('/Groups/00g-unknown'), 404);
  });

  it('O14 OU-28 renames a group, with its own id beside the name', async () => {
    const id = await push([ada]);
    const { status, body } = await wire.operate(`/Groups/${id}`, { op: 'replace', value: { id, displayName: 'Y' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, displayName: 'Y' });
    expect(await memberIds(wire, id)).toEqual([ada]);
    const again = await wire.operate(`/Groups/${id}`, { op: 'replace', value: { id, displayName: 'Y' } });
    expect(again.body).toEqual(body);
  });

  it('O14 refuses an id that is not the own one', async () => {
    const id = await push();
    const before = await readEverything(wire);
    const answer = await wire.operate(`/Groups/${id}`, { op: 'replace', value: { id: 'another', displayName: 'Y' } });
    expectRefusal(answer, 400, 'mutability');
    expect(await readEverything(wire)).toEqual(before);
  });

  it('O15 OU-28 moves members in one request', async () => {
    const cy = (await create({ userName: 'cy@x' })).id;
    const id = await push([ada, ben]);
    const operations = [
      { op: 'remove', path: `members[value eq "${ada}"]` },
      { op: 'remove', path: `members[value eq "${ben}"]` },
      { op: 'add', path: 'members', value: [{ value: cy, display: 'cy@x' }] },
    ];
    const { status, body } = await wire.operate(`/Groups/${id}`, ...operations);
    expect(status).toBe(200);
    expect(await memberIds(wire, id)).toEqual([cy]);
    expect((await wire.operate(`/Groups/${id}`, ...operations)).body).toEqual(body);
  });

  it('O15 moves nobody when one of them is unknown', async () => {
    const id = await push([ada]);
    const before = await readEverything(wire);
    const answer = await wire.operate(
      `/Groups/${id}`,
      { op: 'replace', value: { id, displayName: 'Y' } },
      { op: 'remove', path: `members[value eq "${ada}"]` },
      { op: 'add', path: 'members', value: [{ value: ben }, { value: 'unknown' }] },
    );
    expectRefusal(answer, 400, 'invalidValue');
    expect(answer.body['detail']).toContain('"unknown"');
    expect(await readEverything(wire)).toEqual(before);
  });

  it('O16 OU-28 pushes the whole list of members, and an empty one', async () => {
    const id = await push([ada]);
    const all = {
      op: 'replace',
      path: 'members',
      value: [
        { value: ben, display: 'ben@x' },
        { value: ada, display: 'ada@x' },
      ],
    };
    expect((await wire.operate(`/Groups/${id}`, all)).status).toBe(200);
    expect(await memberIds(wire, id)).toEqual([ada, ben].sort());
    const before = await readEverything(wire);
    await wire.operate(`/Groups/${id}`, all);
    expect(await readEverything(wire)).toEqual(before);
    const { status, body } = await wire.operate(`/Groups/${id}`, { op: 'replace', path: 'members', value: [] });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('members');
    expect(await memberIds(wire, id)).toEqual([]);
  });

  it('O17 SE-18 puts a group with its name and all of its members', async () => {
    const id = await push([ada]);
    const group = { schemas: [GROUP], id, displayName: 'Y', members: [{ value: ben, display: 'ben@x' }] };
    const { status, body } = await wire.put(`/Groups/${id}`, group);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, displayName: 'Y', members: [{ value: ben }] });
    expect(await memberIds(wire, id)).toEqual([ben]);
    expect((await wire.put(`/Groups/${id}`, group)).body).toEqual(body);
    expect((await wire.put(`/Groups/${id}`, { ...group, members: [] })).body).not.toHaveProperty('members');
  });

  it('O18 OU-28 deletes a group that is unlinked', async () => {
    const id = await push([ada]);
    const answer = await wire.delete(`/Groups/${id}`);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
    expectRefusal(await wire.get(`/Groups/${id}`), 404);
    expect((await wire.get(`/Users/${ada}`)).body).not.toHaveProperty('groups');
    expect(await push([ada])).not.toBe(id);
  });
});

describe('faults and limits', () => {
  it('O19 TQ-44 is asked again after a 503, and then does what it was asked for', async () => {
    const storage = createMemoryStorage();
    const faults = { left: 0 };
    const unsteady = {
      ...storage,
      directoryUsers: new Proxy(storage.directoryUsers, {
        get(users, name, receiver) {
          const method: unknown = Reflect.get(users, name, receiver);
          if (typeof method !== 'function' || name === 'query') return method;
          return (...given: readonly unknown[]) => {
            if (faults.left === 0) return Reflect.apply(method, users, given) as unknown;
            faults.left -= 1;
            return Promise.reject(new StorageUnavailableError('the database restarts', { retryAfter: 3 }));
          };
        },
      }),
    };
    const shaky = await openSite({ logger: createRecordingLogger() }, unsteady);
    const client = new Wire(await shaky.tenant(), OKTA_HEADERS);
    faults.left = 1;
    const refused = await client.post('/Users', NEW_USER);
    expectRefusal(refused, 503);
    expect(refused.headers['retry-after']).toBe('3');
    const { status, body } = await client.post('/Users', NEW_USER);
    expect(status).toBe(201);
    faults.left = 1;
    const deactivate = { schemas: [PATCH_OP], Operations: [{ op: 'replace', value: { active: false } }] };
    expectRefusal(await client.patch(`/Users/${body.id}`, deactivate), 503);
    expect(await readEverything(client)).toEqual([body]);
    expect((await client.patch(`/Users/${body.id}`, deactivate)).body['active']).toBe(false);
    client.close();
    await shaky.close();
  });

  it('O19 answers in time when sessions take too long to end, and finishes when asked again', async () => {
    const ended: string[] = [];
    let isSlow = true;
    const slow = await openSite({
      endAccessTimeout: 20,
      logger: createRecordingLogger(),
      endAccess: ({ userId }) => {
        if (isSlow) return new Promise(() => {});
        ended.push(userId);
        return undefined;
      },
    });
    const client = new Wire(await slow.tenant(), OKTA_HEADERS);
    const { body } = await client.post('/Users', NEW_USER);
    const deactivate = { schemas: [PATCH_OP], Operations: [{ op: 'replace', value: { active: false } }] };
    const refused = await client.patch(`/Users/${body.id}`, deactivate);
    expectRefusal(refused, 503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await client.get(`/Users/${body.id}`)).body['active']).toBe(false);
    isSlow = false;
    expect((await client.patch(`/Users/${body.id}`, deactivate)).status).toBe(200);
    expect((await client.patch(`/Users/${body.id}`, deactivate)).status).toBe(200);
    expect(ended).toEqual([body.id]);
    client.close();
    await slow.close();
  });

  it('O20 reads entitlements, one to a page', async () => {
    const schema = 'urn:okta:scim:schemas:core:1.0:Entitlement';
    for (const displayName of ['Admin', 'Reader']) {
      expect((await wire.post('/Entitlements', { schemas: [schema], displayName, type: 'role' })).status).toBe(201);
    }
    const { status, body } = await wire.get('/Entitlements?count=1&startIndex=1');
    expect(status).toBe(200);
    expect(body).toMatchObject({ schemas: [LIST], totalResults: 2, itemsPerPage: 1, startIndex: 1 });
    expect(body.Resources.map(withoutMeta)).toEqual([
      { schemas: [schema], id: expect.stringMatching(/\S/), displayName: 'Admin', type: 'role' },
    ]);
    const { body: types } = await wire.get('/ResourceTypes');
    expect(types.Resources.map(({ id }) => id)).toEqual(['User', 'Group', 'Entitlement']);
    const { body: schemas } = await wire.get(`/Schemas/${schema}`);
    expect(schemas.id).toBe(schema);
  });
});

describe('settings of the products', () => {
  it('TQ-41 TQ-42 serves Okta in a directory without groups', async () => {
    const usersOnly = await site.tenant({ resourceTypes: ['User'] });
    const okta = new Okta(usersOnly, { app: 'wizard', pushGroups: false });
    const client = new Wire(usersOnly, OKTA_HEADERS);
    const company = companyOf(...thirtyPeople().slice(0, 5));
    await okta.testConnection();
    await okta.sync(company);
    company.change('0bj3ct-02', { title: 'Changed' });
    company.change('0bj3ct-03', { enabled: false });
    company.unassign('0bj3ct-04');
    await okta.sync(company);
    expectRefusal(await client.get('/Groups?startIndex=1&count=100'), 404);
    const seen = await client.get('/Users?startIndex=1&count=100');
    expect(seen.body.Resources.map(({ userName, active, title }) => ({ userName, active, title }))).toEqual(
      expect.arrayContaining([
        { userName: 'Person.01@contoso.example', active: true, title: 'Engineer' },
        { userName: 'Person.02@contoso.example', active: true, title: 'Changed' },
        { userName: 'Person.03@contoso.example', active: false, title: 'Engineer' },
        { userName: 'Person.04@contoso.example', active: false, title: 'Analyst' },
        { userName: 'Person.05@contoso.example', active: true, title: 'Engineer' },
      ]),
    );
    expect(seen.body.totalResults).toBe(5);
    okta.wire.close();
    client.close();
  });

  it.each(['userName', 'email'] as const)(
    'SE-5 SE-6 pushes new people, profiles and groups, finding them by %s',
    async (identifier) => {
      const company = companyOf(...thirtyPeople().slice(0, 4));
      company.form('t1', 'Analysts', ['0bj3ct-01', '0bj3ct-02']);
      const okta = new Okta(tenant, { identifier });
      await okta.sync(company);
      company.change('0bj3ct-01', { familyName: 'Changed' });
      company.join('t1', '0bj3ct-03');
      await okta.sync(company);
      // Somebody connects the application anew: everybody must be found, nobody made again.
      const anew = new Okta(tenant, { identifier });
      await anew.sync(company);
      expect(await readState(wire)).toEqual(expectedState(company, { leavers: 'inactive', managers: false }));
      expect(anew.wire.writes().map(({ method }) => method)).not.toContain('POST');
      okta.wire.close();
      anew.wire.close();
    },
  );

  it('SE-23 shows the e-mail that is the userName as Okta sent it', async () => {
    const emails = [{ value: 'ada@x.com', primary: true, type: 'work' }];
    const body = await create({ userName: 'ada@x.com', emails });
    expect(body).toMatchObject({ userName: 'ada@x.com', emails });
    expect((await wire.get(`/Users?${filterQuery(equals('email', 'ADA@x.com'))}`)).body.Resources).toEqual([body]);
  });

  it.each([
    ['userName', 'new@x.com', { userName: 'new@x.com' }],
    ['emails[primary eq true].value', 'new@x.com', { emails: [{ primary: true, value: 'new@x.com', type: 'work' }] }],
    ['name.givenName', 'New', { name: { givenName: 'New', familyName: 'User' } }],
    ['name.familyName', 'New', { name: { givenName: 'Test', familyName: 'New' } }],
    ['displayName', 'New', { displayName: 'New' }],
  ])('OU-24 updates the Okta attribute %s', async (path, value, expected) => {
    const before = await create();
    const { status, body } = await wire.operate(`/Users/${before.id}`, { op: 'replace', path, value });
    expect(status).toBe(200);
    expect(withoutMeta(body)).toEqual({ ...withoutMeta(before), ...expected });
  });

  it('OU-24 finds a person by emails[primary eq true].value', async () => {
    const created = await create();
    await create({ userName: 'b@okta.local', emails: [{ value: 'test.user@okta.local', type: 'home' }] });
    const query = filterQuery('emails[primary eq true].value eq "test.user@okta.local"');
    expect((await wire.get(`/Users?${query}`)).body.Resources).toEqual([created]);
  });

  it('QL-15 QL-16 the catalogue app creates, updates and deactivates people whose fields arrive unchanged', async () => {
    const confirmed: Person = {
      id: '00u1',
      userName: "O'Néill+test@contoso.example",
      givenName: '  Zoë ',
      familyName: "O'Néill \u{1F600}",
      email: "o'neill@contoso.example",
      title: 'Head of "Data" \\ Research',
      department: 'Ümläute & <Co>',
      enabled: true,
    };
    const okta = new Okta(tenant);
    await okta.assign(confirmed);
    const id = okta.idOf('00u1') ?? '';
    const { groups: _g, password: _p, ...sent } = newOktaUser(confirmed) as Readonly<Record<string, unknown>>;
    expect(withoutMeta((await wire.get(`/Users/${id}`)).body)).toEqual({ ...sent, id });
    await okta.update({ ...confirmed, title: 'New' });
    await okta.setActive('00u1', false);
    const { body } = await wire.get(`/Users/${id}`);
    expect(withoutMeta(body)).toEqual({ ...sent, id, title: 'New', active: false });
    expect(body[ENTERPRISE]).toEqual({ department: 'Ümläute & <Co>' });
    okta.wire.close();
  });
});

describe.each(['catalogue', 'wizard'] as const)('QL-6 the whole life of a company in Okta (%s app)', (app) => {
  it('O2 O3 O4 O5 O6 O7 O12 to O18 keeps thirty people and five groups in step', async () => {
    const okta = new Okta(tenant, { app });
    const again = await playStory(okta, wire, { leavers: 'inactive', managers: false });
    expect(again.length).toBeGreaterThan(30);
    expect(await okta.importAll('/Users')).toHaveLength(30);
    okta.wire.close();
  }, 60_000);

  it('O19 TQ-44 comes to the same when every write is sent twice because its answer was lost', async () => {
    const okta = new Okta(tenant, { app });
    okta.wire.losesAnswers = true;
    await playStory(okta, wire, { leavers: 'inactive', managers: false });
    okta.wire.close();
  }, 60_000);
});

function person(): Person {
  const [first] = thirtyPeople();
  if (!first) throw new Error('nobody works here');
  return first;
}

function companyOf(...people: readonly Person[]): Company {
  const company = new Company();
  for (const each of people) company.hire(each);
  return company;
}
