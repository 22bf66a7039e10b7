import type { Overview } from '../../admin/overview-routes.js';
import { domainNames } from '../domain-names.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { stateWords } from '../state-words.js';
import { copied, name } from '../text.js';

/** Where the organization stands, and what to do next. */
export const overviewPage: PortalPage = definePage<Overview>({
  route: 'read-overview',
  title: () => 'Sign-in and provisioning',
  render: (view, { oidcTenants, directories, hints }) => html`
${hints.length > 0 && html`<section aria-labelledby="hints"><h2 id="hints">Please look at this</h2><ul>${hints.map(({ sentence }) => html`<li>${sentence}</li>`)}</ul></section>`}
${
  oidcTenants &&
  html`<section aria-labelledby="tenants"><h2 id="tenants">Single sign-on</h2>
${oidcTenants.length === 0 && html`<p>Nobody signs in at an identity provider yet. <a href="${view.link('list-oidc-tenants')}">Request an OIDC tenant</a>.</p>`}
<ul>${oidcTenants.map(
    ({ tenant }) =>
      html`<li><a href="${view.link('get-oidc-tenant', { tenantId: tenant.id })}">${domainNames(tenant)}</a> ${stateWords(tenant.state)}</li>`,
  )}</ul></section>`
}
${
  directories &&
  html`<section aria-labelledby="directories"><h2 id="directories">Provisioning</h2>
${directories.length === 0 && html`<p>No identity provider pushes people yet. <a href="${view.link('list-directories')}">Create a directory</a>.</p>`}
<ul>${directories.map((directory) => html`<li><a href="${view.link('get-provisioning', { directoryId: directory.id })}">${name(directory.name)}</a> ${copied(directory.baseUrl)}</li>`)}</ul></section>`
}`,
});
