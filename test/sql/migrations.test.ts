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
  PostgresDialect,
  type PostgresPoolClient,
  SqliteDialect,
} from 'kysely';
import Libsql from 'libsql';
import { type BuiltPackage, buildPackage } from '../support/built-package.js';
import { untilWaiting } from '../support/lock-wait.js';
import { HAS_POSTGRES_SERVER, newSchemaName } from '../support/postgres.js';
import { openPool } from '../support/postgres-pool.js';
import { DATABASES, openDatabase, type SqlDatabase } from '../support/sql-databases.js';

const scope = { organizationId: 'acme', directoryId: 'acme-okta' };
/** The steps from an empty database to the tables of this code. */
const STEPS = [1, 2, 3, 4, 5, 6];
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
    expect(reached.flat().toSorted()).toEqual(STEPS);
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
      await expect(call()).rejects.toThrow(/version 999.*no later one than 6/);
    }
    expect(await database.send(`select id from ${table}resources`)).toEqual([]);
  });

  it('are the statements that are printed for review', async () => {
    const options = { ...database.options, prefix: 'printed_' };
    const script = migrationSql(name === 'libsql' ? 'sqlite' : 'postgres', options);
    // PostgreSQL takes them all at once; with SQLite each has to be sent by itself.
    const statements =
      name === 'libsql'
        ? script.split(';\n').map((statement) => statement.replaceAll(/^--.*$/gm, '').trim())
        : [script];
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

  it.each([
    [[], 2],
    [[], 3],
    [[1], 3],
  ])('after the steps %j by hand are refused step %i, which leaves nothing', async (taken, step) => {
    const options = { ...database.options, prefix: `by_hand_${taken.length}${step}_` };
    const steps = migrationSql(name === 'libsql' ? 'sqlite' : 'postgres', options).split(/^-- Version \d+$/m);
    await database.kysely.connection().execute(async (connection) => {
      const send = async (text = '') => {
        const statements = name === 'libsql' ? text.split(';\n') : [text];
        for (const statement of statements) {
          if (statement.trim() !== '') await connection.executeQuery(CompiledQuery.raw(statement));
        }
      };
      if (database.options.schema !== undefined) await send(`create schema if not exists "${database.options.schema}"`);
      for (const each of taken) await send(steps[each]);
      await expect(send(steps[step])).rejects.toThrow(
        `version ${step - 1} of the tables is missing, take that step before this one`,
      );
      // SQLite has done so by itself, and says that there is nothing to roll back.
      if (name === 'postgres') await send('rollback');
      else await expect(send('rollback')).rejects.toThrow(/no transaction is active/);
      for (const each of STEPS.filter((one) => !taken.some((other) => other === one))) await send(steps[each]);
    });
    expect(await migrate(database.kysely, options)).toEqual([]);
  });

  it.each(['', 'Robert"; drop table', 'a-b', 'ä_', 'A'])('refuse the prefix %p', (prefix) => {
    expect(() => createSqlStorage(database.kysely, { prefix })).toThrow(TypeError);
  });
});

