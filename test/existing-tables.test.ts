import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDirectories, createDirectoryTokens, type JoinableStorage } from 'express-sso-scim';
import { describeStorageContract } from 'express-sso-scim/testing';
import { Kysely, PostgresDialect } from 'kysely';
import request from 'supertest';
import { createApplication, openStorage } from '../examples/existing-tables/application.js';
import type { Tables } from '../examples/existing-tables/tables.js';
import { embeddedDialect } from './support/embedded-dialect.js';
import { HAS_POSTGRES_SERVER, newSchemaName, type PostgresServer, startPostgres } from './support/postgres.js';
import { openPool } from './support/postgres-pool.js';
import { USER } from './support/scim-site.js';

const ACME = { organizationId: 'acme' };
const SCOPE = { ...ACME, directoryId: 'acme-entra' };
const ADA = { id: 'scim-ada', created: '2026-03-01T10:00:00.000Z', attributes: { userName: 'ada' }, uniqueKeys: [] };

let server: PostgresServer | undefined;
let database: Kysely<Tables>;
let storage: JoinableStorage<Kysely<Tables>>;
const schema = newSchemaName();

async function open(): Promise<void> {
  server = HAS_POSTGRES_SERVER ? await startPostgres() : undefined;
  const dialect = server ? dialectOn(server) : embeddedDialect({ searchPath: schema });
  database = new Kysely<Tables>({ dialect });
  await database.schema.createSchema(schema).execute();
  storage = await openStorage(database);
  const customers = [
    { id: 'acme', title: 'Acme', founder: 'ines' },
    { id: 'globex', title: 'Globex', founder: null },
  ];
  await database.insertInto('customers').values(customers).execute();
  const members = [
    {
      id: 'ines',
      customer: 'acme',
      mail: 'Ines@Acme.example',
      mail_key: 'ines@acme.example',
      full_name: 'Ines Duarte',
    },
    { id: 'nora', customer: 'globex', mail: 'nora@globex.example', mail_key: 'nora@globex.example', full_name: null },
  ];
  await database.insertInto('members').values(members).execute();
  const squad = { id: 'support', customer: 'acme', title: 'Support', title_key: 'support' };
  await database.insertInto('squads').values(squad).execute();
}

function dialectOn({ connectionString }: PostgresServer): PostgresDialect {
  return new PostgresDialect({ pool: openPool({ connectionString, options: `-c search_path=${schema}` }) });
}

async function close(): Promise<void> {
  await database.schema.dropSchema(schema).cascade().execute();
  await database.destroy();
  await server?.stop();
}

describe('an application with tables of its own', () => {
  beforeAll(open, 60_000);
  afterAll(close);

  it('shows its customers, members and squads through the storage', async () => {
    expect(await storage.organizations.get('acme')).toEqual({ id: 'acme', name: 'Acme', rootUserId: 'ines' });
    expect(await storage.organizations.get('initech')).toBeUndefined();
    const ines = { id: 'ines', email: 'Ines@Acme.example', displayName: 'Ines Duarte' };
    expect(await storage.users.get(ACME, 'ines')).toEqual(ines);
    expect(await storage.users.findByEmail(ACME, 'INES@acme.EXAMPLE')).toEqual(ines);
    expect(await storage.teams.get(ACME, 'support')).toEqual({ id: 'support', name: 'Support' });
    expect(await storage.teams.findByName(ACME, 'SUPPORT')).toEqual({ id: 'support', name: 'Support' });
  });

  it('shows nothing of one customer to another', async () => {
    const globex = { organizationId: 'globex' };
    expect(await storage.users.get(globex, 'ines')).toBeUndefined();
    expect(await storage.users.findByEmail(globex, 'ines@acme.example')).toBeUndefined();
    expect(await storage.teams.findByName(globex, 'support')).toBeUndefined();
  });

  it('takes people over SCIM into the tables of the library', async () => {
    const app = createApplication(storage, 'https://app.test');
    const directory = await createDirectories({ storage }).create({ ...ACME, id: 'acme-entra', name: 'Entra ID' });
    const { token } = await createDirectoryTokens({ storage }).issue({ directory, name: 'test' });
    const created = await request(app)
      .post('/scim/v2/acme-entra/Users')
      .set('Authorization', `Bearer ${token}`)
      .send({ schemas: [USER], userName: 'wen@acme.example' });
    expect(created.status).toBe(201);
    expect(created.body.meta.location).toBe(`https://app.test/scim/v2/acme-entra/Users/${created.body.id}`);
    expect((await request(app).get('/customers/acme')).body).toMatchObject({ name: 'Acme' });
    expect((await request(app).get('/customers/initech')).status).toBe(404);
    expect(await database.selectFrom('members').select('id').execute()).toHaveLength(2);
  });

  it('changes its tables and those of the library together', async () => {
    const wen = {
      id: 'wen',
      customer: 'acme',
      mail: 'wen@acme.example',
      mail_key: 'wen@acme.example',
      full_name: 'Wen',
    };
    await storage.transaction(ACME, async (inside) => {
      await inside.handle.insertInto('members').values(wen).execute();
      await inside.directoryUsers.insert(SCOPE, ADA);
      // What only this transaction has written yet.
      expect(await inside.users.findByEmail(ACME, 'wen@acme.example')).toMatchObject({ id: 'wen' });
      // The embedded PostgreSQL lets nobody look before the end.
      if (HAS_POSTGRES_SERVER) expect(await storage.users.get(ACME, 'wen')).toBeUndefined();
    });
    expect(await storage.users.get(ACME, 'wen')).toMatchObject({ displayName: 'Wen' });
    expect(await storage.directoryUsers.get(SCOPE, 'scim-ada')).toMatchObject({ version: 1 });
  });

  it('takes both back together', async () => {
    const both = storage.transaction(ACME, async (inside) => {
      await inside.handle.deleteFrom('members').where('id', '=', 'wen').execute();
      await inside.directoryUsers.insert(SCOPE, { ...ADA, id: 'scim-bob' });
      throw new RangeError('changed my mind');
    });
    await expect(both).rejects.toThrow('changed my mind');
    expect(await storage.users.get(ACME, 'wen')).toMatchObject({ id: 'wen' });
    expect(await storage.directoryUsers.get(SCOPE, 'scim-bob')).toBeUndefined();
  });

  it('commits nothing when a statement of its own has failed, even if nobody minds', async () => {
    const swallowed = storage.transaction(ACME, async (inside) => {
      await inside.directoryUsers.insert(SCOPE, { ...ADA, id: 'scim-cy' });
      const twin = { id: 'wen', customer: 'acme', mail: 'x', mail_key: 'x', full_name: null };
      await inside.handle
        .insertInto('members')
        .values(twin)
        .execute()
        .catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow();
    expect(await storage.directoryUsers.get(SCOPE, 'scim-cy')).toBeUndefined();
  });

  describeStorageContract('a composed storage', async () => ({
    storage,
    host: {
      organizations: [{ id: 'acme', name: 'Acme', rootUserId: 'ines' }],
      users: [{ ...ACME, id: 'ines', email: 'Ines@Acme.example', displayName: 'Ines Duarte' }],
      teams: [{ ...ACME, id: 'support', name: 'Support' }],
    },
  }));
});
