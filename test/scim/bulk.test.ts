import { describe, expect, it } from '@jest/globals';
import { expectScimError } from '../support/scim-error.js';
import { createGroup, createUser, list, namesOf, numbered, UNKNOWN_ID } from '../support/scim-resources.js';
import { createScimSite, ENTERPRISE, ERROR, GROUP, PATCH_OP, type ScimClient, USER } from '../support/scim-site.js';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

const site = createScimSite();

interface Slot {
  readonly location: string;
  readonly version?: string;
  readonly status: string;
}

function post(client: ScimClient, Operations: unknown, rest: object = {}) {
  return client.post('/Bulk', { schemas: [BULK_REQUEST], Operations, ...rest });
}

/** Sends operations and expects an answer to the request as a whole. */
async function bulk(client: ScimClient, Operations: readonly unknown[], rest: object = {}): Promise<readonly Slot[]> {
  const { status, headers, body } = await post(client, Operations, rest);
  expect({ status, type: headers['content-type'], keys: Object.keys(body).sort(), schemas: body.schemas }).toEqual({
    status: 200,
    type: 'application/scim+json',
    keys: ['Operations', 'schemas'],
    schemas: [BULK_RESPONSE],
  });
  return body.Operations;
}

function statuses(slots: readonly Slot[]): readonly unknown[] {
  return slots.map(({ status }) => status);
}

/** The slot of an operation that failed: `rest` besides what every fault has. */
function fault(status: number, rest: object, scimType?: string): object {
  return {
    ...rest,
    status: String(status),
    response: {
      schemas: [ERROR],
      status: String(status),
      ...(scimType ? { scimType } : {}),
      detail: expect.stringMatching(/\S{2}/),
    },
  };
}

function postUser(userName: string, bulkId: string, rest: object = {}) {
  return { method: 'POST', path: '/Users', bulkId, data: { schemas: [USER], userName, ...rest } };
}

function postGroup(displayName: string, bulkId: string, members: readonly string[] = []) {
  const data = { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) };
  return { method: 'POST', path: '/Groups', bulkId, data };
}

function idAt({ location }: Slot | { readonly location?: undefined }): string {
  return location?.split('/').at(-1) ?? '';
}

async function memberIds(client: ScimClient, slot: Slot | undefined): Promise<readonly string[]> {
  const { status, body } = await client.get(`/Groups/${idAt(slot ?? {})}`);
  expect(status).toBe(200);
  return ((body.members ?? []) as { readonly value: string }[]).map(({ value }) => value).sort();
}

