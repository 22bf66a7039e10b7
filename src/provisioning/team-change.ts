import { foldCase } from '../core/fold.js';
import { newId } from '../core/id.js';
import type { Team } from '../storage/host-storage.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { DirectoryScope } from '../storage/scope.js';
import { planAutoTeams, type TeamFacts, type TeamPlan } from './auto-team.js';
import type { DirectorySetup } from './directory-setup.js';
import type { GroupMapping, GroupName } from './group-mapping.js';
import type { ProvisioningStep } from './provisioning-step.js';

/** What auto mode would do about these groups. */
export async function planTeams(
  storage: ManagedStorage,
  scope: DirectoryScope,
  mapping: GroupMapping,
  groups: readonly GroupName[],
  setup: Pick<DirectorySetup, 'roles'>,
): Promise<TeamPlan> {
  if (mapping.mode !== 'auto') return { create: [], link: [], rename: [], unlink: [], conflicts: [] };
  // Two directories of one organization may name a group alike at the same time.
  await storage.people.lock?.(scope, 'team-names');
  const links = await storage.mappings.links(scope, { groupIds: groups.map(({ id }) => id) });
  const own = await storage.teams.getMany(
    scope,
    links.map(({ teamId }) => teamId),
  );
  const named: Team[] = [];
  for (const name of new Set(groups.map(({ displayName }) => foldCase(displayName)))) {
    const team = await storage.teams.findByName(scope, name);
    if (team) named.push(team);
  }
  const ofTeams = await storage.mappings.links(scope, { teamIds: named.map(({ id }) => id) });
  const teams = new Map<string, TeamFacts>();
  for (const team of [...own, ...named]) {
    const privileged = team.privileged === true || (await hasPrivilegedMember(storage, scope, team.id, setup));
    teams.set(team.id, { id: team.id, name: team.name, privileged });
  }
  const all = new Map([...links, ...ofTeams].map((link) => [link.groupId, link]));
  return planAutoTeams(mapping, groups, { links: [...all.values()], teams: [...teams.values()] });
}

/** Carries out what auto mode does about teams. */
export async function changeTeams(
  storage: ManagedStorage,
  scope: DirectoryScope,
  step: ProvisioningStep,
  plan: TeamPlan,
  groups: readonly GroupName[],
  { version }: Pick<DirectorySetup, 'version'>,
): Promise<void> {
  const links = [...plan.link];
  for (const { groupId, name } of plan.create) {
    // The version makes the key another one after a switch there and back.
    const key = `auto:${scope.directoryId}:${groupId}:${version}`;
    const { id: teamId } = await storage.teams.create(scope, { key, name });
    links.push({ groupId, teamId, created: true });
    step.note('team-created', { teamId, groupId });
    await step.tell('team.created', { teamId, groupId });
  }
  for (const { groupId, teamId } of plan.link) step.note('team-linked', { teamId, groupId });
  for (const { teamId, name } of plan.rename) {
    await storage.teams.rename(scope, teamId, name);
    step.note('team-renamed', { teamId });
    await step.tell('team.renamed', { teamId });
  }
  for (const groupId of plan.unlink) step.note('team-unlinked', { groupId });
  if (links.length + plan.unlink.length > 0) {
    await storage.mappings.changeLinks(scope, { put: links, remove: plan.unlink });
  }
  const conflicting = new Set(plan.conflicts.map(({ groupId }) => groupId));
  for (const { id } of groups) if (!conflicting.has(id)) await storage.conflicts.remove(scope, `group:${id}`);
  for (const { groupId, reason } of plan.conflicts) {
    const subject = `group:${groupId}`;
    const known = await storage.conflicts.find(scope, subject);
    if (known?.reason === reason) continue;
    const id = known?.id ?? newId();
    await storage.conflicts.put(scope, { id, subject, reason, at: step.at });
    step.note('conflict-opened', { conflictId: id, groupId, reason });
    await step.tell('conflict.opened', { conflictId: id, reason });
  }
}

/** Whether somebody has more than a base role in the team, so that no identity provider joins it by name. */
async function hasPrivilegedMember(
  storage: ManagedStorage,
  scope: DirectoryScope,
  teamId: string,
  { roles }: Pick<DirectorySetup, 'roles'>,
): Promise<boolean> {
  const privileged = new Set(roles.team.filter((role) => role.privileged).map(({ name }) => name));
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await storage.teams.memberships(scope, teamId, { after, limit: 1000 });
    if (page.some(({ role }) => privileged.has(role))) return true;
    after = page.at(-1)?.userId;
  }
  return false;
}
