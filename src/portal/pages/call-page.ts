import type { OpenedActivityAnswer } from '../../admin/activity-routes.js';
import type { ActivitySubject } from '../../admin/activity-step.js';
import { type Html, html } from '../html.js';
import { definePage, type PageView, type PortalPage } from '../page-view.js';
import { copied, name, time } from '../text.js';

const TYPES: Readonly<Record<ActivitySubject['type'], string>> = {
  person: 'person',
  'directory-user': 'user of the directory',
  group: 'group',
  team: 'team',
  tenant: 'OIDC tenant',
  hold: 'removal that waits',
  conflict: 'conflict',
};

/** One call of the identity provider: what was asked for, what was done, what came of it. */
export const callPage: PortalPage = definePage<OpenedActivityAnswer>({
  route: 'get-activity',
  title: ({ title }) => title,
  render: (view, { directory, call, outcome, failed, steps, next, names }) => html`
<h2>Request</h2>
<dl><dt>When</dt><dd>${time(call.at)}, answered in ${call.milliseconds} ms</dd>
<dt>Call</dt><dd><code>${call.method} ${call.path}${call.query !== undefined && html`?${call.query}`}</code></dd>
${call.agent !== undefined && html`<dt>Client</dt><dd>${name(call.agent)}</dd>`}
<dt>Request id</dt><dd>${copied(call.id)}</dd></dl>
${call.body !== undefined && html`<p class="quiet">What it said, without what it says of anybody:</p><pre tabindex="0" role="region" aria-label="Body of the request">${JSON.stringify(call.body, undefined, 2)}</pre>`}
<h2>Steps</h2>
${steps.length === 0 && html`<p>Nothing was changed.</p>`}
<ol class="steps">${steps.map(
    ({ at, sentence, subjects }) =>
      html`<li>${sentence} <small>${time(at)}</small>${subjects.length > 0 && html`<ul>${subjects.map((subject) => html`<li>${TYPES[subject.type]} ${named(view, subject, names)}</li>`)}</ul>`}</li>`,
  )}</ol>
${next !== undefined && html`<p><a href="${view.here({ after: next })}">Earlier steps</a></p>`}
<h2>Outcome</h2>
<p><span class="state state-${call.outcome}">${failed ? 'failed' : 'done'}</span> ${call.status}: <bdi>${outcome}</bdi></p>
<p><a href="${view.link('list-activity', { directoryId: directory.id })}">Back to the activity</a></p>`,
});

function named(view: PageView, { type, id }: ActivitySubject, names: OpenedActivityAnswer['names']): Html {
  const text = names[`${type}:${id}`];
  if (text === undefined) return html`<code>${id}</code>`;
  return type === 'person' ? html`<a href="${view.link('get-person', { userId: id })}">${name(text)}</a>` : name(text);
}
