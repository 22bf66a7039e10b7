import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import fc from 'fast-check';
import { CreationOrder } from '../src/adapters/memory/creation-order.js';
import { SteadyMap } from '../src/adapters/memory/steady-map.js';
import { UndoLog } from '../src/adapters/memory/undo-log.js';
import { foldCase } from '../src/core/fold.js';
import { toInstant } from '../src/core/instant.js';
import { type AskStore, queryInBatches } from '../src/storage/batched-query.js';
import type { Directory, DirectoryToken } from '../src/storage/directory-store.js';
import type { DirectoryUser } from '../src/storage/directory-user.js';
import { StaleVersionError, UniqueConflictError, UnknownMembersError } from '../src/storage/errors.js';
import { compileElementFilter, compileFilter } from '../src/storage/evaluate-filter.js';
import type { DirectoryGroup, MemberChange } from '../src/storage/group-store.js';
import type { Comparison, ComparisonOperator, Filter, Page, PageRequest, Query, Sort } from '../src/storage/query.js';
import type { JsonObject, JsonValue, StoredResource } from '../src/storage/resource-store.js';
import type { DirectoryScope } from '../src/storage/scope.js';
import { sortResources } from '../src/storage/sort-resources.js';
import type { Storage } from '../src/storage/storage.js';

const scope: DirectoryScope = { organizationId: 'acme', directoryId: 'acme-okta' };
const neighbour: DirectoryScope = { organizationId: 'acme', directoryId: 'acme-entra' };
const stranger: DirectoryScope = { organizationId: 'globex', directoryId: 'acme-okta' };

const T0 = '2026-03-01T10:00:00.000Z';
const T1 = '2026-03-01T11:00:00.000Z';
const T2 = '2026-03-01T12:00:00.000Z';

/** The first members of a group that starts without any. */
const NOBODY = { ids: [], unknown: 'refuse' } as const;

const FIRST_HUNDRED: PageRequest = { startIndex: 1, count: 100 };
const SEED = { seed: 20260301 };

function resource(attributes: JsonObject, rest: Partial<StoredResource> = {}): StoredResource {
  return { id: 'r1', version: 1, created: T0, lastModified: T1, attributes, uniqueKeys: [], ...rest };
}

function compare(
  op: ComparisonOperator,
  path: string,
  value: string | number | boolean,
  rest: Partial<Comparison> = {},
) {
  return { op, path: path.split('.'), type: 'string', caseExact: false, value, ...rest } satisfies Comparison;
}

function sortBy(path: string, rest: Partial<Sort> = {}): Sort {
  return { path: path.split('.'), type: 'string', caseExact: false, descending: false, ...rest };
}

function addUser(storage: Storage, id: string, attributes: JsonObject = {}, at: DirectoryScope = scope) {
  const userName = typeof attributes['userName'] === 'string' ? attributes['userName'] : id;
  const uniqueKeys = [`userName:${foldCase(userName)}`];
  return storage.directoryUsers.insert(at, { id, created: T0, attributes: { ...attributes, userName }, uniqueKeys });
}

function addGroup(storage: Storage, id: string, memberIds: readonly string[] = [], at: DirectoryScope = scope) {
  return storage.transaction(at, async ({ groups }) => {
    await groups.insert(at, { id, created: T0, attributes: { displayName: id }, uniqueKeys: [] }, NOBODY);
    await groups.changeMembers(at, id, { change: { add: memberIds, remove: [] }, at: T0, unknown: 'refuse' });
  });
}

function changeMembers(storage: Storage, groupId: string, change: MemberChange, at = T1) {
  return storage.groups.changeMembers(scope, groupId, { change, at, unknown: 'refuse' });
}

async function storageWith(...userIds: string[]): Promise<Storage> {
  const storage = createMemoryStorage();
  for (const id of userIds) await addUser(storage, id);
  return storage;
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function idsOf(page: { readonly items: readonly { readonly id: string }[] }): string[] {
  return page.items.map(({ id }) => id);
}

/** Walks by cursor to the end; `between` happens after each page. */
async function walk<T extends StoredResource>(
  ask: AskStore<T>,
  query: Omit<Query, 'page'>,
  count: number,
  between: (page: Page<T>) => Promise<void> = async () => undefined,
): Promise<string[]> {
  const met: string[] = [];
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: Page<T> = await ask({ ...query, page: { after, count } });
    if (page.next !== undefined) expect(page.next.length).toBeLessThanOrEqual(512);
    met.push(...idsOf(page));
    await between(page);
    after = page.next;
  }
  return met;
}

async function memberIds(storage: Storage, groupId: string, limit = 1000): Promise<string[]> {
  const met: string[] = [];
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: Awaited<ReturnType<Storage['groups']['members']>> = await storage.groups.members(scope, groupId, {
      after,
      limit,
    });
    met.push(...idsOf(page));
    after = page.next;
  }
  return met;
}

