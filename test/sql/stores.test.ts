import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type DirectoryScope,
  type ManagedStorage,
  PERSON_STANDINGS,
  type PersonStanding,
  type Storage,
  standingOf,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { createSqlStorage } from 'express-sso-scim/adapters/sql';
import { createSeededRandom } from '../../src/testing/seeded-random.js';
import { DATABASES, openDatabase, type SqlDatabase } from '../support/sql-databases.js';

const T0 = '2026-03-01T10:00:00.000Z';
const scope: DirectoryScope = { organizationId: 'acme', directoryId: 'acme-okta' };
const stranger: DirectoryScope = { organizationId: 'globex', directoryId: 'acme-okta' };

type Outcome = { readonly value: unknown } | { readonly error: string; readonly about: unknown };

/** What a call gives, or what it is refused with. */
async function outcome(call: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await call };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { name, ...about } = { ...error, name: error.name };
    return { error: `${name}: ${error.message}`, about };
  }
}

describe.each(DATABASES)('a storage on %s', (name) => {
  let database: SqlDatabase;
  let storage: Storage;

  beforeAll(async () => {
    database = await openDatabase(name);
    storage = await database.storage();
  });

  afterAll(() => database.close());

  it('answers every call as the memory storage does, whatever happened before', async () => {
    const memory = createMemoryStorage();
    const random = createSeededRandom(20261122);
    const userIds = Array.from({ length: 12 }, (_, index) => `u${index}`);
    const groupIds = Array.from({ length: 5 }, (_, index) => `g${index}`);
    const anyId = () => random.pick([...userIds, ...groupIds, 'nobody']);
    const some = (limit: number) => Array.from({ length: random.below(limit) }, anyId);
    const versions = new Map<string, number>();
    let seconds = 0;
    const now = () => {
      // The clock stands still now and then, and sometimes goes back.
      seconds += random.below(4) - 1;
      return new Date(Date.parse(T0) + seconds * 500).toISOString();
    };
    const attributesOf = (id: string) => ({
      userName: random.pick(['Ada', 'ada', 'BOB', id, 'İpek', 'x'.repeat(3000)]),
      displayName: random.pick(['Staff', 'staff', id, '']),
      ...(random.chance(0.5) && { emails: [{ value: `${id}@Acme.example` }, { value: 'all@acme.example' }] }),
    });
    const keysOf = ({ userName }: { readonly userName: string }) =>
      random.chance(0.8) ? [`userName:${userName.toLowerCase()}`, ...(random.chance(0.3) ? ['externalId:7'] : [])] : [];
    const versionOf = (id: string) => (random.chance(0.85) ? (versions.get(id) ?? 1) : random.below(9));

    for (let step = 0; step < 1500; step += 1) {
      const at = random.chance(0.9) ? scope : stranger;
      const userId = random.pick(userIds);
      const groupId = random.pick(groupIds);
      const custom = random.pick(['User', 'Entitlement']);
      const userAttributes = attributesOf(userId);
      const groupAttributes = attributesOf(groupId);
      const attributes = userAttributes;
      const uniqueKeys = keysOf(userAttributes);
      const groupKeys = random.chance(0.3) ? [`displayName:${groupAttributes.displayName}`] : [];
      const time = now();
      const unknown = random.pick(['refuse', 'skip'] as const);
      const accessEnding = random.chance(0.3) ? ({ accessEnding: true } as const) : {};
      const [toAdd, toRemove, wholeList, ifUser, ifGroup] = [
        some(6),
        some(4),
        some(6),
        versionOf(userId),
        versionOf(groupId),
      ];
      const remove = toRemove.filter((id) => !toAdd.includes(id));
      const change = random.chance(0.7) ? { add: toAdd, remove } : { replace: wholeList };
      const ifVersion = random.chance(0.3) ? { ifVersion: ifGroup } : {};
      const kept = random.chance(0.5)
        ? { kept: { id: userId, version: 1, created: T0, lastModified: T0, attributes, uniqueKeys } }
        : {};
      const isUpdated = random.chance(0.5);
      const calls: readonly ((to: Storage) => Promise<unknown>)[] = [
        (to) => to.directoryUsers.insert(at, { id: userId, created: time, attributes, uniqueKeys, ...accessEnding }),
        (to) =>
          to.directoryUsers.update(at, userId, { lastModified: time, attributes, uniqueKeys, ...accessEnding }, ifUser),
        (to) => to.directoryUsers.getWithGroups(at, userId),
        (to) => to.directoryUsers.get(at, userId),
        (to) =>
          isUpdated
            ? to.directoryUsers.tombstone(at, { id: userId, deletedAt: time, ...accessEnding, ...kept }, ifUser)
            : to.directoryUsers.getDeleted(at, userId),
        (to) => to.directoryUsers.clearAccessEnding(at, userId),
        (to) =>
          to.groups.insert(
            at,
            { id: groupId, created: time, attributes: groupAttributes, uniqueKeys: groupKeys },
            { ids: toAdd, unknown },
          ),
        (to) =>
          to.groups.update(
            at,
            groupId,
            { lastModified: time, attributes: groupAttributes, uniqueKeys: groupKeys },
            ifGroup,
          ),
        (to) => to.groups.changeMembers(at, groupId, { change, at: time, unknown, ...ifVersion }),
        (to) => to.groups.changeMembers(at, groupId, { change, at: time, unknown }),
        (to) => to.groups.get(at, groupId),
        (to) => to.groups.groupsOf(at, toAdd),
        (to) =>
          isUpdated && step % 3 === 0 ? to.groups.delete(at, groupId, ifGroup, time) : to.groups.get(at, groupId),
        async (to) =>
          (await to.groups.members(at, groupId, { after: '', limit: 100 })).items.toSorted((a, b) =>
            a.id < b.id ? -1 : 1,
          ),
        (to) => to.directoryUsers.query(at, { page: { startIndex: 1, count: 5 } }).then(({ items }) => items),
        (to) =>
          to.groups.query(at, { page: { startIndex: 2, count: 2 } }).then(({ items, total }) => ({ items, total })),
        (to) => to.customResources.insert(at, custom, { id: anyIdAt(step), created: time, attributes, uniqueKeys }),
        (to) =>
          to.customResources.update(at, custom, anyIdAt(step), { lastModified: time, attributes, uniqueKeys }, ifUser),
        (to) => to.customResources.get(at, custom, anyIdAt(step)),
        (to) => to.customResources.delete(at, custom, anyIdAt(step), ifUser),
        async (to) => (await to.directoryUsers.getMany(at, userIds)).toSorted((a, b) => a.id.localeCompare(b.id)),
      ];
      const call = random.pick(calls);
      const expected = await outcome(call(memory));
      const got = await outcome(call(storage));
      if ('value' in expected && Array.isArray((expected.value as { removed?: unknown })?.removed))
        sortRemoved(expected, got);
      expect({ step, call: String(call), ...got }).toEqual({ step, call: String(call), ...expected });
      for (const id of [userId, groupId]) {
        const now =
          (await memory.directoryUsers.get(scope, id)) ??
          (await memory.groups.get(scope, id)) ??
          (await memory.customResources.get(scope, custom, id));
        if (now) versions.set(id, now.version);
      }
    }
  });
});

