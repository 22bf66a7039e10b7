import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createDirectories,
  type DirectoryScope,
  StaleVersionError,
  type Storage,
  StorageUnavailableError,
  UniqueConflictError,
} from 'express-sso-scim';
import { createSqlStorage } from 'express-sso-scim/adapters/sql';
import { createSeededRandom } from '../../src/testing/seeded-random.js';
import { untilWaiting } from '../support/lock-wait.js';
import { HAS_POSTGRES_SERVER } from '../support/postgres.js';
import { DATABASES, openDatabase, type SqlDatabase } from '../support/sql-databases.js';

const T0 = '2026-03-01T10:00:00.000Z';
const T1 = '2026-03-01T11:00:00.000Z';
const NOBODY = { ids: [], unknown: 'refuse' } as const;

describe.each(DATABASES)('two processes on %s', (name) => {
  let database: SqlDatabase;
  let other: SqlDatabase;
  let storages: readonly [Storage, Storage];
  let scope: DirectoryScope;
  let made = 0;

  beforeAll(async () => {
    database = await openDatabase(name);
    other = database.another();
    storages = [await database.storage(), createSqlStorage(other.kysely, other.options)];
  });

  afterAll(async () => {
    await other.close();
    await database.close();
  });

  /** A directory of its own for each test, with people and groups. */
  async function open(people: number, groups: number): Promise<void> {
    made += 1;
    scope = { organizationId: 'acme', directoryId: `directory-${made}` };
    const [storage] = storages;
    for (let index = 0; index < people; index += 1) {
      await storage.directoryUsers.insert(scope, { id: `u${index}`, created: T0, attributes: {}, uniqueKeys: [] });
    }
    for (let index = 0; index < groups; index += 1) {
      await storage.groups.insert(scope, { id: `g${index}`, created: T0, attributes: {}, uniqueKeys: [] }, NOBODY);
    }
  }

  async function membersOf(groupId: string): Promise<string[]> {
    const { items } = await storages[0].groups.members(scope, groupId, { after: '', limit: 10_000 });
    return items.map(({ id }) => id);
  }

  const change = (storage: Storage, groupId: string, add: readonly string[], remove: readonly string[]) =>
    storage.groups.changeMembers(scope, groupId, { change: { add, remove }, at: T1, unknown: 'refuse' });

  it('change different members of one group without losing one, or a count', async () => {
    await open(100, 1);
    await change(
      storages[0],
      'g0',
      Array.from({ length: 50 }, (_, index) => `u${index}`),
      [],
    );
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const id = [`u${index}`];
        const storage = storages[index % 2 ? 0 : 1];
        return index < 50 ? change(storage, 'g0', [], id) : change(storage, 'g0', id, []);
      }),
    );
    expect(results.map((result) => (result?.added.length ?? 0) + (result?.removed.length ?? 0))).toEqual(
      results.map(() => 1),
    );
    expect((await membersOf('g0')).sort()).toEqual(Array.from({ length: 50 }, (_, index) => `u${index + 50}`));
    const group = await storages[1].groups.get(scope, 'g0');
    // Version 1, the fifty at once, and a hundred changes.
    expect(group).toMatchObject({ version: 102, memberCount: 50 });
    expect(group && group.lastModified > T1).toBe(true);
  });

  it('change the same members at random and agree with their counts', async () => {
    await open(8, 3);
    const random = createSeededRandom(7);
    await Promise.all(
      Array.from({ length: 120 }, (_, index) => {
        const ids = Array.from({ length: 3 }, () => `u${random.below(8)}`);
        const groupId = `g${random.below(3)}`;
        const storage = storages[index % 2 ? 0 : 1];
        if (random.chance(0.2)) {
          const request = { change: { replace: ids }, at: T1, unknown: 'refuse' } as const;
          return storage.groups.changeMembers(scope, groupId, request);
        }
        return random.chance(0.5) ? change(storage, groupId, ids, []) : change(storage, groupId, [], ids);
      }),
    );
    for (const groupId of ['g0', 'g1', 'g2']) {
      const group = await storages[0].groups.get(scope, groupId);
      expect(group?.memberCount).toBe((await membersOf(groupId)).length);
    }
  });

  it('never have a deleted person in a group', async () => {
    await open(30, 2);
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const id = `u${index}`;
        const [one, two] = index % 2 ? storages : [storages[1], storages[0]];
        const request = { change: { add: [id], remove: [] }, at: T1, unknown: 'skip' } as const;
        await Promise.all([
          one.groups.changeMembers(scope, 'g0', request),
          two.directoryUsers.tombstone(scope, { id, deletedAt: T1 }, 1),
          two.groups.changeMembers(scope, 'g1', request),
        ]);
      }),
    );
    for (const groupId of ['g0', 'g1']) {
      expect(await membersOf(groupId)).toEqual([]);
      expect(await storages[0].groups.get(scope, groupId)).toMatchObject({ memberCount: 0 });
    }
    const left = await database.send(
      `select member_id from sso_memberships where directory_id = '${scope.directoryId}'`,
    );
    expect(left).toEqual([]);
  });

  it('never have members in a deleted group', async () => {
    await open(20, 0);
    const [storage] = storages;
    for (let round = 0; round < 10; round += 1) {
      const id = `h${round}`;
      await storage.groups.insert(scope, { id, created: T0, attributes: {}, uniqueKeys: [] }, NOBODY);
      await Promise.allSettled([
        ...[0, 1].map((each) => change(storages[each ? 1 : 0], id, [`u${round}`, `u${round + 10}`].slice(each), [])),
        remove(storages[1], id),
      ]);
    }
    const left = await database.send(
      `select group_id from sso_memberships where directory_id = '${scope.directoryId}' and group_id in
        (select id from sso_resources where deleted_at is not null)`,
    );
    expect(left).toEqual([]);

    async function remove(by: Storage, id: string): Promise<void> {
      for (;;) {
        const group = await by.groups.get(scope, id);
        if (!group) return;
        await by.groups.delete(scope, id, group.version, T1).catch((error: unknown) => {
          if (!(error instanceof StaleVersionError)) throw error;
        });
      }
    }
  });

  it('take a unique key once, and both name the one that is taken', async () => {
    await open(0, 0);
    const taken = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const uniqueKeys = index % 2 ? ['b', `a${index}`] : [`a${index}`, 'b'];
        const user = { id: `n${index}`, created: T0, attributes: { userName: 'b' }, uniqueKeys };
        try {
          await storages[index % 4 > 1 ? 0 : 1].directoryUsers.insert(scope, user);
          return 'inserted';
        } catch (error) {
          if (!(error instanceof UniqueConflictError)) throw error;
          return error.key;
        }
      }),
    );
    expect(taken.toSorted()).toEqual([...Array.from({ length: 39 }, () => 'b'), 'inserted']);
    const page = await storages[0].directoryUsers.query(scope, { page: { startIndex: 1, count: 100 } });
    expect(page.total).toBe(1);
  });

  it('change one version of a resource once', async () => {
    await open(1, 1);
    const users = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        storages[index % 2 ? 0 : 1].directoryUsers.update(
          scope,
          'u0',
          { lastModified: T1, attributes: { index }, uniqueKeys: [`k${index}`] },
          1,
        ),
      ),
    );
    expect(users.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const groups = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        index % 2
          ? storages[0].groups.update(scope, 'g0', { lastModified: T1, attributes: { index }, uniqueKeys: [] }, 1)
          : storages[1].groups.changeMembers(scope, 'g0', {
              change: index % 4 ? { replace: ['u0'] } : { add: ['u0'], remove: [] },
              at: T1,
              ifVersion: 1,
              unknown: 'refuse',
            }),
      ),
    );
    expect(groups.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of [...users, ...groups]) {
      if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(StaleVersionError);
    }
    expect((await storages[0].groups.get(scope, 'g0'))?.version).toBe(2);
  });

  it('save one state of a directory once', async () => {
    await open(0, 0);
    const stores = storages.map((storage) => createDirectories({ storage, clock: { now: () => Date.parse(T0) } }));
    const [first, second] = stores;
    const directory = await first?.create({ organizationId: 'acme', name: 'before' });
    if (!directory) throw new Error('nothing was created');
    const place = { organizationId: 'acme', directoryId: directory.id };
    const saved = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 ? first : second)?.update(place, { name: `saved ${index}` }, directory),
      ),
    );
    const won = saved.flatMap((each) => (each.status === 'fulfilled' ? [each.value?.name] : []));
    expect(won).toHaveLength(1);
    for (const each of saved) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(StaleVersionError);
    expect((await storages[0].directories.get(directory.id))?.name).toBe(won[0]);
    // Who means whatever is there loses nothing of what others change meanwhile.
    await Promise.all([
      first?.update(place, { hosts: [`${directory.id.toLowerCase()}.example`] }),
      second?.update(place, { policy: { activeByDefault: true } }),
      first?.disable(place),
      second?.update(place, { resourceTypes: ['User'] }),
    ]);
    expect(await storages[0].directories.get(directory.id)).toMatchObject({
      hosts: [`${directory.id.toLowerCase()}.example`],
      policy: { activeByDefault: true },
      disabledAt: T0,
      resourceTypes: ['User'],
    });
  });

  it('run transactions that read and then write as if one after the other, and lose nothing', async () => {
    await open(1, 0);
    await Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        for (;;) {
          try {
            return await storages[index % 2 ? 0 : 1].transaction(scope, async ({ directoryUsers }) => {
              const user = await directoryUsers.get(scope, 'u0');
              if (!user) throw new Error('u0 is gone');
              const count = Number(user.attributes['count'] ?? 0) + 1;
              return directoryUsers.update(scope, 'u0', { ...user, attributes: { count } }, user.version);
            });
          } catch (error) {
            if (!(error instanceof StaleVersionError)) throw error;
          }
        }
      }),
    );
    expect((await storages[0].directoryUsers.get(scope, 'u0'))?.attributes).toEqual({ count: 16 });
  });

  it('have their transactions seen as a whole or not at all', async () => {
    await open(2, 1);
    const [storage, second] = storages;
    const failing = storage.transaction(scope, async (inside) => {
      await change(inside, 'g0', ['u0'], []);
      await inside.directoryUsers.update(scope, 'u1', { lastModified: T1, attributes: { a: 1 }, uniqueKeys: [] }, 1);
      expect(await inside.groups.get(scope, 'g0')).toMatchObject({ memberCount: 1 });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await second.groups.get(scope, 'g0')).toMatchObject({ version: 1, memberCount: 0 });
    expect(await second.directoryUsers.get(scope, 'u1')).toMatchObject({ version: 1, attributes: {} });
  });

  it('have a transaction fail with one inside it, whatever is made of that', async () => {
    await open(1, 1);
    const [storage] = storages;
    const outer = storage.transaction(scope, async (inside) => {
      await change(inside, 'g0', ['u0'], []);
      await inside.transaction(scope, () => Promise.reject(new Error('inner'))).catch(() => undefined);
      return 'done';
    });
    await expect(outer).rejects.toThrow('inner');
    expect(await membersOf('g0')).toEqual([]);
  });

  it('cannot use the storage of a transaction after it, or for another organization', async () => {
    await open(1, 0);
    const [storage] = storages;
    const kept = await storage.transaction(scope, async (inside) => {
      const foreign = { ...scope, organizationId: 'globex' };
      await expect(inside.directoryUsers.get(foreign, 'u0')).rejects.toThrow('about one organization');
      return inside;
    });
    await expect(kept.directoryUsers.get(scope, 'u0')).rejects.toThrow('is over');
  });

  it('have calls at the same time inside a transaction follow each other', async () => {
    await open(20, 1);
    await storages[0].transaction(scope, async (inside) => {
      await Promise.all(Array.from({ length: 20 }, (_, index) => change(inside, 'g0', [`u${index}`], [])));
    });
    expect((await membersOf('g0')).sort()).toEqual(Array.from({ length: 20 }, (_, index) => `u${index}`).sort());
  });

  it('replace 100,000 members, and none of them again', async () => {
    await open(0, 1);
    await database.send(
      name === 'postgres'
        ? `insert into sso_resources (organization_id, directory_id, id, type, version, created, last_modified,
            attributes, unique_keys, key_entries) select 'acme', '${scope.directoryId}', 'm' || n, 'User', 1, '${T0}',
            '${T0}', '{}', '[]', '[]' from generate_series(1, 100000) as n`
        : `insert into sso_resources (organization_id, directory_id, id, type, version, created, last_modified,
            attributes, unique_keys, key_entries) with recursive r(n) as (select 1 union all select n + 1 from r
            where n < 100000) select 'acme', '${scope.directoryId}', 'm' || n, 'User', 1, '${T0}', '${T0}', '{}', '[]',
            '[]' from r`,
    );
    const replace = Array.from({ length: 100_000 }, (_, index) => `m${index + 1}`);
    const request = { change: { replace }, at: T1, unknown: 'refuse' } as const;
    const first = await storages[0].groups.changeMembers(scope, 'g0', request);
    expect(first?.added).toHaveLength(100_000);
    expect(first?.group).toMatchObject({ version: 2, memberCount: 100_000 });
    const again = await storages[1].groups.changeMembers(scope, 'g0', request);
    expect([again?.added, again?.removed, again?.group.version]).toEqual([[], [], 2]);
    const none = await storages[1].groups.changeMembers(scope, 'g0', { ...request, change: { replace: ['m7'] } });
    expect(none?.removed).toHaveLength(99_999);
    expect(none?.group).toMatchObject({ version: 3, memberCount: 1 });
  });
});

