import type { Filter, Query, Sort } from '../storage/query.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { ContractRule } from './contract-rule.js';
import { expectSame } from './expectation.js';
import { addResources, askOf, found } from './query-ground.js';
import { RESOURCE_KINDS, type ResourceKind } from './resource-kind.js';

/**
 * A rule about filters, tried on every kind of resource.
 *
 * @param resources what `r0`, `r1` … have
 * @param cases filters, each with the numbers of what it finds: `0 2`
 */
export function filterRule(
  code: string,
  promise: string,
  notice: string,
  resources: readonly JsonObject[],
  cases: readonly (readonly [Filter, string])[],
): ContractRule {
  return { code, promise, notice, check: checkOf(resources, cases, (filter) => ({ filter }), whatFilterFinds) };
}

/** A rule about sorts: as {@link filterRule}, each case with the numbers in the order expected. */
export function sortRule(
  code: string,
  promise: string,
  notice: string,
  resources: readonly JsonObject[],
  cases: readonly (readonly [Sort, string])[],
): ContractRule {
  return { code, promise, notice, check: checkOf(resources, cases, (sort) => ({ sort }), orderBySort) };
}

function whatFilterFinds(filter: Filter, { title }: ResourceKind): string {
  return `what ${JSON.stringify(filter)} finds of ${title}`;
}

function orderBySort(sort: Sort, { title }: ResourceKind): string {
  return `the order of ${title} by ${JSON.stringify(sort)}`;
}

function checkOf<T>(
  resources: readonly JsonObject[],
  cases: readonly (readonly [T, string])[],
  queryOf: (part: T) => Pick<Query, 'filter' | 'sort'>,
  subjectOf: (part: T, kind: ResourceKind) => string,
): ContractRule['check'] {
  return async ({ storage, newDirectory }) => {
    for (const kind of RESOURCE_KINDS) {
      const scope = await newDirectory();
      await addResources(storage, scope, resources, kind);
      for (const [part, expected] of cases) {
        expectSame(await found(askOf(storage, scope, kind), queryOf(part)), expected, subjectOf(part, kind));
      }
    }
  };
}
