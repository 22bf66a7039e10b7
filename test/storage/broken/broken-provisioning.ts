import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import type { StorageUnderTest } from 'express-sso-scim/testing';
import type { ManagedStorage } from '../../../src/storage/managed-storage.js';
import type { OrganizationScope } from '../../../src/storage/scope.js';
import { type BrokenAdapter, brokenManaged as broken } from './broken-adapter.js';

const soon = () => new Promise((resolve) => setImmediate(resolve));

/** Faults of users and teams that are made, of people, grants, mappings, conflicts and holds. */
export const BROKEN_PROVISIONING: readonly BrokenAdapter[] = [
  broken('F1', 'a key is one for all calls', () => ({ users }) => ({
    users: { create: (scope, user) => users.create(scope, { ...user, key: `${user.key}${Math.random()}` }) },
  })),
  broken('F5', 'whoever signs in is taken for somebody made by hand', () => ({ users }) => ({
    users: {
      list: (scope, { standings, ...page }) =>
        users.list(scope, {
          ...page,
          ...(standings && { standings: standings.filter((each) => !/^login/.test(each)) }),
        }),
    },
  })),
  broken('F2', 'memberships of a removed user stay', () => ({ users, teams }) => ({
    users: {
      remove: async (scope, userId) => {
        const before = await teams.membershipsOf(scope, [userId]);
        await users.remove(scope, userId);
        await teams.setMemberships(scope, before);
      },
    },
  })),
  broken('F3', 'a renamed team is found by its first name', () => () => ({
    teams: { rename: async () => undefined },
  })),
  broken('F4', 'somebody who is in the team keeps the role', () => ({ teams }) => ({
    teams: {
      setMemberships: async (scope, wanted) => {
        const there = await teams.membershipsOf(
          scope,
          wanted.map(({ userId }) => userId),
        );
        const isThere = (teamId: string, userId: string) =>
          there.some((each) => each.teamId === teamId && each.userId === userId);
        await teams.setMemberships(
          scope,
          wanted.filter(({ teamId, userId, role }) => role === undefined || !isThere(teamId, userId)),
        );
      },
    },
  })),
  broken('N1', 'what is not given stays', () => ({ people }) => ({
    people: {
      put: async (scope, records) => {
        const before = await people.getMany(
          scope,
          records.map(({ userId }) => userId),
        );
        await people.put(
          scope,
          records.map((record, index) => {
            const {
              directoryUsers: _users,
              linked: _linked,
              ...kept
            } = before[index] ?? { userId: '', directoryUsers: [], linked: false };
            return { ...kept, ...record };
          }),
        );
      },
    },
  })),
  broken('N2', 'deleted directory users count', () => {
    const seen = new Map<string, { id: string; directoryId: string; active: boolean }[]>();
    return ({ people }) => ({
      people: {
        getMany: async (scope, ids) =>
          (await people.getMany(scope, ids)).map((person) => {
            const key = `${scope.organizationId} ${person.userId}`;
            const known = [...(seen.get(key) ?? []), ...person.directoryUsers];
            const all = [...new Map(known.map((each) => [`${each.directoryId} ${each.id}`, each])).values()];
            seen.set(key, all);
            return { ...person, directoryUsers: all };
          }),
      },
    });
  }),
  broken('N3', 'a second user of one person is taken', () => ({ people }) => ({
    people: { link: (...args) => people.link(...args).catch(() => undefined) },
  })),
  broken('N4', 'everybody counts who was pushed', () => ({ directoryUsers }) => ({
    people: {
      count: async (scope) => (await directoryUsers.query(scope, { page: { startIndex: 1, count: 1 } })).total,
    },
  })),
  broken('N5', 'a login that was free a moment ago is free', () => {
    const taken = new Map<string, string>();
    return ({ logins }) => ({
      logins: {
        insert: async (scope, link) => {
          const key = `${scope.organizationId} ${link.linkKey}`;
          const isFree = !taken.has(key);
          await soon();
          taken.set(key, link.userId);
          if (!isFree) return logins.insert(scope, link);
          await logins.insert(scope, link).catch(() => undefined);
        },
      },
    });
  }),
  { rule: 'N6', fault: 'transactions run at the same time, and a name means nothing', open: () => openParallel() },
  {
    rule: 'N7',
    fault: 'whatever name is said, the organization is waited for',
    open: () => openParallel(({ organizationId }) => organizationId),
  },
  {
    rule: 'N7',
    fault: 'a name is one for all organizations',
    open: () => openParallel((_, name) => name),
  },
  broken('W1', 'a change answers what was asked for', () => ({ grants }) => ({
    grants: {
      change: async (scope, change) => {
        await grants.change(scope, change);
        return change;
      },
    },
  })),
  broken('W2', 'the end of one reason is the end of all at that place', () => ({ grants }) => ({
    grants: {
      change: async (scope, change) => {
        const places = new Set(change.remove.map(({ userId, target }) => `${userId} ${target}`));
        const there = await grants.ofUsers(
          scope,
          change.remove.map(({ userId }) => userId),
        );
        return grants.change(scope, {
          ...change,
          remove: there.filter(({ userId, target }) => places.has(`${userId} ${target}`)),
        });
      },
    },
  })),
  broken('W3', 'inactive people always count', () => ({ grants }) => ({
    grants: { applyRows: (scope, plan, page) => grants.applyRows(scope, plan, { ...page, inactive: 'count' }) },
  })),
  broken('W4', 'a removed row takes every reason of that place', () => (inner) => ({
    grants: {
      applyRows: async (scope, plan, page) => {
        const step = await inner.grants.applyRows(scope, plan, page);
        await endPlaces(
          inner,
          scope,
          step.changed.remove.map(({ userId, target }) => ({ userId, target })),
        );
        return step;
      },
    },
  })),
  broken('W5', 'a preview carries itself out', () => ({ grants }) => ({
    grants: {
      previewRows: (...args) => grants.applyRows(...args),
    },
  })),
  broken('W6', 'a person is changed whether the transaction succeeds or not', () => {
    let outside: ManagedStorage | undefined;
    const waiting: (() => Promise<void>)[] = [];
    return (inner) => {
      outside ??= inner;
      const { people } = outside;
      return {
        people: {
          put: async (scope, records) => {
            waiting.push(() => people.put(scope, records));
          },
          getMany: async (...args) => {
            for (const put of waiting.splice(0)) await put();
            return inner.people.getMany(...args);
          },
        },
      };
    };
  }),
  broken('V1', 'the last who saves wins', () => ({ mappings }) => ({
    mappings: {
      putSettings: async (scope, settings) =>
        mappings.putSettings(scope, settings, (await mappings.settings(scope))?.version ?? 0),
    },
  })),
  broken('V2', 'a group has one row', () => ({ mappings }) => ({
    mappings: {
      changeRows: async (scope, { put, remove }) => {
        const groupIds = put.map(({ groupId }) => groupId);
        await mappings.changeRows(scope, { put: [], remove: await mappings.rows(scope) });
        await mappings.changeRows(scope, {
          put: put.filter(({ groupId }, index) => groupIds.indexOf(groupId) === index),
          remove,
        });
      },
    },
  })),
  broken('V3', 'the end of one override is the end of all of the person', () => ({ overrides }) => ({
    overrides: {
      remove: async (scope, places) =>
        overrides.remove(
          scope,
          await overrides.ofUsers(
            scope,
            places.map(({ userId }) => userId),
          ),
        ),
    },
  })),
  broken('X1', 'the same conflict again is another one', () => ({ conflicts }) => ({
    conflicts: {
      put: async (scope, conflict) => {
        await conflicts.remove(scope, conflict.subject);
        await conflicts.put(scope, conflict);
      },
    },
  })),
  broken('X2', 'a hold that has nothing to hold stays', () => ({ holds }) => ({
    holds: {
      release: async (scope, grants) => {
        const waiting = await holds.waiting(
          scope,
          grants.map(({ userId }) => userId),
        );
        if (waiting.length > grants.length) await holds.release(scope, grants);
      },
    },
  })),
  broken('X3', 'every loss counts', () => {
    let losses = 0;
    return ({ holds }) => ({
      holds: {
        noteLost: async (scope, userIds, at) => {
          losses += userIds.length;
          await holds.noteLost(scope, userIds, at);
        },
        lostSince: async (scope, since, without) => ((await holds.lostSince(scope, since, without)) > 0 ? losses : 0),
      },
    });
  }),
  broken('X4', 'a group that gives up one member gives up all', () => ({ pendingMembers }) => ({
    pendingMembers: { remove: (scope, groupId) => pendingMembers.remove(scope, groupId) },
  })),
];

