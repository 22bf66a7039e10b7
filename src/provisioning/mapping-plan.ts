import { walkPages } from '../core/page-walk.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { TeamPlan } from './auto-team.js';
import { type DirectorySetup, defaultTeamsOf, rowsGiven } from './directory-setup.js';
import type { GroupMapping, GroupName, MappingRow, TeamLink, TeamRole } from './group-mapping.js';
import { isModeSwitch } from './mode-switch.js';
import { beginPreview, type Preview } from './preview.js';
import { nameOf } from './provisioned-groups.js';
import { planGrantRows, previewedRows } from './row-change.js';
import { planTeams } from './team-change.js';

/** What a new mapping would do, with everything it was made of. */
export interface PlannedMapping {
  readonly mapping: GroupMapping;
  /** As it is before. */
  readonly setup: DirectorySetup;
  /** All groups of the directory. */
  readonly groups: readonly GroupName[];
  readonly before: { readonly rows: readonly MappingRow[]; readonly defaultTeams: readonly TeamRole[] };
  readonly teams: TeamPlan;
  readonly switched: boolean;
  /** How many people would lose something. */
  readonly losing: number;
  readonly preview: Preview;
}

/** Plans a new mapping for a directory, from how it is set up. Writes nothing. */
export async function planMapping(
  storage: ManagedStorage,
  scope: DirectoryScope,
  mapping: GroupMapping,
  setup: DirectorySetup,
): Promise<PlannedMapping> {
  const groups = await allGroups(storage, scope);
  const links = await storage.mappings.links(scope);
  const oldRows = await storage.mappings.rows(scope);
  const before = { rows: rowsGiven(setup, groups, { rows: oldRows, links }), defaultTeams: defaultTeamsOf(setup) };
  const switched = isModeSwitch(
    setup.mapping.mode === 'manual' ? { mode: 'manual', rows: [] } : setup.mapping,
    mapping,
  );
  const forgotten = switched ? withoutLinks(storage) : storage;
  const teams = await planTeams(forgotten, scope, mapping, mapping.mode === 'auto' ? groups : [], setup);
  const now = { ...setup, mapping };
  const rows = mapping.mode === 'manual' ? mapping.rows : [];
  const after = {
    rows: rowsGiven(now, groups, { rows, links: linksAfter(switched ? [] : links, teams) }),
    defaultTeams: defaultTeamsOf(now),
  };
  const draft = beginPreview();
  for await (const part of previewedRows(storage, scope, planGrantRows(before, after), setup)) draft.note(part);
  return { mapping, setup, groups, before, teams, switched, losing: draft.losing(), preview: draft.complete(teams) };
}

/** Whether somebody has to agree to a plan: to another mode, and to whatever takes something from many people. */
export async function isConfirmationNeeded(
  { directoryUsers, people }: ManagedStorage,
  scope: DirectoryScope,
  { switched, losing, setup: { policy } }: Pick<PlannedMapping, 'switched' | 'losing' | 'setup'>,
): Promise<boolean> {
  const { blastRadius } = policy;
  if (switched) return true;
  if (blastRadius === 'off' || losing <= blastRadius.people) return false;
  // Most losses that are large are so among all directory users. Which of these are people takes a look at each.
  const { total } = await directoryUsers.query(scope, { page: { startIndex: 1, count: 0 } });
  return losing > blastRadius.share * total || losing > blastRadius.share * (await people.count(scope));
}

/** Links as they will be. A team that is still to be made is called after its group until then. */
function linksAfter(links: readonly TeamLink[], { link, create }: TeamPlan): readonly TeamLink[] {
  return [...links, ...link, ...create.map(({ groupId }) => ({ groupId, teamId: `new:${groupId}`, created: true }))];
}

/** A storage as a switch of the mode leaves it: no team belongs to a group. */
function withoutLinks(storage: ManagedStorage): ManagedStorage {
  return { ...storage, mappings: { ...storage.mappings, links: async () => [] } };
}

async function allGroups({ groups }: ManagedStorage, scope: DirectoryScope): Promise<readonly GroupName[]> {
  const names: GroupName[] = [];
  for await (const page of walkPages((after) => groups.query(scope, { page: { after, count: 1000 } }))) {
    names.push(...page.map(nameOf));
  }
  return names;
}
