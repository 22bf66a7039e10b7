import type { Refusal, RefusalReason } from './refusal.js';

/** A push that the organization's rules do not allow. Nothing of it is stored. */
export class ProvisioningRefusedError extends Error {
  override readonly name = 'ProvisioningRefusedError';
  readonly code = 'provisioning_refused';
  /** `unknown-role`: the role attribute names a role that may not be given. */
  readonly reason: RefusalReason | 'unknown-role';

  /** The message is for the administrator of the identity provider. */
  constructor({ refused, sentence }: Omit<Refusal, 'refused'> & { readonly refused: RefusalReason | 'unknown-role' }) {
    super(sentence);
    this.reason = refused;
  }
}
