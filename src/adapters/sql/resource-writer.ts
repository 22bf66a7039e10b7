import { StaleVersionError, UniqueConflictError } from '../../storage/errors.js';
import type { Row, Run } from './access.js';
import { indexKey } from './lookup-keys.js';
import { listOf } from './resource-rows.js';
import type { ResourceInput, ResourceValues } from './resource-values.js';

/** How rows of `resources` come and change, together with their unique keys and e-mail addresses. */
export interface ResourceWriter {
  /** Whether an insert or an update is a single statement, which needs no transaction. */
  readonly isSingle: boolean;

  /** Adds a row. Gives `taken` and `held` where it did not. */
  insert(run: Run, values: ResourceValues & { readonly created: string }): Promise<WriteOutcome>;

  /** Changes a row that is in a version. For a group, whose version is spread, it is locked already. */
  update(run: Run, values: ResourceValues & { readonly at: string; readonly ifVersion: number }): Promise<WriteOutcome>;
}

/** What a write found. It has changed something only if there is nothing in its way. */
export interface WriteOutcome {
  /** The row, of an update: absent when the version is another one. */
  readonly row?: Row;
  readonly isIdTaken?: boolean;
  /** Keys, as they are in the index, that others hold. */
  readonly held: readonly string[];
}

/** @throws {UniqueConflictError} for the id, or the first held key. */
export function refuseConflict({ id, uniqueKeys }: ResourceInput, { isIdTaken, held }: WriteOutcome): void {
  if (isIdTaken) throw new UniqueConflictError(`id:${id}`);
  if (held.length === 0) return;
  throw new UniqueConflictError(uniqueKeys.find((key) => held.includes(indexKey(key))) ?? uniqueKeys.join());
}

/** @throws {StaleVersionError} when an update found no row in the version. @throws {UniqueConflictError} */
export function changedRow(input: ResourceInput, outcome: WriteOutcome): Row {
  if (!outcome.row) throw new StaleVersionError(input.id);
  refuseConflict(input, outcome);
  return outcome.row;
}

/** Reads the outcome from a row with the columns `is_taken` and `held`. */
export function outcomeOf(row: Row | undefined): WriteOutcome {
  return { isIdTaken: Number(row?.['is_taken']) > 0, held: listOf(row?.['held']) };
}
