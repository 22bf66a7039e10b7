import { afterEach, describe, expect, it } from '@jest/globals';
import type { Storage } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { createSqlStorage, migrate } from 'express-sso-scim/adapters/sql';
import { CompiledQuery, Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import Libsql from 'libsql';
import type { Test } from 'supertest';
import { HAS_POSTGRES_SERVER } from '../support/postgres.js';
import { openPool } from '../support/postgres-pool.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { expectScimError } from '../support/scim-error.js';
import { createGroup, createUser, type Resource } from '../support/scim-resources.js';
import { clientOf, createScimSite, type ScimClient, USER } from '../support/scim-site.js';
import { DATABASES, openDatabase, type SqlDatabase, TABLES } from '../support/sql-databases.js';

/** A directory with two people and a group, and a client of it. */
interface Company {
  readonly client: ScimClient;
  readonly ada: Resource;
  readonly bob: Resource;
  readonly crew: Resource;
}

type Ask = (company: Company) => Test;

const withMail = (userName: string) => ({ schemas: [USER], userName, emails: [{ value: `${userName}@acme.example` }] });

const READS: Readonly<Record<string, Ask>> = {
  'a person': ({ client, ada }) => client.get(`/Users/${ada.id}`),
  'nobody by id': ({ client }) => client.get('/Users/nobody'),
  'a person by filter': ({ client }) => client.get('/Users?filter=userName%20eq%20%22ada%22'),
  'a person by address': ({ client }) => client.get('/Users?filter=emails.value%20eq%20%22ada@acme.example%22'),
  'a page': ({ client }) => client.get('/Users?sortBy=userName&count=1'),
  'a group': ({ client, crew }) => client.get(`/Groups/${crew.id}`),
  'no group by id': ({ client }) => client.get('/Groups/nothing'),
  'groups of a person': ({ client, ada }) => client.get(`/Groups?filter=members%20eq%20%22${ada.id}%22`),
};

const WRITES: Readonly<Record<string, Ask>> = {
  'a new person': ({ client }) => client.post('/Users', withMail('eve')),
  'a person put': ({ client, ada }) => client.put(`/Users/${ada.id}`, withMail('adele')),
  'a person patched': ({ client, ada }) =>
    client.patch(`/Users/${ada.id}`, [{ op: 'replace', path: 'emails', value: [{ value: 'a@acme.example' }] }]),
  'a person deleted': ({ client, ada }) => client.delete(`/Users/${ada.id}`),
  'a new group': ({ client, ada, bob }) =>
    client.post('/Groups', { displayName: 'New', members: [{ value: ada.id }, { value: bob.id }] }),
  'a member added': ({ client, bob, crew }) =>
    client.patch(`/Groups/${crew.id}`, [{ op: 'add', path: 'members', value: [{ value: bob.id }] }]),
  'members replaced': ({ client, bob, crew }) =>
    client.patch(`/Groups/${crew.id}`, [{ op: 'replace', path: 'members', value: [{ value: bob.id }] }]),
  'members replaced with a name': ({ client, bob, crew }) =>
    client.put(`/Groups/${crew.id}`, { displayName: 'Squad', members: [{ value: bob.id }] }),
  'a group deleted': ({ client, crew }) => client.delete(`/Groups/${crew.id}`),
};

const EVERYTHING = { ...READS, ...WRITES };

const opened: SqlDatabase[] = [];
const others: Kysely<unknown>[] = [];

afterEach(async () => {
  for (const kysely of others.splice(0)) await kysely.destroy();
  for (const database of opened.splice(0)) await database.close();
});

/** The same company, asked through another storage. */
function through(storage: Storage, { client, ...company }: Company, logger = createRecordingLogger()): Company {
  const { app } = createScimSite({ logger }, storage);
  return { ...company, client: clientOf(app, client.directory, client.token) };
}

async function open(name: (typeof DATABASES)[number]): Promise<SqlDatabase> {
  // With one connection, what is set for it is set for the storage.
  const database = await openDatabase(name, 1);
  opened.push(database);
  return database;
}

async function found(storage: Storage): Promise<Company> {
  const client = await createScimSite({ logger: createRecordingLogger() }, storage).client();
  const ada = await createUser(client, 'ada', withMail('ada'));
  const bob = await createUser(client, 'bob', withMail('bob'));
  const crew = await createGroup(client, 'Crew', [ada]);
  return { client, ada, bob, crew };
}

/** All rows of all tables. */
async function stateOf(database: SqlDatabase, tables: readonly string[] = TABLES): Promise<unknown> {
  const state: Record<string, readonly string[]> = {};
  for (const table of tables) {
    state[table] = (await database.send(`select * from sso_${table}`)).map((row) => JSON.stringify(row)).sort();
  }
  return state;
}

async function expectRefused(
  database: SqlDatabase,
  company: Company,
  asks: Readonly<Record<string, Ask>>,
): Promise<void> {
  const before = await stateOf(database);
  for (const [what, ask] of Object.entries(asks)) {
    const answer = await ask(company);
    expect({ what, status: answer.status, body: answer.body }).toMatchObject({ what, status: 503 });
    expectScimError(answer, 503);
    expect({ what, state: await stateOf(database) }).toEqual({ what, state: before });
  }
}

/** Everything is as before, and works. */
async function expectAllWell({ client, ada, bob, crew }: Company): Promise<void> {
  expect((await client.get('/Users')).body).toMatchObject({ totalResults: 2 });
  expect((await client.get(`/Users/${ada.id}`)).body).toMatchObject({ userName: 'ada', groups: [{ value: crew.id }] });
  expect((await client.get('/Users/nobody')).status).toBe(404);
  const { status } = await client.patch(`/Groups/${crew.id}`, [
    { op: 'add', path: 'members', value: [{ value: bob.id }] },
  ]);
  expect([200, 204]).toContain(status);
  expect((await client.get(`/Groups/${crew.id}`)).body.members).toHaveLength(2);
  expect((await client.post('/Users', withMail('eve'))).status).toBe(201);
}

describe.each(DATABASES)('over HTTP, a storage on %s', (name) => {
  it('answers 503 to everything where the tables are not there yet, and works once they are', async () => {
    const company = await found(createMemoryStorage());
    const database = await open(name);
    const logger = createRecordingLogger();
    const storage = createSqlStorage(database.kysely, database.options);
    const lost = through(storage, company, logger);
    for (const ask of Object.values(EVERYTHING)) expectScimError(await ask(lost), 503);
    for (const error of errorsOf(logger)) expect(error).toMatch(/run migrate\(kysely\)/);
    await migrate(database.kysely, database.options);
    await expectAllWell(await found(storage));
  });

  it('answers 503 to everything where a newer release has migrated the tables', async () => {
    const database = await open(name);
    const company = await found(await database.storage());
    await database.send("insert into sso_migrations (version, at) values (999, 'later')");
    const logger = createRecordingLogger();
    const late = through(createSqlStorage(database.kysely, database.options), company, logger);
    await expectRefused(database, late, EVERYTHING);
    for (const error of errorsOf(logger)) expect(error).toMatch(/version 999.*newer release/s);
    await database.send('delete from sso_migrations where version = 999');
    await expectAllWell(late);
  });

  it.each(['resources', 'unique_keys', 'emails', 'memberships', 'group_counters'])(
    'never takes it for nobody or nothing that the table %s is gone',
    async (gone) => {
      const database = await open(name);
      const company = await found(await database.storage());
      const left = TABLES.filter((table) => table !== gone);
      const { schema } = database.options;
      const rename = (from: string, to: string) =>
        database.kysely.executeQuery(
          CompiledQuery.raw(`alter table ${schema === undefined ? '' : `"${schema}".`}${from} rename to ${to}`),
        );
      await rename(`sso_${gone}`, 'hidden');
      const refused: string[] = [];
      const done: string[] = [];
      for (const [what, ask] of Object.entries(EVERYTHING)) {
        const before = await stateOf(database, left);
        const { status } = await ask(company);
        // What has no need of the table is answered as ever.
        const expected = what.startsWith('no') ? [503, 404] : [503, 200, 201, 204];
        expect({ what, status, isExpected: expected.includes(status) }).toMatchObject({ isExpected: true });
        if (status !== 503) continue;
        refused.push(what);
        if (JSON.stringify(await stateOf(database, left)) !== JSON.stringify(before)) done.push(what);
      }
      expect(refused).toContain('a person deleted');
      if (gone === 'resources') expect(refused).toEqual(Object.keys(EVERYTHING));
      expect(done).toEqual([]);
      await rename('hidden', `sso_${gone}`);
      const { status, body } = await company.client.get(`/Users/${company.ada.id}`);
      expect(status).toBe(200);
      const filter = encodeURIComponent(`userName eq "${body.userName}" and emails.value eq "${body.emails[0].value}"`);
      expect((await company.client.get(`/Users?filter=${filter}`)).body).toMatchObject({ totalResults: 1 });
    },
  );

  it('answers reads, and 503 to writes, while the database takes none', async () => {
    const database = await open(name);
    const company = await found(await database.storage());
    const file = database.environment['DATABASE_FILE'];
    if (file === undefined) await database.send('set default_transaction_read_only = on');
    const closed = file === undefined ? company : through(openReadOnly(file), company);
    await expectRefused(database, closed, WRITES);
    for (const [what, ask] of Object.entries(READS)) {
      expect({ what, status: (await ask(closed)).status }).toEqual({ what, status: what.startsWith('no') ? 404 : 200 });
    }
    if (file === undefined) await database.send('set default_transaction_read_only = off');
    await expectAllWell(company);
  });
});

function openReadOnly(file: string): Storage {
  const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new Libsql(`file:${file}?mode=ro`) }) });
  others.push(kysely);
  return createSqlStorage(kysely);
}

