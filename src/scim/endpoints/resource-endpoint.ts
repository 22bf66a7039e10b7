import type { Page, Query } from '../../storage/query.js';
import type { JsonObject, StoredResource } from '../../storage/resource-store.js';
import type { Projection, ReturnedRules } from '../message/projection.js';
import type { ScimContext, ScimResponse } from '../message/scim-message.js';
import type { Conditions } from '../message/version.js';
import type { ResourceType } from '../schema/resource-type.js';

/** What the client wants of one request besides its body. */
interface RequestOptions extends Conditions {
  readonly projection: Projection | undefined;
}

/** The resources of a page as they are shown: as objects, or as their JSON with commas between, whole or in pieces. */
export type WrittenList =
  | readonly JsonObject[]
  | { readonly text: Buffer<ArrayBuffer> }
  | { readonly pieces: AsyncIterable<string | Buffer<ArrayBuffer>> };

/**
 * The operations of one resource type (RFC 7644 sections 3.3 to 3.6). Users, groups and custom types implement it; the
 * router of methods, the search and bulk requests know nothing else of them.
 */
export interface ResourceEndpoint {
  readonly type: ResourceType;
  readonly returned: ReturnedRules;
  create(context: ScimContext, body: unknown, options: RequestOptions): Promise<ScimResponse>;
  read(context: ScimContext, id: string, options: RequestOptions): Promise<ScimResponse>;
  replace(context: ScimContext, id: string, body: unknown, options: RequestOptions): Promise<ScimResponse>;
  patch(context: ScimContext, id: string, body: unknown, options: RequestOptions): Promise<ScimResponse>;
  remove(context: ScimContext, id: string, options: RequestOptions): Promise<ScimResponse>;
  /** Resources that match, in the store's form, with what the projection needs of them. */
  query(context: ScimContext, query: Query, projection: Projection | undefined): Promise<Page<StoredResource>>;
  /** Each resource of a page as it is shown. */
  write(context: ScimContext, page: Page<StoredResource>, projection: Projection | undefined): Promise<WrittenList>;
}
