import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Filter, type Storage, StorageUnavailableError, UniqueConflictError } from 'express-sso-scim';
import { createSqlStorage } from 'express-sso-scim/adapters/sql';
import { CompiledQuery } from 'kysely';
import { HAS_POSTGRES_SERVER } from '../support/postgres.js';
import { describeNode, isWholeTable, nodesOf, plansOf, rowsOf } from '../support/query-plan.js';
import { DATABASES, openDatabase, type SqlDatabase } from '../support/sql-databases.js';

const T0 = '2026-03-01T10:00:00.000Z';
const T1 = '2026-03-01T11:00:00.000Z';
const scope = { organizationId: 'acme', directoryId: 'd1' };
const PAGE = { startIndex: 1, count: 10 };

function equal(path: string, value: string): Filter {
  return { op: 'eq', path: path.split('.'), type: 'string', caseExact: false, value };
}

/** What a storage on PostgreSQL is asked most. */
const CALLS: Readonly<Record<string, (storage: Storage) => Promise<unknown>>> = {
  'a person': ({ directoryUsers }) => directoryUsers.get(scope, 'u7'),
  'a person with groups': ({ directoryUsers }) => directoryUsers.getWithGroups(scope, 'u7'),
  'people by id': ({ directoryUsers }) => directoryUsers.getMany(scope, ['u7', 'u8', 'nobody']),
  'a person by userName': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('userName', 'U7@acme.example'), page: PAGE }),
  'people by the beginning of userName': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: { ...equal('userName', 'u7'), op: 'sw' } as Filter, page: PAGE }),
  'a person by e-mail': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('emails.value', 'u7@mail.example'), page: PAGE }),
  'a person by externalId': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('externalId', 'x7'), page: PAGE }),
  'a person by userName or e-mail': ({ directoryUsers }) =>
    directoryUsers.query(scope, {
      filter: { op: 'or', filters: [equal('userName', 'u7@acme.example'), equal('emails.value', 'u9@mail.example')] },
      page: PAGE,
    }),
  'a group by displayName': ({ groups }) => groups.query(scope, { filter: equal('displayName', 'g3'), page: PAGE }),
  'groups of a member': ({ groups }) =>
    groups.query(scope, { filter: { op: 'hasMember', memberId: 'u7' }, page: PAGE }),
  'members of a group': ({ groups }) => groups.members(scope, 'g3', { after: '', limit: 10 }),
  'groups of people': ({ groups }) => groups.groupsOf(scope, ['u7', 'u8']),
  'a deep page': ({ directoryUsers }) => directoryUsers.query(scope, { page: { after: '700', count: 10 } }),
  'a directory by host': ({ directories }) => directories.findByHost('h1.example'),
  'a token': ({ directories }) => directories.findToken('hash-1'),
  'a new person': ({ directoryUsers }) =>
    directoryUsers.insert(scope, {
      id: 'new',
      created: T0,
      attributes: { userName: 'new' },
      uniqueKeys: ['userName:new'],
    }),
  'a changed person': ({ directoryUsers }) =>
    directoryUsers.update(
      scope,
      'u8',
      { lastModified: T1, attributes: { userName: 'u8' }, uniqueKeys: ['userName:u8'] },
      1,
    ),
  'a change of members': ({ groups }) =>
    groups.changeMembers(scope, 'g3', { change: { add: ['u9'], remove: ['u7'] }, at: T1, unknown: 'refuse' }),
};

