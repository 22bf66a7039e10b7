import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DirectoryScope, Storage } from 'express-sso-scim';
import { createSqlStorage } from 'express-sso-scim/adapters/sql';
import { Kysely } from 'kysely';
import { type Crash, crashingDialect } from '../support/crashing-dialect.js';
import { DATABASES, openDatabase, type SqlDatabase, TABLES } from '../support/sql-databases.js';

const CREATED = '2026-03-01T10:00:00.000Z';
const LATER = '2026-03-01T11:00:00.000Z';
/** More than any of the changes sends. */
const MOST_STATEMENTS = 60;

type Change = (storage: Storage, scope: DirectoryScope) => Promise<unknown>;

function user(name: string) {
  const attributes = { userName: name, externalId: `x-${name}`, emails: [{ value: `${name}@acme.example` }] };
  return { id: name, created: CREATED, attributes, uniqueKeys: [`userName:${name}`, `externalId:x-${name}`] };
}

function group(id: string) {
  return { id, created: CREATED, attributes: { displayName: id }, uniqueKeys: [`displayName:${id}`] };
}

function directory({ organizationId, directoryId }: DirectoryScope, hosts: readonly string[]) {
  const names = hosts.map((host) => `${host}.${directoryId}.example`);
  const common = { name: 'Entra ID', kind: 'default', policy: {}, cursorKey: 'key', createdAt: CREATED };
  return { id: directoryId, organizationId, hosts: names, ...common };
}

const members = (...ids: readonly string[]) => ({ ids, unknown: 'refuse' as const });

/** What every directory holds before the change. */
async function prepare(storage: Storage, scope: DirectoryScope): Promise<void> {
  await storage.directories.insert(directory(scope, ['a', 'b']));
  for (const name of ['ada', 'bob', 'cy', 'dee']) await storage.directoryUsers.insert(scope, user(name));
  await storage.groups.insert(scope, group('crew'), members('ada', 'bob'));
  await storage.groups.insert(scope, group('staff'), members('ada', 'crew'));
}

const CHANGES: readonly (readonly [string, Change])[] = [
  ['a new user', ({ directoryUsers }, scope) => directoryUsers.insert(scope, user('eve'))],
  [
    'a user with other keys and addresses',
    ({ directoryUsers }, scope) => {
      const { attributes, uniqueKeys } = user('adele');
      return directoryUsers.update(scope, 'ada', { attributes, uniqueKeys, lastModified: LATER }, 1);
    },
  ],
  [
    'a user who is deleted',
    ({ directoryUsers }, scope) => directoryUsers.tombstone(scope, { id: 'ada', deletedAt: LATER }, 1),
  ],
  ['a new group with members', ({ groups }, scope) => groups.insert(scope, group('team'), members('ada', 'bob', 'cy'))],
  [
    'a group with another name',
    ({ groups }, scope) => {
      const { attributes, uniqueKeys } = group('squad');
      return groups.update(scope, 'crew', { attributes, uniqueKeys, lastModified: LATER }, 1);
    },
  ],
  [
    'members who come and go',
    ({ groups }, scope) =>
      groups.changeMembers(scope, 'crew', {
        change: { add: ['cy', 'dee'], remove: ['ada'] },
        at: LATER,
        unknown: 'refuse',
      }),
  ],
  [
    'members who are replaced',
    ({ groups }, scope) =>
      groups.changeMembers(scope, 'crew', { change: { replace: ['bob', 'cy', 'dee'] }, at: LATER, unknown: 'refuse' }),
  ],
  ['a group that is deleted', ({ groups }, scope) => groups.delete(scope, 'crew', 1, LATER)],
  ['a directory with other hosts', ({ directories }, scope) => directories.update(directory(scope, ['b', 'c', 'd']))],
  [
    'a transaction of several writes',
    (storage, scope) =>
      storage.transaction(scope, async ({ directoryUsers, groups }) => {
        await directoryUsers.insert(scope, user('eve'));
        await groups.insert(scope, group('team'), members('eve'));
        await groups.changeMembers(scope, 'crew', {
          change: { add: ['eve'], remove: [] },
          at: LATER,
          unknown: 'refuse',
        });
        await directoryUsers.tombstone(scope, { id: 'bob', deletedAt: LATER }, 1);
      }),
  ],
];

describe.each(DATABASES)('a process that crashes while it writes to %s', (name) => {
  let database: SqlDatabase;
  let storage: Storage;

  beforeAll(async () => {
    database = await openDatabase(name);
    storage = await database.storage();
  });

  afterAll(() => database.close());

  /** Every row of a directory, with its name and the order in which rows were made left out. */
  async function stateOf({ directoryId }: DirectoryScope): Promise<string> {
    const state: Record<string, readonly string[]> = {};
    for (const table of TABLES) {
      const column = table === 'directories' ? 'id' : 'directory_id';
      const rows = await database.send(`select * from sso_${table} where ${column} = '${directoryId}'`);
      state[table] = rows
        .map(({ sequence: _, ...row }) => JSON.stringify(row).replaceAll(directoryId, 'here'))
        .sort((a, b) => (a < b ? -1 : 1));
    }
    return JSON.stringify(state);
  }

  async function newDirectory(label: string): Promise<DirectoryScope> {
    const scope = { organizationId: 'acme', directoryId: label };
    await prepare(storage, scope);
    return scope;
  }

  describe.each(['before', 'after'] as const)('%s a statement is done', (moment) => {
    it.each(CHANGES)('leaves the old or the new state of %s, whichever statement it is', async (what, change) => {
      const label = `${moment}-${CHANGES.findIndex(([each]) => each === what)}`;
      const pattern = await newDirectory(`${label}-pattern`);
      const before = await stateOf(pattern);
      await change(storage, pattern);
      const after = await stateOf(pattern);
      expect(after).not.toBe(before);

      const outcomes: string[] = [];
      for (let statement = 1; statement <= MOST_STATEMENTS; statement += 1) {
        const scope = await newDirectory(`${label}-${statement}`);
        const crash: Crash = { statement, moment, hasHappened: false };
        const kysely = new Kysely<unknown>({ dialect: crashingDialect(database.environment, crash) });
        const crashing = createSqlStorage(kysely, database.options);
        // The version of the tables is looked at once; that is no part of the change.
        await crashing.directoryUsers.get(scope, 'nobody');
        crash.isArmed = true;
        const outcome = await change(crashing, scope).then(
          () => 'acknowledged',
          () => 'failed',
        );
        await kysely.destroy().catch(() => undefined);
        const state = await stateOf(scope);
        const reached = state === before ? 'old' : state === after ? 'new' : state;
        expect({ what, statement, outcome, reached, isWhole: reached === 'old' || reached === 'new' }).toMatchObject({
          isWhole: true,
        });
        if (!crash.hasHappened) {
          expect({ outcome, reached }).toEqual({ outcome: 'acknowledged', reached: 'new' });
          break;
        }
        expect(outcome).toBe('failed');
        outcomes.push(reached);
      }
      // Crashes have happened, but not at the end of the list: it was walked to its end.
      expect(outcomes.length).toBeGreaterThan(0);
      expect(outcomes.length).toBeLessThan(MOST_STATEMENTS);
      // An answer can be lost after everything is done; before the last statement nothing is.
      expect(outcomes.at(-1)).toBe(moment === 'after' ? 'new' : 'old');
    });
  });
});
