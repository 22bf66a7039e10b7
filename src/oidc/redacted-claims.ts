import type { JsonRecord } from './json-object.js';

/** Claims about the protocol and the organization, not the person: worth seeing, and harmless. */
const SHOWN = new Set([
  'iss',
  'aud',
  'azp',
  'exp',
  'iat',
  'nbf',
  'auth_time',
  'acr',
  'amr',
  'tid',
  'ver',
  'acct',
  'hd',
  'email_verified',
  'xms_edov',
  'hasgroups',
  '_claim_names',
]);

const MOST_ITEMS = 20;
const DEEPEST = 6;

/**
 * Claims for people who look for what is wrong: every name and the shape of every value, and the values themselves only
 * where they say nothing about the person. `show` names further claims to show as they are, e.g. the one with group ids.
 */
export function redactedClaims(claims: JsonRecord, show: readonly string[] = []): JsonRecord {
  const shown = new Set([...SHOWN, ...show]);
  return mapEntries(claims, (name, value) => (shown.has(name) ? bounded(value, 0) : masked(value, 0)));
}

function masked(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return `text of ${value.length}`;
  if (typeof value === 'number') return 'number';
  return inside(value, depth, masked);
}

function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > 300 ? `text of ${value.length}` : value;
  if (typeof value === 'number') return value;
  return inside(value, depth, bounded);
}

function inside(value: unknown, depth: number, item: (value: unknown, depth: number) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return 'more inside';
  if (!Array.isArray(value)) return mapEntries(value, (_name, entry) => item(entry, depth + 1));
  const items = value.slice(0, MOST_ITEMS).map((entry) => item(entry, depth + 1));
  return value.length > MOST_ITEMS ? [...items, `${value.length - MOST_ITEMS} more`] : items;
}

function mapEntries(record: object, map: (name: string, value: unknown) => unknown): JsonRecord {
  const result: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(record)) result[name] = map(name, value);
  return result;
}
