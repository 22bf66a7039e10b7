import {
  type Clock,
  createDirectories,
  createDirectoryTokens,
  createOidcTenants,
  type DirectoryScope,
  type KeyRing,
  type ManagedStorage,
  type TrafficStores,
} from 'express-sso-scim';
import {
  callId,
  type PageScale,
  pageGroupId,
  pageTeamId,
  personId,
  pushedId,
  trafficEntry,
} from './page-population.js';

/** Adds what there is much of, in the way that a storage does it fastest. */
export interface BulkFill {
  /** Users, and people, pushed users and grants of them. */
  addPeople(scope: DirectoryScope, scale: PageScale): Promise<void>;
  /** Groups with ten members each, and as many teams. */
  addGroups(scope: DirectoryScope, scale: PageScale): Promise<void>;
  addJournal(scale: PageScale): Promise<void>;
}

/** What the addresses of an organization's pages are made of. */
export interface PagePlaces {
  readonly organizationId: string;
  readonly directoryId: string;
  readonly tenantId: string;
}

const BATCH = 1000;
/** Of each group. */
export const MEMBERS = 10;
const DOMAINS = 100;

/** Fills an organization: what it has most of in bulk, the rest as it comes about. */
export async function fillPages({ storage, bulk, clock, keyRing }: PageSite, scale: PageScale): Promise<PagePlaces> {
  const { organizationId } = scale;
  const directory = await createDirectories({ storage, clock }).create({
    organizationId,
    id: `directory-${organizationId}`,
    name: 'Identity provider',
  });
  const scope = { organizationId, directoryId: directory.id };
  for (const name of ['first', 'second', 'third']) {
    await createDirectoryTokens({ storage, clock }).issue({ directory, name });
  }
  await bulk.addPeople(scope, scale);
  await bulk.addGroups(scope, scale);
  await bulk.addJournal(scale);
  await addMapping(storage, scope, scale);
  await addWaiting(storage, scope, scale);
  const now = clock.now();
  await inBatches(scale.calls, async (indexes) => {
    const entries = indexes.map((index) => trafficEntry(index, scale, now));
    const hour = new Date(Math.floor(now / 3_600_000) * 3_600_000).toISOString();
    const counts = [{ hour, outcome: 'done', calls: entries.length, unrecorded: 0 } as const];
    await storage.traffic.append(scope, { entries, counts }, scale.calls);
  });
  const tenantId = await addTenant({ storage, clock, keyRing }, scale);
  return { ...scope, tenantId };
}

/** What an organization is filled with. */
export interface PageSite {
  readonly storage: ManagedStorage & TrafficStores;
  readonly bulk: BulkFill;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
}

/** Calls for the numbers up to a count, a thousand at a time. */
export async function inBatches(count: number, work: (indexes: readonly number[]) => Promise<void>): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    await work(Array.from({ length: Math.min(BATCH, count - first) }, (_, offset) => first + offset));
  }
}

/** Each group gives three teams and has one that was made for it; some people are to be converted. */
async function addMapping(
  { mappings }: ManagedStorage,
  scope: DirectoryScope,
  { groups, converted }: PageScale,
): Promise<void> {
  const convert = Array.from({ length: converted }, (_, index) => personId(index));
  const settings = { mapping: { mode: 'manual' }, policy: {}, convert, attributeRoles: [] } as const;
  await mappings.putSettings(scope, settings, 0);
  const put = Array.from({ length: groups }, (_, index) =>
    [0, 1, 2].map((next) => ({
      groupId: pageGroupId(index),
      target: `team:${pageTeamId((index + next) % groups)}` as const,
      role: 'Member',
    })),
  ).flat();
  await mappings.changeRows(scope, { put, remove: [] });
  const links = Array.from({ length: groups }, (_, index) => ({
    groupId: pageGroupId(index),
    teamId: pageTeamId(index),
    created: true,
  }));
  await mappings.changeLinks(scope, { put: links, remove: [] });
}

/** Conflicts about people who are there, and a hold. */
async function addWaiting(
  { conflicts, holds }: ManagedStorage,
  scope: DirectoryScope,
  { conflicts: count, held }: PageScale,
): Promise<void> {
  const at = '2026-11-20T10:00:00.000Z';
  await inBatches(count, async (indexes) => {
    await Promise.all(
      indexes.map((index) =>
        conflicts.put(scope, {
          id: `conflict-${String(index).padStart(4, '0')}`,
          subject: `user:${pushedId(index)}`,
          reason: 'existing-person',
          userId: personId(index % 50),
          at,
        }),
      ),
    );
  });
  const grants = Array.from({ length: held }, (_, index) => ({
    userId: personId(index),
    target: 'team:team-0000' as const,
    source: 'group:group-0000' as const,
    role: 'Member',
  }));
  await holds.put(scope, { id: `hold-${scope.organizationId}`, reason: 'blast-radius', at, grants });
}

async function addTenant(
  { storage, clock, keyRing }: Omit<PageSite, 'bulk'>,
  { organizationId, entries }: PageScale,
): Promise<string> {
  const tenants = createOidcTenants({ storage, clock, keyRing });
  const domains = Array.from({ length: DOMAINS }, (_, index) => `brand-${index}.${organizationId}-group.example`);
  const { id } = await tenants.submit(
    {
      organizationId,
      domains: domains.join(', '),
      authority: `https://idp.${organizationId}.example`,
      clientId: 'app',
      clientSecret: 'a secret',
    },
    { userId: 'owner', role: 'organization' },
  );
  await inBatches(Math.min(entries / 2, 10_000), (indexes) =>
    storage.journal.append(
      { organizationId },
      indexes.map((index) => ({
        id: `${id}-${index}`,
        subject: `oidc-tenant:${id}`,
        kind: 'changed',
        at: new Date(clock.now() + index).toISOString(),
        details: { by: { userId: 'owner', role: 'organization' }, message: callId(index) },
      })),
    ),
  );
  return id;
}
