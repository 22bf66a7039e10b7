import type { WrittenResource } from '../message/resource-writer.js';
import type { ScimResponse } from '../message/scim-message.js';
import { isNotModified } from '../message/version.js';

/** The answer that shows a resource. */
export function written(status: 200 | 201, { content, etag, location }: WrittenResource): ScimResponse {
  return { status, body: JSON.stringify(content), etag, location };
}

/** The answer to GET: the resource, or 304 when the client has it in this very form (RFC 7644 section 3.14). */
export function writtenUnlessKnown(resource: WrittenResource, ifNoneMatch: string | undefined): ScimResponse {
  if (!isNotModified(ifNoneMatch, resource.etag)) return written(200, resource);
  return { status: 304, etag: resource.etag, location: resource.location };
}
