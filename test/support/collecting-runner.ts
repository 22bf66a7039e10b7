import type { TestRunner } from 'express-sso-scim/testing';

/** What became of one test. */
export interface TestOutcome {
  /** Names of the blocks around it and its own. */
  readonly path: readonly string[];
  readonly error?: unknown;
}

/** A runner that collects tests, and runs them when told. */
export interface CollectingRunner extends TestRunner {
  /** Runs all tests in order, or those with such a name, then what is to come after them. */
  run(only?: (name: string) => boolean): Promise<readonly TestOutcome[]>;
}

/** @param ends how the runner calls what comes after all tests, if it knows such */
export function createCollectingRunner(ends?: 'afterAll' | 'after'): CollectingRunner {
  const tests: { readonly path: readonly string[]; readonly check: () => Promise<void> }[] = [];
  const closings: (() => Promise<void>)[] = [];
  let blocks: readonly string[] = [];

  return {
    describe(name, define) {
      const outer = blocks;
      blocks = [...outer, name];
      define();
      blocks = outer;
    },
    it: (name, check) => tests.push({ path: [...blocks, name], check }),
    ...(ends && { [ends]: (close: () => Promise<void>) => closings.push(close) }),
    async run(only = () => true) {
      const outcomes: TestOutcome[] = [];
      for (const { path, check } of tests.filter((test) => only(test.path.at(-1) ?? ''))) {
        const failure = await check().then(
          () => undefined,
          (error: unknown) => ({ error }),
        );
        outcomes.push({ path, ...failure });
      }
      for (const close of closings) await close();
      return outcomes;
    },
  };
}
