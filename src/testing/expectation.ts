import { deepStrictEqual } from 'node:assert';

/** Fails with what was found. */
export function expectThat(holds: boolean, found: string): void {
  if (!holds) throw new Error(found);
}

/** Expects equal values. A property that is `undefined` counts as absent, as TypeScript lets an adapter write it. */
export function expectSame(actual: unknown, expected: unknown, subject: string): void {
  try {
    deepStrictEqual(withoutUndefined(actual), withoutUndefined(expected));
  } catch (error) {
    throw new Error(`${subject} is not as expected. ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}

/** Expects the same values in any order. */
export function expectSameSet(actual: Iterable<string>, expected: Iterable<string>, subject: string): void {
  expectSame([...actual].sort(), [...expected].sort(), subject);
}

/** Expects a call to be refused with an error of this class, and answers that error. */
export async function expectRefusal<E extends Error>(
  call: Promise<unknown>,
  kind: abstract new (...args: never) => E,
  subject: string,
): Promise<E> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof kind) return error;
    throw new Error(`${subject} was refused with ${String(error)} where a ${kind.name} is expected`, { cause: error });
  }
  throw new Error(`${subject} was answered with ${JSON.stringify(answer)} where a ${kind.name} is expected`);
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutUndefined(inner)]));
}
