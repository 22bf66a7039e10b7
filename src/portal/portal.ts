import type { FormOutcome, PortalPage } from './page-view.js';
import { activityPage } from './pages/activity-page.js';
import { callPage } from './pages/call-page.js';
import { conversionPage } from './pages/conversion-page.js';
import { directoriesPage } from './pages/directories-page.js';
import { directoryPolicyPage } from './pages/directory-policy-page.js';
import { explanationPage } from './pages/explanation-page.js';
import { groupPage } from './pages/group-page.js';
import { groupsPage } from './pages/groups-page.js';
import { guidePage, guidesPage } from './pages/guides-page.js';
import { healthPage } from './pages/health-page.js';
import { holdsPage } from './pages/holds-page.js';
import { inboxPage } from './pages/inbox-page.js';
import { groupPreviewPage, mappingPreviewPage } from './pages/mapping-preview-page.js';
import { newTokenPage, rotatedTokenPage } from './pages/new-token-page.js';
import { oidcHistoryPage } from './pages/oidc-history-page.js';
import { oidcReportPage } from './pages/oidc-report-page.js';
import { oidcRequestsPage } from './pages/oidc-requests-page.js';
import { oidcTenantPage } from './pages/oidc-tenant-page.js';
import { oidcTenantsPage } from './pages/oidc-tenants-page.js';
import { overviewPage } from './pages/overview-page.js';
import { peoplePage } from './pages/people-page.js';
import { personPage } from './pages/person-page.js';
import { presetPage, presetsPage } from './pages/presets-page.js';
import { provisioningPage } from './pages/provisioning-page.js';
import { teamsPage } from './pages/teams-page.js';
import { tokensPage } from './pages/tokens-page.js';

const PAGES: readonly PortalPage[] = [
  overviewPage,
  oidcTenantsPage,
  oidcTenantPage,
  oidcReportPage,
  oidcHistoryPage,
  oidcRequestsPage,
  directoriesPage,
  provisioningPage,
  conversionPage,
  directoryPolicyPage,
  presetsPage,
  presetPage,
  tokensPage,
  newTokenPage,
  rotatedTokenPage,
  groupsPage,
  groupPage,
  mappingPreviewPage,
  groupPreviewPage,
  inboxPage,
  holdsPage,
  peoplePage,
  personPage,
  explanationPage,
  teamsPage,
  activityPage,
  callPage,
  healthPage,
  guidesPage,
  guidePage,
];

/** A form of a page that comes back to it. */
const backTo = (page: string, done: string): FormOutcome => ({
  page,
  done,
  next: (_, params) => ({ route: page, params }),
});
const TENANT = 'get-oidc-tenant';
const DIRECTORY = 'get-provisioning';
const POLICY = 'read-directory-policy';

const OUTCOMES: Readonly<Record<string, FormOutcome>> = {
  'submit-oidc-tenant': {
    page: 'list-oidc-tenants',
    next: (data, params) => ({ route: TENANT, params: { ...params, tenantId: idIn(data, 'tenant') } }),
    done: 'Your request was submitted. Prove its domains next.',
  },
  'change-oidc-tenant': backTo(TENANT, 'The OIDC tenant was changed.'),
  'resubmit-oidc-tenant': backTo(TENANT, 'Your answer was submitted.'),
  'examine-oidc-tenant': { page: TENANT, done: '' },
  'check-oidc-domains': backTo(
    TENANT,
    'What was found stands below. Each domain is looked up every 10 seconds at most.',
  ),
  'renew-oidc-domain': backTo(TENANT, 'The domain has another value to publish.'),
  'disable-oidc-tenant': backTo(TENANT, 'Nobody signs in with this tenant any more.'),
  'enable-oidc-tenant': backTo(TENANT, 'People can sign in with this tenant again.'),
  'add-oidc-secret': backTo(TENANT, 'The secret was added. Both are tried.'),
  'promote-oidc-secret': backTo(TENANT, 'The other secret is tried first.'),
  'set-oidc-secret-expiry': backTo(TENANT, 'The expiry was saved.'),
  'remove-oidc-secret': backTo(TENANT, 'The secret was removed.'),
  'approve-oidc-tenant': backTo(TENANT, 'The request was approved.'),
  'ask-about-oidc-tenant': backTo(TENANT, 'The organization was asked.'),
  'reject-oidc-tenant': backTo(TENANT, 'The request was rejected.'),
  'create-directory': {
    page: 'list-directories',
    next: (data, params) => ({ route: DIRECTORY, params: { ...params, directoryId: idIn({ data }, 'data') } }),
    done: 'The directory was created. Create a token for it next.',
  },
  'change-directory': backTo(DIRECTORY, 'The directory was renamed.'),
  'disable-directory': backTo(DIRECTORY, 'The directory refuses what it is sent.'),
  'enable-directory': backTo(DIRECTORY, 'The directory works again.'),
  'create-token': { page: 'list-tokens', done: '' },
  'rotate-token': { page: 'list-tokens', done: '' },
  'revoke-token': backTo('list-tokens', 'The token was revoked.'),
  'change-provisioning': backTo(DIRECTORY, 'The settings were saved.'),
  'change-attribute-roles': backTo(DIRECTORY, 'The roles were saved.'),
  'change-phone-settings': backTo(DIRECTORY, 'The phone settings were saved.'),
  'change-directory-policy': backTo(POLICY, 'The directory answers like this from now on.'),
  'change-provisioning-policy': backTo(POLICY, 'The policy was saved.'),
  'apply-preset': backTo('read-preset', 'The directory behaves like this from now on.'),
  'change-conversion': backTo('list-conversion', 'The list was saved.'),
  'preview-mapping': { page: 'list-groups', done: '' },
  'preview-group': { page: 'get-group', done: '' },
  'save-mapping': { ...backTo('list-groups', 'The mapping was saved and applied.'), confirm: 'preview-mapping' },
  'save-group': { ...backTo('get-group', 'The mapping was saved and applied.'), confirm: 'preview-group' },
  'resolve-conflict': backTo('list-conflicts', 'This was decided.'),
  'approve-hold': backTo('list-holds', 'They were removed.'),
  'reject-hold': backTo('list-holds', 'They stay.'),
};

/** All pages, by the name of the route that they show. */
export const PORTAL_PAGES: ReadonlyMap<string, PortalPage> = new Map(PAGES.map((page) => [page.route, page]));

/** What becomes of forms, by the name of the route that takes them. */
export const FORM_OUTCOMES: ReadonlyMap<string, FormOutcome> = new Map(Object.entries(OUTCOMES));

function idIn(data: unknown, name: string): string {
  const { [name]: found } = data as Readonly<Record<string, { readonly id: string } | undefined>>;
  return found?.id ?? '';
}
