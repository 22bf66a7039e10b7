import { foldCase } from '../../core/fold.js';
import type { Conflict } from '../../storage/conflict-store.js';
import type { Grant } from '../../storage/grant.js';
import type { Hold } from '../../storage/hold-store.js';
import type { Team, TeamMembership, User } from '../../storage/host-storage.js';
import type { LoginLink } from '../../storage/login-store.js';
import type { ProvisioningSettings, StoredRow, StoredTeamLink } from '../../storage/mapping-store.js';
import type { StoredOverride } from '../../storage/override-store.js';
import type { PersonRecord } from '../../storage/person-store.js';
import { placeKey, RecordTable } from './record-table.js';

/** Who a directory user is. */
export interface DirectoryLink {
  readonly directoryId: string;
  readonly directoryUserId: string;
  readonly userId: string;
  /** The person was deleted. */
  readonly gone?: true;
}

/** Something of a directory. */
type InDirectory<T> = T & { readonly directoryId: string };

/** That somebody has lost something. */
export interface Loss {
  readonly directoryId: string;
  readonly userId: string;
  readonly at: string;
}

/** A member that a group waits for. */
interface PendingMember {
  readonly directoryId: string;
  readonly groupId: string;
  readonly memberId: string;
}

/** A user of the host with what the library says besides. */
export type HostUser = User & { readonly key?: string; readonly access?: 'open' | 'closed' };
export type HostTeam = Team & { readonly key?: string };

const none: readonly string[] = [];

/** What one organization keeps besides the resources of its directories. */
export class OrganizationTables {
  /** Look-ups: folded address, key of creation. */
  readonly users: RecordTable<HostUser> = new RecordTable<HostUser>(
    ({ id }) => id,
    ({ email }) => [foldCase(email)],
    ({ key }) => (key === undefined ? none : [key]),
  );
  /** Look-ups: folded name, key of creation, folded identifier. */
  readonly teams: RecordTable<HostTeam> = new RecordTable<HostTeam>(
    ({ id }) => id,
    ({ name }) => [foldCase(name)],
    ({ key }) => (key === undefined ? none : [key]),
    ({ identifier }) => (identifier === undefined ? none : [foldCase(identifier)]),
  );
  /** Look-ups: team, user. */
  readonly memberships: RecordTable<Required<TeamMembership>> = new RecordTable<Required<TeamMembership>>(
    ({ teamId, userId }) => placeKey(teamId, userId),
    ({ teamId }) => [teamId],
    ({ userId }) => [userId],
  );
  readonly people: RecordTable<PersonRecord> = new RecordTable<PersonRecord>(({ userId }) => userId);
  /** Look-ups: user, directory. */
  readonly directoryLinks: RecordTable<DirectoryLink> = new RecordTable<DirectoryLink>(
    ({ directoryId, directoryUserId }) => placeKey(directoryId, directoryUserId),
    ({ userId, gone }) => (gone ? none : [userId]),
    ({ directoryId, gone }) => (gone ? none : [directoryId]),
  );
  /** Look-ups: user, tenant with identity. */
  readonly logins: RecordTable<LoginLink> = new RecordTable<LoginLink>(
    ({ linkKey }) => linkKey,
    ({ userId }) => [userId],
    ({ tenantId, identity }) => [placeKey(tenantId, identity)],
  );
  /** Look-ups: user, source with target, target. */
  readonly grants: RecordTable<Grant> = new RecordTable<Grant>(
    ({ userId, target, source }) => placeKey(userId, target, source),
    ({ userId }) => [userId],
    ({ source, target }) => [placeKey(source, target)],
    ({ target }) => [target],
  );
  readonly settings: RecordTable<InDirectory<ProvisioningSettings>> = new RecordTable<
    InDirectory<ProvisioningSettings>
  >(({ directoryId }) => directoryId);
  /** Look-ups: group, directory. */
  readonly rows: RecordTable<InDirectory<StoredRow>> = new RecordTable<InDirectory<StoredRow>>(
    ({ directoryId, groupId, target }) => placeKey(directoryId, groupId, target),
    ({ directoryId, groupId }) => [placeKey(directoryId, groupId)],
    ({ directoryId }) => [directoryId],
  );
  /** Look-ups: team, directory. */
  readonly teamLinks: RecordTable<InDirectory<StoredTeamLink>> = new RecordTable<InDirectory<StoredTeamLink>>(
    ({ directoryId, groupId }) => placeKey(directoryId, groupId),
    ({ directoryId, teamId }) => [placeKey(directoryId, teamId)],
    ({ directoryId }) => [directoryId],
  );
  /** Look-up: user. */
  readonly overrides: RecordTable<StoredOverride> = new RecordTable<StoredOverride>(
    ({ userId, teamId }) => placeKey(userId, teamId),
    ({ userId }) => [userId],
  );
  /** Look-up: directory with subject. */
  readonly conflicts: RecordTable<Conflict> = new RecordTable<Conflict>(
    ({ id }) => id,
    ({ directoryId, subject }) => [placeKey(directoryId, subject)],
  );
  /** Look-ups: directory, each user with something that waits. */
  readonly holds: RecordTable<InDirectory<Hold>> = new RecordTable<InDirectory<Hold>>(
    ({ id }) => id,
    ({ directoryId }) => [directoryId],
    ({ grants }) => [...new Set(grants.map(({ userId }) => userId))],
  );
  /** Look-ups: member, group. */
  readonly pendingMembers: RecordTable<PendingMember> = new RecordTable<PendingMember>(
    ({ directoryId, groupId, memberId }) => placeKey(directoryId, groupId, memberId),
    ({ directoryId, memberId }) => [placeKey(directoryId, memberId)],
    ({ directoryId, groupId }) => [placeKey(directoryId, groupId)],
  );
  /** Look-up: directory. */
  readonly losses: RecordTable<Loss> = new RecordTable<Loss>(
    ({ directoryId, userId }) => placeKey(directoryId, userId),
    ({ directoryId }) => [directoryId],
  );
}
