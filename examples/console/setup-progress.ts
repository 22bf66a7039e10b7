import type { ConsoleSite } from './console-site.js';

/** The steps that the application can see for itself. */
export type SetupStep = 'requested' | 'proved' | 'approved' | 'directory' | 'connected' | 'mapped';

/** How far an organization has come: the steps that are done. */
export async function setupProgress(
  { storage, provisioning }: Pick<ConsoleSite, 'storage' | 'provisioning'>,
  organizationId: string,
): Promise<ReadonlySet<SetupStep>> {
  const scope = { organizationId };
  const [tenants, directories] = await Promise.all([storage.oidcTenants.list(scope), storage.directories.list(scope)]);
  const pushed = await Promise.all(
    directories.map(async ({ id: directoryId }) => {
      const place = { organizationId, directoryId };
      const { total } = await storage.directoryUsers.query(place, { page: { startIndex: 1, count: 0 } });
      const { items } = await provisioning.mappings.groups(place, { after: '', limit: 100 });
      return { people: total, isMapped: items.some(({ rows }) => rows.length > 0) };
    }),
  );
  const done: Readonly<Record<SetupStep, boolean>> = {
    requested: tenants.length > 0,
    proved: tenants.some(({ provedDomains }) => provedDomains.length > 0),
    approved: tenants.some(({ state }) => state === 'active'),
    directory: directories.length > 0,
    connected: pushed.some(({ people }) => people > 0),
    mapped: pushed.some(({ isMapped }) => isMapped),
  };
  return new Set((Object.keys(done) as SetupStep[]).filter((step) => done[step]));
}
