import { isStorableText } from '../../core/storable-text.js';
import type { Sort } from '../../storage/query.js';
import type { SortKey } from '../../storage/sort-key.js';
import { parseSortPosition, type SortPosition } from '../../storage/sort-position.js';
import type { FilterSite } from './filter-condition.js';
import { numberKey } from './number-key.js';
import { memberKey, preferredKey } from './search-document.js';
import { raw, type Sql, type SqlValue, sql } from './sql-text.js';

const NO_KEY = raw('cast(null as text)');

/** The key that rows of `resources as r` are sorted by: what `sortKeyOf` of the storage room says. */
export function sortExpression({ path, type, caseExact }: Sort, { dialect, lastModified, version }: FilterSite): Sql {
  const [first, second] = path;
  const isExact = caseExact || type === 'binary';
  if (first === 'meta') {
    const isNumber = type === 'integer' || type === 'decimal';
    if (path.length !== 2 || type === 'boolean') return NO_KEY;
    if (second === 'version') return isNumber ? version : NO_KEY;
    if (isNumber || (second !== 'created' && second !== 'lastModified')) return NO_KEY;
    const stamp = second === 'created' ? raw('r.created') : lastModified;
    return isExact || type === 'dateTime' ? stamp : sql`lower(${stamp})`;
  }
  if (path.length === 0 || (first === 'id' && path.length !== 1)) return NO_KEY;
  const node = path.reduce<Sql>(
    (inside, name) => dialect.pick(inside, first === 'id' ? 'id' : memberKey(name), preferredKey(name)),
    raw('r.search'),
  );
  switch (type) {
    case 'boolean':
      return dialect.slot(node, 'b');
    case 'integer':
    case 'decimal':
      return dialect.slot(node, 'n');
    case 'dateTime':
      return dialect.slot(node, 'i');
    default:
      return isExact ? sql`coalesce(${dialect.slot(node, 'x')}, ${dialect.slot(node, 't')})` : dialect.slot(node, 't');
  }
}

/** `order by` of rows with the columns `sort_key` and `sequence`. */
export function sortOrder({ descending }: Sort): Sql {
  const direction = descending ? ' desc' : '';
  return raw(`(sort_key is null)${direction}, sort_key${direction}, sequence`);
}

/** @throws {RangeError} when the text is no position of a sorted walk. */
export function readSortPosition(after: string): SortPosition {
  const position = parseSortPosition(after);
  if (typeof position.key === 'string' && !isStorableText(position.key)) {
    throw new RangeError('not a position of a sorted walk');
  }
  return position;
}

/** The condition that rows with the columns `sort_key` and `sequence` come behind a border. */
export function behindBorder(sort: Sort, key: SortKey, sequence: Sql): Sql {
  const value = keyValue(sort, key);
  if (value === null) {
    return sort.descending
      ? sql`(sort_key is not null or sequence > ${sequence})`
      : sql`(sort_key is null and sequence > ${sequence})`;
  }
  const isBehind = sort.descending ? sql`sort_key < ${value}` : sql`(sort_key > ${value} or sort_key is null)`;
  return sql`(${isBehind} or (sort_key = ${value} and sequence > ${sequence}))`;
}

/** The condition that rows come behind the beginning of a key, or have a key that begins so. */
export function behindBeginning(sort: Sort, beginning: string, { dialect }: FilterSite): Sql {
  const isBehind = sort.descending ? sql`sort_key < ${beginning}` : sql`(sort_key > ${beginning} or sort_key is null)`;
  return sql`(${isBehind} or ${dialect.startsWith(raw('sort_key'), dialect.boundText(beginning))})`;
}

function keyValue({ path, type }: Sort, key: SortKey): SqlValue {
  if (key === undefined) return null;
  if (typeof key === 'string') return key;
  if (type === 'boolean') return String(key);
  return path[0] === 'meta' ? key : numberKey(key);
}
