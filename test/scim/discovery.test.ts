import { describe, expect, it } from '@jest/globals';
import type { AttributeDefinition, ScimRouterOptions } from 'express-sso-scim';
import { SchemaDefinition } from 'scimmy/types';
import { expectScimError } from '../support/scim-error.js';
import {
  createScimSite,
  ENTERPRISE,
  GROUP,
  LIST,
  PATCH_OP,
  PUBLIC_URL,
  type ScimClient,
  USER,
} from '../support/scim-site.js';

const CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
const RESOURCE_TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
const ADA = { schemas: [USER], userName: 'ada@example.com' };

interface Schema {
  readonly id: string;
  readonly name: string;
  readonly schemas: readonly string[];
  readonly attributes: readonly AttributeDefinition[];
  readonly meta: { readonly resourceType: string; readonly location: string };
}

interface ResourceType {
  readonly id: string;
  readonly schema: string;
  readonly schemaExtensions: readonly { readonly schema: string; readonly required: boolean }[];
}

function newClient(options: ScimRouterOptions = {}): Promise<ScimClient> {
  return createScimSite(options).client();
}

/** The items of a list, which is expected to be whole. */
async function wholeList<T>(client: ScimClient, path: string): Promise<readonly T[]> {
  const { status, body } = await client.get(path);
  const { length } = body.Resources;
  expect({ status, ...body, Resources: [] }).toEqual({
    status: 200,
    schemas: [LIST],
    totalResults: length,
    itemsPerPage: length,
    startIndex: 1,
    Resources: [],
  });
  return body.Resources;
}

async function schemaOf(client: ScimClient, urn: string): Promise<Schema> {
  const { status, body } = await client.get(`/Schemas/${urn}`);
  expect(status).toBe(200);
  return body;
}

function attributeOf({ attributes }: Schema, path: string): AttributeDefinition | undefined {
  const [name, subName] = path.split('.');
  const attribute = attributes.find((each) => each.name === name);
  return subName === undefined ? attribute : attribute?.subAttributes?.find((each) => each.name === subName);
}

/** The filter in the query of a path. */
function filtered(path: string, filter: string): string {
  return `${path}?filter=${encodeURIComponent(filter)}`;
}

describe('ServiceProviderConfig (RFC 7643 section 5)', () => {
  it('23 describes the service', async () => {
    const client = await newClient();
    const { status, body } = await client.get('/ServiceProviderConfig');
    expect(status).toBe(200);
    expect(body).toEqual({
      schemas: [CONFIG],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1048576 },
      filter: { supported: true, maxResults: 1000 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: expect.any(Object),
      authenticationSchemes: expect.any(Array),
      meta: { resourceType: 'ServiceProviderConfig', location: `${client.baseUrl}/ServiceProviderConfig` },
    });
  });

  it('24 states its limits as integers, those of the router', async () => {
    const limits = { bulk: { maxOperations: 7, maxPayloadSize: 512 }, maxPageSize: 33 };
    const { body } = await (await newClient(limits)).get('/ServiceProviderConfig');
    expect(body.bulk).toEqual({ supported: true, ...limits.bulk });
    expect(body.filter).toEqual({ supported: true, maxResults: 33 });
    const without = await (await newClient({ bulk: false })).get('/ServiceProviderConfig');
    expect(without.body.bulk).toEqual({ supported: false, maxOperations: 0, maxPayloadSize: 0 });
  });

  it('25 describes its authentication schemes, one of them primary', async () => {
    const { body } = await (await newClient()).get('/ServiceProviderConfig');
    expect(body.authenticationSchemes).toEqual([
      {
        type: 'oauthbearertoken',
        name: expect.stringMatching(/\w/),
        description: expect.stringMatching(/\w/),
        specUri: expect.stringMatching(/^https:/),
        primary: true,
      },
    ]);
  });

  it('26 announces both ways of paging (RFC 9865 section 4)', async () => {
    const { body } = await (await newClient()).get('/ServiceProviderConfig');
    expect(body.pagination).toEqual({
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 100,
      maxPageSize: 1000,
      cursorTimeout: 3600,
    });
    const options = { defaultPageSize: 50, maxPageSize: 20, cursorTimeout: 60 };
    const other = await (await newClient(options)).get('/ServiceProviderConfig');
    expect(other.body.pagination).toMatchObject({ defaultPageSize: 20, maxPageSize: 20, cursorTimeout: 60 });
  });
});

describe('ResourceTypes (RFC 7643 section 6)', () => {
  it('27 lists User and Group', async () => {
    const client = await newClient();
    expect(await wholeList(client, '/ResourceTypes')).toEqual([
      {
        schemas: [RESOURCE_TYPE],
        id: 'User',
        name: 'User',
        description: expect.stringMatching(/\w/),
        endpoint: '/Users',
        schema: USER,
        schemaExtensions: [{ schema: ENTERPRISE, required: false }],
        meta: { resourceType: 'ResourceType', location: `${client.baseUrl}/ResourceTypes/User` },
      },
      {
        schemas: [RESOURCE_TYPE],
        id: 'Group',
        name: 'Group',
        description: expect.stringMatching(/\w/),
        endpoint: '/Groups',
        schema: GROUP,
        schemaExtensions: [],
        meta: { resourceType: 'ResourceType', location: `${client.baseUrl}/ResourceTypes/Group` },
      },
    ]);
  });

  it('28 shows one by its name, and no other', async () => {
    const client = await newClient();
    const listed = await wholeList<ResourceType>(client, '/ResourceTypes');
    for (const type of listed) expect((await client.get(`/ResourceTypes/${type.id}`)).body).toEqual(type);
    for (const name of ['Nothing', 'Users', 'user', '__proto__', 'x'.repeat(5000)]) {
      const answer = await client.get(`/ResourceTypes/${name}`);
      expectScimError(answer, 404);
      expect(answer.text.length).toBeLessThan(500);
    }
  });

  it('29 names only schemas that /Schemas has, and says which extensions are required', async () => {
    const label = { id: 'urn:example:Label', name: 'Label', attributes: [{ name: 'label', type: 'string' as const }] };
    const client = await newClient({ groups: { extensions: [{ schema: label, required: true }] } });
    const types = await wholeList<ResourceType>(client, '/ResourceTypes');
    const known = (await wholeList<Schema>(client, '/Schemas')).map(({ id }) => id);
    const named = types.flatMap(({ schema, schemaExtensions }) => [
      schema,
      ...schemaExtensions.map((each) => each.schema),
    ]);
    expect(named.sort()).toEqual([...known].sort());
    expect(types.find(({ id }) => id === 'Group')?.schemaExtensions).toEqual([{ schema: label.id, required: true }]);
    expectScimError(await client.post('/Groups', { displayName: 'G' }), 400, 'invalidValue');
    expect((await client.post('/Groups', { displayName: 'G', [label.id]: { label: 'x' } })).status).toBe(201);
  });
});

