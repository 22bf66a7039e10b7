import type { OwnAccount } from './other-sign-in.js';
import { escapeHtml, page } from './page.js';
import type { Person } from './person.js';

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
${trialAddresses(choices)}
<p><a href="/other-sign-in">Sign in without single sign-on</a>: founders of organizations, and the operator.</p>`,
  );
}

/** For addresses of domains that no organization has proved, and for accounts of the application itself. */
export function otherSignInPage(
  choices: readonly LoginChoice[],
  accounts: readonly OwnAccount[],
  viewer: Person | undefined,
): string {
  const rows = accounts.map(
    ({ person: { email, name }, role }) =>
      `  <tr><td><button name="account" value="${escapeHtml(email)}">${escapeHtml(name)}</button>` +
      `<td>${escapeHtml(email)}<td>${escapeHtml(role)}</tr>`,
  );
  return page(
    'Sign in without single sign-on',
    `<p>For accounts of the application itself, and where nobody has proved that the domain of an address is theirs: there is
no single sign-on for such an address. An application would ask for a password here; the example has none, and lets
you be one of these:</p>
<form method="post" action="/other-sign-in">
<table>
${rows.join('\n')}
</table>
</form>
${trialAddresses(choices)}
<p><a href="/login">Try another address</a>, or <a href="/organizations/new">begin an organization</a>.</p>`,
    viewer,
  );
}

function trialAddresses(choices: readonly LoginChoice[]): string {
  const addresses = choices.map(({ trialEmail }) => `<code>${escapeHtml(trialEmail)}</code>`);
  return `<p>Addresses to try: ${addresses.join(', ')}</p>`;
}
