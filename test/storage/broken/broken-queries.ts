import type {
  AttributePath,
  Comparison,
  DirectoryUserStore,
  Filter,
  JsonValue,
  Query,
  Sort,
  StoredResource,
} from 'express-sso-scim';
import { compileFilter } from '../../../src/storage/evaluate-filter.js';
import { sortResources } from '../../../src/storage/sort-resources.js';
import { type BrokenAdapter, broken, type Patch } from './broken-adapter.js';

type AskUsers = DirectoryUserStore['query'];

/** Faults of filters, order and pages, among users. */
export const BROKEN_QUERIES: readonly BrokenAdapter[] = [
  rewriting('Q1', '`ne` is false where there is no value', (filter) =>
    filter.op === 'ne' ? { op: 'and', filters: [{ op: 'present', path: filter.path }, filter] } : filter,
  ),
  comparing('Q2', '`caseExact` is ignored', (comparison) => ({ ...comparison, caseExact: false })),
  comparing('Q3', 'letters are folded as another engine does: İ is i', (comparison) => ({
    ...comparison,
    ...(typeof comparison.value === 'string' && { value: comparison.value.replaceAll('i\u0307', 'i') }),
  })),
  matching('Q3', 'addresses are folded as lower() of SQLite does: A to Z alone', (filter, user) => {
    const { value, path } = 'value' in filter ? filter : { value: undefined, path: [] };
    if (typeof value !== 'string' || path.join('.') !== 'emails.value') return compileFilter(filter)(user);
    const lower = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
    const { emails } = user.attributes;
    const attributes = { ...user.attributes, emails: JSON.parse(lower(JSON.stringify(emails ?? []))) as JsonValue };
    return compileFilter({ ...(filter as Comparison), value: lower(value), caseExact: true })({ ...user, attributes });
  }),
  matching('Q4', 'of several values only the first counts', (filter, user) => {
    const firstOnly = (value: JsonValue): JsonValue => (Array.isArray(value) ? (value[0] ?? null) : value);
    const attributes = Object.fromEntries(
      Object.entries(user.attributes).map(([name, value]) => [name, firstOnly(value)]),
    );
    return compileFilter(filter)({ ...user, attributes });
  }),
  matching('Q5', 'numbers and booleans are compared as text', (filter, user) => {
    const asText = (value: JsonValue): JsonValue => (typeof value === 'object' ? value : String(value));
    const attributes = Object.fromEntries(
      Object.entries(user.attributes).map(([name, value]) => [name, asText(value)]),
    );
    const rewritten = everyNode(filter, (node) =>
      'value' in node ? { ...node, type: 'string', value: String(node.value) } : node,
    );
    return compileFilter(rewritten)({ ...user, attributes });
  }),
  comparing('Q6', 'a dateTime is compared as text', (comparison) =>
    comparison.type === 'dateTime' ? { ...comparison, type: 'string' } : comparison,
  ),
  rewriting('Q7', '% of a filter is a wildcard', (filter) =>
    filter.op === 'co' && filter.value === '%' ? { op: 'present', path: filter.path } : filter,
  ),
  matching('Q8', 'text is ordered by the rules of a language', (filter, user) => {
    if (filter.op !== 'lt' && filter.op !== 'gt') return compileFilter(filter)(user);
    const value = user.attributes[filter.path[0] ?? ''];
    if (typeof value !== 'string') return false;
    const order = value.localeCompare(String(filter.value), 'en');
    return filter.op === 'lt' ? order < 0 : order > 0;
  }),
  rewriting('Q9', '`not` is unknown where a value is missing', (filter) =>
    filter.op === 'not'
      ? { op: 'and', filters: [filter, ...pathsIn(filter).map((path): Filter => ({ op: 'present', path }))] }
      : filter,
  ),
  rewriting('Q10', 'an element filter is satisfied by several elements together', (filter) =>
    filter.op === 'element' && filter.filter.op === 'and'
      ? { op: 'and', filters: filter.filter.filters.map((inner) => under(filter.path, inner)) }
      : filter,
  ),
  matching('Q11', '`present` takes an empty text for a value', (filter, user) =>
    filter.op === 'present' ? user.attributes[filter.path[0] ?? ''] !== undefined : compileFilter(filter)(user),
  ),
  rewriting('Q12', 'an empty `and` finds nobody', (filter) =>
    filter.op === 'and' && filter.filters.length === 0 ? { op: 'or', filters: [] } : filter,
  ),
  comparing('Q13', 'ids are compared without case', (comparison) =>
    comparison.path[0] === 'id' ? { ...comparison, caseExact: false } : comparison,
  ),
  rewriting('Q14', '`memberOf` finds nobody', (filter) =>
    filter.op === 'memberOf' ? { op: 'or', filters: [] } : filter,
  ),
  rewriting('Q15', '`ge` is `gt`', (filter) => (filter.op === 'ge' ? { ...filter, op: 'gt' } : filter)),
  asking('O1', 'without a sort the order is that of ids', (ask) => (scope, query) => {
    const byId: Sort = { path: ['id'], type: 'string', caseExact: true, descending: false };
    return ask(scope, { sort: byId, ...query });
  }),
  ordering('O2', 'who has no value comes first', (users, sort) => {
    const has = (user: StoredResource) => typeof user.attributes[sort.path[0] ?? ''] === 'string';
    const sorted = sortResources(users, sort);
    return [...sorted.filter((user) => !has(user)), ...sorted.filter(has)];
  }),
  ordering('O2', 'descending order turns equal ones round', (users, sort) => {
    const sorted = sortResources(users, { ...sort, descending: false });
    return sort.descending ? sorted.toReversed() : sorted;
  }),
  ordering('O3', 'always the first value counts', (users, sort) => {
    const withoutPrimary = users.map((user) => ({
      ...user,
      attributes: JSON.parse(JSON.stringify(user.attributes).replaceAll('"primary"', '"p"')),
    }));
    return sortResources(withoutPrimary, sort);
  }),
  ordering('O4', 'text is sorted by UTF-16 code units', (users, sort) => {
    const key = (user: StoredResource) => String(user.attributes[sort.path[0] ?? ''] ?? '').toLowerCase();
    return users.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  }),
  ordering('O5', 'numbers are sorted as text', (users, sort) => {
    const key = (user: StoredResource) => String(user.attributes[sort.path[0] ?? ''] ?? '~');
    return users.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  }),
  ordering('O6', 'stamps cannot be sorted by', (users, sort) =>
    sort.path[0] === 'meta' ? [...users] : sortResources(users, sort),
  ),
  ordering('O7', 'a sort by a boolean is one by creation', (users, sort) =>
    sort.type === 'boolean' ? [...users] : sortResources(users, sort),
  ),
  asking(
    'P1',
    '`startIndex` counts from 0',
    (ask) =>
      (scope, { page, ...query }) =>
        ask(scope, { ...query, page: 'startIndex' in page ? { ...page, startIndex: page.startIndex + 1 } : page }),
  ),
  asking('P2', '`total` counts the page', (ask) => async (scope, query) => {
    const page = await ask(scope, query);
    return { ...page, total: page.items.length };
  }),
  asking('P3', 'the last page has a next one', (ask) => async (scope, query) => {
    const page = await ask(scope, query);
    return { ...page, next: page.next ?? '999999' };
  }),
  asking('P4', 'an index page has no next one', (ask) => async (scope, query) => {
    const { next, ...page } = await ask(scope, query);
    return { ...page, ...(next !== undefined && 'after' in query.page && { next }) };
  }),
  asking('P5', 'a cursor is an offset', byOffset),
  asking(
    'P6',
    'a sorted cursor is an offset',
    (ask) => (scope, query) => (query.sort ? byOffset(ask) : ask)(scope, query),
  ),
  asking('P7', 'a position holds the whole text', (ask) => async (scope, { page, ...query }) => {
    const inner = 'after' in page ? { ...page, after: page.after.replace(/~.*/s, '') } : page;
    const { next, ...found } = await ask(scope, { ...query, page: inner });
    const text = String(found.items.at(-1)?.attributes['displayName'] ?? '');
    return { ...found, ...(next !== undefined && { next: `${next}~${text}` }) };
  }),
];

