import type { OrganizationScope } from './scope.js';

/** That a login is a person. */
export interface LoginLink {
  readonly tenantId: string;
  /** Made of tenant, issuer and subject; unique in the organization. */
  readonly linkKey: string;
  /** What a directory may call the same identity in `externalId`: Entra's object id, else the subject. */
  readonly identity: string;
  readonly userId: string;
  /** UTC, ISO 8601 with milliseconds. */
  readonly at: string;
}

/** Keeps which login is whom. */
export interface LoginStore {
  /** The first statement of every login: one indexed read. */
  find(scope: OrganizationScope, linkKey: string): Promise<LoginLink | undefined>;
  findByIdentity(scope: OrganizationScope, tenantId: string, identity: string): Promise<LoginLink | undefined>;
  ofUser(scope: OrganizationScope, userId: string): Promise<readonly LoginLink[]>;
  /**
   * @throws {UniqueConflictError} when the key is taken, or the person has a login of that tenant: of two first logins one wins.
   */
  insert(scope: OrganizationScope, link: LoginLink): Promise<void>;
  /** Forgets the logins of a person. Idempotent. */
  removeOfUser(scope: OrganizationScope, userId: string): Promise<void>;
}
