import type { GroupMapping } from '../provisioning/group-mapping.js';
import { managed } from '../storage/managed-storage.js';
import type { StoredMapping } from '../storage/mapping-store.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { GROUP_SCHEMA, GROUPS_SCHEMA, PREVIEW_SCHEMA } from './answer-schemas/mapping-schemas.js';
import { type DirectoryAnswer, directoryAnswer } from './directory-answer.js';
import { DIRECTORY, OWNER, provisioningAt } from './directory-place.js';
import { GROUP_WISH, MAPPING_WISH, type ReadMapping, readMapping, withRowsOf } from './mapping-input.js';
import { type MappingPreview, mappingFaults, namedPreview } from './mapping-preview.js';
import { PAGE, type PageQuery, pageOf, pageWithin, SHORT_PAGE_SIZE } from './page-query.js';
import { placeNames } from './place-names.js';

const MAPPING = `${DIRECTORY}/mapping` as const;
const GROUPS = `${DIRECTORY}/groups` as const;
const GROUP = `${DIRECTORY}/groups/{groupId}` as const;
const SUGGESTIONS = 30;
/** A page has several fields for each row. */
const ROWS_SHOWN = 20;

/** A pushed group with what it gives. */
interface GroupAnswer {
  readonly id: string;
  readonly displayName: string;
  readonly memberCount: number;
  readonly rows: readonly {
    readonly target: string;
    readonly place: string;
    readonly role: string;
    readonly allowedBy?: string;
  }[];
}

interface MappingFrame {
  readonly directory: DirectoryAnswer;
  readonly version: number;
  readonly roles: { readonly organization: readonly string[]; readonly team: readonly string[] };
  /** Some teams, as suggestions. */
  readonly teams: readonly { readonly id: string; readonly name: string }[];
}

/** The groups of a directory, mapped or not. */
export interface GroupsAnswer extends MappingFrame {
  readonly mapping: StoredMapping;
  /** Of the default teams, by id. */
  readonly teamNames: Readonly<Record<string, string>>;
  readonly items: readonly GroupAnswer[];
  readonly next?: string;
}

/** One group, to be mapped. */
export interface GroupPlaceAnswer extends MappingFrame {
  readonly mode: GroupMapping['mode'];
  /** With some of its rows, in order of their targets. */
  readonly group: GroupAnswer;
  readonly next?: string;
}

/** What the groups of a directory give: looked at, previewed, saved. */
export function mappingRoutes(site: AdminSite): readonly AdminRoute[] {
  type Wanted = (current: GroupMapping) => Promise<ReadMapping>;
  interface Wish {
    readonly context: AdminContext;
    readonly directoryId: string;
    readonly version: number;
    readonly wanted: Wanted;
    readonly save: MappingPreview['save'];
  }

  async function previewed({ context, directoryId, version, wanted, save }: Wish): Promise<MappingPreview> {
    const { scope, service, directory } = await provisioningAt(site, context.organizationId, directoryId);
    const { mapping: before } = await service.mappings.get(scope);
    const read = await wanted(before);
    const { mapping: after } = read;
    const planned = await service.mappings.preview(scope, after);
    if ('faults' in planned) throw refused(read, planned.faults);
    const { preview, needsConfirmation } = planned;
    const frame = { directory: directoryAnswer(site, directory), version, save, needsConfirmation };
    return namedPreview(site, scope, { before, after, preview }, frame);
  }

  async function saved(wish: Wish, confirm: string | undefined): Promise<MappingPreview> {
    const { context, directoryId, version, wanted, save } = wish;
    const { scope, service, directory } = await provisioningAt(site, context.organizationId, directoryId);
    const { mapping: before } = await service.mappings.get(scope);
    const read = await wanted(before);
    const { mapping: after } = read;
    const told = confirm === undefined ? {} : { confirm };
    const result = await service.mappings.save(scope, after, { by: context.actor.id, ifVersion: version, ...told });
    if (result.kind === 'faults') throw refused(read, result.faults);
    const needsConfirmation = result.kind === 'needs-confirmation';
    const { version: now } = await service.mappings.mode(scope);
    const frame = { directory: directoryAnswer(site, directory), version: now, save, needsConfirmation };
    const answer = await namedPreview(site, scope, { before, after, preview: result.preview }, frame);
    if (needsConfirmation) throw new AdminProblem('needs_confirmation', { current: answer });
    return answer;
  }

  const wholeWish = (context: AdminContext, directoryId: string, body: ReturnType<typeof MAPPING_WISH.parse>): Wish => {
    const { version, confirm: _, ...wish } = body;
    return {
      context,
      directoryId,
      version,
      wanted: (current) => readMapping(site, context, wish, current),
      save: { route: 'save-mapping', params: { directoryId }, wish },
    };
  };
  const groupWish = (
    context: AdminContext,
    { directoryId, groupId }: { readonly directoryId: string; readonly groupId: string },
    { version, rows = [], others }: ReturnType<typeof GROUP_WISH.parse>,
  ): Wish => ({
    context,
    directoryId,
    version,
    wanted: (current) => withRowsOf(site, context, groupId, { rows, ...(others && { others }) }, current),
    save: { route: 'save-group', params: { directoryId, groupId }, wish: { rows, ...(others && { others }) } },
  });

  return [
    defineRoute({
      id: 'list-groups',
      method: 'GET',
      path: GROUPS,
      ...OWNER,
      title: 'Groups of a directory, mapped or not',
      answer: GROUPS_SCHEMA,
      query: inputSchema<PageQuery>(PAGE),
      handle: (context, { params, query }) => readGroups(site, context, params.directoryId, query),
    }),
    defineRoute({
      id: 'get-group',
      method: 'GET',
      path: GROUP,
      ...OWNER,
      title: 'What one group gives',
      query: inputSchema<PageQuery>(PAGE),
      answer: GROUP_SCHEMA,
      handle: (context, { params, query }) => readGroup(site, context, params, query),
    }),
    defineRoute({
      id: 'preview-mapping',
      method: 'POST',
      path: `${MAPPING}/preview`,
      ...OWNER,
      title: 'What a mapping would do',
      answer: PREVIEW_SCHEMA,
      body: MAPPING_WISH,
      handle: (context, { params, body }) => previewed(wholeWish(context, params.directoryId, body)),
    }),
    defineRoute({
      id: 'save-mapping',
      method: 'PUT',
      path: MAPPING,
      ...OWNER,
      title: 'Save and apply a mapping',
      answer: PREVIEW_SCHEMA,
      body: MAPPING_WISH,
      handle: (context, { params, body }) => saved(wholeWish(context, params.directoryId, body), body.confirm),
    }),
    defineRoute({
      id: 'preview-group',
      method: 'POST',
      path: `${GROUP}/preview`,
      ...OWNER,
      title: 'What another mapping of one group would do',
      answer: PREVIEW_SCHEMA,
      body: GROUP_WISH,
      handle: (context, { params, body }) => previewed(groupWish(context, params, body)),
    }),
    defineRoute({
      id: 'save-group',
      method: 'PUT',
      path: GROUP,
      ...OWNER,
      title: 'Save and apply what one group gives',
      answer: PREVIEW_SCHEMA,
      body: GROUP_WISH,
      handle: (context, { params, body }) => saved(groupWish(context, params, body), body.confirm),
    }),
  ];
}

