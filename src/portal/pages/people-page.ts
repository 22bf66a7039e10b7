import type { PeopleAnswer } from '../../admin/people-routes.js';
import { html } from '../html.js';
import { listTable } from '../list-table.js';
import { definePage, type PortalPage } from '../page-view.js';
import { SOURCE_WORDS } from '../source-words.js';
import { name } from '../text.js';

const STATES = ['manual', 'pending', 'invited', 'active', 'deactivated'] as const;

/** The people of the organization with their source and state. */
export const peoplePage: PortalPage = definePage<PeopleAnswer>({
  route: 'list-people',
  title: () => 'People',
  render: (view, { items, next, source, state }) => html`
<form class="row" method="get" action="${view.link('list-people')}" aria-label="Filter">
<div class="field"><label for="source">Source</label><select id="source" name="source"><option value="">any</option>${Object.entries(SOURCE_WORDS).map(([value, label]) => html`<option value="${value}"${value === source && html` selected`}>${label}</option>`)}</select></div>
<div class="field"><label for="state">State</label><select id="state" name="state"><option value="">any</option>${STATES.map((each) => html`<option${each === state && html` selected`}>${each}</option>`)}</select></div>
<p><button>Filter</button></p></form>
${items.length === 0 && html`<p>Nobody${source !== undefined || state !== undefined ? ' like that' : ''}${next !== undefined ? ' on this page' : ''}.</p>`}
${listTable(
  'People',
  ['Person', 'E-mail', 'Source', 'State'],
  items.map(({ user, source: from, state: is }) => [
    html`<a href="${view.link('get-person', { userId: user.id })}">${name(user.displayName ?? user.email)}</a>`,
    name(user.email),
    SOURCE_WORDS[from],
    html`<span class="state state-${is}">${is}</span>`,
  ]),
)}
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More people</a></p>`}
<p><a href="${view.link('export-people', {}, { ...(source && { source }), ...(state && { state }) })}" download>All of them as a file (CSV)</a></p>`,
});
