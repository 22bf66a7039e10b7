import {
  type DirectoryScope,
  type DirectoryUser,
  type GroupMember,
  type JsonObject,
  StaleVersionError,
  UniqueConflictError,
} from 'express-sso-scim';
import { type BrokenAdapter, broken } from './broken-adapter.js';

/** Faults of single resources and of people. */
export const BROKEN_RESOURCES: readonly BrokenAdapter[] = [
  broken('R1', 'a new resource has version 0', () => ({ directoryUsers }) => ({
    directoryUsers: { insert: async (...args) => ({ ...(await directoryUsers.insert(...args)), version: 0 }) },
  })),
  broken('R2', 'what is missing is null, as a driver gives it', () => ({ groups }) => ({
    groups: { get: async (...args) => (await groups.get(...args)) ?? (JSON.parse('null') as undefined) },
  })),
  broken('R3', 'text is trimmed', () => ({ customResources }) => ({
    customResources: {
      insert: (scope, type, resource) =>
        customResources.insert(scope, type, { ...resource, uniqueKeys: resource.uniqueKeys.map((key) => key.trim()) }),
    },
  })),
  broken('R4', 'keys are sorted, as jsonb does', () => ({ directoryUsers }) => ({
    directoryUsers: {
      insert: (scope, user) => {
        const attributes: JsonObject = Object.fromEntries(
          Object.entries(user.attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
        );
        return directoryUsers.insert(scope, { ...user, attributes });
      },
    },
  })),
  broken('R5', 'insert ignores unique keys', () => ({ directoryUsers }) => ({
    directoryUsers: {
      insert: (scope, user) =>
        directoryUsers.insert(scope, user).catch((error: unknown) => {
          if (!(error instanceof UniqueConflictError) || error.key.startsWith('id:')) throw error;
          return directoryUsers.insert(scope, { ...user, uniqueKeys: [] });
        }),
    },
  })),
  broken('R5', 'the error of a conflict names no key', () => ({ groups }) => ({
    groups: {
      insert: (...args) =>
        groups.insert(...args).catch((error: unknown) => {
          throw error instanceof UniqueConflictError ? new UniqueConflictError('unknown') : error;
        }),
    },
  })),
  broken('R6', 'unique keys are compared without accents', () => ({ directoryUsers }) => ({
    directoryUsers: {
      insert: async (scope, user) => {
        const bare = (key: string) => key.normalize('NFD').replace(/\p{Mn}/gu, '');
        const { items } = await directoryUsers.query(scope, { page: { startIndex: 1, count: 1000 } });
        const held = new Set(items.flatMap(({ uniqueKeys }) => uniqueKeys.map(bare)));
        const taken = user.uniqueKeys.find((key) => held.has(bare(key)));
        if (taken !== undefined) throw new UniqueConflictError(taken);
        return directoryUsers.insert(scope, user);
      },
    },
  })),
  broken('R7', 'one unique index over all types', () => ({ directoryUsers, groups }) => ({
    groups: {
      insert: async (scope, group, members) => {
        const { items } = await directoryUsers.query(scope, { page: { startIndex: 1, count: 1000 } });
        const taken = group.uniqueKeys.find((key) => items.some(({ uniqueKeys }) => uniqueKeys.includes(key)));
        if (taken !== undefined) throw new UniqueConflictError(taken);
        return groups.insert(scope, group, members);
      },
    },
  })),
  broken('R8', 'a tombstone frees the id', () => {
    const again = new Map<string, DirectoryUser>();
    return ({ directoryUsers }) => ({
      directoryUsers: {
        insert: async (scope, user) => {
          if (!(await directoryUsers.getDeleted(scope, user.id))) return directoryUsers.insert(scope, user);
          const made = { ...user, version: 1, lastModified: user.created };
          again.set(placeOf(scope, user.id), made);
          return made;
        },
        get: async (scope, id) => again.get(placeOf(scope, id)) ?? directoryUsers.get(scope, id),
      },
    });
  }),
  broken('R9', 'the version does not grow', () => ({ directoryUsers }) => ({
    directoryUsers: {
      get: async (...args) => inVersionOne(await directoryUsers.get(...args)),
      update: async (scope, id, change) => {
        const version = (await directoryUsers.get(scope, id))?.version ?? 0;
        return { ...(await directoryUsers.update(scope, id, change, version)), version: 1 };
      },
    },
  })),
  broken('R9', 'update merges attributes', () => ({ groups }) => ({
    groups: {
      update: async (scope, id, change, ifVersion) => {
        const before = await groups.get(scope, id);
        return groups.update(
          scope,
          id,
          { ...change, attributes: { ...before?.attributes, ...change.attributes } },
          ifVersion,
        );
      },
    },
  })),
  broken('R10', 'update ignores ifVersion', () => ({ customResources }) => ({
    customResources: {
      update: async (scope, type, id, change, ifVersion) =>
        customResources.update(
          scope,
          type,
          id,
          change,
          (await customResources.get(scope, type, id))?.version ?? ifVersion,
        ),
    },
  })),
  broken('C3', 'update looks at the version first and writes later', () => ({ groups }) => ({
    groups: {
      update: async (scope, id, change, ifVersion) => {
        if ((await groups.get(scope, id))?.version !== ifVersion) throw new StaleVersionError('');
        await new Promise((resolve) => setImmediate(resolve));
        return groups.update(scope, id, change, (await groups.get(scope, id))?.version ?? 0);
      },
    },
  })),
  broken('R11', 'update keeps the old unique keys taken', () => {
    const kept = new Map<string, string>();
    return ({ directoryUsers }) => ({
      directoryUsers: {
        update: async (scope, id, change, ifVersion) => {
          const before = await directoryUsers.get(scope, id);
          const updated = await directoryUsers.update(scope, id, change, ifVersion);
          for (const key of before?.uniqueKeys ?? []) kept.set(placeOf(scope, key), id);
          return updated;
        },
        insert: async (scope, user) => {
          const taken = user.uniqueKeys.find((key) => kept.has(placeOf(scope, key)));
          if (taken !== undefined) throw new UniqueConflictError(taken);
          return directoryUsers.insert(scope, user);
        },
      },
    });
  }),
  broken('R12', 'lastModified is what was given, also when that is earlier', () => ({ directoryUsers }) => ({
    directoryUsers: {
      update: async (scope, id, change, ifVersion) => ({
        ...(await directoryUsers.update(scope, id, change, ifVersion)),
        lastModified: change.lastModified,
      }),
    },
  })),
  broken('R13', 'a deleted resource keeps its unique keys', () => {
    const kept = new Set<string>();
    return ({ customResources }) => ({
      customResources: {
        delete: async (scope, type, id, ifVersion) => {
          const before = await customResources.get(scope, type, id);
          await customResources.delete(scope, type, id, ifVersion);
          for (const key of before?.uniqueKeys ?? []) kept.add(placeOf(scope, `${type} ${key}`));
        },
        insert: async (scope, type, resource) => {
          const taken = resource.uniqueKeys.find((key) => kept.has(placeOf(scope, `${type} ${key}`)));
          if (taken !== undefined) throw new UniqueConflictError(taken);
          return customResources.insert(scope, type, resource);
        },
      },
    });
  }),
  broken('R14', 'delete ignores ifVersion', () => ({ groups }) => ({
    groups: {
      delete: async (scope, id, ifVersion, at) =>
        groups.delete(scope, id, (await groups.get(scope, id))?.version ?? ifVersion, at),
    },
  })),
  broken('R15', 'get hands out the stored object itself', () => {
    const stored = new Map<string, { readonly version: number; readonly user: DirectoryUser }>();
    return ({ directoryUsers }) => ({
      directoryUsers: {
        get: async (scope, id) => {
          const user = await directoryUsers.get(scope, id);
          const known = stored.get(placeOf(scope, id));
          if (!user || known?.version === user.version) return user && known?.user;
          const copy = { version: user.version, user: structuredClone(user) };
          stored.set(placeOf(scope, id), copy);
          return copy.user;
        },
      },
    });
  }),
  broken('R15', 'insert keeps the object that was given', () => {
    const given = new Map<string, JsonObject>();
    return ({ customResources }) => ({
      customResources: {
        insert: (scope, type, resource) => {
          given.set(placeOf(scope, resource.id), resource.attributes);
          return customResources.insert(scope, type, structuredClone(resource));
        },
        get: async (scope, type, id) => {
          const found = await customResources.get(scope, type, id);
          const attributes = given.get(placeOf(scope, id));
          return found?.version === 1 && attributes ? { ...found, attributes } : found;
        },
      },
    });
  }),
  broken('R16', 'getMany repeats what is asked for twice', () => ({ directoryUsers }) => ({
    directoryUsers: {
      getMany: async (scope, ids) => {
        const found = new Map((await directoryUsers.getMany(scope, ids)).map((user) => [user.id, user]));
        return ids.flatMap((id) => found.get(id) ?? []);
      },
    },
  })),
  broken('U1', 'the groups of a person come in order of their names', () => ({ directoryUsers }) => ({
    directoryUsers: {
      getWithGroups: async (...args) => {
        const found = await directoryUsers.getWithGroups(...args);
        return found && { ...found, groups: found.groups.toSorted((a, b) => (a.displayName < b.displayName ? -1 : 1)) };
      },
    },
  })),
  broken('U7', 'a page carries no more than one group of a person', () => ({ directoryUsers, groups }) => ({
    directoryUsers: {
      query: async (scope, query) => {
        const page = await directoryUsers.query(scope, query);
        if (!query.withGroups) return page;
        const found = await groups.groupsOf(
          scope,
          page.items.map(({ id }) => id),
        );
        return { ...page, groups: new Map([...found].map(([id, references]) => [id, references.slice(0, 1)])) };
      },
    },
  })),
  broken('U2', 'a tombstone leaves memberships', () => {
    const ghosts = new Map<string, GroupMember[]>();
    return ({ directoryUsers, groups }) => ({
      directoryUsers: {
        tombstone: async (scope, deleted, ifVersion) => {
          const found = await directoryUsers.getWithGroups(scope, deleted.id);
          await directoryUsers.tombstone(scope, deleted, ifVersion);
          for (const { id } of found?.groups ?? []) {
            const place = placeOf(scope, id);
            ghosts.set(place, [...(ghosts.get(place) ?? []), { id: deleted.id, type: 'User' }]);
          }
        },
      },
      groups: {
        members: async (scope, groupId, page) => {
          const found = await groups.members(scope, groupId, page);
          return found.next ? found : { items: [...found.items, ...(ghosts.get(placeOf(scope, groupId)) ?? [])] };
        },
      },
    });
  }),
  broken('U2', 'a tombstone does not change the groups that lose a member', () => {
    const shift = new Map<string, number>();
    return ({ directoryUsers, groups }) => ({
      directoryUsers: {
        tombstone: async (scope, deleted, ifVersion) => {
          const found = await directoryUsers.getWithGroups(scope, deleted.id);
          await directoryUsers.tombstone(scope, deleted, ifVersion);
          for (const { id } of found?.groups ?? [])
            shift.set(placeOf(scope, id), (shift.get(placeOf(scope, id)) ?? 0) + 1);
        },
      },
      groups: {
        get: async (scope, id) => {
          const group = await groups.get(scope, id);
          return group && { ...group, version: group.version - (shift.get(placeOf(scope, id)) ?? 0) };
        },
      },
    });
  }),
  broken(
    'U3',
    'a tombstone that is refused has taken the person out of groups',
    () =>
      ({ directoryUsers, groups }) => ({
        directoryUsers: {
          tombstone: async (scope, deleted, ifVersion) => {
            const found = await directoryUsers.getWithGroups(scope, deleted.id);
            const request = {
              change: { add: [], remove: [deleted.id] },
              at: deleted.deletedAt,
              unknown: 'skip',
            } as const;
            for (const { id } of found?.groups ?? []) await groups.changeMembers(scope, id, request);
            return directoryUsers.tombstone(scope, deleted, ifVersion);
          },
        },
      }),
  ),
  broken('U4', 'a tombstone keeps the id alone', () => ({ directoryUsers }) => ({
    directoryUsers: {
      tombstone: (scope, { id, deletedAt }, ifVersion) => directoryUsers.tombstone(scope, { id, deletedAt }, ifVersion),
    },
  })),
  broken('U5', 'an update without accessEnding leaves it', () => ({ directoryUsers }) => ({
    directoryUsers: {
      update: async (scope, id, change, ifVersion) => {
        const { accessEnding } = (await directoryUsers.get(scope, id)) ?? {};
        return directoryUsers.update(scope, id, { ...(accessEnding && { accessEnding }), ...change }, ifVersion);
      },
    },
  })),
  broken('U6', 'clearAccessEnding bumps the version', () => ({ directoryUsers }) => ({
    directoryUsers: {
      clearAccessEnding: async (scope, id) => {
        const user = await directoryUsers.get(scope, id);
        if (!user?.accessEnding) return directoryUsers.clearAccessEnding(scope, id);
        const { attributes, uniqueKeys, lastModified, version } = user;
        await directoryUsers.update(scope, id, { attributes, uniqueKeys, lastModified }, version);
        return undefined;
      },
    },
  })),
  broken('U6', 'clearAccessEnding reaches nobody deleted', () => ({ directoryUsers }) => ({
    directoryUsers: {
      clearAccessEnding: async (scope, id) => {
        if (await directoryUsers.get(scope, id)) await directoryUsers.clearAccessEnding(scope, id);
      },
    },
  })),
];

function placeOf({ organizationId, directoryId }: DirectoryScope, id: string): string {
  return JSON.stringify([organizationId, directoryId, id]);
}

function inVersionOne<T extends object>(resource: T | undefined): T | undefined {
  return resource && { ...resource, version: 1 };
}
