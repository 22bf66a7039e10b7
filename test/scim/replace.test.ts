import { beforeAll, describe, expect, it } from '@jest/globals';
import { createDirectories, UniqueConflictError } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import type { Response } from 'supertest';
import type { ScimType } from '../../src/scim/error.js';
import { observeStorage } from '../../src/testing/observed-storage.js';
import { expectScimError } from '../support/scim-error.js';
import { createGroup, createUser, list, namesOf, type Resource, UNKNOWN_ID } from '../support/scim-resources.js';
import { createScimSite, ENTERPRISE, GROUP, type ScimClient, type ScimSite, USER } from '../support/scim-site.js';

const T0 = Date.parse('2026-03-01T12:00:00.000Z');

const ADA = {
  schemas: [USER, ENTERPRISE],
  userName: 'ada@example.com',
  externalId: '00uAda',
  displayName: 'Ada',
  title: 'Countess',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { value: 'ada@example.com', type: 'work', primary: true },
    { value: 'ada@home.example', type: 'home' },
  ],
  [ENTERPRISE]: { department: 'Engines', manager: { value: '42' } },
};

/** Expects an error and that the resource is what it was, to the version. */
async function expectRefused(
  client: ScimClient,
  path: string,
  body: unknown,
  status: number,
  scimType?: ScimType,
): Promise<string> {
  const before = (await client.get(path)).body;
  const detail = expectScimError(await client.put(path, body), status, scimType);
  expect((await client.get(path)).body).toEqual(before);
  return detail;
}

async function replaced(client: ScimClient, path: string, body: unknown): Promise<Resource> {
  const answer = await client.put(path, body);
  expect({ path, status: answer.status, body: answer.body }).toMatchObject({ path, status: 200, body: {} });
  expect((await client.get(path)).body).toEqual(answer.body);
  return answer.body;
}

function metaOf({ meta }: Resource) {
  return meta as Readonly<Record<'created' | 'lastModified' | 'version' | 'location', string>>;
}

function memberIdsOf({ members = [] }: Resource): readonly string[] {
  return (members as readonly { readonly value: string }[]).map(({ value }) => value);
}

