import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Filter, type Storage, StorageUnavailableError, UniqueConflictError } from 'express-sso-scim';
import { createSqlStorage, migrate } from 'express-sso-scim/adapters/sql';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
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
  'a person with groups by userName': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('userName', 'U7@acme.example'), page: PAGE, withGroups: true }),
  'people by the beginning of userName': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: { ...equal('userName', 'u7'), op: 'sw' } as Filter, page: PAGE }),
  'a person by e-mail': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('emails.value', 'u7@mail.example'), page: PAGE }),
  'a person by externalId': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('externalId', 'x7'), page: PAGE }),
  'a person by displayName': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('displayName', 'person 7'), page: PAGE }),
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
  'a new group': ({ groups }) =>
    groups.insert(
      scope,
      { id: 'new-group', created: T0, attributes: { displayName: 'new' }, uniqueKeys: ['displayName:new'] },
      { ids: ['u7', 'u8'], unknown: 'refuse' },
    ),
  'a change of members': ({ groups }) =>
    groups.changeMembers(scope, 'g3', { change: { add: ['u9'], remove: ['u7'] }, at: T1, unknown: 'refuse' }),
};

/** By which index some of them find what they look for. */
const INDEXES: Readonly<Record<string, string>> = {
  'a person by userName': 'sso_resources_user_name',
  'a person with groups by userName': 'sso_resources_user_name',
  'people by the beginning of userName': 'sso_resources_user_name',
  'a person by externalId': 'sso_resources_external_id',
  'a person by displayName': 'sso_resources_display_name',
  'a group by displayName': 'sso_resources_display_name',
  'a person by e-mail': 'sso_emails_key',
  'groups of a member': 'sso_memberships_member',
  'a deep page': 'sso_resources_order',
  'a person': 'sso_resources_id',
  'a person with groups': 'sso_memberships_member',
  'a new person': 'sso_unique_keys_pkey',
  'a change of members': 'sso_group_counters_pkey',
};

/** A storage on the tables of another whose connection tells the plan of every statement, those of functions too. */
function explained(
  { environment, options }: SqlDatabase,
  ...more: readonly string[]
): {
  storage: Storage;
  plans: string[];
  close(): Promise<void>;
} {
  const settings = [
    'session_preload_libraries=auto_explain',
    'auto_explain.log_min_duration=0',
    'auto_explain.log_nested_statements=on',
    'auto_explain.log_analyze=on',
    'auto_explain.log_level=notice',
    ...more,
  ];
  const pool = new pg.Pool({
    connectionString: environment['DATABASE_URL'],
    max: 1,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
  });
  // A server that stops ends idle connections; nobody waits for these.
  pool.on('error', () => undefined);
  const plans: string[] = [];
  pool.on('connect', (client) => client.on('notice', ({ message = '' }) => plans.push(message)));
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  return { storage: createSqlStorage(kysely, options), plans, close: () => kysely.destroy() };
}

