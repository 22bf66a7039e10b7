import type { Lock, Team } from 'express-sso-scim';
import { escapeHtml, page } from '../page.js';
import type { Member } from '../person.js';
import type { TeamView } from './team-view.js';

/** The roles of the rules, see `roles` in docs/provisioning.md. */
export const TEAM_ROLES = ['Member', 'Administrator'] as const;

/** Who looks, and whether they may change anything. */
interface TeamViewer {
  readonly person: Member;
  readonly mayEdit: boolean;
}

/** All teams of the organization. */
export function teamsPage(
  teams: readonly { readonly team: Team; readonly memberCount: number }[],
  { person, mayEdit }: TeamViewer,
): string {
  const rows = teams.map(
    ({ team: { id, name }, memberCount }) =>
      `<tr><td><a href="/teams/${encodeURIComponent(id)}"><bdi>${escapeHtml(name)}</bdi></a><td data-label="Members">${memberCount}</tr>`,
  );
  const create = `<form class="line" method="post" action="/teams">
<label for="name">New team</label> <input id="name" name="name" required maxlength="100"> <button>Create</button>
</form>`;
  return page(
    'Teams',
    `<table>
<thead><tr><th>Team<th>Members</tr></thead>
<tbody>
${rows.join('\n') || '<tr><td colspan="2">No team yet.</tr>'}
</tbody>
</table>
${mayEdit ? create : ''}`,
    person,
  );
}

/** One team. Where the identity provider decides, a sentence says so in place of a button. */
export function teamPage({ team, members, renameLock, others }: TeamView, { person, mayEdit }: TeamViewer): string {
  const place = `/teams/${encodeURIComponent(team.id)}`;
  const rows = members.map(({ userId, name, email, role, lock, reasons }) => {
    const at = `${place}/members/${encodeURIComponent(userId)}`;
    const remove = `<form method="post" action="${at}/remove"><button class="danger">Remove</button></form>`;
    return `<tr><td><bdi>${escapeHtml(name)}</bdi><small><bdi>${escapeHtml(email)}</bdi></small>
<td data-label="Role">${mayEdit ? roleForm(`${at}/role`, role, `role of ${name}`) : escapeHtml(role)}
<td data-label="Why">${reasons.map((reason) => `<bdi>${escapeHtml(reason)}</bdi>`).join('<br>')}
<td>${lock ? lockNote(lock) : mayEdit ? remove : ''}</tr>`;
  });
  return page(
    team.name,
    `${rename(place, team, renameLock, mayEdit)}
<table>
<thead><tr><th>Person<th>Role<th>Why<th>Take out</tr></thead>
<tbody>
${rows.join('\n') || '<tr><td colspan="4">Nobody yet.</tr>'}
</tbody>
</table>
${mayEdit ? addForm(place, others) : ''}
<p><a href="/teams">All teams</a></p>`,
    person,
  );
}

function rename(place: string, { name }: Team, lock: Lock | undefined, mayEdit: boolean): string {
  if (lock) return lockNote(lock);
  if (!mayEdit) return '';
  return `<form class="line" method="post" action="${place}/rename">
<label for="name">Name</label> <input id="name" name="name" value="${escapeHtml(name)}" required maxlength="100"> <button>Rename</button>
</form>`;
}

function roleForm(action: string, role: string, label: string): string {
  const options = TEAM_ROLES.map((each) => `<option${each === role ? ' selected' : ''}>${each}</option>`);
  return `<form class="line" method="post" action="${action}">
<select name="role" aria-label="${escapeHtml(label)}">${options.join('')}</select> <button>Set</button>
</form>`;
}

function addForm(place: string, others: TeamView['others']): string {
  if (others.length === 0) return '<p>Everybody of the organization is in this team.</p>';
  const options = others.map(
    ({ userId, name }) => `<option value="${escapeHtml(userId)}">${escapeHtml(name)}</option>`,
  );
  return `<form class="line" method="post" action="${place}/members">
<label for="userId">Add</label> <select id="userId" name="userId">${options.join('')}</select> <button>Add by hand</button>
</form>`;
}

function lockNote({ sentence }: Lock): string {
  return `<span class="locked"><strong>Locked</strong>${escapeHtml(sentence)}</span>`;
}