describe('PUT of a user', () => {
  const clock = { time: T0, now: () => clock.time };
  const site = createScimSite({ clock });
  let client: ScimClient;
  let ada: Resource;

  beforeAll(async () => {
    client = await site.client();
  });

  async function newAda(): Promise<string> {
    client = await site.client();
    ada = await createUser(client, ADA.userName, ADA);
    clock.time += 60_000;
    return `/Users/${ada.id}`;
  }

  it('136 replaces the whole resource and keeps what the server gave', async () => {
    const path = await newAda();
    const answer = await client.put(path, {
      schemas: [USER],
      userName: 'countess',
      name: { familyName: 'King' },
      emails: [{ value: 'king@example.com' }],
      active: true,
    });
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({
      status: 200,
      type: 'application/scim+json',
    });
    const { meta, ...rest } = answer.body;
    expect(rest).toEqual({
      schemas: [USER],
      id: ada.id,
      userName: 'countess',
      name: { familyName: 'King' },
      emails: [{ value: 'king@example.com' }],
      active: true,
    });
    expect(meta).toEqual({
      resourceType: 'User',
      created: new Date(T0).toISOString(),
      lastModified: new Date(clock.time).toISOString(),
      location: `${client.baseUrl}${path}`,
      version: expect.stringMatching(/^W\/".+"$/),
    });
    expect(meta.version).not.toBe(metaOf(ada).version);
    expect({ etag: answer.headers['etag'], location: answer.headers['location'] }).toEqual({
      etag: meta.version,
      location: meta.location,
    });
    expect((await client.get(path)).body).toEqual(answer.body);
  });

  it('136 moves neither version nor lastModified when it says what is so already', async () => {
    const path = await newAda();
    expect(await replaced(client, path, ADA)).toEqual(ada);
    // In another order of names, with other spellings of them, and with a list where one value stands.
    const { [ENTERPRISE]: more, name, ...rest } = ADA;
    expect(await replaced(client, path, { [ENTERPRISE]: more, NAME: name, ...rest, active: 'True' })).toEqual(ada);
  });

  it('136 answers what attributes and excludedAttributes ask for', async () => {
    const path = await newAda();
    const narrow = await client.put(`${path}?attributes=title`, { ...ADA, title: 'Dr' });
    expect({ status: narrow.status, body: narrow.body }).toEqual({
      status: 200,
      body: { schemas: [USER, ENTERPRISE], id: ada.id, title: 'Dr' },
    });
    const { body } = await client.put(`${path}?excludedAttributes=emails`, { ...ADA, title: 'Prof' });
    expect(body).not.toHaveProperty('emails');
    expect((await client.get(path)).body).toMatchObject({ title: 'Prof', emails: ADA.emails });
  });

  it('137 clears what is left out', async () => {
    const path = await newAda();
    const { meta: _, ...rest } = await replaced(client, path, { userName: ADA.userName });
    expect(rest).toEqual({ schemas: [USER], id: ada.id, userName: ADA.userName, active: true });
    for (const filter of ['externalId eq "00uAda"', 'emails pr', `${ENTERPRISE}:department pr`]) {
      expect((await list(client, '/Users', { filter })).totalResults).toBe(0);
    }
  });

  it('137 clears what is null, empty or an empty list', async () => {
    const path = await newAda();
    const emptied = { ...ADA, title: null, displayName: '', emails: [], name: {}, externalId: null, [ENTERPRISE]: {} };
    const { meta: _, ...rest } = await replaced(client, path, emptied);
    expect(rest).toEqual({ schemas: [USER], id: ada.id, userName: ADA.userName, active: true });
  });

  it.each([{}, { active: null }, { active: '' }])('137 leaves active as it is by %j', async (said) => {
    const path = await newAda();
    expect((await replaced(client, path, { ...ADA, title: 'Dr', ...said }))['active']).toBe(true);
    expect((await replaced(client, path, { ...ADA, active: false }))['active']).toBe(false);
    const after = await replaced(client, path, { ...ADA, title: 'Prof', ...said });
    expect(after).toMatchObject({ title: 'Prof', active: false });
  });

  it('138 ignores other values of what is read-only', async () => {
    const path = await newAda();
    const group = await createGroup(client, 'Owners');
    const after = await replaced(client, path, {
      ...ADA,
      id: 'mine',
      groups: [{ value: group.id, display: 'Owners' }],
      meta: {
        resourceType: 'Group',
        created: '2001-01-01T00:00:00Z',
        location: 'https://evil.example',
        version: 'W/"9"',
      },
      [ENTERPRISE]: { ...ADA[ENTERPRISE], manager: { value: '42', displayName: 'Charles' } },
      schemas: ['urn:example:unknown'],
    });
    expect(after).toEqual(ada);
    expect((await client.get(`/Groups/${group.id}`)).body).toEqual(group);
    expectScimError(await client.get('/Users/mine'), 404);
  });

  it.each([
    ['userName left out', { title: 'x' }],
    ['userName null', { userName: null }],
    ['userName empty', { userName: '' }],
    ['an empty object', {}],
  ])('140 refuses %s', async (_name, body) => {
    const path = await newAda();
    await expectRefused(client, path, body, 400, 'invalidValue');
  });

  it.each([
    ['a list', [ADA]],
    ['null', 'null'],
    ['a text', '"ada"'],
    ['broken JSON', '{"userName":'],
  ])('140 refuses a body that is %s', async (_name, body) => {
    const path = await newAda();
    await expectRefused(client, path, body, 400, 'invalidSyntax');
  });

  it.each([
    ['a number for a text', { title: 5 }],
    ['an object for a text', { title: { value: 'x' } }],
    ['two values for one', { name: [{ givenName: 'a' }, { givenName: 'b' }] }],
    ['a word for a boolean', { active: 'perhaps' }],
  ])('140 refuses %s', async (_name, wrong) => {
    const path = await newAda();
    await expectRefused(client, path, { ...ADA, ...wrong }, 400, 'invalidValue');
  });

  it.each([
    ['nobody has', UNKNOWN_ID],
    ['is a group', 'group'],
    ['was deleted', 'deleted'],
    ['is hostile', 'a%2Fb%22'],
  ])('141 answers 404 and creates nothing where the id %s', async (_name, kind) => {
    const path = await newAda();
    const group = await createGroup(client, 'Owners');
    const gone = await createUser(client, 'gone');
    expect((await client.delete(`/Users/${gone.id}`)).status).toBe(204);
    const id = { group: group.id, deleted: gone.id }[kind] ?? kind;
    expectScimError(await client.put(`/Users/${id}`, { userName: 'new' }), 404);
    expect((await list(client, '/Users')).Resources).toEqual([(await client.get(path)).body]);
    expect((await client.get(`/Groups/${group.id}`)).body).toEqual(group);
  });

  it('141 answers 404 to the id of a user of another directory, and changes nobody there', async () => {
    const path = await newAda();
    const neighbour = await site.client();
    expectScimError(await neighbour.put(path, { userName: 'new' }), 404);
    expect((await client.get(path)).body).toEqual(ada);
    expect((await list(neighbour, '/Users')).totalResults).toBe(0);
  });

  it('SE-13 says "User not found" when a profile update names an unknown id', async () => {
    const path = `/Users/${UNKNOWN_ID}`;
    const answers: readonly Response[] = [
      await client.put(path, ADA),
      await client.patch(path, [{ op: 'replace', path: 'title', value: 'x' }]),
      await client.get(path),
      await client.delete(path),
    ];
    for (const answer of answers) expect(expectScimError(answer, 404)).toMatch(/^User not found/);
  });

  it.each(['bob', 'BOB'])('142 refuses the userName of another user: %s', async (userName) => {
    const path = await newAda();
    const bob = await createUser(client, 'bob');
    const detail = await expectRefused(client, path, { ...ADA, userName }, 409, 'uniqueness');
    expect(detail).toContain('userName');
    expect((await client.get(`/Users/${bob.id}`)).body).toEqual(bob);
  });

  it('142 refuses the userName of an inactive user, and takes one that was deleted or is of another directory', async () => {
    const path = await newAda();
    const bob = await createUser(client, 'bob', { active: false });
    const neighbour = await site.client();
    await createUser(neighbour, 'carol');
    await expectRefused(client, path, { ...ADA, userName: 'bob' }, 409, 'uniqueness');
    expect((await replaced(client, path, { ...ADA, userName: 'carol' })).userName).toBe('carol');
    expect((await client.delete(`/Users/${bob.id}`)).status).toBe(204);
    expect((await replaced(client, path, { ...ADA, userName: 'bob' })).userName).toBe('bob');
    // The name that was left is free.
    await createUser(client, 'carol');
    await createUser(client, ADA.userName);
  });

  it('142 refuses the externalId of another user where the policy wants that', async () => {
    const strict = await site.client({ policy: { externalIds: 'unique' } });
    await createUser(strict, 'bob', { externalId: 'b' });
    const { id } = await createUser(strict, 'ada', { externalId: 'a' });
    await expectRefused(strict, `/Users/${id}`, { userName: 'ada', externalId: 'b' }, 409, 'uniqueness');
    expect((await replaced(strict, `/Users/${id}`, { userName: 'ada', externalId: 'B' }))['externalId']).toBe('B');
  });

  it('143 takes the userName that the user has, and another spelling of it', async () => {
    const path = await newAda();
    expect(await replaced(client, path, { ...ADA, title: 'Dr' })).toMatchObject({
      userName: ADA.userName,
      title: 'Dr',
    });
    expect((await replaced(client, path, { ...ADA, userName: 'ADA@Example.com' })).userName).toBe('ADA@Example.com');
    expect(namesOf(await list(client, '/Users', { filter: 'userName eq "ada@example.com"' }))).toEqual([
      'ADA@Example.com',
    ]);
  });

  it('144 takes back what GET showed, with extras that nobody knows (Okta)', async () => {
    const path = await newAda();
    await createGroup(client, 'Engineers', [ada]);
    const { body: shown } = await client.get(path);
    expect(shown.groups).toHaveLength(1);
    expect(await replaced(client, path, shown)).toEqual(shown);
    const after = await replaced(client, path, {
      ...shown,
      password: 'random-7',
      locale: 'en-US',
      emails: shown.emails.map((email: object) => ({ ...email, display: 'mail', verified: true })),
      oktaSpecific: { anything: [1] },
      'urn:okta:custom:1.0:User': { a: 1 },
    });
    expect(after).toEqual({
      ...shown,
      locale: 'en-US',
      emails: ADA.emails.map((email) => ({ ...email, display: 'mail' })),
      meta: after['meta'],
    });
  });

  it('147 goes by the id of the URL, whatever the body says', async () => {
    const path = await newAda();
    const bob = await createUser(client, 'bob');
    const after = await replaced(client, path, { ...ADA, id: bob.id, title: 'Dr' });
    expect(after).toMatchObject({ id: ada.id, title: 'Dr' });
    expect((await client.get(`/Users/${bob.id}`)).body).toEqual(bob);
  });

  it('148 applies what it knows and ignores a misspelled attribute', async () => {
    const path = await newAda();
    const after = await replaced(client, path, {
      ...ADA,
      tilte: 'x',
      title: 'Dr',
      name: { givenNam: 'x', givenName: 'A' },
    });
    expect(after).toMatchObject({ title: 'Dr', name: { givenName: 'A' } });
    expect(JSON.stringify(after)).not.toContain('"x"');
  });

  it.each([
    { tilte: 'x' },
    { name: { givenNam: 'x' } },
    { 'urn:example:unknown': {} },
    { [ENTERPRISE]: { dept: 'x' } },
  ])('148 refuses %j where the policy wants every attribute known', async (misspelled) => {
    const strict = await site.client({ policy: { unknownAttributes: 'refuse' } });
    const { id } = await createUser(strict, 'ada', { title: 'a' });
    await expectRefused(strict, `/Users/${id}`, { userName: 'ada', title: 'b', ...misspelled }, 400, 'invalidValue');
  });

  it('SE-20 disables by active: false and activates by active: true', async () => {
    const ended: string[] = [];
    const host = createScimSite({ endAccess: ({ userId, reason }) => void ended.push(`${userId} ${reason}`) });
    const secoda = await host.client();
    const { id } = await createUser(secoda, 'ada');
    for (const active of [false, 'False', false]) {
      expect((await replaced(secoda, `/Users/${id}`, { userName: 'ada', active }))['active']).toBe(false);
    }
    expect(ended).toEqual([`${id} deactivated`]);
    expect((await replaced(secoda, `/Users/${id}`, { userName: 'ada', active: true }))['active']).toBe(true);
    expect((await list(secoda, '/Users', { filter: 'active eq true' })).totalResults).toBe(1);
    expect(ended).toHaveLength(1);
  });
});

