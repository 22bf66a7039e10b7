import type { PersonDetails } from '../../admin/people-routes.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { SOURCE_WORDS } from '../source-words.js';
import { name, plainName } from '../text.js';

/** Somebody with their teams, and what is locked and why. */
export const personPage: PortalPage = definePage<PersonDetails>({
  route: 'get-person',
  title: ({ user }) => `Person: ${plainName(user.displayName ?? user.email)}`,
  render: (view, { user, source, state, organizationRole, memberships, next, locks }) => html`
<dl><dt>E-mail</dt><dd>${name(user.email)}</dd><dt>Source</dt><dd>${SOURCE_WORDS[source]}</dd><dt>State</dt><dd><span class="state state-${state}">${state}</span></dd><dt>Role in the organization</dt><dd>${organizationRole ?? 'none'}</dd></dl>
<h2>Teams</h2>
${memberships.length === 0 && html`<p>None.</p>`}
<ul>${memberships.map(
    ({ teamId, team, role, lock }) =>
      html`<li>${name(team)} as ${role} <a href="${view.link('explain-membership', { userId: user.id, teamId })}">Why?</a>${lock && html`<small>${lock.sentence}</small>`}</li>`,
  )}</ul>
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More teams</a></p>`}
<h2>What nobody changes here</h2>
${locks.length === 0 && html`<p>Nothing.</p>`}
<dl>${[...lockedFor(locks)].map(([sentence, edits]) => html`<dt>${edits.join(', ')}</dt><dd>${sentence}</dd>`)}</dl>
<p><a href="${view.link('list-people')}">All people</a></p>`,
});

/** What is locked, by the reason: one often stands for several. */
function lockedFor(locks: PersonDetails['locks']): ReadonlyMap<string, readonly string[]> {
  const edits = new Map<string, string[]>();
  for (const { edit, lock } of locks) {
    edits.set(lock.sentence, [...(edits.get(lock.sentence) ?? []), edit.replaceAll('-', ' ')]);
  }
  return edits;
}
