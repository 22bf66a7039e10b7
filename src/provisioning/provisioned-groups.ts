import type { Clock } from '../core/clock.js';
import { newId } from '../core/id.js';
import type { DirectoryGroup, MemberChangeResult } from '../storage/group-store.js';
import { type ManagedStorage, manage } from '../storage/managed-storage.js';
import type { Person } from '../storage/person-store.js';
import type { StoredResource } from '../storage/resource-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { planGroupEnd } from './auto-team.js';
import { countsForGrants } from './directory-grants.js';
import type { DirectoryGroups } from './directory-groups.js';
import { type DirectorySetup, readSetup, rowsOfGroups } from './directory-setup.js';
import type { GroupMapping, GroupName, MappingRow } from './group-mapping.js';
import { changeOptimistically, laterThan } from './optimistic-change.js';
import type { CompleteRules } from './provisioning-rules.js';
import { beginStep, type ProvisioningStep } from './provisioning-step.js';
import { holdBack } from './removal-guard.js';
import type { RequestScope } from './request-scope.js';
import { changeRowsWithCare, planGrantRows } from './row-change.js';
import { grantsOfRows, planMembers } from './row-plan.js';
import { changeTeams, planTeams } from './team-change.js';

/** What happens inside one transaction. */
interface Work {
  readonly within: ManagedStorage;
  readonly setup: DirectorySetup;
  readonly step: ProvisioningStep;
}

/** Ids in one entry of the journal. */
const MOST_IDS = 1000;

/** Groups with what they give to their members: each push is stored together with what follows for people and teams. */
export function createProvisionedGroups(options: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly rules: CompleteRules;
}): DirectoryGroups {
  const { storage, clock, rules } = options;

  function carryOut<T>(scope: RequestScope, work: (work: Work) => Promise<T>): Promise<T> {
    return changeOptimistically(storage, scope, (outside) =>
      manage(outside, scope, async (within) => {
        const setup = await readSetup(within, scope, rules);
        const at = new Date(clock.now()).toISOString();
        const { directoryId, requestId } = scope;
        const step = beginStep(within, scope, {
          at,
          cause: 'scim',
          directoryId,
          ...(requestId !== undefined && { requestId }),
          policy: setup.policy,
          roles: setup.roles,
        });
        const result = await work({ within, setup, step });
        await step.complete();
        return result;
      }),
    );
  }

  return {
    create: (scope, draft, ids, unknown) =>
      carryOut(scope, async (work) => {
        const { within, step } = work;
        const group = await within.groups.insert(scope, { id: newId(), created: step.at, ...draft }, { ids, unknown });
        step.note('group-created', { groupId: group.id });
        await admit(scope, work, nameOf(group));
        await followMembers(scope, work, nameOf(group), { added: [...new Set(ids)], removed: [] });
        return group;
      }),

    change: (scope, id, { decide, precondition, members, unknownMembers }) =>
      carryOut(scope, async (work) => {
        const { within, setup, step } = work;
        let group: DirectoryGroup | undefined;
        if (decide || precondition) {
          group = await within.groups.get(scope, id);
          if (!group) return undefined;
          precondition?.(group);
          const draft = decide?.(group);
          if (draft) {
            const before = nameOf(group);
            const lastModified = laterThan(group.lastModified, clock.now());
            group = await within.groups.update(scope, id, { ...draft, lastModified }, group.version);
            if (nameOf(group).displayName !== before.displayName) {
              const rows = await rowsOfGroups(within, scope, setup, [before]);
              step.note('group-renamed', { groupId: id });
              await admit(scope, work, nameOf(group));
              await followRows(scope, work, rows, await rowsOfGroups(within, scope, setup, [nameOf(group)]));
            }
          }
        }
        if (!members) return group;
        const result = await within.groups.changeMembers(scope, id, {
          change: members,
          at: step.at,
          unknown: unknownMembers,
          // Whoever stated a version means the whole change; the attributes have moved it on within this transaction.
          ...(precondition && group ? { ifVersion: group.version } : {}),
        });
        if (result) await followMembers(scope, work, nameOf(result.group), result);
        return result?.group;
      }),

    remove: (scope, id, precondition) =>
      carryOut(scope, async (work) => {
        const { within, setup, step } = work;
        const group = await within.groups.get(scope, id);
        if (!group) return false;
        precondition(group);
        const rows = await rowsOfGroups(within, scope, setup, [nameOf(group)]);
        await followRows(scope, work, rows, []);
        const links = await within.mappings.links(scope, { groupIds: [id] });
        await changeTeams(within, scope, step, planGroupEnd(id, links), [nameOf(group)], setup);
        await within.mappings.changeRows(scope, { put: [], remove: await within.mappings.rows(scope, [id]) });
        await within.groups.delete(scope, id, group.version, laterThan(group.lastModified, clock.now()));
        step.note('group-deleted', { groupId: id });
        return true;
      }),
  };
}

