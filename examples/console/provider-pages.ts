import { escapeHtml, foreignPage } from './page.js';
import type { TrialAccount } from './trial-accounts.js';

const NOTE =
  '<p class="notice">This is a trial identity provider on your own machine. It asks nobody for a password, and must never be anything else.</p>';

/** Whom to sign in as; who was announced comes first. */
export function accountPage(name: string, accounts: readonly TrialAccount[], hint: string): string {
  const isHinted = ({ email }: TrialAccount) => Number(email === hint.toLowerCase());
  const sorted = [...accounts].sort((one, other) => isHinted(other) - isHinted(one));
  const rows = sorted.map(
    ({ subject, email, name: person, note }) =>
      `  <tr><td><button name="account" value="${escapeHtml(subject)}">${escapeHtml(person)}</button>` +
      `<td>${escapeHtml(email)}<td><small>${escapeHtml(note)}</small></tr>`,
  );
  const form = `<form method="post">\n<table>\n${rows.join('\n')}\n</table>\n`;
  const cancel = '<p><button name="account" value="">None of them: cancel</button></p>\n</form>';
  const other = `<h2>Somebody else</h2>
<form method="post"><p><label for="email">E-mail address</label> <input id="email" name="email" type="email" required
value="${escapeHtml(hint)}"> <button>Sign in</button></p></form>`;
  return titled(`Pick a person: ${name}`, `${NOTE}\n${form}${cancel}\n${other}`);
}

/** Asks before a session ends. `form` is the provider's own; its fields must come back. */
export function logoutPage(name: string, form: string): string {
  const buttons =
    '<p><button form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>\n' +
    '<button form="op.logoutForm">Stay signed in</button></p>';
  return titled(`Sign out of ${name}?`, `${NOTE}\n${form}\n${buttons}`);
}

function titled(title: string, body: string): string {
  return foreignPage(title, `<h1>${escapeHtml(title)}</h1>\n${body}`);
}

export function loggedOutPage(name: string): string {
  return titled(`Signed out of ${name}`, '<p>Applications have been told. Load their pages again.</p>');
}

export function providerErrorPage(name: string, error: Readonly<Record<string, unknown>>): string {
  const text = [error['error'], error['error_description']].filter((each) => typeof each === 'string').join(': ');
  return titled(`${name} cannot go on`, `<p>${escapeHtml(text)}</p>`);
}
