import type { AttributePath, Comparison, Filter } from '../../storage/query.js';
import type { StoredResource } from '../../storage/resource-store.js';
import type { MembershipTable } from './membership-table.js';
import type { ResourceTable, Row } from './resource-table.js';

/** Rows among which every match of a filter is. Counting them costs nothing. */
interface Candidates<T extends StoredResource> {
  readonly count: number;
  rows(): Iterable<Row<T>>;
}

/**
 * Finds, by the indexes, the rows that can match a filter, in order of creation; `undefined` when only a look at all
 * rows can tell. They still have to be asked the filter itself.
 */
export function findCandidates<T extends StoredResource>(
  filter: Filter,
  table: ResourceTable<T>,
  memberships: MembershipTable,
): readonly Row<T>[] | undefined {
  const found = candidates(filter, [], table, memberships);
  return found && [...new Set(found.rows())].sort((a, b) => a.sequence - b.sequence);
}

function candidates<T extends StoredResource>(
  filter: Filter,
  parent: AttributePath,
  table: ResourceTable<T>,
  memberships: MembershipTable,
): Candidates<T> | undefined {
  switch (filter.op) {
    case 'and': {
      const found = filter.filters.flatMap((term) => candidates(term, parent, table, memberships) ?? []);
      return found.sort((a, b) => a.count - b.count)[0];
    }
    case 'or': {
      const found = filter.filters.flatMap((term) => candidates(term, parent, table, memberships) ?? []);
      return found.length === filter.filters.length ? union(found) : undefined;
    }
    case 'element':
      return candidates(filter.filter, [...parent, ...filter.path], table, memberships);
    case 'hasMember': {
      const { memberId } = filter;
      return byIds(table, memberships.groupCount(memberId), () =>
        Array.from(memberships.ofMember(memberId), ({ groupId }) => groupId),
      );
    }
    case 'memberOf': {
      const { groupId } = filter;
      return byIds(table, memberships.memberCount(groupId), () => memberships.memberIds(groupId));
    }
    case 'eq':
      return equals(filter, [...parent, ...filter.path], table);
    default:
      return undefined;
  }
}

function equals<T extends StoredResource>(
  { type, caseExact, value }: Comparison,
  path: AttributePath,
  table: ResourceTable<T>,
): Candidates<T> | undefined {
  if (typeof value !== 'string' || (type !== 'string' && type !== 'reference')) return undefined;
  if (path[0] === 'id' && path.length === 1) return caseExact ? byIds(table, 1, () => [value]) : undefined;
  const index = table.indexOf(path);
  return index && { count: index.count(value), rows: () => index.find(value) };
}

function byIds<T extends StoredResource>(
  table: ResourceTable<T>,
  count: number,
  ids: () => readonly string[],
): Candidates<T> {
  return { count, rows: () => ids().flatMap((id) => table.row(id) ?? []) };
}

function union<T extends StoredResource>(parts: readonly Candidates<T>[]): Candidates<T> {
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    *rows() {
      for (const part of parts) yield* part.rows();
    },
  };
}