/** A gate to hold somebody up. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('compileFilter', () => {
  const ada = resource({
    userName: 'Ada@Example.com',
    externalId: '00uAda',
    active: false,
    logins: 3,
    title: '',
    name: { familyName: 'Lovelace', middleName: '' },
    emails: [
      { type: 'work', value: 'ada@example.com' },
      { type: 'home', value: 'countess@example.org', primary: true },
    ],
    tags: ['math', 'Poetry'],
    entitlements: [],
    photos: [{ value: '' }],
    hired: '2020-02-01T01:00:00.1234567+01:00',
    left: 'someday',
  });
  const matches = (filter: Filter) => compileFilter(filter)(ada);

  it.each([
    [compare('eq', 'userName', 'ADA@example.COM'), true],
    [compare('eq', 'externalId', '00uADA', { caseExact: true }), false],
    [compare('eq', 'externalId', '00uAda', { caseExact: true }), true],
    [compare('co', 'userName', '@EX'), true],
    [compare('sw', 'userName', 'ada'), true],
    [compare('ew', 'userName', '.COM'), true],
    [compare('ew', 'userName', '.COM', { caseExact: true }), false],
    [compare('gt', 'userName', 'ad'), true],
    [compare('lt', 'name.familyName', 'M'), true],
    [compare('ge', 'name.familyName', 'lovelace'), true],
    [compare('le', 'name.familyName', 'Lovelac'), false],
    [compare('eq', 'active', false, { type: 'boolean' }), true],
    [compare('ge', 'active', false, { type: 'boolean' }), false],
    [compare('gt', 'logins', 20, { type: 'integer' }), false],
    [compare('lt', 'logins', 20, { type: 'integer' }), true],
    [compare('eq', 'logins', 3, { type: 'decimal' }), true],
    [compare('co', 'logins', 3, { type: 'integer' }), false],
  ])('compares %j: %j', (filter, expected) => {
    expect(matches(filter)).toBe(expected);
  });

  it('compares text by code units after folding', () => {
    const z = resource({ title: 'Z' });
    expect(compileFilter(compare('lt', 'title', 'ä'))(z)).toBe(true);
    expect(compileFilter(compare('gt', 'title', 'a'))(z)).toBe(true);
    expect(compileFilter(compare('gt', 'title', 'a', { caseExact: true }))(z)).toBe(false);
  });

  it('is true when any of several values passes', () => {
    expect(matches(compare('eq', 'emails.value', 'COUNTESS@example.org'))).toBe(true);
    expect(matches(compare('eq', 'tags', 'poetry'))).toBe(true);
    expect(matches(compare('eq', 'tags', 'prose'))).toBe(false);
  });

  it('takes ne as exactly not eq: for several values, and for none', () => {
    expect(matches(compare('ne', 'emails.type', 'work'))).toBe(false);
    expect(matches(compare('ne', 'nickName', 'ada'))).toBe(true);
    expect(matches(compare('ne', 'left', '2020-01-01T00:00:00.000000000Z', { type: 'dateTime' }))).toBe(true);
  });

  it('compares a dateTime as an instant, whatever zone and fraction it is written in', () => {
    const hired = (op: ComparisonOperator, value: string) => matches(compare(op, 'hired', value, { type: 'dateTime' }));
    expect(hired('eq', '2020-02-01T00:00:00.123456700Z')).toBe(true);
    expect(hired('gt', '2020-02-01T00:00:00.123456000Z')).toBe(true);
    expect(hired('lt', '2020-02-01T00:00:00.123000000Z')).toBe(false);
    expect(matches(compare('lt', 'left', '9999-01-01T00:00:00.000000000Z', { type: 'dateTime' }))).toBe(false);
  });

  it('compares the stamps and the version of the record', () => {
    const at = (op: ComparisonOperator, path: string, text: string) =>
      matches(compare(op, path, toInstant(text) ?? '', { type: 'dateTime' }));
    expect(at('eq', 'meta.created', '2026-03-01T11:00:00+01:00')).toBe(true);
    expect(at('gt', 'meta.lastModified', T0)).toBe(true);
    expect(at('gt', 'meta.lastModified', T1)).toBe(false);
    expect(at('le', 'meta.lastModified', '2026-03-01T11:00:00.0000001Z')).toBe(true);
    expect(matches(compare('eq', 'meta.version', 1, { type: 'integer' }))).toBe(true);
    expect(matches(compare('eq', 'meta.resourceType', 'User'))).toBe(false);
    expect(matches({ op: 'present', path: ['meta'] })).toBe(true);
    expect(matches(compare('eq', 'id', 'R1', { caseExact: true }))).toBe(false);
    expect(matches(compare('eq', 'id', 'r1', { caseExact: true }))).toBe(true);
  });

  it.each([
    ['userName', true],
    ['active', true],
    ['name', true],
    ['name.middleName', false],
    ['title', false],
    ['entitlements', false],
    ['photos', false],
    ['emails', true],
    ['emails.primary', true],
    ['emails.display', false],
    ['nickName', false],
    ['id', true],
    ['meta.created', true],
  ])('takes %s for present: %j', (path, expected) => {
    expect(matches({ op: 'present', path: path.split('.') })).toBe(expected);
  });

  it('joins and, or, not; nothing to join is true for and, false for or', () => {
    const yes = compare('eq', 'logins', 3, { type: 'integer' });
    const no = compare('eq', 'logins', 4, { type: 'integer' });
    expect(matches({ op: 'and', filters: [yes, { op: 'not', filter: no }] })).toBe(true);
    expect(matches({ op: 'or', filters: [no, yes] })).toBe(true);
    expect(matches({ op: 'and', filters: [yes, no] })).toBe(false);
    expect(matches({ op: 'and', filters: [] })).toBe(true);
    expect(matches({ op: 'or', filters: [] })).toBe(false);
  });

  it('wants one and the same element for an element filter', () => {
    const element = (type: string, value: string): Filter => ({
      op: 'element',
      path: ['emails'],
      filter: { op: 'and', filters: [compare('eq', 'type', type), compare('co', 'value', value)] },
    });
    expect(matches(element('work', 'ada'))).toBe(true);
    expect(matches(element('work', 'countess'))).toBe(false);
    expect(matches({ op: 'element', path: ['name'], filter: compare('eq', 'familyName', 'lovelace') })).toBe(true);
    expect(matches({ op: 'element', path: ['nothing'], filter: compare('ne', 'type', 'work') })).toBe(false);
  });

  it('never compares a value with one of another type, and never a complex one', () => {
    expect(matches(compare('eq', 'logins', '3'))).toBe(false);
    expect(matches(compare('eq', 'active', 'false'))).toBe(false);
    expect(matches(compare('eq', 'userName', true, { type: 'boolean' }))).toBe(false);
    expect(matches(compare('co', 'emails', 'ada'))).toBe(false);
    expect(matches(compare('eq', 'hired', 1, { type: 'dateTime' }))).toBe(false);
  });

  it.each(['constructor', '__proto__', 'toString.name', 'userName.length', 'tags.length', 'emails.constructor'])(
    'finds nothing at %s: only what the resource itself has counts',
    (path) => {
      expect(matches({ op: 'present', path: path.split('.') })).toBe(false);
    },
  );

  it('reads an attribute that is called as something every object has', () => {
    const odd = resource(JSON.parse('{"constructor":"Ada","__proto__":"x"}'));
    expect(compileFilter(compare('eq', 'constructor', 'ada'))(odd)).toBe(true);
    expect(compileFilter(compare('eq', '__proto__', 'X'))(odd)).toBe(true);
  });

  it('asks the caller about memberships, and refuses such a filter without one to ask', () => {
    const isMember = (groupId: string, memberId: string) => groupId === 'g1' && memberId === 'u1';
    const hasMember: Filter = { op: 'hasMember', memberId: 'u1' };
    const memberOf: Filter = { op: 'memberOf', groupId: 'g1' };
    expect(compileFilter(hasMember, isMember)(resource({}, { id: 'g1' }))).toBe(true);
    expect(compileFilter(hasMember, isMember)(resource({}, { id: 'g2' }))).toBe(false);
    expect(compileFilter(memberOf, isMember)(resource({}, { id: 'u1' }))).toBe(true);
    expect(() => compileFilter(memberOf)).toThrow(TypeError);
    expect(() => compileElementFilter(memberOf)).toThrow(TypeError);
  });

  it('agrees with a naive evaluator on any filter and resource', () => {
    fc.assert(
      fc.property(anyFilter, anyAttributes, fc.constantFrom('u1', 'u2'), (filter, attributes, id) => {
        const user = resource(attributes, { id });
        const isMember = (groupId: string, memberId: string) => groupId === 'g1' && memberId === 'u1';
        expect(compileFilter(filter, isMember)(user)).toBe(naive(filter, user, isMember));
      }),
      { ...SEED, numRuns: 3000 },
    );
  });
});

describe('compileElementFilter', () => {
  it('reads paths from the element', () => {
    const isWork = compileElementFilter(compare('eq', 'type', 'WORK'));
    expect(isWork({ type: 'work' })).toBe(true);
    expect(isWork({ type: 'home' })).toBe(false);
    expect(isWork('work')).toBe(false);
    expect(isWork(null)).toBe(false);
  });

  it('takes `value` of a plain element for the element', () => {
    const isMath = compileElementFilter(compare('eq', 'value', 'math'));
    expect(isMath('Math')).toBe(true);
    expect(isMath({ value: 'math' })).toBe(true);
    expect(compileElementFilter(compare('eq', 'id', 'math'))('math')).toBe(false);
    expect(compileElementFilter({ op: 'present', path: ['value'] })('')).toBe(false);
  });
});

describe('sortResources', () => {
  const sorted = (values: readonly JsonObject[], sort: Sort) =>
    idsOf({
      items: sortResources(
        values.map((value, index) => resource(value, { id: `${index}` })),
        sort,
      ),
    }).join('');

  it('puts resources without a value last, in descending order first', () => {
    const values = [{}, { title: 'b' }, { title: 'A' }, { title: 7 }];
    expect(sorted(values, sortBy('title'))).toBe('2103');
    expect(sorted(values, sortBy('title', { descending: true }))).toBe('0312');
  });

  it('keeps the order of creation among equals, also in descending order', () => {
    const values = [{ title: 'b' }, { title: 'B' }, { title: 'a' }, { title: 'b' }];
    expect(sorted(values, sortBy('title'))).toBe('2013');
    expect(sorted(values, sortBy('title', { descending: true }))).toBe('0132');
    expect(sorted(values, sortBy('title', { caseExact: true }))).toBe('1203');
  });

  it('goes by the primary one of several values, else by the first', () => {
    const values = [
      { emails: [{ value: 'a' }, { value: 'z', primary: true }] },
      { emails: [{ value: 'm' }, { value: 'b' }] },
      { emails: [{ type: 'work' }, { value: 'a' }] },
    ];
    expect(sorted(values, sortBy('emails.value'))).toBe('102');
  });

  it('sorts numbers by size, false before true, a dateTime by its instant', () => {
    expect(sorted([{ n: 10 }, { n: 9 }, { n: -1 }], sortBy('n', { type: 'integer' }))).toBe('210');
    expect(sorted([{ n: true }, { n: false }], sortBy('n', { type: 'boolean' }))).toBe('10');
    const times = [{ n: '2020-01-01T12:00:00Z' }, { n: '2020-01-01T12:30:00+01:00' }, { n: 'late' }];
    expect(sorted(times, sortBy('n', { type: 'dateTime' }))).toBe('102');
  });
});

describe('a resource store', () => {
  it('gives version 1 and the time of creation to what is new', async () => {
    const storage = await storageWith('u1');
    const user = await storage.directoryUsers.get(scope, 'u1');
    expect(user).toEqual({
      id: 'u1',
      version: 1,
      created: T0,
      lastModified: T0,
      attributes: { userName: 'u1' },
      uniqueKeys: ['userName:u1'],
    });
    expect(await storage.directoryUsers.get(scope, 'u2')).toBeUndefined();
  });

  it('answers getMany with the live ones', async () => {
    const storage = await storageWith('u1', 'u2');
    expect(idsOf({ items: await storage.directoryUsers.getMany(scope, ['u2', 'u9', 'u1', 'u1']) })).toEqual([
      'u2',
      'u1',
    ]);
  });

  it('lets exactly one of 50 parallel inserts have a unique key', async () => {
    const storage = createMemoryStorage();
    const results = await Promise.allSettled(numbered('u', 50).map((id) => addUser(storage, id, { userName: 'Ada' })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toEqual(new UniqueConflictError('userName:ada'));
    }
    expect((await storage.directoryUsers.query(scope, { page: FIRST_HUNDRED })).total).toBe(1);
  });

  it('holds unique keys per type: a group may have a key of a user', async () => {
    const storage = await storageWith('u1');
    const group = { id: 'g1', created: T0, attributes: {}, uniqueKeys: ['userName:u1'] };
    await expect(storage.groups.insert(scope, group, NOBODY)).resolves.toMatchObject({ version: 1, memberCount: 0 });
  });

  it('never gives an id twice: not to another type, not after a deletion', async () => {
    const storage = await storageWith('u1');
    const group = { id: 'u1', created: T0, attributes: {}, uniqueKeys: [] };
    await expect(storage.groups.insert(scope, group, NOBODY)).rejects.toEqual(new UniqueConflictError('id:u1'));
    await storage.directoryUsers.tombstone(scope, { id: 'u1', deletedAt: T1 }, 1);
    await expect(addUser(storage, 'u1')).rejects.toEqual(new UniqueConflictError('id:u1'));
    await expect(addUser(storage, 'u2', { userName: 'u1' })).resolves.toMatchObject({ id: 'u2' });
  });

  it('updates in the version that is expected, and in no other', async () => {
    const storage = await storageWith('u1');
    const change = { lastModified: T1, attributes: { userName: 'u1', title: 'x' }, uniqueKeys: ['userName:u1'] };
    const updated = await storage.directoryUsers.update(scope, 'u1', change, 1);
    expect(updated).toEqual({ id: 'u1', version: 2, created: T0, ...change });
    await expect(storage.directoryUsers.update(scope, 'u1', change, 1)).rejects.toBeInstanceOf(StaleVersionError);
    await expect(storage.directoryUsers.update(scope, 'u9', change, 1)).rejects.toBeInstanceOf(StaleVersionError);
    expect(await storage.directoryUsers.get(scope, 'u1')).toEqual(updated);
  });

  it('frees and takes unique keys with an update', async () => {
    const storage = await storageWith('u1', 'u2');
    const rename = (id: string, name: string, version: number) =>
      storage.directoryUsers.update(
        scope,
        id,
        { lastModified: T1, attributes: { userName: name }, uniqueKeys: [`userName:${name}`] },
        version,
      );
    await expect(rename('u1', 'u2', 1)).rejects.toEqual(new UniqueConflictError('userName:u2'));
    await rename('u1', 'u3', 1);
    await rename('u2', 'u1', 1);
    await expect(rename('u2', 'u3', 2)).rejects.toBeInstanceOf(UniqueConflictError);
  });

  it('moves lastModified forward with each change, also when the clock stands still or goes back', async () => {
    const storage = await storageWith('u1');
    const update = (lastModified: string, version: number) =>
      storage.directoryUsers.update(scope, 'u1', { lastModified, attributes: {}, uniqueKeys: [] }, version);
    expect((await update(T1, 1)).lastModified).toBe(T1);
    expect((await update(T1, 2)).lastModified).toBe('2026-03-01T11:00:00.001Z');
    expect((await update(T0, 3)).lastModified).toBe('2026-03-01T11:00:00.002Z');
    expect((await update(T2, 4)).lastModified).toBe(T2);
  });

  it('hands out nothing that can be changed from outside', async () => {
    const storage = createMemoryStorage();
    await addUser(storage, 'u1', { emails: [{ value: 'a' }] });
    const user = await storage.directoryUsers.get(scope, 'u1');
    expect(() => Object.assign(user ?? {}, { version: 7 })).toThrow(TypeError);
    expect(() => Object.assign(Object(user?.attributes['emails'])[0], { value: 'b' })).toThrow(TypeError);
  });

  it('keeps custom resources of each type apart', async () => {
    const { customResources } = createMemoryStorage();
    const given = { id: 'e1', created: T0, attributes: { displayName: 'Key' }, uniqueKeys: ['displayName:key'] };
    await customResources.insert(scope, 'Entitlement', given);
    await customResources.insert(scope, 'Role', { ...given, id: 'e2' });
    expect(await customResources.get(scope, 'Role', 'e1')).toBeUndefined();
    const filter = compare('eq', 'displayName', 'KEY');
    expect(idsOf(await customResources.query(scope, 'Role', { filter, page: FIRST_HUNDRED }))).toEqual(['e2']);
    const changed = await customResources.update(
      scope,
      'Role',
      'e2',
      { ...given, lastModified: T1, attributes: {} },
      1,
    );
    expect(changed).toMatchObject({ id: 'e2', version: 2, attributes: {}, lastModified: T1 });
    await expect(customResources.delete(scope, 'Role', 'e2', 1)).rejects.toBeInstanceOf(StaleVersionError);
    await customResources.delete(scope, 'Role', 'e2', 2);
    expect(await customResources.get(scope, 'Role', 'e2')).toBeUndefined();
    await expect(customResources.insert(scope, 'Role', { ...given, id: 'e2' })).rejects.toBeInstanceOf(
      UniqueConflictError,
    );
  });

  it('shows nothing of one directory, or organization, in another', async () => {
    const storage = createMemoryStorage();
    await addUser(storage, 'u1');
    await addGroup(storage, 'g1', ['u1']);
    for (const elsewhere of [neighbour, stranger]) {
      expect(await storage.directoryUsers.get(elsewhere, 'u1')).toBeUndefined();
      expect(await storage.directoryUsers.getMany(elsewhere, ['u1'])).toEqual([]);
      expect((await storage.directoryUsers.query(elsewhere, { page: FIRST_HUNDRED })).total).toBe(0);
      expect((await storage.groups.members(elsewhere, 'g1', { after: '', limit: 9 })).items).toEqual([]);
      expect((await storage.groups.groupsOf(elsewhere, ['u1'])).get('u1') ?? []).toEqual([]);
      const request = { change: { replace: [] }, at: T1, unknown: 'skip' } as const;
      expect(await storage.groups.changeMembers(elsewhere, 'g1', request)).toBeUndefined();
      await expect(storage.groups.delete(elsewhere, 'g1', 2, T1)).rejects.toBeInstanceOf(StaleVersionError);
      await expect(addUser(storage, 'u1', {}, elsewhere)).resolves.toMatchObject({ version: 1 });
    }
    await expect(
      storage.groups.changeMembers(neighbour, 'g1', { change: { replace: ['u1'] }, at: T1, unknown: 'refuse' }),
    ).resolves.toBeUndefined();
  });
});

describe('a query', () => {
  it('pages by index in order of creation', async () => {
    const storage = await storageWith(...numbered('u', 25));
    const page = await storage.directoryUsers.query(scope, { page: { startIndex: 11, count: 10 } });
    expect(idsOf(page)).toEqual(numbered('u', 20).slice(10));
    expect(page.total).toBe(25);
    const last = await storage.directoryUsers.query(scope, { page: { startIndex: 21, count: 10 } });
    expect(idsOf(last)).toEqual(numbered('u', 25).slice(20));
    expect(last.next).toBeUndefined();
    expect(await storage.directoryUsers.query(scope, { page: { startIndex: 26, count: 10 } })).toEqual({
      items: [],
      total: 25,
    });
    expect(await storage.directoryUsers.query(scope, { page: { startIndex: 1, count: 0 } })).toEqual({
      items: [],
      total: 25,
    });
  });

  it('gives a next position exactly while more is to come', async () => {
    const storage = await storageWith(...numbered('u', 4));
    const { directoryUsers } = storage;
    const first = await directoryUsers.query(scope, { page: { after: '', count: 2 } });
    const second = await directoryUsers.query(scope, { page: { after: first.next ?? '', count: 2 } });
    expect([...idsOf(first), ...idsOf(second)]).toEqual(numbered('u', 4));
    expect(second.next).toBeUndefined();
  });

  it.each(['a', '-1', '1.5'])('refuses the position %j, which no page gave', async (after) => {
    const { directoryUsers, groups } = await storageWith('u1');
    await expect(directoryUsers.query(scope, { page: { after, count: 1 } })).rejects.toBeInstanceOf(RangeError);
    const sort = sortBy('userName');
    await expect(directoryUsers.query(scope, { sort, page: { after, count: 1 } })).rejects.toBeInstanceOf(RangeError);
    await expect(groups.members(scope, 'g1', { after, limit: 1 })).rejects.toBeInstanceOf(RangeError);
  });

  it.each([{}, { filter: compare('sw', 'userName', 'U') }])(
    'walks over each resource that stays exactly once, whatever comes and goes (%j)',
    async (query) => {
      const storage = await storageWith(...numbered('u', 60));
      let inserted = 0;
      const met = await walk(
        (asked) => storage.directoryUsers.query(scope, asked),
        query,
        7,
        async ({ items }) => {
          const last = items.at(-1);
          if (last) await storage.directoryUsers.tombstone(scope, { id: last.id, deletedAt: T1 }, 1);
          const victim = await storage.directoryUsers.get(scope, `u${inserted * 3}`);
          if (victim) await storage.directoryUsers.tombstone(scope, { id: victim.id, deletedAt: T1 }, 1);
          await addUser(storage, `u-new-${inserted}`);
          inserted += 1;
        },
      );
      const left = idsOf(await storage.directoryUsers.query(scope, { page: FIRST_HUNDRED }));
      expect(new Set(met).size).toBe(met.length);
      expect(met).toEqual(expect.arrayContaining(left.filter((id) => !id.startsWith('u-new'))));
    },
  );

  it('walks in sort order over each resource that keeps its key, whatever is deleted', async () => {
    const storage = createMemoryStorage();
    for (const [index, id] of numbered('u', 60).entries()) await addUser(storage, id, { title: `t${index % 4}` });
    const met = await walk(
      (asked) => storage.directoryUsers.query(scope, asked),
      { sort: sortBy('title', { descending: true }) },
      7,
      async ({ items }) => {
        const last = items.at(-1);
        if (last) await storage.directoryUsers.tombstone(scope, { id: last.id, deletedAt: T1 }, 1);
      },
    );
    expect(met).toEqual(sortedIds(numbered('u', 60), (index) => -(index % 4)));
  });

  describe.each([false, true])('with sort keys longer than a position (descending: %j)', (descending) => {
    const sort = sortBy('title', { descending });
    const inOrder = ['first', ...numbered('u', 30), 'last'];
    const prepared = async () => {
      const storage = createMemoryStorage();
      for (const [index, id] of inOrder.entries()) {
        const title = `${'x'.repeat(600)}${String(descending ? 99 - index : index).padStart(3, '0')}`;
        const isEdge = id === 'first' || id === 'last';
        await addUser(storage, id, { title: isEdge ? ((id === 'first') === descending ? 'y' : 'a') : title });
      }
      return storage;
    };

    it('walks exactly', async () => {
      const { directoryUsers } = await prepared();
      expect(await walk((asked) => directoryUsers.query(scope, asked), { sort }, 4)).toEqual(inOrder);
    });

    it('repeats rather than leaves out when the last one of a page is deleted', async () => {
      const { directoryUsers } = await prepared();
      let deletions = 0;
      const met = await walk(
        (asked) => directoryUsers.query(scope, asked),
        { sort },
        4,
        async ({ items }) => {
          const last = items.at(-1);
          if (!last || deletions === 3) return;
          deletions += 1;
          await directoryUsers.tombstone(scope, { id: last.id, deletedAt: T1 }, 1);
        },
      );
      const left = idsOf(await directoryUsers.query(scope, { page: FIRST_HUNDRED }));
      expect(met).toEqual(expect.arrayContaining(left));
    });
  });

  it('refuses what the declared capabilities exclude', async () => {
    const { directoryUsers, groups } = createMemoryStorage({ capabilities: { filtering: false, sorting: false } });
    const filter = compare('eq', 'userName', 'x');
    await expect(directoryUsers.query(scope, { filter, page: FIRST_HUNDRED })).rejects.toThrow('filter');
    await expect(groups.query(scope, { sort: sortBy('displayName'), page: FIRST_HUNDRED })).rejects.toThrow('sort');
    await expect(directoryUsers.query(scope, { page: FIRST_HUNDRED })).resolves.toEqual({ items: [], total: 0 });
  });

  it('lets other work run during a look at a large table, and still answers about one moment', async () => {
    const storage = createMemoryStorage();
    await storage.transaction(scope, async (inside) => {
      for (const id of numbered('u', 12_000)) await addUser(inside, id, { title: 'Old' });
    });
    // A machine on which this look would be over before it is time to pause sees the time of a slower one.
    let time = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => (time += 4));
    const events: string[] = [];
    const answer = storage.directoryUsers
      .query(scope, { filter: compare('eq', 'title', 'old'), page: { startIndex: 11_000, count: 1 } })
      .finally(() => events.push('answered'));
    const other = setImmediate().then(() => events.push('other work'));
    const writes = ['u0', 'u11999'].map((id) => storage.directoryUsers.tombstone(scope, { id, deletedAt: T1 }, 1));
    await Promise.all([answer, other, ...writes]).finally(() => clock.mockRestore());
    expect(events).toEqual(['other work', 'answered']);
    expect(await answer).toMatchObject({ total: 12_000, items: [{ id: 'u10999' }] });
  });
});

describe('indexes', () => {
  /** 300 users and a counter of how many of them a filter looked into: their attribute `probe` counts its reads. */
  async function probedStorage() {
    const storage = createMemoryStorage();
    let looks = 0;
    for (const [index, id] of numbered('u', 300).entries()) {
      const attributes = {
        userName: `${id}@example.com`,
        externalId: `X${index}`,
        emails: [
          { type: 'work', value: `${id}@mail.example` },
          { type: 'home', value: 'shared@mail.example' },
        ],
        get probe() {
          looks += 1;
          return true;
        },
      };
      await storage.directoryUsers.insert(scope, { id, created: T0, attributes, uniqueKeys: [] });
    }
    await addGroup(storage, 'g1', ['u7', 'u8']);
    const looked = async (filter: Filter) => {
      looks = 0;
      const probed: Filter = { op: 'and', filters: [probe, filter] };
      // On a busy machine a look that takes its time begins again, and pauses.
      const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
      const answer = storage.directoryUsers.query(scope, { filter: probed, page: FIRST_HUNDRED });
      const { total } = await answer.finally(() => clock.mockRestore());
      return { total, looks };
    };
    return { storage, looked };
  }
  const probe = compare('eq', 'probe', true, { type: 'boolean' });
  const byUserName = compare('eq', 'userName', 'U5@EXAMPLE.com');
  const byEmail = compare('eq', 'emails.value', 'U6@mail.example');

  it.each<[string, Filter, number]>([
    ['id', compare('eq', 'id', 'u3', { caseExact: true }), 1],
    ['userName', byUserName, 1],
    ['externalId', compare('eq', 'externalId', 'X9', { caseExact: true }), 1],
    ['an e-mail value', byEmail, 1],
    ['an element with an e-mail value', elementFilter('emails', compare('eq', 'value', 'u6@mail.example')), 1],
    [
      'an element with an indexed term among others',
      elementFilter('emails', {
        op: 'and',
        filters: [compare('eq', 'type', 'work'), compare('eq', 'value', 'u6@mail.example')],
      }),
      1,
    ],
    ['membership', { op: 'memberOf', groupId: 'g1' }, 2],
    ['or of indexed terms', { op: 'or', filters: [byUserName, byEmail, byUserName] }, 2],
    [
      'the rarest of several indexed terms',
      { op: 'and', filters: [compare('eq', 'emails.value', 'shared@mail.example'), byEmail] },
      1,
    ],
    ['nobody', compare('eq', 'userName', 'nobody'), 0],
  ])('finds by %s without a look at other users', async (_, filter, expected) => {
    const { looked } = await probedStorage();
    expect(await looked(filter)).toEqual({ total: expected, looks: expected });
  });

  it.each<[string, Filter]>([
    ['another operator', compare('sw', 'userName', 'u5@')],
    ['another attribute', compare('eq', 'emails.type', 'work')],
    ['or with a term without index', { op: 'or', filters: [byUserName, compare('eq', 'title', 'x')] }],
    ['not', { op: 'not', filter: byUserName }],
  ])('looks at all for %s', async (_, filter) => {
    const { looked } = await probedStorage();
    expect((await looked(filter)).looks).toBe(300);
  });

  it('follow an update and a deletion', async () => {
    const { storage, looked } = await probedStorage();
    const change = {
      lastModified: T1,
      attributes: { userName: 'renamed', emails: [{ value: 'new@x' }] },
      uniqueKeys: [],
    };
    await storage.directoryUsers.update(scope, 'u5', change, 1);
    expect((await looked(byUserName)).total).toBe(0);
    const found = await storage.directoryUsers.query(scope, {
      filter: compare('eq', 'emails.value', 'NEW@X'),
      page: FIRST_HUNDRED,
    });
    expect(idsOf(found)).toEqual(['u5']);
    await storage.directoryUsers.tombstone(scope, { id: 'u6', deletedAt: T1 }, 1);
    expect(await looked(byEmail)).toEqual({ total: 0, looks: 0 });
  });

  it('mind letter case where the attribute does', async () => {
    const { looked } = await probedStorage();
    expect(await looked(compare('eq', 'externalId', 'x9', { caseExact: true }))).toEqual({ total: 0, looks: 1 });
  });
});