async function endPlaces(
  { grants }: ManagedStorage,
  scope: { readonly organizationId: string },
  places: readonly { readonly userId: string; readonly target: string }[],
): Promise<void> {
  const there = await grants.ofUsers(
    scope,
    places.map(({ userId }) => userId),
  );
  const remove = there.filter(({ userId, target }) =>
    places.some((place) => place.userId === userId && place.target === target),
  );
  await grants.change(scope, { add: [], remove, change: [] });
}

/** A storage whose transactions run at the same time, and lock what is made of a name: nothing, unless told. */
function openParallel(lockedBy?: (scope: OrganizationScope, name: string) => string): StorageUnderTest {
  const storage: ManagedStorage = createMemoryStorage();
  const held = new Map<string, Promise<unknown>>();
  const transaction: ManagedStorage['transaction'] = async (_, work) => {
    let end: () => void = () => undefined;
    const isOver = new Promise<void>((resolve) => {
      end = resolve;
    });
    const lock = async (scope: OrganizationScope, name: string) => {
      if (!lockedBy) return;
      const key = lockedBy(scope, name);
      const before = held.get(key);
      held.set(key, isOver);
      await before;
    };
    try {
      return await work({ ...storage, people: { ...storage.people, lock } });
    } finally {
      end();
    }
  };
  return { storage: { ...storage, transaction } };
}
