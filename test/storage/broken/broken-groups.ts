import { type DirectoryScope, type GroupMember, StaleVersionError, UnknownMembersError } from 'express-sso-scim';
import { type BrokenAdapter, broken } from './broken-adapter.js';

const ALL = { after: '', limit: 100_000 };

/** Faults of groups and of changes of their members. */
export const BROKEN_GROUPS: readonly BrokenAdapter[] = [
  broken('G1', 'a group gets its first members in a second step', () => ({ groups }) => ({
    groups: {
      insert: async (scope, group, { ids, unknown }) => {
        const made = await groups.insert(scope, group, { ids: [], unknown });
        const request = { change: { add: ids, remove: [] }, at: group.created, unknown };
        return (await groups.changeMembers(scope, group.id, request))?.group ?? made;
      },
    },
  })),
  broken('G2', 'a group whose members are refused stays', () => ({ groups }) => ({
    groups: {
      insert: async (scope, group, members) => {
        try {
          return await groups.insert(scope, group, members);
        } catch (error) {
          if (error instanceof UnknownMembersError) await groups.insert(scope, group, { ids: [], unknown: 'skip' });
          throw error;
        }
      },
    },
  })),
  broken('G3', 'update empties a group', () => ({ groups }) => ({
    groups: {
      update: async (scope, id, change, ifVersion) => {
        const updated = await groups.update(scope, id, change, ifVersion);
        const request = { change: { replace: [] }, at: change.lastModified, unknown: 'skip' } as const;
        return (await groups.changeMembers(scope, id, request))?.group ?? updated;
      },
    },
  })),
  broken('G4', 'members have the names that they had when they were first read', () => {
    const names = new Map<string, GroupMember>();
    return ({ groups }) => ({
      groups: {
        members: async (scope, groupId, page) => {
          const found = await groups.members(scope, groupId, page);
          const items = found.items.map((member) => {
            const place = placeOf(scope, member.id);
            if (!names.has(place)) names.set(place, member);
            return names.get(place) ?? member;
          });
          return { ...found, items };
        },
      },
    });
  }),
  broken('G5', 'pages of members go by offset', () => ({ groups }) => ({
    groups: {
      members: async (scope, groupId, { after, limit }) => {
        const { items } = await groups.members(scope, groupId, ALL);
        const end = Number(after) + limit;
        return { items: items.slice(Number(after), end), ...(end < items.length && { next: String(end) }) };
      },
    },
  })),
  broken('G6', 'a full page of members always has a next one', () => ({ groups }) => ({
    groups: {
      members: async (scope, groupId, page) => {
        const found = await groups.members(scope, groupId, page);
        return found.items.length === page.limit && !found.next ? { ...found, next: '999999' } : found;
      },
    },
  })),
  broken('G7', 'groupsOf follows groups in groups', () => ({ groups }) => ({
    groups: {
      groupsOf: async (scope, ids) => {
        const direct = await groups.groupsOf(scope, ids);
        const all = new Map<string, { id: string; displayName: string }[]>();
        for (const [id, found] of direct) {
          const outer = await groups.groupsOf(
            scope,
            found.map((group) => group.id),
          );
          all.set(id, [...found, ...[...outer.values()].flat()]);
        }
        return all;
      },
    },
  })),
  broken('G8', 'a deleted group leaves its membership in others', () => {
    const ghosts = new Map<string, GroupMember[]>();
    return ({ groups }) => ({
      groups: {
        delete: async (scope, id, ...rest) => {
          const outer = (await groups.groupsOf(scope, [id])).get(id) ?? [];
          await groups.delete(scope, id, ...rest);
          for (const group of outer) ghosts.set(placeOf(scope, group.id), [{ id, type: 'Group' }]);
        },
        members: async (scope, groupId, page) => {
          const found = await groups.members(scope, groupId, page);
          return { ...found, items: [...found.items, ...(ghosts.get(placeOf(scope, groupId)) ?? [])] };
        },
      },
    });
  }),
  broken('G9', 'a deletion that is refused has emptied the group', () => ({ groups }) => ({
    groups: {
      delete: async (scope, id, ifVersion, at) => {
        if ((await groups.get(scope, id))?.version !== ifVersion) {
          await groups.changeMembers(scope, id, { change: { replace: [] }, at, unknown: 'skip' });
          throw new StaleVersionError(id);
        }
        return groups.delete(scope, id, ifVersion, at);
      },
    },
  })),
  broken('M1', 'changeMembers reports what was asked for', () => ({ groups }) => ({
    groups: {
      changeMembers: async (scope, id, request) => {
        const result = await groups.changeMembers(scope, id, request);
        const { change } = request;
        return result && ('replace' in change ? result : { ...result, added: change.add, removed: change.remove });
      },
    },
  })),
  broken('M2', 'a member change leaves lastModified', () => ({ groups }) => ({
    groups: {
      changeMembers: async (scope, id, request) => {
        const before = await groups.get(scope, id);
        const result = await groups.changeMembers(scope, id, request);
        return result && before && { ...result, group: { ...result.group, lastModified: before.lastModified } };
      },
    },
  })),
  broken('M3', 'a member change that changes nothing bumps the version', () => ({ groups }) => ({
    groups: {
      changeMembers: async (scope, id, request) => {
        const result = await groups.changeMembers(scope, id, request);
        if (!result || result.added.length + result.removed.length > 0) return result;
        const { attributes, uniqueKeys, version } = result.group;
        const change = { attributes, uniqueKeys, lastModified: request.at };
        return { ...result, group: await groups.update(scope, id, change, version) };
      },
    },
  })),
  broken('M4', 'replace only adds', () => ({ groups }) => ({
    groups: {
      changeMembers: (scope, id, request) => {
        const { change } = request;
        return groups.changeMembers(
          scope,
          id,
          'replace' in change ? { ...request, change: { add: change.replace, remove: [] } } : request,
        );
      },
    },
  })),
  broken('M5', 'a change that is refused has added the others', () => ({ groups }) => ({
    groups: {
      changeMembers: async (scope, id, request) => {
        try {
          return await groups.changeMembers(scope, id, request);
        } catch (error) {
          if (error instanceof UnknownMembersError)
            await groups.changeMembers(scope, id, { ...request, unknown: 'skip' });
          throw error;
        }
      },
    },
  })),
  broken('M6', '`unknown: skip` refuses all the same', () => ({ groups }) => ({
    groups: {
      changeMembers: (scope, id, request) => groups.changeMembers(scope, id, { ...request, unknown: 'refuse' }),
    },
  })),
  broken('M7', 'changeMembers ignores ifVersion', () => ({ groups }) => ({
    groups: {
      changeMembers: (scope, id, { ifVersion: _, ...request }) => groups.changeMembers(scope, id, request),
    },
  })),
  broken('M8', 'a member change of a missing group is an error', () => ({ groups }) => ({
    groups: {
      changeMembers: async (scope, id, request) => {
        const result = await groups.changeMembers(scope, id, request);
        if (!result) throw new StaleVersionError(id);
        return result;
      },
    },
  })),
  broken('M9', 'a statement takes 32,766 values', () => ({ groups }) => ({
    groups: {
      changeMembers: async (scope, id, request) => {
        const { change } = request;
        const ids = 'replace' in change ? change.replace : [...change.add, ...change.remove];
        if (ids.length > 32_766) throw new Error('too many SQL variables');
        return groups.changeMembers(scope, id, request);
      },
    },
  })),
  broken('M10', 'replace takes two members and no more', () => ({ groups }) => ({
    groups: {
      changeMembers: (scope, id, request) => {
        const { change } = request;
        const cut = 'replace' in change && change.replace.length > 2 ? { replace: change.replace.slice(0, 2) } : change;
        return groups.changeMembers(scope, id, { ...request, change: cut });
      },
    },
  })),
  broken('C4', 'changeMembers reads the list and writes it back', () => ({ groups }) => ({
    groups: {
      changeMembers: async (scope, id, request) => {
        const { change } = request;
        if ('replace' in change) return groups.changeMembers(scope, id, request);
        const before = await groups.members(scope, id, ALL);
        await new Promise((resolve) => setImmediate(resolve));
        const kept = before.items.map((member) => member.id).filter((each) => !change.remove.includes(each));
        return groups.changeMembers(scope, id, { ...request, change: { replace: [...kept, ...change.add] } });
      },
    },
  })),
  broken('C10', 'replace empties the group first', () => ({ groups }) => ({
    groups: {
      changeMembers: async (scope, id, request) => {
        const { change } = request;
        if (!('replace' in change)) return groups.changeMembers(scope, id, request);
        const gone = await groups.changeMembers(scope, id, { ...request, change: { replace: [] } });
        await new Promise((resolve) => setImmediate(resolve));
        const result = await groups.changeMembers(scope, id, request);
        return result && { ...result, removed: gone?.removed.filter((each) => !change.replace.includes(each)) ?? [] };
      },
    },
  })),
];

function placeOf({ organizationId, directoryId }: DirectoryScope, id: string): string {
  return JSON.stringify([organizationId, directoryId, id]);
}