describe('groups', () => {
  it('keep members apart from the group', async () => {
    const storage = await storageWith('u1', 'u2');
    await addGroup(storage, 'g1', ['u1', 'u2']);
    const group = await storage.groups.get(scope, 'g1');
    expect(group).toEqual({
      id: 'g1',
      version: 2,
      created: T0,
      lastModified: '2026-03-01T10:00:00.001Z',
      attributes: { displayName: 'g1' },
      uniqueKeys: [],
      memberCount: 2,
    });
    const renamed = await storage.groups.update(
      scope,
      'g1',
      { lastModified: T1, attributes: { displayName: 'G' }, uniqueKeys: [] },
      2,
    );
    expect(renamed).toMatchObject({ version: 3, memberCount: 2, attributes: { displayName: 'G' } });
    expect(await memberIds(storage, 'g1')).toEqual(['u1', 'u2']);
  });

  it('describe members: users and groups of the same directory', async () => {
    const storage = createMemoryStorage();
    await addUser(storage, 'u1', { userName: 'ada', displayName: 'Ada' });
    await addGroup(storage, 'g1');
    await addGroup(storage, 'g2', ['u1', 'g1']);
    expect(await storage.groups.members(scope, 'g2', { after: '', limit: 10 })).toEqual({
      items: [
        { id: 'u1', type: 'User', userName: 'ada', displayName: 'Ada' },
        { id: 'g1', type: 'Group', displayName: 'g1' },
      ],
    });
  });

  it('say which groups somebody is in, in order of creation', async () => {
    const storage = await storageWith('u1', 'u2');
    for (const id of ['g1', 'g2', 'g3']) await addGroup(storage, id);
    for (const id of ['g3', 'g1']) await changeMembers(storage, id, { add: ['u1'], remove: [] });
    const expected = [
      { id: 'g1', displayName: 'g1' },
      { id: 'g3', displayName: 'g3' },
    ];
    expect((await storage.groups.groupsOf(scope, ['u1', 'u2'])).get('u1')).toEqual(expected);
    expect(await storage.directoryUsers.getWithGroups(scope, 'u1')).toMatchObject({
      user: { id: 'u1' },
      groups: expected,
    });
    expect(await storage.directoryUsers.getWithGroups(scope, 'u2')).toMatchObject({ groups: [] });
    expect(await storage.directoryUsers.getWithGroups(scope, 'u9')).toBeUndefined();
    const filter: Filter = { op: 'hasMember', memberId: 'u1' };
    expect(idsOf(await storage.groups.query(scope, { filter, page: FIRST_HUNDRED }))).toEqual(['g1', 'g3']);
  });

  it('report what a member change really did, and move the version only then', async () => {
    const storage = await storageWith('u1', 'u2', 'u3');
    await addGroup(storage, 'g1', ['u1', 'u2']);
    const first = await changeMembers(storage, 'g1', { add: ['u3', 'u1', 'u3'], remove: ['u2', 'u2', 'gone'] });
    expect(first).toMatchObject({
      added: ['u3'],
      removed: ['u2'],
      group: { version: 3, memberCount: 2, lastModified: T1 },
    });
    const again = await changeMembers(storage, 'g1', { add: ['u3', 'u1'], remove: ['u2'] }, T2);
    expect(again).toEqual({ added: [], removed: [], group: first?.group });
    const replaced = await changeMembers(storage, 'g1', { replace: ['u2', 'u3', 'u2'] });
    expect(replaced).toMatchObject({ added: ['u2'], removed: ['u1'], group: { version: 4, memberCount: 2 } });
    const asBefore = await changeMembers(storage, 'g1', { replace: ['u3', 'u2'] });
    expect(asBefore).toEqual({ added: [], removed: [], group: replaced?.group });
  });

  it('refuse or skip members that are nobody in the directory', async () => {
    const storage = await storageWith('u1', 'u2');
    await addUser(storage, 'elsewhere', {}, neighbour);
    await storage.customResources.insert(scope, 'Role', { id: 'role', created: T0, attributes: {}, uniqueKeys: [] });
    await addGroup(storage, 'g1', ['u1']);
    const replace = ['u2', 'nobody', 'elsewhere', 'role'];
    await expect(changeMembers(storage, 'g1', { replace })).rejects.toEqual(
      new UnknownMembersError(['nobody', 'elsewhere', 'role']),
    );
    expect(await storage.groups.get(scope, 'g1')).toMatchObject({ version: 2, memberCount: 1 });
    const request = { change: { replace }, at: T1, unknown: 'skip' } as const;
    expect(await storage.groups.changeMembers(scope, 'g1', request)).toMatchObject({ added: ['u2'], removed: ['u1'] });
  });

  it('heed an expected version', async () => {
    const storage = await storageWith('u1');
    await addGroup(storage, 'g1');
    const request = { change: { replace: ['u1'] }, at: T1, unknown: 'refuse' } as const;
    const { groups } = storage;
    const stale = groups.changeMembers(scope, 'g1', { ...request, ifVersion: 7 });
    await expect(stale).rejects.toBeInstanceOf(StaleVersionError);
    await expect(groups.changeMembers(scope, 'g1', { ...request, ifVersion: 1 })).resolves.toMatchObject({
      added: ['u1'],
    });
    await expect(groups.changeMembers(scope, 'nothing', request)).resolves.toBeUndefined();
  });

  it('behave as a set under any sequence of changes', async () => {
    const ids = numbered('u', 8);
    const someIds = fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 8 });
    const change: fc.Arbitrary<MemberChange> = fc.oneof(
      someIds.map((replace) => ({ replace })),
      fc.tuple(someIds, someIds).map(([add, remove]) => ({ add, remove: remove.filter((id) => !add.includes(id)) })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        const storage = await storageWith(...ids);
        await addGroup(storage, 'g1');
        const model = new Set<string>();
        let version = 1;
        for (const one of changes) {
          const before = new Set(model);
          if ('replace' in one) model.clear();
          for (const id of 'replace' in one ? one.replace : one.add) model.add(id);
          for (const id of 'replace' in one ? [] : one.remove) model.delete(id);
          const result = await changeMembers(storage, 'g1', one);
          const added = [...model].filter((id) => !before.has(id));
          const removed = [...before].filter((id) => !model.has(id));
          if (added.length + removed.length > 0) version += 1;
          expect({ added: result?.added.toSorted(), removed: result?.removed.toSorted() }).toEqual({
            added: added.sort(),
            removed: removed.sort(),
          });
          expect(result?.group).toMatchObject({ memberCount: model.size, version });
          expect((await memberIds(storage, 'g1', 3)).sort()).toEqual([...model].sort());
          for (const [id, groups] of await storage.groups.groupsOf(scope, ids)) {
            expect(groups.length === 1).toBe(model.has(id));
          }
        }
      }),
      { ...SEED, numRuns: 60 },
    );
  });

  it('lose none of many parallel changes of different members', async () => {
    const ids = numbered('u', 200);
    const storage = await storageWith(...ids);
    const leaving = ids.slice(0, 100);
    const coming = ids.slice(100);
    await addGroup(storage, 'g1', leaving);
    await Promise.all(
      leaving.flatMap((id, index) => [
        changeMembers(storage, 'g1', { add: [], remove: [id] }),
        storage.transaction(scope, (inside) => changeMembers(inside, 'g1', { add: [coming[index] ?? ''], remove: [] })),
      ]),
    );
    expect((await memberIds(storage, 'g1')).sort()).toEqual(coming.sort());
    expect(await storage.groups.get(scope, 'g1')).toMatchObject({ version: 202, memberCount: 100 });
  });

  it('keep a walk over members going while others leave', async () => {
    const ids = numbered('u', 2500);
    const storage = await storageWith(...ids);
    await addGroup(storage, 'g1', ids);
    const first = await storage.groups.members(scope, 'g1', { after: '', limit: 1200 });
    await changeMembers(storage, 'g1', { add: [], remove: ids.slice(1000, 1300) });
    const rest = await storage.groups.members(scope, 'g1', { after: first.next ?? '', limit: 2000 });
    expect(idsOf(first)).toEqual(ids.slice(0, 1200));
    expect(idsOf(rest)).toEqual(ids.slice(1300));
    expect(rest.next).toBeUndefined();
  });

  it('are created with their first members as version 1, or not at all', async () => {
    const storage = await storageWith('u1', 'u2');
    const group = { id: 'g1', created: T0, attributes: { displayName: 'g1' }, uniqueKeys: [] };
    const refused = storage.groups.insert(scope, group, { ids: ['u1', 'ghost'], unknown: 'refuse' });
    await expect(refused).rejects.toEqual(new UnknownMembersError(['ghost']));
    expect(await storage.groups.get(scope, 'g1')).toBeUndefined();
    expect((await storage.groups.groupsOf(scope, ['u1'])).get('u1')).toEqual([]);

    const made = await storage.groups.insert(scope, group, { ids: ['u1', 'ghost', 'u2', 'u1'], unknown: 'skip' });
    expect(made).toMatchObject({ version: 1, created: T0, lastModified: T0, memberCount: 2 });
    const { items } = await storage.groups.members(scope, 'g1', { after: '', limit: 10 });
    expect(items.map(({ id }) => id)).toEqual(['u1', 'u2']);
  });

  it('leave with their memberships, both ways', async () => {
    const storage = await storageWith('u1');
    await addGroup(storage, 'inner', ['u1']);
    await addGroup(storage, 'outer', ['inner', 'u1']);
    await expect(storage.groups.delete(scope, 'inner', 1, T1)).rejects.toBeInstanceOf(StaleVersionError);
    await storage.groups.delete(scope, 'inner', 2, T1);
    expect(await storage.groups.get(scope, 'inner')).toBeUndefined();
    const outer = await storage.groups.get(scope, 'outer');
    expect(outer).toMatchObject({ memberCount: 1, version: 3, lastModified: T1 });
    expect((await storage.directoryUsers.getWithGroups(scope, 'u1'))?.groups).toEqual([
      { id: 'outer', displayName: 'outer' },
    ]);
    await expect(storage.groups.delete(scope, 'inner', 2, T1)).rejects.toBeInstanceOf(StaleVersionError);
  });
});

