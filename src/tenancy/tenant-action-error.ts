import type { OidcTenantState } from '../storage/oidc-tenant-record.js';

/** Why something cannot be done with a tenant now. */
export type TenantActionReason =
  /** Not in the state that it is in. */
  | 'state'
  /** Not by somebody of the organization: an operator has to. */
  | 'operator-needed'
  /** Not before a domain is proved. */
  | 'no-proved-domain'
  /** Not with the secrets that there are: two at most, and one at least while it is needed. */
  | 'secrets';

/** Something cannot be done with an OIDC tenant now. The message is a sentence for the person who tried. */
export class TenantActionError extends Error {
  override readonly name = 'TenantActionError';
  readonly code = 'tenant_action';
  readonly reason: TenantActionReason;
  readonly state: OidcTenantState;

  constructor(reason: TenantActionReason, state: OidcTenantState, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.state = state;
  }
}
