import type { Clock } from '../../core/clock.js';
import { foldCase } from '../../core/fold.js';
import type { Filter, PageRequest, Sort } from '../../storage/query.js';
import type { JsonObject } from '../../storage/resource-store.js';
import type { StorageCapabilities } from '../../storage/storage.js';
import { allows } from '../../tenancy/scopes.js';
import { badRequest, ScimError } from '../error.js';
import { bindFilter, searchedAttribute } from '../filter/bind-filter.js';
import { parseFilter } from '../filter/parse-filter.js';
import { readCursor, writeCursor } from '../message/cursor.js';
import { readProjection } from '../message/projection.js';
import { MESSAGE, type ScimContext, type ScimResponse } from '../message/scim-message.js';
import type { SearchRequest } from '../message/search-request.js';
import { isSecret } from '../schema/attribute-type.js';
import { resolvePath, simpleValue } from '../schema/resolve-path.js';
import { isMembership, type ResourceType } from '../schema/resource-type.js';
import type { ResourceEndpoint, WrittenList } from './resource-endpoint.js';

export interface SearchOptions {
  readonly clock: Clock;
  /** Seconds that a cursor is good for. */
  readonly cursorTimeout: number;
  /** Positions of a store that filters and sorts are of another form than those made for one that cannot. */
  readonly capabilities: StorageCapabilities;
}

/** Answers a search of one resource type (RFC 7644 section 3.4.2, RFC 9865). */
export async function searchOne(
  context: ScimContext,
  endpoint: ResourceEndpoint,
  search: SearchRequest,
  { clock, cursorTimeout, capabilities }: SearchOptions,
): Promise<ScimResponse> {
  const { type, returned } = endpoint;
  const { cursorKey } = context.directory;
  const filter = search.filter === undefined ? undefined : boundFilter(search.filter, type, context);
  const sort = search.sortBy === undefined ? undefined : readSort(search.sortBy, search.descending, type);
  const { paging } = search;
  const identity = paging.method === 'cursor' ? queryIdentity(type, search, capabilities) : '';
  const request: PageRequest =
    paging.method === 'index'
      ? paging
      : {
          after:
            paging.cursor && readCursor(paging.cursor, cursorKey, identity, { count: paging.count, now: clock.now() }),
          count: paging.count,
        };
  const query = { page: request, ...(filter ? { filter } : {}), ...(sort ? { sort } : {}) };
  const projection = readProjection(search, type, returned);
  const asked = endpoint.query(context, query, projection);
  const page = await ('after' in request && request.after !== '' ? asked.catch(refuseForeignPosition) : asked);
  const resources = await endpoint.write(context, page, projection);
  const counts = { total: page.total, itemsPerPage: page.items.length };
  if (paging.method === 'index') return listResponse(counts, resources, { startIndex: paging.startIndex });
  if (page.next === undefined) return listResponse(counts, resources, {});
  const expiresAt = clock.now() + cursorTimeout * 1000;
  const nextCursor = writeCursor({ position: page.next, count: paging.count, expiresAt }, cursorKey, identity);
  return listResponse(counts, resources, { nextCursor });
}

/**
 * Answers a search over all resource types that the client may read (RFC 7644 section 3.4.2.1): one list, type after
 * type. For a type that lacks an attribute of the filter the attribute has no value; one that all of them lack is a fault.
 */
export async function searchAll(
  context: ScimContext,
  endpoints: readonly ResourceEndpoint[],
  search: SearchRequest,
): Promise<ScimResponse> {
  const { paging } = search;
  if (paging.method === 'cursor') {
    throw badRequest('invalidCursor', 'A search over all resource types is paged by "startIndex" only.');
  }
  if (search.sortBy !== undefined) {
    throw badRequest('invalidValue', 'A search over all resource types cannot be sorted. Search one type.');
  }
  const readable = endpoints.filter(({ type }) => allows(context.principal, type.endpoint, 'read'));
  if (readable.length === 0) throw new ScimError(403, undefined, 'This token may not read any resource type.');
  const syntax = search.filter === undefined ? undefined : parseFilter(search.filter);
  const unquotedValues = context.policy.unquotedFilterValues;
  const isKnown = (name: string) => readable.some(({ type }) => searchedAttribute(type, name) !== undefined);
  const lists: WrittenList[] = [];
  let total = 0;
  let itemsPerPage = 0;
  for (const endpoint of readable) {
    const filter = syntax && bindFilter(syntax, { type: endpoint.type, unquotedValues, isKnown });
    const room = paging.count - itemsPerPage;
    const startIndex = Math.max(1, paging.startIndex - total);
    const projection = readProjection(search, endpoint.type, endpoint.returned);
    const query = { page: { startIndex, count: room }, ...(filter ? { filter } : {}) };
    const page = await endpoint.query(context, query, projection);
    total += page.total;
    itemsPerPage += page.items.length;
    if (page.items.length > 0) lists.push(await endpoint.write(context, page, projection));
  }
  return listResponse({ total, itemsPerPage }, joined(lists), { startIndex: paging.startIndex });
}