describe('Schemas (RFC 7643 sections 7 and 8.7)', () => {
  it('30 lists all schemas at once', async () => {
    const schemas = await wholeList<Schema>(await newClient(), '/Schemas');
    expect(schemas.map(({ id, name, schemas: own }) => [id, name, own])).toEqual([
      [USER, 'User', [SCHEMA]],
      [ENTERPRISE, 'EnterpriseUser', [SCHEMA]],
      [GROUP, 'Group', [SCHEMA]],
    ]);
  });

  it('31 shows one by its URN, in any case, and no other', async () => {
    const client = await newClient();
    for (const schema of await wholeList<Schema>(client, '/Schemas')) {
      expect(await schemaOf(client, schema.id)).toEqual(schema);
      expect(await schemaOf(client, schema.id.toUpperCase())).toEqual(schema);
      expect(await schemaOf(client, encodeURIComponent(schema.id))).toEqual(schema);
    }
    for (const urn of [
      'urn:ietf:params:scim:schemas:core:2.0:Nothing',
      'User',
      `${USER}:userName`,
      SCHEMA,
      '__proto__',
    ]) {
      expectScimError(await client.get(`/Schemas/${urn}`), 404);
    }
  });

  it('32 states every characteristic of every attribute', async () => {
    const schemas = await wholeList<Schema>(await newClient(), '/Schemas');
    let seen = 0;
    const visit = (attribute: AttributeDefinition, inside: boolean): void => {
      seen += 1;
      expect(attribute).toEqual({
        ...attribute,
        name: expect.stringMatching(/^[A-Za-z$][\w$-]*$/),
        type: expect.stringMatching(/^(string|boolean|decimal|integer|dateTime|reference|binary|complex)$/),
        multiValued: expect.any(Boolean),
        description: expect.stringMatching(/\w/),
        required: expect.any(Boolean),
        caseExact: expect.any(Boolean),
        mutability: expect.stringMatching(/^(readOnly|readWrite|immutable|writeOnly)$/),
        returned: expect.stringMatching(/^(always|never|default|request)$/),
        uniqueness: expect.stringMatching(/^(none|server|global)$/),
      });
      expect(attribute.subAttributes !== undefined).toBe(attribute.type === 'complex');
      if (attribute.type === 'reference') expect(attribute.referenceTypes).not.toEqual([]);
      if (inside) expect(attribute.type).not.toBe('complex');
      for (const sub of attribute.subAttributes ?? []) visit(sub, true);
    };
    for (const { attributes } of schemas) for (const attribute of attributes) visit(attribute, false);
    expect(seen).toBe(82);
  });

  it('32 has the attributes of RFC 7643 section 8.7.1, and no common ones', async () => {
    const client = await newClient();
    const names = async (urn: string) => (await schemaOf(client, urn)).attributes.map(({ name }) => name);
    expect(await names(USER)).toEqual([
      'userName',
      'name',
      'displayName',
      'nickName',
      'profileUrl',
      'title',
      'userType',
      'preferredLanguage',
      'locale',
      'timezone',
      'active',
      'password',
      'emails',
      'phoneNumbers',
      'ims',
      'photos',
      'addresses',
      'groups',
      'entitlements',
      'roles',
      'x509Certificates',
    ]);
    expect(await names(GROUP)).toEqual(['displayName', 'members']);
    expect(await names(ENTERPRISE)).toEqual([
      'employeeNumber',
      'costCenter',
      'organization',
      'division',
      'department',
      'manager',
    ]);
  });

  it.each<[string, string, Partial<AttributeDefinition>]>([
    [USER, 'userName', { type: 'string', required: true, caseExact: false, uniqueness: 'server', returned: 'default' }],
    [USER, 'password', { type: 'string', mutability: 'writeOnly', returned: 'never', required: false }],
    [USER, 'groups', { type: 'complex', multiValued: true, mutability: 'readOnly' }],
    [USER, 'groups.value', { mutability: 'readOnly' }],
    [USER, 'groups.type', { mutability: 'readOnly', canonicalValues: ['direct', 'indirect'] }],
    [USER, 'active', { type: 'boolean', multiValued: false, mutability: 'readWrite' }],
    [USER, 'name', { type: 'complex', multiValued: false }],
    [USER, 'emails', { type: 'complex', multiValued: true, mutability: 'readWrite' }],
    [USER, 'emails.primary', { type: 'boolean' }],
    [USER, 'emails.type', { canonicalValues: ['work', 'home', 'other'] }],
    [USER, 'x509Certificates.value', { type: 'binary', caseExact: true }],
    [USER, 'photos.value', { type: 'reference', referenceTypes: ['external'] }],
    [GROUP, 'displayName', { type: 'string', required: true, caseExact: false }],
    [GROUP, 'members', { type: 'complex', multiValued: true, mutability: 'readWrite' }],
    [GROUP, 'members.value', { mutability: 'immutable' }],
    [GROUP, 'members.$ref', { type: 'reference', mutability: 'immutable', referenceTypes: ['User', 'Group'] }],
    [ENTERPRISE, 'manager', { type: 'complex', multiValued: false }],
    [ENTERPRISE, 'manager.displayName', { mutability: 'readOnly' }],
  ])('33 describes %s %s as the RFC does', async (urn, path, expected) => {
    expect(attributeOf(await schemaOf(await newClient(), urn), path)).toMatchObject(expected);
  });

  it('33 leaves out empty lists of canonical values, which would forbid every value', async () => {
    const schema = await schemaOf(await newClient(), USER);
    for (const path of ['roles.type', 'x509Certificates.type', 'userName']) {
      expect(attributeOf(schema, path)).not.toHaveProperty('canonicalValues');
    }
  });

  it('36 has no message among the schemas', async () => {
    const client = await newClient();
    const schemas = JSON.stringify(await wholeList<Schema>(client, '/Schemas'));
    expect(schemas).not.toContain('urn:ietf:params:scim:api:messages');
    for (const urn of [PATCH_OP, LIST]) expectScimError(await client.get(`/Schemas/${urn}`), 404);
  });
});

