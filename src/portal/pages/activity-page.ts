import type { ActivityAnswer } from '../../admin/activity-routes.js';
import { callChart } from '../call-chart.js';
import { html } from '../html.js';
import { listTable } from '../list-table.js';
import { definePage, type PortalPage } from '../page-view.js';
import { name, plainName, time } from '../text.js';

const ORDERS = [
  ['failures-first', 'Failures first'],
  ['failures', 'Failures only'],
  ['newest', 'Newest first'],
] as const;
const SPANS = [
  ['day', 'The last 24 hours'],
  ['week', 'The last 7 days'],
  ['month', 'The last 30 days'],
] as const;

/** What the identity provider has asked for, over time and call by call. */
export const activityPage: PortalPage = definePage<ActivityAnswer>({
  route: 'list-activity',
  title: ({ directory }) => `Activity of ${plainName(directory.name)}`,
  render: (view, { directory, show, span, chart, items, next }) => html`
<form class="row" method="get" action="${view.link('list-activity', { directoryId: directory.id })}" aria-label="What to show">
<div class="field"><label for="span">Chart</label><select id="span" name="span">${SPANS.map(([value, label]) => html`<option value="${value}"${value === span && html` selected`}>${label}</option>`)}</select></div>
<div class="field"><label for="show">Calls</label><select id="show" name="show">${ORDERS.map(([value, label]) => html`<option value="${value}"${value === show && html` selected`}>${label}</option>`)}</select></div>
<p><button>Show</button></p></form>
${callChart(chart)}
${items.length === 0 && html`<p>${show === 'failures' ? 'No call has failed.' : 'The identity provider has not called yet.'}</p>`}
${listTable(
  'Calls',
  ['Call', 'When', 'Outcome', 'What came of it'],
  items.map(({ call, title, outcome, failed }) => [
    html`<a href="${view.link('get-activity', { directoryId: directory.id, requestId: call.id })}">${title}</a>`,
    time(call.at),
    html`<span class="state state-${call.outcome}">${failed ? 'failed' : 'done'}</span>`,
    name(outcome),
  ]),
)}
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More calls</a></p>`}
<p><a href="${view.link('export-activity', { directoryId: directory.id })}" download>All calls as a file (CSV)</a></p>`,
});
