import type { Clock } from '../core/clock.js';
import { newId } from '../core/id.js';
import type { DirectoryGroup, MemberChangeResult } from '../storage/group-store.js';
import type { Person } from '../storage/person-store.js';
import type { StoredResource } from '../storage/resource-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { planGroupEnd } from './auto-team.js';
import { countsForGrants } from './directory-grants.js';
import type { DirectoryGroups } from './directory-groups.js';
import { rowsOfGroups } from './directory-setup.js';
import type { GroupMapping, GroupName, MappingRow } from './group-mapping.js';
import { pushGroup, pushMembers } from './member-push.js';
import { readProjectionGround } from './membership-projection.js';
import { laterThan } from './optimistic-change.js';
import type { CompleteRules } from './provisioning-rules.js';
import { carryOutPush, type PushedChange } from './pushed-change.js';
import { holdBack } from './removal-guard.js';
import { changeRowsWithCare, planGrantRows } from './row-change.js';
import { grantsOfRows, planMembers } from './row-plan.js';
import { sideBySide } from './side-by-side.js';
import { changeTeams, planTeams } from './team-change.js';

/** Ids in one entry of the journal. */
const MOST_IDS = 1000;

/** Groups with what they give to their members: each push is stored together with what follows for people and teams. */
export function createProvisionedGroups(options: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly rules: CompleteRules;
}): DirectoryGroups {
  const { clock } = options;

  return {
    create: (scope, draft, ids, unknown) =>
      carryOutPush(options, scope, async (work) => {
        const { within, step } = work;
        const pushed = { id: newId(), created: step.at, ...draft };
        const { group, added } = await pushGroup(within, scope, pushed, ids, unknown);
        step.note('group-created', { groupId: group.id });
        await admit(scope, work, nameOf(group));
        await followMembers(scope, work, nameOf(group), { added, removed: [] });
        return group;
      }),

    change: (scope, id, { decide, precondition, members, unknownMembers }) =>
      carryOutPush(options, scope, async (work) => {
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
        // Whoever stated a version means the whole change; the attributes have moved it on within this transaction.
        const ifVersion = precondition && group ? { ifVersion: group.version } : {};
        const request = { change: members, at: step.at, ...ifVersion };
        const result = await pushMembers(within, scope, id, request, unknownMembers);
        if (result) await followMembers(scope, work, nameOf(result.group), result);
        return result?.group;
      }),

    remove: (scope, id, precondition) =>
      carryOutPush(options, scope, async (work) => {
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
        await within.pendingMembers.remove(scope, id);
        step.note('group-deleted', { groupId: id });
        return true;
      }),
  };
}

/** In auto mode a group that passes the filter has a team, and the team has its name. */
async function admit(scope: DirectoryScope, { within, setup, step }: PushedChange, group: GroupName): Promise<void> {
  if (setup.mapping.mode !== 'auto') return;
  const mapping: GroupMapping = setup.mapping;
  const plan = await planTeams(within, scope, mapping, [group], setup);
  await changeTeams(within, scope, step, plan, [group], setup);
}

async function followRows(
  scope: DirectoryScope,
  { within, setup, step }: PushedChange,
  before: readonly MappingRow[],
  after: readonly MappingRow[],
): Promise<void> {
  const plan = planGrantRows({ rows: before, defaultTeams: [] }, { rows: after, defaultTeams: [] });
  await changeRowsWithCare(within, scope, step, plan, setup);
}

/** What a change of members means: the rows of the one group, for the changed members alone. */
async function followMembers(
  scope: DirectoryScope,
  { within, setup, step }: PushedChange,
  group: GroupName,
  { added, removed }: Pick<MemberChangeResult, 'added' | 'removed'>,
): Promise<void> {
  if (added.length + removed.length === 0) return;
  for (let from = 0; from < Math.max(added.length, removed.length); from += MOST_IDS) {
    const ids = { added: added.slice(from, from + MOST_IDS), removed: removed.slice(from, from + MOST_IDS) };
    step.note('members-changed', { groupId: group.id, ...ids });
  }
  const { rows, people } = await rowsAndPeople(scope, { within, setup }, group, { added, removed });
  const directoryUserOf = ({ directoryUsers }: Person) =>
    directoryUsers.find(({ directoryId }) => directoryId === scope.directoryId);
  const joins = new Set(rows.length === 0 ? [] : added);
  const leaves = new Set(removed);
  const counting: string[] = [];
  const gone: string[] = [];
  for (const person of people) {
    const own = directoryUserOf(person);
    if (!own) continue;
    if (joins.has(own.id) && countsForGrants(own.active, setup.policy)) counting.push(person.userId);
    if (leaves.has(own.id)) gone.push(person.userId);
  }
  if (counting.length + gone.length === 0) return;
  const userIds = [...counting, ...gone];
  const [ground, waiting] = await sideBySide(within, [
    () => readProjectionGround(within, scope, userIds, setup.policy),
    () => within.holds.waiting(scope, userIds),
  ]);
  const source = `group:${group.id}`;
  const current = ground.grants.filter((grant) => grant.source === source);
  const plan = planMembers(rows, { added: counting, removed: gone, current });
  const wanted = grantsOfRows(counting, rows);
  await step.plan(await holdBack(within, scope, step, { plan, wanted, fresh: 'hold', waiting }, setup), ground);
}

/** The rows of a group, and the people behind changed members. A few people are asked for together with the rows. */
async function rowsAndPeople(
  scope: DirectoryScope,
  { within, setup }: Omit<PushedChange, 'step'>,
  group: GroupName,
  { added, removed }: Pick<MemberChangeResult, 'added' | 'removed'>,
): Promise<{ readonly rows: readonly MappingRow[]; readonly people: readonly Person[] }> {
  const readRows = () => rowsOfGroups(within, scope, setup, [group]);
  const readPeople = (ids: readonly string[]) => async () =>
    ids.length === 0 ? [] : within.people.ofDirectoryUsers(scope, ids);
  if (added.length + removed.length > MOST_IDS) {
    const rows = await readRows();
    return { rows, people: await readPeople(rows.length === 0 ? removed : [...added, ...removed])() };
  }
  const [rows, people] = await sideBySide(within, [readRows, readPeople([...added, ...removed])]);
  return { rows, people };
}

/** A group as mappings look at it. */
export function nameOf({ id, attributes: { displayName } }: StoredResource): GroupName {
  return { id, displayName: typeof displayName === 'string' ? displayName : '' };
}
