import type { Organization, OrganizationStore, Team, User } from '../../storage/host-storage.js';
import type { OrganizationScope } from '../../storage/scope.js';
import type { Access } from './access.js';
import { Database } from './database.js';
import { UndoLog } from './undo-log.js';

/** What the host-owned stores hold from the start; organizations for good. */
export interface HostSeeds {
  readonly organizations?: readonly Organization[];
  readonly users?: readonly (User & OrganizationScope)[];
  readonly teams?: readonly (Team & OrganizationScope)[];
}

/** A database with users and teams in it; of several with one id, the first. */
export function seededDatabase({ users = [], teams = [] }: HostSeeds): Database {
  const database = new Database();
  // Nobody takes this back.
  const undo = new UndoLog();
  for (const { organizationId, ...user } of users) {
    const { tables } = database.organization({ organizationId });
    if (!tables.users.get(user.id)) tables.users.put(user, undo);
  }
  for (const { organizationId, ...team } of teams) {
    const { tables } = database.organization({ organizationId });
    if (!tables.teams.get(team.id)) tables.teams.put(team, undo);
  }
  return database;
}

/** Opens the organizations of the host. */
export function openOrganizations({ organizations = [] }: HostSeeds): (access: Access) => OrganizationStore {
  const byId = new Map(organizations.map((organization) => [organization.id, organization]));
  return (access) => ({ get: (id) => access.readSeeds(() => byId.get(id)) });
}
