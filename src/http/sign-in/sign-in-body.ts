import { isUtf8 } from 'node:buffer';
import type { Request } from 'express';
import type { CallbackParameters } from '../../oidc/callback-parameters.js';
import { readBodyBytes } from '../body-bytes.js';
import { SignInRefusal } from './sign-in-refusal.js';

/** An ID Token with many groups fits. */
const MOST_BYTES = 256 * 1024;

/**
 * Reads a form or a JSON object; where a parser of the host was first, what that has left.
 * @throws {SignInRefusal} `body_invalid`
 */
async function readSignInBody(request: Request): Promise<CallbackParameters> {
  if (request.readableEnded) return fromHost(request.body, request);
  const bytes = await readBodyBytes(request, MOST_BYTES);
  if (!Buffer.isBuffer(bytes) || !isUtf8(bytes)) throw new SignInRefusal('body_invalid');
  return parse(bytes.toString(), request);
}

/**
 * The parameters of a request, wherever they stand: in the query of a GET, in the body of a POST.
 * @throws {SignInRefusal} `body_invalid`
 */
export async function callbackParameters(request: Request): Promise<CallbackParameters> {
  return request.method === 'POST' ? readSignInBody(request) : queryOf(request);
}

/** The query as it was sent: what Express makes of it depends on settings of the host. */
function queryOf({ url }: Request): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

function fromHost(body: unknown, request: Request): CallbackParameters {
  if (typeof body === 'string') return parse(body, request);
  if (Buffer.isBuffer(body)) return parse(body.toString(), request);
  return isRecord(body) ? body : new URLSearchParams();
}

function parse(text: string, request: Request): CallbackParameters {
  if (!request.is('json')) return new URLSearchParams(text);
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Said below.
  }
  throw new SignInRefusal('body_invalid');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
