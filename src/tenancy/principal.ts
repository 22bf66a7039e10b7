import type { Directory } from '../storage/directory-store.js';

/** Who a SCIM request comes from: an identity provider that may work on one directory. */
export interface DirectoryPrincipal {
  readonly directory: Directory;
  /** What it may do (see `allows`); absent means everything. */
  readonly scopes?: readonly string[];
  /** The token it came with; absent where the host authenticated the request itself. */
  readonly tokenId?: string;
  /** The directory user it acts for, where the host's own authentication names one: the subject of `/Me`. */
  readonly userId?: string;
}
