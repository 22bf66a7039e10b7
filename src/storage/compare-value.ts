import { foldCase } from '../core/fold.js';
import { toInstant } from '../core/instant.js';
import { compareText } from './compare-text.js';
import { containing } from './containment.js';
import type { Comparison } from './query.js';
import type { JsonValue } from './resource-store.js';

/** Tests one value that a path led to. It is never asked about an absent one. */
export type ValueTest = (value: JsonValue) => boolean;

type Operator = Exclude<Comparison['op'], 'ne'>;

const nothing: ValueTest = () => false;

/**
 * Compiles a comparison into a test of one value (RFC 7644 section 3.4.2.2). A value of another JSON type than the
 * attribute's never passes. Text is ordered by code points, after folding where `caseExact` is false; numbers by size; a
 * `dateTime` as an instant, and one that is none never passes. Booleans only know `eq`; `co`, `sw` and `ew` are for
 * strings and references.
 *
 * @param comparison with any operator but `ne`, which is the negation of `eq` over all values
 * @param instantOf turns a stored `dateTime` into the form of `toInstant`
 */
export function compareValue(
  comparison: Pick<Comparison, 'type' | 'caseExact' | 'value'> & { readonly op: Operator },
  instantOf: (text: string) => string | undefined = toInstant,
): ValueTest {
  const { op, type, caseExact, value: expected } = comparison;
  switch (type) {
    case 'boolean':
      return op === 'eq' && typeof expected === 'boolean' ? (value) => value === expected : nothing;
    case 'integer':
    case 'decimal': {
      if (typeof expected !== 'number') return nothing;
      const test = orderTest(op, expected);
      return (value) => typeof value === 'number' && test(value);
    }
    case 'dateTime': {
      if (typeof expected !== 'string') return nothing;
      const test = orderTest(op, expected);
      return (value) => {
        const instant = typeof value === 'string' ? instantOf(value) : undefined;
        return instant !== undefined && test(instant);
      };
    }
    case 'binary': {
      if (typeof expected !== 'string') return nothing;
      const test = orderTest(op, expected);
      return (value) => typeof value === 'string' && test(value);
    }
    case 'string':
    case 'reference': {
      if (typeof expected !== 'string') return nothing;
      if (caseExact) {
        const test = textTest(op, expected);
        return (value) => typeof value === 'string' && test(value);
      }
      const test = textTest(op, foldCase(expected));
      return (value) => typeof value === 'string' && test(foldCase(value));
    }
  }
}

function textTest(op: Operator, expected: string): (text: string) => boolean {
  switch (op) {
    case 'co':
      return containing(expected);
    case 'sw':
      return (text) => text.startsWith(expected);
    case 'ew':
      return (text) => text.endsWith(expected);
    default:
      return orderTest(op, expected);
  }
}

function orderTest<T extends string | number>(op: Operator, expected: T): (value: T) => boolean {
  const order = (value: T) => compareSame(value, expected);
  switch (op) {
    case 'eq':
      return (value) => value === expected;
    case 'gt':
      return (value) => order(value) > 0;
    case 'ge':
      return (value) => order(value) >= 0;
    case 'lt':
      return (value) => order(value) < 0;
    case 'le':
      return (value) => order(value) <= 0;
    case 'co':
    case 'sw':
    case 'ew':
      return () => false;
  }
}

function compareSame<T extends string | number>(a: T, b: T): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
