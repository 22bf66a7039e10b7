import type { JournalPage } from '../../storage/journal-store.js';
import { html } from '../html.js';
import { pageAbove } from '../page-address.js';
import { definePage, type PortalPage } from '../page-view.js';
import { name, time } from '../text.js';

/** What happened to an OIDC tenant, newest first. */
export const oidcHistoryPage: PortalPage = definePage<JournalPage>({
  route: 'read-oidc-history',
  title: () => 'What happened to this OIDC tenant',
  render: (view, { items, next }) => html`
<ol class="plain">${items.map(({ at, kind, details }) => {
    const by = details['by'] as { readonly userId?: string; readonly role?: string } | undefined;
    return html`<li>${time(at)} <strong>${kind.replaceAll('-', ' ')}</strong> by <bdi>${by?.userId ?? 'the application'}</bdi>${typeof details['message'] === 'string' && html`: ${name(details['message'])}`}</li>`;
  })}</ol>
${next !== undefined && html`<p><a href="${view.here({ after: next })}">Older</a></p>`}
<p><a href="${pageAbove(view)}">Back to the OIDC tenant</a></p>`,
});
