import { foldCase } from '../core/fold.js';
import { passesFilter } from './group-filter.js';
import type { GroupMapping, GroupName, TeamLink } from './group-mapping.js';

/** A team of the host, as far as auto mode looks at it. */
export interface TeamFacts {
  readonly id: string;
  readonly name: string;
  /** Somebody has an owner or administrator role in it by hand, or the host says so: never joined by name. */
  readonly privileged: boolean;
}

/** Why a group has no team, or its team another name. */
interface TeamConflict {
  readonly groupId: string;
  readonly reason: /** There is a team of that name, and it gives more than an identity provider may give. */
    | 'privileged-team'
    /** There is a team of that name, and it belongs to another group. */
    | 'team-taken';
}

/** What auto mode would do to teams. A team that is created belongs to its group from then on. */
export interface TeamPlan {
  readonly create: readonly { readonly groupId: string; readonly name: string }[];
  readonly link: readonly TeamLink[];
  readonly rename: readonly { readonly teamId: string; readonly name: string }[];
  /** Groups that are gone: their teams stay, without provisioned members and unlocked. */
  readonly unlink: readonly string[];
  readonly conflicts: readonly TeamConflict[];
}

/** What a plan of teams is made of. Teams and links are read under the lock of the mapping. */
export interface TeamGround {
  /** Links of the directory; all of them, or those of the groups and teams in question. */
  readonly links: readonly TeamLink[];
  /** Teams with one of the names in question, and those that the links lead to. */
  readonly teams: readonly TeamFacts[];
}

/**
 * What auto mode does about these groups, whether they are new, renamed or all there are: a group that passes the filter
 * gets the team of its name, or a new one; the team it has created follows its name. The first of two groups of one name
 * has the team.
 */
export function planAutoTeams(mapping: GroupMapping, groups: readonly GroupName[], ground: TeamGround): TeamPlan {
  const plan = { create: [], link: [], rename: [], unlink: [], conflicts: [] } as Mutable<TeamPlan>;
  if (mapping.mode !== 'auto') return plan;
  const names = holdersOf(ground);
  const linkOf = new Map(ground.links.map((link) => [link.groupId, link]));
  const nameOf = new Map(ground.teams.map(({ id, name }) => [id, name]));
  for (const { id: groupId, displayName: name } of groups) {
    if (!passesFilter(name, mapping.filter)) continue;
    const holder = names.get(foldCase(name));
    const link = linkOf.get(groupId);
    if (link) {
      const { teamId, created } = link;
      const old = nameOf.get(teamId);
      if (!created || old === undefined || old === name) continue;
      if (holder && holder.teamId !== teamId) {
        plan.conflicts.push({ groupId, reason: 'team-taken' });
        continue;
      }
      plan.rename.push({ teamId, name });
      names.delete(foldCase(old));
      names.set(foldCase(name), { teamId, refused: 'team-taken' });
    } else if (holder?.refused) {
      plan.conflicts.push({ groupId, reason: holder.refused });
    } else {
      if (holder?.teamId === undefined) plan.create.push({ groupId, name });
      else plan.link.push({ groupId, teamId: holder.teamId, created: false });
      names.set(foldCase(name), { refused: 'team-taken' });
    }
  }
  return plan;
}

/** Who has a name while a plan is made, and why no group may join that team by it. */
interface NameHolder {
  /** Absent for a team that is only about to be made. */
  readonly teamId?: string;
  readonly refused?: TeamConflict['reason'];
}

function holdersOf({ links, teams }: TeamGround): Map<string, NameHolder> {
  const taken = new Set(links.map(({ teamId }) => teamId));
  return new Map(
    teams.map(({ id: teamId, name, privileged }): [string, NameHolder] => {
      if (taken.has(teamId)) return [foldCase(name), { teamId, refused: 'team-taken' }];
      return [foldCase(name), privileged ? { teamId, refused: 'privileged-team' } : { teamId }];
    }),
  );
}

/** What the end of a group does to its team. */
export function planGroupEnd(groupId: string, links: readonly TeamLink[]): TeamPlan {
  const had = links.some((link) => link.groupId === groupId);
  return { create: [], link: [], rename: [], unlink: had ? [groupId] : [], conflicts: [] };
}

type Mutable<Plan> = { -readonly [Key in keyof Plan]: Plan[Key] extends readonly (infer Item)[] ? Item[] : never };
