/** Another live resource holds a key that must be unique. */
export class UniqueConflictError extends Error {
  override readonly name = 'UniqueConflictError';
  readonly code = 'unique_conflict';
  /** The key, e.g. `userName:ada@example.com` or `id:0c9a…`. */
  readonly key: string;

  constructor(key: string, options?: ErrorOptions) {
    super(`the key ${key} is taken`, options);
    this.key = key;
  }
}

/** The resource is not in the version that the caller knew, or is gone. */
export class StaleVersionError extends Error {
  override readonly name = 'StaleVersionError';
  readonly code = 'stale_version';

  constructor(id: string, options?: ErrorOptions) {
    super(`${id} has changed or is gone`, options);
  }
}

/** A member change names ids that nothing in the directory has. */
export class UnknownMembersError extends Error {
  override readonly name = 'UnknownMembersError';
  readonly code = 'unknown_members';
  readonly memberIds: readonly string[];

  constructor(memberIds: readonly string[], options?: ErrorOptions) {
    super(`${memberIds.length} member ids name nothing in this directory`, options);
    this.memberIds = memberIds;
  }
}

/** The store cannot answer now; the same call may succeed later. Becomes 503 with Retry-After. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError';
  readonly code = 'storage_unavailable';
  /** Seconds after which to try again. */
  readonly retryAfter: number;

  constructor(message: string, options?: ErrorOptions & { readonly retryAfter?: number }) {
    super(message, options);
    this.retryAfter = options?.retryAfter ?? 5;
  }
}

/** A fault that a storage adapter reports on purpose; everything else it throws counts as unknown (500). */
export type StorageError = UniqueConflictError | StaleVersionError | UnknownMembersError | StorageUnavailableError;

/** Tells the faults of the port from all others. */
export function isStorageError(thrown: unknown): thrown is StorageError {
  return (
    thrown instanceof UniqueConflictError ||
    thrown instanceof StaleVersionError ||
    thrown instanceof UnknownMembersError ||
    thrown instanceof StorageUnavailableError
  );
}