function errorsOf({ entries }: ReturnType<typeof createRecordingLogger>): readonly string[] {
  expect(entries.length).toBeGreaterThan(0);
  return entries.map(({ fields }) => String((fields as { readonly err?: unknown }).err));
}

describe('over HTTP, a storage on libsql', () => {
  it('answers 503 to what finds no room in the file, with nothing half written', async () => {
    const database = await open('libsql');
    const company = await found(await database.storage());
    const [{ page_count: pages } = {}] = await database.send('pragma page_count');
    await database.send(`pragma max_page_count = ${Number(pages)}`);
    const note = 'x'.repeat(50_000);
    await expectRefused(database, company, {
      'a new person': ({ client }) => client.post('/Users', { ...withMail('eve'), title: note }),
      'a person put': ({ client, ada }) => client.put(`/Users/${ada.id}`, { ...withMail('ada'), title: note }),
      'a person patched': ({ client, ada }) =>
        client.patch(`/Users/${ada.id}`, [{ op: 'add', value: { title: note, externalId: 'x' } }]),
    });
    await database.send('pragma max_page_count = 1000000');
    await expectAllWell(company);
  });

  it('answers 503 in bounded time while somebody else keeps the file locked', async () => {
    const database = await open('libsql');
    const company = await found(await database.storage());
    const file = database.environment['DATABASE_FILE'] ?? '';
    const other = new Libsql(file);
    other.exec('begin immediate');
    const { client } = company;
    expectScimError(await client.post('/Users', withMail('eve')), 503);
    expect((await client.get(`/Users/${company.ada.id}`)).status).toBe(200);
    other.exec('rollback');
    other.close();
    // For this connection libsql refuses to commit until its garbage is collected, see docs/storage.md.
    const again = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new Libsql(file) }) });
    others.push(again);
    await expectAllWell(through(createSqlStorage(again), company));
  });
});

