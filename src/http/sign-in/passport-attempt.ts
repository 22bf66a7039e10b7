import type { Request, Response } from 'express';
import type { CompletedLogin } from '../../oidc/complete-login.js';
import { OidcError } from '../../oidc/oidc-error.js';
import type { OidcTenant } from '../../tenancy/oidc-tenant.js';
import type { PassportOidcStrategy } from './oidc-strategy.js';
import type { PassportInstance } from './oidc-tenant-router-options.js';
import type { OidcStrategyWishes } from './sign-in-flow.js';
import { SignInRefusal } from './sign-in-refusal.js';

/** Somebody whom the application has let in. */
export interface AdmittedLogin {
  readonly user: object;
  readonly login: CompletedLogin;
  readonly tenant: OidcTenant;
}

/**
 * Runs the strategy by way of a Passport instance; `undefined` when that has answered the request, by a redirect or for
 * another purpose.
 *
 * @throws whatever the strategy failed with
 */
export function attemptSignIn(
  { passport, strategy }: { readonly passport: PassportInstance; readonly strategy: PassportOidcStrategy },
  request: Request,
  response: Response,
  wishes: OidcStrategyWishes,
): Promise<AdmittedLogin | undefined> {
  return new Promise((resolve, reject) => {
    response.once('close', () => resolve(undefined));
    const attempt = passport.authenticate(strategy, wishes, (error, user, info) => {
      if (error) reject(error);
      else if (typeof user === 'object' && user !== null) resolve({ user, ...(info as Omit<AdmittedLogin, 'user'>) });
      else reject(info instanceof SignInRefusal ? info : new OidcError('token_invalid', { stage: 'second check' }));
    });
    Promise.resolve(attempt(request, response, reject)).catch(reject);
  });
}