describe('statements on PostgreSQL', () => {
  let database: SqlDatabase;
  let storage: Storage;

  beforeAll(async () => {
    database = await openDatabase('postgres');
    storage = await database.storage();
    for (const directoryId of ['d1', 'd2', 'd3']) {
      const at = { organizationId: 'acme', directoryId };
      await storage.transaction(at, async ({ directories, directoryUsers, groups }) => {
        const directory = {
          ...at,
          id: directoryId,
          name: directoryId,
          kind: 'default',
          policy: {},
          cursorKey: '',
          createdAt: T0,
        };
        await directories.insert({ ...directory, hosts: [`h${directoryId.slice(1)}.example`] });
        const token = { id: 't', ...at, name: 't', hash: `hash-${directoryId.slice(1)}`, createdAt: T0 };
        await directories.insertToken(token);
        for (let index = 0; index < 800; index += 1) {
          const userName = `u${index}@acme.example`;
          const attributes = { userName, externalId: `x${index}`, emails: [{ value: `u${index}@mail.example` }] };
          const uniqueKeys = [`userName:${userName}`];
          await directoryUsers.insert(at, { id: `u${index}`, created: T0, attributes, uniqueKeys });
        }
        for (let index = 0; index < 200; index += 1) {
          const ids = [`u${index}`, 'u7', 'u70', 'u700', `u${index + 300}`];
          const group = { id: `g${index}`, created: T0, attributes: { displayName: `g${index}` }, uniqueKeys: [] };
          await groups.insert(at, group, { ids, unknown: 'refuse' });
        }
      });
    }
  });

  afterAll(() => database.close());

  it.each(Object.keys(CALLS))('%s: one statement that looks at no table as a whole', async (name) => {
    for (const hasStatistics of [false, true]) {
      if (hasStatistics) await database.send('analyze');
      const sent = await statementsOf(CALLS[name], name);
      expect(sent).toHaveLength(1);
      for (const { sql, parameters } of sent) {
        const plan = await database.kysely.connection().execute(async (connection) => {
          // These tables are small: without this, a look at all of a page or two is what is cheapest.
          await connection.executeQuery(CompiledQuery.raw('set enable_seqscan = off'));
          const query = CompiledQuery.raw(`explain ${sql}`, [...parameters]);
          const { rows } = await connection.executeQuery<{ readonly 'QUERY PLAN': string }>(query);
          await connection.executeQuery(CompiledQuery.raw('reset enable_seqscan'));
          return rows.map((row) => row['QUERY PLAN']).join('\n');
        });
        expect(plan).not.toMatch(/Seq Scan on/);
        expect(plan).toMatch(/Index|Tid/);
      }
    }
  });

  it.each([
    ['the first page', { startIndex: 1, count: 10 }],
    ['a page by cursor', { after: '', count: 10 }],
    ['a deep page by cursor', { after: '700', count: 10 }],
  ])('%s and its total: one statement by indexes, that sorts no more than the page', async (_what, page) => {
    await database.send('vacuum (analyze)');
    const list = () => storage.directoryUsers.query(scope, { page });
    expect((await list()).total).toBeGreaterThanOrEqual(800);
    const plans = await plansOf(database, list);
    expect(plans).toHaveLength(1);
    const nodes = plans.flatMap(nodesOf);
    expect(nodes.filter(isWholeTable).map(describeNode)).toEqual([]);
    // Of all people only their places in an index are looked at, to count them.
    const large = nodes.filter((node) => rowsOf(node) > 2 * page.count);
    expect(large.filter((node) => node['Node Type'] !== 'Index Only Scan').map(describeNode)).toEqual([]);
  });

  it('find a person among those of the directory by the index of the attribute', async () => {
    await database.send('analyze');
    const expected = {
      'a person by userName': 'sso_resources_user_name',
      'people by the beginning of userName': 'sso_resources_user_name',
      'a person by externalId': 'sso_resources_external_id',
      'a group by displayName': 'sso_resources_display_name',
      'a person by e-mail': 'sso_emails_key',
      'groups of a member': 'sso_memberships_member',
      'a deep page': 'sso_resources_order',
      'a person': 'sso_resources_id',
    };
    for (const [name, index] of Object.entries(expected)) {
      const [sent] = await statementsOf(CALLS[name], name);
      const query = CompiledQuery.raw(`explain ${sent?.sql}`, [...(sent?.parameters ?? [])]);
      const { rows } = await database.kysely.executeQuery(query);
      expect([name, JSON.stringify(rows)]).toEqual([name, expect.stringContaining(index)]);
    }
  });

  async function statementsOf(call: ((storage: Storage) => Promise<unknown>) | undefined, name: string) {
    await storage.directoryUsers.get(scope, 'nobody');
    const before = database.statements.length;
    await call?.(storage).catch((error: unknown) => {
      // The second time a new person is there already; the statement is the same.
      if (name.startsWith('a ') && error instanceof Error && /taken|changed/.test(error.message)) return;
      throw error;
    });
    return database.statements.slice(before);
  }
});

