import { OidcError, type OidcErrorCode, type OidcErrorDetails, type OidcMender } from '../../oidc/oidc-error.js';

/** What can be wrong before an identity provider is asked, or after it has answered. */
type OwnCode =
  | 'tenant_unknown'
  | 'email_invalid'
  | 'body_invalid'
  | 'cross_site'
  | 'too_many_requests'
  | 'not_admitted'
  | 'sso_required'
  | 'internal_error';

/** Who can mend it, the status, and the sentence a person may read. */
const OWN: Readonly<Record<OwnCode, readonly [OidcMender, number, string]>> = {
  tenant_unknown: ['operator', 404, 'There is no single sign-on at this address.'],
  email_invalid: ['person', 400, 'This is not an e-mail address.'],
  body_invalid: ['person', 400, 'The request cannot be read.'],
  cross_site: ['person', 403, 'The request came from another website. Please use the page of the application itself.'],
  too_many_requests: ['person', 429, 'There were too many attempts. Please wait a moment.'],
  not_admitted: ['tenant-administrator', 403, 'This account may not sign in.'],
  sso_required: ['person', 403, 'This address signs in through its organization.'],
  internal_error: ['operator', 500, 'Something went wrong in the application.'],
};

const STATUS: Partial<Record<OidcErrorCode, number>> = {
  tenant_invalid: 500,
  request_invalid: 500,
  provider_unreachable: 502,
  provider_answer_invalid: 502,
  provider_forbidden: 502,
  discovery_invalid: 502,
  provider_timeout: 504,
  answer_invalid: 400,
  login_unknown: 400,
  login_expired: 400,
  login_changed: 400,
  code_refused: 400,
  logout_invalid: 400,
};

/** Why a request to the sign-in router was refused. `message` may be shown to the person; `details` is for the log. */
export class SignInRefusal extends Error {
  override readonly name = 'SignInRefusal';
  readonly code: OwnCode | OidcErrorCode;
  readonly mender: OidcMender;
  readonly status: number;
  readonly details: OidcErrorDetails;
  /** Seconds to wait, where waiting helps. */
  readonly retryAfter: number | undefined;

  constructor(cause: OwnCode | OidcError, more: { readonly sentence?: string; readonly retryAfter?: number } = {}) {
    const [mender, status, sentence] =
      cause instanceof OidcError ? ([cause.mender, STATUS[cause.code] ?? 403, cause.message] as const) : OWN[cause];
    super(more.sentence ?? sentence);
    this.code = cause instanceof OidcError ? cause.code : cause;
    this.mender = mender;
    this.status = status;
    this.details = cause instanceof OidcError ? cause.details : {};
    this.retryAfter = more.retryAfter;
  }
}

/** Makes a {@link SignInRefusal} of whatever was thrown; what nobody expected becomes a 500 that tells nothing. */
export function asRefusal(thrown: unknown): SignInRefusal {
  if (thrown instanceof SignInRefusal) return thrown;
  return new SignInRefusal(thrown instanceof OidcError ? thrown : 'internal_error');
}
