import type { ScimError } from '../error.js';
import { MESSAGE, type ScimResponse } from './scim-message.js';

/** An error as RFC 7644 section 3.12 writes it. */
export function errorResponse(error: ScimError): ScimResponse {
  const { status, retryAfter, allow } = error;
  return { status, body: JSON.stringify(errorBody(error)), retryAfter, allow };
}

/** The error body as an object; bulk responses carry it inside. */
export function errorBody({ status, scimType, message }: ScimError): object {
  return { schemas: [MESSAGE.error], status: String(status), ...(scimType ? { scimType } : {}), detail: message };
}
