import type { GroupMapping, MappingRow } from '../provisioning/group-mapping.js';
import { isPrivileged, rolesFor } from '../provisioning/role-catalogue.js';
import type { GrantTarget } from '../storage/grant.js';
import { AdminProblem } from './admin-problem.js';
import { type AdminContext, type InputSchema, inputSchema, type JsonSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { VERSION } from './oidc-tenant-input.js';
import { requireOwner } from './provisioning-routes.js';

/** What a group gives, as people say it: the team by its name or its id. */
interface PlaceInput {
  /** `organization`, or `team:` with the id of a team. */
  readonly target?: string;
  readonly teamName?: string;
  readonly role?: string;
  /** `false` leaves the row out: how a form takes one away. */
  readonly keep?: boolean;
  /** An owner allows this very row to give a privileged role. */
  readonly allow?: boolean;
}

/** What the groups of a directory are to give. */
interface MappingInput {
  readonly mode: 'off' | 'manual' | 'auto';
  /** For `manual`; the rows that are there stay where none are given. */
  readonly rows?: readonly (PlaceInput & { readonly groupId: string })[];
  /** For `off`. */
  readonly defaultTeams?: readonly PlaceInput[];
  /** For `auto`: names with `*` and `?`; one that begins with `!` excludes. */
  readonly filter?: readonly string[];
  readonly teamRole?: string;
  readonly organizationRole?: string;
  readonly allow?: boolean;
}

/** The same, from a version, and confirmed where that is asked for. */
interface MappingWish extends MappingInput {
  readonly version: number;
  /** The digest of the preview that was looked at. */
  readonly confirm?: string;
}

/** What one group is to give. */
interface GroupWish {
  readonly rows?: readonly PlaceInput[];
  /** What becomes of rows that are not named: they go, unless they are to be kept. */
  readonly others?: 'keep';
  readonly version: number;
  readonly confirm?: string;
}

/** A mapping, and where each of its rows or default teams stood in what was sent. */
export interface ReadMapping {
  readonly mapping: GroupMapping;
  /** Nothing for those that were there before. */
  readonly sentAt: readonly (number | undefined)[];
}

interface ReadRows {
  readonly rows: readonly MappingRow[];
  readonly sentAt: readonly number[];
}

const MOST_ROWS = 10_000;
const text: JsonSchema = { type: 'string', minLength: 1, maxLength: 1000 };
const place = {
  target: {
    type: 'string',
    pattern: '^(?:organization|team:[^\\p{Cc}]{1,200})$',
    description: 'organization, or team: with an id',
  },
  teamName: text,
  role: text,
  keep: { type: 'boolean' },
  allow: { type: 'boolean' },
};
const placeList = (properties: JsonSchema, required: readonly string[]): JsonSchema => ({
  type: 'array',
  maxItems: MOST_ROWS,
  items: { type: 'object', additionalProperties: false, required, properties },
});
const CONFIRM: JsonSchema = { type: 'string', maxLength: 64, description: 'the digest of a preview' };

export const MAPPING_WISH: InputSchema<MappingWish> = inputSchema<MappingWish>(
  {
    mode: { enum: ['off', 'manual', 'auto'], description: 'one of off, manual, auto' },
    rows: placeList({ ...place, groupId: text }, ['groupId']),
    defaultTeams: placeList(place, []),
    filter: { type: 'array', maxItems: 100, items: text },
    teamRole: text,
    organizationRole: text,
    allow: { type: 'boolean' },
    version: VERSION,
    confirm: CONFIRM,
  },
  ['mode', 'version'],
);

export const GROUP_WISH: InputSchema<GroupWish> = inputSchema<GroupWish>(
  { rows: placeList(place, []), others: { enum: ['keep'] }, version: VERSION, confirm: CONFIRM },
  ['version'],
);

/** The mapping that somebody wishes for. @throws {AdminProblem} with every fault. */
export async function readMapping(
  site: AdminSite,
  context: AdminContext,
  input: MappingInput,
  current: GroupMapping,
): Promise<ReadMapping> {
  const { roles } = site.rules;
  switch (input.mode) {
    case 'manual': {
      const before = current.mode === 'manual' ? current.rows : [];
      if (!input.rows) return { mapping: { mode: 'manual', rows: before }, sentAt: [] };
      const { rows, sentAt } = await readRows(site, context, input.rows, before);
      return { mapping: { mode: 'manual', rows }, sentAt };
    }
    case 'off': {
      const rows = (input.defaultTeams ?? []).map((each) => ({ ...each, groupId: '' }));
      const { rows: read, sentAt } = await readRows(site, context, rows, [], 'defaultTeams');
      const defaultTeams = read.map(({ target, role }) => ({ teamId: target.slice('team:'.length), role }));
      return { mapping: { mode: 'off', defaultTeams }, sentAt };
    }
    case 'auto': {
      const { filter = [], teamRole = roles.team[0].name, organizationRole, allow } = input;
      const isSame =
        current.mode === 'auto' && current.teamRole === teamRole && current.organizationRole === organizationRole;
      const kept = isSame ? current.allowedBy : undefined;
      const asks = allow === true && kept === undefined;
      if (asks) requireOwner(context);
      const allowedBy = asks ? context.actor.id : allow === false ? undefined : kept;
      const mapping = {
        mode: 'auto',
        filter,
        teamRole,
        ...(organizationRole !== undefined && { organizationRole }),
        ...(allowedBy !== undefined && { allowedBy }),
      } as const;
      return { mapping, sentAt: [] };
    }
  }
}

/** The mapping with other rows of one group. @throws {AdminProblem} outside manual mode, or with every fault. */
export async function withRowsOf(
  site: AdminSite,
  context: AdminContext,
  groupId: string,
  { rows: places = [], others }: Pick<GroupWish, 'rows' | 'others'>,
  current: GroupMapping,
): Promise<ReadMapping> {
  if (current.mode !== 'manual') {
    throw new AdminProblem('not_now', { sentence: 'Groups are mapped one by one in manual mode only.' });
  }
  const { rows, sentAt } = await readRows(
    site,
    context,
    places.map((each) => ({ ...each, groupId })),
    current.rows,
  );
  const named = new Set([...places, ...rows].map(({ target }) => target));
  const kept = current.rows.filter((row) => row.groupId !== groupId || (others === 'keep' && !named.has(row.target)));
  return { mapping: { mode: 'manual', rows: [...kept, ...rows] }, sentAt: [...kept.map(() => undefined), ...sentAt] };
}

async function readRows(
  { storage, rules: { roles } }: AdminSite,
  context: AdminContext,
  inputs: readonly (PlaceInput & { readonly groupId: string })[],
  before: readonly MappingRow[],
  name = 'rows',
): Promise<ReadRows> {
  const { organizationId, actor } = context;
  const rows: MappingRow[] = [];
  const sentAt: number[] = [];
  const faults = [];
  for (const [
    index,
    { groupId, target: given, teamName, role: wanted, keep = true, allow = false },
  ] of inputs.entries()) {
    // A line of a form that was left empty, or is to go.
    if (!keep || (given === undefined && teamName === undefined)) continue;
    const team = teamName === undefined ? undefined : await storage.teams.findByName({ organizationId }, teamName);
    if (teamName !== undefined && !team)
      faults.push({ path: `${name}[${index}].teamName`, message: 'is the name of no team' });
    const target = (team ? `team:${team.id}` : given) as GrantTarget | undefined;
    if (target === undefined) continue;
    const role = wanted ?? rolesFor(roles, target)[0].name;
    const kept = before.find((row) => row.groupId === groupId && row.target === target && row.role === role)?.allowedBy;
    const asks = allow === true && isPrivileged(rolesFor(roles, target), role) && kept === undefined;
    if (asks) requireOwner(context);
    const allowedBy = asks ? actor.id : allow === false ? undefined : kept;
    rows.push({ groupId, target, role, ...(allowedBy !== undefined && { allowedBy }) });
    sentAt.push(index);
  }
  if (faults.length > 0) throw new AdminProblem('invalid_input', { faults });
  return { rows, sentAt };
}
