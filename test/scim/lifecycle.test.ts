import { describe, expect, it } from '@jest/globals';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import type { Response } from 'supertest';
import { observeStorage, type StorageCall } from '../../src/testing/observed-storage.js';
import { addPeople, createTickingClock } from '../support/patch-subjects.js';
import { expectScimError } from '../support/scim-error.js';
import {
  createGroup,
  createUser,
  list,
  namesOf,
  numbered,
  type Resource,
  UNKNOWN_ID,
} from '../support/scim-resources.js';
import { createScimSite, GROUP, type ScimClient, USER } from '../support/scim-site.js';

const site = createScimSite({ clock: createTickingClock() });

function scopeOf({ directory: { organizationId, id } }: ScimClient) {
  return { organizationId, directoryId: id };
}

function retitle(client: ScimClient, path: string, title: string) {
  return client.patch(path, [{ op: 'replace', path: 'title', value: title }]);
}

function rename(client: ScimClient, path: string, displayName: string) {
  return client.patch(path, [{ op: 'replace', path: 'displayName', value: displayName }]);
}

function addMembers(client: ScimClient, path: string, members: readonly Resource[]) {
  return client.patch(path, [{ op: 'add', path: 'members', value: members.map(({ id }) => ({ value: id })) }]);
}

async function groupNames(client: ScimClient, user: Resource): Promise<readonly string[]> {
  const { body } = await client.get(`/Users/${user.id}`);
  return ((body.groups ?? []) as { readonly display: string }[]).map(({ display }) => display).sort();
}

async function memberIds(client: ScimClient, group: Resource): Promise<readonly string[]> {
  const { body } = await client.get(`/Groups/${group.id}`);
  return ((body.members ?? []) as { readonly value: string }[]).map(({ value }) => value).sort();
}

