import type { Response } from 'express';
import type { ScimResponse } from '../scim/message/scim-message.js';

const CHALLENGE = 'Bearer realm="SCIM"';

/** Writes an answer in one go. `close` ends the connection, for a request whose body stays unread. */
export function writeResponse(response: Response, answer: ScimResponse, close: boolean): void {
  const { status, body, etag, location, allow, retryAfter } = answer;
  const headers: Record<string, string | number> = {};
  if (body !== undefined) {
    headers['Content-Type'] = 'application/scim+json';
    headers['Content-Length'] = Buffer.byteLength(body);
  }
  if (etag !== undefined) headers['ETag'] = etag;
  if (location !== undefined) headers['Location'] = location;
  if (allow !== undefined) headers['Allow'] = allow;
  if (retryAfter !== undefined) headers['Retry-After'] = retryAfter;
  if (status === 401) headers['WWW-Authenticate'] = CHALLENGE;
  if (close) headers['Connection'] = 'close';
  response.writeHead(status, headers);
  response.end(body);
}
