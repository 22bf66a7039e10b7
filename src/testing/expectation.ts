import { inspect, types } from 'node:util';

const { isDate } = types;

/** Fails with what was found. */
export function expectThat(holds: boolean, found: string): void {
  if (!holds) throw new Error(found);
}

/** Expects equal values. A property that is `undefined` counts as absent, as TypeScript lets an adapter write it. */
export function expectSame(actual: unknown, expected: unknown, subject: string): void {
  const difference = firstDifference(actual, expected, '');
  if (!difference) return;
  const place = difference.path === '' ? '' : ` at ${difference.path}`;
  throw new Error(`${subject}: ${show(difference.actual)}${place}, where ${show(difference.expected)} is expected`);
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
  throw new Error(`${subject} was answered with ${show(answer)} where a ${kind.name} is expected`);
}

interface Difference {
  readonly path: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

function firstDifference(actual: unknown, expected: unknown, path: string): Difference | undefined {
  const here = { path, actual, expected };
  if (!isObject(actual) || !isObject(expected)) return Object.is(actual, expected) ? undefined : here;
  if (Array.isArray(actual) !== Array.isArray(expected) || isDate(actual) !== isDate(expected)) return here;
  if (Array.isArray(actual) && actual.length !== Reflect.get(expected, 'length')) return here;
  for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const inner = path === '' ? name : `${path}.${name}`;
    const difference = firstDifference(own(actual, name), own(expected, name), inner);
    if (difference) return difference;
  }
  return undefined;
}

function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  return inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 20, maxStringLength: 200 });
}
