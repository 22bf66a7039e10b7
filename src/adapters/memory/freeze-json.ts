/**
 * Freezes a value that is being stored, down to its last part. Whoever tries to change something that the store keeps
 * then gets a TypeError at once, not a wrong answer later. Parts that are frozen already were stored before.
 */
export function freezeJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const name in value) freezeJson(value[name]);
  return value;
}
