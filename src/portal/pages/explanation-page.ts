import type { MembershipExplanation } from '../../admin/people-routes.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { plainName } from '../text.js';

/** Why somebody is in a team. */
export const explanationPage: PortalPage = definePage<MembershipExplanation>({
  route: 'explain-membership',
  title: ({ person, team }) =>
    `Why is ${plainName(person.user.displayName ?? person.user.email, 40)} in ${plainName(team.name, 40)}?`,
  render: (view, { person, sentences, lock }) => html`
${sentences.length === 0 && html`<p>They are not in it.</p>`}
<ul>${sentences.map((sentence) => html`<li><bdi>${sentence}</bdi></li>`)}</ul>
${lock && html`<p class="notice">${lock.sentence}</p>`}
<p><a href="${view.link('get-person', { userId: person.user.id })}">Back to the person</a></p>`,
});