function statuses(answers: readonly Response[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('DELETE', () => {
  it.each(['/Users', '/Groups'])(
    '189 of one of %s is answered with 204, and nothing shows it any more',
    async (endpoint) => {
      const client = await site.client();
      const create = (name: string) => (endpoint === '/Users' ? createUser(client, name) : createGroup(client, name));
      const gone = await create('gone');
      await create('stays');
      const answer = await client.delete(`${endpoint}/${gone.id}`);
      expect({ status: answer.status, text: answer.text, type: answer.headers['content-type'] }).toEqual({
        status: 204,
        text: '',
        type: undefined,
      });
      const path = `${endpoint}/${gone.id}`;
      expectScimError(await client.get(path), 404);
      expectScimError(await client.get(path).set('If-None-Match', '*'), 404);
      expectScimError(await rename(client, path, 'x'), 404);
      expectScimError(await client.put(path, { userName: 'x', displayName: 'x' }), 404);
      expect(namesOf(await list(client, endpoint))).toEqual(['stays']);
      expect((await list(client, endpoint, { filter: `id eq "${gone.id}"` })).totalResults).toBe(0);
      expect((await list(client, endpoint, { filter: 'meta.created pr', sortBy: 'id' })).totalResults).toBe(1);
      expect((await list(client, '/', { filter: `id eq "${gone.id}"` })).totalResults).toBe(0);
    },
  );

  it.each(['/Users', '/Groups'])('190 twice, or of what nobody has, is answered with 404 at %s', async (endpoint) => {
    const client = await site.client();
    const made = endpoint === '/Users' ? await createUser(client, 'ada') : await createGroup(client, 'Team');
    expect((await client.delete(`${endpoint}/${made.id}`)).status).toBe(204);
    expect(expectScimError(await client.delete(`${endpoint}/${made.id}`), 404)).toContain(made.id);
    expectScimError(await client.delete(`${endpoint}/${UNKNOWN_ID}`), 404);
  });

  it('190 of a user at the address of a group deletes nothing', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    expectScimError(await client.delete(`/Groups/${ada.id}`), 404);
    expect((await client.get(`/Users/${ada.id}`)).status).toBe(200);
  });

  it('191 sets userName and displayName free, and never an id', async () => {
    const client = await site.client({ policy: { putUnknownUser: 'create' } });
    const ada = await createUser(client, 'ada', { externalId: 'e1' });
    const team = await createGroup(client, 'Team');
    await client.delete(`/Users/${ada.id}`);
    await client.delete(`/Groups/${team.id}`);
    expect((await createUser(client, 'ADA', { externalId: 'e1' })).id).not.toBe(ada.id);
    expect((await createGroup(client, 'Team')).id).not.toBe(team.id);
    expectScimError(await client.put(`/Users/${ada.id}`, { userName: 'other' }), 409, 'uniqueness');
  });

  it.each([
    ['keep', expect.objectContaining({ attributes: { userName: 'ada', title: 'Dr', active: true } })],
    ['erase', undefined],
  ] as const)('192 leaves of a user what the policy "%s" says', async (deletedUsers, kept) => {
    const client = await site.client({ policy: { deletedUsers } });
    const ada = await createUser(client, 'ada', { title: 'Dr' });
    expect((await client.delete(`/Users/${ada.id}`)).status).toBe(204);
    expectScimError(await client.get(`/Users/${ada.id}`), 404);
    const left = await site.storage.directoryUsers.getDeleted(scopeOf(client), ada.id);
    expect(left).toEqual({ id: ada.id, deletedAt: expect.any(String), kept });
    expect(JSON.stringify(left).includes('Dr')).toBe(deletedUsers === 'keep');
  });

  it('193 of a user takes it out of all its groups, which have changed by that', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const bob = await createUser(client, 'bob');
    const team = await createGroup(client, 'Team', [ada, bob]);
    const crew = await createGroup(client, 'Crew', [ada]);
    const other = await createGroup(client, 'Other', [bob]);
    await client.delete(`/Users/${ada.id}`);
    const [teamNow, crewNow, otherNow] = (await list(client, '/Groups')).Resources;
    expect([teamNow?.['members'], crewNow?.['members']]).toEqual([
      [expect.objectContaining({ value: bob.id })],
      undefined,
    ]);
    expect(teamNow?.['meta']).not.toEqual(team['meta']);
    expect(crewNow?.['meta']).not.toEqual(crew['meta']);
    expect(otherNow).toEqual(other);
    expect((await list(client, '/Groups', { filter: `members.value eq "${ada.id}"` })).totalResults).toBe(0);
  });

  it('193 of a group takes it from its members and out of the groups it was in', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const inner = await createGroup(client, 'Inner', [ada]);
    const outer = await createGroup(client, 'Outer', [inner, ada]);
    await client.delete(`/Groups/${inner.id}`);
    expect(await groupNames(client, ada)).toEqual(['Outer']);
    expect(await memberIds(client, outer)).toEqual([ada.id]);
  });
});

