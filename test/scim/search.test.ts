import { beforeAll, describe, expect, it } from '@jest/globals';
import { createDirectoryTokens } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import request from 'supertest';
import { systemClock } from '../../src/core/clock.js';
import { observeStorage } from '../../src/testing/observed-storage.js';
import { createSeededRandom } from '../../src/testing/seeded-random.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { expectScimError } from '../support/scim-error.js';
import {
  create,
  createGroup,
  createMany,
  createUser,
  type List,
  list,
  namesOf,
  numbered,
  type Parameters,
  type Resource,
  SEARCH,
  search,
  walk,
  withQuery,
} from '../support/scim-resources.js';
import { createScimSite, GROUP, LIST, PATCH_OP, type ScimClient, type ScimSite, USER } from '../support/scim-site.js';

describe('a search of all resource types', () => {
  const site = createScimSite();
  let client: ScimClient;
  let ada: Resource;
  let engineers: Resource;

  beforeAll(async () => {
    client = await site.client();
    ada = await createUser(client, 'ada', { displayName: 'Ada', title: 'Countess' });
    await createUser(client, 'bob', { displayName: 'Engineers' });
    engineers = await createGroup(client, 'Engineers', [ada]);
    await createGroup(client, 'Sales');
  });

  it('97 gives one list, type after type', async () => {
    const page = await list(client, '/');
    expect(page).toMatchObject({ totalResults: 4, itemsPerPage: 4, startIndex: 1 });
    expect(page.Resources.map(({ meta }) => (meta as { readonly resourceType: string }).resourceType)).toEqual([
      'User',
      'User',
      'Group',
      'Group',
    ]);
    expect(page.Resources[2]).toEqual(engineers);
  });

  it.each([
    ['displayName eq "engineers"', ['bob', 'Engineers']],
    ['(meta.resourceType eq User) or (meta.resourceType eq Group)', ['ada', 'bob', 'Engineers', 'Sales']],
    ['meta.resourceType eq "Group"', ['Engineers', 'Sales']],
    ['meta.resourceType ne "Group" and displayName eq "Engineers"', ['bob']],
    ['meta.resourceType eq "Nothing"', []],
    // For a type that lacks an attribute the attribute has no value (RFC 7644 section 3.4.2.1).
    ['userName eq "ada" or displayName eq "Sales"', ['ada', 'Sales']],
    ['title pr', ['ada']],
    ['not (title pr)', ['bob', 'Engineers', 'Sales']],
    ['userName ne "ada"', ['bob', 'Engineers', 'Sales']],
    ['title eq null', ['bob', 'Engineers', 'Sales']],
    ['title ne null', ['ada']],
    ['userName gt "a" or userName co "o"', ['ada', 'bob']],
    ['emails[type eq "work"] or displayName eq "Sales"', ['Sales']],
    ['emails[type eq "work"].value ne "x" or displayName eq "Sales"', ['Sales']],
    [`schemas eq "${GROUP}"`, ['Engineers', 'Sales']],
  ])('97 finds by %s', async (filter, names) => {
    const page = await list(client, '/', { filter, attributes: 'userName,displayName' });
    const found = page.Resources.map(({ userName, displayName }) => userName ?? displayName);
    expect({ found, total: page.totalResults }).toEqual({ found: names, total: names.length });
  });

  it('97 finds memberships from both sides', async () => {
    const filter = `members.value eq "${ada.id}" or groups.value eq "${engineers.id}"`;
    expect(namesOf(await list(client, '/', { filter, attributes: 'userName,displayName' }))).toEqual([
      'ada',
      'Engineers',
    ]);
  });

  it.each([
    [{ startIndex: 1, count: 3 }, ['ada', 'bob', 'Engineers']],
    [{ startIndex: 2, count: 2 }, ['bob', 'Engineers']],
    [{ startIndex: 3, count: 5 }, ['Engineers', 'Sales']],
    [{ startIndex: 4, count: 1 }, ['Sales']],
    [{ startIndex: 5, count: 1 }, []],
    [{ count: 0 }, []],
  ])('97 cuts the page %j out of the whole list', async (parameters, names) => {
    const page = await list(client, '/', parameters);
    expect({ names: namesOf(page), total: page.totalResults, size: page.itemsPerPage }).toEqual({
      names,
      total: 4,
      size: names.length,
    });
  });

  it.each([
    ['an attribute that no type has', 'nothing eq "x" or userName eq "ada"', 'invalidFilter'],
    ['a filter that is none', 'userName', 'invalidFilter'],
    ['a value of the wrong type', 'active eq "perhaps" or displayName pr', 'invalidFilter'],
    ['a password', 'password eq "x" or displayName eq "Sales"', 'invalidFilter'],
  ] as const)('97 refuses %s', async (_name, filter, scimType) => {
    expectScimError(await client.get(withQuery('/', { filter })), 400, scimType);
    expectScimError(await client.post('/.search', { schemas: [SEARCH], filter }), 400, scimType);
  });

  it('97 refuses to sort, and to page by cursor', async () => {
    expectScimError(await client.get('/?sortBy=displayName'), 400, 'invalidValue');
    expectScimError(await client.get('/?cursor&count=1'), 400, 'invalidCursor');
  });

  it('97 shows what the token may read, and refuses a token that may read nothing', async () => {
    const tokens = createDirectoryTokens({ storage: site.storage, clock: systemClock });
    const ask = async ({ directory }: ScimClient, scope: string) => {
      const { token } = await tokens.issue({ directory, name: 'narrow', scopes: [scope] });
      return request(site.app).get(`/scim/v2/${directory.id}/`).set('Authorization', `Bearer ${token}`);
    };
    expect(namesOf((await ask(client, 'groups:read')).body)).toEqual(['Engineers', 'Sales']);
    expect(namesOf((await ask(client, 'users')).body)).toEqual(['ada', 'bob']);
    const usersOnly = await site.client({ resourceTypes: ['User'] });
    expectScimError(await ask(usersOnly, 'groups'), 403);
  });
});