/** In auto mode a group that passes the filter has a team, and the team has its name. */
async function admit(scope: DirectoryScope, { within, setup, step }: Work, group: GroupName): Promise<void> {
  if (setup.mapping.mode !== 'auto') return;
  const mapping: GroupMapping = setup.mapping;
  const plan = await planTeams(within, scope, mapping, [group], setup);
  await changeTeams(within, scope, step, plan, [group], setup);
}

async function followRows(
  scope: DirectoryScope,
  { within, setup, step }: Work,
  before: readonly MappingRow[],
  after: readonly MappingRow[],
): Promise<void> {
  const plan = planGrantRows({ rows: before, defaultTeams: [] }, { rows: after, defaultTeams: [] });
  await changeRowsWithCare(within, scope, step, plan, setup);
}

/** What a change of members means: the rows of the one group, for the changed members alone. */
async function followMembers(
  scope: DirectoryScope,
  { within, setup, step }: Work,
  group: GroupName,
  { added, removed }: Pick<MemberChangeResult, 'added' | 'removed'>,
): Promise<void> {
  if (added.length + removed.length === 0) return;
  for (let from = 0; from < Math.max(added.length, removed.length); from += MOST_IDS) {
    const ids = { added: added.slice(from, from + MOST_IDS), removed: removed.slice(from, from + MOST_IDS) };
    step.note('members-changed', { groupId: group.id, ...ids });
  }
  const rows = await rowsOfGroups(within, scope, setup, [group]);
  const joining = rows.length === 0 ? [] : await peopleOf(within, scope, added);
  const leaving = await peopleOf(within, scope, removed);
  if (joining.length + leaving.length === 0) return;
  const counting = joining.filter((person) => countsIn(person, scope, setup)).map(({ userId }) => userId);
  const gone = leaving.map(({ userId }) => userId);
  const current = await within.grants.ofSource(scope, `group:${group.id}`, [...counting, ...gone]);
  const plan = planMembers(rows, { added: counting, removed: gone, current });
  const wanted = grantsOfRows(counting, rows);
  await step.grants(await holdBack(within, scope, step, { plan, wanted, fresh: 'hold' }, setup));
}

async function peopleOf(
  { people }: ManagedStorage,
  scope: DirectoryScope,
  ids: readonly string[],
): Promise<readonly Person[]> {
  return ids.length === 0 ? [] : people.ofDirectoryUsers(scope, ids);
}

function countsIn({ directoryUsers }: Person, { directoryId }: DirectoryScope, { policy }: DirectorySetup): boolean {
  const own = directoryUsers.find((each) => each.directoryId === directoryId);
  return own !== undefined && countsForGrants(own.active, policy);
}

/** A group as mappings look at it. */
export function nameOf({ id, attributes: { displayName } }: StoredResource): GroupName {
  return { id, displayName: typeof displayName === 'string' ? displayName : '' };
}
