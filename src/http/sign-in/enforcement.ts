import type { Request, RequestHandler, Response } from 'express';
import { parseEmailAddress } from '../../core/email-address.js';
import { decideSignInMethods, type SignInMethods } from '../../tenancy/sign-in-methods.js';
import type { TenantResolver } from '../../tenancy/tenant-resolver.js';
import { readSignIn } from './host-session.js';
import { SignInRefusal } from './sign-in-refusal.js';

/** Somebody who may not go on like this. */
interface Enforced {
  readonly email: string;
  readonly methods: SignInMethods;
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
        if (email === undefined) return false;
        const methods = await methodsFor(email);
        const { ssoTenantId, otherAllowed } = methods;
        if (otherAllowed || (ssoTenantId !== undefined && readSignIn(request)?.tenantId === ssoTenantId)) return false;
        refuse(request, response, { email, methods, refusal: new SignInRefusal('sso_required') });
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