/** Users that are asked in another way, inside transactions too. */
function asking(rule: string, fault: string, change: (ask: AskUsers) => AskUsers): BrokenAdapter {
  return broken(
    rule,
    fault,
    () =>
      ({ directoryUsers }): Patch => ({ directoryUsers: { query: change(directoryUsers.query) } }),
  );
}

function rewriting(rule: string, fault: string, rewrite: (filter: Filter) => Filter): BrokenAdapter {
  return asking(
    rule,
    fault,
    (ask) =>
      (scope, { filter, ...query }) =>
        ask(scope, { ...query, ...(filter && { filter: everyNode(filter, rewrite) }) }),
  );
}

function comparing(rule: string, fault: string, change: (comparison: Comparison) => Comparison): BrokenAdapter {
  return rewriting(rule, fault, (filter) => ('value' in filter ? change(filter) : filter));
}

/** Index pages are put together from all users. */
function assembling(
  rule: string,
  fault: string,
  assemble: (users: readonly StoredResource[], query: Query) => readonly { readonly id: string }[],
) {
  return asking(rule, fault, (ask) => async (scope, query) => {
    if (!('startIndex' in query.page)) return ask(scope, query);
    const { items } = await ask(scope, { page: { startIndex: 1, count: 1000 } });
    const users = new Map(items.map((user) => [user.id, user]));
    const found = assemble(items, query).flatMap(({ id }) => users.get(id) ?? []);
    const start = query.page.startIndex - 1;
    return { items: found.slice(start, start + query.page.count), total: found.length };
  });
}