describe('versions', () => {
  it.each(['/Users', '/Groups'])(
    '201 the ETag is meta.version, weak, on every answer that shows one of %s',
    async (endpoint) => {
      const client = await site.client();
      const body = { schemas: [endpoint === '/Users' ? USER : GROUP], userName: 'ada', displayName: 'Ada' };
      const created = await client.post(endpoint, body);
      const path = `${endpoint}/${created.body.id}`;
      const answers = [
        created,
        await client.get(path),
        await rename(client, path, 'B'),
        await client.put(path, { ...body, displayName: 'C' }),
        await client.get(path),
      ];
      for (const { headers, body: shown } of answers) expect(headers['etag']).toBe(shown.meta.version);
      expect(answers.map(({ headers }) => headers['etag'])).toEqual(['W/"1"', 'W/"1"', 'W/"2"', 'W/"3"', 'W/"3"']);
      const { Resources } = await list(client, endpoint);
      expect(Resources[0]).toEqual(answers[4]?.body);
      const narrow = await client.get(`${path}?attributes=displayName`);
      expect(narrow.headers['etag']).toBe('W/"3"');
    },
  );

  it.each([
    ['equal', (etag: string) => etag, 304],
    ['equal in strong form', (etag: string) => etag.slice(2), 304],
    ['one of a list', (etag: string) => `"0", ${etag} , W/"9"`, 304],
    ['anything', () => '*', 304],
    ['another', () => 'W/"7"', 200],
    ['the beginning of it', (etag: string) => etag.slice(0, -2), 200],
    ['empty', () => '', 200],
  ] as const)('202 GET with If-None-Match %s', async (_what, tag, status) => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const team = await createGroup(client, 'Team', [ada]);
    for (const path of [`/Users/${ada.id}`, `/Groups/${team.id}`]) {
      const { headers, body } = await client.get(path);
      const answer = await client.get(path).set('If-None-Match', tag(headers['etag'] ?? ''));
      expect({ status: answer.status, etag: answer.headers['etag'] }).toEqual({ status, etag: headers['etag'] });
      expect(answer.text).toBe(status === 304 ? '' : JSON.stringify(body));
    }
  });

  const WRITES: readonly (readonly [
    string,
    (client: ScimClient, path: string, etag: string) => PromiseLike<Response>,
  ])[] = [
    ['PUT', (client, path, etag) => client.put(path, { userName: 'x', displayName: 'x' }).set('If-Match', etag)],
    ['PATCH', (client, path, etag) => rename(client, path, 'x').set('If-Match', etag)],
    ['PATCH that changes nothing', (client, path, etag) => rename(client, path, 'new').set('If-Match', etag)],
    [
      'PATCH of members',
      (client, path, etag) => client.patch(path, [{ op: 'remove', path: 'members' }]).set('If-Match', etag),
    ],
    ['DELETE', (client, path, etag) => client.delete(path).set('If-Match', etag)],
  ];
  const written = WRITES.flatMap(([method, write]) =>
    ['/Users', '/Groups'].flatMap((endpoint) =>
      endpoint === '/Users' && method === 'PATCH of members' ? [] : [[method, endpoint, write] as const],
    ),
  );

  it.each(written)('203 204 %s of one of %s minds If-Match', async (_method, endpoint, write) => {
    const fresh = async () => {
      const client = await site.client();
      const ada = await createUser(client, 'ada');
      const made = endpoint === '/Users' ? ada : await createGroup(client, 'Team', [ada]);
      const path = `${endpoint}/${made.id}`;
      await rename(client, path, 'new');
      return { client, path, before: (await client.get(path)).body };
    };
    for (const stale of ['W/"1"', '"1"', 'W/"20"', 'W/"1", W/"3"', 'nonsense']) {
      const { client, path, before } = await fresh();
      expectScimError(await write(client, path, stale), 412);
      expect((await client.get(path)).body).toEqual(before);
    }
    for (const good of ['W/"2"', '"2"', '*', ' * ', 'W/"1", W/"2"', '"3","2"']) {
      const { client, path } = await fresh();
      expect([200, 204]).toContain((await write(client, path, good)).status);
    }
    const { client } = await fresh();
    expectScimError(await write(client, `${endpoint}/${UNKNOWN_ID}`, '*'), 404);
  });

  it('204 PUT with If-Match creates nobody, whatever the policy', async () => {
    const client = await site.client({ policy: { putUnknownUser: 'create' } });
    expectScimError(await client.put('/Users/chosen', { userName: 'ada' }).set('If-Match', '*'), 404);
    expect((await list(client, '/Users')).totalResults).toBe(0);
  });

  it.each<
    [
      string,
      (client: ScimClient, path: string, index: number) => { set(name: string, value: string): PromiseLike<Response> },
    ]
  >([
    ['PATCH', (client, path, index) => rename(client, path, `n${index}`)],
    ['PUT', (client, path, index) => client.put(path, { userName: 'ada', displayName: `n${index}` })],
    ['DELETE', (client, path) => client.delete(path)],
    [
      'PUT, PATCH and DELETE',
      (client, path, index) =>
        [
          client.delete(path),
          client.put(path, { userName: 'ada', displayName: `n${index}` }),
          rename(client, path, `n${index}`),
        ][index % 3] ?? client.delete(path),
    ],
  ])('205 of twelve %s with the same If-Match one wins', async (_method, write) => {
    for (const endpoint of ['/Users', '/Groups']) {
      const client = await site.client();
      const made = endpoint === '/Users' ? await createUser(client, 'ada') : await createGroup(client, 'Team');
      const path = `${endpoint}/${made.id}`;
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => write(client, path, index).set('If-Match', 'W/"1"')),
      );
      const winners = answers.filter(({ status }) => status === 200 || status === 204);
      expect(winners).toHaveLength(1);
      // Whoever finds a deleted resource cannot be told of its version.
      for (const loser of answers) if (loser !== winners[0]) expectScimError(loser, loser.status === 404 ? 404 : 412);
      const now = await client.get(path);
      if (winners[0]?.status === 204) expectScimError(now, 404);
      else expect(now.body).toEqual(winners[0]?.body);
    }
  });

  it('205 of twelve changes of members with the same If-Match one wins, also beside changes without', async () => {
    const client = await site.client();
    const people = numbered('p', 24);
    await addPeople(site, client, people);
    const team = await createGroup(client, 'Team');
    const answers = await Promise.all(
      people.map((id, index) => {
        const change = addMembers(client, `/Groups/${team.id}`, [{ id }]);
        return index % 2 === 0 ? change.set('If-Match', 'W/"1"') : change;
      }),
    );
    const members = people.filter((_, index) => answers[index]?.status === 200);
    expect(await memberIds(client, team)).toEqual(members);
    expect(answers.filter((_, index) => index % 2 === 1).map(({ status }) => status)).toEqual(Array(12).fill(200));
    const conditional = answers.filter((_, index) => index % 2 === 0);
    expect(conditional.filter(({ status }) => status === 200).length).toBeLessThan(2);
    for (const answer of conditional) if (answer.status !== 200) expectScimError(answer, 412);
  });

  it('206 the version of a user moves with its changes only', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada', { title: 'Dr' });
    const path = `/Users/${ada.id}`;
    const stored = async () => (await site.storage.directoryUsers.get(scopeOf(client), ada.id))?.version;
    const echo = await client.get(path);
    await client.put(path, echo.body);
    await retitle(client, path, 'Dr');
    await client.patch(path, [{ op: 'replace', path: 'password', value: 'x' }]);
    expectScimError(await retitle(client, path, 'Prof').set('If-Match', '"7"'), 412);
    const team = await createGroup(client, 'Team', [ada]);
    await client.delete(`/Groups/${team.id}`);
    expect((await client.get(path)).body).toEqual(ada);
    expect(await stored()).toBe(1);
    await retitle(client, path, 'Prof');
    expect(await stored()).toBe(2);
    await client.patch(path, [{ op: 'remove', path: 'title' }]);
    expect(await stored()).toBe(3);
    await client.put(path, { userName: 'ada', title: 'Dr' });
    expect((await client.get(path)).body.meta.version).toBe('W/"4"');
  });

  it('206 the version of a group moves with its attributes and members only', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const bob = await createUser(client, 'bob');
    const team = await createGroup(client, 'Team', [ada]);
    const path = `/Groups/${team.id}`;
    const version = async () => (await client.get(path)).headers['etag'];
    expect(await version()).toBe('W/"1"');
    await addMembers(client, path, [ada]);
    await client.patch(path, [{ op: 'remove', path: `members[value eq "${bob.id}"]` }]);
    await client.put(path, { displayName: 'Team', members: [{ value: ada.id }] });
    await rename(client, path, 'Team');
    await retitle(client, `/Users/${ada.id}`, 'Dr');
    expect((await client.get(path)).body).toEqual(team);
    await addMembers(client, path, [ada, bob]);
    expect(await version()).toBe('W/"2"');
    await client.patch(path, [{ op: 'remove', path: 'members' }]);
    expect(await version()).toBe('W/"3"');
    await rename(client, path, 'Crew');
    expect(await version()).toBe('W/"4"');
  });

  const XSD_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

  it.each(['/Users', '/Groups'])('207 created and lastModified of one of %s', async (endpoint) => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const made = await client.post(endpoint, { userName: 'bob', displayName: 'Bob', members: [{ value: ada.id }] });
    const { created, lastModified } = made.body.meta;
    expect({ created, version: made.body.meta.version }).toEqual({ created: lastModified, version: 'W/"1"' });
    expect(created).toMatch(XSD_UTC);
    const path = `${endpoint}/${made.body.id}`;
    let last = lastModified;
    for (const name of ['one', 'two', 'three']) {
      const { meta } = (await rename(client, path, name)).body;
      expect(meta.created).toBe(created);
      expect(meta.lastModified).toMatch(XSD_UTC);
      expect(meta.lastModified > last).toBe(true);
      last = meta.lastModified;
    }
    await rename(client, path, 'three');
    expect((await client.get(path)).body.meta.lastModified).toBe(last);
  });

  it('207 lastModified grows even where the clock stands still or goes back', async () => {
    let now = Date.parse('2026-03-01T10:00:00Z');
    const client = await createScimSite({ clock: { now: () => now } }).client();
    const ada = await createUser(client, 'ada');
    const team = await createGroup(client, 'Team');
    const modified = async (path: string) => (await client.get(path)).body.meta.lastModified as string;
    for (const [path, change] of [
      [`/Users/${ada.id}`, (name: string) => rename(client, `/Users/${ada.id}`, name)],
      [`/Groups/${team.id}`, (name: string) => rename(client, `/Groups/${team.id}`, name)],
      [
        `/Groups/${team.id}`,
        (name: string) =>
          client.patch(`/Groups/${team.id}`, [
            { op: name === 'back' ? 'remove' : 'add', path: 'members', value: [{ value: ada.id }] },
          ]),
      ],
    ] as const) {
      const first = await modified(path);
      await change('still');
      const second = await modified(path);
      expect(second > first).toBe(true);
      now -= 60_000;
      await change('back');
      expect((await modified(path)) > second).toBe(true);
    }
  });

  it('205 207 tells the store which version it means, and times that grow, for stores that isolate less', async () => {
    let now = Date.parse('2026-03-01T10:00:00Z');
    const calls: StorageCall[] = [];
    const watched = observeStorage(createMemoryStorage(), (call, proceed) => {
      calls.push(call);
      return proceed();
    });
    const client = await createScimSite({ clock: { now: () => now } }, watched).client();
    const ada = await createUser(client, 'ada');
    const team = await createGroup(client, 'Team');
    now -= 60_000;
    await retitle(client, `/Users/${ada.id}`, 'Dr');
    await rename(client, `/Groups/${team.id}`, 'Crew');
    await addMembers(client, `/Groups/${team.id}`, [ada]).set('If-Match', 'W/"2"');
    const lastArgument = (name: string) => calls.findLast((call) => call.name === name)?.args.slice(2);
    const later = '2026-03-01T10:00:00.001Z';
    expect(lastArgument('directoryUsers.update')).toEqual([expect.objectContaining({ lastModified: later }), 1]);
    expect(lastArgument('groups.update')).toEqual([expect.objectContaining({ lastModified: later }), 1]);
    expect(lastArgument('groups.changeMembers')).toEqual([expect.objectContaining({ ifVersion: 2 })]);
  });
});

