import type { ConflictsAnswer } from '../../admin/inbox-routes.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { name, time } from '../text.js';

/** What was pushed and waits for a decision. */
export const inboxPage: PortalPage = definePage<ConflictsAnswer>({
  route: 'list-conflicts',
  title: () => 'Inbox',
  render: (view, { items, next }) => html`
${items.length === 0 && html`<p>Nothing waits for a decision.</p>`}
<ul class="plain">${items.map(({ id: conflictId, pushedName, directoryName, reason, at, candidate, subject }) => {
    const params = { conflictId };
    return html`<li><h2>${name(pushedName)}</h2><p>From ${name(directoryName)}, ${time(at)}: ${reason.replaceAll('-', ' ')}.</p>
${candidate && html`<p>It could be ${name(candidate.name)} (${name(candidate.email)}), who is here already.</p>${form(view, { action: 'resolve-conflict', params, hidden: { decision: 'link', userId: candidate.id }, submit: 'Yes, they are one person' })}`}
${subject.startsWith('user:') && form(view, { action: 'resolve-conflict', params, hidden: { decision: 'create' }, submit: 'No, this is somebody new' })}</li>`;
  })}</ul>
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More</a></p>`}`,
});