describe('a storage whose database is away', () => {
  it.each(DATABASES)('says on %s that it may work later', async (name) => {
    const database = await openDatabase(name);
    const storage = await database.storage();
    const scope = { organizationId: 'acme', directoryId: 'okta' };
    await storage.directoryUsers.get(scope, 'ada');
    await database.close();
    await expect(storage.directoryUsers.get(scope, 'ada')).rejects.toThrow(StorageUnavailableError);
    await expect(storage.groups.delete(scope, 'staff', 1, T1)).rejects.toThrow(StorageUnavailableError);
  });
});

// The embedded PostgreSQL has one session, in which nobody waits for another, see HAS_POSTGRES_SERVER.
(HAS_POSTGRES_SERVER ? describe : describe.skip)('a change of members on a PostgreSQL server', () => {
  const scope = { organizationId: 'acme', directoryId: 'okta' };
  const named = (id: string) => ({ id, created: T0, attributes: {}, uniqueKeys: [] });
  const opened: SqlDatabase[] = [];

  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });

  it.each<[string, (storage: Storage) => Promise<unknown>]>([
    ['its group', ({ groups }) => groups.delete(scope, 'crew', 1, T1)],
    ['a new member', ({ directoryUsers }) => directoryUsers.tombstone(scope, { id: 'ada', deletedAt: T1 }, 1)],
  ])('waits for whoever deletes %s, and then finds that gone', async (_what, erase) => {
    const database = await openDatabase('postgres');
    const other = database.another();
    opened.push(other, database);
    const storage = await database.storage();
    await storage.directoryUsers.insert(scope, named('ada'));
    await storage.groups.insert(scope, named('crew'), NOBODY);

    const change = await createSqlStorage(other.kysely, other.options).transaction(scope, async (inside) => {
      await erase(inside);
      const request = { change: { add: ['ada'], remove: [] }, at: T1, unknown: 'skip' } as const;
      const under = { way: storage.groups.changeMembers(scope, 'crew', request) };
      await untilWaiting(database, under.way);
      return under;
    });
    expect((await change.way)?.added ?? []).toEqual([]);
    expect(await database.send('select member_id from sso_memberships')).toEqual([]);
  });
});