describe('security 19: a conditional GET never shows a stale membership', () => {
  it.each<[string, (client: ScimClient, ada: Resource, team: Resource) => PromiseLike<Response>, readonly string[]]>([
    [
      'joins a group',
      async (client, ada) => client.post('/Groups', { displayName: 'Crew', members: [{ value: ada.id }] }),
      ['Crew', 'Team'],
    ],
    [
      'leaves a group',
      (client, ada, team) =>
        client.patch(`/Groups/${team.id}`, [{ op: 'remove', path: `members[value eq "${ada.id}"]` }]),
      [],
    ],
    [
      'leaves with everybody',
      (client, _ada, team) => client.patch(`/Groups/${team.id}`, [{ op: 'replace', path: 'members', value: [] }]),
      [],
    ],
    ['leaves by PUT', (client, _ada, team) => client.put(`/Groups/${team.id}`, { displayName: 'Team' }), []],
    ['loses a group', (client, _ada, team) => client.delete(`/Groups/${team.id}`), []],
    [
      'is in a group that gets another name',
      (client, _ada, team) => rename(client, `/Groups/${team.id}`, 'Crew'),
      ['Crew'],
    ],
  ])('security 19: of a user who %s', async (_what, change, groups) => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const team = await createGroup(client, 'Team', [ada]);
    const path = `/Users/${ada.id}`;
    const reads = [
      path,
      `${path}?attributes=groups`,
      `${path}?attributes=groups.display`,
      `${path}?excludedAttributes=userName`,
    ];
    const before = await Promise.all(reads.map((read) => client.get(read)));
    for (const [index, read] of reads.entries()) {
      const same = await client.get(read).set('If-None-Match', before[index]?.headers['etag'] ?? '');
      expect(same.status).toBe(304);
    }
    await change(client, ada, team);
    expect(await groupNames(client, ada)).toEqual(groups);
    for (const [index, read] of reads.entries()) {
      const answer = await client.get(read).set('If-None-Match', before[index]?.headers['etag'] ?? '');
      expect(answer.status).toBe(200);
      const shown = ((answer.body.groups ?? []) as { readonly display: string }[]).map(({ display }) => display);
      expect(shown.sort()).toEqual(groups);
    }
  });

  it('security 19: a change of groups is no reason to refuse a change of the user', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const { headers } = await client.get(`/Users/${ada.id}`);
    await createGroup(client, 'Team', [ada]);
    const later = await client.get(`/Users/${ada.id}`);
    expect(later.headers['etag']).not.toBe(headers['etag']);
    expect((await retitle(client, `/Users/${ada.id}`, 'Dr').set('If-Match', headers['etag'] ?? '')).status).toBe(200);
    expectScimError(await retitle(client, `/Users/${ada.id}`, 'x').set('If-Match', later.headers['etag'] ?? ''), 412);
  });

  it('security 19: of a group whose member is deleted', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const team = await createGroup(client, 'Team', [ada]);
    const { headers } = await client.get(`/Groups/${team.id}`);
    await client.delete(`/Users/${ada.id}`);
    const answer = await client.get(`/Groups/${team.id}`).set('If-None-Match', headers['etag'] ?? '');
    expect({ status: answer.status, members: answer.body.members }).toEqual({ status: 200, members: undefined });
  });
});

