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
export interface TeamConflict {
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
  const byName = new Map(ground.teams.map((team) => [foldCase(team.name), team]));
  const byId = new Map(ground.teams.map((team) => [team.id, team]));
  const linkOf = new Map(ground.links.map((link) => [link.groupId, link]));
  const taken = new Set(ground.links.map(({ teamId }) => teamId));
  const claimed = new Set<string>();
  for (const { id: groupId, displayName: name } of groups) {
    if (!passesFilter(name, mapping.filter)) continue;
    const folded = foldCase(name);
    const link = linkOf.get(groupId);
    const own = link && byId.get(link.teamId);
    const there = byName.get(folded);
    if (link) {
      if (!link.created || !own || own.name === name) continue;
      if (claimed.has(folded) || (there && there.id !== own.id)) plan.conflicts.push({ groupId, reason: 'team-taken' });
      else plan.rename.push({ teamId: own.id, name });
    } else if (claimed.has(folded) || (there && taken.has(there.id))) {
      plan.conflicts.push({ groupId, reason: 'team-taken' });
      continue;
    } else if (there?.privileged) {
      plan.conflicts.push({ groupId, reason: 'privileged-team' });
      continue;
    } else if (there) {
      plan.link.push({ groupId, teamId: there.id, created: false });
    } else {
      plan.create.push({ groupId, name });
    }
    claimed.add(folded);
  }
  return plan;
}

/** What the end of a group does to its team. */
export function planGroupEnd(groupId: string, links: readonly TeamLink[]): TeamPlan {
  const had = links.some((link) => link.groupId === groupId);
  return { create: [], link: [], rename: [], unlink: had ? [groupId] : [], conflicts: [] };
}

type Mutable<Plan> = { -readonly [Key in keyof Plan]: Plan[Key] extends readonly (infer Item)[] ? Item[] : never };
