import { UnknownMembersError } from '../../storage/errors.js';
import type { Run } from './access.js';
import type { ResourceValues } from './resource-values.js';
import type { WriteOutcome } from './resource-writer.js';

/** A new group as values of a statement. */
interface NewGroupValues extends ResourceValues {
  readonly created: string;
  /** A JSON list of ids, each once. */
  readonly members: string;
  /** Which counter their number is in. */
  readonly shard: number;
  /** 1 when ids that name nothing are left out, 0 when they refuse the group. */
  readonly skip: number;
}

/** What came of a new group. It has been written only if there was nothing in its way. */
interface NewGroupOutcome extends WriteOutcome {
  /** Ids that name nothing, in no order. */
  readonly missing: readonly string[];
  readonly memberCount: number;
}

/** How groups come, with their members, and change. */
export interface GroupWriter {
  /** Whether an insert is a single statement, which needs no transaction. */
  readonly isSingle: boolean;

  insert(run: Run, values: NewGroupValues): Promise<NewGroupOutcome>;

  /** Changes a group that is in a version, inside a transaction. Its row has the column `member_count`. */
  update(run: Run, values: ResourceValues & { readonly at: string; readonly ifVersion: number }): Promise<WriteOutcome>;
}

/** @throws {UnknownMembersError} when ids are missing, in the order in which they were asked for. */
export function refuseMissing(asked: readonly string[], missing: readonly string[]): void {
  if (missing.length === 0) return;
  const unknown = new Set(missing);
  throw new UnknownMembersError(asked.filter((id) => unknown.has(id)));
}
