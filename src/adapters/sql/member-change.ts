import { StaleVersionError } from '../../storage/errors.js';
import type { DirectoryGroup, MemberChangeRequest, MemberChangeResult } from '../../storage/group-store.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Access, Row, Run } from './access.js';
import { shardOf } from './group-counters.js';
import { refuseMissing } from './group-writer.js';
import { createPostgresMemberWriter } from './postgres-member-writer.js';
import { groupOf, listOf } from './resource-rows.js';
import type { SqlValue } from './sql-text.js';
import { createSqliteMemberWriter } from './sqlite-member-writer.js';
import type { StoreSite } from './store-site.js';

/** Changes the members of a group in the database, or finds out why not. */
export interface MemberWriter {
  /** Whether a change is a single statement, which needs no transaction. */
  readonly isSingle: boolean;
  /**
   * @returns the row of the group after the change, with the JSON lists `added`, `removed` and `missing`, or with
   * `is_stale` where it is in another version
   */
  write(run: Run, values: MemberChangeValues, kind: 'change' | 'replace'): Promise<Row | undefined>;
}

/** A change as values of a statement. */
interface MemberChangeValues extends Readonly<Record<string, SqlValue>> {
  readonly organizationId: string;
  readonly directoryId: string;
  readonly groupId: string;
  /** JSON lists. */
  readonly add: string;
  readonly remove: string;
  readonly at: string;
  readonly shard: number;
  /** 1 when ids that name nothing are left out, 0 when they refuse the change. */
  readonly skip: number;
  readonly ifVersion: number | null;
}

export type ChangeMembers = (
  access: Access,
  scope: DirectoryScope,
  groupId: string,
  request: MemberChangeRequest,
) => Promise<MemberChangeResult | undefined>;

/**
 * Prepares changes of members. One without a version shares the row of the group with others of its kind. One that
 * states a version, or the whole list, takes the row for itself, and then sees what was waited for.
 */
export function prepareMemberChange(site: StoreSite): ChangeMembers {
  const writer: MemberWriter =
    site.dialect.name === 'postgres' ? createPostgresMemberWriter(site) : createSqliteMemberWriter(site);

  return async (access, scope, groupId, { change, at, ifVersion, unknown }) => {
    const [add, remove] = 'replace' in change ? [change.replace, []] : [change.add, change.remove];
    const values = {
      organizationId: scope.organizationId,
      directoryId: scope.directoryId,
      groupId,
      add: JSON.stringify(add),
      remove: JSON.stringify(remove),
      at,
      shard: shardOf(add[0] ?? remove[0] ?? groupId),
      skip: unknown === 'skip' ? 1 : 0,
      ifVersion: ifVersion ?? null,
    };
    const kind = 'replace' in change ? 'replace' : 'change';
    const isAlone = kind === 'replace' || ifVersion !== undefined;

    const work = async (run: Run) => {
      const row = await writer.write(run, values, kind);
      if (Number(row?.['is_stale'] ?? 0) > 0) throw new StaleVersionError(groupId);
      if (row && unknown === 'refuse') refuseMissing(add, listOf(row['missing']));
      return row;
    };
    const isSingle = writer.isSingle && !isAlone;
    const row = await (isSingle ? access.single(scope, work) : access.whole(scope, work));
    return row && resultOf(row, add, remove, kind);
  };
}

function resultOf(
  row: Row,
  add: readonly string[],
  remove: readonly string[],
  kind: 'change' | 'replace',
): MemberChangeResult {
  const group: DirectoryGroup = groupOf(row);
  const removed = listOf(row['removed']);
  return {
    group,
    added: inOrderOf(add, listOf(row['added'])),
    removed: kind === 'replace' ? removed : inOrderOf(remove, removed),
  };
}

function inOrderOf(asked: readonly string[], done: readonly string[]): readonly string[] {
  const happened = new Set(done);
  return [...new Set(asked)].filter((id) => happened.has(id));
}