describe('a bulk request', () => {
  it('194 is answered with 501 where bulk is switched off, as announced', async () => {
    const client = await createScimSite({ bulk: false }).client();
    expectScimError(await post(client, [postUser('ada', 'a')]), 501);
    const { body } = await client.get('/ServiceProviderConfig');
    expect(body.bulk.supported).toBe(false);
    expect((await list(client, '/Users')).totalResults).toBe(0);
  });

  it('195 carries out POST, PUT, PATCH and DELETE and tells of each what became of it', async () => {
    const client = await site.client();
    const bob = await createUser(client, 'bob');
    const cy = await createUser(client, 'cy');
    const dee = await createUser(client, 'dee');
    const at = (id: string) => `${client.baseUrl}/Users/${id}`;
    const slots = await bulk(client, [
      postUser('ada', 'a1'),
      { method: 'put', path: `/Users/${bob.id}`, bulkId: 'p', data: { schemas: [USER], userName: 'bob', title: 'Dr' } },
      {
        method: 'PATCH',
        path: `/Users/${cy.id}`,
        data: { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'title', value: 'Dr' }] },
      },
      { method: 'DELETE', path: `/Users/${dee.id}` },
    ]);
    const adaId = idAt(slots[0] ?? {});
    expect(slots).toEqual([
      { method: 'POST', bulkId: 'a1', location: at(adaId), version: 'W/"1"', status: '201' },
      { method: 'PUT', bulkId: 'p', location: at(bob.id), version: 'W/"2"', status: '200' },
      { method: 'PATCH', location: at(cy.id), version: 'W/"2"', status: '200' },
      { method: 'DELETE', location: at(dee.id), status: '204' },
    ]);
    const { Resources } = await list(client, '/Users');
    expect(Resources.map(({ id, userName, title }) => ({ id, userName, title }))).toEqual([
      { id: bob.id, userName: 'bob', title: 'Dr' },
      { id: cy.id, userName: 'cy', title: 'Dr' },
      { id: adaId, userName: 'ada', title: undefined },
    ]);
  });

  it('195 tells of each operation that failed which it was and why', async () => {
    const client = await site.client();
    await createUser(client, 'bob');
    const unknown = { location: `${client.baseUrl}/Users/${UNKNOWN_ID}` };
    const slots = await bulk(client, [
      postUser('BOB', 'b'),
      { method: 'PUT', path: `/Users/${UNKNOWN_ID}`, data: { userName: 'x' } },
      { method: 'PATCH', path: `/Users/${UNKNOWN_ID}`, data: { Operations: [{ op: 'move' }] } },
      { method: 'DELETE', path: `/Users/${UNKNOWN_ID}`, bulkId: 'd' },
    ]);
    expect(slots).toEqual([
      fault(409, { method: 'POST', bulkId: 'b' }, 'uniqueness'),
      fault(404, { method: 'PUT', ...unknown }),
      fault(400, { method: 'PATCH', ...unknown }, 'invalidSyntax'),
      fault(404, { method: 'DELETE', bulkId: 'd', ...unknown }),
    ]);
  });

  it.each([
    ['no schemas', { schemas: undefined }, 'invalidSyntax'],
    ['other schemas', { schemas: [PATCH_OP] }, 'invalidSyntax'],
    ['no operations', { Operations: undefined }, 'invalidSyntax'],
    ['operations that are no list', { Operations: { method: 'DELETE' } }, 'invalidSyntax'],
    ['failOnErrors of 0', { failOnErrors: 0 }, 'invalidValue'],
    ['failOnErrors that is text', { failOnErrors: '1' }, 'invalidValue'],
  ] as const)('195 with %s is refused as a whole', async (_what, rest, scimType) => {
    const client = await site.client();
    expectScimError(await post(client, [postUser('ada', 'a')], rest), 400, scimType);
    expect((await list(client, '/Users')).totalResults).toBe(0);
  });
});

