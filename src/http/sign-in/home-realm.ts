import type { Request, Response } from 'express';
import { parseEmailAddress } from '../../core/email-address.js';
import { type CallbackParameters, readParameter } from '../../oidc/callback-parameters.js';
import type { TenantResolver } from '../../tenancy/tenant-resolver.js';
import { prefersJson } from './refusal-writer.js';
import { safeReturnTo } from './return-to.js';
import { escapeHtml, redirectTo, writePage } from './sign-in-page.js';
import { SignInRefusal } from './sign-in-refusal.js';

export interface HomeRealmOptions {
  readonly tenantResolver: TenantResolver;
  /** Where people of other domains sign in. */
  readonly otherSignInUrl: string | undefined;
}

/**
 * Answers where an address signs in (home-realm discovery). The answer depends on the domain alone: whether there is such
 * a person, or whether they are on a break-glass list, neither shows nor takes time.
 *
 * @throws {SignInRefusal} `email_invalid`
 */
export async function answerHomeRealm(
  request: Request,
  response: Response,
  parameters: CallbackParameters,
  { baseUrl, tenantResolver, otherSignInUrl }: HomeRealmOptions & { readonly baseUrl: string },
): Promise<void> {
  const email = readParameter(parameters, 'email');
  const returnTo = safeReturnTo(readParameter(parameters, 'returnTo'), baseUrl);
  if (email === undefined && request.method !== 'POST') return writeForm(response, baseUrl, returnTo);
  const parsed = parseEmailAddress(email?.trim() ?? '');
  if (!parsed) throw new SignInRefusal('email_invalid');
  const tenant = await tenantResolver.byDomain(parsed.domain);
  const url = tenant ? loginUrl(baseUrl, tenant.id, { login_hint: parsed.address, returnTo }) : otherSignInUrl;
  if (prefersJson(request)) {
    response.json({ method: tenant ? 'sso' : 'other', url: url ?? null });
  } else if (url !== undefined) redirectTo(response, url);
  else writePage(response, 200, 'Sign in', '<p>This address does not use single sign-on here.</p>');
}

/** The address at which a sign-in of a tenant begins. */
export function loginUrl(
  baseUrl: string,
  tenantId: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const query = new URLSearchParams(given).toString();
  return `${baseUrl}/login/${encodeURIComponent(tenantId)}${query === '' ? '' : `?${query}`}`;
}

function writeForm(response: Response, baseUrl: string, returnTo: string | undefined): void {
  const kept = returnTo === undefined ? '' : `<input type="hidden" name="returnTo" value="${escapeHtml(returnTo)}">\n`;
  writePage(
    response,
    200,
    'Sign in',
    `<form method="post" action="${escapeHtml(baseUrl)}/login">\n${kept}` +
      '<p><label for="email">E-mail address at work</label></p>\n' +
      '<p><input id="email" name="email" type="email" autocomplete="username" required autofocus></p>\n' +
      '<p><button>Continue with OpenID Connect</button></p>\n</form>',
  );
}