describe('a search by POST', () => {
  const site = createScimSite();
  let client: ScimClient;

  beforeAll(async () => {
    client = await site.client();
    for (const name of ['ada', 'bob', 'carol']) await createUser(client, name, { title: `${name}'s`, nickName: 'n' });
    await createGroup(client, 'carols');
  });

  it.each([
    ['/Users', {}],
    ['/Users', { filter: 'userName co "o"' }],
    ['/Users', { sortBy: 'userName', sortOrder: 'descending', startIndex: 2, count: 1 }],
    ['/Users', { count: 0 }],
    ['/Users', { startIndex: -1, count: -1 }],
    ['/Users', { excludedAttributes: 'title,meta' }],
    ['/Groups', { filter: 'displayName sw "carol"', attributes: 'displayName' }],
    ['/', { filter: 'meta.resourceType eq "Group" or userName eq "bob"' }],
  ])('98 answers %s/.search of %j as it answers GET', async (path, parameters: Parameters) => {
    const lists = Object.entries(parameters).map(([name, value]) =>
      name.endsWith('ttributes') ? [name, String(value).split(',')] : [name, value],
    );
    const answer = await search(client, `${path === '/' ? '' : path}/.search`, Object.fromEntries(lists));
    expect(answer).toEqual(await list(client, path, parameters));
  });

  it('98 takes names in any case and null as left out', async () => {
    const { status, body } = await client.post('/Users/.search', {
      SCHEMAS: [SEARCH],
      FILTER: 'userName eq "ada"',
      Attributes: ['userName'],
      excludedAttributes: null,
      sortBy: null,
      count: null,
    });
    expect({ status, users: body.Resources }).toEqual({
      status: 200,
      users: [{ schemas: [USER], id: expect.any(String), userName: 'ada' }],
    });
  });

  it.each([
    ['without schemas', { filter: 'userName pr' }],
    ['with another schema', { schemas: [PATCH_OP] }],
    ['with schemas as a text', { schemas: SEARCH }],
    ['that is a list', []],
    ['that is null', 'null'],
  ])('99 refuses a body %s', async (_name, body) => {
    for (const path of ['/Users/.search', '/Groups/.search', '/.search']) {
      expectScimError(await client.post(path, body), 400, 'invalidSyntax');
    }
  });

  it.each([
    { filter: 5 },
    { sortBy: ['userName'] },
    { attributes: 'userName' },
    { excludedAttributes: [1] },
    { count: true },
    { count: 1.5 },
    { startIndex: {} },
    { sortOrder: 'up' },
  ])('99 refuses %j', async (parameters) => {
    expectScimError(await client.post('/Users/.search', { schemas: [SEARCH], ...parameters }), 400, 'invalidValue');
  });

  it('99 offers no other method there', async () => {
    for (const answer of [await client.get('/Users/.search'), await client.delete('/.search')]) {
      expectScimError(answer, 405);
      expect(answer.headers['allow']).toBe('POST');
    }
  });
});