describe('Discovery endpoints (RFC 7644 section 4)', () => {
  const PATHS = ['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/Schemas', `/Schemas/${USER}`];

  it.each(PATHS)('34 can only be read: %s', async (path) => {
    const client = await newClient();
    const before = await client.get(path);
    for (const answer of [
      await client.post(path, {}),
      await client.put(path, {}),
      await client.patch(path, [{ op: 'remove', path: 'name' }]),
      await client.delete(path),
    ]) {
      expectScimError(answer, 405);
      expect(answer.headers['allow']).toBe('GET, HEAD');
    }
    expect((await client.get(path)).body).toEqual(before.body);
  });

  it.each(PATHS)('35 refuses a filter at %s, and ignores sorting, paging and projection', async (path) => {
    const client = await newClient();
    expectScimError(await client.get(filtered(path, 'id eq "User"')), 403);
    expectScimError(await client.get(`${path}?filter=`), 403);
    expectScimError(await client.get(filtered(path, 'nonsense ((')), 403);
    const plain = await client.get(path);
    for (const query of [
      'sortBy=name&sortOrder=descending',
      'count=1&startIndex=2',
      'count=x',
      'attributes=id',
      'cursor',
    ]) {
      expect((await client.get(`${path}?${query}`)).body).toEqual(plain.body);
    }
  });

  it('38 gives each item the absolute URL where it is found', async () => {
    const client = await newClient();
    const items = [
      (await client.get('/ServiceProviderConfig')).body,
      ...(await wholeList<Schema>(client, '/ResourceTypes')),
      ...(await wholeList<Schema>(client, '/Schemas')),
    ];
    expect(items).toHaveLength(6);
    for (const item of items) {
      const { location } = item.meta;
      expect(location.startsWith(`${PUBLIC_URL}/${client.directory.id}/`)).toBe(true);
      expect((await client.get(location.slice(client.baseUrl.length))).body).toEqual(item);
    }
  });

  it('39 announces patch, filter, sort, etag and bulk, and all of them work', async () => {
    const client = await newClient({ maxPageSize: 2 });
    const { body: config } = await client.get('/ServiceProviderConfig');
    const { patch, filter, sort, etag, bulk, changePassword } = config;
    expect([patch, filter, sort, etag, bulk].map(({ supported }) => supported)).toEqual([true, true, true, true, true]);
    const request = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: ['c', 'a', 'b'].map((userName) => ({
        method: 'POST',
        path: '/Users',
        bulkId: userName,
        data: { userName },
      })),
    };
    const { Operations } = (await client.post('/Bulk', request)).body;
    expect(Operations.map(({ status }: { status: string }) => status)).toEqual(['201', '201', '201']);
    const sorted = await client.get('/Users?sortBy=userName&count=10');
    expect(sorted.body.Resources.map(({ userName }: { userName: string }) => userName)).toEqual(['a', 'b']);
    expect(sorted.body.itemsPerPage).toBe(filter.maxResults);
    const found = await client.get(filtered('/Users', 'userName eq "b"'));
    const [user] = found.body.Resources;
    expect(found.body.totalResults).toBe(1);
    const patched = await client.patch(`/Users/${user.id}`, [{ op: 'add', path: 'title', value: 'T' }]);
    expect(patched.body.title).toBe('T');
    const version = patched.headers['etag'] ?? '';
    expect(version).toBe(patched.body.meta.version);
    expect((await client.get(`/Users/${user.id}`).set('If-None-Match', version)).status).toBe(304);
    const stale = await client.put(`/Users/${user.id}`, { userName: 'x' }).set('If-Match', user.meta.version);
    expectScimError(stale, 412);
    expect((await client.get(`/Users/${user.id}`)).body).toEqual(patched.body);
    // A password is accepted and dropped, so changing one is not on offer.
    expect(changePassword.supported).toBe(false);
  });

  it('39 announces bulk limits that hold, and no bulk where it is switched off', async () => {
    const client = await newClient({ bulk: { maxOperations: 1, maxPayloadSize: 400 } });
    const operation = { method: 'POST', path: '/Users', bulkId: 'x', data: { userName: 'x' } };
    const request = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [operation, operation],
    };
    expectScimError(await client.post('/Bulk', request), 413);
    expectScimError(await client.post('/Bulk', { ...request, Operations: ['x'.repeat(400)] }), 413);
    expect((await client.get('/Users')).body.totalResults).toBe(0);
    expect((await client.post('/Bulk', { ...request, Operations: [operation] })).status).toBe(200);
    const without = await newClient({ bulk: false });
    expectScimError(await without.post('/Bulk', request), 501);
    expect((await without.get('/Users')).body.totalResults).toBe(0);
  });

  it('39 announces both ways of paging, and both work', async () => {
    const client = await newClient({ defaultPageSize: 2 });
    for (const userName of ['a', 'b', 'c']) await client.post('/Users', { userName });
    const { pagination } = (await client.get('/ServiceProviderConfig')).body;
    const first = await client.get('/Users');
    expect(first.body).toMatchObject({ totalResults: 3, itemsPerPage: pagination.defaultPageSize, startIndex: 1 });
    const walk = await client.get('/Users?cursor&count=2');
    const rest = await client.get(`/Users?cursor=${walk.body.nextCursor}&count=2`);
    const names = [...walk.body.Resources, ...rest.body.Resources].map(({ userName }) => userName);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(rest.body).not.toHaveProperty('nextCursor');
  });
});

