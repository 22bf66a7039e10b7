import { escapeHtml, foreignPage } from '../page.js';
import type { RegisteredClient } from './idp-records.js';
import type { ScimConnection, ScimExchange, ScimResource } from './scim-connection.js';

/** Says where one is, and leads back. */
const note = (
  applicationUrl: string,
) => `<div class="notice"><p>You are at a <strong>trial identity provider</strong> now, as its administrator: not in the application.
It is a page on your own machine, for what one does at Entra, Okta and others. <a href="${escapeHtml(applicationUrl)}">Back to the application</a></p></div>`;

interface DeskFacts {
  readonly name: string;
  readonly issuer: string;
  readonly clients: readonly RegisteredClient[];
  readonly connections: readonly ScimConnection[];
  readonly fault: string | undefined;
  readonly applicationUrl: string;
}

/** Where applications are entered at the provider: one to sign in to, and one to push people to. */
export function deskPage({ name, issuer, clients, connections, fault, applicationUrl }: DeskFacts): string {
  const newestFirst = [...clients].reverse();
  const registered = newestFirst.map(
    ({ clientId, clientSecret, redirectUri }) =>
      `<tr><td data-label="Redirect URI"><code>${escapeHtml(redirectUri)}</code><td data-label="Client ID"><code>${clientId}</code><td data-label="Client secret"><code>${clientSecret}</code></tr>`,
  );
  const connected = connections.map(
    ({ id, scimBaseUrl }) => `<li><a href="/connections/${id}">People and groups for ${escapeHtml(scimBaseUrl)}</a>`,
  );
  return foreignPage(
    name,
    `<h1>${escapeHtml(name)}</h1>
${note(applicationUrl)}
${fault === undefined ? '' : `<p role="alert"><strong>${escapeHtml(fault)}</strong></p>`}
<h2>Sign-in: applications</h2>
<p>Issuer (authority): <code>${escapeHtml(issuer)}</code></p>
<form class="line" method="post" action="/clients">
<label for="redirectUri">Redirect URI</label> <input id="redirectUri" name="redirectUri" required> <button>Register an application</button>
</form>
<table>
<thead><tr><th>Redirect URI<th>Client ID<th>Client secret</tr></thead>
<tbody>
${registered.join('\n') || '<tr><td colspan="3">None was registered here yet.</tr>'}
</tbody>
</table>
<h2>Provisioning: people and groups</h2>
<ul>
${connected.join('\n') || '<li>Connected to no application yet.'}
</ul>
<form method="post" action="/connections">
<p><label for="scimBaseUrl">SCIM base URL</label><br><input id="scimBaseUrl" name="scimBaseUrl" size="60" required></p>
<p><label for="token">Token</label><br><input id="token" name="token" size="60" autocomplete="off" required></p>
<p><button>Test the connection and save it</button></p>
</form>`,
  );
}

interface ConnectionFacts {
  readonly name: string;
  readonly connection: ScimConnection;
  readonly people: readonly ScimResource[];
  readonly groups: readonly ScimResource[];
  /** The newest first. */
  readonly exchanges: readonly ScimExchange[];
  readonly applicationUrl: string;
}

/** People and groups as the application has them, with everything that can be clicked. */
export function connectionPage({
  name,
  connection,
  people,
  groups,
  exchanges,
  applicationUrl,
}: ConnectionFacts): string {
  const at = `/connections/${connection.id}`;
  return foreignPage(
    name,
    `<h1>${escapeHtml(name)}: people and groups</h1>
${note(applicationUrl)}
<p>Each click is sent to <code>${escapeHtml(connection.scimBaseUrl)}</code>. <a href="/">All connections</a></p>
${exchanges[0] ? exchangePart(exchanges[0], 'The last request') : ''}
<h2>People</h2>
<table>
<thead><tr><th>Person<th>Title<th>Groups<th>Access</tr></thead>
<tbody>
${people.map((person) => personRow(at, person, groups)).join('\n') || '<tr><td colspan="4">Nobody yet.</tr>'}
</tbody>
</table>
<h3>Add a person</h3>
<form class="line" method="post" action="${at}/add-person">
${input('givenName', 'Given name')} ${input('familyName', 'Family name')} ${input('email', 'E-mail address', 'email')} ${input('title', 'Title', 'text', '')}
<button>Add</button>
</form>
<h2>Groups</h2>
<table>
<thead><tr><th>Group<th>Members<th>Delete</tr></thead>
<tbody>
${groups.map((group) => groupRow(at, group, people)).join('\n') || '<tr><td colspan="3">None yet.</tr>'}
</tbody>
</table>
<h3>Create a group</h3>
<form class="line" method="post" action="${at}/create-group">${input('name', 'Name')} <button>Create</button></form>
<h2>Requests</h2>
${exchanges.map((exchange) => exchangePart(exchange)).join('\n') || '<p>None since the start.</p>'}`,
  );
}

