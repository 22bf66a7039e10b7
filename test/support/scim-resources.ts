import { expect } from '@jest/globals';
import { GROUP, LIST, type ScimClient, USER } from './scim-site.js';

export const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
/** Nobody has it. */
export const UNKNOWN_ID = '2819c223-7f76-453a-919d-413861904646';

/** A resource as an answer shows it. */
export interface Resource {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly userName?: string;
  readonly displayName?: string;
}

/** A ListResponse (RFC 7644 section 3.4.2). */
export interface List {
  readonly schemas: readonly string[];
  readonly totalResults: number;
  readonly itemsPerPage: number;
  readonly startIndex?: number;
  readonly nextCursor?: string;
  readonly Resources: readonly Resource[];
}

export type Parameters = Readonly<Record<string, string | number>>;

/** A path with its query parameters, percent-encoded. */
export function withQuery(path: string, parameters: Parameters): string {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

/** Lists by GET and expects it to work. */
export async function list(client: ScimClient, path: string, parameters: Parameters = {}): Promise<List> {
  const { status, body } = await client.get(withQuery(path, parameters));
  expect({ status, schemas: body.schemas }).toEqual({ status: 200, schemas: [LIST] });
  return body;
}

/** Lists by POST to `/.search` and expects it to work. */
export async function search(client: ScimClient, path: string, parameters: object): Promise<List> {
  const { status, body } = await client.post(path, { schemas: [SEARCH], ...parameters });
  expect({ status, schemas: body.schemas }).toEqual({ status: 200, schemas: [LIST] });
  return body;
}

/** Creates a resource and expects it to work. */
export async function create(client: ScimClient, path: string, resource: object): Promise<Resource> {
  const { status, body } = await client.post(path, resource);
  expect({ status, body }).toEqual({ status: 201, body: expect.objectContaining({ id: expect.any(String) }) });
  return body;
}

export function createUser(client: ScimClient, userName: string, rest: object = {}): Promise<Resource> {
  return create(client, '/Users', { schemas: [USER], userName, ...rest });
}

export function createGroup(
  client: ScimClient,
  displayName: string,
  members: readonly Resource[] = [],
): Promise<Resource> {
  const values = members.map(({ id }) => ({ value: id }));
  return create(client, '/Groups', { schemas: [GROUP], displayName, members: values });
}

/** Creates many resources in one bulk request, in this order. */
export async function createMany(
  client: ScimClient,
  path: '/Users' | '/Groups',
  bodies: readonly object[],
): Promise<void> {
  const Operations = bodies.map((data, index) => ({ method: 'POST', path, bulkId: `b${index}`, data }));
  const { body } = await client.post('/Bulk', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations,
  });
  expect(body.Operations.map(({ status }: { readonly status: string }) => status)).toEqual(bodies.map(() => '201'));
}

/** `u000`, `u001` … */
export function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(3, '0')}`);
}

/** By what people and groups are told apart in tests. */
export function namesOf({ Resources }: List): readonly (string | undefined)[] {
  return Resources.map(({ userName, displayName }) => userName ?? displayName);
}

/** Walks by cursor to the end and gives the pages; `between` happens after each page. */
export async function walk(
  client: ScimClient,
  path: string,
  parameters: Parameters,
  between: (page: List, index: number) => Promise<unknown> = async () => undefined,
): Promise<readonly List[]> {
  const pages: List[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page: List = await list(client, path, { ...parameters, cursor });
    await between(page, pages.length);
    pages.push(page);
    cursor = page.nextCursor;
  }
  return pages;
}