describe('deleted users', () => {
  it('leave queries and groups, which change with it, and what remains can be read', async () => {
    const storage = await storageWith('u1', 'u2');
    await addGroup(storage, 'g1', ['u1', 'u2']);
    await addGroup(storage, 'g2', ['u2']);
    const kept = await storage.directoryUsers.get(scope, 'u1');
    const deleted = { id: 'u1', deletedAt: T1, accessEnding: true, ...(kept && { kept }) } as const;
    await expect(storage.directoryUsers.tombstone(scope, deleted, 2)).rejects.toBeInstanceOf(StaleVersionError);
    await storage.directoryUsers.tombstone(scope, deleted, 1);

    expect(await storage.directoryUsers.get(scope, 'u1')).toBeUndefined();
    expect(idsOf(await storage.directoryUsers.query(scope, { page: FIRST_HUNDRED }))).toEqual(['u2']);
    expect(await memberIds(storage, 'g1')).toEqual(['u2']);
    expect(await storage.groups.get(scope, 'g1')).toMatchObject({ version: 3, lastModified: T1, memberCount: 1 });
    expect(await storage.groups.get(scope, 'g2')).toMatchObject({ version: 2 });
    expect(await storage.directoryUsers.getDeleted(scope, 'u1')).toEqual(deleted);
    expect(await storage.directoryUsers.getDeleted(scope, 'u2')).toBeUndefined();
    await expect(storage.directoryUsers.tombstone(scope, deleted, 1)).rejects.toBeInstanceOf(StaleVersionError);
  });

  it('and live ones forget that access is ending, without a new version', async () => {
    const { directoryUsers } = createMemoryStorage();
    const given = { created: T0, attributes: {}, uniqueKeys: [], accessEnding: true } as const;
    await directoryUsers.insert(scope, { id: 'u1', ...given });
    await directoryUsers.insert(scope, { id: 'u2', ...given });
    await directoryUsers.tombstone(scope, { id: 'u2', deletedAt: T1, accessEnding: true }, 1);
    for (let time = 0; time < 2; time += 1) {
      for (const id of ['u1', 'u2', 'nobody']) await directoryUsers.clearAccessEnding(scope, id);
    }
    const { accessEnding: _, ...left } = given;
    expect(await directoryUsers.get(scope, 'u1')).toEqual({ id: 'u1', version: 1, lastModified: T0, ...left });
    expect(await directoryUsers.getDeleted(scope, 'u2')).toEqual({ id: 'u2', deletedAt: T1 });
  });

  it('get and lose accessEnding with an update', async () => {
    const { directoryUsers } = await storageWith('u1');
    const change = { lastModified: T1, attributes: {}, uniqueKeys: [] };
    expect(await directoryUsers.update(scope, 'u1', { ...change, accessEnding: true }, 1)).toHaveProperty(
      'accessEnding',
    );
    expect(await directoryUsers.update(scope, 'u1', change, 2)).not.toHaveProperty('accessEnding');
  });
});