describe('references by bulkId', () => {
  it.each([
    ['before', [0, 1, 2]],
    ['after', [2, 1, 0]],
  ] as const)('196 resolve to what an operation %s them makes, in data and in paths', async (_where, order) => {
    const client = await site.client();
    const operations = [
      postUser('ada', 'ada'),
      postGroup('Team', 'team', ['bulkId:ada']),
      {
        method: 'PATCH',
        path: '/Groups/bulkId:team',
        data: { Operations: [{ op: 'replace', path: 'displayName', value: 'Crew' }] },
      },
    ];
    const slots = await bulk(
      client,
      order.map((index) => operations[index]),
    );
    const [user, group, patch] = order.map((_, index) => slots[order.indexOf(index as 0 | 1 | 2)]);
    expect([user?.status, group?.status, patch?.status]).toEqual(['201', '201', '200']);
    expect(patch?.location).toBe(group?.location);
    expect(await memberIds(client, group)).toEqual([idAt(user ?? {})]);
    expect((await client.get(`/Groups/${idAt(group ?? {})}`)).body.displayName).toBe('Crew');
  });

  it('196 resolve inside extensions: a manager who comes later', async () => {
    const client = await site.client();
    const manager = { [ENTERPRISE]: { manager: { value: 'bulkId:boss' } } };
    const [ada, boss] = await bulk(client, [postUser('ada', 'ada', manager), postUser('boss', 'boss')]);
    const { body } = await client.get(`/Users/${idAt(ada ?? {})}`);
    expect(body[ENTERPRISE].manager).toEqual({ value: idAt(boss ?? {}) });
  });

  it('196 resolve in PATCH and DELETE of what the request itself makes', async () => {
    const client = await site.client();
    const team = await createGroup(client, 'Team');
    const add = (id: string) => ({ Operations: [{ op: 'add', path: 'members', value: [{ value: `bulkId:${id}` }] }] });
    const slots = await bulk(client, [
      { method: 'PATCH', path: `/Groups/${team.id}`, data: add('ada') },
      postUser('ada', 'ada'),
      postUser('bob', 'bob'),
      { method: 'DELETE', path: '/Users/bulkId:bob' },
    ]);
    expect(statuses(slots)).toEqual(['200', '201', '201', '204']);
    expect(await memberIds(client, slots[0])).toEqual([idAt(slots[1] ?? {})]);
    expect(namesOf(await list(client, '/Users'))).toEqual(['ada']);
    expect(slots[3]?.location).toBe(slots[2]?.location);
  });

  it.each([2, 3, 5])('196 resolve in a circle of %d groups', async (size) => {
    const client = await site.client();
    const circle = numbered('g', size);
    const slots = await bulk(
      client,
      circle.map((name, index) => postGroup(name, name, [`bulkId:${circle[(index + 1) % size]}`])),
    );
    expect(statuses(slots)).toEqual(circle.map(() => '201'));
    for (const [index, slot] of slots.entries()) {
      expect(await memberIds(client, slot)).toEqual([idAt(slots[(index + 1) % size] ?? {})]);
      const { headers } = await client.get(`/Groups/${idAt(slot)}`);
      expect(slot.version).toBe(headers['etag']);
    }
  });

  it('196 resolve where several circles cross', async () => {
    const client = await site.client();
    const slots = await bulk(client, [
      postGroup('a', 'a', ['bulkId:b', 'bulkId:c']),
      postGroup('b', 'b', ['bulkId:a', 'bulkId:c']),
      postGroup('c', 'c', ['bulkId:b', 'bulkId:a']),
    ]);
    expect(statuses(slots)).toEqual(['201', '201', '201']);
    const ids = slots.map(idAt);
    for (const [index, slot] of slots.entries()) {
      expect(await memberIds(client, slot)).toEqual(ids.filter((_, other) => other !== index).sort());
    }
  });

  it('196 resolve in a circle of managers', async () => {
    const client = await site.client();
    const reports = (to: string) => ({ [ENTERPRISE]: { manager: { value: `bulkId:${to}` } }, title: `under ${to}` });
    const [ada, bob] = await bulk(client, [postUser('ada', 'a', reports('b')), postUser('bob', 'b', reports('a'))]);
    const shown = async (slot: Slot | undefined) => {
      const { body } = await client.get(`/Users/${idAt(slot ?? {})}`);
      return { manager: body[ENTERPRISE]?.manager, title: body.title, active: body.active };
    };
    expect(await shown(ada)).toEqual({ manager: { value: idAt(bob ?? {}) }, title: 'under b', active: true });
    expect(await shown(bob)).toEqual({ manager: { value: idAt(ada ?? {}) }, title: 'under a', active: true });
  });

  it('196 resolve in a chain of 1000, each to the next', async () => {
    const client = await site.client();
    const chain = numbered('g', 1000);
    const slots = await bulk(
      client,
      chain.map((name, index) => postGroup(name, name, index < 999 ? [`bulkId:${chain[index + 1]}`] : [])),
    );
    expect(new Set(statuses(slots))).toEqual(new Set(['201']));
    expect(await memberIds(client, slots[0])).toEqual([idAt(slots[1] ?? {})]);
  });

  it('196 are refused where an operation refers to itself', async () => {
    const client = await site.client();
    expect(await bulk(client, [postGroup('a', 'a', ['bulkId:a'])])).toEqual([
      fault(409, { method: 'POST', bulkId: 'a' }),
    ]);
    expect((await list(client, '/Groups')).totalResults).toBe(0);
  });

  it('196 are refused a bulkId that two operations claim: the first has it', async () => {
    const client = await site.client();
    const slots = await bulk(client, [
      postUser('ada', 'x'),
      postUser('bob', 'x'),
      postGroup('Team', 'team', ['bulkId:x']),
    ]);
    expect(statuses(slots)).toEqual(['201', '400', '201']);
    expect(slots[1]).toEqual(fault(400, { method: 'POST', bulkId: 'x' }, 'invalidValue'));
    expect(await memberIds(client, slots[2])).toEqual([idAt(slots[0] ?? {})]);
    expect(namesOf(await list(client, '/Users'))).toEqual(['ada']);
  });

  it.each<[string, readonly object[], readonly object[]]>([
    ['to nothing', [postGroup('t', 't', ['bulkId:nobody'])], [fault(409, { method: 'POST', bulkId: 't' })]],
    [
      'to an operation that fails',
      [postUser('', 'ada'), postGroup('t', 't', ['bulkId:ada'])],
      [fault(400, { method: 'POST', bulkId: 'ada' }, 'invalidValue'), fault(409, { method: 'POST', bulkId: 't' })],
    ],
    [
      'to an operation that makes nothing',
      [{ method: 'DELETE', path: '/Users/x', bulkId: 'd' }, postGroup('t', 't', ['bulkId:d'])],
      [
        fault(404, { method: 'DELETE', bulkId: 'd', location: expect.stringMatching(/\/Users\/x$/) }),
        fault(409, { method: 'POST', bulkId: 't' }),
      ],
    ],
    ['to nothing, in a path', [{ method: 'DELETE', path: '/Users/bulkId:nobody' }], [fault(409, { method: 'DELETE' })]],
  ])('197 fail that operation alone when they lead %s', async (_where, operations, slots) => {
    const client = await site.client();
    expect(await bulk(client, [...operations, postUser('bob', 'bob')])).toEqual([
      ...slots,
      expect.objectContaining({ method: 'POST', bulkId: 'bob', status: '201' }),
    ]);
    expect((await list(client, '/Groups')).totalResults).toBe(0);
  });

  it('197 a resource that was made for a circle whose other half fails is told of with 409 and its location', async () => {
    const client = await site.client();
    await createGroup(client, 'Taken');
    const slots = await bulk(client, [postGroup('Taken', 'a', ['bulkId:b']), postGroup('Half', 'b', ['bulkId:a'])]);
    const { Resources } = await list(client, '/Groups', { filter: 'displayName eq "Half"' });
    const location = `${client.baseUrl}/Groups/${Resources[0]?.id}`;
    expect(slots).toEqual([
      fault(409, { method: 'POST', bulkId: 'a' }, 'uniqueness'),
      fault(409, { method: 'POST', bulkId: 'b', location }),
    ]);
  });
});