/** Several lists as one. */
function joined(lists: readonly WrittenList[]): WrittenList {
  const [first = [], ...others] = lists;
  return others.length === 0 ? first : { pieces: piecesOf(lists) };
}

async function* piecesOf(lists: readonly WrittenList[]): AsyncGenerator<string | Buffer<ArrayBuffer>> {
  for (const [index, list] of lists.entries()) {
    if (index > 0) yield ',';
    if ('pieces' in list) yield* list.pieces;
    else if ('text' in list) yield list.text;
    else yield JSON.stringify(list).slice(1, -1);
  }
}

function boundFilter(text: string, type: ResourceType, { policy }: ScimContext): Filter {
  return bindFilter(parseFilter(text), { type, unquotedValues: policy.unquotedFilterValues });
}

function readSort(sortBy: string, descending: boolean, type: ResourceType): Sort {
  const resolution = resolvePath(type, sortBy);
  if (resolution.kind !== 'attribute') {
    throw badRequest('invalidValue', `"sortBy" names "${sortBy.slice(0, 128)}", which ${type.name} does not have.`);
  }
  const { attribute } = resolution.resolved;
  const { path, value } = simpleValue(resolution.resolved);
  const isApart = attribute.name === 'schemas' || isMembership(type, attribute);
  const isComputed = attribute.name === 'meta' && value.type !== 'dateTime';
  if (isApart || isComputed || isSecret(attribute) || isSecret(value) || value.type === 'complex') {
    throw badRequest('invalidValue', `Resources cannot be sorted by "${sortBy.slice(0, 128)}".`);
  }
  return { path, type: value.type, caseExact: value.caseExact, descending };
}

/** What must stay the same over all pages of a walk by cursor (RFC 9865 section 2). */
function queryIdentity(
  { name }: ResourceType,
  { filter = '', sortBy = '', descending }: SearchRequest,
  { filtering, sorting }: StorageCapabilities,
): string {
  return JSON.stringify([name, filter, foldCase(sortBy), descending, filtering, sorting]);
}

/** A store tells by a RangeError that a position is none of its own: the directory has moved to another store meanwhile. */
function refuseForeignPosition(thrown: unknown): never {
  if (!(thrown instanceof RangeError)) throw thrown;
  throw badRequest('invalidCursor', 'The cursor was made before the directory moved. Start without one.');
}

/** A ListResponse (RFC 7644 section 3.4.2). */
export function listResponse(
  { total, itemsPerPage }: { readonly total: number; readonly itemsPerPage: number },
  resources: readonly object[] | Exclude<WrittenList, readonly JsonObject[]>,
  paging: { readonly startIndex?: number; readonly nextCursor?: string },
): ScimResponse {
  const head = { schemas: [MESSAGE.list], totalResults: total, itemsPerPage, ...paging };
  if ('pieces' in resources) return { status: 200, pieces: listPieces(head, resources.pieces) };
  if ('text' in resources) return { status: 200, body: Buffer.concat([listStart(head), resources.text, LIST_END]) };
  return { status: 200, body: JSON.stringify(Object.assign(head, { Resources: resources })) };
}

const LIST_END = Buffer.from(']}');

function listStart(head: object): Buffer<ArrayBuffer> {
  return Buffer.from(`${JSON.stringify(head).slice(0, -1)},"Resources":[`);
}

async function* listPieces(
  head: object,
  resources: AsyncIterable<string | Buffer<ArrayBuffer>>,
): AsyncGenerator<string | Buffer<ArrayBuffer>> {
  yield listStart(head);
  yield* resources;
  yield LIST_END;
}
