/** An object of JSON without a prototype: `constructor` and `__proto__` are names like any other. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Parses text to a {@link JsonRecord}, objects further in included. `undefined` when it is no object. */
export function parseJsonObject(text: string): JsonRecord | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text, (_name, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.setPrototypeOf(value, null) : value,
    );
  } catch {
    // Not JSON, or nested more deeply than the stack.
    return undefined;
  }
  return isJsonRecord(parsed) ? parsed : undefined;
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
