/** Ends something after the last test of a block. */
type AfterAll = (close: () => Promise<void>) => unknown;

/**
 * The part of a test runner that a contract needs. `import * as runner from 'node:test'`, the globals of jest and vitest,
 * and what `@jest/globals` and `vitest` export have this shape.
 */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  /** `timeout` is in milliseconds; a runner that does not know it has a limit of its own. */
  it(name: string, check: () => Promise<void>, timeout?: number): unknown;
  /** As jest and vitest call it. */
  readonly afterAll?: AfterAll;
  /** As node:test calls it. */
  readonly after?: AfterAll;
}

/**
 * The runner that was given, or the one whose functions are global.
 * @throws {TypeError} when there is neither.
 */
export function findTestRunner(given?: TestRunner): TestRunner {
  if (given) return given;
  const { describe, it, afterAll } = globalThis as typeof globalThis & Partial<TestRunner>;
  if (describe && it) return { describe, it, ...(afterAll && { afterAll }) };
  throw new TypeError(
    "there is no global `describe` and `it`: pass { runner }, e.g. import * as runner from 'node:test'",
  );
}
