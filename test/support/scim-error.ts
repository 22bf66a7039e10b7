import { expect } from '@jest/globals';
import type { Response } from 'supertest';
import type { ScimType } from '../../src/scim/error.js';
import { ERROR } from './scim-site.js';

/**
 * Expects a whole SCIM error (RFC 7644 section 3.12): status, content type, and a body with nothing besides what belongs
 * there. Without a `scimType` the body must have none. Gives the sentence for the administrator.
 */
export function expectScimError(response: Response, status: number, scimType?: ScimType): string {
  const body = JSON.parse(response.text || 'null') as { readonly detail?: string } | null;
  expect({ status: response.status, type: response.headers['content-type'], body }).toEqual({
    status,
    type: 'application/scim+json',
    body: {
      schemas: [ERROR],
      status: String(status),
      ...(scimType === undefined ? {} : { scimType }),
      detail: expect.stringMatching(/\S{2}/),
    },
  });
  return body?.detail ?? '';
}