describe('migrations on postgres by a role of few rights', () => {
  let database: SqlDatabase;
  const role = newSchemaName();
  const own = newSchemaName();

  beforeAll(async () => {
    // One connection, so that `set role` holds for all that follows.
    database = await openDatabase('postgres', 1);
    await migrate(database.kysely, database.options);
    await database.send(`create role ${role}`);
    await database.send(`create schema ${own} authorization ${role}`);
  });

  afterEach(() => database.send('reset role'));

  afterAll(async () => {
    await database.send(`drop owned by ${role} cascade`);
    await database.send(`drop role ${role}`);
    await database.close();
  });

  it('need the right to read alone where there is nothing to do, and no right to create', async () => {
    const { schema } = database.options;
    await database.send(`grant usage on schema ${schema} to ${role}`);
    await database.send(`grant select, insert, update, delete on all tables in schema ${schema} to ${role}`);
    await database.send(`set role ${role}`);
    await expect(migrate(database.kysely, { ...database.options, prefix: 'mine_' })).rejects.toThrow(
      /cannot write \(permission denied for schema/,
    );
    expect(await migrate(database.kysely, database.options)).toEqual([]);
    const storage = createSqlStorage(database.kysely, database.options);
    await storage.directoryUsers.insert(scope, { ...ADA, uniqueKeys: ['userName:ada'] });
    expect(await storage.directoryUsers.get(scope, 'ada')).toMatchObject({ id: 'ada' });
  });

  it('need no right to create schemas for one that is there', async () => {
    await database.send(`set role ${role}`);
    const options = { ...database.options, schema: own };
    expect(await migrate(database.kysely, options)).toEqual(STEPS);
    await expect(checkSchema(database.kysely, options)).resolves.toBeUndefined();
    await expect(migrate(database.kysely, { schema: newSchemaName() })).rejects.toThrow(
      /cannot write \(permission denied for database/,
    );
  });

  it('fail as something that may work later where the tables cannot be read', async () => {
    await database.send(`revoke all on all tables in schema ${database.options.schema} from ${role}`);
    await database.send(`set role ${role}`);
    const storage = createSqlStorage(database.kysely, database.options);
    await expect(storage.directoryUsers.get(scope, 'ada')).rejects.toThrow(StorageUnavailableError);
    await expect(checkSchema(database.kysely, database.options)).rejects.toThrow(/permission denied for table/);
  });
});

/** A node that migrates at the very time that others do. */
const MIGRATING_NODE = `
  import { setTimeout } from 'node:timers/promises';
  import { migrate } from 'express-sso-scim/adapters/sql';
  import { Kysely, PostgresDialect, SqliteDialect } from 'kysely';
  import Libsql from 'libsql';
  import pg from 'pg';

  const { DATABASE_URL: connectionString, DATABASE_FILE: file, OPTIONS = '', START } = process.env;

  function openDialect() {
    if (connectionString) return new PostgresDialect({ pool: new pg.Pool({ connectionString, max: 2 }) });
    const database = new Libsql(file ?? '');
    database.exec('pragma busy_timeout = 5000');
    return new SqliteDialect({ database });
  }

  const kysely = new Kysely<unknown>({ dialect: openDialect() });
  await setTimeout(Number(START) - Date.now());
  console.log(JSON.stringify(await migrate(kysely, JSON.parse(OPTIONS))));
  await kysely.destroy();
`;

// Other processes do not reach the embedded PostgreSQL, see HAS_POSTGRES_SERVER.
describe.each(DATABASES.filter((name) => name === 'libsql' || HAS_POSTGRES_SERVER))(
  'nodes that start together',
  (name) => {
    it(`on ${name} take each step once, and none of them fails`, async () => {
      const built = await buildPackage();
      const database = await openDatabase(name);
      const file = await built.addProgram('migrating-node.js', MIGRATING_NODE);
      const OPTIONS = JSON.stringify({ ...database.options, prefix: 'nodes_' });
      const env = { ...process.env, ...database.environment, OPTIONS, START: String(Date.now() + 1500) };
      const nodes = Array.from({ length: 4 }, () => promisify(execFile)(execPath, [file], { cwd: built.folder, env }));
      const said = await Promise.all(nodes.map(async (node) => JSON.parse((await node).stdout) as readonly number[]));
      expect(said.flat().toSorted()).toEqual(STEPS);
      await database.close();
      await built.remove();
    });
  },
);

/** A node whose connections stop before a statement, until they may go on. */
function heldNode(connectionString: string | undefined, at: RegExp) {
  const pool = openPool({ connectionString, max: 2 });
  let tell = (): void => {};
  let goOn = (): void => {};
  const isHeld = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect();
    const query = async (text: string, values: readonly unknown[] = []) => {
      if (at.test(text)) {
        tell();
        await mayGoOn;
      }
      return client.query(text, [...values]);
    };
    // Kysely has a second form of `query`, for cursors, which nothing here asks for.
    return Object.assign(Object.create(client) as PostgresPoolClient, { query, release: () => client.release() });
  };
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: { connect, end: () => pool.end() } }) });
  return { kysely, isHeld, goOn };
}

// The embedded PostgreSQL has one session, in which nobody waits for another, see HAS_POSTGRES_SERVER.
(HAS_POSTGRES_SERVER ? describe : describe.skip)('a node on a PostgreSQL server', () => {
  it('waits for another that is in the middle of a step, and does not take that again', async () => {
    const database = await openDatabase('postgres');
    const late = database.another();
    const early = heldNode(database.environment['DATABASE_URL'], /create table .*oidc_tenants/);
    const first = migrate(early.kysely, database.options);
    await Promise.race([early.isHeld, first]);
    const second = migrate(late.kysely, database.options);
    await untilWaiting(database, second);
    early.goOn();
    const reached = await Promise.allSettled([first, second]);
    await early.kysely.destroy();
    await late.close();
    await database.close();
    expect(reached.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(reached.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])).toSorted()).toEqual(STEPS);
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
