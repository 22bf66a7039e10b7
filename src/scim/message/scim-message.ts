import type { RequestScope } from '../../provisioning/request-scope.js';
import type { Directory } from '../../storage/directory-store.js';
import type { DirectoryPrincipal } from '../../tenancy/principal.js';
import type { ScimPolicy } from '../../tenancy/scim-policy.js';

/** What every endpoint knows of a request. Made once for each request and never changed. */
export interface ScimContext {
  readonly scope: RequestScope;
  readonly directory: Directory;
  readonly principal: DirectoryPrincipal;
  readonly policy: ScimPolicy;
  /** Public URL of the directory, without slash at the end. */
  readonly baseUrl: string;
}

/** A SCIM request without HTTP. */
export interface ScimRequest {
  readonly method: string;
  /** The decoded path below the base URL: `['Users', '2819…']`. */
  readonly segments: readonly string[];
  /** The query string as it came, without `?`. */
  readonly query: string;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  /** The parsed body; `undefined` when there was none. */
  readonly body?: unknown;
}

/** A SCIM answer without HTTP. */
export interface ScimResponse {
  readonly status: number;
  /** JSON text, or its bytes in UTF-8. */
  readonly body?: string | Buffer<ArrayBuffer>;
  /** JSON text that is made while it is sent, in place of `body`, where it may be too long to be held. */
  readonly pieces?: AsyncIterable<string | Buffer<ArrayBuffer>>;
  readonly etag?: string;
  readonly location?: string;
  /** Methods that the path does offer, with a 405. */
  readonly allow?: string | undefined;
  /** Seconds after which to try again. */
  readonly retryAfter?: number | undefined;
}

/** URNs of the messages of RFC 7644 section 3. */
export const MESSAGE = {
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  search: 'urn:ietf:params:scim:api:messages:2.0:SearchRequest',
  bulkRequest: 'urn:ietf:params:scim:api:messages:2.0:BulkRequest',
  bulkResponse: 'urn:ietf:params:scim:api:messages:2.0:BulkResponse',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
} as const;
