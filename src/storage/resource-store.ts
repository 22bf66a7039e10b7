import type { Page, Query } from './query.js';
import type { DirectoryScope } from './scope.js';

/** A JSON value as a SCIM resource holds it. Never written to once stored. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** What every kept resource has. */
export interface StoredResource {
  /** Unique in the directory over all resource types; never given out twice. */
  readonly id: string;
  /** Grows with each change of this resource and only then. */
  readonly version: number;
  /** UTC, ISO 8601 with milliseconds. */
  readonly created: string;
  readonly lastModified: string;
  /** The resource in canonical spelling, without `schemas`, `id`, `meta`, `groups`, `members` and anything write-only. */
  readonly attributes: JsonObject;
  /**
   * Keys that no other live resource of this type in the directory may hold, e.g. `userName:ada@example.com`.
   * Already folded: compare them byte by byte.
   */
  readonly uniqueKeys: readonly string[];
}

/** What a caller gives to create a resource; the store adds the version. */
export type NewResource<T extends StoredResource> = Omit<T, 'version' | 'lastModified'>;

/** What a caller gives to change one: everything but what never changes. */
export type ResourceChange<T extends StoredResource> = Omit<T, 'id' | 'version' | 'created'>;

/**
 * Keeps the resources of one SCIM resource type.
 *
 * Every method may reject with {@link StorageUnavailableError}.
 */
export interface ResourceStore<T extends StoredResource> {
  /** The live resource, or `undefined`: also for one that is deleted or belongs to another directory. */
  get(scope: DirectoryScope, id: string): Promise<T | undefined>;

  /** The live ones among these ids, in no particular order. */
  getMany(scope: DirectoryScope, ids: readonly string[]): Promise<readonly T[]>;

  /** Live resources that match, see {@link Page} for what a walk may rely on. */
  query(scope: DirectoryScope, query: Query): Promise<Page<T>>;

  /**
   * Adds a resource, with version 1 and `lastModified` equal to `created`.
   * @throws {UniqueConflictError} when a live resource holds one of its unique keys, or any resource its id. Exactly one
   * of several parallel inserts of one key succeeds.
   */
  insert(scope: DirectoryScope, resource: NewResource<T>): Promise<T>;

  /**
   * Replaces what may change, if the version is still `ifVersion`.
   * @throws {StaleVersionError} when it is not, or the resource is gone.
   * @throws {UniqueConflictError} as `insert`.
   */
  update(scope: DirectoryScope, id: string, change: ResourceChange<T>, ifVersion: number): Promise<T>;
}