describe('Schemas of the host', () => {
  const BADGE = 'urn:vendor.example:badge:1.0:User';
  const badge = {
    id: BADGE,
    name: 'Badge',
    description: 'What opens doors',
    attributes: [
      { name: 'number', type: 'string', uniqueness: 'server', caseExact: true, description: 'Printed on it' },
      { name: 'doors', type: 'string', multiValued: true },
      { name: 'expires', type: 'dateTime' },
      { name: 'level', type: 'integer' },
      { name: 'ratio', type: 'decimal' },
      {
        name: 'color',
        type: 'complex',
        subAttributes: [
          { name: 'front', type: 'string' },
          { name: 'back', type: 'string' },
        ],
      },
      { name: 'issuedBy', type: 'string', mutability: 'readOnly' },
      { name: 'serial', type: 'string', mutability: 'immutable' },
      { name: 'pin', type: 'string', mutability: 'writeOnly', returned: 'never' },
      { name: 'notes', type: 'string', returned: 'request' },
    ],
  } as const;
  const withBadge: ScimRouterOptions = { users: { extensions: [{ schema: badge }] } };

  it('40 an extension under a vendor URN is in ResourceTypes and Schemas, described in full', async () => {
    const client = await newClient(withBadge);
    const type = await client.get('/ResourceTypes/User');
    expect(type.body.schemaExtensions).toEqual([
      { schema: ENTERPRISE, required: false },
      { schema: BADGE, required: false },
    ]);
    const schema = await schemaOf(client, BADGE);
    expect(schema).toMatchObject({ id: BADGE, name: 'Badge', description: 'What opens doors' });
    expect(attributeOf(schema, 'number')).toEqual({
      name: 'number',
      type: 'string',
      multiValued: false,
      description: 'Printed on it',
      required: false,
      caseExact: true,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'server',
    });
    expect(schema.attributes.map(({ name }) => name)).toEqual(badge.attributes.map(({ name }) => name));
  });

  it('40 an extension is created, read, replaced, patched, searched and projected', async () => {
    const client = await newClient(withBadge);
    const values = { number: '007', doors: ['a', 'b'], expires: '2030-01-01T00:00:00Z', level: 3, ratio: 0.5 };
    const sent = {
      ...ADA,
      [BADGE.toUpperCase()]: { ...values, COLOR: { Front: 'red' }, issuedBy: 'eve', pin: '1234' },
    };
    const created = await client.post('/Users', sent);
    expect(created.status).toBe(201);
    expect(created.body.schemas).toEqual([USER, BADGE]);
    expect(created.body[BADGE]).toEqual({ ...values, color: { front: 'red' } });
    await client.post('/Users', { userName: 'other' });
    const at = `/Users/${created.body.id}`;
    for (const filter of [
      `${BADGE}:number eq "007"`,
      `${BADGE.toUpperCase()}:LEVEL gt 2`,
      `${BADGE}:doors eq "b"`,
      `${BADGE}:color.front sw "R"`,
      `${BADGE}:expires lt "2031-01-01T00:00:00Z"`,
      `${BADGE}:ratio le 0.5 and ${BADGE}:level pr`,
      `schemas eq "${BADGE}"`,
    ]) {
      const found = await client.get(filtered('/Users', filter));
      expect({ filter, ids: found.body.Resources?.map(({ id }: { id: string }) => id) }).toEqual({
        filter,
        ids: [created.body.id],
      });
    }
    expect((await client.get(`${at}?attributes=${BADGE}:number`)).body).toEqual({
      schemas: [USER, BADGE],
      id: created.body.id,
      [BADGE]: { number: '007' },
    });
    expect((await client.get(`${at}?excludedAttributes=${BADGE}`)).body).not.toHaveProperty([BADGE]);
    const patched = await client.patch(at, [
      { op: 'add', path: `${BADGE}:doors`, value: ['c'] },
      { op: 'replace', path: `${BADGE}:color.back`, value: 'blue' },
      { op: 'replace', value: { [BADGE]: { level: 4 }, [`${BADGE}:ratio`]: 0.25 } },
      { op: 'remove', path: `${BADGE}:expires` },
    ]);
    const changed = {
      number: '007',
      doors: ['a', 'b', 'c'],
      level: 4,
      ratio: 0.25,
      color: { front: 'red', back: 'blue' },
    };
    expect(patched.body[BADGE]).toEqual(changed);
    const put = await client.put(at, { ...ADA, [BADGE]: { number: '008' } });
    expect(put.body[BADGE]).toEqual({ number: '008' });
    const removed = await client.patch(at, [{ op: 'remove', path: BADGE }]);
    expect(removed.body.schemas).toEqual([USER]);
    expect(removed.body).not.toHaveProperty([BADGE]);
  });

  it('40 an extension keeps what it announces: types, uniqueness, mutability, returned', async () => {
    const client = await newClient(withBadge);
    const first = { ...ADA, [BADGE]: { number: 'A1', serial: 's1', pin: '1234', notes: 'n' } };
    const created = await client.post('/Users', first);
    const at = `/Users/${created.body.id}`;
    expect(created.body[BADGE]).toEqual({ number: 'A1', serial: 's1' });
    expect(created.text).not.toContain('1234');
    expect((await client.get(`${at}?attributes=${BADGE}:notes,${BADGE}:pin`)).body[BADGE]).toEqual({ notes: 'n' });

    const second = { userName: 'grace', [BADGE]: { number: 'A1' } };
    expect(expectScimError(await client.post('/Users', second), 409, 'uniqueness')).toContain('number "A1"');
    const other = await client.post('/Users', { ...second, [BADGE]: { number: 'a1' } });
    expect(other.status).toBe(201);
    const steal = [{ op: 'replace', path: `${BADGE}:number`, value: 'A1' }];
    expectScimError(await client.patch(`/Users/${other.body.id}`, steal), 409, 'uniqueness');
    expect((await client.get(`/Users/${other.body.id}`)).body[BADGE]).toEqual({ number: 'a1' });

    for (const [name, value, fault] of [
      ['level', '3', '"level" must be an integer, not a string.'],
      ['level', 3.5, '"level" must be an integer, not a number.'],
      ['level', { value: 3 }, '"level" must be an integer, not an object.'],
      ['ratio', 'half', '"ratio" must be a decimal, not a string.'],
      ['expires', 'tomorrow', '"expires" must be a dateTime such as 2026-05-31T09:30:00Z.'],
      ['doors', [1], '"doors" must be a string, not a number.'],
      ['color', 'red', '"color" must be an object, not a string.'],
    ] as const) {
      const wrong = await client.patch(at, [{ op: 'replace', path: `${BADGE}:${name}`, value }]);
      expect(expectScimError(wrong, 400, 'invalidValue')).toBe(fault);
    }
    const readOnly = [{ op: 'replace', path: `${BADGE}:issuedBy`, value: 'eve' }];
    expectScimError(await client.patch(at, readOnly), 400, 'mutability');
    const immutable = [{ op: 'replace', path: `${BADGE}:serial`, value: 's2' }];
    expectScimError(await client.patch(at, immutable), 400, 'mutability');
    expectScimError(await client.put(at, { ...ADA, [BADGE]: { serial: 's2' } }), 400, 'mutability');
    expectScimError(await client.get(filtered('/Users', `${BADGE}:pin eq "1234"`)), 400, 'invalidFilter');
    expect((await client.get(at)).body).toEqual(created.body);
  });

  describe('keep what they announce inside complex attributes too', () => {
    const subAttributes = [
      { name: 'value', type: 'string' },
      { name: 'number', type: 'string', required: true },
      { name: 'serial', type: 'string', mutability: 'immutable' },
      { name: 'note', type: 'string' },
      { name: 'issuer', type: 'string', mutability: 'readOnly' },
    ] as const;
    const attributes = [
      { name: 'lock', type: 'complex', subAttributes },
      { name: 'keys', type: 'complex', multiValued: true, subAttributes },
    ] as const;
    const schema = { id: BADGE, name: 'Badge', attributes } as const;
    const options: ScimRouterOptions = {
      users: { extensions: [{ schema }], attributes },
      customResourceTypes: [{ name: 'Door', endpoint: 'Doors', schema }],
    };
    const lock = { value: 'l', number: '1', serial: 's1' };
    const keys = [
      { value: 'a', number: '1', serial: 's1' },
      { value: 'b', number: '2' },
    ];

    /** Where the two attributes are: in the core schema, in an extension, in a type of the host. */
    const places = [
      ['/Users', '', (values: object) => ({ userName: 'ada', ...values })],
      ['/Users', `${BADGE}:`, (values: object) => ({ userName: 'ada', [BADGE]: values })],
      ['/Doors', '', (values: object) => values],
    ] as const;

    it.each(places)('139 140 by POST and PUT at %s %s', async (path, prefix, bodyOf) => {
      const client = await newClient(options);
      for (const [values, missing] of [
        [{ lock: { serial: 's1' } }, 'lock.number'],
        [{ lock: { number: ' ' } }, 'lock.number'],
        [{ keys: [...keys, { value: 'c' }] }, 'keys.number'],
      ] as const) {
        const detail = expectScimError(await client.post(path, bodyOf(values)), 400, 'invalidValue');
        expect(detail).toContain(`"${prefix}${missing}"`);
      }
      const sent = { lock: { ...lock, issuer: 'eve' }, keys: keys.map((key) => ({ ...key, issuer: 'eve' })) };
      const created = await client.post(path, bodyOf(sent));
      expect(created.body).toMatchObject(bodyOf({ lock, keys }));
      expect(created.text).not.toContain('eve');
      const at = `${path}/${created.body.id}`;
      for (const [values, changed] of [
        [{ lock: { ...lock, serial: 's2' }, keys }, 'lock.serial'],
        [{ lock: { serial: 's2', number: '1' } }, 'lock.serial'],
        [{ lock, keys: [{ ...keys[0], serial: 's2' }] }, 'keys.serial'],
      ] as const) {
        const detail = expectScimError(await client.put(at, bodyOf(values)), 400, 'mutability');
        expect(detail).toContain(`"${prefix}${changed}"`);
      }
      expectScimError(await client.put(at, bodyOf({ lock: { value: 'l' } })), 400, 'invalidValue');
      expect((await client.get(at)).body).toEqual(created.body);

      const kept = await client.put(
        at,
        bodyOf({ lock: { value: 'm', number: '7' }, keys: [{ value: 'a', number: '9' }] }),
      );
      const values = { lock: { value: 'm', number: '7', serial: 's1' }, keys: [{ ...keys[0], number: '9' }] };
      expect(kept.body).toMatchObject(bodyOf(values));
      const filled = { ...values, keys: [...values.keys, { ...keys[1], serial: 's2' }] };
      expect((await client.put(at, bodyOf(filled))).body).toMatchObject(bodyOf(filled));
      const emptied = await client.put(at, bodyOf({}));
      expect([emptied.status, emptied.text.includes('serial')]).toEqual([200, false]);
      expect((await client.put(at, bodyOf({ lock: { ...lock, serial: 's3' } }))).status).toBe(200);
    });

    it.each(places)('139 166 168 by PATCH at %s %s', async (path, prefix, bodyOf) => {
      const client = await newClient(options);
      const created = await client.post(path, bodyOf({ lock, keys }));
      const at = `${path}/${created.body.id}`;
      for (const [op, where, value, scimType, named] of [
        ['replace', 'lock.serial', 's2', 'mutability', 'lock.serial'],
        ['add', 'lock', { serial: 's2' }, 'mutability', 'lock.serial'],
        ['remove', 'lock.serial', undefined, 'mutability', 'lock.serial'],
        ['replace', 'lock', { serial: null }, 'mutability', 'lock.serial'],
        ['replace', 'lock.issuer', 'eve', 'mutability', 'lock.issuer'],
        ['remove', 'lock.number', undefined, 'mutability', 'lock.number'],
        ['replace', 'lock.number', '', 'mutability', 'lock.number'],
        ['replace', 'keys[value eq "a"].serial', 's2', 'mutability', 'keys.serial'],
        ['replace', 'keys.serial', 's2', 'mutability', 'keys.serial'],
        ['remove', 'keys[value eq "a"].serial', undefined, 'mutability', 'keys.serial'],
        ['replace', 'keys[value eq "a"].issuer', 'eve', 'mutability', 'keys.issuer'],
        ['add', 'keys', [{ ...keys[0], serial: 's2' }], 'mutability', 'keys.serial'],
        ['replace', 'keys', [{ ...keys[0], serial: 's2' }], 'mutability', 'keys.serial'],
        ['remove', 'keys[value eq "b"].number', undefined, 'mutability', 'keys.number'],
        ['add', 'keys', [{ value: 'c' }], 'invalidValue', 'keys.number'],
        ['add', 'keys[value eq "c"].note', 'x', 'invalidValue', 'keys.number'],
        ['replace', 'keys[issuer eq "eve"].number', '3', 'noTarget', 'keys'],
      ] as const) {
        const answer = await client.patch(at, [{ op, path: `${prefix}${where}`, value }]);
        const detail = expectScimError(answer, 400, scimType);
        expect({ op, where, value, detail }).toMatchObject({ detail: expect.stringContaining(`${named}"`) });
      }
      expect((await client.get(at)).body).toEqual(created.body);

      const patched = await client.patch(at, [
        { op: 'replace', path: `${prefix}lock.serial`, value: 's1' },
        { op: 'add', path: `${prefix}lock`, value: { note: 'x', issuer: 'eve' } },
        { op: 'add', path: `${prefix}keys[value eq "b"].serial`, value: 's2' },
        { op: 'replace', path: `${prefix}keys[value eq "a"]`, value: { value: 'a', number: '3' } },
        { op: 'add', path: `${prefix}keys`, value: [{ value: 'c', issuer: 'eve' }] },
        { op: 'add', path: `${prefix}keys[value eq "c"].number`, value: '4' },
      ]);
      const after = {
        lock: { ...lock, note: 'x' },
        keys: [
          { ...keys[0], number: '3' },
          { ...keys[1], serial: 's2' },
          { value: 'c', number: '4' },
        ],
      };
      expect(patched.body).toMatchObject(bodyOf(after));
      expect(patched.text).not.toContain('eve');
      const gone = await client.patch(at, [
        { op: 'remove', path: `${prefix}lock` },
        { op: 'remove', path: `${prefix}keys[value eq "a"]` },
      ]);
      expect(gone.body).toMatchObject(bodyOf({ keys: after.keys.slice(1) }));
      expect(gone.text).not.toContain('lock');
    });

    it('138 what the host has written stays with its value', async () => {
      const site = createScimSite(options);
      const client = await site.client();
      const { body } = await client.post('/Users', { ...ADA, lock, keys });
      const { organizationId, id: directoryId } = client.directory;
      const scope = { organizationId, directoryId };
      const user = await site.storage.directoryUsers.get(scope, body.id);
      if (!user) throw new Error('not stored');
      const written = { lock: { ...lock, issuer: 'us' }, keys: keys.map((key) => ({ ...key, issuer: 'us' })) };
      const attributes = { ...user.attributes, ...written };
      await site.storage.directoryUsers.update(scope, body.id, { ...user, attributes }, user.version);
      const at = `/Users/${body.id}`;
      expect((await client.put(at, { ...ADA, lock, keys: keys.toReversed() })).body).toMatchObject({
        lock: written.lock,
        keys: written.keys.toReversed(),
      });
      const moved = await client.patch(at, [
        { op: 'replace', path: 'lock.value', value: 'm' },
        {
          op: 'replace',
          path: 'keys',
          value: [
            { ...keys[0], number: '5' },
            { value: 'c', number: '6' },
          ],
        },
      ]);
      expect(moved.body).toMatchObject({
        lock: { ...lock, value: 'm' },
        keys: [
          { ...written.keys[0], number: '5' },
          { value: 'c', number: '6' },
        ],
      });
      expect(moved.body.lock).not.toHaveProperty('issuer');
    });
  });

  it("40 scimmy's SchemaDefinition describes an extension as well, and stays as it was", async () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:Desk';
    const schema = new SchemaDefinition('Desk', urn, 'Where somebody sits', []);
    const before = JSON.stringify(schema.describe());
    const client = await newClient({ users: { extensions: [{ schema }] }, groups: { extensions: [{ schema }] } });
    expect(await schemaOf(client, urn)).toMatchObject({ id: urn, name: 'Desk', attributes: [] });
    expect(JSON.stringify(schema.describe())).toBe(before);
    expect((await (await newClient()).get('/Schemas')).text).not.toContain(urn);
  });

  it('40 a required extension and a required attribute in it are asked for', async () => {
    const schema = { ...badge, attributes: [{ name: 'number', type: 'string', required: true }] } as const;
    const client = await newClient({ users: { extensions: [{ schema, required: true }] } });
    expectScimError(await client.post('/Users', ADA), 400, 'invalidValue');
    expectScimError(await client.post('/Users', { ...ADA, [BADGE]: {} }), 400, 'invalidValue');
    expectScimError(await client.post('/Users', { ...ADA, [BADGE]: { number: '' } }), 400, 'invalidValue');
    const created = await client.post('/Users', { ...ADA, [BADGE]: { number: '1' } });
    expect(created.status).toBe(201);
    const at = `/Users/${created.body.id}`;
    for (const path of [BADGE, `${BADGE}:number`]) {
      expect((await client.patch(at, [{ op: 'remove', path }])).status).toBe(400);
    }
    expectScimError(await client.put(at, ADA), 400, 'invalidValue');
    expect((await client.get(at)).body).toEqual(created.body);
  });

  it('SE-15 an attribute of the host in the core User namespace is accepted, kept, shown, described and patched', async () => {
    const secodaRole: AttributeDefinition = {
      name: 'secodaRole',
      type: 'string',
      canonicalValues: ['Admin', 'Editor'],
    };
    const client = await newClient({ users: { attributes: [secodaRole] } });
    const schema = await schemaOf(client, USER);
    expect(attributeOf(schema, 'secodaRole')).toMatchObject({ type: 'string', canonicalValues: ['Admin', 'Editor'] });
    const created = await client.post('/Users', { ...ADA, secodaRole: 'Editor' });
    expect(created.body).toMatchObject({ schemas: [USER], secodaRole: 'Editor' });
    const inside = await client.post('/Users', { userName: 'grace', [USER]: { secodaRole: 'Admin' } });
    expect(inside.body).toMatchObject({ schemas: [USER], secodaRole: 'Admin' });
    const at = `/Users/${created.body.id}`;
    for (const [operation, role] of [
      [{ op: 'replace', path: 'secodaRole', value: 'Admin' }, 'Admin'],
      [{ op: 'Replace', path: `${USER}:secodaRole`, value: 'Viewer' }, 'Viewer'],
      [{ op: 'replace', value: { [`${USER}:secodaRole`]: 'Editor' } }, 'Editor'],
      [{ op: 'replace', value: { SecodaRole: 'Guest' } }, 'Guest'],
      [{ op: 'remove', path: `${USER}:secodaRole` }, undefined],
    ] as const) {
      expect((await client.patch(at, [operation])).body.secodaRole).toBe(role);
    }
    const put = await client.put(at, { ...ADA, [`${USER}:secodaRole`]: 'Editor' });
    expect(put.body.secodaRole).toBe('Editor');
    const found = await client.get(filtered('/Users', `${USER}:secodaRole eq "editor"`));
    expect(found.body.Resources).toEqual([put.body]);
    expect((await (await newClient()).get('/Schemas')).text).not.toContain('secodaRole');
  });
});

