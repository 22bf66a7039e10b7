import { isUtf8 } from 'node:buffer';
import type { Request } from 'express';
import { AdminProblem } from '../../admin/admin-problem.js';
import { readBodyBytes } from '../body-bytes.js';
import { parseJsonText, refuseDeepValue } from '../json-text.js';
import { type FormValues, formValues } from './form-values.js';

/** A mapping of a thousand groups fits. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * The object of a JSON body; an empty one where nothing was sent.
 * @throws {AdminProblem} `media_type`, `body_invalid`
 */
export async function readJsonBody(request: Request): Promise<object> {
  if (!/^application\/json[ \t]*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new AdminProblem('media_type');
  const body: unknown = request.readableEnded ? parsedByHost(request.body) : parsed(await bodyText(request));
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new AdminProblem('body_invalid');
  return body;
}

/** What a form has sent. @throws {AdminProblem} `media_type`, `body_invalid` */
export async function readFormBody(request: Request): Promise<FormValues> {
  if (!/^application\/x-www-form-urlencoded[ \t]*(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new AdminProblem('media_type', { sentence: 'The form was sent in a way that cannot be read.' });
  }
  if (!request.readableEnded) return formValues(await bodyText(request));
  // `express.urlencoded` of the host: names with dots stay as they are, repeated ones become lists.
  const body: unknown = request.body;
  if (typeof body === 'string') return formValues(body);
  if (typeof body !== 'object' || body === null) return new Map();
  return new Map(
    Object.entries(body).map(([name, value]: [string, unknown]) => [
      name,
      (Array.isArray(value) ? value : [value]).map(String),
    ]),
  );
}

async function bodyText(request: Request): Promise<string> {
  const bytes = await readBodyBytes(request, MOST_BYTES);
  if (bytes === 'too-large')
    throw new AdminProblem('body_invalid', { status: 413, sentence: 'This is too much at once.' });
  if (bytes === 'ended-early' || !isUtf8(bytes)) throw new AdminProblem('body_invalid');
  return bytes.toString('utf8');
}

function parsedByHost(body: unknown): unknown {
  if (Buffer.isBuffer(body)) return parsed(body.toString('utf8'));
  if (typeof body === 'string') return parsed(body);
  return readSafely(() => {
    refuseDeepValue(body);
    return body ?? {};
  });
}

function parsed(text: string): unknown {
  return text === '' ? {} : readSafely(() => parseJsonText(text));
}

function readSafely(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    throw new AdminProblem('body_invalid', {
      cause: error,
      ...(error instanceof Error && { sentence: error.message }),
    });
  }
}
