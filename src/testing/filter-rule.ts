import type { Filter } from '../storage/query.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { ContractRule } from './contract-rule.js';
import { expectSame } from './expectation.js';
import { addResources, askOf, found } from './query-ground.js';
import { RESOURCE_KINDS } from './resource-kind.js';

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
  return {
    code,
    promise,
    notice,
    async check({ storage, newDirectory }) {
      for (const kind of RESOURCE_KINDS) {
        const scope = await newDirectory();
        await addResources(storage, scope, resources, kind);
        for (const [filter, expected] of cases) {
          const finds = await found(askOf(storage, scope, kind), { filter });
          expectSame(finds, expected, `what ${JSON.stringify(filter)} finds of ${kind.title}`);
        }
      }
    },
  };
}
