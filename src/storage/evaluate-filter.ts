import { toInstant } from '../core/instant.js';
import { compareValue, type ValueTest } from './compare-value.js';
import { isJsonList } from './json-list.js';
import type { AttributePath, Filter } from './query.js';
import type { JsonValue, StoredResource } from './resource-store.js';

/** Whether somebody is a direct member of a group. */
export type MembershipLookup = (groupId: string, memberId: string) => boolean;

type Predicate<T> = (subject: T) => boolean;

/** What a filter is asked of: how its paths and its membership nodes are read. */
interface Subject<T> {
  /** Compiles "some value at this path passes the test". */
  some(path: AttributePath, test: ValueTest): Predicate<T>;
  instantOf(path: AttributePath): (text: string) => string | undefined;
  member(node: Extract<Filter, { op: 'hasMember' | 'memberOf' }>): Predicate<T>;
}

/**
 * Compiles a filter into a predicate: the reference for what {@link Filter} means, and what stores without native
 * filtering are filtered with. `id` and `meta` are read from the record, everything else from its attributes;
 * `meta.version` is the number, and `meta` knows no `resourceType` or `location`, which say nothing about a single
 * resource of a type.
 *
 * @throws {TypeError} when the filter asks about membership and there is no lookup.
 */
export function compileFilter(filter: Filter, isMember?: MembershipLookup): (resource: StoredResource) => boolean {
  return compile(filter, {
    some: someOfResource,
    instantOf: (path) => (path[0] === 'meta' ? instantOfStamp : toInstant),
    member(node) {
      if (!isMember) throw new TypeError(`the filter has ${node.op}, and nobody to look memberships up`);
      return node.op === 'hasMember'
        ? (group) => isMember(group.id, node.memberId)
        : (member) => isMember(node.groupId, member.id);
    },
  });
}

/**
 * Compiles a filter over one element of a multi-valued attribute; its paths start at the element. The path `value` on
 * an element that is a plain value means that value.
 *
 * @throws {TypeError} when the filter asks about membership.
 */
export function compileElementFilter(filter: Filter): (element: JsonValue) => boolean {
  return compile(filter, {
    some: someOfElement,
    instantOf: () => toInstant,
    member(node) {
      throw new TypeError(`${node.op} cannot be asked of an element`);
    },
  });
}

function compile<T>(filter: Filter, subject: Subject<T>): Predicate<T> {
  switch (filter.op) {
    case 'and': {
      const terms = filter.filters.map((term) => compile(term, subject));
      return (value) => terms.every((term) => term(value));
    }
    case 'or': {
      const terms = filter.filters.map((term) => compile(term, subject));
      return (value) => terms.some((term) => term(value));
    }
    case 'not': {
      const term = compile(filter.filter, subject);
      return (value) => !term(value);
    }
    case 'present':
      return subject.some(filter.path, isPresent);
    case 'element':
      return subject.some(filter.path, compileElementFilter(filter.filter));
    case 'hasMember':
    case 'memberOf':
      return subject.member(filter);
    case 'ne': {
      const equal = compile({ ...filter, op: 'eq' }, subject);
      return (value) => !equal(value);
    }
    default: {
      const { op, path, type, caseExact, value } = filter;
      return subject.some(path, compareValue({ op, type, caseExact, value }, subject.instantOf(path)));
    }
  }
}

function someOfResource(path: AttributePath, test: ValueTest): Predicate<StoredResource> {
  if (path[0] === 'id') return path.length === 1 ? ({ id }) => test(id) : () => false;
  if (path[0] === 'meta') return someOfMeta(path.slice(1), test);
  const inside = someValue(path, test);
  return ({ attributes }) => inside(attributes);
}

function someOfMeta(path: AttributePath, test: ValueTest): Predicate<StoredResource> {
  if (path.length === 0) return ({ created }) => test(created);
  switch (path.join('.')) {
    case 'created':
      return ({ created }) => test(created);
    case 'lastModified':
      return ({ lastModified }) => test(lastModified);
    case 'version':
      return ({ version }) => test(version);
    default:
      return () => false;
  }
}

function someOfElement(path: AttributePath, test: ValueTest): Predicate<JsonValue> {
  const inside = someValue(path, test);
  const isValue = path.length === 1 && path[0] === 'value';
  return (element) => (typeof element === 'object' ? inside(element) : isValue && test(element));
}

/** Follows a path inwards; lists on the way, and at its end, are walked. */
function someValue(path: AttributePath, test: ValueTest): ValueTest {
  const [name, ...rest] = path;
  const here = name === undefined ? test : someProperty(name, someValue(rest, test));
  const walk = (value: JsonValue): boolean => (isJsonList(value) ? value.some(walk) : here(value));
  return walk;
}

function someProperty(name: string, next: ValueTest): ValueTest {
  // Names of what every object inherits (`constructor`) need a look at who owns them; the others are faster without.
  const inherited = name in Object.prototype;
  return (value) => {
    if (typeof value !== 'object' || value === null || isJsonList(value)) return false;
    if (inherited && !Object.hasOwn(value, name)) return false;
    const inner = value[name];
    return inner !== undefined && next(inner);
  };
}

/** `pr`: neither null nor empty; of a complex value, any part of it (RFC 7644 section 3.4.2.2). */
function isPresent(value: JsonValue): boolean {
  if (typeof value !== 'object') return value !== '';
  if (value === null) return false;
  return isJsonList(value) ? value.some(isPresent) : Object.values(value).some(isPresent);
}

/** The store's own stamps have one form: their instant needs no parsing. */
function instantOfStamp(stamp: string): string {
  return `${stamp.slice(0, -1)}000000Z`;
}
