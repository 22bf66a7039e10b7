import type { HealthAnswer } from '../../admin/activity-routes.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { count, name, plainName, time } from '../text.js';

const REFUSALS: Readonly<Record<string, string>> = {
  none: 'no token was sent',
  malformed: 'what was sent is no token',
  unknown: 'the token is not known here',
  expired: 'the token has expired',
  revoked: 'the token was revoked',
  directory_disabled: 'the directory is disabled',
};
const SEVERITIES = { error: 'To be mended', warning: 'Soon a problem', hint: 'Could be better' } as const;

/** How a directory is doing, and what is set up wrongly at the identity provider. */
export const healthPage: PortalPage = definePage<HealthAnswer>({
  route: 'read-directory-health',
  title: ({ directory }) => `Health of ${plainName(directory.name)}`,
  render: (view, { directory, health, findings }) => {
    const { day, rhythm, refusals } = health;
    const directoryId = directory.id;
    return html`
<p><span class="state state-${health.state}">${health.state.replaceAll('-', ' ')}</span> ${health.sentence}</p>
<ul class="numbers"><li><strong>${day.calls.toLocaleString('en')}</strong> calls in 24 hours</li><li><strong>${Math.round(day.failureShare * 100)} %</strong> of them failed</li><li><strong>${day.unauthorized.toLocaleString('en')}</strong> not let in</li></ul>
<dl><dt>Last call</dt><dd>${health.lastCallAt === undefined ? 'none' : time(health.lastCallAt)}</dd><dt>Last success</dt><dd>${health.lastSuccessAt === undefined ? 'none' : time(health.lastSuccessAt)}</dd>
${rhythm && html`<dt>Rhythm</dt><dd>every ${count(rhythm.everyMinutes, 'minute', 'minutes')}; ${rhythm.missedCycles === 0 ? 'none missed' : `${rhythm.missedCycles} missed`}</dd>`}</dl>
${refusals.length > 0 && html`<h2>Calls that were not let in</h2><ul>${refusals.map(({ reason, count: times, lastAt }) => html`<li>${REFUSALS[reason] ?? reason}: ${count(times, 'time', 'times')}, the last ${time(lastAt)}</li>`)}</ul>`}
<h2>What to mend at the identity provider</h2>
${findings.length === 0 && html`<p>Nothing in the recent calls and sign-ins looks wrong.</p>`}
${findings.map(
  ({
    severity,
    sentence,
    mend,
    evidence,
  }) => html`<section class="notice ${severity}"><h3>${SEVERITIES[severity]}: ${sentence}</h3>
<p>${mend}</p>
<p class="quiet">Seen ${count(evidence.count, 'time', 'times')}, the last ${time(evidence.lastAt)}.${evidence.requestId !== undefined && html` <a href="${view.link('get-activity', { directoryId, requestId: evidence.requestId })}">Look at one of these calls</a>`}${evidence.detail !== undefined && html`<br>${name(evidence.detail)}`}</p></section>`,
)}
`;
  },
});