// The embedded PostgreSQL has one session and no server process to be lost, see HAS_POSTGRES_SERVER.
(HAS_POSTGRES_SERVER ? describe : describe.skip)('over HTTP, a storage on a PostgreSQL server', () => {
  /** Whatever is written to a table meets this. */
  async function addTrap(database: SqlDatabase, table: string, happens: string): Promise<void> {
    await database.send(
      `create function sso_trap() returns trigger language plpgsql as $$ begin ${happens}; return null; end $$`,
    );
    const written = `after insert or update or delete on sso_${table}`;
    await database.send(`create trigger trap ${written} for each row execute function sso_trap()`);
  }

  const LOST = 'perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1)';
  const FULL = "raise exception 'could not extend file: No space left on device' using errcode = '53100'";

  /** What cannot but write to the tables. */
  const WRITERS: Readonly<Record<string, readonly string[]>> = {
    resources: [
      'a new person',
      'a person put',
      'a person patched',
      'a person deleted',
      'a new group',
      'a group deleted',
    ],
    unique_keys: ['a new person', 'a person put', 'a person deleted'],
    memberships: ['a person deleted', 'a new group', 'a member added', 'members replaced', 'a group deleted'],
  };

  it.each([
    ['the connection is lost', 'resources', LOST],
    ['the connection is lost', 'unique_keys', LOST],
    ['the connection is lost', 'memberships', LOST],
    ['the disk is full', 'resources', FULL],
    ['the disk is full', 'unique_keys', FULL],
    ['the disk is full', 'memberships', FULL],
  ])('answers 503 when %s while %s are written, with nothing half written', async (_what, table, happens) => {
    const database = await openDatabase('postgres', 3);
    opened.push(database);
    const company = await found(await database.storage());
    const onlooker = database.another();
    opened.unshift(onlooker);
    await addTrap(database, table, happens);
    let before = await stateOf(onlooker);
    const refused: string[] = [];
    for (const [what, ask] of Object.entries(WRITES)) {
      const { status } = await ask(company);
      if (status !== 503) expect({ what, status: [200, 201, 204].includes(status) }).toEqual({ what, status: true });
      else refused.push(what);
      const after = await stateOf(onlooker);
      if (status === 503) expect({ what, after }).toEqual({ what, after: before });
      before = after;
    }
    expect(refused).toEqual(expect.arrayContaining([...(WRITERS[table] ?? [])]));
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
    const Operations = [{ method: 'DELETE', path: `/Users/${company.ada.id}` }];
    const bulk = await company.client.post('/Bulk', { schemas, Operations });
    expect(bulk.body.Operations).toMatchObject([{ status: '503' }]);
    expect(await stateOf(onlooker)).toEqual(before);
    await onlooker.send(`drop trigger trap on sso_${table}`);
    expect((await company.client.delete(`/Users/${company.ada.id}`)).status).toBe(204);
    expect((await company.client.post('/Users', withMail('zoe'))).status).toBe(201);
  });

  it('answers 503 in bounded time while all connections of the pool are taken', async () => {
    const database = await open('postgres');
    const company = await found(await database.storage());
    const connectionString = database.environment['DATABASE_URL'];
    const pool = openPool({ connectionString, max: 1, connectionTimeoutMillis: 50 });
    const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    others.push(kysely);
    const crowded = through(createSqlStorage(kysely, database.options), company);
    const taken = await pool.connect();
    await expectRefused(database, crowded, EVERYTHING);
    taken.release();
    await expectAllWell(crowded);
  });

  it('answers 503 while nobody listens at the address of the database', async () => {
    const database = await open('postgres');
    const company = await found(await database.storage());
    const pool = openPool({ connectionString: 'postgres://postgres@127.0.0.1:1/postgres' });
    const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    others.push(kysely);
    const lost = through(createSqlStorage(kysely, database.options), company);
    await expectRefused(database, lost, EVERYTHING);
  });
});
