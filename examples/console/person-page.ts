import type { OidcGroups } from 'express-sso-scim';
import type { LoginChoice } from './login-page.js';
import { escapeHtml, page } from './page.js';
import type { Person } from './person.js';

/** What the page of a person shows besides the session. */
interface PersonFacts {
  readonly organizationName: string | undefined;
  readonly role: string;
  readonly directoryUserIds: readonly string[];
  readonly choice: LoginChoice | undefined;
}

/** The page of whoever is signed in. */
export function personPage(person: Person, facts: PersonFacts): string {
  const { organizationName = 'none', role, directoryUserIds, choice } = facts;
  const { name, email, organizationId, claimed } = person;
  const rows = [
    ['E-mail address', email],
    ['Organization', organizationId ?? organizationName],
    ['Role', role],
    ['Directory user', directoryUserIds.join(', ') || 'not pushed by SCIM'],
    ['Groups in the token', claimed ? groupText(claimed.groups) : 'no token: not signed in at an identity provider'],
  ].map(([label = '', value = '']) => `<tr><th>${label}<td>${escapeHtml(value)}</tr>`);
  return page(
    name,
    `<table>
${rows.join('\n')}
</table>
<form method="post" action="/logout"><p><button>Log out</button></p></form>
${claimed ? claimedPart(claimed, choice) : ''}`,
    person,
  );
}

function claimedPart({ claims }: NonNullable<Person['claimed']>, choice: LoginChoice | undefined): string {
  const elsewhere = choice
    ? `<p>Or <a href="${escapeHtml(choice.providerLogoutUrl)}">end the session at ${escapeHtml(choice.providerName)}</a>: it
tells the application (back-channel logout), and a few seconds later this page asks you to sign in.</p>`
    : '';
  return `${elsewhere}
<p>Deactivate this person over SCIM, and this page is closed to them at once.</p>
<h2>Claims</h2>
<p>For troubleshooting: every name and shape, and no value that says something about the person.</p>
<pre>${escapeHtml(JSON.stringify(claims, undefined, 2))}</pre>`;
}

/** Four different things: only the first two say what somebody is in. */
function groupText(groups: OidcGroups): string {
  switch (groups.state) {
    case 'present':
      return `present: ${groups.values.join(', ')}`;
    case 'empty':
      return 'empty: in no group';
    case 'missing':
      return 'missing: the provider says nothing about groups';
    case 'overflow':
      return 'overflow: more than a token holds';
  }
}