function matching(
  rule: string,
  fault: string,
  matches: (filter: Filter, user: StoredResource) => boolean,
): BrokenAdapter {
  return assembling(rule, fault, (users, { filter }) => users.filter((user) => !filter || matches(filter, user)));
}

function ordering(
  rule: string,
  fault: string,
  order: (users: readonly StoredResource[], sort: Sort) => readonly { readonly id: string }[],
) {
  return assembling(rule, fault, (users, { sort }) => (sort ? order(users, sort) : users));
}

function byOffset(ask: AskUsers): AskUsers {
  return async (scope, { page, ...query }) => {
    const skipped = 'after' in page ? Number(page.after) : page.startIndex - 1;
    const { items, total } = await ask(scope, { ...query, page: { startIndex: skipped + 1, count: page.count } });
    const end = skipped + items.length;
    return { items, total, ...(items.length > 0 && end < total && { next: String(end) }) };
  };
}

function everyNode(filter: Filter, rewrite: (filter: Filter) => Filter): Filter {
  if (filter.op === 'and' || filter.op === 'or') {
    return rewrite({ ...filter, filters: filter.filters.map((inner) => everyNode(inner, rewrite)) });
  }
  if (filter.op === 'not' || filter.op === 'element')
    return rewrite({ ...filter, filter: everyNode(filter.filter, rewrite) });
  return rewrite(filter);
}

function under(path: AttributePath, filter: Filter): Filter {
  return everyNode(filter, (node) => ('path' in node ? { ...node, path: [...path, ...node.path] } : node));
}

function pathsIn(filter: Filter): readonly AttributePath[] {
  const paths: AttributePath[] = [];
  everyNode(filter, (node) => {
    if ('path' in node) paths.push(node.path);
    return node;
  });
  return paths;
}
