import { ScimError } from '../scim/error.js';
import type { AuthenticationFailure } from '../tenancy/authenticator.js';

/** A request that was not let in. */
export class AccessRefusal extends ScimError {
  /** For the record of calls, and never part of an answer; `none` where nothing was sent that could have been a token. */
  readonly reason: AuthenticationFailure | 'none';

  constructor(status: 401 | 403, reason: AccessRefusal['reason'], detail: string) {
    super(status, undefined, detail);
    this.reason = reason;
  }
}