describe('PUT and attributes that never change', () => {
  const HR = 'urn:example:hr';
  const immutable = [
    { name: 'badge', type: 'string', mutability: 'immutable' },
    { name: 'desks', type: 'string', multiValued: true, mutability: 'immutable' },
  ] as const;
  const schema = { id: HR, name: 'Hr', attributes: [...immutable, { name: 'note', type: 'string' }] } as const;
  const site = createScimSite({
    users: { attributes: immutable, extensions: [{ schema }] },
    groups: { attributes: immutable },
    customResourceTypes: [
      {
        name: 'Role',
        endpoint: 'Roles',
        schema: {
          id: 'urn:example:Role',
          name: 'Role',
          attributes: [...immutable, { name: 'displayName', type: 'string' }],
        },
      },
    ],
  });
  const values = { badge: 'B1', desks: ['a', 'b'] };

  it.each([
    ['/Users', { userName: 'ada' }, { title: 'x' }, { ...values, [HR]: values }],
    ['/Groups', { displayName: 'Engineers' }, { externalId: 'x' }, values],
    ['/Roles', { displayName: 'Admin' }, { externalId: 'x' }, values],
  ])(
    '139 keeps them in %s: the same is accepted, nothing keeps it, another value is refused',
    async (path, body, other, set) => {
      const client = await site.client();
      const { id } = (await client.post(path, body)).body;
      const at = `${path}/${id}`;
      expect(await replaced(client, at, { ...body, ...set })).toMatchObject(set);
      expect(await replaced(client, at, { ...body, ...set, ...other })).toMatchObject({ ...set, ...other });
      const kept = await replaced(client, at, body);
      expect(kept).toMatchObject(set);
      for (const name of Object.keys(other)) expect(kept).not.toHaveProperty(name);
      for (const wrong of [{ badge: 'B2' }, { desks: ['b', 'a'] }, { desks: ['a'] }]) {
        await expectRefused(client, at, { ...body, ...set, ...wrong }, 400, 'mutability');
        await expectRefused(client, at, { ...body, ...wrong }, 400, 'mutability');
      }
    },
  );

  it('139 keeps them in extensions, and lets the rest of the extension change', async () => {
    const client = await site.client();
    const { id } = await createUser(client, 'ada', { [HR]: { badge: 'B1', note: 'x' } });
    const at = `/Users/${id}`;
    await expectRefused(client, at, { userName: 'ada', [HR]: { badge: 'B2' } }, 400, 'mutability');
    await expectRefused(client, at, { userName: 'ada', [`${HR}:badge`]: 'B2' }, 400, 'mutability');
    expect((await replaced(client, at, { userName: 'ada', [HR]: { note: 'y' } }))[HR]).toEqual({
      note: 'y',
      badge: 'B1',
    });
    expect((await replaced(client, at, { userName: 'ada' }))[HR]).toEqual({ badge: 'B1' });
  });

  it('140 refuses a required extension left out, and a required attribute inside one', async () => {
    const attributes = [{ name: 'grade', type: 'string', required: true }] as const;
    const strict = createScimSite({
      users: { extensions: [{ schema: { id: HR, name: 'Hr', attributes }, required: true }] },
    });
    const client = await strict.client();
    const { id } = await createUser(client, 'ada', { [HR]: { grade: 'A' } });
    await expectRefused(client, `/Users/${id}`, { userName: 'ada' }, 400, 'invalidValue');
    await expectRefused(client, `/Users/${id}`, { userName: 'ada', [HR]: { grade: '' } }, 400, 'invalidValue');
    expect((await replaced(client, `/Users/${id}`, { userName: 'ada', [HR]: { grade: 'B' } }))[HR]).toEqual({
      grade: 'B',
    });
  });
});

