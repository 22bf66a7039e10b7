import type { Clock } from '../core/clock.js';
import { StaleVersionError } from '../storage/errors.js';
import { type ManagedStorage, manage, managed } from '../storage/managed-storage.js';
import type { StoredMapping } from '../storage/mapping-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { beginning, readSetup, rowsGiven, rowsOfGroups } from './directory-setup.js';
import {
  faultsOfMapping,
  type GroupMapping,
  type GroupName,
  type MappingFault,
  type MappingRow,
} from './group-mapping.js';
import { isConfirmationNeeded, type PlannedMapping, planMapping } from './mapping-plan.js';
import { resetOverrides } from './mapping-reset.js';
import type { Preview } from './preview.js';
import { nameOf } from './provisioned-groups.js';
import type { CompleteRules } from './provisioning-rules.js';
import { beginStep } from './provisioning-step.js';
import { changeRows, type Progress, planGrantRows } from './row-change.js';
import { changeTeams } from './team-change.js';

/** What the groups of a directory give, as it is. */
export interface MappingOverview {
  readonly mapping: GroupMapping;
  /** Grows with each change. */
  readonly version: number;
}

/** The same without the rows of manual mode, which grow with the number of groups. */
export interface MappingMode {
  readonly mapping: StoredMapping;
  readonly version: number;
}

/** A pushed group, mapped or not. */
export interface MappedGroup extends GroupName {
  readonly memberCount: number;
  readonly rows: readonly MappingRow[];
}

/** What became of a wish to save a mapping. */
export type SavedMapping =
  | { readonly kind: 'saved'; readonly preview: Preview }
  /** Somebody has to look at it first: save again with the digest as `confirm`. */
  | { readonly kind: 'needs-confirmation'; readonly preview: Preview }
  | { readonly kind: 'faults'; readonly faults: readonly MappingFault[] };

/** Who saves, and what they have seen. */
export interface SaveMapping {
  /** The user who does it. */
  readonly by: string;
  /** The digest of the preview that this user agrees to; if it is no longer true, nothing is saved. */
  readonly confirm?: string;
  /** The version that this user has seen; where there is another one by now, nothing is saved. */
  readonly ifVersion?: number;
  /** Told now and then how many grants are written. */
  readonly progress?: Progress;
}

/** What the groups of directories give, for the pages of the organization's owner. */
export interface MappingService {
  get(scope: DirectoryScope): Promise<MappingOverview>;
  /** One small read, however many groups there are. */
  mode(scope: DirectoryScope): Promise<MappingMode>;
  /** All pushed groups with what they give, in order of creation. `after` is `''` or the `next` of the page before. */
  groups(
    scope: DirectoryScope,
    page: { readonly after: string; readonly limit: number },
  ): Promise<{ readonly items: readonly MappedGroup[]; readonly next?: string }>;
  /** What saving would do, without doing it. */
  preview(
    scope: DirectoryScope,
    mapping: GroupMapping,
  ): Promise<
    { readonly preview: Preview; readonly needsConfirmation: boolean } | { readonly faults: readonly MappingFault[] }
  >;
  /**
   * Saves and applies a mapping. Another mode, and whatever takes something from more people than the blast radius allows,
   * needs the digest of a preview that is still true.
   * @throws {StaleVersionError} when the mapping is not in the version that was seen.
   */
  save(scope: DirectoryScope, mapping: GroupMapping, options: SaveMapping): Promise<SavedMapping>;
}

