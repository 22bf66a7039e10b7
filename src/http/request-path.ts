import { isStorableText } from '../core/storable-text.js';
import { badRequest, notFound } from '../scim/error.js';

/** The part of a URL below the mount, taken apart. */
export interface RequestPath {
  /** Decoded; empty segments are left out, so a base URL may end with a slash. */
  readonly segments: readonly string[];
  /** Without `?`, as it came. */
  readonly query: string;
}

/** What comes before the path in a request target of absolute form. Express has routed by the path alone. */
const AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/[^/?]*/i;

/**
 * Takes a URL apart without Express: nested routers would cost more than the request itself.
 * @throws {ScimError} 400 for broken percent-encoding, 404 for text that no store can hold.
 */
export function readRequestPath(url: string): RequestPath {
  // A server must accept the absolute form (RFC 9112 section 3.2.2), which is what proxies are sent.
  const target = url.startsWith('/') ? url : url.replace(AUTHORITY, '');
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '') continue;
    const text = segment.includes('%') ? decode(segment) : segment;
    if (!isStorableText(text)) throw notFound('Nothing has an id with a NUL character or half of a surrogate pair.');
    segments.push(text);
  }
  return { segments, query: mark < 0 ? '' : target.slice(mark + 1) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest('invalidSyntax', 'The path has broken percent-encoding.');
  }
}
