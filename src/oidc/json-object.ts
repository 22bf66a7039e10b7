/** An object of JSON without a prototype: `constructor` and `__proto__` are names like any other. */
export type JsonRecord = Readonly<Record<string, unknown>>;

const DEEPEST = 200;

/**
 * Parses text to a {@link JsonRecord}, objects further in included. `undefined` when it is no object, or nested so deeply
 * that whoever reads or writes it could run out of stack.
 */
export function parseJsonObject(text: string): JsonRecord | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isJsonRecord(parsed) && losesPrototypes(parsed, 1) ? parsed : undefined;
}

/** Five times as fast as a reviver, which is asked about every number. */
function losesPrototypes(value: object, depth: number): boolean {
  if (depth > DEEPEST) return false;
  if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !losesPrototypes(inner, depth + 1)) return false;
  }
  return true;
}

/** Whether a value is an object of JSON, not a list. */
export function isJsonRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a list of texts, or `undefined` when it is anything else. */
export function textList(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

/** The value as a text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
