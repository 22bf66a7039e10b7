import type { Request } from 'express';
import type { CompletedLogin } from '../../oidc/complete-login.js';
import type { OidcTenant } from '../../tenancy/oidc-tenant.js';

/** What the application makes of somebody whom the identity provider has vouched for. */
export type SignInDecision =
  /** Goes to `req.login`, and so to your serializer. */
  | { readonly user: object }
  /** Why not: a sentence for the person. */
  | { readonly refusal: string };

/** Decides who an identity is. `login.identity` says whether its e-mail address may be believed. */
export type OnSignIn = (
  login: CompletedLogin,
  context: { readonly tenant: OidcTenant; readonly request: Request },
) => SignInDecision | Promise<SignInDecision>;

/** Asks the application. @throws {TypeError} when it answers neither a user nor a refusal. */
export async function askApplication(
  onSignIn: OnSignIn,
  login: CompletedLogin,
  context: Parameters<OnSignIn>[1],
): Promise<SignInDecision> {
  const decision: { readonly user?: unknown; readonly refusal?: unknown } | undefined = await onSignIn(login, context);
  if (typeof decision?.refusal === 'string') return { refusal: decision.refusal };
  if (typeof decision?.user === 'object' && decision.user !== null) return { user: decision.user };
  throw new TypeError('onSignIn must answer { user } with an object or { refusal } with a sentence');
}
