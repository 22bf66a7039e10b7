import type { WrittenResource } from '../message/resource-writer.js';
import type { ScimResponse } from '../message/scim-message.js';
import { isNotModified } from '../message/version.js';

/** A resource as an answer shows it, or, where it is long, its JSON in pieces. */
export type ShownResource =
  | WrittenResource
  | (Omit<WrittenResource, 'content'> & Required<Pick<ScimResponse, 'pieces'>>);

/** The answer that shows a resource. */
export function written(status: 200 | 201, resource: ShownResource): ScimResponse {
  const { etag, location } = resource;
  if ('pieces' in resource) return { status, pieces: resource.pieces, etag, location };
  const { content } = resource;
  return { status, body: JSON.stringify(content), etag, location };
}

/** The answer to GET: the resource, or 304 when the client has it in this very form (RFC 7644 section 3.14). */
export function writtenUnlessKnown(resource: ShownResource, ifNoneMatch: string | undefined): ScimResponse {
  if (!isNotModified(ifNoneMatch, resource.etag)) return written(200, resource);
  return { status: 304, etag: resource.etag, location: resource.location };
}
