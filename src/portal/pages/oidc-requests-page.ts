import type { OidcRequests } from '../../admin/oidc-review-routes.js';
import { domainNames } from '../domain-names.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { stateWords } from '../state-words.js';
import { name, time } from '../text.js';

const STATES = ['submitted', 'needs-information', 'active', 'disabled', 'rejected'] as const;

/** Requests of all organizations, for operators. */
export const oidcRequestsPage: PortalPage = definePage<OidcRequests>({
  route: 'list-oidc-requests',
  title: () => 'Requests',
  render: (view, { state, items, next }) => html`
<p>${STATES.map((each) => (each === state ? html`<strong>${each}</strong> ` : html`<a href="${view.link('list-oidc-requests', {}, { state: each })}">${each}</a> `))}</p>
${items.length === 0 && html`<p>There are none.</p>`}
<ul>${items.map(({ tenant, organizationName }) => {
    const { organizationId, id: tenantId } = tenant;
    return html`<li><a href="${view.link('get-oidc-tenant', { organizationId, tenantId })}">${name(organizationName)}: ${domainNames(tenant)}</a> ${stateWords(tenant.state)} ${time(tenant.createdAt)}</li>`;
  })}</ul>
${next !== undefined && html`<p><a href="${view.link('list-oidc-requests', {}, { state, after: next })}">More</a></p>`}`,
});
