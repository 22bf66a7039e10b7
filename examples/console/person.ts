import { type OidcGroups, type OidcIdentity, redactedClaims, type User } from 'express-sso-scim';
import type { LoginChoice } from './login-page.js';
import { escapeHtml, page } from './page.js';

/** Who is signed in, as the session keeps it. */
export interface Person {
  /** Made of tenant, issuer and subject: what an application remembers an account by. */
  readonly linkKey: string;
  readonly organizationId: string;
  /** The application's own id of the person. */
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  /** Absent for somebody whom SCIM has not pushed. */
  readonly directoryUserId?: string;
  readonly groups: OidcGroups;
  /** For whoever looks for what is wrong; without values that say something about the person. */
  readonly claims: OidcIdentity['claims'];
}

/** Says who an identity is, for the session. */
export function createPerson(identity: OidcIdentity, user: User, directoryUserId: string | undefined): Person {
  const { linkKey, organizationId, groups, claims } = identity;
  const email = identity.email.address ?? user.email;
  const name = identity.name ?? email;
  return {
    linkKey,
    organizationId,
    userId: user.id,
    email,
    name,
    ...(directoryUserId !== undefined && { directoryUserId }),
    groups,
    claims: redactedClaims(claims),
  };
}

/** The page of whoever is signed in. */
export function personPage(person: Person, choice: LoginChoice | undefined): string {
  const { name, email, organizationId, directoryUserId = 'not pushed by SCIM', groups, claims } = person;
  const rows = [
    ['E-mail address', email],
    ['Organization', organizationId],
    ['Directory user', directoryUserId],
    ['Groups in the token', groupText(groups)],
  ].map(([label = '', value = '']) => `<tr><th>${label}<td>${escapeHtml(value)}</tr>`);
  const elsewhere = choice
    ? `<p>Or <a href="${escapeHtml(choice.providerLogoutUrl)}">end the session at ${escapeHtml(choice.providerName)}</a>: it
tells the application (back-channel logout), and a few seconds later this page asks you to sign in.</p>`
    : '';
  return page(
    name,
    `<table>
${rows.join('\n')}
</table>
<form method="post" action="/logout"><p><button>Log out</button></p></form>
${elsewhere}
<p>Deactivate this person over SCIM, and this page is closed to them at once.</p>
<h2>Claims</h2>
<p>For troubleshooting: every name and shape, and no value that says something about the person.</p>
<pre>${escapeHtml(JSON.stringify(claims, undefined, 2))}</pre>`,
  );
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