// The embedded PostgreSQL cannot tell the plans inside functions, see HAS_POSTGRES_SERVER.
(HAS_POSTGRES_SERVER ? describe : describe.skip)('statements on PostgreSQL', () => {
  let database: SqlDatabase;
  let storage: Storage;
  let explaining: ReturnType<typeof explained>;

  beforeAll(async () => {
    database = await openDatabase('postgres');
    storage = await database.storage();
    // These tables are small: without this, a look at all of a page or two is what is cheapest.
    explaining = explained(database, 'enable_seqscan=off');
    await explaining.storage.directoryUsers.get(scope, 'nobody');
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
          const emails = [{ value: `u${index}@mail.example` }];
          const attributes = { userName, displayName: `Person ${index}`, externalId: `x${index}`, emails };
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

  afterAll(async () => {
    await explaining.close();
    await database.close();
  });

  it.each(Object.keys(CALLS))('%s: one statement that looks at no table as a whole', async (name) => {
    for (const hasStatistics of [false, true]) {
      if (hasStatistics) await database.send('analyze');
      expect(await statementsOf(name)).toHaveLength(1);
      const plan = await planOf(name);
      expect(plan).not.toMatch(/Seq Scan on/);
      expect(plan).toMatch(/Index|Tid/);
    }
  });

  it.each(Object.entries(INDEXES))('%s: by the index %s', async (name, index) => {
    await database.send('analyze');
    expect(await planOf(name)).toContain(index);
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

  it('of lists that people look at go by indexes, and meet little more than is shown', async () => {
    const numbers = 'from generate_series(1, 5000) as n';
    const place = "'listed', 'd9'";
    const insert = (into: string, columns: string, values: string) =>
      database.send(`insert into sso_${into} (${columns}) select ${values} ${numbers}`);
    const many = 'organization_id, directory_id';
    await insert('users', 'organization_id, id, email, email_key', "'listed', 'p' || n, '', ''");
    await insert('people', 'organization_id, user_id, document', `'listed', 'p' || n, '{"activatedAt":"${T0}"}'`);
    await insert(
      'logins',
      'organization_id, link_key, tenant_id, identity_key, user_id, document',
      "'listed', 'p' || n, 't', 'p' || n, 'p' || n, '{}'",
    );
    await insert(
      'conflicts',
      `${many}, subject_key, id, at, document`,
      `${place}, 'user:' || n, 'c' || n, '${T0}', '{}'`,
    );
    await insert('holds', `${many}, id, reason, at`, `${place}, 'h' || n, 'last-owner', '${T0}'`);
    await insert(
      'held_grants',
      'organization_id, hold_id, user_id, target, source, role',
      "'listed', 'h7', 'p' || n, 'team:t', 'group:g', 'Member'",
    );
    await insert(
      'journal',
      'organization_id, subject_key, cause_key, document',
      `'listed', 'person:p' || n % 3, 'cause-' || n % 3, '{"details":{}}'`,
    );
    await insert(
      'traffic',
      `${many}, number, id, at, is_failure, document`,
      `${place}, n, 'r' || n, '${T0}', (n % 50 = 0)::int, '{}'`,
    );
    await database.send('analyze');
    const at = { organizationId: 'listed', directoryId: 'd9' };
    const { users, conflicts, holds, journal, traffic } = createSqlStorage(database.kysely, database.options);
    const page = { after: '', limit: 25 };
    const lists: Readonly<Record<string, () => Promise<unknown>>> = {
      users: () => users.list(at, page),
      'users of some standings': () =>
        users.list(at, { ...page, after: 'p4', standings: ['login:activated', 'scim:new', 'manual:new'] }),
      'users whom nobody is': () => users.list(at, { ...page, standings: ['manual:ended'] }),
      conflicts: () => conflicts.list(at, { ...page, after: 'c2' }),
      'holds of which one is large': () => holds.page(at, { ...page, limit: 5 }),
      'entries of somebody': () => journal.page(at, 'person:p1', page),
      'entries of a cause': () => journal.pageOfCause(at, 'cause-1', { ...page, after: '2500' }),
      calls: () => traffic.page(at, page),
      'calls that failed': () => traffic.page(at, { ...page, after: '4000', failed: true }),
    };
    for (const [what, list] of Object.entries(lists)) {
      const nodes = (await plansOf(database, list)).flatMap(nodesOf);
      expect([what, nodes.filter(isWholeTable).map(describeNode)]).toEqual([what, []]);
      // People of the hold are counted, a thousand at most.
      const most = what.startsWith('holds') ? 1100 : 160;
      expect([what, nodes.filter((node) => rowsOf(node) > most).map(describeNode)]).toEqual([what, []]);
    }
  });

  it('of calls made at the same time in a transaction go together, and see what was called before', async () => {
    const page = { after: '', limit: 10 };
    const entry = { id: 'e1', subject: 'joint', kind: 'told', at: T0, details: { quoted: '"$1" \'{}\'' } };
    await storage.directoryUsers.get(scope, 'nobody');
    const before = database.statements.length;
    const answers = await storage.transaction(scope, ({ journal, outbox, directoryUsers, groups }) =>
      Promise.all([
        journal.append(scope, [entry]),
        outbox.enqueue({ ...scope, key: 'joint', topic: 'joint', kind: 'told', at: T0, payload: {} }),
        journal.page(scope, 'joint', page),
        groups.get(scope, 'g9'),
        directoryUsers.getMany(scope, ['u10', 'u11']),
      ]),
    );
    const outside = await Promise.all([
      storage.groups.get(scope, 'g9'),
      storage.directoryUsers.getMany(scope, ['u10', 'u11']),
    ]);
    expect(answers.slice(2)).toEqual([{ items: [entry] }, ...outside]);
    const [begin, writes, reads, commit] = database.statements.slice(before).map(({ sql }) => sql);
    expect([begin, commit]).toEqual([expect.stringMatching(/transaction/), 'commit']);
    expect(writes).toMatch(/sso_journal.*sso_outbox/s);
    expect(reads).toMatch(/sso_journal.*sso_resources/s);
  });

  it('keep no plan that was made for empty tables', async () => {
    const options = { ...database.options, prefix: 'grown_' };
    await migrate(database.kysely, options);
    const table = (name: string) => `"${options.schema}".grown_${name}`;
    // What a server does by itself, and then takes a table for one of no pages.
    for (const name of ['resources', 'memberships', 'emails', 'unique_keys']) {
      await database.send(`vacuum (analyze) ${table(name)}`);
    }
    const grown = explained({ ...database, options });
    const { directoryUsers, groups } = grown.storage;
    const person = (id: string) => ({
      id,
      created: T0,
      attributes: { userName: id, emails: [{ value: `${id}@mail.example` }] },
      uniqueKeys: [`userName:${id}`],
    });
    const change = (id: string, version: number) =>
      directoryUsers.update(scope, id, { ...person(id), lastModified: T1, uniqueKeys: [`now:${id}`] }, version);
    await directoryUsers.insert(scope, person('first'));
    await groups.insert(scope, { ...person('crew'), attributes: {} }, { ids: ['first'], unknown: 'refuse' });
    await directoryUsers.getWithGroups(scope, 'first');
    await change('first', 1);
    const ids = Array.from({ length: 900 }, (_, index) => `n${index}`);
    for (const id of ids) await directoryUsers.insert(scope, person(id));
    await groups.changeMembers(scope, 'crew', { change: { add: ids, remove: [] }, at: T1, unknown: 'refuse' });

    grown.plans.length = 0;
    await directoryUsers.insert(scope, person('last'));
    await directoryUsers.getWithGroups(scope, 'n7');
    await change('n7', 1);
    await groups.changeMembers(scope, 'crew', { change: { add: ['last'], remove: ['n9'] }, at: T1, unknown: 'refuse' });
    await directoryUsers.tombstone(scope, { id: 'n8', deletedAt: T1 }, 1);
    const plan = grown.plans.join('\n');
    await grown.close();
    expect(plan).toContain('grown_unique_keys_pkey');
    expect(plan).toContain('grown_memberships_member');
    expect(plan).not.toMatch(/Seq Scan on/);
  });

  it('are planned for the values of each call until statistics tell that the tables are large', async () => {
    const options = { ...database.options, prefix: 'sized_' };
    await migrate(database.kysely, options);
    const table = (name: string) => `"${options.schema}".sized_${name}`;
    const sized = explained({ ...database, options });
    const person = (id: string) => ({ id, created: T0, attributes: {}, uniqueKeys: [] });
    await sized.storage.directoryUsers.insert(scope, person('ada'));
    await sized.storage.groups.insert(scope, person('crew'), { ids: ['ada'], unknown: 'refuse' });
    const plansOfCalls = async () => {
      const { directoryUsers, groups } = sized.storage;
      const change = { add: ['ada'], remove: ['nobody'] };
      sized.plans.length = 0;
      await directoryUsers.getWithGroups(scope, 'ada');
      const read = sized.plans.splice(0).join('\n');
      await groups.changeMembers(scope, 'crew', { change, at: T1, unknown: 'refuse' });
      return [read, sized.plans.join('\n')];
    };
    // A plan that is kept says by which parameter it looks, and one for a call by which value.
    const isKept = /Index Cond: .*organization_id = \$\d/;
    const isForValues = /Index Cond: .*organization_id = 'acme'/;
    const small = await plansOfCalls();
    const rows = 'from generate_series(1, 2000) as n';
    await database.send(
      `insert into ${table('resources')} (organization_id, directory_id, id, type, version, created, last_modified,
        attributes, unique_keys, key_entries) select 'acme', 'd2', 'm' || n, 'User', 1, '${T0}', '${T0}', '{}', '[]',
        '[]' ${rows}`,
    );
    await database.send(
      `insert into ${table('memberships')} (organization_id, directory_id, group_id, member_id)
        select 'acme', 'd2', 'g', 'm' || n ${rows}`,
    );
    for (const name of ['resources', 'memberships']) await database.send(`analyze ${table(name)}`);
    const large = await plansOfCalls();
    await sized.close();
    for (const plan of small) {
      expect(plan).toMatch(isForValues);
      expect(plan).not.toMatch(isKept);
    }
    for (const plan of large) {
      expect(plan).toMatch(isKept);
      expect(plan).not.toMatch(isForValues);
    }
  });

  async function planOf(name: string): Promise<string> {
    explaining.plans.length = 0;
    await tried(CALLS[name], name, explaining.storage);
    return explaining.plans.join('\n');
  }

  async function statementsOf(name: string) {
    await storage.directoryUsers.get(scope, 'nobody');
    const before = database.statements.length;
    await tried(CALLS[name], name, storage);
    return database.statements.slice(before);
  }

  async function tried(call: ((storage: Storage) => Promise<unknown>) | undefined, name: string, by: Storage) {
    await call?.(by).catch((error: unknown) => {
      // The second time a new person is there already; the statement is the same.
      if (name.startsWith('a ') && error instanceof Error && /taken|changed/.test(error.message)) return;
      throw error;
    });
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

describe('what meets others on PostgreSQL', () => {
  let database: SqlDatabase;

  afterEach(() => database.close());

  it.each([
    ['a serialization failure', '40001'],
    ['a deadlock', '40P01'],
  ])('in %s is tried again: a call by itself, a transaction as a whole', async (_what, code) => {
    database = await openDatabase('postgres', 1);
    const storage = await database.storage();
    // What a sequence has counted stays when the rest is taken back: two attempts of three fail.
    await database.send('create sequence sso_attempts');
    await database.send(
      `create function sso_meet() returns trigger language plpgsql as $$ begin
        if nextval('sso_attempts') % 3 <> 0 then raise exception 'others are in the way' using errcode = '${code}'; end if;
        return null; end $$`,
    );
    await database.send('create trigger meet after insert on sso_resources for each row execute function sso_meet()');
    const person = (id: string) => ({ id, created: T0, attributes: {}, uniqueKeys: [] });
    const attempts = () => database.send('select last_value::int as attempts from sso_attempts');

    await expect(storage.directoryUsers.insert(scope, person('ada'))).resolves.toMatchObject({ id: 'ada' });
    expect(await attempts()).toEqual([{ attempts: 3 }]);
    let runs = 0;
    await storage.transaction(scope, async ({ directoryUsers, groups }) => {
      runs += 1;
      await groups.changeMembers(scope, 'nothing', { change: { replace: [] }, at: T1, unknown: 'skip' });
      await directoryUsers.insert(scope, person('bob'));
    });
    expect(runs).toBe(3);
    expect(await attempts()).toEqual([{ attempts: 6 }]);
    expect(await storage.directoryUsers.getMany(scope, ['ada', 'bob'])).toMatchObject([{ id: 'ada' }, { id: 'bob' }]);
  });
});

/** A filter that takes a while. */
function slow(): Filter {
  return { op: 'or', filters: Array.from({ length: 4000 }, (_, index) => equal('note', `${index}`)) };
}