export function createMappingService(options: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly rules: CompleteRules;
}): MappingService {
  const { clock, rules } = options;
  const storage = managed(options.storage);

  return {
    get: (scope) =>
      manage(storage, scope, async (within) => {
        const { mapping, version } = await readSetup(within, scope, rules);
        const rows = mapping.mode === 'manual' ? await within.mappings.rows(scope) : [];
        return { mapping: mapping.mode === 'manual' ? { mode: 'manual', rows } : mapping, version };
      }),

    async mode(scope) {
      const { mapping, version } = await readSetup(storage, scope, rules);
      return { mapping, version };
    },

    async groups(scope, { after, limit }) {
      const setup = await readSetup(storage, scope, rules);
      const { items, next } = await storage.groups.query(scope, { page: { after, count: limit } });
      const names = items.map(nameOf);
      const given = await rowsOfGroups(storage, scope, setup, names);
      return {
        items: items.map((group) => ({
          ...nameOf(group),
          memberCount: group.memberCount,
          rows: given.filter(({ groupId }) => groupId === group.id),
        })),
        ...(next !== undefined && { next }),
      };
    },

    preview: (scope, mapping) =>
      manage(storage, scope, async (within) => {
        const setup = await readSetup(within, scope, rules);
        const faults = await faultsOf(within, scope, mapping, rules);
        if (faults.length > 0) return { faults };
        const plan = await planMapping(within, scope, mapping, setup);
        return { preview: plan.preview, needsConfirmation: await isConfirmationNeeded(within, scope, plan) };
      }),

    save: (scope, mapping, { by, confirm, ifVersion, progress }) =>
      manage(storage, scope, async (within): Promise<SavedMapping> => {
        // Before anything is looked at: a group that comes meanwhile is either seen here, or sees the new mapping.
        const setup = await readSetup(within, scope, rules, 'exclusive');
        const faults = await faultsOf(within, scope, mapping, rules);
        if (faults.length > 0) return { kind: 'faults', faults };
        if (ifVersion !== undefined && ifVersion !== setup.version) throw new StaleVersionError(scope.directoryId);
        const plan = await planMapping(within, scope, mapping, setup);
        const { preview } = plan;
        const agreed =
          confirm === undefined ? !(await isConfirmationNeeded(within, scope, plan)) : confirm === preview.digest;
        if (!agreed) return { kind: 'needs-confirmation', preview };
        const at = new Date(clock.now()).toISOString();
        await applyMapping(within, scope, plan, { at, by, ...(progress && { progress }) }, rules);
        return { kind: 'saved', preview };
      }),
  };
}

async function faultsOf(
  { groups, teams }: ManagedStorage,
  scope: DirectoryScope,
  mapping: GroupMapping,
  { roles }: CompleteRules,
): Promise<readonly MappingFault[]> {
  const rows = mapping.mode === 'manual' ? mapping.rows : [];
  const targets = mapping.mode === 'manual' ? rows.map(({ target }) => target) : [];
  const teamIds = [
    ...targets.flatMap((target) => (target === 'organization' ? [] : [target.slice('team:'.length)])),
    ...(mapping.mode === 'off' ? mapping.defaultTeams.map(({ teamId }) => teamId) : []),
  ];
  const knownGroups = await groups.getMany(
    scope,
    rows.map(({ groupId }) => groupId),
  );
  const knownTeams = await teams.getMany(scope, teamIds);
  const known = {
    groupIds: new Set(knownGroups.map(({ id }) => id)),
    teamIds: new Set(knownTeams.map(({ id }) => id)),
  };
  return faultsOfMapping(mapping, known, roles);
}

async function applyMapping(
  storage: ManagedStorage,
  scope: DirectoryScope,
  { mapping, setup, groups, before, teams, switched, preview }: PlannedMapping,
  { at, by, progress }: Omit<SaveMapping, 'confirm' | 'ifVersion'> & { readonly at: string },
  rules: CompleteRules,
): Promise<void> {
  const { mappings } = storage;
  const { version, policy, roles } = setup;
  const { directoryId } = scope;
  const step = beginStep(storage, scope, { at, cause: 'mapping', by, directoryId, policy, roles });
  if (switched) {
    await resetOverrides(storage, scope, step, before, setup);
    const links = await mappings.links(scope);
    await mappings.changeLinks(scope, { put: [], remove: links.map(({ groupId }) => groupId) });
  }
  const rows = mapping.mode === 'manual' ? mapping.rows : [];
  const stored: StoredMapping = mapping.mode === 'manual' ? { mode: 'manual' } : mapping;
  const settings = (await mappings.settings(scope)) ?? beginning(rules);
  const { version: _, ...kept } = { version: 0, ...settings };
  await mappings.putSettings(scope, { ...kept, mapping: stored }, version);
  await mappings.changeRows(scope, { put: [], remove: await mappings.rows(scope) });
  await mappings.changeRows(scope, { put: rows, remove: [] });
  step.note('mapping-saved', { version: version + 1, mode: mapping.mode });
  await changeTeams(storage, scope, step, teams, mapping.mode === 'auto' ? groups : [], { version: version + 1 });
  const now = { ...setup, mapping: stored };
  const links = await mappings.links(scope);
  const after = { rows: rowsGiven(now, groups, { rows, links }), defaultTeams: plannedDefaultTeams(mapping, policy) };
  const { added, removed, changed } = preview.grants;
  await changeRows(storage, scope, step, planGrantRows(before, after), setup, {
    progress,
    of: added + removed + changed,
  });
  await step.complete();
}

function plannedDefaultTeams(
  mapping: GroupMapping,
  { membershipAuthority }: { readonly membershipAuthority: 'scim' | 'claims' | 'union' },
) {
  return mapping.mode === 'off' && membershipAuthority !== 'claims' ? mapping.defaultTeams : [];
}
