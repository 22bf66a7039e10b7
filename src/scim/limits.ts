/** What one router allows, announces in `/ServiceProviderConfig` and keeps. */
export interface ScimLimits {
  /** Resources on a page when the client does not say. */
  readonly defaultPageSize: number;
  /** Most resources on a page. */
  readonly maxPageSize: number;
  /** Seconds that a cursor is good for. */
  readonly cursorTimeout: number;
  /** Memory for the texts of users that lists showed last. */
  readonly listCacheBytes: number;
  /** `undefined` when bulk requests are switched off. `maxPayloadSize` is in bytes. */
  readonly bulk: { readonly maxOperations: number; readonly maxPayloadSize: number } | undefined;
}