function refused(read: ReadMapping, faults: Parameters<typeof mappingFaults>[0]): AdminProblem {
  return new AdminProblem('invalid_input', { faults: mappingFaults(faults, read) });
}

async function readGroups(
  site: AdminSite,
  { organizationId }: AdminContext,
  directoryId: string,
  { after = '', limit = SHORT_PAGE_SIZE }: PageQuery,
): Promise<GroupsAnswer> {
  const { scope, service, directory } = await provisioningAt(site, organizationId, directoryId);
  const { mapping, version } = await service.mappings.mode(scope);
  const { items, next } = await pageOf(() => service.mappings.groups(scope, { after, limit }));
  const defaults = mapping.mode === 'off' ? mapping.defaultTeams.map(({ teamId }) => `team:${teamId}`) : [];
  const targets = items.flatMap(({ rows }) => rows.map(({ target }) => target));
  const placeOf = await placeNames(site, scope, [...targets, ...defaults]);
  return {
    ...(await frameOf(site, organizationId)),
    directory: directoryAnswer(site, directory),
    version,
    mapping,
    teamNames: Object.fromEntries(defaults.map((target) => [target.slice('team:'.length), placeOf(target)])),
    items: items.map((group) => groupAnswer(group, placeOf)),
    ...(next !== undefined && { next }),
  };
}

async function readGroup(
  site: AdminSite,
  { organizationId }: AdminContext,
  { directoryId, groupId }: { readonly directoryId: string; readonly groupId: string },
  query: PageQuery,
): Promise<GroupPlaceAnswer | undefined> {
  const { scope, service, directory } = await provisioningAt(site, organizationId, directoryId);
  const group = await site.storage.groups.get(scope, groupId);
  if (!group) return undefined;
  const { mapping, version } = await service.mappings.mode(scope);
  const all = mapping.mode === 'manual' ? await managed(site.storage).mappings.rows(scope, [groupId]) : [];
  const inOrder = all.map((row) => ({ ...row, id: row.target })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const { items: rows, next } = pageWithin({ limit: ROWS_SHOWN, ...query }, inOrder);
  const placeOf = await placeNames(
    site,
    scope,
    rows.map(({ target }) => target),
  );
  const named = {
    id: groupId,
    displayName: String(group.attributes['displayName'] ?? groupId),
    memberCount: group.memberCount,
  };
  return {
    ...(await frameOf(site, organizationId)),
    directory: directoryAnswer(site, directory),
    version,
    mode: mapping.mode,
    group: groupAnswer({ ...named, rows }, placeOf),
    ...(next !== undefined && { next }),
  };
}

async function frameOf(
  { storage, rules: { roles } }: AdminSite,
  organizationId: string,
): Promise<Pick<MappingFrame, 'roles' | 'teams'>> {
  const teams = await managed(storage).teams.list({ organizationId }, { after: '', limit: SUGGESTIONS });
  return {
    roles: { organization: roles.organization.map(({ name }) => name), team: roles.team.map(({ name }) => name) },
    teams: teams.map(({ id, name }) => ({ id, name })),
  };
}

function groupAnswer(
  {
    id,
    displayName,
    memberCount,
    rows,
  }: Omit<GroupAnswer, 'rows'> & { readonly rows: readonly Omit<GroupAnswer['rows'][number], 'place'>[] },
  placeOf: (target: string) => string,
): GroupAnswer {
  return {
    id,
    displayName,
    memberCount,
    rows: rows.map(({ target, role, allowedBy }) => ({
      target,
      place: placeOf(target),
      role,
      ...(allowedBy !== undefined && { allowedBy }),
    })),
  };
}