describe('a transaction', () => {
  const directory = (id: string, hosts: readonly string[] = []): Directory => ({
    organizationId: scope.organizationId,
    id,
    name: id,
    kind: 'scim',
    hosts,
    policy: {},
    cursorKey: 'key',
    createdAt: T0,
  });
  const token = (id: string): DirectoryToken => ({
    id,
    directoryId: 'd1',
    organizationId: scope.organizationId,
    name: id,
    hash: `hash-of-${id}`,
    createdAt: T0,
  });

  /** Everything that can be read, by every way of finding it. */
  async function everything({ directoryUsers, groups, customResources, directories }: Storage) {
    const users = await directoryUsers.query(scope, { page: { startIndex: 1, count: 1000 } });
    const allGroups = await groups.query(scope, { page: { startIndex: 1, count: 1000 } });
    const names = ['u1', 'u2', 'u3', 'renamed', 'new', 'gone'];
    const found = await Promise.all(
      names.map((name) =>
        directoryUsers.query(scope, { filter: compare('eq', 'userName', name), page: FIRST_HUNDRED }),
      ),
    );
    return {
      users,
      allGroups,
      found,
      members: await Promise.all(allGroups.items.map(({ id }) => groups.members(scope, id, { after: '', limit: 99 }))),
      groupsOf: [...(await groups.groupsOf(scope, names))],
      deleted: await Promise.all(names.map((name) => directoryUsers.getDeleted(scope, name))),
      custom: await customResources.query(scope, 'Role', { page: FIRST_HUNDRED }),
      directories: await directories.list(scope),
      byHost: [await directories.findByHost('a.example'), await directories.findByHost('b.example')],
      tokens: await directories.listTokens(scope, 'd1'),
      byToken: [await directories.findToken('hash-of-t1'), await directories.findToken('hash-of-t2')],
    };
  }

  const steps: readonly ((storage: Storage) => Promise<unknown>)[] = [
    (s) => addUser(s, 'new'),
    (s) => s.directoryUsers.update(scope, 'u1', { ...renamed, uniqueKeys: ['userName:renamed'] }, 1),
    (s) => changeMembers(s, 'g1', { add: ['new', 'u3'], remove: ['u1'] }),
    (s) => s.directoryUsers.tombstone(scope, { id: 'u2', deletedAt: T1, accessEnding: true }, 1),
    (s) => s.directoryUsers.clearAccessEnding(scope, 'u2'),
    (s) => s.directoryUsers.clearAccessEnding(scope, 'gone'),
    (s) => s.groups.update(scope, 'g2', { ...renamed, uniqueKeys: ['displayName:renamed'] }, 3),
    (s) => s.groups.delete(scope, 'g2', 4, T1),
    (s) => s.groups.insert(scope, { id: 'g3', created: T0, attributes: {}, uniqueKeys: [] }, NOBODY),
    (s) => changeMembers(s, 'g1', { replace: ['g3'] }),
    (s) => changeMembers(s, 'g1', { replace: ['u1', 'g3'] }),
    (s) => s.customResources.insert(scope, 'Role', { id: 'r2', created: T0, attributes: {}, uniqueKeys: [] }),
    (s) => s.customResources.delete(scope, 'Role', 'r1', 1),
    (s) => s.directories.insert(directory('d2', ['b.example'])),
    (s) => s.directories.update({ ...directory('d1', []), name: 'other' }),
    (s) => s.directories.insertToken(token('t2')),
    (s) => s.directories.revokeToken(scope, 'd1', 't1', T1),
    (s) => s.directories.touchToken(scope, 'd1', 't1', T1),
  ];
  const renamed = { lastModified: T1, attributes: { userName: 'renamed', displayName: 'renamed' } };

  async function prepared(): Promise<Storage> {
    const storage = await storageWith('u1', 'u2', 'u3');
    await addGroup(storage, 'g1', ['u1', 'u2']);
    await addGroup(storage, 'g2', ['u2', 'g1']);
    await storage.customResources.insert(scope, 'Role', { id: 'r1', created: T0, attributes: {}, uniqueKeys: [] });
    await addUser(storage, 'gone');
    await storage.directoryUsers.tombstone(scope, { id: 'gone', deletedAt: T0, accessEnding: true }, 1);
    await storage.directories.insert(directory('d1', ['a.example']));
    await storage.directories.insertToken(token('t1'));
    return storage;
  }

  it.each(numbered('', steps.length + 1).map(Number))(
    'that fails after %i steps leaves everything as it was',
    async (n) => {
      const storage = await prepared();
      const before = await everything(storage);
      const failed = storage.transaction(scope, async (inside) => {
        for (const step of steps.slice(0, n)) await step(inside);
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await everything(storage)).toEqual(before);
      // The same steps then succeed: no id, key or host stayed taken.
      await storage.transaction(scope, async (inside) => {
        for (const step of steps) await step(inside);
      });
      const after = await everything(storage);
      expect(after.users.items.map(({ id }) => id)).toEqual(['u1', 'u3', 'new']);
      expect(after.byToken).toMatchObject([{ token: { revokedAt: T1, lastUsedAt: T1 } }, { token: { id: 't2' } }]);
    },
  );

  it('takes a call that fails inside it back on its own, and goes on', async () => {
    const storage = await prepared();
    await storage.transaction(scope, async (inside) => {
      await expect(addUser(inside, 'other', { userName: 'u1' })).rejects.toBeInstanceOf(UniqueConflictError);
      await addUser(inside, 'other');
    });
    expect(await storage.directoryUsers.get(scope, 'other')).toMatchObject({ uniqueKeys: ['userName:other'] });
  });

  it('sees its own changes; nobody else sees them before it is over', async () => {
    const storage = await storageWith('u1');
    const { open, opened } = gate();
    const written = gate();
    const work = storage.transaction(scope, async (inside) => {
      await addUser(inside, 'u2');
      expect(await inside.directoryUsers.get(scope, 'u2')).toBeDefined();
      written.open();
      await opened;
    });
    await written.opened;
    const read = storage.directoryUsers.query(scope, { page: FIRST_HUNDRED });
    expect(await settledSoon(read)).toBe(false);
    expect(await settledSoon(storage.directoryUsers.get(stranger, 'u1'))).toBe(true);
    open();
    expect((await read).total).toBe(2);
    await work;
  });

  it('that fails was never seen', async () => {
    const storage = await storageWith('u1');
    const work = storage.transaction(scope, async (inside) => {
      await addUser(inside, 'u2');
      await setImmediate();
      throw new Error('no');
    });
    const reads = [1, 2].map(() => storage.directoryUsers.get(scope, 'u2'));
    await expect(work).rejects.toThrow('no');
    expect(await Promise.all(reads)).toEqual([undefined, undefined]);
  });

  it('is never seen half done, however reads, writes and transactions meet', async () => {
    const storage = await storageWith('u1', 'u2');
    const titles = ({ items }: Page<DirectoryUser>) => items.map(({ attributes }) => attributes['title'] ?? 'none');
    const retitle = async (inside: Storage, id: string, title: string) => {
      const user = await inside.directoryUsers.get(scope, id);
      const change = { lastModified: T1, attributes: { title }, uniqueKeys: [] };
      await inside.directoryUsers.update(scope, id, change, user?.version ?? 0);
    };
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(fc.boolean(), { minLength: 2, maxLength: 8 }), async (s, kinds) => {
        const all = kinds.map((writes, index) =>
          s.schedule(Promise.resolve()).then(async () => {
            if (!writes) {
              const [first, second] = titles(await storage.directoryUsers.query(scope, { page: FIRST_HUNDRED }));
              expect(first).toBe(second);
              return;
            }
            const work = storage.transaction(scope, async (inside) => {
              await retitle(inside, 'u1', `t${index}`);
              await s.schedule(Promise.resolve());
              await retitle(inside, 'u2', `t${index}`);
              if (index % 3 === 0) throw new Error('no');
            });
            await work.catch(() => undefined);
          }),
        );
        await s.waitFor(Promise.all(all));
      }),
      { ...SEED, numRuns: 100 },
    );
  });

  it('waits its turn: first come, first served', async () => {
    const storage = await storageWith('u1');
    const order: string[] = [];
    const transact = (name: string) =>
      storage.transaction(scope, async (inside) => {
        await setImmediate();
        await inside.directoryUsers.get(scope, 'u1');
        order.push(name);
      });
    const single = (name: string) => storage.directoryUsers.get(scope, 'u1').then(() => order.push(name));
    await Promise.all([
      transact('1'),
      single('2'),
      transact('3'),
      transact('4'),
      single('5'),
      single('6'),
      transact('7'),
    ]);
    expect(order).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  });

  it('lets the next one run after a failure', async () => {
    const storage = createMemoryStorage();
    const failing = storage.transaction(scope, () => Promise.reject(new Error('no')));
    const next = addUser(storage, 'u1');
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBeDefined();
  });

  it('is joined by a transaction inside it', async () => {
    const storage = createMemoryStorage();
    await storage.transaction(scope, async (outer) => {
      await addUser(outer, 'u1');
      await outer.transaction(scope, async (inner) => {
        await addUser(inner, 'u2');
      });
      expect(await outer.directoryUsers.get(scope, 'u2')).toBeDefined();
    });
    expect((await storage.directoryUsers.query(scope, { page: FIRST_HUNDRED })).total).toBe(2);
  });

  it('fails as a whole when one that joined it fails, even when that is caught', async () => {
    const storage = createMemoryStorage();
    const work = storage.transaction(scope, async (outer) => {
      await addUser(outer, 'u1');
      await outer.transaction(scope, () => Promise.reject(new Error('inner'))).catch(() => undefined);
    });
    await expect(work).rejects.toThrow('inner');
    expect(await storage.directoryUsers.get(scope, 'u1')).toBeUndefined();
  });

  it('cannot be used when it is over', async () => {
    const storage = await storageWith('u1');
    let leaked: Storage | undefined;
    await storage.transaction(scope, async (inside) => {
      leaked = inside;
    });
    const late: readonly (Promise<unknown> | undefined)[] = [
      leaked?.directoryUsers.get(scope, 'u1'),
      leaked?.directoryUsers.query(scope, { page: FIRST_HUNDRED }),
      leaked && addUser(leaked, 'u2'),
      leaked?.groups.groupsOf(scope, ['u1']),
      leaked?.directories.get('d1'),
      leaked?.directories.insert(directory('d1')),
      leaked?.organizations.get('acme'),
      leaked?.transaction(scope, async () => undefined),
    ];
    for (const call of late) await expect(call).rejects.toThrow('over');
    expect((await storage.directoryUsers.query(scope, { page: FIRST_HUNDRED })).total).toBe(1);
  });

  it('is about one organization', async () => {
    const storage = createMemoryStorage();
    const work = storage.transaction(scope, async (inside) => {
      await addUser(inside, 'u1', {}, neighbour);
      await addUser(inside, 'u1', {}, stranger);
    });
    await expect(work).rejects.toThrow('one organization');
    expect(await storage.directoryUsers.get(neighbour, 'u1')).toBeUndefined();
  });

  it('of one organization does not hold up another, except over directories and tokens', async () => {
    const storage = createMemoryStorage();
    const { open, opened } = gate();
    const inserted = gate();
    const work = storage.transaction(scope, async (inside) => {
      await inside.directories.insert(directory('d1', ['a.example']));
      inserted.open();
      await opened;
      throw new Error('no');
    });
    await inserted.opened;
    const found = storage.directories.findByHost('a.example');
    expect(await settledSoon(addUser(storage, 'u1', {}, stranger))).toBe(true);
    expect(await settledSoon(found)).toBe(false);
    const theirs = storage.transaction(stranger, async (inside) => {
      await inside.directories.insert({ ...directory('d1', ['a.example']), organizationId: 'globex' });
      return inside.directories.get('d1');
    });
    open();
    await expect(work).rejects.toThrow('no');
    expect(await found).toBeUndefined();
    expect(await theirs).toMatchObject({ organizationId: 'globex' });
  });
});

