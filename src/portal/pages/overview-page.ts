import type { Overview } from '../../admin/overview-routes.js';
import { domainNames } from '../domain-names.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { stateWords } from '../state-words.js';
import { copied, count, name } from '../text.js';

/** Of a list: the rest is on its own page. */
const SHOWN = 10;

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
<ul>${oidcTenants
    .slice(0, SHOWN)
    .map(
      ({ tenant }) =>
        html`<li><a href="${view.link('get-oidc-tenant', { tenantId: tenant.id })}">${domainNames(tenant)}</a> ${stateWords(tenant.state)}</li>`,
    )}</ul>${oidcTenants.length > SHOWN && html`<p><a href="${view.link('list-oidc-tenants')}">All ${count(oidcTenants.length, 'OIDC tenant', 'OIDC tenants')}</a></p>`}</section>`
}
${
  directories &&
  html`<section aria-labelledby="directories"><h2 id="directories">Provisioning</h2>
${directories.length === 0 && html`<p>No identity provider pushes people yet. <a href="${view.link('list-directories')}">Create a directory</a>.</p>`}
<ul>${directories.slice(0, SHOWN).map((directory) => html`<li><a href="${view.link('get-provisioning', { directoryId: directory.id })}">${name(directory.name)}</a> ${copied(directory.baseUrl)}</li>`)}</ul>${directories.length > SHOWN && html`<p><a href="${view.link('list-directories')}">All ${count(directories.length, 'directory', 'directories')}</a></p>`}</section>`
}`,
});
