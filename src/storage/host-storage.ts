import type { OrganizationScope } from './scope.js';

/** The host's customer. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  /** An organization inside another, e.g. a status page of a project. */
  readonly parentId?: string;
  /** The person who created it: no identity provider may change that person. */
  readonly rootUserId?: string;
}

/** A person in one organization, as the host knows them. */
export interface User {
  readonly id: string;
  /** One account in several organizations, for hosts that have such. */
  readonly accountId?: string;
  readonly email: string;
  readonly displayName?: string;
}

/** A team or space of the host. */
export interface Team {
  readonly id: string;
  readonly name: string;
}

export interface OrganizationStore {
  get(organizationId: string): Promise<Organization | undefined>;
}

export interface UserStore {
  get(scope: OrganizationScope, userId: string): Promise<User | undefined>;
  /** Within the organization; e-mail is compared after `foldCase`. */
  findByEmail(scope: OrganizationScope, email: string): Promise<User | undefined>;
}

export interface TeamStore {
  get(scope: OrganizationScope, teamId: string): Promise<Team | undefined>;
  /** Names are compared after `foldCase`. */
  findByName(scope: OrganizationScope, name: string): Promise<Team | undefined>;
}

/** The half of the storage that a host often has already. The rules of provisioning are built on it. */
export interface HostStorage {
  readonly organizations: OrganizationStore;
  readonly users: UserStore;
  readonly teams: TeamStore;
}
