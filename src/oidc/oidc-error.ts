import { escapeControls } from '../core/logger.js';

/** Who can mend what went wrong. */
export type OidcMender =
  /** The person signing in, by starting again. */
  | 'person'
  /** Whoever typed in the settings of the tenant in the application. */
  | 'tenant-administrator'
  /** The administrator of the identity provider. */
  | 'provider-administrator'
  /** The operator of the application. */
  | 'operator';

/** What went wrong, for programs. */
export type OidcErrorCode =
  | 'tenant_invalid'
  | 'provider_unreachable'
  | 'provider_timeout'
  | 'provider_forbidden'
  | 'provider_answer_invalid'
  | 'discovery_invalid'
  | 'issuer_changed'
  | 'login_unknown'
  | 'login_expired'
  | 'login_changed'
  | 'answer_invalid'
  | 'issuer_mismatch'
  | 'refused_by_provider'
  | 'sign_in_cancelled'
  | 'client_refused'
  | 'code_refused'
  | 'token_missing'
  | 'token_invalid'
  | 'token_untrusted'
  | 'organization_mismatch'
  | 'user_info_invalid'
  | 'refresh_refused'
  | 'logout_invalid'
  | 'request_invalid';

/** Who can mend it, and the sentence a person may read. */
const FAULTS: Readonly<Record<OidcErrorCode, readonly [OidcMender, string]>> = {
  tenant_invalid: ['operator', 'The settings of this sign-in cannot be used.'],
  provider_unreachable: ['provider-administrator', 'The identity provider could not be reached.'],
  provider_timeout: ['provider-administrator', 'The identity provider did not answer in time.'],
  provider_forbidden: ['tenant-administrator', 'The identity provider has an address that must not be called.'],
  provider_answer_invalid: ['provider-administrator', 'The identity provider gave an answer that cannot be used.'],
  discovery_invalid: ['tenant-administrator', 'The identity provider does not describe itself in a usable way.'],
  issuer_changed: ['tenant-administrator', 'The identity provider now gives another name than before.'],
  login_unknown: ['person', 'This sign-in was not started here or is over. Please start again.'],
  login_expired: ['person', 'This sign-in took too long. Please start again.'],
  login_changed: ['person', 'The settings changed while this sign-in was under way. Please start again.'],
  answer_invalid: ['person', 'The answer of the identity provider is incomplete. Please start again.'],
  issuer_mismatch: ['tenant-administrator', 'The answer comes from another identity provider than the one set up.'],
  refused_by_provider: ['provider-administrator', 'The identity provider refused the sign-in.'],
  sign_in_cancelled: ['person', 'The sign-in was cancelled at the identity provider.'],
  client_refused: ['tenant-administrator', 'The identity provider does not accept the client id or client secret.'],
  code_refused: ['person', 'This sign-in was already used or took too long. Please start again.'],
  token_missing: ['provider-administrator', 'The identity provider answered without an ID Token.'],
  token_invalid: ['provider-administrator', 'The identity provider sent a token that does not hold.'],
  token_untrusted: ['provider-administrator', 'The token is not signed with a key of the identity provider.'],
  organization_mismatch: ['person', 'This account belongs to another organization.'],
  user_info_invalid: ['provider-administrator', 'What the identity provider says about the person does not hold.'],
  refresh_refused: ['person', 'The identity provider ended this session. Please sign in again.'],
  logout_invalid: ['provider-administrator', 'The logout message does not hold.'],
  request_invalid: ['operator', 'The sign-in was called in a way that cannot work.'],
};

/** For the log alone: what was compared, what the provider said. Holds no code, state, token, secret or claim value. */
export type OidcErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/**
 * Why a sign-in, refresh or logout was refused. `message` may be shown to the person; `details` is for the log.
 * `cause` is never set: what other libraries throw can hold tokens.
 */
export class OidcError extends Error {
  override readonly name = 'OidcError';
  readonly code: OidcErrorCode;
  readonly mender: OidcMender;
  readonly details: OidcErrorDetails;

  /** `hint` is a further plain sentence, for cases where more can be said about what to do. */
  constructor(code: OidcErrorCode, details: OidcErrorDetails = {}, hint?: string) {
    const [mender, sentence] = FAULTS[code];
    super(hint === undefined ? sentence : `${sentence} ${escapeControls(hint)}`);
    this.code = code;
    this.mender = mender;
    this.details = Object.fromEntries(Object.entries(details).map(([name, value]) => [name, printable(value)]));
  }
}

/** Providers choose some of it, and it goes to a log. */
function printable(value: OidcErrorDetails[string]): OidcErrorDetails[string] {
  if (typeof value === 'string') return escapeControls(value);
  return typeof value === 'object' ? value.map(escapeControls) : value;
}
