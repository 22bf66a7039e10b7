import { escapeHtml, page } from './page.js';

/** An organization with single sign-on, as the login page offers it. */
export interface LoginChoice {
  readonly organizationId: string;
  readonly tenantId: string;
  readonly providerName: string;
  readonly issuer: string;
  /** An address to try. */
  readonly trialEmail: string;
  /** Where somebody ends the session at the provider alone. */
  readonly providerLogoutUrl: string;
}

/** Asks for the address first: its domain says where to sign in. */
export function loginPage(choices: readonly LoginChoice[], returnTo: string | undefined): string {
  const kept = returnTo === undefined ? '' : `<input type="hidden" name="returnTo" value="${escapeHtml(returnTo)}">\n`;
  const query = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`;
  const links = choices.map(
    ({ tenantId, providerName, providerLogoutUrl }) =>
      `<li><a href="/login/${encodeURIComponent(tenantId)}${escapeHtml(query)}">Sign in with ${escapeHtml(providerName)}</a>.
It remembers whom you picked: <a href="${escapeHtml(providerLogoutUrl)}">sign out there</a> to be somebody else.`,
  );
  return page(
    'Sign in',
    `<form method="post" action="/login">
${kept}<p><label for="email">E-mail address at work</label></p>
<p><input id="email" name="email" type="email" autocomplete="username" required autofocus>
<button>Continue with OpenID Connect</button></p>
</form>
<ul>
${links.join('\n')}
</ul>
${trialAddresses(choices)}`,
  );
}

/** For addresses of domains that no organization has proved. An application asks for a password here. */
export function otherSignInPage(choices: readonly LoginChoice[]): string {
  return page(
    'No single sign-on for this address',
    `<p>No organization has proved that it owns the domain. An application would ask for a password here; the example
has none.</p>
${trialAddresses(choices)}
<p><a href="/login">Try another address</a></p>`,
  );
}

function trialAddresses(choices: readonly LoginChoice[]): string {
  const addresses = choices.map(({ trialEmail }) => `<code>${escapeHtml(trialEmail)}</code>`);
  return `<p>Addresses to try: ${addresses.join(', ')}</p>`;
}
