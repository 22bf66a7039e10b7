import { badRequest } from '../error.js';
import { MESSAGE } from './scim-message.js';

/** Limits that one router announces and keeps. */
export interface PagingLimits {
  readonly defaultPageSize: number;
  readonly maxPageSize: number;
}

/** Where a page starts and how many resources it may have at most. An empty cursor stands for the start. */
type Paging =
  | { readonly method: 'index'; readonly startIndex: number; readonly count: number }
  | { readonly method: 'cursor'; readonly cursor: string; readonly count: number };

/** What a client searches for, from the query string or from a SearchRequest (RFC 7644 sections 3.4.2 and 3.4.3). */
export interface SearchRequest {
  readonly filter?: string;
  readonly sortBy?: string;
  readonly descending: boolean;
  readonly paging: Paging;
  readonly attributes?: readonly string[];
  readonly excludedAttributes?: readonly string[];
}

/** What the answer to any request may be narrowed to (RFC 7644 section 3.9). */
export type AttributeSelection = Pick<SearchRequest, 'attributes' | 'excludedAttributes'>;

/** @throws {ScimError} 400 for counts that are no numbers and for paging in two ways at once. */
export function searchFromQuery(parameters: ReadonlyMap<string, string>, limits: PagingLimits): SearchRequest {
  return readSearch((name) => parameters.get(name.toLowerCase()), selectionFromQuery(parameters), limits);
}

export function selectionFromQuery(parameters: ReadonlyMap<string, string>): AttributeSelection {
  return selection(splitNames(parameters.get('attributes')), splitNames(parameters.get('excludedattributes')));
}

/** @throws {ScimError} 400 when the body is no SearchRequest. */
export function searchFromBody(body: unknown, limits: PagingLimits): SearchRequest {
  const members = new Map<string, unknown>();
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    for (const [name, value] of Object.entries(body)) members.set(name.toLowerCase(), value);
  }
  const schemas = members.get('schemas');
  if (!Array.isArray(schemas) || !schemas.includes(MESSAGE.search)) {
    throw badRequest('invalidSyntax', `The body must be a SearchRequest: "schemas" must be ["${MESSAGE.search}"].`);
  }
  const names = selection(listOfNames(members, 'attributes'), listOfNames(members, 'excludedAttributes'));
  return readSearch((name) => textOf(members, name), names, limits);
}

function readSearch(
  get: (name: string) => string | undefined,
  names: AttributeSelection,
  limits: PagingLimits,
): SearchRequest {
  const filter = get('filter');
  const sortBy = get('sortBy');
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(sortBy ? { sortBy } : {}),
    descending: readSortOrder(get('sortOrder')),
    paging: readPaging(get, limits),
    ...names,
  };
}

function readSortOrder(text: string | undefined): boolean {
  const order = text ? text.toLowerCase() : 'ascending';
  if (order !== 'ascending' && order !== 'descending') {
    throw badRequest('invalidValue', '"sortOrder" must be ascending or descending.');
  }
  return order === 'descending';
}

function readPaging(get: (name: string) => string | undefined, limits: PagingLimits): Paging {
  const cursor = get('cursor');
  const startIndex = readInteger('startIndex', get('startIndex'));
  const asked = readInteger('count', get('count')) ?? limits.defaultPageSize;
  const count = Math.max(0, Math.min(asked, limits.maxPageSize));
  if (cursor === undefined) {
    return { method: 'index', startIndex: Math.max(1, startIndex ?? 1), count };
  }
  if (startIndex !== undefined) {
    throw badRequest('invalidValue', 'Page by "startIndex" or by "cursor", not by both (RFC 9865 section 2).');
  }
  return { method: 'cursor', cursor, count };
}

function readInteger(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw badRequest('invalidValue', `"${name}" must be a whole number.`);
  return Number(text);
}

function selection(
  attributes: readonly string[] | undefined,
  excludedAttributes: readonly string[] | undefined,
): AttributeSelection {
  return { ...(attributes ? { attributes } : {}), ...(excludedAttributes ? { excludedAttributes } : {}) };
}

/** Names by comma; what stands in brackets is left out: Microsoft's collection asks for `emails[type eq "work"]`. */
function splitNames(text: string | undefined): readonly string[] | undefined {
  if (!text) return undefined;
  let plain = '';
  let from = 0;
  for (let open = text.indexOf('['); open >= 0; open = text.indexOf('[', from)) {
    const close = text.indexOf(']', open);
    if (close < 0) break;
    plain += text.slice(from, open);
    from = close + 1;
  }
  return (plain + text.slice(from)).split(',');
}

function listOfNames(members: ReadonlyMap<string, unknown>, name: string): readonly string[] | undefined {
  const value = members.get(name.toLowerCase());
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return splitNames(value.join(','));
  throw badRequest('invalidValue', `"${name}" must be a list of texts.`);
}

function textOf(members: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = members.get(name.toLowerCase());
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && (name === 'count' || name === 'startIndex')) return String(value);
  throw badRequest('invalidValue', `"${name}" has a value of the wrong type.`);
}