describe('faults and limits', () => {
  const failing = { method: 'DELETE', path: `/Users/${UNKNOWN_ID}` };
  const mixed = [postUser('ada', 'a'), failing, postUser('bob', 'b'), failing, postUser('cy', 'c')];

  it.each([
    [1, ['201', '404'], ['ada']],
    [2, ['201', '404', '201', '404'], ['ada', 'bob']],
    [3, ['201', '404', '201', '404', '201'], ['ada', 'bob', 'cy']],
    [undefined, ['201', '404', '201', '404', '201'], ['ada', 'bob', 'cy']],
  ])('198 failOnErrors %s', async (failOnErrors, expected, names) => {
    const client = await site.client();
    expect(statuses(await bulk(client, mixed, { failOnErrors }))).toEqual(expected);
    expect(namesOf(await list(client, '/Users'))).toEqual(names);
  });

  it('199 refuses more operations than announced with 413, and does none of them', async () => {
    const client = await createScimSite({ bulk: { maxOperations: 2, maxPayloadSize: 100_000 } }).client();
    const { body } = await client.get('/ServiceProviderConfig');
    expect(body.bulk).toEqual({ supported: true, maxOperations: 2, maxPayloadSize: 100_000 });
    const three = ['ada', 'bob', 'cy'].map((name) => postUser(name, name));
    expect(expectScimError(await post(client, three), 413)).toContain('2');
    expect((await list(client, '/Users')).totalResults).toBe(0);
    expect(statuses(await bulk(client, three.slice(1)))).toEqual(['201', '201']);
  });

  it('199 refuses a body that is larger than announced with 413, and does none of it', async () => {
    const client = await createScimSite({ bulk: { maxOperations: 10, maxPayloadSize: 1000 } }).client();
    const large = [postUser('ada', 'a', { title: 'x'.repeat(1000) })];
    expect(expectScimError(await post(client, large), 413)).toContain('1000');
    expect((await list(client, '/Users')).totalResults).toBe(0);
    expect(statuses(await bulk(client, [postUser('ada', 'a')]))).toEqual(['201']);
  });

  const data = { userName: 'ada' };

  it.each<[string, unknown, object]>([
    ['text', 'DELETE /Users', fault(400, {}, 'invalidSyntax')],
    ['null', null, fault(400, {}, 'invalidSyntax')],
    ['no method', { path: '/Users', bulkId: 'a', data }, fault(400, { bulkId: 'a' }, 'invalidSyntax')],
    ['the method GET', { method: 'GET', path: '/Users' }, fault(400, { method: 'GET' }, 'invalidSyntax')],
    ['no path', { method: 'POST', bulkId: 'a', data }, fault(400, { method: 'POST', bulkId: 'a' }, 'invalidPath')],
    ['a path without slash', { method: 'DELETE', path: 'Users/1' }, fault(400, { method: 'DELETE' }, 'invalidPath')],
    [
      'a URL as path',
      { method: 'DELETE', path: 'https://scim.test/Users/1' },
      fault(400, { method: 'DELETE' }, 'invalidPath'),
    ],
    ['a path of three', { method: 'DELETE', path: '/Users/1/2' }, fault(400, { method: 'DELETE' }, 'invalidPath')],
    ['a broken path', { method: 'DELETE', path: '/Users/%E0%A4%A' }, fault(400, { method: 'DELETE' }, 'invalidPath')],
    [
      'a path that no store can hold',
      { method: 'DELETE', path: '/Users/%00' },
      fault(400, { method: 'DELETE' }, 'invalidPath'),
    ],
    [
      'a bulk request inside',
      { method: 'POST', path: '/Bulk', bulkId: 'a', data },
      fault(400, { method: 'POST', bulkId: 'a' }, 'invalidPath'),
    ],
    [
      'a search',
      { method: 'POST', path: '/Users/.search', bulkId: 'a', data },
      fault(400, { method: 'POST', bulkId: 'a' }, 'invalidPath'),
    ],
    [
      'a search of everything',
      { method: 'POST', path: '/.search', bulkId: 'a', data },
      fault(400, { method: 'POST', bulkId: 'a' }, 'invalidPath'),
    ],
    [
      'an unknown endpoint',
      { method: 'POST', path: '/Shoes', bulkId: 'a', data },
      fault(404, { method: 'POST', bulkId: 'a' }),
    ],
    [
      'a POST to a resource',
      { method: 'POST', path: '/Users/1', bulkId: 'a', data },
      fault(405, { method: 'POST', bulkId: 'a' }),
    ],
    ['a DELETE of an endpoint', { method: 'DELETE', path: '/Users' }, fault(405, { method: 'DELETE' })],
    ['a POST without bulkId', { method: 'POST', path: '/Users', data }, fault(400, { method: 'POST' }, 'invalidValue')],
    [
      'a POST without data',
      { method: 'POST', path: '/Users', bulkId: 'a' },
      fault(400, { method: 'POST', bulkId: 'a' }, 'invalidSyntax'),
    ],
    [
      'a PATCH without data',
      { method: 'PATCH', path: '/Users/1' },
      fault(400, { method: 'PATCH', location: expect.stringMatching(/\/Users\/1$/) }, 'invalidSyntax'),
    ],
  ])('200 answers an operation that is %s in its slot', async (_what, operation, slot) => {
    const client = await site.client();
    expect(await bulk(client, [operation, postUser('bob', 'b')])).toEqual([
      slot,
      expect.objectContaining({ bulkId: 'b', status: '201' }),
    ]);
    expect(namesOf(await list(client, '/Users'))).toEqual(['bob']);
  });

  it('203 refuses an operation whose version is stale, in its slot', async () => {
    const client = await site.client();
    const ada = await createUser(client, 'ada');
    const title = (value: string, version: string) => ({
      method: 'PATCH',
      path: `/Users/${ada.id}`,
      version,
      data: { Operations: [{ op: 'replace', path: 'title', value }] },
    });
    const location = `${client.baseUrl}/Users/${ada.id}`;
    expect(await bulk(client, [title('one', 'W/"1"'), title('two', 'W/"1"'), title('three', 'W/"2"')])).toEqual([
      { method: 'PATCH', location, version: 'W/"2"', status: '200' },
      fault(412, { method: 'PATCH', location }),
      { method: 'PATCH', location, version: 'W/"3"', status: '200' },
    ]);
    expect((await client.get(`/Users/${ada.id}`)).body.title).toBe('three');
  });
});
