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
  | 'secrets'
  /** Identity providers were looked at too often: 30 times in ten minutes for one organization. */
  | 'too-many-checks';

/** Something cannot be done with an OIDC tenant now. The message is a sentence for the person who tried. */
export class TenantActionError extends Error {
  override readonly name = 'TenantActionError';
  readonly code = 'tenant_action';
  readonly reason: TenantActionReason;
  readonly state: OidcTenantState;
  /** Seconds after which it can be tried again, where waiting helps: the value of a `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(
    reason: TenantActionReason,
    state: OidcTenantState,
    message: string,
    options: ErrorOptions & { readonly retryAfter?: number } = {},
  ) {
    super(message, options);
    this.reason = reason;
    this.state = state;
    this.retryAfter = options.retryAfter;
  }
}