describe('paging by cursor (RFC 9865)', () => {
  const clock = { time: Date.parse('2026-03-01T12:00:00Z'), now: () => clock.time };
  const site = createScimSite({ clock, cursorTimeout: 600, maxPageSize: 50 });
  const names = numbered('u', 12);
  let client: ScimClient;

  beforeAll(async () => {
    client = await directoryWith(names);
  });

  async function directoryWith(userNames: readonly string[]): Promise<ScimClient> {
    const made = await site.client();
    await createMany(
      made,
      '/Users',
      userNames.map((userName, index) => ({ userName, title: `t${(index * 7) % userNames.length}` })),
    );
    return made;
  }

  async function firstCursor(parameters: Parameters = {}): Promise<string> {
    const page = await list(client, '/Users', { cursor: '', count: 5, ...parameters });
    expect(page.nextCursor).toBeDefined();
    return page.nextCursor ?? '';
  }

  it('102 visits each resource once', async () => {
    const pages = await walk(client, '/Users', { count: 5 });
    expect(pages.flatMap(namesOf)).toEqual(names);
    expect(pages.map(({ itemsPerPage, totalResults }) => [itemsPerPage, totalResults])).toEqual([
      [5, 12],
      [5, 12],
      [2, 12],
    ]);
    expect(pages.map(({ startIndex }) => startIndex)).toEqual([undefined, undefined, undefined]);
  });

  it('102 gives cursors of characters that need no escape in a URL', async () => {
    for (const parameters of [{}, { sortBy: 'userName' }, { filter: 'userName co "ü" or userName pr' }]) {
      expect(await firstCursor(parameters)).toMatch(/^[\w.~-]+$/);
    }
  });

  it('102 starts with "cursor" alone in the query, as the RFC writes it', async () => {
    const { body } = await client.get('/Users?filter=userName%20sw%20%22u%22&cursor&count=10');
    expect(namesOf(body)).toEqual(names.slice(0, 10));
    expect(body.nextCursor).toEqual(expect.any(String));
  });

  it('102 gives no cursor to who did not ask for one', async () => {
    expect(await list(client, '/Users', { count: 5 })).not.toHaveProperty('nextCursor');
  });

  it('102 walks in order of a sort, through a filter and with a projection', async () => {
    const sorted = await walk(client, '/Users', { count: 5, sortBy: 'title', attributes: 'title' });
    const titles = sorted.flatMap(({ Resources }) => Resources.map(({ title }) => title));
    expect(titles).toEqual(names.map((_, index) => `t${index}`).sort());
    const descending = await walk(client, '/Users', { count: 5, sortBy: 'userName', sortOrder: 'descending' });
    expect(descending.flatMap(namesOf)).toEqual(names.toReversed());
    const filtered = await walk(client, '/Users', { count: 3, filter: 'userName ge "u004"' });
    expect(filtered.flatMap(namesOf)).toEqual(names.slice(4));
    expect(filtered.map(({ totalResults }) => totalResults)).toEqual([8, 8, 8]);
  });

  it('102 keeps its place when people come and go between pages', async () => {
    const other = await directoryWith(numbered('v', 9));
    const pages = await walk(other, '/Users', { count: 3 }, async ({ Resources }, index) => {
      if (index > 1) return;
      // The first and the last one of the page go, and somebody comes.
      for (const { id } of [Resources[0], Resources[2]].flatMap((user) => user ?? [])) {
        expect((await other.delete(`/Users/${id}`)).status).toBe(204);
      }
      await createUser(other, `new${index}`);
    });
    expect(pages.flatMap(namesOf)).toEqual([...numbered('v', 9), 'new0', 'new1']);
  });

  it('102 caps count by the largest page and answers count=0 with the total alone', async () => {
    const capped = await list(client, '/Users', { cursor: '', count: 1000 });
    expect(capped).toMatchObject({ itemsPerPage: 12, totalResults: 12 });
    for (const count of [0, -3]) {
      const page = await list(client, '/Users', { cursor: '', count });
      expect(page).toEqual({ schemas: [LIST], totalResults: 12, itemsPerPage: 0, Resources: [] });
    }
  });

  it('102 walks groups and resource types of the host as well', async () => {
    const shop = createScimSite({
      customResourceTypes: [
        {
          name: 'Entitlement',
          endpoint: 'Entitlements',
          schema: { id: 'urn:example:Entitlement', name: 'E', attributes: [{ name: 'displayName', type: 'string' }] },
        },
      ],
    });
    const other = await shop.client();
    for (const displayName of ['x', 'y', 'z']) {
      await createGroup(other, displayName);
      await create(other, '/Entitlements', { displayName });
    }
    for (const path of ['/Groups', '/Entitlements']) {
      const pages = await walk(other, path, { count: 2 });
      expect(pages.map(namesOf)).toEqual([['x', 'y'], ['z']]);
    }
  });

  it('103 has no nextCursor on the last page, also where it is full', async () => {
    const pages = await walk(client, '/Users', { count: 6 });
    expect(pages.map(({ itemsPerPage }) => itemsPerPage)).toEqual([6, 6]);
    expect(pages[1]).not.toHaveProperty('nextCursor');
    for (const page of pages) expect(page).not.toHaveProperty('previousCursor');
    expect(await list(client, '/Users', { cursor: '', count: 12 })).not.toHaveProperty('nextCursor');
    const none = await list(client, '/Users', { cursor: '', filter: 'userName eq "nobody"' });
    expect(none).toEqual({ schemas: [LIST], totalResults: 0, itemsPerPage: 0, Resources: [] });
  });

  it.each<readonly [string, (cursor: string) => string]>([
    ['that was made up', () => 'VZUTiyhEQJ94IR'],
    ['of one character', () => 'x'],
    ['cut short', (cursor) => cursor.slice(0, -1)],
    ['with a character added', (cursor) => `${cursor}A`],
    ['with another signature', (cursor) => `${cursor.startsWith('A') ? 'B' : 'A'}${cursor.slice(1)}`],
    ['with another position', (cursor) => `${cursor.slice(0, 22)}${Buffer.from('["1",5,9e15]').toString('base64url')}`],
    ['of letters outside ASCII', (cursor) => `${'é'.repeat(22)}${cursor.slice(22)}`],
    ['of 5,000 characters', (cursor) => cursor.padEnd(5000, 'A')],
  ])('104 refuses a cursor %s', async (_name, spoil) => {
    const cursor = spoil(await firstCursor());
    expectScimError(await client.get(withQuery('/Users', { cursor, count: 5 })), 400, 'invalidCursor');
    expectScimError(await client.post('/Users/.search', { schemas: [SEARCH], cursor, count: 5 }), 400, 'invalidCursor');
  });

  it('104 refuses a cursor once the announced time is over, counted from its own page', async () => {
    const first = await firstCursor();
    clock.time += 599_999;
    const second = await list(client, '/Users', { cursor: first, count: 5 });
    expect(namesOf(second)).toEqual(names.slice(5, 10));
    clock.time += 1;
    expectScimError(await client.get(withQuery('/Users', { cursor: first, count: 5 })), 400, 'expiredCursor');
    expect(namesOf(await list(client, '/Users', { cursor: second.nextCursor ?? '', count: 5 }))).toEqual(
      names.slice(10),
    );
    expect((await client.get('/ServiceProviderConfig')).body.pagination.cursorTimeout).toBe(600);
  });

  it('104 refuses another count than that of the first page', async () => {
    const cursor = await firstCursor();
    for (const parameters of [{ count: 4 }, { count: 0 }, {}]) {
      expectScimError(await client.get(withQuery('/Users', { cursor, ...parameters })), 400, 'invalidCount');
    }
    expect(namesOf(await list(client, '/Users', { cursor, count: 5 }))).toEqual(names.slice(5, 10));
  });

  it('105 refuses cursor and startIndex together', async () => {
    expectScimError(await client.get('/Users?cursor=&startIndex=1'), 400, 'invalidValue');
    const cursor = await firstCursor();
    expectScimError(await client.get(withQuery('/Users', { cursor, count: 5, startIndex: 6 })), 400, 'invalidValue');
    const body = { schemas: [SEARCH], cursor, count: 5, startIndex: 6 };
    expectScimError(await client.post('/Users/.search', body), 400, 'invalidValue');
  });

  it('106 walks by .search too, with cursors that are good in both ways of asking', async () => {
    const query = { filter: 'userName lt "u008"', sortBy: 'userName', sortOrder: 'descending', count: 3 };
    const met: unknown[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const page: List = await search(client, '/Users/.search', { ...query, attributes: ['userName'], cursor });
      if (cursor !== '') expect(namesOf(await list(client, '/Users', { ...query, cursor }))).toEqual(namesOf(page));
      met.push(namesOf(page));
      cursor = page.nextCursor;
    }
    expect(met).toEqual([
      ['u007', 'u006', 'u005'],
      ['u004', 'u003', 'u002'],
      ['u001', 'u000'],
    ]);
  });

  it('107 refuses the cursor of another directory', async () => {
    const [cursor, neighbour] = [await firstCursor(), await directoryWith(names)];
    expectScimError(await neighbour.get(withQuery('/Users', { cursor, count: 5 })), 400, 'invalidCursor');
  });

  it.each([
    ['a filter', '/Users', { filter: 'userName pr' }],
    ['a sort', '/Users', { sortBy: 'userName' }],
    ['another type', '/Groups', {}],
  ])('107 refuses the cursor of a query that differs by %s', async (_name, path, parameters) => {
    const cursor = await firstCursor();
    expectScimError(await client.get(withQuery(path, { cursor, count: 5, ...parameters })), 400, 'invalidCursor');
  });

  it.each([{}, { sortBy: 'userName' }, { filter: 'userName pr' }])(
    '107 refuses the cursor of a store that could do more or less, by %j',
    async (parameters) => {
      const storage = createMemoryStorage();
      const able = createScimSite({}, storage);
      const unable = createScimSite({}, { ...storage, capabilities: { filtering: false, sorting: false } });
      const owner = await able.client();
      for (const name of names) await createUser(owner, name);
      const page = (site: ScimSite, cursor: string) =>
        request(site.app)
          .get(`/scim/v2/${owner.directory.id}${withQuery('/Users', { cursor, count: 5, ...parameters })}`)
          .set('Authorization', `Bearer ${owner.token}`);
      for (const [here, there] of [
        [able, unable],
        [unable, able],
      ] as const) {
        const { nextCursor } = (await page(here, '')).body;
        expect(namesOf((await page(here, nextCursor)).body)).toEqual(names.slice(5, 10));
        expectScimError(await page(there, nextCursor), 400, 'invalidCursor');
      }
    },
  );

  it('107 refuses a position that its store does not know, and takes no other fault for that', async () => {
    let isMoved = false;
    const storage = observeStorage(createMemoryStorage(), async ({ name }, proceed) => {
      if (isMoved && name === 'directoryUsers.query') throw new RangeError('not a position');
      return proceed();
    });
    const owner = await createScimSite({ logger: createRecordingLogger() }, storage).client();
    for (const name of names) await createUser(owner, name);
    const { nextCursor = '' } = await list(owner, '/Users', { cursor: '', count: 5 });
    isMoved = true;
    expectScimError(await owner.get(withQuery('/Users', { cursor: nextCursor, count: 5 })), 400, 'invalidCursor');
    for (const parameters of [{ cursor: '' }, { startIndex: 6 }]) {
      expectScimError(await owner.get(withQuery('/Users', parameters)), 500);
    }
  });

  it('107 refuses the cursor of a sort in the other direction, but not for another choice of attributes', async () => {
    const cursor = await firstCursor({ sortBy: 'userName' });
    const turned = { cursor, count: 5, sortBy: 'userName', sortOrder: 'descending' };
    expectScimError(await client.get(withQuery('/Users', turned)), 400, 'invalidCursor');
    const narrowed = await list(client, '/Users', { cursor, count: 5, sortBy: 'USERNAME', attributes: 'userName' });
    expect(namesOf(narrowed)).toEqual(names.slice(5, 10));
  });
});

