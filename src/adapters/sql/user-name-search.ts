import { foldCase } from '../../core/fold.js';
import type { Query } from '../../storage/query.js';
import { isWholeKey } from './lookup-keys.js';

/** A first page of those who have a `userName`. */
export interface UserNameSearch {
  /** The name as it is in the index. */
  readonly key: string;
  readonly count: number;
}

/** What an identity provider asks before it creates somebody; `undefined` for any other query. */
export function userNameSearch({ filter, sort, page }: Query): UserNameSearch | undefined {
  const isFirst = 'startIndex' in page ? page.startIndex === 1 : page.after === '';
  if (sort || !isFirst || filter?.op !== 'eq') return undefined;
  const { path, type, caseExact, value } = filter;
  if (path.length !== 1 || path[0] !== 'userName' || type !== 'string' || caseExact || typeof value !== 'string') {
    return undefined;
  }
  const key = foldCase(value);
  return isWholeKey(key) ? { key, count: page.count } : undefined;
}
