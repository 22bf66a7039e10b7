import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { ScimResponse } from '../scim/message/scim-message.js';

const CHALLENGE = 'Bearer realm="SCIM"';

/**
 * Writes an answer: in one go, or, where it comes in pieces, as fast as the client takes them; then it gives a promise.
 * `close` ends the connection, for a request whose body stays unread.
 * @throws whatever keeps the pieces from coming. The connection is broken off then: a client never takes what has been
 * sent for the whole.
 */
export function writeResponse(response: Response, answer: ScimResponse, close: boolean): Promise<void> | undefined {
  const { status, body, pieces, etag, location, allow, retryAfter } = answer;
  const headers: Record<string, string | number> = {};
  if (body !== undefined) {
    headers['Content-Type'] = 'application/scim+json';
    headers['Content-Length'] = Buffer.byteLength(body);
  } else if (pieces !== undefined) headers['Content-Type'] = 'application/scim+json';
  if (etag !== undefined) headers['ETag'] = etag;
  if (location !== undefined) headers['Location'] = location;
  if (allow !== undefined) headers['Allow'] = allow;
  if (retryAfter !== undefined) headers['Retry-After'] = retryAfter;
  if (status === 401) headers['WWW-Authenticate'] = CHALLENGE;
  if (close) headers['Connection'] = 'close';
  response.writeHead(status, headers);
  // Nobody reads the pieces of an answer to HEAD.
  if (pieces !== undefined && response.req.method !== 'HEAD') return pipeline(pieces, response);
  response.end(body);
  return undefined;
}
