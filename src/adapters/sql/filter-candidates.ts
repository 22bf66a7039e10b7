import { foldCase } from '../../core/fold.js';
import type { AttributePath, Comparison, Filter } from '../../storage/query.js';
import type { FilterSite } from './filter-condition.js';
import { indexKey, ODD, OWN_BEGINNING } from './lookup-keys.js';
import { GROUP, isLive, USER } from './resource-rows.js';
import { joined, raw, type Sql, sql } from './sql-text.js';

/** A condition that an index answers, and that holds for every match of the filter. */
interface Candidates {
  /** Roughly how many rows it lets through: less is better. */
  readonly rank: number;
  /** Whether the rows are found by their ids or by a column that is indexed where they live. */
  readonly by: 'id' | 'column';
  readonly condition: Sql;
}

const COLUMNS: Readonly<Record<string, string>> = {
  userName: 'user_name_key',
  externalId: 'external_id_key',
  displayName: 'display_name_key',
};

/**
 * The condition that rows are live and of a type. Where they are found in another way, it is written such that no engine
 * takes it for a reason to look at all of them, see {@link isLive}.
 */
export function liveOf(type: string, found?: Pick<Candidates, 'by'>): Sql {
  const isOfType = found ? sql`coalesce(r.type, '') = ${type}` : sql`r.type = ${type}`;
  return sql`${isOfType} and ${raw(found?.by === 'id' ? isLive('r') : 'r.deleted_at is null')}`;
}

/** Only the paths that have an index, by type; any other type is one of the host's. */
const INDEXED: Readonly<Record<string, readonly string[]>> = {
  [USER]: ['userName', 'externalId', 'displayName'],
  [GROUP]: ['displayName', 'externalId'],
};

/**
 * Finds a condition by which the indexes lead to all rows that can match; `undefined` when only a look at every row can
 * tell. The rows still have to be asked the filter itself.
 */
export function filterCandidates(
  filter: Filter,
  type: string,
  site: FilterSite,
): Pick<Candidates, 'by' | 'condition'> | undefined {
  return candidates(filter, [], type, site);
}

function candidates(filter: Filter, parent: AttributePath, type: string, site: FilterSite): Candidates | undefined {
  switch (filter.op) {
    case 'and':
      return filter.filters
        .flatMap((term) => candidates(term, parent, type, site) ?? [])
        .reduce<Candidates | undefined>((best, each) => (best && best.rank <= each.rank ? best : each), undefined);
    case 'or': {
      const found = filter.filters.flatMap((term) => candidates(term, parent, type, site) ?? []);
      return found.length > 0 && found.length === filter.filters.length ? union(found, type, site) : undefined;
    }
    case 'element':
      return candidates(filter.filter, [...parent, ...filter.path], type, site);
    case 'hasMember':
      return { rank: 3, by: 'id', condition: byMembership('group_id', 'member_id', filter.memberId, site) };
    case 'memberOf':
      return { rank: 5, by: 'id', condition: byMembership('member_id', 'group_id', filter.groupId, site) };
    case 'eq':
    case 'sw':
      return byText(filter, [...parent, ...filter.path], type, site);
    default:
      return undefined;
  }
}

function byText(
  { op, type: valueType, caseExact, value }: Comparison,
  path: AttributePath,
  type: string,
  site: FilterSite,
): Candidates | undefined {
  if (typeof value !== 'string' || (valueType !== 'string' && valueType !== 'reference')) return undefined;
  const [name = '', inner] = path;
  const key = foldCase(value);
  if (path.length === 2 && name === 'emails' && inner === 'value' && type === USER) {
    return op === 'eq' ? { rank: 2, by: 'id', condition: byEmail(indexKey(key), site) } : undefined;
  }
  if (path.length !== 1) return undefined;
  if (name === 'id')
    return op === 'eq' && caseExact ? { rank: 0, by: 'id', condition: sql`r.id = ${value}` } : undefined;
  const column = (INDEXED[type] ?? INDEXED[GROUP])?.includes(name) ? COLUMNS[name] : undefined;
  if (column === undefined) return undefined;
  if (op === 'eq') {
    // People share names: hundreds may be called the same.
    const rank = type === USER && name === 'displayName' ? 3 : 1;
    return { rank, by: 'column', condition: sql`r.${raw(column)} in (${indexKey(key)}, ${ODD})` };
  }
  const end = afterBeginning(key);
  if (key.length === 0 || key.length > OWN_BEGINNING || end === undefined) return undefined;
  const isBetween = sql`(r.${raw(column)} >= ${key} and r.${raw(column)} < ${end})`;
  return { rank: 4, by: 'column', condition: sql`(${isBetween} or r.${raw(column)} = ${ODD})` };
}

/** The first text, by code points, behind all that begin with this one. */
function afterBeginning(text: string): string | undefined {
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Half characters lie in between, and are none.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
}

function byEmail(key: string, { names, scope }: FilterSite): Sql {
  return sql`r.id in (select e.resource_id from ${raw(names.emails)} as e where
    e.organization_id = ${scope.organizationId} and e.directory_id = ${scope.directoryId} and e.email_key = ${key})`;
}

function byMembership(wanted: string, given: string, id: string, { names, scope }: FilterSite): Sql {
  return sql`r.id in (select m.${raw(wanted)} from ${raw(names.memberships)} as m where
    m.organization_id = ${scope.organizationId} and m.directory_id = ${scope.directoryId} and m.${raw(given)} = ${id})`;
}

/** Each part by its own index: of conditions on several tables next to each other, engines look at every row. */
function union(parts: readonly Candidates[], type: string, { names, scope }: FilterSite): Candidates {
  const ids = parts.map(
    (part) =>
      sql`select r.id from ${raw(names.resources)} as r where r.organization_id = ${scope.organizationId}
        and r.directory_id = ${scope.directoryId} and ${liveOf(type, part)} and ${part.condition}`,
  );
  const [only, ...others] = parts;
  if (only && others.length === 0) return only;
  const rank = Math.max(...parts.map((part) => part.rank)) + 1;
  return { rank, by: 'id', condition: sql`r.id in (${joined(ids, ' union ')})` };
}
