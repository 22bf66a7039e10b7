import type { Grant } from './grant.js';
import type { MappingRow, TeamRole } from './group-mapping.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';
import type { RoleCatalogue } from './role-catalogue.js';
import { grantsOfRows } from './row-plan.js';

/** A directory user with what its directory would give to it. */
export interface DirectoryUserGround {
  readonly userId: string;
  readonly directoryId: string;
  readonly active: boolean;
  /** Rows of the groups it is a direct member of. */
  readonly rows: readonly MappingRow[];
  /** Teams for everybody; empty unless the mapping's mode is `off`. */
  readonly defaultTeams: readonly TeamRole[];
  /** What the role attribute came to, see `readRoleAttribute`. */
  readonly attributeRole?: string;
}

/** Whether a directory user still has what its directory gives: always while active, and longer where `disable` says so. */
export function countsForGrants(active: boolean, { deactivation }: Pick<ProvisioningPolicy, 'deactivation'>): boolean {
  return active || deactivation === 'disable';
}

/** Everything that a directory wants for one of its people, of all its sources. */
export function grantsOfDirectoryUser(
  { userId, directoryId, active, rows, defaultTeams, attributeRole }: DirectoryUserGround,
  policy: Pick<ProvisioningPolicy, 'deactivation' | 'membershipAuthority'>,
  { organization: [base] }: RoleCatalogue,
): readonly Grant[] {
  if (!countsForGrants(active, policy)) return [];
  const attribute: readonly Grant[] =
    attributeRole === undefined
      ? []
      : [{ userId, target: 'organization', role: attributeRole, source: `attribute:${directoryId}` }];
  const teams = defaultTeams.map(
    ({ teamId, role }): Grant => ({ userId, target: `team:${teamId}`, role, source: `default-team:${directoryId}` }),
  );
  return [
    { userId, target: 'organization', role: base.name, source: `directory:${directoryId}` },
    ...attribute,
    ...(directoriesGiveTeams(policy) ? teams : []),
    ...grantsOfRows([userId], givingRows(rows, policy)),
  ];
}

/** The rows that give something while claims are the authority over teams: those of the organization. */
export function givingRows(
  rows: readonly MappingRow[],
  policy: Pick<ProvisioningPolicy, 'membershipAuthority'>,
): readonly MappingRow[] {
  return directoriesGiveTeams(policy) ? rows : rows.filter(({ target }) => target === 'organization');
}

function directoriesGiveTeams({ membershipAuthority }: Pick<ProvisioningPolicy, 'membershipAuthority'>): boolean {
  return membershipAuthority !== 'claims';
}