describe('directories and tokens', () => {
  const directory: Directory = {
    organizationId: 'acme',
    id: 'd1',
    name: 'Okta',
    kind: 'project',
    hosts: ['a.example', 'b.example'],
    policy: {},
    cursorKey: 'key',
    createdAt: T0,
  };
  const token = { id: 't1', directoryId: 'd1', organizationId: 'acme', name: 'CI', hash: 'abc', createdAt: T0 };

  it('find a directory by id and by each of its hosts', async () => {
    const { directories } = createMemoryStorage();
    await directories.insert(directory);
    expect(await directories.get('d1')).toEqual(directory);
    expect(await directories.findByHost('b.example')).toEqual(directory);
    expect(await directories.findByHost('B.example')).toBeUndefined();
    await directories.update({ ...directory, hosts: ['b.example', 'c.example'] });
    expect(await directories.findByHost('a.example')).toBeUndefined();
    expect(await directories.findByHost('c.example')).toMatchObject({ id: 'd1' });
    expect(await directories.list({ organizationId: 'acme' })).toHaveLength(1);
    expect(await directories.list({ organizationId: 'globex' })).toEqual([]);
  });

  it('keep ids, hosts and hashes unique over all organizations', async () => {
    const { directories } = createMemoryStorage();
    await directories.insert(directory);
    const other = { ...directory, organizationId: 'globex', id: 'd2', hosts: [] };
    await expect(directories.insert({ ...other, id: 'd1' })).rejects.toEqual(new UniqueConflictError('id:d1'));
    await expect(directories.insert({ ...other, hosts: ['b.example'] })).rejects.toBeInstanceOf(UniqueConflictError);
    await directories.insert(other);
    await expect(directories.update({ ...other, hosts: ['a.example'] })).rejects.toBeInstanceOf(UniqueConflictError);
    await expect(directories.update({ ...directory, organizationId: 'globex' })).rejects.toBeInstanceOf(
      StaleVersionError,
    );
    await directories.insertToken(token);
    const theirs = { ...token, directoryId: 'd2', organizationId: 'globex' };
    await expect(directories.insertToken(theirs)).rejects.toBeInstanceOf(UniqueConflictError);
    await expect(directories.insertToken({ ...token, hash: 'def' })).rejects.toEqual(new UniqueConflictError('id:t1'));
    await expect(directories.insertToken({ ...theirs, directoryId: 'd1', hash: 'def' })).rejects.toBeInstanceOf(
      StaleVersionError,
    );
    await directories.insertToken({ ...theirs, hash: 'def' });
    expect(await directories.findToken('def')).toMatchObject({ directory: { id: 'd2' } });
  });

  it('find, touch and revoke a token', async () => {
    const { directories } = createMemoryStorage();
    const acme = { organizationId: 'acme' };
    await directories.insert(directory);
    await directories.insertToken(token);
    expect(await directories.findToken('abc')).toEqual({ token, directory });
    expect(await directories.findToken('xyz')).toBeUndefined();
    await directories.touchToken(acme, 'd1', 't1', T1);
    await directories.touchToken({ organizationId: 'globex' }, 'd1', 't1', T2);
    expect(await directories.revokeToken({ organizationId: 'globex' }, 'd1', 't1', T1)).toBe(false);
    expect(await directories.revokeToken(acme, 'd1', 't2', T1)).toBe(false);
    expect(await directories.revokeToken(acme, 'd1', 't1', T1)).toBe(true);
    expect(await directories.revokeToken(acme, 'd1', 't1', T2)).toBe(true);
    expect(await directories.listTokens(acme, 'd1')).toEqual([{ ...token, lastUsedAt: T1, revokedAt: T1 }]);
    expect(await directories.listTokens({ organizationId: 'globex' }, 'd1')).toEqual([]);
  });
});