describe('PUT and attributes of the host', () => {
  it('138 keeps a read-only value that the host has written', async () => {
    const attributes = [{ name: 'badge', type: 'string', mutability: 'readOnly' }] as const;
    const site = createScimSite({ users: { attributes } });
    const client = await site.client();
    const { organizationId, id: directoryId } = client.directory;
    const scope = { organizationId, directoryId };
    const { body } = await client.post('/Users', { userName: 'ada', badge: 'from the client' });
    expect(body).not.toHaveProperty('badge');
    const user = await site.storage.directoryUsers.get(scope, body.id);
    if (!user) throw new Error('not stored');
    const written = { ...user, attributes: { ...user.attributes, badge: '42' } };
    await site.storage.directoryUsers.update(scope, body.id, written, user.version);
    const replaced = await client.put(`/Users/${body.id}`, { userName: 'ada', title: 'Dr', badge: '7' });
    expect(replaced.body).toMatchObject({ badge: '42', title: 'Dr' });
  });
});

describe('PUT of a group', () => {
  const site = createScimSite();

  async function company() {
    const client = await site.client();
    const [ada, bob, cy] = [
      await createUser(client, 'ada'),
      await createUser(client, 'bob'),
      await createUser(client, 'cy'),
    ];
    const group = await createGroup(client, 'Engineers', [ada, bob]);
    return { client, ada, bob, cy, group, path: `/Groups/${group.id}` };
  }

  it('SE-18 replaces name and members', async () => {
    const { client, bob, cy, group, path } = await company();
    const members = [{ value: bob.id }, { value: cy.id, display: 'whatever', $ref: null, type: 'User', extra: 1 }];
    const after = await replaced(client, path, { schemas: [GROUP], displayName: 'Makers', members });
    const { meta, members: shown, ...rest } = after;
    expect(rest).toEqual({ schemas: [GROUP], id: group.id, displayName: 'Makers' });
    expect(metaOf(after)).toMatchObject({ created: metaOf(group).created, location: metaOf(group).location });
    expect(metaOf(after).version).not.toBe(metaOf(group).version);
    expect(new Set(memberIdsOf(after))).toEqual(new Set([bob.id, cy.id]));
    expect(shown).toHaveLength(2);
  });

  it('145 leaves exactly the members that are listed, each once', async () => {
    const { client, ada, bob, cy, path } = await company();
    const inner = await createGroup(client, 'Inner', [ada]);
    for (const listed of [[cy], [ada, bob, cy], [bob, bob, bob], [inner, cy], [ada]]) {
      const members = listed.map(({ id }) => ({ value: id }));
      const after = await replaced(client, path, { displayName: 'Engineers', members });
      expect(memberIdsOf(after).toSorted()).toEqual([...new Set(listed.map(({ id }) => id))].toSorted());
    }
    const groupsOf = async ({ id }: Resource) => (await client.get(`/Users/${id}`)).body.groups ?? [];
    expect((await groupsOf(ada)).map(({ display }: { readonly display: string }) => display).toSorted()).toEqual([
      'Engineers',
      'Inner',
    ]);
    expect(await groupsOf(bob)).toEqual([]);
  });

  it('145 moves neither version nor lastModified when it says what is so already', async () => {
    const { client, ada, bob, group, path } = await company();
    const members = [bob, ada, bob].map(({ id }) => ({ value: id }));
    expect(await replaced(client, path, { displayName: 'Engineers', members })).toEqual(group);
  });

  it('145 refuses members that nobody is, and changes nothing', async () => {
    const { client, cy, path } = await company();
    const members = [{ value: cy.id }, { value: UNKNOWN_ID }];
    await expectRefused(client, path, { displayName: 'Other', members }, 400, 'invalidValue');
    const lenient = await site.client({ policy: { unknownMembers: 'skip' } });
    const ada = await createUser(lenient, 'ada');
    const group = await createGroup(lenient, 'Engineers');
    const some = [{ value: UNKNOWN_ID }, { value: ada.id }];
    const after = await replaced(lenient, `/Groups/${group.id}`, { displayName: 'Engineers', members: some });
    expect(memberIdsOf(after)).toEqual([ada.id]);
  });

  it.each([{}, { members: [] }, { members: null }])('146 empties the group by %j', async (said) => {
    const { client, ada, group, path } = await company();
    const after = await replaced(client, path, { displayName: 'Engineers', ...said });
    expect(after).toEqual({ schemas: [GROUP], id: group.id, displayName: 'Engineers', meta: after['meta'] });
    expect((await client.get(`/Users/${ada.id}`)).body).not.toHaveProperty('groups');
  });

  it('140 refuses a group without displayName, whatever its members', async () => {
    const { client, cy, path } = await company();
    for (const displayName of [undefined, null, '']) {
      await expectRefused(client, path, { displayName, members: [{ value: cy.id }] }, 400, 'invalidValue');
    }
  });

  it('141 answers 404 to an unknown id and creates no group, whatever the policy says of users', async () => {
    const client = await site.client({ policy: { putUnknownUser: 'create' } });
    expectScimError(await client.put(`/Groups/${UNKNOWN_ID}`, { displayName: 'New' }), 404);
    expectScimError(await client.put('/Groups/chosen', { displayName: 'New' }), 404);
    expect((await list(client, '/Groups')).totalResults).toBe(0);
  });

  it('142 refuses the displayName of another group, and 143 takes its own in another case', async () => {
    const { client, ada, path } = await company();
    const sales = await createGroup(client, 'Sales');
    const members = [{ value: ada.id }];
    await expectRefused(client, path, { displayName: 'SALES', members }, 409, 'uniqueness');
    expect((await client.get(`/Groups/${sales.id}`)).body).toEqual(sales);
    const after = await replaced(client, path, { displayName: 'ENGINEERS', members });
    expect(after).toMatchObject({ displayName: 'ENGINEERS', members: [{ value: ada.id }] });
  });

  it('147 goes by the id of the URL', async () => {
    const { client, path, group } = await company();
    const sales = await createGroup(client, 'Sales');
    expect((await replaced(client, path, { id: sales.id, displayName: 'Makers' })).id).toBe(group.id);
    expect((await client.get(`/Groups/${sales.id}`)).body).toEqual(sales);
  });
});

