import { env } from 'node:process';
import { afterAll } from '@jest/globals';
import type { Storage } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { createSqlStorage, migrate, migrationSql } from 'express-sso-scim/adapters/sql';
import { CompiledQuery } from 'kysely';
import { DATABASES, openDatabase, type SqlDatabase } from './sql-databases.js';

const chosen = DATABASES.find((name) => name === env['STORAGE']);
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
export function createChosenStorage(): Storage {
  if (!chosen) return createMemoryStorage();
  if (opened.length === 0) opened.push(openDatabase(chosen));
  prefixes += 1;
  const prefix = `s${prefixes}_`;
  const opening = last.then(() => openTables(opened[0], prefix));
  last = opening.catch(() => undefined);
  return whenOpen(opening);
}

async function openTables(opening: Promise<SqlDatabase> | undefined, prefix: string): Promise<Storage> {
  const database = await opening;
  if (!database) throw new Error('no database was opened');
  const options = { ...database.options, prefix };
  // PostgreSQL takes the whole script at once, in half the time.
  if (chosen === 'postgres') await database.kysely.executeQuery(CompiledQuery.raw(migrationSql(chosen, options)));
  else await migrate(database.kysely, options);
  return createSqlStorage(database.kysely, options);
}

/** A storage whose every call waits for it to be there. */
function whenOpen(opening: Promise<Storage>): Storage {
  const store = (name: keyof Storage) =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          async (...args: readonly unknown[]) => {
            const target = (await opening)[name] ?? {};
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
  ] as const;
  return {
    ...Object.fromEntries(stores.map((name) => [name, store(name)])),
    capabilities: { filtering: true, sorting: true },
    transaction: async (scope, work) => (await opening).transaction(scope, work),
  } as Storage;
}