function anyIdAt(step: number): string {
  return `u${step % 12}`;
}

/** Who leaves by a `replace` comes in no order in particular. */
function sortRemoved(...outcomes: readonly Outcome[]): void {
  for (const each of outcomes) {
    if (!('value' in each)) continue;
    const { value } = each;
    if (typeof value === 'object' && value !== null && 'removed' in value && Array.isArray(value.removed)) {
      value.removed = value.removed.toSorted();
    }
  }
}

describe.each([undefined, ...DATABASES])('the list of users by standing (%s)', (name) => {
  let database: SqlDatabase | undefined;
  let storage: ManagedStorage;

  beforeAll(async () => {
    database = name && (await openDatabase(name));
    await database?.storage();
    storage = database ? createSqlStorage(database.kysely, database.options) : createMemoryStorage();
  });

  afterAll(() => database?.close());

  it('holds exactly those who have it, after anything that can change it, and nothing that was taken back', async () => {
    const random = createSeededRandom(7);
    const userIds: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      userIds.push((await storage.users.create(scope, { key: `${index}`, email: `${index}@acme.example` })).id);
    }
    const directories = [scope, { ...scope, directoryId: 'acme-entra' }];
    let made = 0;
    const steps: readonly ((within: ManagedStorage, userId: string) => Promise<unknown>)[] = [
      ({ people }, userId) => people.put(scope, [{ userId }]),
      ({ people }, userId) => people.put(scope, [{ userId, invitedAt: T0 }]),
      ({ people }, userId) => people.put(scope, [{ userId, invitedAt: T0, activatedAt: T0 }]),
      ({ people }, userId) => people.put(scope, [{ userId, activatedAt: T0, ended: 'deactivated' }]),
      ({ people }, userId) => people.remove(scope, userId),
      async ({ people, directoryUsers }, userId) => {
        made += 1;
        const id = `d${made}`;
        const at = random.pick(directories);
        await directoryUsers.insert(at, { id, created: T0, attributes: {}, uniqueKeys: [] });
        await people.link(at, id, userId).catch(() => undefined);
      },
      async ({ people, directoryUsers }, userId) => {
        const at = random.pick(directories);
        const [person] = await people.getMany(scope, [userId]);
        const live = person?.directoryUsers.find(({ directoryId }) => directoryId === at.directoryId);
        if (live) await directoryUsers.tombstone(at, { id: live.id, deletedAt: T0 }, 1);
      },
      async ({ logins }, userId) => {
        made += 1;
        const link = { tenantId: 't', linkKey: `l${made}`, identity: `l${made}`, userId, at: T0 };
        if ((await logins.ofUser(scope, userId)).length === 0) await logins.insert(scope, link);
      },
      ({ logins }, userId) => logins.removeOfUser(scope, userId),
      async ({ users }, userId) => {
        made += 1;
        await users.remove(scope, userId);
        userIds[userIds.indexOf(userId)] = (
          await users.create(scope, { key: `again-${made}`, email: `${made}@acme.example` })
        ).id;
      },
    ];
    const standings = async () => {
      const found: Partial<Record<PersonStanding, readonly string[]>> = {};
      const expected: Partial<Record<PersonStanding, string[]>> = {};
      for (const person of await storage.people.getMany(scope, userIds.toSorted())) {
        const standing = standingOf(person);
        expected[standing] = [...(expected[standing] ?? []), person.userId];
      }
      for (const standing of PERSON_STANDINGS) {
        const page = { after: '', limit: 20, standings: [standing] };
        const ids = (await storage.users.list(scope, page)).map(({ id }) => id);
        if (ids.length > 0) found[standing] = ids;
      }
      return { found, expected };
    };
    for (let round = 0; round < 40; round += 1) {
      for (let step = 0; step < 4; step += 1) await random.pick(steps)(storage, random.pick(userIds));
      const before = [...userIds];
      const undone = storage.transaction(scope, async (within) => {
        const inside = within as ManagedStorage;
        for (let step = 0; step < 3; step += 1) await random.pick(steps)(inside, random.pick(userIds));
        throw new RangeError('taken back');
      });
      await expect(undone).rejects.toThrow(RangeError);
      userIds.splice(0, userIds.length, ...before);
      const { found, expected } = await standings();
      expect(found).toEqual(expected);
      const some = random.pick(PERSON_STANDINGS);
      const others = PERSON_STANDINGS.filter((each) => each !== some);
      const page = await storage.users.list(scope, { after: userIds[3] ?? '', limit: 4, standings: others });
      const left = userIds.filter((id) => id > (userIds[3] ?? '') && !expected[some]?.includes(id)).toSorted();
      expect(page.map(({ id }) => id)).toEqual(left.slice(0, 4));
    }
  });
});
