import { createHmac, timingSafeEqual } from 'node:crypto';
import { badRequest } from '../error.js';

/** What a cursor stands for: a position within one query of one directory, for a while. */
export interface CursorContent {
  /** As the store gave it. */
  readonly position: string;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const MAX_LENGTH = 4096;
const SIGNATURE_LENGTH = 22;

/**
 * Writes a cursor (RFC 9865 section 2). It carries everything itself, so any node can go on with it. The signature is
 * made with the directory's own key over the query, so no other directory and no other query accepts it.
 */
export function writeCursor({ position, count, expiresAt }: CursorContent, key: string, query: string): string {
  const content = Buffer.from(JSON.stringify([position, count, expiresAt])).toString('base64url');
  return sign(content, key, query) + content;
}

/**
 * Gives the position that a cursor stands for.
 * @throws {ScimError} 400 invalidCursor, expiredCursor, or invalidCount when the count differs from the first page's.
 */
export function readCursor(
  cursor: string,
  key: string,
  query: string,
  expected: { readonly count: number; readonly now: number },
): string {
  const content = cursor.slice(SIGNATURE_LENGTH);
  if (cursor.length > MAX_LENGTH || !isSigned(cursor.slice(0, SIGNATURE_LENGTH), sign(content, key, query))) {
    throw badRequest('invalidCursor', 'The cursor does not belong to this query of this directory. Start without one.');
  }
  const [position, count, expiresAt] = JSON.parse(Buffer.from(content, 'base64url').toString()) as [
    string,
    number,
    number,
  ];
  if (expected.now >= expiresAt) throw badRequest('expiredCursor', 'The cursor has expired. Start without one.');
  if (expected.count !== count) {
    throw badRequest('invalidCount', 'Every page of one walk must be asked for with the same "count".');
  }
  return position;
}

function sign(content: string, key: string, query: string): string {
  return createHmac('sha256', key)
    .update(`${content.length}.${content}${query}`)
    .digest('base64url')
    .slice(0, SIGNATURE_LENGTH);
}

function isSigned(given: string, expected: string): boolean {
  const givenBytes = Buffer.from(given);
  const expectedBytes = Buffer.from(expected);
  return givenBytes.length === expectedBytes.length && timingSafeEqual(givenBytes, expectedBytes);
}
