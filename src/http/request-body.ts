import { isUtf8 } from 'node:buffer';
import type { Request } from 'express';
import { badRequest, ScimError } from '../scim/error.js';
import { readBodyBytes } from './body-bytes.js';
import { parseJsonText, refuseDeepValue } from './json-text.js';

const MEDIA_TYPE = /^application\/(?:scim\+)?json[ \t]*(?:;|$)/i;
const CHARSET = /;[ \t]*charset[ \t]*=[ \t]*"?([\w-]+)/i;

/** Whether bytes of a body are still waiting, so that answering now means leaving them unread. */
export function hasUnreadBody(request: Request): boolean {
  if (request.readableEnded) return false;
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/**
 * Reads and parses the body of a request (RFC 7644 section 3.1). Where the host has parsed it already, that is taken.
 * @throws {ScimError} 400 invalidSyntax, 413, 415.
 */
export async function readRequestBody(request: Request, maxBytes: number): Promise<unknown> {
  const parsed: unknown = request.body;
  // Where nothing was sent, a JSON parser of the host leaves an empty object.
  if (Number(request.headers['content-length']) === 0) return undefined;
  requireMediaType(request);
  if (request.readableEnded) return fromHost(parsed);
  requirePlainUtf8(request);
  const bytes = await readBytes(request, maxBytes);
  return bytes.length === 0 ? undefined : parseBytes(bytes);
}

/** What a parser of the host left: an object, or raw text or bytes. */
function fromHost(parsed: unknown): unknown {
  if (parsed instanceof Uint8Array) return parseBytes(Buffer.from(parsed));
  if (typeof parsed === 'string') return parseJsonText(parsed);
  refuseDeepValue(parsed);
  return parsed;
}

/** Whoever parsed it: a form that a parser of the host has turned into an object stays a form. */
function requireMediaType({ headers }: Request): void {
  const type = headers['content-type'];
  if (type === undefined || MEDIA_TYPE.test(type)) return;
  throw new ScimError(415, undefined, 'The body must be application/scim+json or application/json.');
}

function requirePlainUtf8({ headers }: Request): void {
  const type = headers['content-type'];
  const charset = type === undefined ? undefined : CHARSET.exec(type)?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw new ScimError(415, undefined, 'The body must be UTF-8.');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new ScimError(415, undefined, 'Send the body without compression.');
  }
}

async function readBytes(request: Request, maxBytes: number): Promise<Buffer> {
  const bytes = await readBodyBytes(request, maxBytes);
  if (bytes === 'too-large') throw tooLarge(maxBytes);
  if (bytes === 'ended-early') throw badRequest('invalidSyntax', 'The body ended early.');
  return bytes;
}

function tooLarge(maxBytes: number): ScimError {
  return new ScimError(413, undefined, `The body is larger than ${maxBytes} bytes.`);
}

function parseBytes(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw badRequest('invalidSyntax', 'The body is not UTF-8.');
  const text = bytes.toString('utf8');
  return parseJsonText(text.startsWith('\uFEFF') ? text.slice(1) : text);
}
