import type { ManagedStorage } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';
import { teamOf } from './grant.js';
import { type Lock, lockOf } from './lock.js';
import { isDecidedByLogin } from './login-plan.js';
import type { CompleteRules } from './provisioning-rules.js';

/** Something that somebody wants to do in the host's application, by ids. */
export type WantedEdit =
  | {
      readonly kind:
        | 'edit-profile'
        | 'change-email'
        | 'delete-person'
        | 'deactivate-person'
        | 'change-phone'
        | 'change-notifications'
        | 'use-password';
      readonly userId: string;
    }
  | { readonly kind: 'rename-team' | 'delete-team'; readonly teamId: string }
  | {
      readonly kind: 'add-member' | 'remove-member' | 'change-team-role';
      readonly userId: string;
      readonly teamId: string;
      /** Whether the person may also sign in with a password. */
      readonly hasPassword?: boolean;
    };

/** The lock that keeps somebody from an edit; `undefined` when nothing does. */
export async function readLock(
  storage: ManagedStorage,
  scope: OrganizationScope,
  edit: WantedEdit,
  { policy }: CompleteRules,
): Promise<Lock | undefined> {
  switch (edit.kind) {
    case 'rename-team':
    case 'delete-team':
      return lockOf(
        { kind: edit.kind, team: { createdForGroup: await isOfGroup(storage, scope, edit.teamId) } },
        policy,
      );
    case 'change-team-role':
      return lockOf({ kind: edit.kind }, policy);
    case 'add-member':
    case 'remove-member': {
      const { kind, userId, teamId, hasPassword = false } = edit;
      const team = (await storage.teams.get(scope, teamId)) ?? {};
      const [person] = await storage.people.getMany(scope, [userId]);
      const linked = person?.linked ?? false;
      const decidedByLogin = isDecidedByLogin(team, { linked, hasPassword }, policy);
      if (kind === 'add-member') return lockOf({ kind, decidedByLogin }, policy);
      const grants = await storage.grants.ofUsers(scope, [userId]);
      const sources = grants.filter(({ target }) => teamOf(target) === teamId).map(({ source }) => source);
      return lockOf({ kind, sources, decidedByLogin }, policy);
    }
    default: {
      const [person] = await storage.people.getMany(scope, [edit.userId]);
      return person && lockOf({ kind: edit.kind, person }, policy);
    }
  }
}

/** Whether the team was made for a group that is still there. */
async function isOfGroup(
  { directories, mappings }: ManagedStorage,
  scope: OrganizationScope,
  teamId: string,
): Promise<boolean> {
  for (const { id: directoryId } of await directories.list(scope)) {
    const links = await mappings.links({ ...scope, directoryId }, { teamIds: [teamId] });
    if (links.some(({ created }) => created)) return true;
  }
  return false;
}
