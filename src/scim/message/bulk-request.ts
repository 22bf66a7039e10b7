import { badRequest, ScimError } from '../error.js';
import { MESSAGE } from './scim-message.js';

const METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** One operation of a bulk request. */
export interface BulkOperation {
  readonly method: string;
  readonly path: string;
  readonly bulkId: string | undefined;
  readonly version: string | undefined;
  readonly data: unknown;
}

/**
 * Reads the envelope of a bulk request (RFC 7644 section 3.7); the operations are read one by one, so that each has its
 * own fault. @throws {ScimError} 400 invalidSyntax or invalidValue, 413 for too many operations.
 */
export function readBulkRequest(
  body: unknown,
  maxOperations: number,
): { readonly operations: readonly unknown[]; readonly failOnErrors: number } {
  const { schemas, Operations, failOnErrors } = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly schemas?: unknown;
    readonly Operations?: unknown;
    readonly failOnErrors?: unknown;
  };
  if (!Array.isArray(schemas) || !schemas.includes(MESSAGE.bulkRequest) || !Array.isArray(Operations)) {
    throw badRequest(
      'invalidSyntax',
      `The body must be a BulkRequest: "schemas" ["${MESSAGE.bulkRequest}"] and "Operations".`,
    );
  }
  if (Operations.length > maxOperations) {
    throw new ScimError(413, undefined, `A bulk request may hold at most ${maxOperations} operations. Send several.`);
  }
  if (failOnErrors !== undefined && !(Number.isSafeInteger(failOnErrors) && Number(failOnErrors) > 0)) {
    throw badRequest('invalidValue', '"failOnErrors" must be a whole number above 0.');
  }
  return {
    operations: Operations,
    failOnErrors: failOnErrors === undefined ? Number.POSITIVE_INFINITY : Number(failOnErrors),
  };
}

/** What can be told of an operation before it has been checked. */
export function identify(
  operation: unknown,
): Partial<Pick<BulkOperation, 'method' | 'path'>> & { readonly bulkId?: string } {
  const { method, bulkId, path } = (typeof operation === 'object' && operation !== null ? operation : {}) as {
    readonly method?: unknown;
    readonly bulkId?: unknown;
    readonly path?: unknown;
  };
  return {
    ...(typeof method === 'string' ? { method: method.toUpperCase().slice(0, 16) } : {}),
    ...(typeof bulkId === 'string' ? { bulkId } : {}),
    ...(typeof path === 'string' && path.startsWith('/') ? { path } : {}),
  };
}

/** @throws {ScimError} 400 for an operation that cannot be carried out as it stands. */
export function readBulkOperation(operation: unknown): BulkOperation {
  const { method = '', bulkId, path } = identify(operation);
  const { version, data } = (typeof operation === 'object' && operation !== null ? operation : {}) as {
    readonly version?: unknown;
    readonly data?: unknown;
  };
  if (!METHODS.has(method)) throw badRequest('invalidSyntax', '"method" must be POST, PUT, PATCH or DELETE.');
  if (path === undefined) {
    throw badRequest('invalidPath', '"path" must start at the base URL, as in /Users or /Users/2819c223.');
  }
  if (method === 'POST' && bulkId === undefined) throw badRequest('invalidValue', 'A POST needs a "bulkId".');
  if (method !== 'DELETE' && data === undefined) throw badRequest('invalidSyntax', `A ${method} needs "data".`);
  return { method, path, bulkId, data, version: typeof version === 'string' ? version : undefined };
}
