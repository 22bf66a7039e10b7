import { buildAuthorizationUrl, calculatePKCECodeChallenge, None } from 'openid-client';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import { type ClientContext, createClientConfiguration } from './client-configuration.js';
import { isGoogle } from './issuer-rules.js';
import type { PendingLogin } from './pending-login.js';

const DEFAULT_SCOPES = ['openid', 'profile', 'email'];

/** What one sign-in may ask for beyond the tenant's settings. */
export interface AuthorizationWishes {
  /** Who the person says they are, e.g. the e-mail address they typed. */
  readonly loginHint?: string;
  readonly prompt?: NonNullable<OidcTenant['prompt']>;
}

/** The URL that sends the browser to the provider (OpenID Connect Core section 3.1.2.1; PKCE, RFC 7636). */
export async function buildLoginUrl(
  context: ClientContext,
  pending: PendingLogin,
  { loginHint, prompt }: AuthorizationWishes,
): Promise<string> {
  const { tenant, provider } = context;
  const { flow = 'code', responseMode = 'query', additionalScopes = [], acrValues } = tenant;
  const parameters = new URLSearchParams({
    response_type: flow,
    redirect_uri: pending.redirectUri,
    scope: [...new Set([...DEFAULT_SCOPES, ...additionalScopes])].join(' '),
    state: pending.state,
    nonce: pending.nonce,
  });
  if (responseMode !== 'query') parameters.set('response_mode', responseMode);
  if (flow === 'code') {
    parameters.set('code_challenge', await calculatePKCECodeChallenge(pending.codeVerifier));
    parameters.set('code_challenge_method', 'S256');
  }
  const asked = prompt ?? tenant.prompt;
  if (asked !== undefined) parameters.set('prompt', asked);
  if (loginHint !== undefined) parameters.set('login_hint', loginHint);
  if (acrValues !== undefined) parameters.set('acr_values', acrValues.join(' '));
  if (pending.maxAge !== undefined) parameters.set('max_age', String(pending.maxAge));
  const domain = hostedDomainHint(tenant, provider.metadata.issuer);
  if (domain !== undefined) parameters.set('hd', domain);
  return buildAuthorizationUrl(await createClientConfiguration(context, None()), parameters).href;
}

/** Lets Google offer the right account. It is a hint alone: the claim `hd` is what counts. */
function hostedDomainHint(tenant: OidcTenant, issuer: string): string | undefined {
  const domains = tenant.googleHostedDomains ?? tenant.provedDomains ?? [];
  return domains.length === 1 && isGoogle(new URL(issuer)) ? domains[0] : undefined;
}
