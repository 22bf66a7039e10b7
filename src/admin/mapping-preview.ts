import type { ConfigurationFault } from '../core/option-faults.js';
import type { GroupMapping, MappingFault, MappingRow } from '../provisioning/group-mapping.js';
import type { Preview, SomePeople } from '../provisioning/preview.js';
import { managed } from '../storage/managed-storage.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { AdminSite } from './admin-site.js';
import type { DirectoryAnswer } from './directory-answer.js';
import type { ReadMapping } from './mapping-input.js';
import { placeNames } from './place-names.js';

/** A line from a group to what it gives, before and after. */
export interface MappingLine {
  readonly group: { readonly id: string; readonly name: string; readonly memberCount: number };
  readonly place: string;
  readonly role: string;
  readonly change: 'appears' | 'stays' | 'goes';
}

/** People by name, the first of them. */
export interface NamedPeople {
  readonly count: number;
  readonly first: readonly { readonly id: string; readonly name: string }[];
}

/** What saving a mapping would do, in names. Long lists are cut; counts are whole. */
export interface MappingPreview {
  readonly directory: DirectoryAnswer;
  readonly version: number;
  readonly from: GroupMapping['mode'];
  readonly to: GroupMapping['mode'];
  readonly digest: string;
  readonly needsConfirmation: boolean;
  /** The route that saves it, with what it needs besides the confirmation. */
  readonly save: { readonly route: string; readonly params: Readonly<Record<string, string>>; readonly wish: object };
  readonly counts: {
    readonly people: number;
    readonly gained: number;
    readonly lost: number;
    readonly changed: number;
  };
  readonly lines: readonly MappingLine[];
  readonly linesLeftOut: number;
  readonly places: readonly {
    readonly place: string;
    readonly gaining: NamedPeople;
    readonly losing: NamedPeople;
    readonly changing: NamedPeople;
  }[];
  readonly placesLeftOut: number;
  readonly newTeams: readonly string[];
  readonly renamedTeams: readonly string[];
  /** Groups that get no team of their own, with the reason. */
  readonly conflicts: readonly { readonly group: string; readonly sentence: string }[];
}

const MOST_LINES = 60;
const MOST_PLACES = 20;
const MOST_NAMES = 100;
const NAMES_OF_A_PLACE = 3;

const CONFLICTS = {
  'privileged-team': 'There is a team of that name with more rights than an identity provider may give.',
  'team-taken': 'There is a team of that name, and it belongs to another group.',
} as const;

type PreviewFrame = Pick<MappingPreview, 'directory' | 'version' | 'save' | 'needsConfirmation'>;

/** Puts a preview into names. */
export async function namedPreview(
  site: AdminSite,
  scope: DirectoryScope,
  {
    before,
    after,
    preview,
  }: { readonly before: GroupMapping; readonly after: GroupMapping; readonly preview: Preview },
  frame: PreviewFrame,
): Promise<MappingPreview> {
  const { grants, places, teams, digest } = preview;
  const lines = linesOf(before, after, preview);
  const shown = lines.slice(0, MOST_LINES);
  const groupIds = [...shown.map(({ groupId }) => groupId), ...teams.conflicts.map(({ groupId }) => groupId)];
  const groups = await groupsNamed(site, scope, groupIds);
  const groupOf = (id: string) => groups.get(id) ?? { id, name: id, memberCount: 0 };
  const targets = [...shown.map(({ target }) => target), ...places.slice(0, MOST_PLACES).map(({ target }) => target)];
  const placeOf = await placeNames(site, scope, targets, teams.create);
  const named = peopleNamer(site, scope);
  const shownPlaces: MappingPreview['places'][number][] = [];
  for (const { target, gaining, losing, changing } of places.slice(0, MOST_PLACES)) {
    shownPlaces.push({
      place: placeOf(target),
      gaining: await named(gaining),
      losing: await named(losing),
      changing: await named(changing),
    });
  }
  return {
    ...frame,
    from: before.mode,
    to: after.mode,
    digest,
    counts: { people: grants.people.length, gained: grants.added, lost: grants.removed, changed: grants.changed },
    lines: shown.map(({ groupId, target, role, change }) => ({
      group: groupOf(groupId),
      place: placeOf(target),
      role,
      change,
    })),
    linesLeftOut: lines.length - shown.length,
    places: shownPlaces,
    placesLeftOut: Math.max(0, places.length - MOST_PLACES),
    newTeams: teams.create.slice(0, MOST_LINES).map(({ name }) => name),
    renamedTeams: teams.rename.slice(0, MOST_LINES).map(({ name }) => name),
    conflicts: teams.conflicts
      .slice(0, MOST_LINES)
      .map(({ groupId, reason }) => ({ group: groupOf(groupId).name, sentence: CONFLICTS[reason] })),
  };
}

