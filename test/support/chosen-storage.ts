import { env } from 'node:process';
import { afterAll } from '@jest/globals';
import type { ManagedStorage, TrafficStores } from 'express-sso-scim';
import { createMemoryStorage, type MemoryStorageOptions } from 'express-sso-scim/adapters/memory';
import { createSqlStorage, migrate, migrationSql } from 'express-sso-scim/adapters/sql';
import { CompiledQuery } from 'kysely';
import { foldCase } from '../../src/core/fold.js';
import { DATABASES, openDatabase, type SqlDatabase } from './sql-databases.js';

const chosen = DATABASES.find((name) => name === env['STORAGE']);
/** What a store need not have, and these have not. */
const OPTIONAL: ReadonlySet<string | symbol> = new Set(['findAccountByEmail']);

type HostSeeds = Pick<MemoryStorageOptions, 'organizations' | 'users' | 'teams'>;

/** How often something random is tried: less often where each call goes to a database. */
export function randomRuns(inMemory: number): number {
  return chosen ? Math.ceil(inMemory / 10) : inMemory;
}

const opened: Promise<SqlDatabase>[] = [];
let prefixes = 0;
let last: Promise<unknown> = Promise.resolve();

if (chosen) {
  afterAll(async () => {
    for (const database of opened) await (await database).close();
  });
}

/**
 * A new and empty storage of the kind that the environment variable `STORAGE` names: `libsql`, `postgres`, or else
 * memory. One database serves a whole test file, each storage with tables of its own.
 */
export function createChosenStorage(seeds: HostSeeds = {}): ManagedStorage & TrafficStores {
  if (!chosen) return createMemoryStorage(seeds);
  if (opened.length === 0) opened.push(openDatabase(chosen));
  prefixes += 1;
  const prefix = `s${prefixes}_`;
  const opening = last.then(() => openTables(opened[0], prefix, seeds));
  last = opening.catch(() => undefined);
  return whenOpen(opening);
}

async function openTables(
  opening: Promise<SqlDatabase> | undefined,
  prefix: string,
  seeds: HostSeeds,
): Promise<ManagedStorage & TrafficStores> {
  const database = await opening;
  if (!database) throw new Error('no database was opened');
  const options = { ...database.options, prefix };
  // PostgreSQL takes the whole script at once, in half the time.
  if (chosen === 'postgres') await database.kysely.executeQuery(CompiledQuery.raw(migrationSql(chosen, options)));
  else await migrate(database.kysely, options);
  const schema = database.options.schema === undefined ? '' : `"${database.options.schema}".`;
  for (const text of seedStatements(`${schema}${prefix}`, seeds)) {
    await database.kysely.executeQuery(CompiledQuery.raw(text));
  }
  return createSqlStorage(database.kysely, options);
}

/** What a host writes into the tables of organizations, users and teams itself. */
function seedStatements(prefix: string, { organizations = [], users = [], teams = [] }: HostSeeds): readonly string[] {
  const insert = (table: string, row: Readonly<Record<string, string | number | undefined>>) => {
    const given = Object.entries(row).filter(([, value]) => value !== undefined);
    const values = given.map(([, value]) => (typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : value));
    return `insert into ${prefix}${table} (${given.map(([column]) => column).join(', ')}) values (${values.join(', ')})`;
  };
  return [
    ...organizations.map(({ id, name, parentId, rootUserId }) =>
      insert('organizations', { id, name, parent_id: parentId, root_user_id: rootUserId }),
    ),
    ...users.map(({ organizationId, id, accountId, email, displayName, timezone }) =>
      insert('users', {
        organization_id: organizationId,
        id,
        account_id: accountId,
        email,
        email_key: foldCase(email),
        display_name: displayName,
        timezone,
      }),
    ),
    ...teams.map(({ organizationId, id, name, identifier, privileged }) =>
      insert('teams', {
        organization_id: organizationId,
        id,
        name,
        name_key: foldCase(name),
        identifier,
        identifier_key: identifier === undefined ? undefined : foldCase(identifier),
        is_privileged: privileged ? 1 : 0,
      }),
    ),
  ];
}

/** A storage whose every call waits for it to be there. */
function whenOpen(opening: Promise<ManagedStorage & TrafficStores>): ManagedStorage & TrafficStores {
  const store = (name: keyof (ManagedStorage & TrafficStores)) =>
    new Proxy(
      {},
      {
        has: (_, method) => !OPTIONAL.has(method),
        get: (_, method) =>
          OPTIONAL.has(method)
            ? undefined
            : async (...args: readonly unknown[]) => {
                const target = (await opening)[name];
                return Reflect.apply(Reflect.get(target, method) as () => unknown, target, args);
              },
      },
    );
  const stores = [
    'organizations',
    'users',
    'teams',
    'directories',
    'directoryUsers',
    'groups',
    'customResources',
    'oidcTenants',
    'signIns',
    'journal',
    'outbox',
    'people',
    'logins',
    'grants',
    'mappings',
    'overrides',
    'conflicts',
    'holds',
    'traffic',
  ] as const;
  return {
    ...Object.fromEntries(stores.map((name) => [name, store(name)])),
    capabilities: { filtering: true, sorting: true },
    transaction: async (scope, work) => (await opening).transaction(scope, work),
  } as ManagedStorage & TrafficStores;
}
