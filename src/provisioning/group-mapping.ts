import type { GrantTarget } from './grant.js';
import { passesFilter } from './group-filter.js';
import { isPrivileged, type RoleCatalogue, rolesFor } from './role-catalogue.js';

/** That the members of a group have a role somewhere. Any number for a group, and for a target. */
export interface MappingRow {
  readonly groupId: string;
  readonly target: GrantTarget;
  readonly role: string;
  /** The owner who allowed this row to give a privileged role; without, such a row gives nothing. */
  readonly allowedBy?: string;
}

/** A team with the role that people get in it. */
export interface TeamRole {
  readonly teamId: string;
  readonly role: string;
}

/** What the groups of a directory give to their members. Set by the organization's owner. */
export type GroupMapping =
  /** Nothing; whoever is provisioned is in the default teams. */
  | { readonly mode: 'off'; readonly defaultTeams: readonly TeamRole[] }
  /** What the rows say, about teams that exist. */
  | { readonly mode: 'manual'; readonly rows: readonly MappingRow[] }
  /** Each group that passes the filter is a team, with its name. */
  | {
      readonly mode: 'auto';
      /** Globs; see `passesFilter`. */
      readonly filter: readonly string[];
      readonly teamRole: string;
      readonly organizationRole?: string;
      readonly allowedBy?: string;
    };

/** A pushed group, as far as a mapping looks at it. */
export interface GroupName {
  readonly id: string;
  readonly displayName: string;
}

/** Which team belongs to a group in auto mode. */
export interface TeamLink {
  readonly groupId: string;
  readonly teamId: string;
  /** Made for the group; otherwise a team that was there already. */
  readonly created: boolean;
}

/**
 * The rows that count: those of manual mode, or what auto mode makes of groups, links and default roles. Rows that would
 * give a privileged role nobody allowed, or one the host does not have, are left out.
 */
export function effectiveRows(
  mapping: GroupMapping,
  { groups, links }: { readonly groups: readonly GroupName[]; readonly links: readonly TeamLink[] },
  roles: RoleCatalogue,
): readonly MappingRow[] {
  return rowsOf(mapping, groups, links).filter((row) => fault(row, roles) === undefined);
}

/** Why a row gives nothing: the role is not one of the host's, or no owner has allowed it. */
function fault({ target, role, allowedBy }: MappingRow, catalogue: RoleCatalogue): MappingFaultReason | undefined {
  const roles = rolesFor(catalogue, target);
  if (!roles.some(({ name }) => name === role)) return 'unknown-role';
  return isPrivileged(roles, role) && allowedBy === undefined ? 'needs-owner' : undefined;
}

function rowsOf(
  mapping: GroupMapping,
  groups: readonly GroupName[],
  links: readonly TeamLink[],
): readonly MappingRow[] {
  switch (mapping.mode) {
    case 'off':
      return [];
    case 'manual':
      return mapping.rows;
    case 'auto': {
      const { filter, teamRole, organizationRole, allowedBy } = mapping;
      const allowed = allowedBy === undefined ? {} : { allowedBy };
      const teams = new Map(links.map(({ groupId, teamId }) => [groupId, teamId]));
      return groups
        .filter(({ displayName }) => passesFilter(displayName, filter))
        .flatMap(({ id: groupId }): readonly MappingRow[] => {
          const teamId = teams.get(groupId);
          return [
            ...(teamId === undefined
              ? []
              : [{ groupId, target: `team:${teamId}`, role: teamRole, ...allowed } as const]),
            ...(organizationRole === undefined
              ? []
              : [{ groupId, target: 'organization', role: organizationRole, ...allowed } as const]),
          ];
        });
    }
  }
}

/** What is wrong with a mapping that somebody wants to save. */
export interface MappingFault {
  /** Of the row in manual mode, of the default team in mode `off`; absent for the roles of auto mode. */
  readonly index?: number;
  readonly reason: MappingFaultReason;
}

type MappingFaultReason =
  | 'unknown-group'
  /** A mapping never creates a team. */
  | 'unknown-team'
  | 'unknown-role'
  /** Privileged, and not allowed by an owner. */
  | 'needs-owner'
  /** The group has two roles for one target. */
  | 'twice';

/** Everything that keeps a mapping from being saved. */
export function faultsOfMapping(
  mapping: GroupMapping,
  known: { readonly groupIds: ReadonlySet<string>; readonly teamIds: ReadonlySet<string> },
  roles: RoleCatalogue,
): readonly MappingFault[] {
  if (mapping.mode === 'auto') {
    const rows = rowsOf(
      { ...mapping, filter: [] },
      [ANY_GROUP],
      [{ groupId: ANY_GROUP.id, teamId: '', created: true }],
    );
    return rows
      .map((row) => fault(row, roles))
      .filter(isReason)
      .map((reason) => ({ reason }));
  }
  const rows: readonly Omit<MappingRow, 'groupId'>[] =
    mapping.mode === 'manual' ? mapping.rows : mapping.defaultTeams.map(rowOfDefaultTeam);
  const seen = new Set<string>();
  return rows.flatMap((row: Omit<MappingRow, 'groupId'> & { readonly groupId?: string }, index) => {
    const { groupId, target } = row;
    const place = JSON.stringify([groupId, target]);
    const reasons = [
      groupId !== undefined && !known.groupIds.has(groupId) ? ('unknown-group' as const) : undefined,
      target !== 'organization' && !known.teamIds.has(target.slice('team:'.length))
        ? ('unknown-team' as const)
        : undefined,
      fault({ groupId: '', ...row }, roles),
      seen.has(place) ? ('twice' as const) : undefined,
    ];
    seen.add(place);
    return reasons.filter(isReason).map((reason) => ({ index, reason }));
  });
}

const ANY_GROUP: GroupName = { id: '', displayName: '' };

/** Default teams are the operator's and owner's own choice for everybody; a privileged role is never one for everybody. */
function rowOfDefaultTeam({ teamId, role }: TeamRole): Omit<MappingRow, 'groupId'> {
  return { target: `team:${teamId}`, role };
}

function isReason(reason: MappingFaultReason | undefined): reason is MappingFaultReason {
  return reason !== undefined;
}
