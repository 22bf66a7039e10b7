import type { ManagedStorage, TrafficStores } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { type BulkFill, inBatches, MEMBERS } from './page-organization.js';
import {
  journalEntry,
  kindOf,
  type PageScale,
  pageGroupId,
  pageTeamId,
  pageUser,
  personId,
  personRecord,
  pushedId,
  pushedUsers,
} from './page-population.js';

const CREATED = '2026-11-01T00:00:00.000Z';

/** A storage in memory with the users and teams that it begins with, and what fills it through the port. */
export function openMemory(scales: readonly PageScale[]): {
  readonly storage: ManagedStorage & TrafficStores;
  readonly bulk: BulkFill;
} {
  const of = <T>(count: (scale: PageScale) => number, make: (index: number) => T) =>
    scales.flatMap((scale) =>
      Array.from({ length: count(scale) }, (_, index) => ({
        ...make(index),
        organizationId: scale.organizationId,
      })),
    );
  const storage = createMemoryStorage({
    organizations: scales.map(({ organizationId: id }) => ({ id, name: `The ${id} organization` })),
    users: of(({ users }) => users, pageUser),
    teams: of(
      ({ groups }) => groups,
      (index) => ({ id: pageTeamId(index), name: `Team ${index}` }),
    ),
  });
  return { storage, bulk: fillOver(storage) };
}

function fillOver(storage: ManagedStorage): BulkFill {
  const { directoryUsers, groups, people, grants, logins, journal } = storage;
  return {
    async addPeople(scope, scale) {
      await inBatches(scale.users, async (indexes) => {
        const records = indexes.flatMap((index) => personRecord(index, scale) ?? []);
        await people.put(scope, records);
        for (const index of indexes) await addPerson(index, scope, scale);
      });
    },

    async addGroups(scope, scale) {
      for (let index = 0; index < scale.groups; index += 1) {
        const first = (index * MEMBERS) % (pushedUsers(scale) - MEMBERS);
        const ids = Array.from({ length: MEMBERS }, (_, offset) => pushedId(first + offset));
        const attributes = { displayName: `Group ${index}` };
        await groups.insert(
          scope,
          { id: pageGroupId(index), created: CREATED, attributes, uniqueKeys: [] },
          { ids, unknown: 'refuse' },
        );
      }
    },

    addJournal: (scale) =>
      inBatches(scale.entries, (indexes) =>
        journal.append(
          scale,
          indexes.map((index) => journalEntry(index, scale)),
        ),
      ),
  };

  async function addPerson(
    index: number,
    scope: Parameters<BulkFill['addPeople']>[0],
    scale: PageScale,
  ): Promise<void> {
    const userId = personId(index);
    const kind = kindOf(index, scale);
    if (kind === 'login') {
      const link = { tenantId: 'tenant', linkKey: userId, identity: userId, userId, at: CREATED };
      await logins.insert(scope, link);
    }
    if (index >= pushedUsers(scale)) return;
    const attributes = { userName: `pushed.${index}@example.com`, active: kind !== 'ended' };
    await directoryUsers.insert(scope, { id: pushedId(index), created: CREATED, attributes, uniqueKeys: [] });
    await people.link(scope, pushedId(index), userId);
    const source = `directory:${scope.directoryId}` as const;
    const add = [
      { userId, target: 'organization', role: 'Member', source } as const,
      { userId, target: `team:${pageTeamId(0)}`, role: 'Member', source: 'group:group-0000' } as const,
    ];
    await grants.change(scope, { add, remove: [], change: [] });
  }
}
