import { type DirectoryScope, type Filter, type Query, UniqueConflictError } from 'express-sso-scim';
import { type BrokenAdapter, broken } from './broken-adapter.js';

/** Faults of adapters that keep keys, indexes and counts beside what they describe: most calls hide them. */
export const BROKEN_SUBTLY: readonly BrokenAdapter[] = [
  broken('R17', 'of a unique key the first 255 characters are kept', () => ({ customResources }) => {
    const cut = <T extends { readonly uniqueKeys: readonly string[] }>(given: T): T => ({
      ...given,
      uniqueKeys: given.uniqueKeys.map((key) => key.slice(0, 255)),
    });
    return {
      customResources: { insert: (scope, type, resource) => customResources.insert(scope, type, cut(resource)) },
    };
  }),
  broken('T2', 'a filter does not see who was added inside', () => ({ transaction }) => ({
    transaction: (scope, work) =>
      transaction(scope, (inside) => {
        const made = new Set<string>();
        const { directoryUsers } = inside;
        const insert: typeof directoryUsers.insert = (at, user) => {
          made.add(user.id);
          return directoryUsers.insert(at, user);
        };
        const query: typeof directoryUsers.query = async (at, asked) => {
          const page = await directoryUsers.query(at, asked);
          if (!asked.filter) return page;
          const items = page.items.filter(({ id }) => !made.has(id));
          return { ...page, items, total: items.length };
        };
        return work({ ...inside, directoryUsers: { ...directoryUsers, insert, query } });
      }),
  })),
  broken('T8', 'unique keys are kept outside the transaction', () => {
    const taken = new Map<string, string>();
    return ({ directoryUsers }) => ({
      directoryUsers: {
        insert: async (scope, user) => {
          const held = user.uniqueKeys.find((key) => (taken.get(placeOf(scope, key)) ?? user.id) !== user.id);
          if (held !== undefined) throw new UniqueConflictError(held);
          const made = await directoryUsers.insert(scope, user);
          for (const key of user.uniqueKeys) taken.set(placeOf(scope, key), user.id);
          return made;
        },
        update: async (scope, id, change, ifVersion) => {
          const before = await directoryUsers.get(scope, id);
          const updated = await directoryUsers.update(scope, id, change, ifVersion);
          for (const key of before?.uniqueKeys ?? []) taken.delete(placeOf(scope, key));
          for (const key of change.uniqueKeys) taken.set(placeOf(scope, key), id);
          return updated;
        },
        tombstone: async (scope, deleted, ifVersion) => {
          const before = await directoryUsers.get(scope, deleted.id);
          await directoryUsers.tombstone(scope, deleted, ifVersion);
          for (const key of before?.uniqueKeys ?? []) taken.delete(placeOf(scope, key));
        },
      },
    });
  }),
  broken('T8', 'the index of names is written at once, and not taken back', () => {
    const names = new Map<string, unknown>();
    return ({ customResources }) => ({
      customResources: {
        update: async (scope, type, id, change, ifVersion) => {
          const updated = await customResources.update(scope, type, id, change, ifVersion);
          names.set(placeOf(scope, id), change.attributes['displayName']);
          return updated;
        },
        query: async (scope, type, query) => {
          const page = await customResources.query(scope, type, query);
          const wanted = nameIn(query);
          if (wanted === undefined) return page;
          const items = page.items.filter(({ id }) => (names.get(placeOf(scope, id)) ?? wanted) === wanted);
          return { ...page, items, total: items.length };
        },
      },
    });
  }),
  broken('T9', 'unique keys are compared with what was there before the transaction', () => ({ transaction }) => ({
    transaction: (scope, work) =>
      transaction(scope, (inside) => {
        const before = new Set<string>();
        const { directoryUsers } = inside;
        const tombstone: typeof directoryUsers.tombstone = async (at, deleted, ifVersion) => {
          for (const key of (await directoryUsers.get(at, deleted.id))?.uniqueKeys ?? []) before.add(key);
          return directoryUsers.tombstone(at, deleted, ifVersion);
        };
        const insert: typeof directoryUsers.insert = async (at, user) => {
          const held = user.uniqueKeys.find((key) => before.has(key));
          if (held !== undefined) throw new UniqueConflictError(held);
          return directoryUsers.insert(at, user);
        };
        return work({ ...inside, directoryUsers: { ...directoryUsers, tombstone, insert } });
      }),
  })),
  broken('Q16', 'the index of e-mail addresses is written once', () => {
    const first = new Map<string, unknown>();
    return ({ directoryUsers }) => ({
      directoryUsers: {
        insert: (scope, user) => {
          first.set(placeOf(scope, user.id), user.attributes['emails']);
          return directoryUsers.insert(scope, user);
        },
        query: async (scope, query) => {
          const page = await directoryUsers.query(scope, query);
          const { filter } = query;
          if (filter?.op !== 'eq' || filter.path[0] !== 'emails') return page;
          const isIndexed = (id: string) =>
            JSON.stringify(first.get(placeOf(scope, id))).includes(String(filter.value));
          const items = page.items.filter(({ id }) => isIndexed(id));
          return { ...page, items, total: items.length };
        },
      },
    });
  }),
  broken('Q16', 'hasMember finds the groups that a deleted person was in', () => {
    const ghosts = new Map<string, readonly string[]>();
    return ({ directoryUsers, groups }) => ({
      directoryUsers: {
        tombstone: async (scope, deleted, ifVersion) => {
          const found = await directoryUsers.getWithGroups(scope, deleted.id);
          await directoryUsers.tombstone(scope, deleted, ifVersion);
          const ids = (found?.groups ?? []).map(({ id }) => id);
          ghosts.set(placeOf(scope, deleted.id), ids);
        },
      },
      groups: {
        query: async (scope, query) => {
          const { filter } = query;
          const ids = filter?.op === 'hasMember' ? ghosts.get(placeOf(scope, filter.memberId)) : undefined;
          if (!ids) return groups.query(scope, query);
          const items = await groups.getMany(scope, ids);
          return { items, total: items.length };
        },
      },
    });
  }),
  broken('P8', 'a page holds a hundred at most', () => ({ directoryUsers }) => ({
    directoryUsers: {
      query: (scope, query) =>
        directoryUsers.query(scope, { ...query, page: { ...query.page, count: Math.min(100, query.page.count) } }),
    },
  })),
  broken('P8', 'the total is counted no further than a thousand', () => ({ directoryUsers }) => ({
    directoryUsers: {
      query: async (scope, query) => {
        const page = await directoryUsers.query(scope, query);
        return { ...page, total: Math.min(1000, page.total) };
      },
    },
  })),
  broken('C11', 'somebody gets into a group that is deleted meanwhile', () => {
    const ghosts = new Map<string, { readonly id: string; readonly displayName: string }>();
    return ({ groups }) => ({
      groups: {
        changeMembers: async (scope, id, request) => {
          const before = await groups.get(scope, id);
          await later();
          const result = await groups.changeMembers(scope, id, request);
          const [memberId] = 'replace' in request.change ? [] : request.change.add;
          if (before && !result && memberId !== undefined)
            ghosts.set(placeOf(scope, memberId), { id, displayName: id });
          return result;
        },
        groupsOf: async (scope, ids) => {
          const found = new Map(await groups.groupsOf(scope, ids));
          for (const id of ids) {
            const ghost = ghosts.get(placeOf(scope, id));
            if (ghost) found.set(id, [...(found.get(id) ?? []), ghost]);
          }
          return found;
        },
      },
    });
  }),
  broken('C11', 'a group is made of somebody who is deleted meanwhile', () => {
    const counts = new Map<string, number>();
    return ({ groups, directoryUsers }) => ({
      groups: {
        insert: async (scope, group, members) => {
          const alive = await directoryUsers.getMany(scope, members.ids);
          await later();
          const made = await groups.insert(scope, group, members);
          counts.set(placeOf(scope, group.id), alive.length);
          return made;
        },
        get: async (scope, id) => {
          const group = await groups.get(scope, id);
          const count = group?.version === 1 ? counts.get(placeOf(scope, id)) : undefined;
          return group && { ...group, memberCount: Math.max(group.memberCount, count ?? 0) };
        },
      },
    });
  }),
  broken('G7', 'groupsOf shows the name that a group was made with', () => {
    const names = new Map<string, string>();
    return ({ groups }) => ({
      groups: {
        insert: (scope, group, members) => {
          names.set(placeOf(scope, group.id), String(group.attributes['displayName'] ?? ''));
          return groups.insert(scope, group, members);
        },
        groupsOf: async (scope, ids) => {
          const found = await groups.groupsOf(scope, ids);
          return new Map(
            [...found].map(([id, all]) => [
              id,
              all.map((each) => ({ ...each, displayName: names.get(placeOf(scope, each.id)) ?? each.displayName })),
            ]),
          );
        },
      },
    });
  }),
];

function nameIn({ filter }: Query): unknown {
  const named = (each: Filter | undefined) =>
    each && 'value' in each && each.path.join('.') === 'displayName' ? each.value : undefined;
  return named(filter);
}

function placeOf({ organizationId, directoryId }: DirectoryScope, id: string): string {
  return JSON.stringify([organizationId, directoryId, id]);
}

function later(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
