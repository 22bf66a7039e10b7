import type { StoredResource } from './resource-store.js';

/** Names from the resource inwards, in canonical spelling: `['emails', 'value']`, `['urn:…:User', 'manager', 'value']`. */
export type AttributePath = readonly string[];

/** SCIM data types a value can be compared as (RFC 7643 section 2.3). */
export type ComparableType = 'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'reference' | 'binary';

export type ComparisonOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/**
 * Compares the values at a path with one value (RFC 7644 section 3.4.2.2).
 *
 * True when any value at the path satisfies the operator; `ne` is exactly `not eq`, so it is true for a resource without
 * the attribute. Where `caseExact` is false both sides are compared after `foldCase`; a `dateTime` is compared as an
 * instant (`value` is in the form `toInstant` gives).
 */
export interface Comparison {
  readonly op: ComparisonOperator;
  readonly path: AttributePath;
  readonly type: ComparableType;
  readonly caseExact: boolean;
  readonly value: string | number | boolean;
}

/**
 * A filter that has been checked against the schema: names are canonical, types are known, `null` has become `present`
 * or its negation.
 *
 * `element` holds when one and the same element of a multi-valued complex attribute satisfies the inner filter, whose
 * paths start at the element. `hasMember` is asked of groups, `memberOf` of users: both mean direct membership.
 */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly op: 'not'; readonly filter: Filter }
  | { readonly op: 'present'; readonly path: AttributePath }
  | { readonly op: 'element'; readonly path: AttributePath; readonly filter: Filter }
  | { readonly op: 'hasMember'; readonly memberId: string }
  | { readonly op: 'memberOf'; readonly groupId: string }
  | Comparison;

/**
 * Order of a query. Of several values the one marked primary counts, else the first. Resources without a value come
 * last in ascending and first in descending order (RFC 7644 section 3.4.2.3); equal ones stay in order of creation.
 */
export interface Sort {
  readonly path: AttributePath;
  readonly type: ComparableType;
  readonly caseExact: boolean;
  readonly descending: boolean;
}

/**
 * `startIndex` counts from 1. `after` is a position that an earlier page of the same query gave, or `''` for the start. A
 * store refuses a position that cannot be one of its own with a `RangeError`.
 */
export type PageRequest =
  | { readonly startIndex: number; readonly count: number }
  | { readonly after: string; readonly count: number };

export interface Query {
  readonly filter?: Filter;
  readonly sort?: Sort;
  readonly page: PageRequest;
}

/**
 * One page. Without `sort` the order is that of creation, and a walk by `after` meets each resource that exists
 * throughout the walk exactly once, whatever is inserted or deleted meanwhile. A sorted walk leaves none out either, but may
 * meet one again that has changed.
 */
export interface Page<T extends StoredResource> {
  readonly items: readonly T[];
  /** How many resources match, over all pages. */
  readonly total: number;
  /**
   * Where the next page starts, after an index page too; absent on the last page and on an empty one. Opaque, at most
   * 512 characters.
   */
  readonly next?: string;
}
