import type { EndReason } from './person.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';

/** A person that a login could be. */
export interface LoginCandidate {
  readonly userId: string;
  readonly ended?: EndReason;
  /** Whether another identity of the same tenant leads to this person. */
  readonly linkedElsewhere: boolean;
}

/** What is known about a login. All of it within the tenant's organization. */
export interface LoginGround {
  readonly policy: Pick<ProvisioningPolicy, 'justInTime'>;
  /** By (tenant, issuer, subject). */
  readonly byLink?: LoginCandidate;
  /** By a directory user of the tenant's directories whose `externalId` is the identity's. */
  readonly byDirectory?: LoginCandidate;
  /** By the primary e-mail address, where it counts as verified: inside the proved domains. */
  readonly byEmail?: LoginCandidate;
  /** Whether the address counts as verified. */
  readonly emailVerified: boolean;
  /** A directory user of this address that waits in the conflict inbox. */
  readonly inConflict: boolean;
}

/** Why somebody may not sign in; each has a sentence in the sign-in pages. */
export type LoginRefusal =
  /** Access has ended, whether the host has carried that out already or not. */
  | 'deactivated'
  /** The address leads to somebody who signs in as somebody else. */
  | 'linked-elsewhere'
  /** The provider gave no address that may lead to an account. */
  | 'email-not-verified'
  | 'conflict'
  /** Nobody has provisioned this person, and people are not made at sign-in. */
  | 'not-provisioned';

/** Who signed in. */
export type LoginMatch =
  | { readonly kind: 'known'; readonly userId: string }
  /** Found for the first time: the link is to be stored. */
  | { readonly kind: 'link'; readonly userId: string }
  | { readonly kind: 'create' }
  | { readonly kind: 'refused'; readonly reason: LoginRefusal; readonly userId?: string };

/**
 * Decides who signed in: by the link of an earlier login, else once by what a directory pushed for the identity or by the
 * verified primary address, else a new person. No other claim (`upn`, `preferred_username`, a second address) ever leads
 * to a person.
 */
export function joinLogin({
  policy,
  byLink,
  byDirectory,
  byEmail,
  emailVerified,
  inConflict,
}: LoginGround): LoginMatch {
  const found = byLink ?? byDirectory ?? byEmail;
  if (!found) {
    if (inConflict) return { kind: 'refused', reason: 'conflict' };
    if (!emailVerified) return { kind: 'refused', reason: 'email-not-verified' };
    return policy.justInTime === 'create' ? { kind: 'create' } : { kind: 'refused', reason: 'not-provisioned' };
  }
  const { userId } = found;
  if (found.ended !== undefined) return { kind: 'refused', reason: 'deactivated', userId };
  if (byLink) return { kind: 'known', userId };
  if (found.linkedElsewhere) return { kind: 'refused', reason: 'linked-elsewhere', userId };
  return { kind: 'link', userId };
}
