import type { ConflictsAnswer } from '../../admin/inbox-routes.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { name, time } from '../text.js';

/** Why somebody who was pushed is nobody here yet. */
const REASONS: Readonly<Record<string, string>> = {
  'unproved-domain': 'there is somebody of that address, whose domain your organization has not proved',
  'not-converted': 'there is somebody of that address, who was added by hand',
  'already-linked': 'the directory has somebody else for this person',
  'two-people': 'the user name and the e-mail address are of two people',
};

/** What was pushed and waits for a decision. */
export const inboxPage: PortalPage = definePage<ConflictsAnswer>({
  route: 'list-conflicts',
  title: () => 'Inbox',
  render: (view, { items, next }) => html`
${items.length === 0 && html`<p>Nothing waits for a decision.</p>`}
<ul class="plain">${items.map(({ id: conflictId, pushedName, directoryName, reason, at, candidate, subject }) => {
    const params = { conflictId };
    return html`<li><h2>${name(pushedName)}</h2><p>From ${name(directoryName)}, ${time(at)}: ${REASONS[reason] ?? reason.replaceAll('-', ' ')}.</p>
${candidate && html`<p>It could be ${name(candidate.name)} (${name(candidate.email)}), who is here already.</p>`}
<div class="actions">${candidate && form(view, { action: 'resolve-conflict', params, hidden: { decision: 'link', userId: candidate.id }, submit: 'Yes, they are one person' })}
${subject.startsWith('user:') && form(view, { action: 'resolve-conflict', params, hidden: { decision: 'create' }, submit: 'No, this is somebody new', second: candidate !== undefined })}</div></li>`;
  })}</ul>
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More</a></p>`}`,
});