describe('tenants', () => {
  async function pair(sameOrganization: boolean) {
    const mine = await site.client();
    const { organizationId } = mine.directory;
    const theirs = await site.client(sameOrganization ? { organizationId } : {});
    const ada = await createUser(mine, 'ada', { externalId: 'e1', emails: [{ value: 'ada@example.com' }] });
    const team = await createGroup(mine, 'Team', [ada]);
    return { mine, theirs, ada, team };
  }

  describe.each([
    ['of two organizations', false],
    ['of one organization', true],
  ])('%s', (_which, sameOrganization) => {
    it('208 cannot read or change what the other has, by id', async () => {
      const { mine, theirs, ada, team } = await pair(sameOrganization);
      for (const path of [`/Users/${ada.id}`, `/Groups/${team.id}`]) {
        const before = (await mine.get(path)).body;
        expectScimError(await theirs.get(path), 404);
        expectScimError(await theirs.get(path).set('If-None-Match', '*'), 404);
        expectScimError(await theirs.put(path, { userName: 'x', displayName: 'x' }), 404);
        expectScimError(await rename(theirs, path, 'x'), 404);
        expectScimError(await theirs.delete(path), 404);
        expect((await mine.get(path)).body).toEqual(before);
      }
    });

    it('208 do not find what the other has, by filter, sort or search', async () => {
      const { theirs, ada, team } = await pair(sameOrganization);
      for (const [endpoint, filter] of [
        ['/Users', `id eq "${ada.id}"`],
        ['/Users', 'userName eq "ada"'],
        ['/Users', 'externalId eq "e1"'],
        ['/Users', 'emails.value eq "ada@example.com"'],
        ['/Users', `groups.value eq "${team.id}"`],
        ['/Users', 'not (userName eq "nobody")'],
        ['/Groups', `members.value eq "${ada.id}"`],
        ['/Groups', 'displayName pr'],
        ['/', 'meta.created pr'],
      ] as const) {
        expect((await list(theirs, endpoint, { filter })).totalResults).toBe(0);
      }
      expect((await list(theirs, '/Users', { sortBy: 'userName' })).Resources).toEqual([]);
    });

    it('208 cannot take what the other has as members', async () => {
      const { mine, theirs, ada, team } = await pair(sameOrganization);
      const own = await createGroup(theirs, 'Team');
      for (const { id } of [ada, team]) {
        expectScimError(await addMembers(theirs, `/Groups/${own.id}`, [{ id }]), 400, 'invalidValue');
        expectScimError(
          await theirs.post('/Groups', { displayName: 'x', members: [{ value: id }] }),
          400,
          'invalidValue',
        );
      }
      expect(await memberIds(theirs, own)).toEqual([]);
      expect(await groupNames(mine, ada)).toEqual(['Team']);
    });

    it('208 may use the same names, and each sees its own address', async () => {
      const { mine, theirs, ada } = await pair(sameOrganization);
      const created = await theirs.post('/Users', { schemas: [USER], userName: 'ada', externalId: 'e1' });
      expect({ status: created.status, location: created.headers['location'] }).toEqual({
        status: 201,
        location: `${theirs.baseUrl}/Users/${created.body.id}`,
      });
      expect(created.body.id).not.toBe(ada.id);
      expect(JSON.stringify((await mine.get(`/Users/${ada.id}`)).body)).not.toContain(theirs.directory.id);
    });

    it('208 cannot reach the other by a bulk request, nor by its address', async () => {
      const { mine, theirs, ada, team } = await pair(sameOrganization);
      const { body } = await theirs.post('/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [
          { method: 'DELETE', path: `/Users/${ada.id}` },
          { method: 'PUT', path: `/Groups/${team.id}`, data: { displayName: 'x' } },
          { method: 'DELETE', path: `/../${mine.directory.id}/Users/${ada.id}` },
          { method: 'DELETE', path: `/%2e%2e/${ada.id}` },
        ],
      });
      expect(body.Operations.map(({ status }: { readonly status: string }) => status)).toEqual([
        '404',
        '404',
        '400',
        '404',
      ]);
      const foreign = await mine.get(`/Users/${ada.id}`).set('Authorization', `Bearer ${theirs.token}`);
      expect([401, 404]).toContain(foreign.status);
      expectScimError(foreign, foreign.status);
      expect(await memberIds(mine, team)).toEqual([ada.id]);
    });

    it('208 cannot go on with a cursor of the other', async () => {
      const { mine, theirs } = await pair(sameOrganization);
      for (const client of [mine, theirs]) await createUser(client, 'bob');
      for (const client of [mine, theirs]) await createUser(client, 'cy');
      const { nextCursor = '' } = await list(mine, '/Users', { count: 1, cursor: '' });
      expect(nextCursor).not.toBe('');
      expect(namesOf(await list(mine, '/Users', { count: 1, cursor: nextCursor }))).toEqual(['bob']);
      const foreign = await theirs.get(`/Users?count=1&cursor=${encodeURIComponent(nextCursor)}`);
      expectScimError(foreign, 400, 'invalidCursor');
    });
  });
});

