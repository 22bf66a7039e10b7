import { hash } from 'node:crypto';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import type { ClientContext } from './client-configuration.js';
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
export function buildLoginUrl(
  context: ClientContext,
  pending: PendingLogin,
  { loginHint, prompt }: AuthorizationWishes,
): string {
  const { tenant, provider } = context;
  const { flow = 'code', responseMode = 'query', additionalScopes = [], acrValues } = tenant;
  const url = new URL(provider.metadata.authorizationEndpoint);
  // Apart from the URL, which would be written anew with each of them.
  const parameters = new URLSearchParams(url.search);
  const always = {
    client_id: tenant.clientId,
    response_type: flow,
    redirect_uri: pending.redirectUri,
    scope: [...new Set([...DEFAULT_SCOPES, ...additionalScopes])].join(' '),
    state: pending.state,
    nonce: pending.nonce,
  };
  for (const [name, value] of Object.entries(always)) parameters.set(name, value);
  if (responseMode !== 'query') parameters.set('response_mode', responseMode);
  if (flow === 'code') {
    parameters.set('code_challenge', hash('sha256', pending.codeVerifier, 'base64url'));
    parameters.set('code_challenge_method', 'S256');
  }
  const asked = prompt ?? tenant.prompt;
  if (asked !== undefined) parameters.set('prompt', asked);
  if (loginHint !== undefined) parameters.set('login_hint', loginHint);
  if (acrValues !== undefined) parameters.set('acr_values', acrValues.join(' '));
  if (pending.maxAge !== undefined) parameters.set('max_age', String(pending.maxAge));
  const domain = hostedDomainHint(tenant, provider.metadata.issuer);
  if (domain !== undefined) parameters.set('hd', domain);
  url.search = parameters.toString();
  return url.href;
}

/** Lets Google offer the right account. It is a hint alone: the claim `hd` is what counts. */
function hostedDomainHint(tenant: OidcTenant, issuer: string): string | undefined {
  const domains = tenant.googleHostedDomains ?? tenant.provedDomains ?? [];
  return domains.length === 1 && isGoogle(new URL(issuer)) ? domains[0] : undefined;
}