interface Line extends Pick<MappingRow, 'groupId' | 'target' | 'role'> {
  readonly change: MappingLine['change'];
}

/** What goes and appears first, what stays last. */
function linesOf(before: GroupMapping, after: GroupMapping, { teams }: Preview): readonly Line[] {
  const old = before.mode === 'manual' ? before.rows : [];
  const wanted = after.mode === 'manual' ? after.rows : [];
  const key = ({ groupId, target, role }: Pick<MappingRow, 'groupId' | 'target' | 'role'>) =>
    JSON.stringify([groupId, target, role]);
  const [oldKeys, wantedKeys] = [new Set(old.map(key)), new Set(wanted.map(key))];
  const role = after.mode === 'auto' ? after.teamRole : '';
  const made = teams.create.map(({ groupId }) => ({ groupId, target: `team:new:${groupId}` as const, role }));
  const joined = teams.link.map(({ groupId, teamId }) => ({ groupId, target: `team:${teamId}` as const, role }));
  return [
    ...old.filter((row) => !wantedKeys.has(key(row))).map((row) => ({ ...row, change: 'goes' as const })),
    ...[...wanted.filter((row) => !oldKeys.has(key(row))), ...made, ...joined].map((row) => ({
      ...row,
      change: 'appears' as const,
    })),
    ...wanted.filter((row) => oldKeys.has(key(row))).map((row) => ({ ...row, change: 'stays' as const })),
  ];
}

async function groupsNamed({ storage }: AdminSite, scope: DirectoryScope, ids: readonly string[]) {
  const groups = await storage.groups.getMany(scope, [...new Set(ids)]);
  return new Map(
    groups.map(({ id, attributes, memberCount }) => [
      id,
      { id, name: String(attributes['displayName'] ?? id), memberCount },
    ]),
  );
}

/** Names people, a bounded number of them in one preview. */
function peopleNamer({ storage }: AdminSite, { organizationId }: DirectoryScope) {
  const { users } = managed(storage);
  const names = new Map<string, string>();
  return async ({ count, first }: SomePeople): Promise<NamedPeople> => {
    const shown: { readonly id: string; readonly name: string }[] = [];
    for (const id of first.slice(0, NAMES_OF_A_PLACE)) {
      if (!names.has(id) && names.size < MOST_NAMES) {
        const user = await users.get({ organizationId }, id);
        names.set(id, user?.displayName ?? user?.email ?? id);
      }
      shown.push({ id, name: names.get(id) ?? id });
    }
    return { count, first: shown };
  };
}

const FAULTS: Readonly<Record<MappingFault['reason'], string>> = {
  'unknown-group': 'names a group that is not in this directory',
  'unknown-team': 'names a team that does not exist; a mapping never creates one',
  'unknown-role': 'names a role that does not exist',
  'needs-owner': 'gives a privileged role, which an owner has to allow for this very line',
  twice: 'is there twice: a group has one role in a team',
};

/** Faults of a mapping as faults of the fields that were sent; `others` for what was there before. */
export function mappingFaults(
  faults: readonly MappingFault[],
  { mapping, sentAt }: ReadMapping,
): readonly ConfigurationFault[] {
  const list = mapping.mode === 'off' ? 'defaultTeams' : 'rows';
  const sent = faults.flatMap(({ index, reason }) => {
    if (index === undefined) return [{ path: 'teamRole', message: FAULTS[reason] }];
    const at = sentAt[index];
    return at === undefined ? [] : [{ path: `${list}[${at}]`, message: FAULTS[reason] }];
  });
  const earlier = faults.filter(({ index }) => index !== undefined && sentAt[index] === undefined);
  const told = new Set(earlier.map(({ reason }) => `have a row from before that ${FAULTS[reason]}`));
  return [...sent, ...[...told].map((message) => ({ path: 'others', message }))];
}
