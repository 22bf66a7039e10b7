import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StorageUnavailableError } from 'express-sso-scim';
import { checkSchema, createSqlStorage, migrate, migrationSql } from 'express-sso-scim/adapters/sql';
import {
  CompiledQuery,
  DummyDriver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  SqliteDialect,
} from 'kysely';
import Libsql from 'libsql';
import { type BuiltPackage, buildPackage } from '../support/built-package.js';
import { DATABASES, openDatabase, type SqlDatabase } from '../support/sql-databases.js';

const scope = { organizationId: 'acme', directoryId: 'acme-okta' };
const ADA = { id: 'ada', created: '2026-03-01T10:00:00.000Z', attributes: { userName: 'ada' }, uniqueKeys: [] };

describe.each(DATABASES)('migrations on %s', (name) => {
  let database: SqlDatabase;

  beforeAll(async () => {
    database = await openDatabase(name);
  });

  afterAll(() => database.close());

  it('are asked for by a storage without tables, as something that may work later', async () => {
    const storage = createSqlStorage(database.kysely, database.options);
    const call = storage.directoryUsers.get(scope, 'ada');
    await expect(call).rejects.toThrow(StorageUnavailableError);
    await expect(call).rejects.toThrow(/run migrate\(kysely\)/);
    await expect(checkSchema(database.kysely, database.options)).rejects.toThrow(/run migrate\(kysely\)/);
    await migrate(database.kysely, database.options);
    await expect(storage.directoryUsers.get(scope, 'ada')).resolves.toBeUndefined();
    await expect(checkSchema(database.kysely, database.options)).resolves.toBeUndefined();
  });

  it('happen once, also when several processes start together', async () => {
    const options = { ...database.options, prefix: 'together_' };
    const processes = Array.from({ length: 5 }, () => database.another());
    const reached = await Promise.all(processes.map(({ kysely }) => migrate(kysely, options)));
    expect(reached.flat()).toEqual([1, 2]);
    expect(await migrate(database.kysely, options)).toEqual([]);
    await Promise.all(processes.map((each) => each.close()));
  });

  it('keep the tables of two prefixes apart', async () => {
    const options = { ...database.options, prefix: 'other_' };
    await migrate(database.kysely, options);
    const other = createSqlStorage(database.kysely, options);
    const storage = await database.storage();
    await other.directoryUsers.insert(scope, ADA);
    expect(await other.directoryUsers.get(scope, 'ada')).toMatchObject({ id: 'ada' });
    expect(await storage.directoryUsers.get(scope, 'ada')).toBeUndefined();
  });

  it('of a newer release are refused by an older one, and left alone', async () => {
    const options = { ...database.options, prefix: 'newer_' };
    await migrate(database.kysely, options);
    const table = database.options.schema === undefined ? 'newer_' : `"${database.options.schema}".newer_`;
    await database.send(`insert into ${table}migrations (version, at) values (999, 'later')`);
    const storage = createSqlStorage(database.kysely, options);
    for (const call of [
      () => migrate(database.kysely, options),
      () => checkSchema(database.kysely, options),
      () => storage.directoryUsers.insert(scope, ADA),
    ]) {
      await expect(call()).rejects.toThrow(StorageUnavailableError);
      await expect(call()).rejects.toThrow(/version 999.*no later one than 2/);
    }
    expect(await database.send(`select id from ${table}resources`)).toEqual([]);
  });

  it('are the statements that are printed for review', async () => {
    const options = { ...database.options, prefix: 'printed_' };
    const script = migrationSql(name === 'libsql' ? 'sqlite' : 'postgres', options);
    const statements = script.split(';\n').map((statement) => statement.replaceAll(/^--.*$/gm, '').trim());
    await database.kysely.connection().execute(async (connection) => {
      for (const statement of statements) {
        if (statement !== '') await connection.executeQuery(CompiledQuery.raw(statement));
      }
    });
    expect(await migrate(database.kysely, options)).toEqual([]);
    const storage = createSqlStorage(database.kysely, options);
    await storage.directoryUsers.insert(scope, ADA);
    expect(await storage.directoryUsers.get(scope, 'ada')).toMatchObject(ADA);
  });

  it.each(['', 'Robert"; drop table', 'a-b', 'ä_', 'A'])('refuse the prefix %p', (prefix) => {
    expect(() => createSqlStorage(database.kysely, { prefix })).toThrow(TypeError);
  });
});

describe('createSqlStorage', () => {
  const open: Kysely<unknown>[] = [];

  afterEach(async () => {
    await Promise.all(open.splice(0).map((kysely) => kysely.destroy()));
  });

  it('refuses other databases, and transactions', async () => {
    const mysql = new Kysely<unknown>({
      dialect: {
        createAdapter: () => new MysqlAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (of) => new MysqlIntrospector(of),
        createQueryCompiler: () => new MysqlQueryCompiler(),
      },
    });
    expect(() => createSqlStorage(mysql)).toThrow(/neither PostgreSQL nor SQLite/);
    const sqlite = new Kysely<unknown>({ dialect: new SqliteDialect({ database: new Libsql(':memory:') }) });
    open.push(mysql, sqlite);
    expect(() => createSqlStorage(sqlite, { schema: 'sso' })).toThrow(/SQLite knows no schemas/);
    await sqlite.transaction().execute(async (transaction) => {
      expect(() => createSqlStorage(transaction)).toThrow(/not on a transaction/);
    });
  });
});

describe('the command that prints migrations', () => {
  const run = promisify(execFile);
  let built: BuiltPackage;
  let command: string;

  beforeAll(async () => {
    built = await buildPackage();
    command = join(built.folder, 'dist/migrations-command.js');
  });

  afterAll(() => built.remove());

  it('prints what migrationSql gives', async () => {
    const postgres = await run(execPath, [command, '--dialect', 'postgres', '--schema', 'sso', '--prefix', 'x_']);
    expect(postgres.stdout).toBe(migrationSql('postgres', { schema: 'sso', prefix: 'x_' }));
    expect((await run(execPath, [command, '--dialect', 'sqlite'])).stdout).toBe(migrationSql('sqlite'));
  });

  it.each([[['--dialect', 'oracle']], [['--dialect', 'postgres', '--prefix', '"']], [['--table', 'x']]])(
    'says how it is used when it is given %j',
    async (args) => {
      await expect(run(execPath, [command, ...args])).rejects.toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('usage: express-sso-scim-migrations'),
      });
    },
  );
});
