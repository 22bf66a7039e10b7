import { CONTRACT } from './contract.js';
import { ContractBreach } from './contract-breach.js';
import { type ContractGround, createContractGround, type StorageUnderTest } from './contract-ground.js';
import type { ContractRule } from './contract-rule.js';
import { findTestRunner, type TestRunner } from './test-runner.js';

/** How a contract is run. */
export interface StorageContractOptions {
  /** Where tests are declared; the global functions of the runner by default, which jest has, and vitest with `globals`. */
  readonly runner?: TestRunner;
  /** Milliseconds that one test may take; 30,000 by default. */
  readonly timeout?: number;
}

/**
 * Declares a test for every promise of the storage port. A test that fails says which promise is broken and what an
 * identity provider or a person would notice.
 *
 * `factory` is called once, and one schema is enough: every test uses organizations and directories of its own, with
 * random ids, and looks at nothing else. So the storage need not be empty.
 *
 * @param name of the storage, for the report
 * @throws {TypeError} when no runner is given and none is global.
 *
 * @example
 * ```ts
 * import * as runner from 'node:test';
 * import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
 * import { describeStorageContract } from 'express-sso-scim/testing';
 *
 * describeStorageContract('memory', () => ({ storage: createMemoryStorage() }), { runner });
 * ```
 */
export function describeStorageContract(
  name: string,
  factory: () => StorageUnderTest | Promise<StorageUnderTest>,
  { runner: given, timeout = 30_000 }: StorageContractOptions = {},
): void {
  const runner = findTestRunner(given);
  let opened: Promise<StorageUnderTest> | undefined;
  const open = () => {
    opened ??= Promise.resolve().then(factory);
    return opened;
  };
  const close = async () => {
    await (await opened)?.close?.();
  };

  runner.describe(`${name} keeps the storage contract`, () => {
    for (const { title, rules } of CONTRACT) {
      runner.describe(title, () => {
        for (const rule of rules) {
          const check = async () => checkRule(rule, createContractGround(await open()));
          runner.it(`${rule.code} ${rule.promise}`, check, timeout);
        }
      });
    }
    const afterAll = runner.afterAll ?? runner.after;
    if (afterAll) afterAll(close);
    // A runner that says nothing about the end runs tests in order.
    else runner.it('closes', close, timeout);
  });
}

async function checkRule(rule: ContractRule, ground: ContractGround): Promise<void> {
  try {
    await rule.check(ground);
  } catch (error) {
    throw new ContractBreach(rule, error);
  }
}
