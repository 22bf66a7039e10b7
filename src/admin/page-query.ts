import { AdminProblem } from './admin-problem.js';
import type { JsonSchema } from './admin-route.js';

/** Which part of a long list. */
export interface PageQuery {
  /** The `next` of the page before; left out for the first. */
  readonly after?: string;
  readonly limit?: number;
}

/** The properties of {@link PageQuery}. */
export const PAGE: { readonly after: JsonSchema; readonly limit: JsonSchema } = {
  after: { type: 'string', maxLength: 2048, description: 'the next of the page before' },
  limit: { type: 'integer', minimum: 1, maximum: 100, description: 'a whole number from 1 to 100' },
};

/** What a page holds unless told. */
export const PAGE_SIZE = 25;

/** The same of lists of groups and teams: each line is put together from several tables. */
export const SHORT_PAGE_SIZE = 20;

/** Reads a page. @throws {AdminProblem} for a position that is none. */
export async function pageOf<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const faults = [{ path: 'after', message: 'is no place in this list' }];
    throw new AdminProblem('invalid_input', { faults, cause: error });
  }
}

/** A page of a short list that was read as a whole. */
export function pageWithin<T extends { readonly id: string }>(
  { after, limit = PAGE_SIZE }: PageQuery,
  all: readonly T[],
): { readonly items: readonly T[]; readonly next?: string } {
  const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  return { items, ...(start + limit < all.length && last && { next: last.id }) };
}

/** A page of a list that goes by ids: one more is read than shown, to know whether there is a next. */
export async function pageByKey<T>(
  { after = '', limit = PAGE_SIZE }: PageQuery,
  read: (page: { readonly after: string; readonly limit: number }) => Promise<readonly T[]>,
  keyOf: (item: T) => string,
): Promise<{ readonly items: readonly T[]; readonly next?: string }> {
  const found = await read({ after, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(found.length > limit && last !== undefined && { next: keyOf(last) }) };
}
