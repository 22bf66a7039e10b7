import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DirectoryScope, type Storage, StorageUnavailableError } from 'express-sso-scim';
import { checkSchema, createSqlStorage, migrate, migrationSql } from 'express-sso-scim/adapters/sql';
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import { createSeededRandom } from '../../src/testing/seeded-random.js';
import { HAS_POSTGRES_SERVER, newSchemaName, startPostgres } from '../support/postgres.js';
import { openPool } from '../support/postgres-pool.js';

const T0 = '2026-03-01T10:00:00.000Z';
const T1 = '2026-03-01T11:00:00.000Z';
const PEOPLE = 20;
const GROUPS = ['g0', 'g1', 'g2'];
const WHOLE = { after: '', limit: 1000 };
const NOBODY = { ids: [], unknown: 'refuse' } as const;
const ENDED = { change: { add: [], remove: ['u1'] }, at: T1, unknown: 'skip' } as const;

const person = (id: string) => ({ id, created: T0, attributes: { userName: id }, uniqueKeys: [`userName:${id}`] });
const crew = (id: string) => ({ id, created: T0, attributes: { displayName: id }, uniqueKeys: [] });

// The embedded PostgreSQL has one connection and one database, see HAS_POSTGRES_SERVER.
(HAS_POSTGRES_SERVER ? describe : describe.skip)('a PostgreSQL that the host has set up in its own way', () => {
  const scope: DirectoryScope = { organizationId: 'acme', directoryId: 'okta' };
  const opened: Kysely<unknown>[] = [];
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let admin: Kysely<unknown>;

  beforeAll(async () => {
    server = await startPostgres();
    admin = open();
  });

  afterAll(async () => {
    await Promise.all(opened.map((kysely) => kysely.destroy()));
    await server.stop();
  });

  function open(settings: readonly string[] = [], database?: string, max = 5): Kysely<unknown> {
    const url = new URL(server.connectionString);
    if (database !== undefined) url.pathname = `/${database}`;
    const options = settings.map((setting) => `-c ${setting.replaceAll(' ', '\\ ')}`).join(' ');
    const pool = openPool({ connectionString: url.href, options, max });
    const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    opened.push(kysely);
    return kysely;
  }

  async function send(text: string, kysely = admin): Promise<readonly unknown[]> {
    return (await kysely.executeQuery(CompiledQuery.raw(text))).rows;
  }

  async function inNewSchema<T>(work: (schema: string) => Promise<T>): Promise<T> {
    const schema = `Of_${newSchemaName()}`;
    try {
      await migrate(admin, { schema });
      return await work(schema);
    } finally {
      await send(`drop schema if exists "${schema}" cascade`);
    }
  }

  it.each(['read committed', 'repeatable read', 'serializable'])(
    'loses nothing where transactions are %s unless they say otherwise',
    (isolation) =>
      inNewSchema(async (schema) => {
        const nodes = [0, 1].map(() => open([`default_transaction_isolation=${isolation}`]));
        const storages = nodes.map((node) => createSqlStorage(node, { schema }));
        const [storage = createSqlStorage(admin, { schema })] = storages;
        expect(await send('show default_transaction_isolation', nodes[0])).toEqual([
          { default_transaction_isolation: isolation },
        ]);
        for (let index = 0; index < PEOPLE; index += 1) await storage.directoryUsers.insert(scope, person(`u${index}`));
        for (const id of GROUPS) await storage.groups.insert(scope, crew(id), NOBODY);

        const random = createSeededRandom(11);
        const ended = new Set<string>();
        const failed = await Promise.all(
          Array.from({ length: 300 }, async (_, index) => {
            const by = storages[index % 2] ?? storage;
            const ids = Array.from({ length: 3 }, () => `u${random.below(PEOPLE)}`);
            const [id = ''] = ids;
            const groupId = GROUPS[random.below(GROUPS.length)] ?? '';
            try {
              await change(by, random.below(10), id, ids, groupId, index);
              return undefined;
            } catch (error) {
              return error instanceof Error ? error.name : error;
            }
          }),
        );
        // Who was too late is told so; nobody is told that the database is away.
        const names = new Set(failed.filter((name) => name !== undefined));
        names.delete('StaleVersionError');
        expect([...names]).toEqual([]);
        expect(ended.size).toBeGreaterThan(0);
        for (const id of GROUPS) {
          const { items } = await storage.groups.members(scope, id, WHOLE);
          expect(await storage.groups.get(scope, id)).toMatchObject({ memberCount: items.length });
          expect(items.filter((member) => ended.has(member.id))).toEqual([]);
        }
        const { total } = await storage.directoryUsers.query(scope, { page: { startIndex: 1, count: 1 } });
        const [keys] = await send(`select count(*)::int as count from "${schema}".sso_unique_keys`);
        expect(keys).toEqual({ count: total });

        async function change(
          by: Storage,
          kind: number,
          id: string,
          ids: string[],
          groupId: string,
          index: number,
        ): Promise<void> {
          const members = { at: T1, unknown: 'skip' } as const;
          if (kind < 4) await by.groups.changeMembers(scope, groupId, { change: { add: ids, remove: [] }, ...members });
          else if (kind < 6) {
            await by.groups.changeMembers(scope, groupId, { change: { add: [], remove: ids }, ...members });
          } else if (kind === 6)
            await by.groups.changeMembers(scope, groupId, { change: { replace: ids }, ...members });
          else if (kind === 7) {
            const group = await by.groups.get(scope, groupId);
            const renamed = { lastModified: T1, attributes: { displayName: `n${index}` }, uniqueKeys: [] };
            await by.groups.update(scope, groupId, renamed, group?.version ?? 0);
          } else if (kind === 8) await by.directoryUsers.insert(scope, person(`n${index}`));
          else {
            const user = await by.directoryUsers.get(scope, id);
            if (user) await by.directoryUsers.tombstone(scope, { id, deletedAt: T1 }, user.version);
            ended.add(id);
          }
        }
      }),
  );

  it('keeps the settings of its session, in a transaction as outside', () =>
    inNewSchema(async (schema) => {
      const settings =
        "select current_setting('enable_seqscan') as seqscan, current_setting('plan_cache_mode') as plans, " +
        "current_setting('search_path') as path";
      const node = open(['plan_cache_mode=force_custom_plan'], undefined, 1);
      const storage = createSqlStorage(node, { schema });
      const before = await send(settings, node);
      await storage.directoryUsers.insert(scope, person('u1'));
      await storage.groups.insert(scope, crew('g0'), NOBODY);
      await storage.directoryUsers.getWithGroups(scope, 'u1');
      await storage.groups.changeMembers(scope, 'g0', ENDED);
      expect(await send(settings, node)).toEqual(before);
      const inside = await storage.transaction(scope, async (transaction) => {
        const { handle } = transaction;
        await transaction.directoryUsers.getWithGroups(scope, 'u1');
        await transaction.groups.changeMembers(scope, 'g0', ENDED);
        await transaction.directoryUsers.tombstone(scope, { id: 'u1', deletedAt: T1 }, 1);
        return (await handle.executeQuery(CompiledQuery.raw(settings))).rows;
      });
      expect(inside).toEqual(before);
    }));

  it('is unavailable, and never without a person, where functions are missing or not allowed', () =>
    inNewSchema(async (schema) => {
      const storage = createSqlStorage(admin, { schema });
      await storage.directoryUsers.insert(scope, person('u1'));
      const role = newSchemaName();
      await send(`create role ${role}`);
      await send(`grant usage on schema "${schema}" to ${role}`);
      await send(`grant all on all tables in schema "${schema}" to ${role}`);
      await send(`revoke execute on all functions in schema "${schema}" from public`);
      const weak = createSqlStorage(open([`role=${role}`]), { schema });
      const get = (by: Storage) => by.directoryUsers.getWithGroups(scope, 'u1');
      await expect(get(weak)).rejects.toThrow(/permission denied for function/);
      await expect(get(weak)).rejects.toThrow(StorageUnavailableError);
      await send(`grant execute on all functions in schema "${schema}" to ${role}`);
      await expect(get(weak)).resolves.toMatchObject({ user: { id: 'u1' } });

      await send(`drop function "${schema}".sso_read_user, "${schema}".sso_change_members`);
      await expect(get(storage)).rejects.toThrow(StorageUnavailableError);
      await expect(get(storage)).rejects.toThrow(/run migrate\(kysely\)/);
      await expect(storage.groups.changeMembers(scope, 'g0', ENDED)).rejects.toThrow(StorageUnavailableError);
      await send(`drop owned by ${role}`);
      await send(`drop role ${role}`);
    }));

  it.each(['LATIN1', 'SQL_ASCII'])('is refused at the start when it is encoded in %s', async (encoding) => {
    const name = newSchemaName();
    await send(`create database ${name} encoding '${encoding}' lc_collate 'C' lc_ctype 'C' template template0`);
    const kysely = open([], name);
    await expect(migrate(kysely)).rejects.toThrow(new RegExp(`encoded in ${encoding}.*encoding UTF8`));
    expect(await send("select relname from pg_class where relname like 'sso%'", kysely)).toEqual([]);
    await kysely.destroy();
    await send(`drop database ${name}`);
  });

  it('has by the printed statements the tables, indexes and functions that migrate makes', () =>
    inNewSchema(async (migrated) => {
      const printed = `Of_${newSchemaName()}`;
      await admin.connection().execute((connection) => send(migrationSql('postgres', { schema: printed }), connection));
      await expect(checkSchema(admin, { schema: printed })).resolves.toBeUndefined();
      const made = await shapeOf(migrated);
      expect(made.length).toBeGreaterThan(100);
      expect(await shapeOf(printed)).toEqual(made);
      await send(`drop schema "${printed}" cascade`);
    }));

  it('takes no later step by hand before the first', async () => {
    const schema = `Of_${newSchemaName()}`;
    await send(`create schema "${schema}"`);
    const [, ...later] = migrationSql('postgres', { schema })
      .split(/^-- Version \d+$/m)
      .slice(1);
    expect(later.length).toBeGreaterThan(0);
    await admin.connection().execute(async (connection) => {
      for (const [index, step] of later.entries()) {
        await expect(send(step, connection)).rejects.toThrow(`version ${index + 1} of the tables is missing`);
        await send('rollback', connection);
      }
    });
    expect((await migrate(admin, { schema }))[0]).toBe(1);
    await send(`drop schema "${schema}" cascade`);
  });

  /** All that is in a schema, as text that does not name it. */
  async function shapeOf(schema: string): Promise<readonly string[]> {
    const rows = await send(`
      select pg_get_functiondef(p.oid) as shape from pg_proc as p where p.pronamespace = '"${schema}"'::regnamespace
      union all select i.indexdef from pg_indexes as i where i.schemaname = '${schema}'
      union all select pg_get_constraintdef(c.oid) || c.conrelid::regclass from pg_constraint as c
        where c.connamespace = '"${schema}"'::regnamespace
      union all select pg_get_statisticsobjdef(s.oid) from pg_statistic_ext as s
        where s.stxnamespace = '"${schema}"'::regnamespace
      union all select concat_ws(' ', c.relname, c.reloptions, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attidentity, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid)) from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
        where c.relnamespace = '"${schema}"'::regnamespace`);
    return rows.map((row) => String((row as { shape: unknown }).shape).replaceAll(schema, '')).sort();
  }
});
