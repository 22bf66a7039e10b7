import { type DirectoryUserGround, grantsOfDirectoryUser } from './directory-grants.js';
import { type Grant, partsOfSource } from './grant.js';
import { type GrantPlan, planGrants } from './grant-plan.js';
import { type DirectoryUserFacts, type EndReason, endByDirectories, type PersonFacts } from './person.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';
import { type Refusal, type RefusalReason, refuse } from './refusal.js';
import type { RoleCatalogue } from './role-catalogue.js';

/** What happened to a directory user of a person. */
export type DirectoryEvent =
  /** Pushed, and found to be this person; `existing` when the person was there before. */
  | { readonly kind: 'join'; readonly directoryUser: DirectoryUserFacts; readonly existing: boolean }
  /** Anything about it changed, or nothing: `directoryUser` is as it is now. */
  | { readonly kind: 'update'; readonly directoryUser: DirectoryUserFacts }
  | { readonly kind: 'leave'; readonly directoryUserId: string };

/** What a plan for a person is made of. */
export interface PersonGround {
  readonly at: string;
  /** The person's grants of the directory's sources: `directory`, `attribute`, `default-team` and all groups of it. */
  readonly ofDirectory: readonly Grant[];
  /** The rest of the person's grants. */
  readonly others: readonly Grant[];
  /** What the directory gives now. */
  readonly gives: Pick<DirectoryUserGround, 'rows' | 'defaultTeams' | 'attributeRole'>;
  /** Why no identity provider may end this person's access. */
  readonly protection?: Extract<RefusalReason, 'root-user' | 'break-glass' | 'last-owner'>;
  readonly policy: ProvisioningPolicy;
  readonly roles: RoleCatalogue;
}

/** What becomes of a person. */
export interface PersonPlan {
  /** As they are afterwards; `undefined` when the person is deleted. */
  readonly facts: PersonFacts | undefined;
  readonly grants: GrantPlan;
  /** Access ends with this plan: to be remembered in the transaction, and carried out after it. */
  readonly end?: EndReason;
  /** An invitation is due: the key under which it is sent once, whatever is repeated. */
  readonly invite?: string;
}

/**
 * What an event in a directory means for the person. The same event again changes nothing more. What a directory pushes is
 * kept as pushed either way; this is about access and grants.
 */
export function planPersonChange(
  facts: PersonFacts,
  event: DirectoryEvent,
  ground: PersonGround,
): PersonPlan | Refusal {
  const { policy, at } = ground;
  const directoryUsers = directoryUsersAfter(facts.directoryUsers, event);
  const byDirectories = endByDirectories(directoryUsers, policy.activeWhen, facts.directoryUsers.length > 0);
  const refusal = refusalOf(facts, event, directoryUsers, byDirectories, ground);
  if (refusal) return refuse(refusal);

  const ended = endAfter(facts, event, byDirectories);
  const end = facts.ended === undefined ? ended : undefined;
  const deleted =
    facts.ended !== 'by-hand' &&
    ((byDirectories === 'deactivated' && policy.deactivation === 'delete') ||
      (byDirectories === 'deleted' && policy.deletion === 'delete'));
  if (deleted) {
    const remove = [...ground.ofDirectory, ...ground.others];
    return { facts: undefined, grants: { add: [], remove, change: [] }, ...(end && { end }) };
  }
  const { ended: _before, ...kept } = facts;
  const existing = wasThere(facts, event) && facts.activatedAt === undefined;
  const invited = isInvitationDue(facts, directoryUsers, ended, event, policy);
  return {
    facts: {
      ...kept,
      directoryUsers,
      ...(ended && { ended }),
      ...(existing && { activatedAt: at }),
      ...(invited && { invitedAt: at }),
    },
    grants: grantsAfter(facts.userId, event, ground),
    ...(end && { end }),
    ...(invited && { invite: `invited:${facts.userId}` }),
  };
}

/** What hands have ended stays ended, and nobody comes back because a directory deletes them. */
function endAfter(
  { ended }: PersonFacts,
  event: DirectoryEvent,
  byDirectories: EndReason | undefined,
): EndReason | undefined {
  if (ended === 'by-hand') return ended;
  return event.kind === 'leave' ? (byDirectories ?? ended) : byDirectories;
}

/** Whether the person was in use before any directory knew them. */
function wasThere({ madeBy }: PersonFacts, event: DirectoryEvent): boolean {
  return event.kind === 'join' && event.existing && madeBy !== 'directory';
}

function directoryUsersAfter(
  before: readonly DirectoryUserFacts[],
  event: DirectoryEvent,
): readonly DirectoryUserFacts[] {
  const id = event.kind === 'leave' ? event.directoryUserId : event.directoryUser.id;
  const others = before.filter((each) => each.id !== id);
  return event.kind === 'leave' ? others : [...others, event.directoryUser];
}

/** Only what would take something away is refused, so that updates of a person in an odd state still work. */
function refusalOf(
  facts: PersonFacts,
  event: DirectoryEvent,
  after: readonly DirectoryUserFacts[],
  ended: EndReason | undefined,
  { policy, protection }: PersonGround,
): RefusalReason | undefined {
  const active = (all: readonly DirectoryUserFacts[]) => all.filter((each) => each.active).length;
  const takesAway = event.kind === 'leave' || (event.kind === 'update' && active(after) < active(facts.directoryUsers));
  if (takesAway && policy.autoDeprovision === 'refuse') return 'auto-deprovision-off';
  if (protection === undefined) return undefined;
  // The root user and emergency accounts are no directory's at all; the last owner only must not lose access.
  if (protection !== 'last-owner') return protection;
  return ended !== undefined && facts.ended === undefined ? protection : undefined;
}

function isInvitationDue(
  facts: PersonFacts,
  directoryUsers: readonly DirectoryUserFacts[],
  ended: EndReason | undefined,
  event: DirectoryEvent,
  { beforeFirstLogin }: ProvisioningPolicy,
): boolean {
  if (beforeFirstLogin !== 'invited' || ended !== undefined || directoryUsers.length === 0) return false;
  if (wasThere(facts, event)) return false;
  return facts.invitedAt === undefined && facts.activatedAt === undefined;
}

function grantsAfter(userId: string, event: DirectoryEvent, ground: PersonGround): GrantPlan {
  const { ofDirectory, others, gives, policy, roles } = ground;
  if (event.kind === 'leave') return planGrants(ofDirectory, []);
  const { directoryId, active } = event.directoryUser;
  const wanted = grantsOfDirectoryUser({ userId, directoryId, active, ...gives }, policy, roles);
  const plan = planGrants(ofDirectory, wanted);
  // From the moment a directory knows somebody, earlier claims have no word where SCIM is the authority.
  const outdated = policy.membershipAuthority === 'scim' ? others.filter(isOfClaims) : [];
  return outdated.length === 0 ? plan : { ...plan, remove: [...plan.remove, ...outdated] };
}

function isOfClaims({ source }: Grant): boolean {
  const { kind } = partsOfSource(source);
  return kind === 'claim-spaces' || kind === 'claim-groups';
}
