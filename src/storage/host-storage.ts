import type { PersonStanding } from './person-standing.js';
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
  /** A name of the IANA time zone database. */
  readonly timezone?: string;
}

/** A team or space of the host. */
export interface Team {
  readonly id: string;
  readonly name: string;
  /** What the identity provider calls the group that this team is: claims are matched by it, whatever the names. */
  readonly identifier?: string;
  /** Gives more than an identity provider may give: never joined by name. */
  readonly privileged?: boolean;
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

/** What the library writes about somebody. */
export type UserProfile = Pick<User, 'email' | 'displayName' | 'timezone'>;

/** Users that provisioning can make and change. All of it idempotent. */
export interface ManagedUserStore extends UserStore {
  /** An account of that address in any organization, for hosts whose accounts reach over several. */
  findAccountByEmail?(email: string): Promise<{ readonly accountId: string } | undefined>;
  /**
   * In order of id, behind `after` (`''` for the start). Where `standings` are given, a store that keeps people too leaves out
   * those with another one, without looking at them; one that does not know may answer everybody.
   */
  list(
    scope: OrganizationScope,
    page: { readonly after: string; readonly limit: number; readonly standings?: readonly PersonStanding[] },
  ): Promise<readonly User[]>;
  /** Adds somebody. The same key again, in the same organization, is the same person and changes nothing. */
  create(
    scope: OrganizationScope,
    user: UserProfile & { readonly key: string; readonly accountId?: string },
  ): Promise<User>;
  /** Writes what is given and leaves the rest; nothing for somebody unknown. */
  update(scope: OrganizationScope, userId: string, profile: Partial<UserProfile>): Promise<void>;
  /** Opens or closes the organization to somebody; the account, and other organizations, are not touched. */
  setAccess(scope: OrganizationScope, userId: string, access: 'open' | 'closed'): Promise<void>;
  /** Deletes somebody, with all memberships. The key is free again. */
  remove(scope: OrganizationScope, userId: string): Promise<void>;
}

/** That somebody is, or without a role is not, in a team. */
export interface TeamMembership {
  readonly teamId: string;
  readonly userId: string;
  readonly role?: string;
}

/** Teams that provisioning can make and fill. All of it idempotent. */
export interface ManagedTeamStore extends TeamStore {
  /** In order of id, behind `after` (`''` for the start). */
  list(scope: OrganizationScope, page: { readonly after: string; readonly limit: number }): Promise<readonly Team[]>;
  /** The teams with one of these identifiers, letter case aside. */
  findByIdentifiers(scope: OrganizationScope, identifiers: readonly string[]): Promise<readonly Team[]>;
  /** Adds a team. The same key again, in the same organization, is the same team and changes nothing. */
  create(scope: OrganizationScope, team: { readonly key: string; readonly name: string }): Promise<Team>;
  /** Nothing for an unknown team. */
  rename(scope: OrganizationScope, teamId: string, name: string): Promise<void>;
  /** Who is in a team, in order of user, behind `after` (`''` for the start). */
  memberships(
    scope: OrganizationScope,
    teamId: string,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly Required<TeamMembership>[]>;
  /** What these people are in. */
  membershipsOf(scope: OrganizationScope, userIds: readonly string[]): Promise<readonly Required<TeamMembership>[]>;
  /** The teams among these ids. */
  getMany(scope: OrganizationScope, teamIds: readonly string[]): Promise<readonly Team[]>;
  /** Puts each of these people into the team with that role, or out of it, in one step. */
  setMemberships(scope: OrganizationScope, memberships: readonly TeamMembership[]): Promise<void>;
}

/** The half of the storage that a host often has already. The rules of provisioning are built on it. */
export interface HostStorage {
  readonly organizations: OrganizationStore;
  readonly users: UserStore;
  readonly teams: TeamStore;
}
