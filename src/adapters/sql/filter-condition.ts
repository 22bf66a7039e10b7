import { foldCase } from '../../core/fold.js';
import type { AttributePath, Comparison, Filter } from '../../storage/query.js';
import type { DirectoryScope } from '../../storage/scope.js';
import { numberKey } from './number-key.js';
import { memberKey } from './search-document.js';
import type { SqlDialect } from './sql-dialect.js';
import { joined, raw, type Sql, sql } from './sql-text.js';
import type { TableNames } from './table-names.js';

/** What conditions on rows of `resources as r` are made for. */
export interface FilterSite {
  readonly names: TableNames;
  readonly dialect: SqlDialect;
  readonly scope: DirectoryScope;
  /** Expressions for the state of a row. */
  readonly version: Sql;
  readonly lastModified: Sql;
}

type ValueComparison = Pick<Comparison, 'type' | 'caseExact' | 'value'> & {
  readonly op: Exclude<Comparison['op'], 'ne'>;
};

const NEVER = raw('1 = 0');
const ALWAYS = raw('1 = 1');
const OPERATORS = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

/**
 * Compiles a filter into a condition that is true or false and never unknown: what `compileFilter` of the storage room
 * says. Values at a path are found in the search document of the row.
 */
export function filterCondition(filter: Filter, site: FilterSite): Sql {
  const { dialect } = site;
  let aliases = 0;

  function compile(node: Filter, subject: Sql, isElement: boolean): Sql {
    switch (node.op) {
      case 'and':
        return all(node.filters, 'and', ALWAYS, subject, isElement);
      case 'or':
        return all(node.filters, 'or', NEVER, subject, isElement);
      case 'not':
        return sql`not ${compile(node.filter, subject, isElement)}`;
      case 'ne':
        return sql`not ${compile({ ...node, op: 'eq' }, subject, isElement)}`;
      case 'present':
        return some(node.path, isPresent, stampIsPresent, subject, isElement);
      case 'element':
        return some(
          node.path,
          (value) => compile(node.filter, value, true),
          () => NEVER,
          subject,
          isElement,
        );
      case 'hasMember':
        return membership(raw('r.id'), sql`${node.memberId}`);
      case 'memberOf':
        return membership(sql`${node.groupId}`, raw('r.id'));
      default: {
        const { op, type, caseExact, value: expected } = node;
        const comparison = { op, type, caseExact, value: expected };
        const test = (value: Sql) => compareNode(comparison, value, dialect);
        return some(node.path, test, (stamp) => compareStamp(comparison, stamp, site), subject, isElement);
      }
    }
  }

  function all(filters: readonly Filter[], word: 'and' | 'or', empty: Sql, subject: Sql, isElement: boolean): Sql {
    if (filters.length === 0) return empty;
    const terms = filters.map((term) => compile(term, subject, isElement));
    return sql`(${joined(terms, ` ${word} `)})`;
  }

  /** "Some value at this path passes the test." */
  function some(
    path: AttributePath,
    test: (value: Sql) => Sql,
    testStamp: (name: string | undefined) => Sql,
    subject: Sql,
    isElement: boolean,
  ): Sql {
    if (!isElement && path[0] === 'meta') return path.length > 2 ? NEVER : testStamp(path[1] ?? 'created');
    if (!isElement && path[0] === 'id' && path.length > 1) return NEVER;
    const keys = !isElement && path[0] === 'id' ? ['id'] : path.map(memberKey);
    if (keys.length === 0) return sql`coalesce(${test(subject)}, ${NEVER})`;
    aliases += 1;
    const alias = `v${aliases}`;
    const value = dialect.nodeOf(alias, keys);
    const inside = sql`exists (select 1 from ${dialect.nodes(subject, keys, alias)} where ${test(value)})`;
    // An element that is a plain value can be asked for its `value`.
    if (!isElement || path.length !== 1 || path[0] !== 'value') return inside;
    return sql`(${inside} or (${isPlain(subject)} and coalesce(${test(subject)}, ${NEVER})))`;
  }

  function isPlain(node: Sql): Sql {
    return sql`coalesce(${joined(
      ['t', 'n', 'b'].map((name) => dialect.slot(node, name)),
      ', ',
    )}) is not null`;
  }

  function isPresent(node: Sql): Sql {
    return sql`${dialect.slot(node, 'e')} is null`;
  }

  function membership(groupId: Sql, memberId: Sql): Sql {
    const { organizationId, directoryId } = site.scope;
    return sql`exists (select 1 from ${raw(site.names.memberships)} as m where m.organization_id = ${organizationId}
      and m.directory_id = ${directoryId} and m.group_id = ${groupId} and m.member_id = ${memberId})`;
  }

  return compile(filter, raw('r.search'), false);
}