describe('a policy about unique values that is switched', () => {
  it.each([
    ['/Users', 'externalIds', { externalId: 'x' }],
    ['/Groups', 'groupNames', { displayName: 'Team' }],
  ] as const)('counts at %s for what is written from then on, a full sync included (%s)', async (path, name, twin) => {
    const site = createScimSite({ tokenCacheSeconds: 0 });
    const client = await site.client({ policy: { [name]: 'any' } });
    const { organizationId, id: directoryId } = client.directory;
    const switchTo = (value: 'any' | 'unique') =>
      createDirectories({ storage: site.storage }).update(
        { organizationId, directoryId },
        { policy: { [name]: value } },
      );
    const add = (userName: string) => client.post(path, { userName, displayName: userName, ...twin });
    const first = (await add('ada')).body;
    const second = (await add('bob')).body;
    await switchTo('unique');
    const again = await client.put(`${path}/${first.id}`, first);
    expect({ status: again.status, meta: again.body.meta.created }).toEqual({ status: 200, meta: first.meta.created });
    expectScimError(await add('dee'), 409, 'uniqueness');
    const [[attribute, value] = ['', '']] = Object.entries(twin);
    const itself = [{ op: 'replace', path: attribute, value }];
    expectScimError(await client.patch(`${path}/${second.id}`, itself), 409, 'uniqueness');
    expect((await client.patch(`${path}/${first.id}`, itself)).body).toEqual(again.body);
    await switchTo('any');
    expect((await add('eve')).status).toBe(201);
  });
});

