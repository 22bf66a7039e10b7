import type { DirectoryUser } from '../../storage/directory-user.js';
import type { DirectoryGroup } from '../../storage/group-store.js';
import type { JsonObject, StoredResource } from '../../storage/resource-store.js';
import type { Row } from './access.js';
import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/** What stands in the column `type` for people and for groups. */
export const USER = 'User';
export const GROUP = 'Group';

/** What stands there for a type of the host's, which may have any name. */
export function customType(name: string): string {
  return `custom:${name}`;
}

/** The condition that a row is of this organization and directory. */
export function inScope(alias: string): string {
  return `${alias}.organization_id = {organizationId} and ${alias}.directory_id = {directoryId}`;
}

/**
 * The condition that a row found by its id is not deleted. It is written such that no engine takes it for a reason to
 * use the indexes over all live rows of a directory: without statistics, or where these count an organization and its
 * only directory as if they had nothing to do with each other, PostgreSQL thinks that there is one such row.
 */
export function isLive(alias: string): string {
  return `coalesce(${alias}.deleted_at, '') = ''`;
}

/** Expressions for what a record says of a live resource in the row `alias`. A group's state is spread over counters. */
export interface RecordExpressions {
  readonly version: string;
  readonly lastModified: string;
  readonly memberCount?: string;
}

export function recordExpressions(
  type: string,
  alias: string,
  names: Pick<TableNames, 'groupCounters'>,
  { greatest }: Pick<SqlDialect, 'greatest'>,
): RecordExpressions {
  const version = `${alias}.version`;
  const lastModified = `${alias}.last_modified`;
  if (type !== GROUP) return { version, lastModified };
  const counters = (what: string) =>
    `(select ${what} from ${names.groupCounters} as c where c.organization_id = ${alias}.organization_id ` +
    `and c.directory_id = ${alias}.directory_id and c.group_id = ${alias}.id)`;
  return {
    version: `(${version} + ${counters('coalesce(sum(c.changes), 0)')})`,
    lastModified: greatest(lastModified, `coalesce(${counters('max(c.changed_at)')}, ${lastModified})`),
    memberCount: counters('coalesce(sum(c.members), 0)'),
  };
}

/** The columns that the functions below read. */
export function recordColumns(alias: string, { version, lastModified, memberCount }: RecordExpressions): string {
  const columns = ['sequence', 'id', 'created', 'attributes', 'unique_keys', 'access_ending'];
  return [
    ...columns.map((column) => `${alias}.${column}`),
    `${version} as version`,
    `${lastModified} as last_modified`,
    ...(memberCount === undefined ? [] : [`${memberCount} as member_count`]),
  ].join(', ');
}

export function resourceOf(row: Row): StoredResource {
  return {
    id: String(row['id']),
    version: Number(row['version']),
    created: String(row['created']),
    lastModified: String(row['last_modified']),
    attributes: JSON.parse(String(row['attributes'])) as JsonObject,
    uniqueKeys: JSON.parse(String(row['unique_keys'])) as readonly string[],
  };
}

export function userOf(row: Row): DirectoryUser {
  const user = resourceOf(row);
  return Number(row['access_ending']) === 1 ? { ...user, accessEnding: true } : user;
}

export function groupOf(row: Row): DirectoryGroup {
  return { ...resourceOf(row), memberCount: Number(row['member_count']) };
}

/** The texts of a list that came as JSON. */
export function listOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? (JSON.parse(value) as readonly string[]) : [];
}
