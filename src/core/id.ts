import { randomUUID } from 'node:crypto';

/** A new identifier: a random UUID. */
export function newId(): string {
  return randomUUID();
}
