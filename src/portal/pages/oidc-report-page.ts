import type { TenantReport } from '../../admin/oidc-tenant-routes.js';
import { html } from '../html.js';
import { pageAbove } from '../page-address.js';
import { definePage, type PortalPage } from '../page-view.js';

/** What came of looking at an identity provider. */
export const oidcReportPage: PortalPage = definePage<TenantReport>({
  route: 'examine-oidc-tenant',
  title: ({ usable }) =>
    usable ? 'People can sign in with this provider' : 'Nobody can sign in with this provider yet',
  render: (view, { issuer, findings }) => html`
${issuer !== undefined && html`<p>The provider calls itself <code>${issuer}</code>.</p>`}
${findings.length === 0 ? html`<p>Nothing is wrong.</p>` : html`<ul>${findings.map(({ severity, message }) => html`<li><strong>${severity === 'error' ? 'Stops sign-ins:' : 'Please look:'}</strong> <bdi>${message}</bdi></li>`)}</ul>`}
<p><a href="${pageAbove(view)}">Back to the OIDC tenant</a></p>`,
});
