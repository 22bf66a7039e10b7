import type { OidcTenantsAnswer } from '../../admin/oidc-tenant-routes.js';
import { domainNames } from '../domain-names.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { listTable } from '../list-table.js';
import { tenantFields } from '../oidc-tenant-fields.js';
import { definePage, type PortalPage } from '../page-view.js';
import { stateWords } from '../state-words.js';
import { name } from '../text.js';

/** All OIDC tenants of an organization, and the form for another one. */
export const oidcTenantsPage: PortalPage = definePage<OidcTenantsAnswer>({
  route: 'list-oidc-tenants',
  title: () => 'Single sign-on',
  render: (view, { items, approval, next }) => html`
${listTable(
  'OIDC tenants',
  ['Domains', 'Identity provider', 'State'],
  items.map(({ tenant }) => [
    html`<a href="${view.link('get-oidc-tenant', { tenantId: tenant.id })}">${domainNames(tenant)}</a>`,
    name(tenant.settings.authority),
    stateWords(tenant.state),
  ]),
)}
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More OIDC tenants</a></p>`}
<section aria-labelledby="request"><h2 id="request">Request an OIDC tenant</h2>
<p>${approval === 'operator' ? 'We look at each request and get back to you if something is missing.' : 'It becomes active by itself when all of its domains are proved.'}</p>
${form(view, { action: 'submit-oidc-tenant', fields: tenantFields(), submit: 'Submit OIDC request' })}
</section>`,
});