function compareNode({ op, type, caseExact, value }: ValueComparison, node: Sql, dialect: SqlDialect): Sql {
  switch (type) {
    case 'boolean':
      if (op !== 'eq' || typeof value !== 'boolean') return NEVER;
      return sql`${dialect.slot(node, 'b')} = ${value ? '1' : '0'}`;
    case 'integer':
    case 'decimal':
      return typeof value === 'number' ? inOrder(op, dialect.slot(node, 'n'), numberKey(value)) : NEVER;
    case 'dateTime':
      return typeof value === 'string' ? inOrder(op, dialect.slot(node, 'i'), value) : NEVER;
    case 'binary':
      return typeof value === 'string' ? inOrder(op, exactText(node, dialect), value) : NEVER;
    case 'string':
    case 'reference':
      if (typeof value !== 'string') return NEVER;
      return caseExact
        ? compareText(op, exactText(node, dialect), value, dialect)
        : compareText(op, dialect.slot(node, 't'), foldCase(value), dialect);
  }
}

function exactText(node: Sql, { slot }: SqlDialect): Sql {
  return sql`coalesce(${slot(node, 'x')}, ${slot(node, 't')})`;
}

function compareText(op: ValueComparison['op'], text: Sql, expected: string, dialect: SqlDialect): Sql {
  const part = dialect.boundText(expected);
  switch (op) {
    case 'co':
      return dialect.contains(text, part);
    case 'sw':
      return dialect.startsWith(text, part);
    case 'ew':
      return dialect.endsWith(text, part);
    default:
      return inOrder(op, text, expected);
  }
}

function inOrder(op: ValueComparison['op'], key: Sql, expected: string): Sql {
  return op === 'co' || op === 'sw' || op === 'ew' ? NEVER : sql`${key} ${raw(OPERATORS[op])} ${expected}`;
}

function stampIsPresent(name: string | undefined): Sql {
  return name === 'created' || name === 'lastModified' || name === 'version' ? ALWAYS : NEVER;
}

/** The store's own stamps have one form: their instant, and their folded form, need no function of ours. */
function compareStamp(comparison: ValueComparison, name: string | undefined, site: FilterSite): Sql {
  const { op, type, caseExact, value } = comparison;
  if (name === 'version') {
    const isNumber = (type === 'integer' || type === 'decimal') && typeof value === 'number';
    if (!isNumber || op === 'co' || op === 'sw' || op === 'ew') return NEVER;
    return sql`${site.version} ${raw(OPERATORS[op])} cast(${String(value)} as double precision)`;
  }
  if ((name !== 'created' && name !== 'lastModified') || typeof value !== 'string') return NEVER;
  const stamp = name === 'created' ? raw('r.created') : site.lastModified;
  switch (type) {
    case 'dateTime':
      return inOrder(op, sql`(substr(${stamp}, 1, 23) || '000000Z')`, value);
    case 'binary':
      return inOrder(op, stamp, value);
    case 'string':
    case 'reference':
      return caseExact
        ? compareText(op, stamp, value, site.dialect)
        : compareText(op, sql`lower(${stamp})`, foldCase(value), site.dialect);
    default:
      return NEVER;
  }
}
