import type { ProvisioningPolicy } from './provisioning-policy.js';
import { type Refusal, refuse } from './refusal.js';

/** A person that a new directory user could be. */
export interface Candidate {
  readonly userId: string;
  /** Whether this directory has a live directory user of this person already. */
  readonly inDirectory: boolean;
}

/** What is known when a directory pushes somebody. All of it within one organization. */
export interface MatchGround {
  readonly policy: Pick<ProvisioningPolicy, 'autoProvision' | 'existingPeople' | 'scimNeedsOidc'>;
  readonly oidcActive: boolean;
  /** Whoever has signed in as the identity that the `externalId` names (Entra: `oid`, else the subject) at the same tenant. */
  readonly byLogin?: Candidate;
  readonly byEmail?: Candidate;
  /** An account of this e-mail address in other organizations, for hosts whose accounts reach over several. */
  readonly account?: { readonly accountId: string };
  /** Whether the e-mail address is in a domain that the organization has proved to own. */
  readonly emailProved: boolean;
  /** People whom the operator converts from manual to provisioned. */
  readonly convertList: readonly string[];
  readonly rootUserId?: string;
  /** Whether the pushed user name or e-mail address is on the tenant's break-glass list. */
  readonly breakGlass: boolean;
}

/** Why a directory user waits without a person. */
type MatchConflict =
  /** There is somebody of that address, outside the proved domains. */
  | 'unproved-domain'
  /** There is somebody of that address who is not on the convert list. */
  | 'not-converted'
  /** The directory has somebody else for this person. */
  | 'already-linked'
  /** The login and the e-mail address name two people. */
  | 'two-people';

/** Who a pushed directory user is. */
export type PersonMatch =
  | { readonly kind: 'create'; readonly accountId?: string }
  /** Somebody who is there: keeps id, teams, profile and credentials. */
  | { readonly kind: 'link'; readonly userId: string }
  /** Kept as pushed, without person, access and grants, until somebody of the organization decides. */
  | { readonly kind: 'conflict'; readonly reason: MatchConflict; readonly userId?: string }
  | ({ readonly kind: 'refused' } & Refusal);

/**
 * Decides who somebody is whom a directory pushes, on creation and when somebody comes back whose person is gone. The root user is known by id: whoever
 * has that user's former address is somebody else.
 */
export function matchPerson(ground: MatchGround): PersonMatch {
  const { policy, oidcActive, byLogin, byEmail, account, emailProved, convertList, rootUserId, breakGlass } = ground;
  if (policy.scimNeedsOidc && !oidcActive) return { kind: 'refused', ...refuse('oidc-needed') };
  if (breakGlass) return { kind: 'refused', ...refuse('break-glass') };
  const candidate = byLogin ?? byEmail;
  if (rootUserId !== undefined && (byLogin?.userId === rootUserId || byEmail?.userId === rootUserId)) {
    return { kind: 'refused', ...refuse('root-user') };
  }
  if (policy.autoProvision === 'refuse') return { kind: 'refused', ...refuse('auto-provision-off') };
  if (!candidate) {
    if (!account) return { kind: 'create' };
    const reason = conflictWith(policy, emailProved, false);
    return reason === undefined ? { kind: 'create', accountId: account.accountId } : { kind: 'conflict', reason };
  }
  const { userId, inDirectory } = candidate;
  if (byLogin && byEmail && byLogin.userId !== byEmail.userId)
    return { kind: 'conflict', reason: 'two-people', userId };
  if (inDirectory) return { kind: 'conflict', reason: 'already-linked', userId };
  // Who has signed in through the tenant's own identity provider has proved more than an address can.
  const reason = byLogin ? undefined : conflictWith(policy, emailProved, convertList.includes(userId));
  return reason === undefined ? { kind: 'link', userId } : { kind: 'conflict', reason, userId };
}

function conflictWith(
  { existingPeople }: Pick<ProvisioningPolicy, 'existingPeople'>,
  emailProved: boolean,
  listed: boolean,
): MatchConflict | undefined {
  // The operator has named the person: that outweighs a missing proof.
  if (listed || existingPeople === 'link') return undefined;
  if (existingPeople === 'convert') return 'not-converted';
  return emailProved ? undefined : 'unproved-domain';
}