describe('host-owned stores', () => {
  it('hold what the storage was created with, each organization its own', async () => {
    const storage = createMemoryStorage({
      organizations: [{ id: 'acme', name: 'Acme', rootUserId: 'root' }],
      users: [
        { organizationId: 'acme', id: 'root', email: 'Root@Acme.example' },
        { organizationId: 'globex', id: 'root', email: 'root@globex.example' },
      ],
      teams: [{ organizationId: 'acme', id: 't1', name: 'Support' }],
    });
    expect(await storage.organizations.get('acme')).toMatchObject({ rootUserId: 'root' });
    expect(await storage.organizations.get('globex')).toBeUndefined();
    expect(await storage.users.get(scope, 'root')).toMatchObject({ email: 'Root@Acme.example' });
    expect(await storage.users.findByEmail(scope, 'root@ACME.example')).toMatchObject({ id: 'root' });
    expect(await storage.users.findByEmail(stranger, 'root@ACME.example')).toBeUndefined();
    expect(await storage.teams.get(scope, 't1')).toMatchObject({ name: 'Support' });
    expect(await storage.teams.findByName(scope, 'SUPPORT')).toMatchObject({ id: 't1' });
    expect(await storage.teams.findByName(stranger, 'Support')).toBeUndefined();
  });
});

describe('queryInBatches', () => {
  const NEITHER = { filtering: false, sorting: false };

  /** 1,200 users in two groups and 30 groups, the same in each storage. */
  async function populated(capabilities?: { filtering: boolean; sorting: boolean }): Promise<Storage> {
    const storage = createMemoryStorage(capabilities && { capabilities });
    const samples = fc.sample(anyAttributes, { ...SEED, numRuns: 1200 });
    await storage.transaction(scope, async (inside) => {
      for (const [index, attributes] of samples.entries()) {
        await inside.directoryUsers.insert(scope, { id: `u${index}`, created: T0, attributes, uniqueKeys: [] });
      }
      const ids = numbered('u', 1200);
      await addGroup(
        inside,
        'g1',
        ids.filter((_, index) => index % 3 === 0),
      );
      await addGroup(inside, 'g2', ids.slice(400, 900));
      for (const [index, id] of numbered('more', 30).entries()) await addGroup(inside, id, index % 2 ? ['u1'] : ['u2']);
    });
    return storage;
  }

  const anySort = fc.record<Sort>({
    path: fc.constantFrom(
      ['title'],
      ['emails', 'value'],
      ['active'],
      ['logins'],
      ['hired'],
      ['id'],
      ['meta', 'version'],
    ),
    type: fc.constantFrom('string', 'boolean', 'integer', 'dateTime'),
    caseExact: fc.boolean(),
    descending: fc.boolean(),
  });

  it('gives the answers of a store that filters and sorts by itself', async () => {
    const able = await populated();
    const unable = await populated(NEITHER);
    const anyPage = fc.oneof(
      fc.record({ startIndex: fc.integer({ min: 1, max: 1300 }), count: fc.integer({ min: 0, max: 700 }) }),
      fc.constant({ after: '', count: 350 }),
    );
    const query = fc.record({ filter: anyFilter, sort: anySort, page: anyPage }, { requiredKeys: ['page'] });
    await fc.assert(
      fc.asyncProperty(query, fc.constantFrom('users', 'groups'), async (asked, kind) => {
        const ask = (storage: Storage): AskStore<StoredResource> =>
          kind === 'users'
            ? (one) => storage.directoryUsers.query(scope, one)
            : (one) => storage.groups.query(scope, one);
        const batched: AskStore<StoredResource> = (one) =>
          queryInBatches(ask(unable), unable.groups, scope, one, NEITHER);
        const expected = await ask(able)(asked);
        const answer = await batched(asked);
        expect(idsOf(answer)).toEqual(idsOf(expected));
        expect(answer.total).toBe(expected.total);
        expect(answer.next === undefined).toBe(expected.next === undefined);
        if ('startIndex' in asked.page) return;
        const { page, ...rest } = asked;
        expect(await walk(batched, rest, page.count)).toEqual(await walk(ask(able), rest, page.count));
      }),
      { ...SEED, numRuns: 120 },
    );
  }, 60_000);

  it.each([
    { filtering: true, sorting: true },
    { filtering: true, sorting: false },
    { filtering: false, sorting: true },
    NEITHER,
  ])('asks the store for no more than it can (%j)', async (capabilities) => {
    const storage = await populated(capabilities);
    const ask: AskStore<DirectoryUser> = (one) => storage.directoryUsers.query(scope, one);
    const filter: Filter = {
      op: 'and',
      filters: [
        { op: 'memberOf', groupId: 'g2' },
        { op: 'present', path: ['title'] },
      ],
    };
    const query = { filter, sort: sortBy('title'), page: { startIndex: 31, count: 30 } };
    const able = await populated();
    const answer = await queryInBatches(ask, storage.groups, scope, query, capabilities);
    const expected = await able.directoryUsers.query(scope, query);
    expect([idsOf(answer), answer.total]).toEqual([idsOf(expected), expected.total]);
    expect(answer.total).toBeGreaterThan(60);
  });

  it('serves custom resources too', async () => {
    const { customResources, groups } = createMemoryStorage({ capabilities: NEITHER });
    for (const id of ['e1', 'e2']) {
      await customResources.insert(scope, 'Role', { id, created: T0, attributes: { rank: 1 }, uniqueKeys: [] });
    }
    const ask: AskStore<StoredResource> = (one) => customResources.query(scope, 'Role', one);
    const query = { filter: compare('eq', 'id', 'e2', { caseExact: true }), page: FIRST_HUNDRED };
    expect(await queryInBatches(ask, groups, scope, query, NEITHER)).toMatchObject({ items: [{ id: 'e2' }], total: 1 });
  });

  it('walks over each resource that stays exactly once while others come and go', async () => {
    const storage = await storageWith(...numbered('u', 1100));
    const ask: AskStore<DirectoryUser> = (one) => storage.directoryUsers.query(scope, one);
    let turn = 0;
    const gone = new Set<string>();
    const met = await walk(
      (one) => queryInBatches(ask, storage.groups, scope, one, NEITHER),
      { filter: compare('co', 'userName', '5') },
      40,
      async ({ items }) => {
        for (const id of [items.at(-1)?.id ?? '', `u${turn * 50 + 5}`, `u${turn * 7}`]) {
          if (await storage.directoryUsers.get(scope, id)) {
            await storage.directoryUsers.tombstone(scope, { id, deletedAt: T1 }, 1);
            gone.add(id);
          }
        }
        await addUser(storage, `new${turn}-5`);
        turn += 1;
      },
    );
    const stayed = numbered('u', 1100).filter((id) => id.includes('5') && !gone.has(id));
    expect(new Set(met).size).toBe(met.length);
    expect(met).toEqual(expect.arrayContaining(stayed));
  });

  it('keeps its place when items are deleted while a page is put together', async () => {
    const storage = await storageWith(...numbered('u', 40));
    let calls = 0;
    const ask: AskStore<DirectoryUser> = async (one) => {
      calls += 1;
      // Right before the store is asked where the page ends, some of what was met disappears.
      if (calls === 2) {
        for (const id of ['u1', 'u9']) await storage.directoryUsers.tombstone(scope, { id, deletedAt: T1 }, 1);
      }
      return storage.directoryUsers.query(scope, one);
    };
    const batched: AskStore<DirectoryUser> = (one) => queryInBatches(ask, storage.groups, scope, one, NEITHER);
    const met = await walk(batched, { filter: compare('sw', 'userName', 'u') }, 10);
    expect(met).toEqual(numbered('u', 40));
  });

  it('leaves nothing out of a sorted walk when the last one of a page is deleted', async () => {
    const storage = createMemoryStorage();
    for (const [index, id] of numbered('u', 50).entries()) await addUser(storage, id, { title: `t${index % 3}` });
    const ask: AskStore<DirectoryUser> = (one) => storage.directoryUsers.query(scope, one);
    const met = await walk(
      (one) => queryInBatches(ask, storage.groups, scope, one, NEITHER),
      { sort: sortBy('title') },
      8,
      async ({ items }) => {
        for (const { id } of items) await storage.directoryUsers.tombstone(scope, { id, deletedAt: T1 }, 1);
      },
    );
    expect(met).toEqual(sortedIds(numbered('u', 50), (index) => index % 3));
  });

  it('leaves the event loop free between batches', async () => {
    const storage = await populated();
    const events: string[] = [];
    const answer = queryInBatches<DirectoryGroup | DirectoryUser>(
      (one) => storage.directoryUsers.query(scope, one),
      storage.groups,
      scope,
      { filter: compare('eq', 'title', 'x'), page: FIRST_HUNDRED },
      NEITHER,
    ).then(() => events.push('answer'));
    await Promise.all([answer, setImmediate().then(() => events.push('other work'))]);
    expect(events).toEqual(['other work', 'answer']);
  });
});

describe('UndoLog', () => {
  it('takes back a change that throws half-way, and nothing of what was before', () => {
    const undo = new UndoLog();
    const done: string[] = [];
    const change = (name: string) => {
      done.push(name);
      undo.note(() => done.pop());
    };
    undo.run(() => change('first'));
    const failing = () => {
      change('second');
      change('third');
      throw new Error('no');
    };
    expect(() => undo.run(failing)).toThrow('no');
    expect(done).toEqual(['first']);
    undo.rollBackTo(0);
    expect(done).toEqual([]);
  });
});

