import type { Organization } from 'express-sso-scim';
import type { ConsoleSite } from './console-site.js';
import { escapeHtml, page } from './page.js';
import type { Person } from './person.js';

/** The way from an organization that has nothing to people who are provisioned, step by step. */
export function setupPage(
  { baseUrl, company }: Pick<ConsoleSite, 'baseUrl' | 'company'>,
  organization: Organization | undefined,
  person: Person | undefined,
): string {
  const intro = organization
    ? `<p>These steps are for <strong><bdi>${escapeHtml(organization.name)}</bdi></strong>. You are its owner, and, at the identity
provider, its administrator; for one step you are the operator of this application.</p>`
    : '<p><a href="/organizations/new">Begin an organization</a> first: you are its owner then.</p>';
  const portal = organization ? `/portal/organizations/${encodeURIComponent(organization.id)}` : '/portal';
  const domain = `${organization?.id ?? 'newco'}.example`;
  const [desk, issuer] = [company.deskUrl, company.issuer].map(escapeHtml);
  return page(
    'From nothing to provisioned people',
    `${intro}
<ol>
<li><strong>Register the application at the identity provider.</strong> Open <a href="${desk}">${escapeHtml(company.name)}</a> and
register an application with the redirect URI <code>${baseUrl}/signin-oidc</code>. It answers a client ID and a secret.
<li><strong>Request single sign-on.</strong> In <a href="${portal}/oidc-tenants">Single sign-on</a> enter the domain
<code>${escapeHtml(domain)}</code> (made up, so nobody else has it), the authority <code>${issuer}</code>, the client ID and the
secret. Put your own address on the break-glass list, or you sign in at the identity provider from then on.
<li><strong>Prove the domain.</strong> The page of the request names a TXT record. Enter it into the <a href="/dns">DNS of the
example</a>, go back, and press “Look the domains up now”.
<li><strong>Be the operator and approve.</strong> <a href="/other-sign-in">Sign in as the operator</a>, open
<a href="/portal/oidc-requests">the requests</a> and approve this one. Then <a href="/other-sign-in">be the owner again</a>.
<li><strong>Test the sign-in.</strong> The page of the request has a link for it. The provider asks who you are: any
address of your domain will do. The page after it shows what the provider said, and what a real sign-in would do.
<li><strong>Create a directory and a token.</strong> In <a href="${portal}/directories">Provisioning</a>. The token is shown once.
<li><strong>Connect the identity provider.</strong> At <a href="${desk}">${escapeHtml(company.name)}</a> enter the base URL of the
directory and the token. Add a person with an address of your domain, create a group, and add the person to it.
<li><strong>Map the group.</strong> Create <a href="/teams">a team</a>. In <a href="${portal}/directories">Provisioning</a>, at the groups of
the directory, say which team the group gives; you see what would happen before it happens.
<li><strong>Look.</strong> The person is in <a href="/teams">the team</a>, with the reason, and locked: the identity provider decides now.
Deactivate the person there, and see what becomes of it.
</ol>`,
    person,
  );
}