describe('groups in groups', () => {
  it('209 are members of type Group, and nothing cascades', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const inner = await createGroup(client, 'Inner', [ada]);
    const outer = await createGroup(client, 'Outer');
    const answer = await addMembers(client, `/Groups/${outer.id}`, [inner]);
    expect({ status: answer.status, members: answer.body.members }).toEqual({
      status: 200,
      members: [{ value: inner.id, $ref: `${client.baseUrl}/Groups/${inner.id}`, display: 'Inner', type: 'Group' }],
    });
    expect(await groupNames(client, ada)).toEqual(['Inner']);
    expect(namesOf(await list(client, '/Groups', { filter: `members.value eq "${ada.id}"` }))).toEqual(['Inner']);
    expect(namesOf(await list(client, '/Groups', { filter: `members.value eq "${inner.id}"` }))).toEqual(['Outer']);
  });

  it('209 may go in a circle of several, not of one, and every request still ends', async () => {
    const client = await site.client();
    const [a, b, c] = [await createGroup(client, 'A'), await createGroup(client, 'B'), await createGroup(client, 'C')];
    for (const [group, member] of [
      [a, b],
      [b, c],
      [c, a],
    ] as const) {
      expect((await addMembers(client, `/Groups/${group.id}`, [member])).status).toBe(200);
    }
    expectScimError(await addMembers(client, `/Groups/${a.id}`, [a]), 400, 'invalidValue');
    expect(await memberIds(client, a)).toEqual([b.id]);
    expect(await memberIds(client, b)).toEqual([c.id]);
    expect((await list(client, '/Groups')).totalResults).toBe(3);
    expect((await client.delete(`/Groups/${a.id}`)).status).toBe(204);
    expect(await memberIds(client, c)).toEqual([]);
    expect(await memberIds(client, b)).toEqual([c.id]);
    expect((await client.delete(`/Groups/${c.id}`)).status).toBe(204);
    expect(await memberIds(client, b)).toEqual([]);
  });
});

