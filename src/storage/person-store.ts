import type { DirectoryScope, OrganizationScope } from './scope.js';

/** The phone number of a person. */
export interface PersonPhone {
  /** E.164, such as `+4915123456789`. */
  readonly number: string;
  readonly from: 'directory' | 'own';
  readonly confirmed: boolean;
}

/** What is kept about a person beside the host's own record of them. Times are ISO 8601 in UTC. */
export interface PersonRecord {
  readonly userId: string;
  readonly activatedAt?: string;
  readonly invitedAt?: string;
  readonly ended?: 'deactivated' | 'deleted' | 'by-hand';
  /** Who made the person, and so writes the profile; absent for people who were there before. */
  readonly madeBy?: 'directory' | 'login';
  readonly phone?: PersonPhone;
}

/** A person with what leads to them. */
export interface Person extends PersonRecord {
  /** The live directory users of the person, in no particular order; `active` is what their directories say. */
  readonly directoryUsers: readonly { readonly id: string; readonly directoryId: string; readonly active: boolean }[];
  /** Whether a login leads to the person. */
  readonly linked: boolean;
}

/** Keeps what is known about people, and which directory user is whom. */
export interface PersonStore {
  /** One for each id, in that order; of somebody nothing is known about, just that. In a transaction they are locked in order of id. */
  getMany(scope: OrganizationScope, userIds: readonly string[]): Promise<readonly Person[]>;
  /** The people behind these live directory users, each once: one indexed join. */
  ofDirectoryUsers(scope: DirectoryScope, directoryUserIds: readonly string[]): Promise<readonly Person[]>;
  /** Everybody something is known about, in order of id, behind `after` (`''` for the start). */
  list(scope: OrganizationScope, page: { readonly after: string; readonly limit: number }): Promise<readonly Person[]>;
  /** How many active directory users of this directory are somebody; no more than `atMost`, where counting ends. */
  count(scope: DirectoryScope, atMost?: number): Promise<number>;
  /** Replaces what is kept about each of these people. */
  put(scope: OrganizationScope, records: readonly PersonRecord[]): Promise<void>;
  /** Forgets a person, whose directory users are nobody from then on. Idempotent. */
  remove(scope: OrganizationScope, userId: string): Promise<void>;
  /**
   * Says who a directory user is, in place of who it was. It stays said when the directory user is deleted.
   * @throws {UniqueConflictError} when another live directory user of this directory is the same person.
   */
  link(scope: DirectoryScope, directoryUserId: string, userId: string): Promise<void>;
  /**
   * In a transaction, waits until no other one of the organization is under way that has said the same name; what those have
   * written is seen by the reads that follow. Needed where several transactions of one organization run at the same time.
   */
  lock?(scope: OrganizationScope, name: string): Promise<void>;
  /** Who a directory user is or was, also after the one or the other was deleted. */
  linkedTo(scope: DirectoryScope, directoryUserId: string): Promise<string | undefined>;
}
