import type { AdminRole, Organization } from 'express-sso-scim';
import type { ConsoleSite } from './console-site.js';
import { escapeHtml, page } from './page.js';
import type { Person } from './person.js';
import type { SetupStep } from './setup-progress.js';

interface Step {
  readonly title: string;
  readonly text: string;
  /** What shows that it was done; absent where nobody but the identity provider knows. */
  readonly shownBy?: SetupStep;
}

/** Where links of the steps lead to: plain text where whoever looks may not go there. */
interface Places {
  readonly portal: (label: string, path: string) => string;
  readonly requests: string;
}

/** The way from an organization that has nothing to people who are provisioned, step by step. */
export function setupPage(
  site: Pick<ConsoleSite, 'baseUrl' | 'company'>,
  organization: Organization | undefined,
  person: Person | undefined,
  { done, role }: { readonly done: ReadonlySet<SetupStep>; readonly role: AdminRole | undefined },
): string {
  const steps = stepsFor(site, organization, placesOf(organization, role));
  // The step before the first that is open, too, where nobody can see whether it was done.
  const last = steps.reduce((found, { shownBy }, index) => (shownBy && done.has(shownBy) ? index : found), -1);
  const items = steps.map(({ title, text }, index) => {
    const isDone = index <= last;
    const mark = isDone ? ' <span class="tag good">done</span>' : '';
    const look = isDone ? ' class="done"' : index === last + 1 && organization ? ' aria-current="step"' : '';
    return `<li${look}><strong>${title}</strong>${mark} ${text}</li>`;
  });
  return page(
    'From nothing to provisioned people',
    `${introduction(organization, person, role)}
<ol class="steps">
${items.join('\n')}
</ol>`,
    person,
  );
}

function placesOf(organization: Organization | undefined, role: AdminRole | undefined): Places {
  const mount =
    organization && role === 'owner' ? `/portal/organizations/${encodeURIComponent(organization.id)}` : undefined;
  return {
    portal: (label, path) => (mount === undefined ? label : `<a href="${mount}${path}">${label}</a>`),
    requests: role === 'operator' ? '<a href="/portal/oidc-requests">the requests</a>' : 'the requests',
  };
}

function introduction(
  organization: Organization | undefined,
  person: Person | undefined,
  role: AdminRole | undefined,
): string {
  if (organization && role !== 'owner') {
    return '<p class="notice">These steps are for owners. <a href="/other-sign-in">Be the owner of an organization</a> to take them.</p>';
  }
  if (organization) {
    return `<p>These steps are for <strong><bdi>${escapeHtml(organization.name)}</bdi></strong>. You are its owner, and, at the identity
provider, its administrator; for one step you are the operator of this application.</p>`;
  }
  return person
    ? '<p class="notice">You are the operator now. <a href="/other-sign-in">Be the owner of an organization</a> to go on with its steps.</p>'
    : '<p class="notice"><a href="/organizations/new">Begin an organization</a> first: you are its owner then.</p>';
}

function stepsFor(
  { baseUrl, company }: Pick<ConsoleSite, 'baseUrl' | 'company'>,
  organization: Organization | undefined,
  { portal, requests }: Places,
): readonly Step[] {
  const domain = `${organization?.id ?? 'newco'}.example`;
  const [desk, issuer] = [company.deskUrl, company.issuer].map(escapeHtml);
  const idp = `<a href="${desk}">${escapeHtml(company.name)}</a>`;
  return [
    {
      title: 'Register the application at the identity provider.',
      text: `Open ${idp} and register an application with the redirect URI <code>${baseUrl}/signin-oidc</code>. It answers a
client ID and a secret.`,
    },
    {
      title: 'Request single sign-on.',
      text: `In ${portal('Single sign-on', '/oidc-tenants')} enter the domain <code>${escapeHtml(domain)}</code> (made up, so
nobody else has it), the authority <code>${issuer}</code>, the client ID and the secret. Put your own address on the
break-glass list, or you sign in at the identity provider from then on.`,
      shownBy: 'requested',
    },
    {
      title: 'Prove the domain.',
      text: `The page of the request, in ${portal('Single sign-on', '/oidc-tenants')}, names a TXT record. Enter it into the
<a href="/dns">DNS of the example</a>, go back, and press “Look the domains up now”.`,
      shownBy: 'proved',
    },
    {
      title: 'Be the operator and approve.',
      text: `<a href="/other-sign-in">Sign in as the operator</a>, open ${requests} and approve
this one. Then <a href="/other-sign-in">be the owner again</a>.`,
      shownBy: 'approved',
    },
    {
      title: 'Test the sign-in.',
      text: `The page of the request has a button for it. The provider asks who you are: any address of your domain will do. The
page after it shows what the provider said, and what a real sign-in would do.`,
    },
    {
      title: 'Create a directory and a token.',
      text: `In ${portal('Provisioning', '/directories')}. The token is shown once.`,
      shownBy: 'directory',
    },
    {
      title: 'Connect the identity provider.',
      text: `At ${idp} enter the base URL of the directory and the token. Add a person with an address of your domain, create a
group, and add the person to it.`,
      shownBy: 'connected',
    },
    {
      title: 'Map the group.',
      text: `Create <a href="/teams">a team</a>. In ${portal('Provisioning', '/directories')}, at the groups of the directory, say which
team the group gives; you see what would happen before it happens.`,
      shownBy: 'mapped',
    },
    {
      title: 'Look.',
      text: `The person is in <a href="/teams">the team</a>, with the reason, and locked: the identity provider decides now. Deactivate
the person there, and see what becomes of it.`,
    },
  ];
}
