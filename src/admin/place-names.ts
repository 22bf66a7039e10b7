import { managed } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { AdminSite } from './admin-site.js';

/** Names targets of grants: teams that are there, teams that are still to be made, and the organization itself. */
export async function placeNames(
  { storage }: AdminSite,
  { organizationId }: OrganizationScope,
  targets: readonly string[],
  coming: readonly { readonly groupId: string; readonly name: string }[] = [],
): Promise<(target: string) => string> {
  const ids = targets.filter((target) => target.startsWith('team:')).map((target) => target.slice('team:'.length));
  const teams = await managed(storage).teams.getMany({ organizationId }, [...new Set(ids)]);
  const names = new Map(teams.map(({ id, name }) => [`team:${id}`, name]));
  for (const { groupId, name } of coming) names.set(`team:new:${groupId}`, name);
  names.set('organization', 'the organization');
  return (target) => names.get(target) ?? target;
}
