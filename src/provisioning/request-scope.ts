import type { DirectoryScope } from '../storage/scope.js';

/** A directory, and the request that something is done for. */
export interface RequestScope extends DirectoryScope {
  /** What follows is found under it in the journal, as `causeId`; absent where calls are not recorded. */
  readonly requestId?: string;
}