describe('many at once', () => {
  it('210 of 50 POSTs of one userName, in any case, one is answered with 201', async () => {
    const client = await site.client();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        client.post('/Users', {
          userName: index % 2 === 0 ? 'ada@example.com' : 'ADA@Example.com',
          title: `t${index}`,
        }),
      ),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 409: 49 });
    for (const answer of answers) if (answer.status !== 201) expectScimError(answer, 409, 'uniqueness');
    const { Resources } = await list(client, '/Users');
    expect(Resources).toEqual([answers.find(({ status }) => status === 201)?.body]);
  });

  it('210 of 50 who take one userName by PATCH or PUT one has it', async () => {
    const client = await site.client();
    const names = numbered('p', 50);
    await addPeople(site, client, names);
    const answers = await Promise.all(
      names.map((id, index) =>
        index % 2 === 0
          ? client.patch(`/Users/${id}`, [{ op: 'replace', path: 'userName', value: 'ada' }])
          : client.put(`/Users/${id}`, { userName: 'Ada' }),
      ),
    );
    expect(statuses(answers)).toEqual({ 200: 1, 409: 49 });
    expect((await list(client, '/Users', { filter: 'userName eq "ada"' })).totalResults).toBe(1);
  });

  it('210 of 30 POSTs of one displayName of a group one is answered with 201, with its members', async () => {
    const client = await site.client();
    const people = numbered('p', 30);
    await addPeople(site, client, people);
    const answers = await Promise.all(
      people.map((id) => client.post('/Groups', { displayName: 'Team', members: [{ value: id }] })),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 409: 29 });
    const winner = answers.find(({ status }) => status === 201);
    expect((await list(client, '/Groups')).Resources).toEqual([winner?.body]);
    expect(winner?.body.members).toHaveLength(1);
  });

  it('184 200 adds and removes of different members at once end in the exact set', async () => {
    const client = await site.client();
    const people = numbered('p', 200);
    await addPeople(site, client, people);
    const leavers = people.filter((_, index) => index % 2 === 0);
    const team = await createGroup(
      client,
      'Team',
      leavers.map((id) => ({ id })),
    );
    const path = `/Groups/${team.id}`;
    const answers = await Promise.all(
      people.map((id, index) => {
        if (index % 2 === 1) return addMembers(client, path, [{ id }]);
        return index % 4 === 0
          ? client.patch(path, [{ op: 'remove', path: `members[value eq "${id}"]` }])
          : client.patch(path, [{ op: 'Remove', path: 'members', value: [{ value: id, $ref: null }] }]);
      }),
    );
    expect(statuses(answers)).toEqual({ 200: 200 });
    expect(await memberIds(client, team)).toEqual(people.filter((_, index) => index % 2 === 1));
    // As many versions as changes: none was merged with, or lost to, another.
    expect((await client.get(path)).headers['etag']).toBe('W/"201"');
  });

  it('184 40 changes of different attributes of one user at once all last', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const values = numbered('v', 40);
    const answers = await Promise.all(
      values.map((value) =>
        client.patch(`/Users/${ada.id}`, [{ op: 'add', path: 'emails', value: [{ value, type: 'other' }] }]),
      ),
    );
    expect(statuses(answers)).toEqual({ 200: 40 });
    const { body } = await client.get(`/Users/${ada.id}`);
    expect(body.emails.map(({ value }: { readonly value: string }) => value).sort()).toEqual(values);
    expect(body.meta.version).toBe('W/"41"');
  });

  it('193 joining a group and being deleted at once leaves nobody in it', async () => {
    const client = await site.client();
    const people = numbered('p', 30);
    await addPeople(site, client, people);
    const team = await createGroup(client, 'Team');
    const joins = people.map((id) => addMembers(client, `/Groups/${team.id}`, [{ id }]));
    const leaves = people.map((id) => client.delete(`/Users/${id}`));
    const answers = await Promise.all([...joins, ...leaves]);
    expect(answers.slice(30).map(({ status }) => status)).toEqual(people.map(() => 204));
    for (const answer of answers.slice(0, 30)) if (answer.status !== 200) expectScimError(answer, 400, 'invalidValue');
    expect(await memberIds(client, team)).toEqual([]);
  });
});
