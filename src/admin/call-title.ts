import type { JsonValue } from '../storage/resource-store.js';
import type { TrafficEntry } from '../storage/traffic-store.js';

const NOUNS: ReadonlyMap<string, readonly [one: string, many: string]> = new Map([
  ['Users', ['a user', 'users']],
  ['Groups', ['a group', 'groups']],
]);

/** What a call asked for, as a few words: `Add a user`. */
export function callTitle({ method, path, query, body }: TrafficEntry): string {
  const [endpoint = '', id] = path.split('/').slice(1);
  const noun = NOUNS.get(endpoint);
  if (endpoint === 'Bulk') return 'Do several things at once';
  if (endpoint === 'Me') return 'Ask for the person who calls';
  if (/^(?:Schemas|ResourceTypes|ServiceProviderConfig)$/.test(endpoint)) return 'Ask what is offered';
  if (endpoint === '.search' || id === '.search') return `Search for ${noun?.[1] ?? 'anything'}`;
  const [one, many] = noun ?? ['a resource', 'resources'];
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (id !== undefined) return `Read ${one}`;
      return query?.includes('filter=') ? `Look up ${one}` : `List ${many}`;
    case 'POST':
      return `Add ${one}`;
    case 'PUT':
      return `Replace ${one}`;
    case 'DELETE':
      return `Delete ${one}`;
    case 'PATCH':
      return patchTitle(one, body);
    default:
      return `Call by ${method}`;
  }
}

function patchTitle(one: string, body: JsonValue | undefined): string {
  const active = activeIn(body);
  if (active !== undefined) return active ? `Activate ${one}` : `Deactivate ${one}`;
  return operationsOf(body).some(({ path, value }) => /^members\b/i.test(path) || has(value, 'members'))
    ? `Change the members of ${one}`
    : `Change ${one}`;
}

interface ShownOperation {
  readonly path: string;
  readonly value: JsonValue | undefined;
}

function operationsOf(body: JsonValue | undefined): readonly ShownOperation[] {
  const list = partOf(body, 'operations');
  return Array.isArray(list)
    ? list.map((each: JsonValue) => ({ path: String(partOf(each, 'path') ?? ''), value: partOf(each, 'value') }))
    : [];
}

/** Whether it says that somebody is active; `undefined` when it says nothing of that. */
function activeIn(body: JsonValue | undefined): boolean | undefined {
  for (const { path, value } of operationsOf(body)) {
    const said = /(?:^|:)active$/i.test(path) ? value : path === '' ? partOf(value, 'active') : undefined;
    const text = String(said ?? '').toLowerCase();
    if (text === 'true' || text === 'false') return text === 'true';
  }
  return undefined;
}

function has(value: JsonValue | undefined, name: string): boolean {
  return partOf(value, name) !== undefined;
}

/** Names are compared without case, as SCIM has it. */
function partOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
}
