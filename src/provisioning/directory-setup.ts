import type { ManagedStorage } from '../storage/managed-storage.js';
import type { ProvisioningSettings, StoredMapping } from '../storage/mapping-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import { givingRows } from './directory-grants.js';
import { effectiveRows, type GroupName, type MappingRow, type TeamLink, type TeamRole } from './group-mapping.js';
import { type ProvisioningPolicy, parseProvisioningPolicy } from './provisioning-policy.js';
import type { CompleteRules } from './provisioning-rules.js';
import type { RoleCatalogue } from './role-catalogue.js';

/** How one directory provisions: the rules with what was saved for it. */
export interface DirectorySetup extends Omit<ProvisioningSettings, 'policy'> {
  readonly policy: ProvisioningPolicy;
  readonly roles: RoleCatalogue;
}

/** Reads how a directory provisions: one small record, however many groups it has. Who means to change it says so. */
export async function readSetup(
  { mappings }: ManagedStorage,
  scope: DirectoryScope,
  rules: CompleteRules,
  lock: 'shared' | 'exclusive' = 'shared',
): Promise<DirectorySetup> {
  const { roles, policy } = rules;
  const settings = await mappings.settings(scope, lock);
  if (!settings) return { ...beginning(rules), roles, policy, version: 0 };
  return { ...settings, roles, policy: { ...policy, ...parseProvisioningPolicy(settings.policy) } };
}

/** What a directory has before anything was saved for it. */
export function beginning({ mappingMode, roles }: CompleteRules): Omit<ProvisioningSettings, 'version'> {
  const base = roles.team[0].name;
  const mapping: StoredMapping =
    mappingMode === 'off'
      ? { mode: 'off', defaultTeams: [] }
      : mappingMode === 'manual'
        ? { mode: 'manual' }
        : { mode: 'auto', filter: [], teamRole: base };
  return { mapping, policy: {}, convert: [], attributeRoles: [] };
}

/** Teams for everybody of a directory; none while groups give teams, or claims alone do. */
export function defaultTeamsOf({ mapping, policy }: Pick<DirectorySetup, 'mapping' | 'policy'>): readonly TeamRole[] {
  return mapping.mode === 'off' && policy.membershipAuthority !== 'claims' ? mapping.defaultTeams : [];
}

/** The rows of these groups that give something: in manual mode those of the groups alone are read. */
export async function rowsOfGroups(
  storage: ManagedStorage,
  scope: DirectoryScope,
  setup: Pick<DirectorySetup, 'mapping' | 'policy' | 'roles'>,
  groups: readonly GroupName[],
): Promise<readonly MappingRow[]> {
  const { mapping } = setup;
  if (groups.length === 0 || mapping.mode === 'off') return [];
  const groupIds = groups.map(({ id }) => id);
  const rows = mapping.mode === 'manual' ? await storage.mappings.rows(scope, groupIds) : [];
  const links = mapping.mode === 'auto' ? await storage.mappings.links(scope, { groupIds }) : [];
  return rowsGiven(setup, groups, { rows, links });
}

/** The rows that give something, of what is stored. */
export function rowsGiven(
  { mapping, policy, roles }: Pick<DirectorySetup, 'mapping' | 'policy' | 'roles'>,
  groups: readonly GroupName[],
  { rows, links }: { readonly rows: readonly MappingRow[]; readonly links: readonly TeamLink[] },
): readonly MappingRow[] {
  const whole = mapping.mode === 'manual' ? { ...mapping, rows } : mapping;
  return givingRows(effectiveRows(whole, { groups, links }, roles), policy);
}
