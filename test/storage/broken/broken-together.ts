import {
  type DirectoryScope,
  StaleVersionError,
  type Storage,
  UniqueConflictError,
  UnknownMembersError,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { type BrokenAdapter, broken } from './broken-adapter.js';

const organization = { id: 'acme', name: 'Acme' };
const user = { id: 'ada', email: 'Ada@Acme.example', organizationId: 'acme' };
const team = { id: 'ops', name: 'Ops', organizationId: 'acme' };
const host = { organizations: [organization], users: [user], teams: [team] };

/** Faults that show when calls overlap, in transactions, between tenants, and over time. */
export const BROKEN_TOGETHER: readonly BrokenAdapter[] = [
  broken('C1', 'a unique key that was free a moment ago is free', () => ({ directoryUsers }) => ({
    directoryUsers: {
      insert: async (scope, given) => {
        const { items } = await directoryUsers.query(scope, { page: { startIndex: 1, count: 1000 } });
        const taken = given.uniqueKeys.find((key) => items.some(({ uniqueKeys }) => uniqueKeys.includes(key)));
        if (taken !== undefined) throw new UniqueConflictError(taken);
        await later();
        return directoryUsers.insert(scope, { ...given, uniqueKeys: [] });
      },
    },
  })),
  broken('C2', 'an insert of an id that is taken succeeds', () => ({ groups }) => ({
    groups: {
      insert: (scope, group, members) =>
        groups.insert(scope, group, members).catch((error: unknown) => {
          if (!(error instanceof UniqueConflictError)) throw error;
          return { ...group, version: 1, lastModified: group.created, memberCount: 0 };
        }),
    },
  })),
  broken('C5', 'a member change says what it found to do, not what it did', () => ({ groups }) => ({
    groups: {
      changeMembers: async (scope, id, request) => {
        const { change } = request;
        if ('replace' in change) return groups.changeMembers(scope, id, request);
        const { items } = await groups.members(scope, id, { after: '', limit: 1000 });
        await later();
        const isIn = new Set(items.map((member) => member.id));
        const result = await groups.changeMembers(scope, id, request);
        const added = [...new Set(change.add)].filter((each) => !isIn.has(each));
        return result && { ...result, added, removed: [...new Set(change.remove)].filter((each) => isIn.has(each)) };
      },
    },
  })),
  broken('C6', 'memberCount is counted beside the members', () => {
    const extra = new Map<string, number>();
    return ({ groups, directoryUsers }) => ({
      directoryUsers: {
        tombstone: async (scope, deleted, ifVersion) => {
          const found = await directoryUsers.getWithGroups(scope, deleted.id);
          await directoryUsers.tombstone(scope, deleted, ifVersion);
          for (const { id } of found?.groups ?? [])
            extra.set(placeOf(scope, id), (extra.get(placeOf(scope, id)) ?? 0) + 1);
        },
      },
      groups: {
        get: async (scope, id) => {
          const group = await groups.get(scope, id);
          return group && { ...group, memberCount: group.memberCount + (extra.get(placeOf(scope, id)) ?? 0) };
        },
      },
    });
  }),
  broken('C7', 'a second deletion succeeds', () => ({ customResources }) => ({
    customResources: {
      delete: (...args) =>
        customResources.delete(...args).catch((error: unknown) => {
          if (!(error instanceof StaleVersionError)) throw error;
        }),
    },
  })),
  broken('C9', 'transactions lose changes of each other', () => (inner) => ({
    transaction: async (_, work) => {
      const { directoryUsers } = inner;
      const update: typeof directoryUsers.update = async (scope, id, change) => {
        await later();
        return directoryUsers.update(scope, id, change, (await directoryUsers.get(scope, id))?.version ?? 0);
      };
      return work({ ...inner, directoryUsers: { ...directoryUsers, update } });
    },
  })),
  broken('T1', 'a transaction is never committed', () => (inner) => ({
    transaction: async (scope, work) => {
      const answers: Awaited<ReturnType<typeof work>>[] = [];
      const forgotten = inner.transaction(scope, async (inside) => {
        answers.push(await work(inside));
        throw new RangeError('forgotten');
      });
      await forgotten.catch((error: unknown) => {
        if (!(error instanceof RangeError)) throw error;
      });
      return answers[0] as (typeof answers)[number];
    },
  })),
  inTransactions('T2', 'what is kept of the deleted is not seen inside', (inside) => ({
    ...inside,
    directoryUsers: { ...inside.directoryUsers, getDeleted: async () => undefined },
  })),
  broken('T3', 'a transaction that fails keeps what it has done', () => (inner) => ({
    transaction: (_, work) => work(inner),
  })),
  broken('T3', 'a transaction that fails takes back people, and not directories', () => (inner) => ({
    transaction: async (scope, work) => {
      const writes: (() => Promise<void>)[] = [];
      try {
        return await inner.transaction(scope, (inside) => {
          const update: typeof inside.directories.update = async (directory) => {
            writes.push(() => inner.directories.update(directory));
            await inside.directories.update(directory);
          };
          return work({ ...inside, directories: { ...inside.directories, update } });
        });
      } catch (error) {
        for (const write of writes) await write();
        throw error;
      }
    },
  })),
  broken('T4', 'others see a transaction before its end', () => (inner) => ({
    transaction: (_, work) => work(inner),
  })),
  broken('T5', 'a transaction inside one is committed early', () => (inner) => ({
    transaction: async (scope, work) => {
      const early: (() => Promise<unknown>)[] = [];
      try {
        return await inner.transaction(scope, (inside) =>
          work({
            ...inside,
            transaction: (at, nested) =>
              inside.transaction(at, (within) => {
                const insert: typeof within.directoryUsers.insert = async (place, given) => {
                  early.push(() => inner.directoryUsers.insert(place, given));
                  return within.directoryUsers.insert(place, given);
                };
                return nested({ ...within, directoryUsers: { ...within.directoryUsers, insert } });
              }),
          }),
        );
      } catch (error) {
        for (const write of early) await write();
        throw error;
      }
    },
  })),
  inTransactions('T6', 'a failure inside that is caught is forgotten', (inside) => ({
    ...inside,
    transaction: (_, work) => work(inside),
  })),
  broken('T7', 'a call that is refused makes the whole transaction fail', () => (inner) => ({
    transaction: (scope, work) =>
      inner.transaction(scope, async (inside) => {
        const failures: unknown[] = [];
        const insert: typeof inside.directoryUsers.insert = (...args) =>
          inside.directoryUsers.insert(...args).catch((error: unknown) => {
            failures.push(error);
            throw error;
          });
        const answer = await work({ ...inside, directoryUsers: { ...inside.directoryUsers, insert } });
        if (failures.length > 0) throw failures[0];
        return answer;
      }),
  })),
  broken('S1', 'unique keys are held over all directories', () => {
    const keys = new Map<string, string>();
    return ({ customResources }) => ({
      customResources: {
        insert: async (scope, type, resource) => {
          const taken = resource.uniqueKeys.find((key) => (keys.get(key) ?? scope.directoryId) !== scope.directoryId);
          if (taken !== undefined) throw new UniqueConflictError(taken);
          for (const key of resource.uniqueKeys) keys.set(key, scope.directoryId);
          return customResources.insert(scope, type, resource);
        },
      },
    });
  }),
  broken('S2', 'get does not look at the tenant', () => {
    const homes = new Map<string, DirectoryScope>();
    return ({ directoryUsers }) => ({
      directoryUsers: {
        insert: (scope, given) => {
          homes.set(given.id, scope);
          return directoryUsers.insert(scope, given);
        },
        get: async (scope, id) =>
          (await directoryUsers.get(scope, id)) ?? directoryUsers.get(homes.get(id) ?? scope, id),
      },
    });
  }),
  broken('S2', 'the ids of organization and directory are put together without a border', () => {
    const homes = new Map<string, DirectoryScope>();
    const keyOf = ({ organizationId, directoryId }: DirectoryScope) => `${organizationId}${directoryId}`;
    return ({ directoryUsers }) => ({
      directoryUsers: {
        insert: (scope, given) => {
          homes.set(keyOf(scope), scope);
          return directoryUsers.insert(scope, given);
        },
        get: async (scope, id) => directoryUsers.get(homes.get(keyOf(scope)) ?? scope, id),
      },
    });
  }),
  broken('S2', 'groupsOf answers groups of another directory', () => {
    const homes = new Map<string, DirectoryScope>();
    return ({ groups }) => ({
      groups: {
        insert: (scope, group, members) => {
          for (const id of members.ids) homes.set(id, scope);
          return groups.insert(scope, group, members);
        },
        groupsOf: async (scope, ids) => {
          const found = new Map(await groups.groupsOf(scope, ids));
          for (const id of ids) {
            if (found.get(id)?.length) continue;
            found.set(id, (await groups.groupsOf(homes.get(id) ?? scope, [id])).get(id) ?? []);
          }
          return found;
        },
      },
    });
  }),
  broken('S3', 'a write looks at the directory and not at the organization', () => {
    const homes = new Map<string, DirectoryScope>();
    return ({ groups }) => ({
      groups: {
        insert: (scope, group, members) => {
          homes.set(scope.directoryId, scope);
          return groups.insert(scope, group, members);
        },
        changeMembers: (scope, ...rest) => groups.changeMembers(homes.get(scope.directoryId) ?? scope, ...rest),
      },
    });
  }),
  broken('S4', 'members from elsewhere are left out where they should refuse', () => {
    const known = new Set<string>();
    return ({ groups, directoryUsers }) => ({
      directoryUsers: {
        insert: (scope, given) => {
          known.add(given.id);
          return directoryUsers.insert(scope, given);
        },
      },
      groups: {
        changeMembers: (scope, id, request) =>
          groups.changeMembers(scope, id, request).catch((error: unknown) => {
            if (!(error instanceof UnknownMembersError) || !error.memberIds.every((each) => known.has(each)))
              throw error;
            return groups.changeMembers(scope, id, { ...request, unknown: 'skip' });
          }),
      },
    });
  }),
  broken('S5', 'clearAccessEnding goes by the id alone', () => {
    const scopes = new Map<string, DirectoryScope>();
    return ({ directoryUsers }) => ({
      directoryUsers: {
        tombstone: (scope, ...rest) => {
          scopes.set(scope.directoryId, scope);
          return directoryUsers.tombstone(scope, ...rest);
        },
        clearAccessEnding: async (_, id) => {
          for (const scope of scopes.values()) await directoryUsers.clearAccessEnding(scope, id);
        },
      },
    });
  }),
  broken('S6', 'the tenant of a call is kept on a shared object', () => {
    const shared: { scope?: DirectoryScope } = {};
    return ({ groups }) => ({
      groups: {
        changeMembers: async (scope, ...rest) => {
          shared.scope = scope;
          await later();
          return groups.changeMembers(shared.scope, ...rest);
        },
      },
    });
  }),
  {
    rule: 'L1',
    fault: 'what was answered is not there when the data is opened again',
    open: () => ({ storage: createMemoryStorage(), reopen: async () => createMemoryStorage() }),
  },
  {
    rule: 'H1',
    fault: 'a user of the host is found from every organization',
    open: () => {
      const storage = createMemoryStorage(host);
      const users = {
        ...storage.users,
        get: (_: unknown, id: string) => storage.users.get({ organizationId: 'acme' }, id),
      };
      return { storage: { ...storage, users }, host };
    },
  },
  {
    rule: 'H2',
    fault: 'an e-mail address is compared with case',
    open: () => {
      const storage = createMemoryStorage(host);
      const findByEmail: Storage['users']['findByEmail'] = async (scope, email) =>
        email === user.email ? storage.users.findByEmail(scope, email) : undefined;
      return { storage: { ...storage, users: { ...storage.users, findByEmail } }, host };
    },
  },
];

/** A storage that is changed inside transactions alone. */
function inTransactions(rule: string, fault: string, change: (inside: Storage) => Storage): BrokenAdapter {
  return broken(rule, fault, () => (inner) => ({
    transaction: (scope, work) => inner.transaction(scope, (inside) => work(change(inside))),
  }));
}

function later(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function placeOf({ organizationId, directoryId }: DirectoryScope, id: string): string {
  return JSON.stringify([organizationId, directoryId, id]);
}