describe('writes of what is there already, where If-None-Match rules that out', () => {
  it.each(['/Users', '/Groups', '/Doors'])('20 are refused with 412 at %s, and change nothing', async (path) => {
    const schema = {
      id: 'urn:example:Door',
      name: 'Door',
      attributes: [{ name: 'displayName', type: 'string' }],
    } as const;
    const client = await createScimSite({
      customResourceTypes: [{ name: 'Door', endpoint: 'Doors', schema }],
    }).client();
    const body = { userName: 'ada', displayName: 'Ada' };
    const { body: made } = await client.post(path, body);
    const at = `${path}/${made.id}`;
    for (const header of ['*', made.meta.version, `"x", ${made.meta.version}`]) {
      expectScimError(await client.put(at, { ...body, displayName: 'x' }).set('If-None-Match', header), 412);
      const patch = client.patch(at, [{ op: 'replace', path: 'displayName', value: 'x' }]);
      expectScimError(await patch.set('If-None-Match', header), 412);
      expectScimError(await client.delete(at).set('If-None-Match', header), 412);
    }
    expect((await client.get(at)).body).toEqual(made);
    const other = await client.put(at, { ...body, displayName: 'x' }).set('If-None-Match', 'W/"99"');
    expect(other.status).toBe(200);
  });
});

