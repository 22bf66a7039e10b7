import type { ManagedStorage } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';
import { explainMembership, type GrantStep, type Names } from './explain-membership.js';
import { type GrantSource, partsOfSource, teamOf } from './grant.js';
import { membershipsOf } from './membership.js';
import { isShownInTeams } from './person.js';
import type { CompleteRules } from './provisioning-rules.js';
import { personSubject } from './provisioning-step.js';

/** Entries of the journal that are looked through: what changed somebody's roles last. */
const MOST_ENTRIES = 100;

/** Says in sentences why somebody is in a team; nothing for who is not. */
export async function readExplanation(
  storage: ManagedStorage,
  scope: OrganizationScope,
  { userId, teamId }: { readonly userId: string; readonly teamId: string },
  { roles, policy }: CompleteRules,
): Promise<readonly string[]> {
  const grants = (await storage.grants.ofUsers(scope, [userId])).filter(({ target }) => teamOf(target) === teamId);
  const overrides = await storage.overrides.ofUsers(scope, [userId]);
  const [membership] = membershipsOf(grants, overrides, roles);
  const [person] = await storage.people.getMany(scope, [userId]);
  if (!membership || !person) return [];
  const override = overrides.find((each) => each.teamId === teamId);
  const waiting = await storage.holds.waiting(scope, [userId]);
  const steps = await stepsOf(storage, scope, userId, teamId, membership.sources);
  const userIds = [...new Set([userId, ...steps.flatMap(({ by }) => by ?? [])])];
  const { names, autoGroups } = await readNames(storage, scope, userIds, teamId, membership.sources);
  return explainMembership(membership, {
    names,
    steps,
    ...(override && { override }),
    autoGroups,
    shown: isShownInTeams(person, policy),
    waiting: new Set(waiting.filter(({ target }) => teamOf(target) === teamId).map(({ source }) => source)),
  });
}

async function readNames(
  storage: ManagedStorage,
  scope: OrganizationScope,
  userIds: readonly string[],
  teamId: string,
  sources: readonly GrantSource[],
): Promise<{ readonly names: Names; readonly autoGroups: ReadonlySet<string> }> {
  const people = new Map<string, string>();
  for (const id of userIds) {
    const user = await storage.users.get(scope, id);
    if (user) people.set(id, user.displayName ?? user.email);
  }
  const team = await storage.teams.get(scope, teamId);
  const tenants = await storage.oidcTenants.list(scope);
  const directories = await storage.directories.list(scope);
  const groupIds = sources.map(partsOfSource).flatMap(({ kind, id }) => (kind === 'group' ? [id] : []));
  const groups = new Map<string, string>();
  const autoGroups = new Set<string>();
  for (const { id: directoryId } of groupIds.length === 0 ? [] : directories) {
    const place = { ...scope, directoryId };
    for (const { id, attributes } of await storage.groups.getMany(place, groupIds)) {
      groups.set(id, String(attributes['displayName'] ?? id));
    }
    for (const { groupId } of await storage.mappings.links(place, { groupIds })) autoGroups.add(groupId);
  }
  return {
    names: {
      people,
      teams: new Map(team ? [[teamId, team.name]] : []),
      groups,
      directories: new Map(directories.map(({ id, name }) => [id, name])),
      tenants: new Map(
        tenants.map(({ id, settings: { authority } }) => [id, typeof authority === 'string' ? authority : id]),
      ),
    },
    autoGroups,
  };
}

/** When each of the reasons came about, as far back as it is worth looking. */
async function stepsOf(
  { journal }: ManagedStorage,
  scope: OrganizationScope,
  userId: string,
  teamId: string,
  sources: readonly GrantSource[],
): Promise<readonly GrantStep[]> {
  const missing = new Set<string>(sources);
  const steps: GrantStep[] = [];
  const { items } = await journal.page(scope, personSubject(userId), { after: '', limit: MOST_ENTRIES });
  for (const { at, details } of items) {
    const added = Array.isArray(details['add']) ? details['add'] : [];
    for (const source of sources) {
      const isIt = added.some((each) => each.source === source && each.target === `team:${teamId}`);
      if (!isIt || !missing.delete(source)) continue;
      const { by } = details;
      steps.push({ source, at, ...(typeof by === 'string' && { by }) });
    }
  }
  return steps;
}
