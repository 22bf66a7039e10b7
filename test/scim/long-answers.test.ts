import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { observeStorage } from '../../src/testing/observed-storage.js';
import { type HttpClient, startHttpClient } from '../support/http-client.js';
import { addPeople } from '../support/patch-subjects.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { expectScimError } from '../support/scim-error.js';
import {
  createGroup,
  createUser,
  list,
  numbered,
  type Resource,
  search,
  withQuery,
} from '../support/scim-resources.js';
import { createScimSite, type ScimClient, type ScimSite } from '../support/scim-site.js';

const servers: HttpClient[] = [];

async function serve({ app }: ScimSite): Promise<HttpClient> {
  const server = await startHttpClient(app);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Two groups of more members than are read at once, with a small one and a person before, between and after them. */
async function company(site: ScimSite) {
  const client = await site.client();
  const people = numbered('p', 2500);
  await addPeople(site, client, people);
  const all = people.map((id) => ({ id }));
  const small = await createGroup(client, 'Small', all.slice(0, 2));
  const large = await createGroup(client, 'Large', all);
  const empty = await createGroup(client, 'Empty');
  const other = await createGroup(client, 'Other', [...all.slice(1000), small]);
  return { client, people, small, large, empty, other };
}

const memberOf = (client: ScimClient) => (id: string) => ({
  value: id,
  $ref: `${client.baseUrl}/Users/${id}`,
  display: id,
  type: 'User',
});

/** The same resource, or list of resources, with members in the order of their ids: a store has one of its own. */
function ordered<T>(shown: T): T {
  return JSON.parse(JSON.stringify(shown), (name, value: unknown) =>
    name === 'members' && Array.isArray(value) ? value.toSorted((a, b) => (a.value < b.value ? -1 : 1)) : value,
  ) as T;
}

/** The answer of a storage that has been asked for the members of a group of any size, page after page. */
function pagesOf(pages: number, after: string) {
  const page = Number(after) + 1;
  const items = Array.from({ length: 1000 }, () => ({ id: 'u', type: 'User', userName: 'u' }) as const);
  return { items, ...(page < pages ? { next: String(page) } : {}) };
}

/**
 * A site with two groups, each of so many thousand members from now on; `isAsked` is told of each page and may fail.
 */
async function endlessSite(
  pages: number,
  isAsked: (page: number) => void,
  { logger = createRecordingLogger(), memberCount = pages * 1000 } = {},
) {
  let isEndless = false;
  const storage = observeStorage(createMemoryStorage(), async ({ name, args }, proceed) => {
    const answer = await proceed();
    if (!isEndless) return answer;
    if (name === 'groups.members') {
      const { after } = args[2] as { readonly after: string };
      isAsked(Number(after) + 1);
      return pagesOf(pages, after);
    }
    if (name === 'groups.get') return { ...(answer as object), memberCount };
    if (name !== 'groups.query') return answer;
    const { items, ...page } = answer as { readonly items: readonly object[] };
    return { ...page, items: items.map((group) => ({ ...group, memberCount })) };
  });
  const site = createScimSite({ logger }, storage);
  const client = await site.client();
  const { id } = await createGroup(client, 'red');
  await createGroup(client, 'blue');
  isEndless = true;
  const headers = { authorization: `Bearer ${client.token}` };
  return { site, client, id, base: `/scim/v2/${client.directory.id}`, headers };
}

describe('answers with many members', () => {
  it('76 97 98 are whole: one group, lists, searches, all types at once', async () => {
    const { client, people, small, large, empty, other } = await company(createScimSite());
    const show = memberOf(client);
    const shownLarge = ordered({ ...large, members: people.map(show) });
    const nested = { value: small.id, $ref: `${client.baseUrl}/Groups/${small.id}`, display: 'Small', type: 'Group' };
    const shownOther = ordered({ ...other, members: [...people.slice(1000).map(show), nested] });
    const shown = [small, shownLarge, empty, shownOther];

    const one = await client.get(`/Groups/${large.id}`);
    expect({ status: one.status, type: one.headers['content-type'], body: ordered(one.body) }).toEqual({
      status: 200,
      type: 'application/scim+json',
      body: shownLarge,
    });
    expect(one.headers).toMatchObject({ etag: (large['meta'] as { readonly version: string }).version });
    expect(Object.keys(one.body)).toEqual(Object.keys((await client.get(`/Groups/${small.id}`)).body));
    expect(ordered((await list(client, '/Groups')).Resources)).toEqual(shown);
    expect(ordered(await list(client, '/Groups', { startIndex: 2, count: 2 }))).toMatchObject({
      totalResults: 4,
      itemsPerPage: 2,
      startIndex: 2,
      Resources: [shownLarge, empty],
    });
    expect(ordered(await search(client, '/Groups/.search', { filter: 'displayName eq "Large"' }))).toMatchObject({
      totalResults: 1,
      itemsPerPage: 1,
      Resources: [shownLarge],
    });
    const walk = await list(client, '/Groups', { cursor: '', count: 2 });
    expect(ordered(walk.Resources)).toEqual(shown.slice(0, 2));
    const rest = await list(client, '/Groups', { cursor: walk.nextCursor ?? '', count: 2 });
    expect(ordered(rest.Resources)).toEqual(shown.slice(2));
    const everything = await list(client, '/', { startIndex: 2500, count: 4 });
    expect(everything).toMatchObject({ totalResults: 2504, itemsPerPage: 4 });
    expect(ordered(everything.Resources.slice(1))).toEqual(shown.slice(0, 3));
    expect(everything.Resources[0]).toMatchObject({ userName: people.at(-1) });
    const asked = await client.patch(`/Groups/${large.id}?attributes=members`, [
      { op: 'add', path: 'members', value: [{ value: 'p000' }] },
    ]);
    expect({ status: asked.status, members: ordered(asked.body).members }).toEqual({
      status: 200,
      members: shownLarge.members,
    });
  });

  it.each([
    [{ attributes: 'members.value' }, (member: object) => ({ value: (member as { readonly value: string }).value })],
    [{ attributes: 'members' }, (member: object) => member],
    [{ excludedAttributes: 'meta' }, (member: object) => member],
    [
      { excludedAttributes: 'members.$ref,members.display,members.type,displayName' },
      ({ value }: { value?: string }) => ({ value }),
    ],
  ] as const)('90 91 are narrowed like any other by %j', async (parameters, narrowed) => {
    const { client, people, large } = await company(createScimSite());
    const few = await createGroup(client, 'Few', [{ id: 'p000' }]);
    const small = (await client.get(withQuery(`/Groups/${few.id}`, parameters))).body as Resource;
    const long = (await client.get(withQuery(`/Groups/${large.id}`, parameters))).body as Resource;
    expect(Object.keys(long)).toEqual(Object.keys(small));
    const { members } = ordered({ members: people.map(memberOf(client)).map(narrowed) });
    expect(ordered(long)['members']).toEqual(members);
    expect((await list(client, '/Groups', { ...parameters, count: 2 })).Resources[1]).toEqual(long);
  });

  it('91 show no list where nothing of the members is left', async () => {
    const { client, large } = await company(createScimSite());
    const path = `/Groups/${large.id}?excludedAttributes=members.value,members.$ref,members.display,members.type`;
    expect((await client.get(path)).body).toEqual({ ...large, members: undefined });
  });

  it('21 are answered to HEAD and to conditional requests without reading the members', async () => {
    const pages: number[] = [];
    const { site, client, id, base, headers } = await endlessSite(50, (page) => pages.push(page));
    const server = await serve(site);
    const head = await server.send({ method: 'HEAD', path: `${base}/Groups/${id}`, headers });
    expect({ status: head.status, type: head.headers['content-type'], text: head.text }).toEqual({
      status: 200,
      type: 'application/scim+json',
      text: '',
    });
    const known = await client.get(`/Groups/${id}`).set('If-None-Match', head.headers.etag ?? '');
    expect([known.status, known.text]).toEqual([304, '']);
    expect(pages.every((page) => page === 1)).toBe(true);
  });

  it.each([
    ['', '/Groups', 20_000_000],
    [', although the storage counts too few', '/Groups', 1],
    [', although the storage counts too few of one group', '/Groups/red', 1],
  ])(
    'are read no faster than the client takes them, and no further once it has gone%s',
    async (_what, path, memberCount) => {
      let read = 0;
      const isAsked = (page: number) => {
        // Whoever held all of it would have gone on for minutes.
        if (page > 10_000) throw new Error('nobody takes so much');
        read = page;
      };
      const { site, client, id, base, headers } = await endlessSite(20_000, isAsked, { memberCount });
      const { port } = await serve(site);
      const outgoing = get({ port, path: `${base}${path.replace('red', id)}`, headers });
      const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
      await once(incoming, 'readable');
      // Other requests are answered meanwhile; what the connection holds is a few megabytes of two gigabytes.
      for (let other = 0; other < 100; other += 1) await createUser(client, `u${other}`);
      expect(read).toBeLessThan(2000);
      incoming.destroy();
      for (let other = 100; other < 150; other += 1) await createUser(client, `u${other}`);
      const last = read;
      for (let other = 150; other < 200; other += 1) await createUser(client, `u${other}`);
      expect(read).toBe(last);
    },
  );

  it('are broken off, and never end as if they were whole, when the storage fails in the middle', async () => {
    const logger = createRecordingLogger();
    const fault = new Error('the disk is gone');
    const failing = (page: number) => {
      if (page === 4) throw fault;
    };
    const { site, id, base, headers } = await endlessSite(5, failing, { logger });
    const server = await serve(site);
    for (const path of ['/Groups', `/Groups/${id}`, '/']) {
      const answer = server.send({ method: 'GET', path: `${base}${path}`, headers });
      await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
    }
    const entry = { level: 'error', fields: { err: fault }, message: 'a SCIM answer broke off' };
    expect(logger.entries).toEqual([entry, entry, entry]);
  });

  it('are refused as a whole when the storage fails at once', async () => {
    const { client, id } = await endlessSite(5, () => {
      throw new Error('the disk is gone');
    });
    for (const path of ['/Groups', '/', `/Groups/${id}`]) {
      expectScimError(await client.get(path), 500);
    }
  });
});
