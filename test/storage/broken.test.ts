import { describe, expect, it } from '@jest/globals';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { ContractBreach, describeStorageContract, type StorageUnderTest } from 'express-sso-scim/testing';
import { CONTRACT } from '../../src/testing/contract.js';
import { createCollectingRunner, type TestOutcome } from '../support/collecting-runner.js';
import { BROKEN_DIRECTORIES } from './broken/broken-directories.js';
import { BROKEN_GROUPS } from './broken/broken-groups.js';
import { BROKEN_PROVISIONING } from './broken/broken-provisioning.js';
import { BROKEN_QUERIES } from './broken/broken-queries.js';
import { BROKEN_RESOURCES } from './broken/broken-resources.js';
import { BROKEN_SIGN_INS } from './broken/broken-sign-ins.js';
import { BROKEN_SUBTLY } from './broken/broken-subtly.js';
import { BROKEN_TOGETHER } from './broken/broken-together.js';
import { BROKEN_TRAFFIC } from './broken/broken-traffic.js';

const BROKEN = [
  ...BROKEN_RESOURCES,
  ...BROKEN_GROUPS,
  ...BROKEN_DIRECTORIES,
  ...BROKEN_SIGN_INS,
  ...BROKEN_PROVISIONING,
  ...BROKEN_TRAFFIC,
  ...BROKEN_QUERIES,
  ...BROKEN_TOGETHER,
  ...BROKEN_SUBTLY,
];

/** What becomes of the rules with this code, or of all. */
async function outcomesOf(subject: StorageUnderTest, code?: string): Promise<readonly TestOutcome[]> {
  const runner = createCollectingRunner('afterAll');
  describeStorageContract('an adapter', () => subject, { runner });
  return runner.run((name) => code === undefined || name.startsWith(`${code} `));
}

function brokenRules(outcomes: readonly TestOutcome[]): readonly string[] {
  const codes = outcomes.flatMap(({ error }) =>
    error instanceof ContractBreach ? [error.rule] : error ? [String(error)] : [],
  );
  return [...new Set(codes)];
}

describe('an adapter with one fault', () => {
  it.each(BROKEN)('breaks rule $rule: $fault', async ({ rule, open }) => {
    expect(brokenRules(await outcomesOf(open(), rule))).toEqual([rule]);
  });

  it('is there for every rule', () => {
    const codes = new Set(CONTRACT.flatMap(({ rules }) => rules.map(({ code }) => code)));
    const proven = new Set(BROKEN.map(({ rule }) => rule));
    expect([...codes].filter((code) => !proven.has(code))).toEqual([]);
    expect(BROKEN.length).toBeGreaterThanOrEqual(25);
  });
});

describe('an adapter without a fault', () => {
  it.each([
    { filtering: true, sorting: true },
    { filtering: false, sorting: false },
  ])('breaks no rule: memory with %j', async (capabilities) => {
    const outcomes = await outcomesOf({ storage: createMemoryStorage({ capabilities }) });
    expect(brokenRules(outcomes)).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(100);
  });
});