describe('the texts that lists keep', () => {
  it('are never older than the users and groups, nor those of another directory with the same ids', async () => {
    const random = createSeededRandom(11);
    // A clock that stands still: neither versions nor times tell the directories apart.
    const clock = { now: () => Date.parse('2026-03-01T12:00:00Z') };
    const site = createScimSite({ clock, listCacheBytes: 1_048_576, policy: { putUnknownUser: 'create' } });
    const clients = [await site.client(), await site.client()];
    const ids = numbered('person-', 40);
    const groups = new Map<ScimClient, Resource>();
    // Forty long texts in each directory are more than is kept; the longest is never kept.
    const userOf = (id: string, title: string) => ({
      schemas: [USER],
      userName: id,
      nickName: 'é'.repeat(id === 'person-7' ? 45_000 : 9_000),
      title,
    });
    for (const client of clients) {
      for (const id of ids) await client.put(`/Users/${id}`, userOf(id, client.baseUrl)).expect(201);
      groups.set(client, await createGroup(client, 'Engineers'));
    }

    for (let step = 0; step < 60; step += 1) {
      const client = random.pick(clients);
      const id = random.pick(ids);
      const group = groups.get(client);
      const changes = [
        () => client.patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: `step ${step}` }]),
        () => client.patch(`/Groups/${group?.id}`, [{ op: 'add', path: 'members', value: [{ value: id }] }]),
        () => client.patch(`/Groups/${group?.id}`, [{ op: 'remove', path: `members[value eq "${id}"]` }]),
        () => client.patch(`/Groups/${group?.id}`, [{ op: 'replace', path: 'displayName', value: `Team ${step}` }]),
      ];
      await random.pick(changes)().expect(200);
      const startIndex = 1 + random.below(ids.length - 10);
      for (const reader of clients) {
        const { Resources } = await list(reader, '/Users', { startIndex, count: 10 });
        expect(Resources).toHaveLength(10);
        for (const listed of Resources) expect(listed).toEqual((await reader.get(`/Users/${listed.id}`)).body);
      }
    }
  });

  it('are not shown to another organization whose directory has the same id', async () => {
    const memory = createMemoryStorage();
    // Ids of directories that are unique in their organization alone, which only tokens tell apart.
    const storage = observeStorage(memory, async ({ name }, proceed) => {
      const answer = await proceed();
      if (name !== 'directories.findToken') return answer;
      const { token, directory } = answer as NonNullable<Awaited<ReturnType<typeof memory.directories.findToken>>>;
      return { token: { ...token, directoryId: 'okta' }, directory: { ...directory, id: 'okta' } };
    });
    const site = createScimSite({ directoryFrom: 'token', logger: createRecordingLogger() }, storage);
    const created = '2026-03-01T10:00:00.000Z';
    for (const organizationId of ['acme', 'globex']) {
      const attributes = { userName: 'ada', title: `of ${organizationId}` };
      await memory.directoryUsers.insert(
        { organizationId, directoryId: 'okta' },
        { id: 'ada', created, attributes, uniqueKeys: ['userName:ada'] },
      );
    }
    for (const organizationId of ['acme', 'globex', 'acme']) {
      const { token } = await site.client({ organizationId });
      const answer = await request(site.app).get('/scim/v2/Users').set('Authorization', `Bearer ${token}`);
      expect(answer.body).toMatchObject({ totalResults: 1, Resources: [{ id: 'ada', title: `of ${organizationId}` }] });
    }
  });

  it('are not shown to who asks for part of a user', async () => {
    const client = await createScimSite().client();
    const ada = await createUser(client, 'ada', { title: 'Countess' });
    expect((await list(client, '/Users')).Resources).toEqual([ada]);
    expect((await list(client, '/Users', { attributes: 'title' })).Resources).toEqual([
      { schemas: ada['schemas'], id: ada.id, title: 'Countess' },
    ]);
    expect((await list(client, '/Users')).Resources).toEqual([ada]);
  });
});
