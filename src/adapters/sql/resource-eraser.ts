import type { DirectoryScope } from '../../storage/scope.js';
import type { Run } from './access.js';

/** What remains of a deleted resource. */
interface Remains {
  readonly id: string;
  readonly type: string;
  readonly ifVersion: number;
  /** When; absent for types whose deletion has no time. */
  readonly at?: string;
  readonly accessEnding?: true;
  /** JSON of what is kept. */
  readonly kept?: string;
}

/**
 * Deletes live resources, which leave their groups; inside a transaction. Ids stay used.
 * @throws {StaleVersionError}
 */
export type ResourceEraser = (run: Run, scope: DirectoryScope, remains: Remains) => Promise<void>;
