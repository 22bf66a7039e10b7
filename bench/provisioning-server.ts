import express from 'express';
import {
  createProvisioningService,
  DEFAULT_PROVISIONING_POLICY,
  type ManagedStorage,
  type MappingRow,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { createHeldClock } from './held-clock.js';
import { createDirectory, fillDirectory } from './new-directory.js';
import { groupId } from './population.js';
import { measureProvisionedGrowth } from './provisioned-growth.js';
import { addOutsiders, addPeople, SCOPE, TEAM_IDS } from './provisioned-people.js';
import { ORGANIZATION_ID, readSettings, serve } from './serve.js';
import { openTables } from './tables.js';

/** What the process tells of a change of the mapping. */
export interface MappingChange {
  readonly seconds: { readonly preview: number; readonly save: number };
  readonly grants: number;
  /** How often the caller heard how far it was. */
  readonly told: number;
}

const { instant, scale, database } = readSettings();
const clock = createHeldClock(instant);
clock.letGo();
const rules = { mappingMode: 'manual', policy: DEFAULT_PROVISIONING_POLICY } as const;
const storage: ManagedStorage = database ? openTables(database).storage : await newMemory();
const service = createProvisioningService(storage, { ...rules, clock });
const [mapped = '', ...others] = TEAM_IDS;

async function newMemory(): Promise<ManagedStorage> {
  const memory = createMemoryStorage({
    organizations: [{ id: ORGANIZATION_ID, name: 'Benchmark' }],
    teams: TEAM_IDS.map((id) => ({ id, name: id, organizationId: ORGANIZATION_ID })),
  });
  await fillDirectory(memory, clock, scale);
  await addOutsiders(memory, clock, scale);
  await addPeople(memory, clock, scale);
  return memory;
}

/** Changes what groups give, as a host's page does it: with a preview that somebody agrees to. */
async function change(rows: readonly MappingRow[]): Promise<MappingChange> {
  const mapping = { mode: 'manual', rows } as const;
  const start = performance.now();
  const planned = await service.mappings.preview(SCOPE, mapping);
  if ('faults' in planned) throw new Error(`the mapping has faults: ${JSON.stringify(planned.faults)}`);
  const { grants, digest } = planned.preview;
  const previewed = performance.now();
  let told = 0;
  const progress = () => {
    told += 1;
  };
  const saved = await service.mappings.save(SCOPE, mapping, { by: 'owner', confirm: digest, progress });
  if (saved.kind !== 'saved') throw new Error(`the mapping was not saved: ${saved.kind}`);
  const seconds = { preview: (previewed - start) / 1000, save: (performance.now() - previewed) / 1000 };
  return { seconds, grants: grants.added + grants.removed + grants.changed, told };
}

function rowsOf(name: string, teamIds: readonly string[]): readonly MappingRow[] {
  return teamIds.map((teamId) => ({ groupId: groupId(name), target: `team:${teamId}`, role: 'Member' }));
}

serve(express(), {
  map: () => change(rowsOf('large', [mapped])),
  unmap: () => change([]),
  growth: async () => {
    const token = await createDirectory(storage, clock);
    await change([...rowsOf('small-0', others.slice(0, 3)), ...rowsOf('large', others.slice(3))]);
    return measureProvisionedGrowth(storage, token, scale, rules);
  },
});
