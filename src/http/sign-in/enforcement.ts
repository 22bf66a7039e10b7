import type { Request, RequestHandler, Response } from 'express';
import { parseEmailAddress } from '../../core/email-address.js';
import { decideSignInMethods, type SignInMethods } from '../../tenancy/sign-in-methods.js';
import type { TenantResolver } from '../../tenancy/tenant-resolver.js';
import { readSignIn } from './host-session.js';
import { SignInRefusal } from './sign-in-refusal.js';

/** Somebody who may not go on like this. */
interface Enforced {
  readonly email?: string;
  readonly ssoTenantId?: string | undefined;
  readonly refusal: SignInRefusal;
}

/** Who has to use single sign-on. */
export interface Enforcement {
  methodsFor(email: string, facts?: { readonly hasPassword?: boolean }): Promise<SignInMethods>;
  /** Lets nobody pass who has signed in with a password and may not. `refuse` answers. */
  guard(refuse: (request: Request, response: Response, enforced: Enforced) => void): RequestHandler;
}

/** Creates {@link Enforcement}. Break-glass lists are asked each time: who is taken off has no way round any more. */
export function createEnforcement(
  tenantResolver: TenantResolver,
  emailOf: (request: Request) => string | undefined = emailOfUser,
): Enforcement {
  async function methodsFor(
    email: string,
    { hasPassword = true }: { readonly hasPassword?: boolean } = {},
  ): Promise<SignInMethods> {
    const parsed = parseEmailAddress(email);
    const tenant = parsed && (await tenantResolver.byDomain(parsed.domain));
    const known = tenant && (await tenantResolver.rulesOf?.(tenant.id));
    const rules = known ?? { ssoRequired: true, breakGlassEmails: [] };
    return decideSignInMethods({ email, tenantId: tenant?.id, rules, hasPassword });
  }

  return {
    methodsFor,
    guard: (refuse) => (request, response, next) => {
      async function isRefused(): Promise<boolean> {
        const email = emailOf(request);
        const signIn = readSignIn(request);
        if (email === undefined) {
          // Nobody, or somebody of whom nothing says that a password is enough.
          if (!request.user || signIn) return false;
          refuse(request, response, { refusal: new SignInRefusal('email_unknown') });
          return true;
        }
        const { ssoTenantId, otherAllowed } = await methodsFor(email);
        if (otherAllowed || (ssoTenantId !== undefined && signIn?.tenantId === ssoTenantId)) return false;
        refuse(request, response, { email, ssoTenantId, refusal: new SignInRefusal('sso_required') });
        return true;
      }
      isRefused().then((refused) => (refused ? undefined : next()), next);
    },
  };
}

function emailOfUser({ user }: Request): string | undefined {
  const email: unknown = user && Reflect.get(user, 'email');
  return typeof email === 'string' ? email : undefined;
}