describe('CreationOrder', () => {
  it('is a sorted list, through any inserts, deletions and deletions taken back', () => {
    const order = new CreationOrder<{ readonly sequence: number }>();
    const model: { readonly sequence: number }[] = [];
    const removed: { readonly sequence: number }[] = [];
    const random = fc.sample(fc.nat(), { ...SEED, numRuns: 12_000 });
    for (const [step, value] of random.entries()) {
      // First it grows over several chunks, then it shrinks to a few entries.
      const grows = step < 5000 ? value % 10 < 8 : value % 10 < 2;
      if (grows && (value % 3 > 0 || removed.length === 0)) {
        const entry = { sequence: order.nextSequence() };
        order.add(entry);
        model.push(entry);
      } else if (grows) {
        const entry = removed.splice(value % removed.length, 1)[0];
        if (!entry) continue;
        order.add(entry);
        model.push(entry);
        model.sort((a, b) => a.sequence - b.sequence);
      } else if (model.length > 0) {
        const entry = model.splice(value % model.length, 1)[0];
        if (!entry) continue;
        order.remove(entry);
        removed.push(entry);
      }
      if (step % 97 !== 0) continue;
      expect(order.size).toBe(model.length);
      const skipped = value % (model.length + 2);
      expect(order.slice(skipped, 5)).toEqual(model.slice(skipped, skipped + 5));
      const position = value % (step + 2);
      expect(order.after(position, 5)).toEqual(model.filter(({ sequence }) => sequence > position).slice(0, 5));
    }
    expect(order.after(0, Number.POSITIVE_INFINITY)).toEqual(model);
  });
});

describe('SteadyMap', () => {
  it('is a map, through any sets and deletions', () => {
    const step = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.boolean());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (taken) => {
        const map = new SteadyMap<{ readonly at: number }>();
        const model = new Map<string, { readonly at: number }>();
        for (const [at, [key, sets]] of taken.entries()) {
          if (sets) map.set(key, { at });
          if (sets) model.set(key, { at });
          if (!sets) map.delete(key);
          if (!sets) model.delete(key);
          for (const one of ['a', 'b', 'c', 'd']) expect(map.get(one)).toEqual(model.get(one));
          expect(map.keys().sort()).toEqual([...model.keys()].sort());
        }
      }),
      SEED,
    );
  });
});

/** Ids sorted by a number, equal ones as they come. */
function sortedIds(ids: readonly string[], keyOf: (index: number) => number): string[] {
  return ids
    .map((id, index) => ({ id, key: keyOf(index) }))
    .sort((a, b) => a.key - b.key)
    .map(({ id }) => id);
}

/** Whether a promise settles without anybody's help. */
async function settledSoon(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  await setImmediate();
  await setImmediate();
  return settled;
}

function elementFilter(path: string, filter: Filter): Filter {
  return { op: 'element', path: path.split('.'), filter };
}

// What a random filter asks about and a random resource may have, from alphabets so small that they meet.

const words = fc.constantFrom('', 'a', 'A', 'ab', 'B', 'ba', 'Ä', 'ß', 'z');
const times = fc.constantFrom('2020-01-01T00:00:00Z', '2020-01-01T01:00:00+01:00', '2020-01-01T00:00:00.5Z', 'never');
const plain: fc.Arbitrary<JsonValue> = fc.oneof(
  words,
  fc.boolean(),
  fc.integer({ min: 0, max: 3 }),
  fc.constant(null),
  times,
);
const complex: fc.Arbitrary<JsonObject> = fc.record(
  { value: plain, type: words, primary: fc.boolean() },
  { requiredKeys: [] },
);
const anyAttributes: fc.Arbitrary<JsonObject> = fc.record(
  {
    userName: words,
    externalId: words,
    title: plain,
    active: fc.oneof(fc.boolean(), plain),
    logins: fc.integer({ min: 0, max: 4 }),
    hired: times,
    name: complex,
    emails: fc.oneof(fc.array(complex, { maxLength: 3 }), fc.array(plain, { maxLength: 3 })),
  },
  { requiredKeys: [] },
);

const anyPath = fc.constantFrom(
  ['id'],
  ['userName'],
  ['externalId'],
  ['title'],
  ['active'],
  ['logins'],
  ['hired'],
  ['name'],
  ['name', 'value'],
  ['emails'],
  ['emails', 'value'],
  ['emails', 'type'],
  ['meta', 'created'],
  ['meta', 'version'],
  ['constructor'],
);

function comparisonOf(path: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Comparison> {
  const op = fc.constantFrom<ComparisonOperator>('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
  const instants = times.map((time) => toInstant(time) ?? '2020-01-01T00:00:00.000000000Z');
  const typed = fc.oneof(
    fc.record({ type: fc.constantFrom('string', 'reference'), value: fc.oneof(words, fc.constantFrom('u1', 'u7')) }),
    fc.record({ type: fc.constant('binary'), value: words }),
    fc.record({ type: fc.constant('boolean'), value: fc.boolean() }),
    fc.record({ type: fc.constantFrom('integer', 'decimal'), value: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ type: fc.constant('dateTime'), value: instants }),
  ) as fc.Arbitrary<Pick<Comparison, 'type' | 'value'>>;
  return fc
    .record({ op, path, caseExact: fc.boolean(), rest: typed })
    .map(({ rest, ...some }) => ({ ...some, ...rest }));
}

const elementPath = fc.constantFrom(['value'], ['type'], ['primary'], ['value', 'x']);
const anyFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter; inner: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'filter' },
    comparisonOf(anyPath),
    fc.record({ op: fc.constant('present' as const), path: anyPath }),
    fc.record({ op: fc.constant('hasMember' as const), memberId: fc.constantFrom('u1', 'u2', 'g1') }),
    fc.record({ op: fc.constant('memberOf' as const), groupId: fc.constantFrom('g1', 'g2') }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(tie('filter'), { maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('not' as const), filter: tie('filter') }),
    fc.record({
      op: fc.constant('element' as const),
      path: fc.constantFrom(['emails'], ['name']),
      filter: tie('inner'),
    }),
  ),
  inner: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'inner' },
    comparisonOf(elementPath),
    fc.record({ op: fc.constant('present' as const), path: elementPath }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      filters: fc.array(tie('inner'), { maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('not' as const), filter: tie('inner') }),
  ),
})).filter;

/** The semantics of a filter, said as plainly as possible. */
function naive(
  filter: Filter,
  subject: StoredResource,
  isMember: (groupId: string, memberId: string) => boolean,
): boolean {
  const { id, created, lastModified, version, attributes } = subject;
  const record: JsonObject = { ...attributes, id, meta: { created, lastModified, version } };
  return naiveOf(filter, record, (node) =>
    node.op === 'hasMember' ? isMember(id, node.memberId) : isMember(node.groupId, id),
  );
}

function naiveOf(
  filter: Filter,
  root: JsonValue,
  member: (node: Extract<Filter, { op: 'hasMember' | 'memberOf' }>) => boolean,
): boolean {
  switch (filter.op) {
    case 'and':
      return !filter.filters.some((one) => !naiveOf(one, root, member));
    case 'or':
      return filter.filters.some((one) => naiveOf(one, root, member));
    case 'not':
      return !naiveOf(filter.filter, root, member);
    case 'hasMember':
    case 'memberOf':
      return member(filter);
    case 'present':
      return valuesAt(root, filter.path).some(isFilled);
    case 'element':
      return valuesAt(root, filter.path).some((element) =>
        naiveOf(filter.filter, isComplex(element) ? element : { value: element }, member),
      );
    case 'ne':
      return !valuesAt(root, filter.path).some((value) => satisfies({ ...filter, op: 'eq' }, value));
    default:
      return valuesAt(root, filter.path).some((value) => satisfies(filter, value));
  }
}

function valuesAt(root: JsonValue, path: readonly string[]): JsonValue[] {
  const parts = Array.isArray(root) ? (root as JsonValue[]) : [root];
  const [name, ...rest] = path;
  if (name === undefined) return parts.flat() as JsonValue[];
  return parts.flatMap((part) =>
    isComplex(part) && Object.hasOwn(part, name) ? valuesAt(part[name] ?? null, rest) : [],
  );
}

function isComplex(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFilled(value: JsonValue): boolean {
  if (isComplex(value)) return Object.values(value).some(isFilled);
  return value !== null && value !== '';
}

function satisfies({ op, type, caseExact, value: wanted }: Comparison, given: JsonValue): boolean {
  const family = { string: 'string', reference: 'string', binary: 'string', dateTime: 'string', boolean: 'boolean' };
  const expectedType = type === 'integer' || type === 'decimal' ? 'number' : family[type];
  if (typeof given !== expectedType) return false;
  const folds = !caseExact && (type === 'string' || type === 'reference');
  const normal = (value: JsonValue) => (folds ? foldCase(String(value)) : value);
  const left = type === 'dateTime' ? toInstant(String(given)) : normal(given);
  const right = normal(wanted);
  if (left === undefined || left === null || right === null) return false;
  const isText = type === 'string' || type === 'reference';
  if (op === 'eq') return left === right;
  if (op === 'co') return isText && String(left).includes(String(right));
  if (op === 'sw') return isText && String(left).startsWith(String(right));
  if (op === 'ew') return isText && String(left).endsWith(String(right));
  if (type === 'boolean') return false;
  if (op === 'gt') return left > right;
  if (op === 'ge') return left >= right;
  if (op === 'lt') return left < right;
  return op === 'le' && left <= right;
}

describe('the order of text', () => {
  // In UTF-16 an emoji begins with D83D and comes before FF5E; by code points, as in databases, it comes after.
  const [wave, emoji] = ['\uff5e', '\u{1f600}'];

  it('goes by code points in filters', () => {
    const matches = compileFilter(compare('gt', 'title', wave, { caseExact: true }));
    expect(matches(resource({ title: emoji }))).toBe(true);
    expect(matches(resource({ title: `${wave}a` }))).toBe(true);
    expect(matches(resource({ title: 'z' }))).toBe(false);
  });

  it('goes by code points in sorts, with the shorter of two that begin alike first', () => {
    const titles = [`${emoji}b`, wave, emoji, 'a', `${emoji}${wave}`, `a${emoji}`];
    const sorted = sortResources(
      titles.map((title) => resource({ title })),
      sortBy('title'),
    );
    expect(sorted.map(({ attributes }) => attributes['title'])).toEqual(
      titles.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });
});
