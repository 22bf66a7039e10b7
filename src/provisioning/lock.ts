import { type GrantSource, isProvisioned, partsOfSource } from './grant.js';
import { originOf, type PersonFacts } from './person.js';
import type { ProvisioningPolicy } from './provisioning-policy.js';

/** Something that somebody wants to do in the host's application. */
export type Edit =
  | {
      readonly kind: 'edit-profile' | 'change-email' | 'delete-person' | 'deactivate-person';
      readonly person: PersonFacts;
    }
  | { readonly kind: 'change-phone'; readonly person: PersonFacts }
  /** Which notifications somebody wants to get, and how. */
  | { readonly kind: 'change-notifications'; readonly person: PersonFacts }
  /** Setting or using a password, or any other login besides the tenant's. */
  | { readonly kind: 'use-password'; readonly person: PersonFacts }
  | { readonly kind: 'rename-team' | 'delete-team'; readonly team: { readonly createdForGroup: boolean } }
  | { readonly kind: 'remove-member'; readonly sources: readonly GrantSource[]; readonly decidedByLogin: boolean }
  | { readonly kind: 'add-member'; readonly decidedByLogin: boolean }
  /** The role of one person in one team: an override, always possible. */
  | { readonly kind: 'change-team-role' };

/** Why something is locked. */
type LockReason =
  | 'provisioned-person'
  | 'provisioned-phone'
  | 'single-sign-on-only'
  | 'team-of-group'
  | 'provisioned-membership'
  | 'membership-of-login';

/** A lock with the sentence that the application shows. */
export interface Lock {
  readonly reason: LockReason;
  readonly sentence: string;
}

const SENTENCES: Readonly<Record<LockReason, string>> = {
  'provisioned-person':
    'This person is managed by your identity provider. Change them there; the change arrives here by itself.',
  'provisioned-phone':
    'The phone number comes from your identity provider. Your organization does not let people change it here.',
  'single-sign-on-only': 'This person signs in with your identity provider and has no password here.',
  'team-of-group': 'This team was made for a group of your identity provider. Rename or delete the group there.',
  'provisioned-membership':
    'This membership comes from your identity provider. Take the person out of the group there, or change what the group is mapped to.',
  'membership-of-login': 'Who is in this team is decided by the identity provider at each sign-in.',
};

/** The lock that keeps somebody from an edit; `undefined` when nothing does. For the host's own routes and its pages alike. */
export function lockOf(
  edit: Edit,
  policy: Pick<ProvisioningPolicy, 'lockProvisioned' | 'localLogins' | 'phoneChange'>,
): Lock | undefined {
  // Who may sign in how is no matter of editing: a policy without locks keeps passwords out all the same.
  if (!policy.lockProvisioned && edit.kind !== 'use-password') return undefined;
  const reason = reasonOf(edit, policy);
  return reason && { reason, sentence: SENTENCES[reason] };
}

function reasonOf(
  edit: Edit,
  { localLogins, phoneChange }: Pick<ProvisioningPolicy, 'localLogins' | 'phoneChange'>,
): LockReason | undefined {
  switch (edit.kind) {
    case 'edit-profile':
    case 'change-email':
    case 'delete-person':
    case 'deactivate-person':
      return originOf(edit.person) === 'scim' ? 'provisioned-person' : undefined;
    case 'use-password':
      return localLogins === 'refused' && originOf(edit.person) !== 'manual' ? 'single-sign-on-only' : undefined;
    case 'change-phone':
      return originOf(edit.person) === 'scim' && !phoneChange ? 'provisioned-phone' : undefined;
    case 'rename-team':
    case 'delete-team':
      return edit.team.createdForGroup ? 'team-of-group' : undefined;
    case 'remove-member': {
      if (edit.decidedByLogin) return 'membership-of-login';
      const kinds = edit.sources.filter(isProvisioned).map((source) => partsOfSource(source).kind);
      if (kinds.length === 0) return undefined;
      return kinds.every((kind) => kind.startsWith('claim-')) ? 'membership-of-login' : 'provisioned-membership';
    }
    case 'add-member':
      return edit.decidedByLogin ? 'membership-of-login' : undefined;
    case 'change-notifications':
    case 'change-team-role':
      return undefined;
  }
}