describe('PUT of a user that does not exist, where the policy creates it', () => {
  const site: ScimSite = createScimSite();

  function upserting(): Promise<ScimClient> {
    return site.client({ policy: { putUnknownUser: 'create' } });
  }

  it.each([
    [{ active: true }, true],
    [{ active: false }, false],
    [{ active: 'False' }, false],
    [{}, true],
  ])('SE-19 adds a user with the id of the URL by %j', async (said, active) => {
    const client = await upserting();
    const answer = await client.put('/Users/ada-1', { ...ADA, id: 'other', ...said });
    const { schemas, id, meta, ...rest } = answer.body;
    const { schemas: _, ...sent } = ADA;
    expect({ status: answer.status, schemas, id, rest }).toEqual({
      status: 201,
      schemas: [USER, ENTERPRISE],
      id: 'ada-1',
      rest: { ...sent, active },
    });
    expect(meta).toMatchObject({ resourceType: 'User', location: `${client.baseUrl}/Users/ada-1` });
    expect(answer.headers['location']).toBe(`${client.baseUrl}/Users/ada-1`);
    expect(answer.headers['etag']).toBe(meta.version);
    expect((await client.get('/Users/ada-1')).body).toEqual(answer.body);
    expect((await list(client, '/Users')).Resources).toEqual([answer.body]);
    expectScimError(await client.get('/Users/other'), 404);
  });

  it('SE-19 replaces the user from the second time on', async () => {
    const client = await upserting();
    expect((await client.put('/Users/ada-1', ADA)).status).toBe(201);
    const after = await replaced(client, '/Users/ada-1', { userName: 'ada', active: false });
    expect(after).toMatchObject({ id: 'ada-1', userName: 'ada', active: false });
    expect(after).not.toHaveProperty('title');
    expect((await list(client, '/Users')).totalResults).toBe(1);
    expect((await client.put('/Users/bob?attributes=title', { userName: 'bob', title: 'x' })).body).toEqual({
      schemas: [USER],
      id: 'bob',
      title: 'x',
    });
  });

  it.each(['A', '7', 'u_1.b~c-d', 'constructor', 'toString', 'x'.repeat(64)])('SE-19 takes the id %s', async (id) => {
    const client = await upserting();
    expect((await client.put(`/Users/${id}`, { userName: 'ada' })).status).toBe(201);
    expect((await client.get(`/Users/${id}`)).body).toMatchObject({ id, userName: 'ada' });
    const group = await createGroup(client, 'Engineers', [{ id }]);
    expect(memberIdsOf(group)).toEqual([id]);
    expect((await client.delete(`/Users/${id}`)).status).toBe(204);
  });

  it.each([
    ['a blank', 'a%20b'],
    ['a slash', 'a%2Fb'],
    ['quotes', 'a%22b'],
    ['markup', '%3Cscript%3E'],
    ['a colon, as bulkId has', 'bulkId:1'],
    ['bulkId in it', 'x-BULKID-1'],
    ['a dot first', '.hidden'],
    ['letters outside ASCII', '%C3%A9'],
    ['a line end', 'a%0Ab'],
    ['a line end last', 'ab%0A'],
    ['65 characters', 'x'.repeat(65)],
    ['8,000 characters', 'x'.repeat(8000)],
    ['the name of a prototype', '__proto__'],
    ['a percent sign', 'a%25b'],
  ])('SE-19 refuses an id with %s', async (_name, id) => {
    const client = await upserting();
    expectScimError(await client.put(`/Users/${id}`, { userName: 'ada' }), 400, 'invalidValue');
    expect((await list(client, '/Users')).totalResults).toBe(0);
  });

  it('SE-19 refuses an id with a NUL character, and reserved names', async () => {
    const client = await upserting();
    expectScimError(await client.put('/Users/a%00b', { userName: 'ada' }), 404);
    expectScimError(await client.put('/Users/.search', { userName: 'ada' }), 405);
    expect((await list(client, '/Users')).totalResults).toBe(0);
  });

  it('SE-19 refuses an id that a group has', async () => {
    const client = await upserting();
    const group = await createGroup(client, 'Engineers');
    const detail = expectScimError(await client.put(`/Users/${group.id}`, { userName: 'ada' }), 409, 'uniqueness');
    expect(detail).toContain(group.id);
    expectScimError(await client.get(`/Users/${group.id}`), 404);
    expect((await client.get(`/Groups/${group.id}`)).body).toEqual(group);
    expect((await list(client, '/Users')).totalResults).toBe(0);
  });

  it.each(['erase', 'keep'] as const)('SE-19 refuses the id of a deleted user (%s)', async (deletedUsers) => {
    const client = await site.client({ policy: { putUnknownUser: 'create', deletedUsers } });
    expect((await client.put('/Users/ada-1', ADA)).status).toBe(201);
    expect((await client.delete('/Users/ada-1')).status).toBe(204);
    expectScimError(await client.put('/Users/ada-1', ADA), 409, 'uniqueness');
    expectScimError(await client.get('/Users/ada-1'), 404);
    expect((await list(client, '/Users')).totalResults).toBe(0);
    expect((await client.put('/Users/ada-2', ADA)).status).toBe(201);
  });

  it('SE-19 takes an id that another directory has', async () => {
    const [client, neighbour] = [await upserting(), await upserting()];
    const there = await neighbour.put('/Users/ada-1', { userName: 'ada', title: 'theirs' });
    const here = await client.put('/Users/ada-1', { userName: 'ada', title: 'ours' });
    expect([there.status, here.status]).toEqual([201, 201]);
    expect((await neighbour.get('/Users/ada-1')).body).toEqual(there.body);
  });

  it.each([
    ['no userName', { title: 'x' }, 400, 'invalidValue'],
    ['a taken userName', { userName: 'BOB' }, 409, 'uniqueness'],
    ['a value of the wrong type', { userName: 'ada', active: 5 }, 400, 'invalidValue'],
    ['a body that is no object', '[]', 400, 'invalidSyntax'],
  ] as const)('SE-19 creates nobody from %s', async (_name, body, status, scimType) => {
    const client = await upserting();
    const bob = await createUser(client, 'bob');
    expectScimError(await client.put('/Users/ada-1', body), status, scimType);
    expectScimError(await client.get('/Users/ada-1'), 404);
    expect((await list(client, '/Users')).Resources).toEqual([bob]);
    // The id is still to be had.
    expect((await client.put('/Users/ada-1', { userName: 'ada' })).status).toBe(201);
  });

  it('SE-19 creates nobody for a client that means an existing version', async () => {
    const client = await upserting();
    for (const version of ['W/"1"', '*']) {
      expectScimError(await client.put('/Users/ada-1', ADA).set('If-Match', version), 404);
    }
    expect((await list(client, '/Users')).totalResults).toBe(0);
  });

  it('SE-19 creates one user of several requests at once', async () => {
    const client = await upserting();
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.put('/Users/ada-1', ADA)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([...Array(7).fill(200), 201]);
    expect((await list(client, '/Users')).totalResults).toBe(1);
  });

  it('SE-19 creates only, where the client says so, and never twice', async () => {
    const client = await upserting();
    const create = () => client.put('/Users/ada-1', ADA).set('If-None-Match', '*');
    const answers = await Promise.all(Array.from({ length: 8 }, create));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(412)]);
    const refused = await client.put('/Users/ada-1', { userName: 'eve' }).set('If-None-Match', '*');
    expect(expectScimError(refused, 412)).toContain('already');
    expect((await client.get('/Users/ada-1')).body).toMatchObject({ userName: ADA.userName });
  });

  it('SE-19 lets the loser of two creates replace, whichever key the store noticed', async () => {
    let isLate = true;
    const storage = observeStorage(createMemoryStorage(), async ({ name }, proceed) => {
      if (name !== 'directoryUsers.insert' || !isLate) return proceed();
      isLate = false;
      await proceed();
      throw new UniqueConflictError('userName:ada');
    });
    const client = await createScimSite({}, storage).client({ policy: { putUnknownUser: 'create' } });
    const answer = await client.put('/Users/ada-1', { userName: 'ada', title: 'x' });
    expect({ status: answer.status, id: answer.body.id, title: answer.body.title }).toEqual({
      status: 200,
      id: 'ada-1',
      title: 'x',
    });
  });

  it('SE-19 leaves PATCH and DELETE of an unknown id at 404', async () => {
    const client = await upserting();
    expectScimError(await client.patch('/Users/ada-1', [{ op: 'add', path: 'userName', value: 'ada' }]), 404);
    expectScimError(await client.delete('/Users/ada-1'), 404);
    expect((await list(client, '/Users')).totalResults).toBe(0);
  });
});
