import { foldCase } from '../../core/fold.js';
import { newId } from '../../core/id.js';
import type { ManagedTeamStore, Team } from '../../storage/host-storage.js';
import type { Access } from './access.js';
import type { HostTeam } from './organization-tables.js';
import { pageBehind, placeKey } from './record-table.js';

/** The teams of an organization: those from the start, and those that are made later. */
export function createManagedTeams(access: Access): ManagedTeamStore {
  return {
    get: (scope, id) => access.readTables(scope, ({ teams }) => shown(teams.get(id))),
    findByName: (scope, name) => access.readTables(scope, ({ teams }) => shown(teams.find(0, foldCase(name))[0])),
    list: (scope, page) =>
      access.readTables(scope, ({ teams }) => teams.page(page).flatMap((team) => shown(team) ?? [])),
    findByIdentifiers: (scope, identifiers) =>
      access.readTables(scope, ({ teams }) => {
        const folded = new Set(identifiers.map(foldCase));
        return [...folded].flatMap((identifier) => teams.find(2, identifier)).flatMap((team) => shown(team) ?? []);
      }),

    create: (scope, { key, name }) =>
      access.writeTables(scope, ({ teams }, undo) => {
        const known = shown(teams.find(1, key)[0]);
        if (known) return known;
        const team = { id: newId(), name };
        teams.put({ ...team, key }, undo);
        return team;
      }),

    rename: (scope, id, name) =>
      access.writeTables(scope, ({ teams }, undo) => {
        const team = teams.get(id);
        if (team) teams.put({ ...team, name }, undo);
      }),

    memberships: (scope, teamId, page) =>
      access.readTables(scope, ({ memberships }) => {
        const there = memberships.find(0, teamId).toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
        return pageBehind(there, ({ userId }) => userId, page);
      }),
    membershipsOf: (scope, userIds) =>
      access.readTables(scope, ({ memberships }) => [...new Set(userIds)].flatMap((id) => memberships.find(1, id))),
    getMany: (scope, ids) =>
      access.readTables(scope, ({ teams }) => [...new Set(ids)].flatMap((id) => shown(teams.get(id)) ?? [])),

    setMemberships: (scope, wanted) =>
      access.writeTables(scope, ({ memberships }, undo) => {
        for (const { teamId, userId, role } of wanted) {
          if (role === undefined) memberships.remove(placeKey(teamId, userId), undo);
          else memberships.put({ teamId, userId, role }, undo);
        }
      }),
  };
}

function shown(team: HostTeam | undefined): Team | undefined {
  if (!team) return undefined;
  const { key: _key, ...rest } = team;
  return rest;
}
