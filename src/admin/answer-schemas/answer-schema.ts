import type { JsonSchema } from '../admin-route.js';

/** The properties of a type that may be absent. */
type OptionalName<T> = { [Name in keyof T]-?: object extends Pick<T, Name> ? Name : never }[keyof T] & string;

/**
 * The schema of an answer, tied to its type: a property that is left out, or that there is none of, does not compile. What
 * may be absent is named; all the rest is always there.
 */
export function answerSchema<T extends object>(
  properties: { readonly [Name in keyof T & string]-?: JsonSchema },
  ...[absent = []]: [OptionalName<T>] extends [never] ? [] : [absent: readonly OptionalName<T>[]]
): JsonSchema {
  const optional = new Set<string>(absent);
  return { type: 'object', properties, required: Object.keys(properties).filter((name) => !optional.has(name)) };
}

export const TEXT: JsonSchema = { type: 'string' };
export const TRUTH: JsonSchema = { type: 'boolean' };
export const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
/** UTC, ISO 8601. */
export const TIME: JsonSchema = { type: 'string', format: 'date-time' };
/** The `after` of the next page. */
export const NEXT: JsonSchema = { type: 'string', description: 'the after of the next page; absent on the last one' };

export function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

export function oneOf(...values: readonly string[]): JsonSchema {
  return { type: 'string', enum: values };
}

/** Values of one kind by names that are not known beforehand. */
export function mapOf(values: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: values };
}

/** That something was done. */
export function doneSchema(word: string): JsonSchema {
  return { type: 'object', properties: { [word]: { const: true } }, required: [word] };
}
