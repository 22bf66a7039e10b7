import { type Lock, lockOf } from '../provisioning/lock.js';
import { managed } from '../storage/managed-storage.js';
import type { AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { TEAMS_SCHEMA } from './answer-schemas/people-schemas.js';
import { provisioningOf } from './directory-place.js';
import { PAGE, type PageQuery, pageByKey, SHORT_PAGE_SIZE } from './page-query.js';

/** A team with what may not be done to it. */
interface TeamAnswer {
  readonly id: string;
  readonly name: string;
  /** The pushed group that it belongs to, where there is one. */
  readonly group?: { readonly directoryId: string; readonly directoryName: string; readonly name: string };
  readonly locks: readonly { readonly edit: 'rename-team' | 'delete-team'; readonly lock: Lock }[];
}

/** The teams of an organization. */
export interface TeamsAnswer {
  readonly items: readonly TeamAnswer[];
  readonly next?: string;
}

interface TeamLink {
  readonly group: NonNullable<TeamAnswer['group']>;
  /** Whether the team was made for the group. */
  readonly created: boolean;
}

const EDITS = ['rename-team', 'delete-team'] as const;

/** Teams, which groups they belong to, and what is locked. */
export function teamRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'list-teams',
      method: 'GET',
      path: '/organizations/{organizationId}/teams',
      role: 'administrator',
      title: 'Teams with the groups they belong to, and what is locked',
      answer: TEAMS_SCHEMA,
      query: inputSchema<PageQuery>(PAGE),
      async handle({ organizationId }, { query }): Promise<TeamsAnswer> {
        provisioningOf(site);
        const { teams } = managed(site.storage);
        const page = await pageByKey(
          { limit: SHORT_PAGE_SIZE, ...query },
          (part) => teams.list({ organizationId }, part),
          ({ id }) => id,
        );
        const ids = page.items.map(({ id }) => id);
        const links = await linksOf(site, organizationId, ids);
        const items = page.items.map(({ id, name }): TeamAnswer => {
          const there = links.get(id) ?? [];
          const link = there.find(({ created }) => created) ?? there[0];
          const team = { createdForGroup: link?.created === true };
          const locks = EDITS.flatMap((edit) => {
            const lock = lockOf({ kind: edit, team }, site.rules.policy);
            return lock ? [{ edit, lock }] : [];
          });
          return { id, name, ...(link && { group: link.group }), locks };
        });
        return { ...page, items };
      },
    }),
  ];
}

/** Which groups teams belong to: two look-ups for each directory, however many teams there are. */
async function linksOf(
  { storage }: AdminSite,
  organizationId: string,
  teamIds: readonly string[],
): Promise<ReadonlyMap<string, readonly TeamLink[]>> {
  const { mappings, directories, groups } = managed(storage);
  const found = new Map<string, TeamLink[]>();
  if (teamIds.length === 0) return found;
  for (const { id: directoryId, name: directoryName } of await directories.list({ organizationId })) {
    const scope = { organizationId, directoryId };
    const links = await mappings.links(scope, { teamIds });
    if (links.length === 0) continue;
    const ids = links.map(({ groupId }) => groupId);
    const names = new Map((await groups.getMany(scope, ids)).map(({ id, attributes }) => [id, attributes]));
    for (const { teamId, groupId, created } of links) {
      const name = String(names.get(groupId)?.['displayName'] ?? groupId);
      found.set(teamId, [...(found.get(teamId) ?? []), { created, group: { directoryId, directoryName, name } }]);
    }
  }
  return found;
}
