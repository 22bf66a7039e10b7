import type { OidcRequests } from '../../admin/oidc-review-routes.js';
import { domainNames } from '../domain-names.js';
import { html } from '../html.js';
import { listTable } from '../list-table.js';
import { definePage, type PortalPage } from '../page-view.js';
import { stateText, stateWords } from '../state-words.js';
import { name, time } from '../text.js';

const STATES = ['submitted', 'needs-information', 'active', 'disabled', 'rejected'] as const;

/** Requests of all organizations, for operators. */
export const oidcRequestsPage: PortalPage = definePage<OidcRequests>({
  route: 'list-oidc-requests',
  title: () => 'Requests',
  render: (view, { state, items, next }) => html`
<nav class="parts" aria-label="State"><ul>${STATES.map((each) => html`<li><a href="${view.link('list-oidc-requests', {}, { state: each })}"${each === state && html` aria-current="true"`}>${stateText(each)}</a></li>`)}</ul></nav>
${items.length === 0 && html`<p>There are none.</p>`}
${listTable(
  'Requests',
  ['Request', 'Organization', 'State', 'Since'],
  items.map(({ tenant, organizationName }) => {
    const { organizationId, id: tenantId } = tenant;
    return [
      html`<a href="${view.link('get-oidc-tenant', { organizationId, tenantId })}">${domainNames(tenant)}</a>`,
      name(organizationName),
      stateWords(tenant.state),
      time(tenant.createdAt),
    ];
  }),
)}
${next !== undefined && html`<p><a href="${view.link('list-oidc-requests', {}, { state, after: next })}">More</a></p>`}`,
});
