import { ConfigurationError } from '../core/configuration.js';
import type { ConfigurationFault } from '../core/option-faults.js';
import { ProvisioningRefusedError } from '../provisioning/provisioning-refused-error.js';
import { StaleVersionError, StorageUnavailableError, UniqueConflictError } from '../storage/errors.js';
import { TenantActionError } from '../tenancy/tenant-action-error.js';

/** Who can mend what keeps a request from being carried out. */
export type AdminMender = 'person' | 'owner' | 'operator' | 'provider-administrator';

type AdminProblemCode =
  | 'not_signed_in'
  | 'forbidden'
  | 'feature_missing'
  | 'cross_site'
  | 'form_expired'
  | 'sent_before'
  | 'not_found'
  | 'method_unknown'
  | 'media_type'
  | 'body_invalid'
  | 'invalid_input'
  | 'stale_version'
  | 'needs_confirmation'
  | 'taken'
  | 'not_now'
  | 'unavailable'
  | 'internal_error';

const STANDARD: Readonly<Record<AdminProblemCode, readonly [number, AdminMender, string]>> = {
  not_signed_in: [401, 'person', 'Please sign in first.'],
  forbidden: [403, 'owner', 'Your role in this organization does not allow this.'],
  feature_missing: [403, 'owner', 'The plan of this organization does not include this.'],
  cross_site: [403, 'person', 'The request came from another website. Please use the page of the application itself.'],
  form_expired: [403, 'person', 'This form was open for too long. Nothing was changed; please send it again.'],
  sent_before: [
    409,
    'person',
    'This form was sent before and is not carried out twice. Look whether it has been done.',
  ],
  not_found: [404, 'person', 'There is nothing at this address, or it belongs to somebody else.'],
  method_unknown: [405, 'person', 'This cannot be done at this address.'],
  media_type: [415, 'person', 'The body must be application/json.'],
  body_invalid: [400, 'person', 'The request cannot be read.'],
  invalid_input: [400, 'person', 'Some of what was entered cannot be used. Nothing was changed.'],
  stale_version: [409, 'person', 'Somebody else has changed this meanwhile. Nothing of yours was saved yet.'],
  needs_confirmation: [409, 'person', 'Somebody has to look at what this would do and confirm it.'],
  taken: [409, 'person', 'There is something of this name or address already.'],
  not_now: [409, 'person', 'This cannot be done now.'],
  unavailable: [503, 'operator', 'The application cannot answer just now. Please try again in a moment.'],
  internal_error: [500, 'operator', 'Something went wrong in the application.'],
};

interface ProblemDetails {
  readonly sentence?: string;
  readonly mender?: AdminMender;
  readonly status?: number;
  /** What is wrong with single fields, by path. */
  readonly faults?: readonly ConfigurationFault[];
  /** What there is in place of what was expected: the version of somebody else, or the preview to confirm. */
  readonly current?: unknown;
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** Why a request is not carried out: one sentence for the person, and who can mend it. */
export class AdminProblem extends Error {
  override readonly name = 'AdminProblem';
  readonly code: AdminProblemCode;
  readonly status: number;
  readonly mender: AdminMender;
  readonly faults: readonly ConfigurationFault[];
  readonly current: unknown;
  /** Seconds to wait, where waiting helps. */
  readonly retryAfter: number | undefined;

  constructor(code: AdminProblemCode, details: ProblemDetails = {}) {
    const [status, mender, sentence] = STANDARD[code];
    super(details.sentence ?? sentence, { cause: details.cause });
    this.code = code;
    this.status = details.status ?? status;
    this.mender = details.mender ?? mender;
    this.faults = details.faults ?? [];
    this.current = details.current;
    this.retryAfter = details.retryAfter;
  }
}

/** Makes an {@link AdminProblem} of whatever was thrown; what nobody expected becomes a 500 that tells nothing. */
export function asProblem(thrown: unknown): AdminProblem {
  if (thrown instanceof AdminProblem) return thrown;
  if (thrown instanceof ConfigurationError) return new AdminProblem('invalid_input', { faults: thrown.faults });
  if (thrown instanceof TenantActionError) {
    const isTheirs = thrown.reason === 'operator-needed';
    const more = isTheirs ? ({ status: 403, mender: 'operator' } as const) : {};
    return new AdminProblem('not_now', { sentence: thrown.message, cause: thrown, ...more });
  }
  if (thrown instanceof ProvisioningRefusedError) return new AdminProblem('not_now', { sentence: thrown.message });
  if (thrown instanceof StaleVersionError) return new AdminProblem('stale_version', { cause: thrown });
  if (thrown instanceof UniqueConflictError) return new AdminProblem('taken', { cause: thrown });
  if (thrown instanceof StorageUnavailableError) {
    return new AdminProblem('unavailable', { cause: thrown, retryAfter: thrown.retryAfter });
  }
  return new AdminProblem('internal_error', { cause: thrown });
}