describe('Resource types of the host', () => {
  const ENTITLEMENT = 'urn:vendor.example:Entitlement';
  const LICENCE = 'urn:vendor.example:Licence';
  const options: ScimRouterOptions = {
    customResourceTypes: [
      {
        name: 'Entitlement',
        endpoint: 'Entitlements',
        description: 'What may be given',
        schema: {
          id: ENTITLEMENT,
          name: 'Entitlement',
          attributes: [
            { name: 'displayName', type: 'string', required: true, uniqueness: 'server' },
            { name: 'kind', type: 'string', mutability: 'immutable' },
            { name: 'weight', type: 'integer' },
            { name: 'members', type: 'complex', multiValued: true, subAttributes: [{ name: 'value', type: 'string' }] },
          ],
        },
        attributes: [{ name: 'hidden', type: 'boolean' }],
        extensions: [{ schema: { id: LICENCE, name: 'Licence', attributes: [{ name: 'seats', type: 'integer' }] } }],
      },
    ],
  };

  it('40 are in discovery like the core ones', async () => {
    const client = await newClient(options);
    expect((await client.get('/ResourceTypes/Entitlement')).body).toEqual({
      schemas: [RESOURCE_TYPE],
      id: 'Entitlement',
      name: 'Entitlement',
      description: 'What may be given',
      endpoint: '/Entitlements',
      schema: ENTITLEMENT,
      schemaExtensions: [{ schema: LICENCE, required: false }],
      meta: { resourceType: 'ResourceType', location: `${client.baseUrl}/ResourceTypes/Entitlement` },
    });
    const ids = (await wholeList<Schema>(client, '/Schemas')).map(({ id }) => id);
    expect(ids).toEqual([USER, ENTERPRISE, GROUP, ENTITLEMENT, LICENCE]);
    const schema = await schemaOf(client, ENTITLEMENT);
    expect(schema.attributes.map(({ name }) => name)).toEqual(['displayName', 'kind', 'weight', 'members', 'hidden']);
  });

  it('40 are created, read, listed, replaced, patched and deleted', async () => {
    const client = await newClient(options);
    const sent = {
      DisplayName: 'Gold',
      kind: 'seat',
      weight: 2,
      hidden: 'False',
      [LICENCE]: { seats: 5 },
      members: ['a'],
    };
    const created = await client.post('/Entitlements', { externalId: 'e1', ...sent });
    expect(created.status).toBe(201);
    expect(created.headers['location']).toBe(`${client.baseUrl}/Entitlements/${created.body.id}`);
    expect(created.body).toEqual({
      schemas: [ENTITLEMENT, LICENCE],
      id: expect.any(String),
      externalId: 'e1',
      displayName: 'Gold',
      kind: 'seat',
      weight: 2,
      members: [{ value: 'a' }],
      hidden: false,
      [LICENCE]: { seats: 5 },
      meta: {
        resourceType: 'Entitlement',
        created: expect.any(String),
        lastModified: expect.any(String),
        location: created.headers['location'],
        version: created.headers['etag'],
      },
    });
    const at = `/Entitlements/${created.body.id}`;
    expect((await client.get(at)).body).toEqual(created.body);
    expect((await client.get(at).set('If-None-Match', created.body.meta.version)).status).toBe(304);
    const patched = await client.patch(at, [
      { op: 'add', path: 'members', value: [{ value: 'b' }] },
      { op: 'remove', path: 'members[value eq "a"]' },
      { op: 'replace', value: { weight: 3, [`${LICENCE}:seats`]: 6 } },
    ]);
    expect(patched.body).toMatchObject({ weight: 3, members: [{ value: 'b' }], [LICENCE]: { seats: 6 } });
    expect(patched.body.meta.version).not.toBe(created.body.meta.version);
    const again = await client.patch(at, [{ op: 'add', path: 'members', value: [{ value: 'b' }] }]);
    expect(again.body).toEqual(patched.body);
    expectScimError(await client.put(at, { displayName: 'Silver' }).set('If-Match', created.body.meta.version), 412);
    const put = await client.put(at, { displayName: 'Silver' });
    expect(put.body).toEqual({
      schemas: [ENTITLEMENT],
      id: created.body.id,
      displayName: 'Silver',
      kind: 'seat',
      meta: expect.objectContaining({ created: created.body.meta.created }),
    });
    expect((await client.delete(at)).status).toBe(204);
    for (const answer of [await client.get(at), await client.put(at, sent), await client.delete(at)]) {
      expect(expectScimError(answer, 404)).toContain('Entitlement not found');
    }
    expect((await client.get('/Entitlements')).body).toMatchObject({ totalResults: 0, Resources: [] });
  });

  it('40 refuse what their schema does not allow, and nothing is changed', async () => {
    const client = await newClient(options);
    const created = await client.post('/Entitlements', { displayName: 'Gold', kind: 'seat' });
    const at = `/Entitlements/${created.body.id}`;
    expectScimError(await client.post('/Entitlements', {}), 400, 'invalidValue');
    expectScimError(await client.post('/Entitlements', { displayName: 'gold' }), 409, 'uniqueness');
    expectScimError(await client.post('/Entitlements', { displayName: 'x', weight: 1.5 }), 400, 'invalidValue');
    expectScimError(await client.put(at, { displayName: 'Gold', kind: 'role' }), 400, 'mutability');
    expectScimError(await client.patch(at, [{ op: 'replace', path: 'kind', value: 'role' }]), 400, 'mutability');
    expectScimError(await client.patch(at, [{ op: 'replace', path: 'userName', value: 'x' }]), 400, 'invalidPath');
    expectScimError(await client.get(filtered('/Entitlements', 'userName eq "x"')), 400, 'invalidFilter');
    expectScimError(await client.get('/Entitlements?sortBy=userName'), 400, 'invalidValue');
    expect((await client.get('/Entitlements')).body.Resources).toEqual([created.body]);
  });

  it('40 are searched, sorted, paged and projected', async () => {
    const client = await newClient(options);
    for (const [displayName, weight] of [
      ['Silver', 2],
      ['gold', 3],
      ['Bronze', 1],
    ] as const) {
      await client.post('/Entitlements', { displayName, weight, [LICENCE]: { seats: weight * 10 } });
    }
    await client.post('/Users', ADA);
    const names = async (query: string) =>
      (await client.get(`/Entitlements?${query}`)).body.Resources.map(
        ({ displayName }: { displayName: string }) => displayName,
      );
    expect(await names('sortBy=displayName')).toEqual(['Bronze', 'gold', 'Silver']);
    expect(await names('sortBy=weight&sortOrder=descending')).toEqual(['gold', 'Silver', 'Bronze']);
    expect(await names('filter=displayName%20eq%20%22GOLD%22')).toEqual(['gold']);
    expect(await names(`filter=weight%20lt%203%20and%20${LICENCE}:seats%20ge%2020`)).toEqual(['Silver']);
    // Okta asks so for entitlements, and wants itemsPerPage 1.
    const page = await client.get('/Entitlements?count=1&startIndex=1');
    expect(page.body).toMatchObject({ totalResults: 3, itemsPerPage: 1, startIndex: 1 });
    const walk = await client.get('/Entitlements?count=2&cursor');
    expect(walk.body.Resources).toHaveLength(2);
    expect((await client.get(`/Entitlements?count=2&cursor=${walk.body.nextCursor}`)).body.Resources).toHaveLength(1);
    const search = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      attributes: ['weight'],
      filter: 'weight eq 1',
    };
    expect((await client.post('/Entitlements/.search', search)).body.Resources).toEqual([
      { schemas: [ENTITLEMENT, LICENCE], id: expect.any(String), weight: 1 },
    ]);
    expect((await client.get('/')).body.totalResults).toBe(4);
    expect((await client.get(filtered('/', 'displayName pr'))).body.totalResults).toBe(3);
  });

  it('40 go through bulk requests, and belong to one directory', async () => {
    const site = createScimSite(options);
    const [client, other] = [await site.client(), await site.client()];
    const usersOnly = await site.client({ resourceTypes: ['User'] });
    const bulk = await client.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'u', data: ADA },
        {
          method: 'POST',
          path: '/Entitlements',
          bulkId: 'e',
          data: { displayName: 'Gold', members: [{ value: 'bulkId:u' }] },
        },
      ],
    });
    const [user, entitlement] = bulk.body.Operations;
    expect([user.status, entitlement.status]).toEqual(['201', '201']);
    const path = entitlement.location.slice(client.baseUrl.length);
    expect((await client.get(path)).body.members).toEqual([{ value: user.location.split('/').at(-1) }]);
    expectScimError(await other.get(path), 404);
    expect((await other.post('/Entitlements', { displayName: 'Gold' })).status).toBe(201);
    expectScimError(await usersOnly.get('/Entitlements'), 404);
    expect((await usersOnly.get('/ResourceTypes')).body.totalResults).toBe(1);
  });
});