function personRow(at: string, person: ScimResource, groups: readonly ScimResource[]): string {
  const { id, active } = person;
  const [inside, outside] = [true, false].map((wanted) => groups.filter((group) => hasMember(group, id) === wanted));
  const leave = (inside ?? []).map(
    (group) => `${button(at, 'remove-from-group', { id, groupId: group.id }, `Take out of ${labelOf(group)}`)}`,
  );
  const options = (outside ?? []).map(
    (group) => `<option value="${escapeHtml(group.id)}">${escapeHtml(labelOf(group))}</option>`,
  );
  const join =
    options.length === 0
      ? ''
      : form(
          at,
          'add-to-group',
          { id },
          `<select name="groupId" aria-label="Group">${options.join('')}</select> <button>Add to group</button>`,
        );
  const change = active === false ? ['reactivate', 'Reactivate'] : ['deactivate', 'Deactivate'];
  return `<tr><td><bdi>${escapeHtml(labelOf(person))}</bdi><small><bdi>${escapeHtml(person.userName ?? '')}</bdi></small>${active === false ? '<strong class="tag">inactive</strong>' : ''}
<td>${form(at, 'change-title', { id }, `<input name="title" size="16" aria-label="Title" value="${escapeHtml(person.title ?? '')}"> <button>Save</button>`)}
<td>${leave.join('\n')}${join}
<td>${button(at, change[0] ?? '', { id }, change[1] ?? '')} ${button(at, 'delete-person', { id }, 'Delete', 'danger')}</tr>`;
}

function groupRow(at: string, group: ScimResource, people: readonly ScimResource[]): string {
  const members = people.filter(({ id }) => hasMember(group, id));
  return `<tr><td>${form(at, 'rename-group', { groupId: group.id }, `<input name="name" aria-label="Name" value="${escapeHtml(labelOf(group))}" required> <button>Rename</button>`)}
<td data-label="Members">${members.map((person) => `<bdi>${escapeHtml(labelOf(person))}</bdi>`).join(', ')}
<td>${button(at, 'delete-group', { groupId: group.id }, 'Delete', 'danger')}</tr>`;
}

function exchangePart({ method, url, request, status, answer }: ScimExchange, title?: string): string {
  const shown = (value: unknown) =>
    `<pre tabindex="0">${escapeHtml(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))}</pre>`;
  return `<details${title === undefined ? '' : ' open'}><summary>${title === undefined ? '' : `${title}: `}<code>${escapeHtml(`${method} ${url}`)}</code> → ${status || 'no answer'}</summary>
${request === undefined ? '' : shown(request)}
<p>Answer ${status || 'none'}</p>
${answer === undefined ? '' : shown(answer)}
</details>`;
}

function button(
  at: string,
  change: string,
  hidden: Readonly<Record<string, string>>,
  label: string,
  look: 'usual' | 'danger' = 'usual',
): string {
  return form(at, change, hidden, `<button class="${look}">${escapeHtml(label)}</button>`);
}

function form(at: string, change: string, hidden: Readonly<Record<string, string>>, content: string): string {
  const fields = Object.entries(hidden).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
  );
  return `<form class="line" method="post" action="${at}/${change}">${fields.join('')}${content}</form>`;
}

function input(name: string, label: string, type = 'text', required = ' required'): string {
  return `<label>${label} <input name="${name}" type="${type}"${required}></label>`;
}

function labelOf({ displayName, userName, id }: ScimResource): string {
  return displayName ?? userName ?? id;
}

function hasMember({ members = [] }: ScimResource, id: string): boolean {
  return members.some(({ value }) => value === id);
}