describe.each(DATABASES)('faults of %s', (name) => {
  let database: SqlDatabase;
  let storage: Storage;

  beforeAll(async () => {
    database = await openDatabase(name, 1);
    storage = await database.storage();
  });

  afterAll(() => database.close());

  const insert = (to: Storage, id: string, uniqueKeys: readonly string[] = []) =>
    to.directoryUsers.insert(scope, { id, created: T0, attributes: { note: 'x'.repeat(20_000) }, uniqueKeys });

  it('are a 503 where the database takes no writes', async () => {
    const [lock, unlock] =
      name === 'postgres'
        ? ['set default_transaction_read_only = on', 'set default_transaction_read_only = off']
        : ['pragma query_only = on', 'pragma query_only = off'];
    await database.send(lock);
    await expect(insert(storage, 'a')).rejects.toThrow(StorageUnavailableError);
    await expect(storage.transaction(scope, (inside) => insert(inside, 'a'))).rejects.toThrow(StorageUnavailableError);
    await database.send(unlock);
    await expect(insert(storage, 'a')).resolves.toMatchObject({ id: 'a', version: 1 });
  });

  // The embedded PostgreSQL has no clock that would end a statement, see HAS_POSTGRES_SERVER.
  const isClockless = name === 'postgres' && !HAS_POSTGRES_SERVER;
  (isClockless ? it.skip : it)('are a 503 where there is no room, or no time', async () => {
    if (name === 'postgres') {
      await database.send('set statement_timeout = 1');
      await expect(storage.directoryUsers.query(scope, { filter: slow(), page: PAGE })).rejects.toThrow(
        StorageUnavailableError,
      );
      await database.send('set statement_timeout = 0');
    } else {
      await database.send('pragma max_page_count = 1');
      await expect(Promise.all(Array.from({ length: 20 }, (_, index) => insert(storage, `f${index}`)))).rejects.toThrow(
        StorageUnavailableError,
      );
      await database.send('pragma max_page_count = 1000000');
    }
    await expect(insert(storage, 'room')).resolves.toMatchObject({ id: 'room' });
  });

  it('of one statement fail a transaction as a whole, also when its work goes on', async () => {
    const broken = createSqlStorage(database.kysely, database.options);
    const work = broken.transaction(scope, async (inside) => {
      await insert(inside, 'half', ['half']);
      // What the library never lets through: PostgreSQL knows no such text, and SQLite no such value.
      const id = name === 'postgres' ? '\u0000' : (Symbol('id') as never);
      await inside.directoryUsers.get(scope, id).catch(() => undefined);
      return 'done';
    });
    await expect(work).rejects.toThrow();
    expect(await storage.directoryUsers.get(scope, 'half')).toBeUndefined();
  });

  it('are none where a key is taken, and nothing is half written', async () => {
    await insert(storage, 'first', ['k1', 'k2']);
    await storage.transaction(scope, async (inside) => {
      await expect(insert(inside, 'second', ['k0', 'k2'])).rejects.toThrow(new UniqueConflictError('k2'));
      await insert(inside, 'third', ['k0']);
    });
    expect(await storage.directoryUsers.get(scope, 'second')).toBeUndefined();
    expect(await storage.directoryUsers.get(scope, 'third')).toMatchObject({ uniqueKeys: ['k0'] });
  });

  it('are a table that is gone, which is never taken for a missing person', async () => {
    await database.send('drop table sso_memberships');
    await expect(storage.directoryUsers.getWithGroups(scope, 'first')).rejects.toThrow(/run migrate\(kysely\)/);
    await expect(storage.groups.groupsOf(scope, ['first'])).rejects.toThrow(StorageUnavailableError);
  });
});

/** A filter that takes a while. */
function slow(): Filter {
  return { op: 'or', filters: Array.from({ length: 4000 }, (_, index) => equal('note', `${index}`)) };
}
