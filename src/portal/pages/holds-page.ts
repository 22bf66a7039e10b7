import type { HoldsAnswer } from '../../admin/inbox-routes.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { count, name, time } from '../text.js';

const REASONS = {
  'blast-radius': 'more people would lose something than is usual',
  'last-owner': 'the organization would have no owner left',
} as const;

/** Removals that wait for a decision. */
export const holdsPage: PortalPage = definePage<HoldsAnswer>({
  route: 'list-holds',
  title: () => 'Removals that wait',
  render: (view, { directoryId, items, next }) => html`
${items.length === 0 && html`<p>Nothing waits.</p>`}
<ul class="plain">${items.map(({ id: holdId, reason, at, people, more, first }) => {
    const params = { directoryId, holdId };
    return html`<li><h2>${more && 'At least '}${count(people, 'person', 'people')}</h2><p>${time(at)}: ${REASONS[reason]}.</p><ul>${first.map((each) => html`<li>${name(each.name)}: ${name(each.place)}</li>`)}</ul>${people > first.length && html`<p class="quiet">and ${count(people - first.length, 'more', 'more')}</p>`}
<div class="actions">${form(view, { action: 'approve-hold', params, submit: 'Remove them', danger: true })}
${form(view, { action: 'reject-hold', params, submit: 'Keep them, as given by hand', second: true })}</div></li>`;
  })}</ul>
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More</a></p>`}`,
});
