import type { GroupMapping } from 'express-sso-scim';
import type { ConsoleSite } from './console-site.js';
import { pushPeople } from './push-people.js';
import type { TrialOrganization } from './trial-organizations.js';

type Parts = Pick<ConsoleSite, 'storage' | 'provisioning'>;

/** What happened in an organization of the example before you came: people were pushed, and an owner set things up. */
export async function setUpFirst(
  site: Parts,
  trial: TrialOrganization,
  {
    founderId: by,
    scimBaseUrl,
    token,
  }: { readonly founderId: string; readonly scimBaseUrl: string; readonly token: string },
): Promise<void> {
  await pushPeople(scimBaseUrl, token, trial);
  await giveRoles(site, trial, by);
  await mapGroups(site, trial, by);
}

async function giveRoles(
  { storage, provisioning }: Parts,
  { directory: { organizationId }, users, roles }: TrialOrganization,
  by: string,
): Promise<void> {
  const scope = { organizationId };
  for (const [name, role] of Object.entries(roles)) {
    const user = await storage.users.findByEmail(scope, users[name]?.userName ?? '');
    if (!user) throw new Error(`${name} was pushed to ${organizationId} and is nobody`);
    await provisioning.people.grant(scope, { userId: user.id, target: 'organization', role, by });
  }
}

/** Saves what groups give, as an owner does: a change of the mode is looked at first, and confirmed. */
async function mapGroups(site: Parts, trial: TrialOrganization, by: string): Promise<void> {
  const { mappings } = site.provisioning;
  const scope = { organizationId: trial.directory.organizationId, directoryId: trial.directory.id };
  const mapping = await mappingOf(site, trial);
  let saved = await mappings.save(scope, mapping, { by });
  if (saved.kind === 'needs-confirmation') {
    saved = await mappings.save(scope, mapping, { by, confirm: saved.preview.digest });
  }
  if (saved.kind !== 'saved') throw new Error(`the groups of ${scope.directoryId} could not be mapped: ${saved.kind}`);
}

async function mappingOf({ storage, provisioning }: Parts, trial: TrialOrganization): Promise<GroupMapping> {
  const { teams, directory } = trial;
  if (teams === 'one for each group') return { mode: 'auto', filter: [], teamRole: 'Member' };
  const { organizationId, id: directoryId } = directory;
  const { items } = await provisioning.mappings.groups({ organizationId, directoryId }, { after: '', limit: 100 });
  const rows = items.map(async ({ id: groupId, displayName }) => {
    const name = teams[displayName];
    if (name === undefined) return [];
    const team = await storage.teams.create({ organizationId }, { key: `first:${name}`, name });
    return [{ groupId, target: `team:${team.id}`, role: 'Member' } as const];
  });
  return { mode: 'manual', rows: (await Promise.all(rows)).flat() };
}
