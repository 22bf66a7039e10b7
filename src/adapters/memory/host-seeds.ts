import { foldCase } from '../../core/fold.js';
import type { HostStorage, Organization, Team, User } from '../../storage/host-storage.js';
import type { OrganizationScope } from '../../storage/scope.js';
import type { Access } from './access.js';

/** What the host-owned stores hold, from the start and for good. */
export interface HostSeeds {
  readonly organizations?: readonly Organization[];
  readonly users?: readonly (User & OrganizationScope)[];
  readonly teams?: readonly (Team & OrganizationScope)[];
}

/** Opens host-owned stores over their seeds. */
export function openHostSeeds({
  organizations = [],
  users = [],
  teams = [],
}: HostSeeds): (access: Access) => HostStorage {
  const organizationsById = new Map(organizations.map((organization) => [organization.id, organization]));
  const usersById = keyed(users, ({ id }) => id);
  const usersByEmail = keyed(users, ({ email }) => foldCase(email));
  const teamsById = keyed(teams, ({ id }) => id);
  const teamsByName = keyed(teams, ({ name }) => foldCase(name));
  return (access) => ({
    organizations: { get: (id) => access.readSeeds(() => organizationsById.get(id)) },
    users: {
      get: (scope, id) => access.readSeeds(() => usersById(scope, id)),
      findByEmail: (scope, email) => access.readSeeds(() => usersByEmail(scope, foldCase(email))),
    },
    teams: {
      get: (scope, id) => access.readSeeds(() => teamsById(scope, id)),
      findByName: (scope, name) => access.readSeeds(() => teamsByName(scope, foldCase(name))),
    },
  });
}

/** Finds seeds by organization and key; of several with one key, the first. */
function keyed<T extends OrganizationScope>(
  seeds: readonly T[],
  keyOf: (seed: T) => string,
): (scope: OrganizationScope, key: string) => T | undefined {
  const entry = ({ organizationId }: OrganizationScope, key: string) => JSON.stringify([organizationId, key]);
  const found = new Map(seeds.toReversed().map((seed) => [entry(seed, keyOf(seed)), seed]));
  return (scope, key) => found.get(entry(scope, key));
}
