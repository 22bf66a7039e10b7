/** Why something that an identity provider, or somebody of the host, wants does not happen. Stable codes. */
export type RefusalReason =
  | 'auto-provision-off'
  | 'auto-deprovision-off'
  | 'root-user'
  | 'break-glass'
  | 'last-owner'
  | 'oidc-needed';

/** A refusal with the sentence that stands in the error of SCIM: what to do, for the identity provider's administrator. */
export interface Refusal {
  readonly refused: RefusalReason;
  readonly sentence: string;
}

const SENTENCES: Readonly<Record<RefusalReason, string>> = {
  'auto-provision-off':
    'this directory does not take new users: its administrator has switched automatic provisioning off',
  'auto-deprovision-off':
    'this directory does not remove or deactivate users: its administrator has switched automatic deprovisioning off',
  'root-user': 'the user who created the organization cannot be provisioned; unassign this user from the application',
  'break-glass':
    'this is an emergency account of the organization and cannot be provisioned; unassign it from the application',
  'last-owner': 'this user is the last owner of the organization; make somebody else an owner, then try again',
  'oidc-needed': 'the organization has no active OpenID Connect tenant, which this directory needs',
};

/** The refusal of that reason. */
export function refuse(reason: RefusalReason): Refusal {
  return { refused: reason, sentence: SENTENCES[reason] };
}
