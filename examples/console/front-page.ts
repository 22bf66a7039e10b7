import type { Directory, Storage } from 'express-sso-scim';
import type { ConsoleSite } from './console-site.js';
import { escapeHtml, page } from './page.js';
import type { Person } from './person.js';

const NOTHING_BUT_THE_COUNT = { page: { startIndex: 1, count: 0 } };

/** The page at `/`: what runs, and how much each directory holds. It shows no token and nobody's name. */
export async function frontPage(
  { storage, organizations, baseUrl, desks, company }: ConsoleSite,
  person: Person | undefined,
): Promise<string> {
  const directories = (await organizations.list()).map(({ id }) => storage.directories.list({ organizationId: id }));
  const rows = (await Promise.all(directories)).flat().map((directory) => row(storage, directory, baseUrl));
  const idps = [...desks, company].map(
    ({ name, deskUrl }) => `<li><a href="${escapeHtml(deskUrl)}">${escapeHtml(name)}</a>`,
  );
  return page(
    'express-sso-scim example',
    `<ul class="cards">
${person ? '' : SIGNED_OUT}
<li><h2>From nothing</h2>
<p>${person?.organizationId === undefined ? '<a href="/organizations/new">Begin an organization</a>, and set it up' : '<a href="/setup">Steps to set an organization up</a>'}
from an empty one to people who are provisioned: with pages alone.</p>
<li><h2>Identity providers</h2>
<p>Be their administrator: add people, move them to groups, deactivate them.</p>
<ul>
${idps.join('\n')}
</ul>
</ul>
<h2>Directories</h2>
<p>They take people and groups over SCIM 2.0. Tokens of the first two are in the terminal that started the example.</p>
<table>
  <thead><tr><th>Directory<th>SCIM base URL<th>People<th>Groups</tr></thead>
  <tbody>
${(await Promise.all(rows)).join('\n')}
  </tbody>
</table>
<p>Change something with a SCIM client and load this page again: the numbers follow.</p>`,
    person,
  );
}

const SIGNED_OUT = `<li><h2>Look around</h2>
<p><a href="/login">Sign in</a>: two organizations have single sign-on. Owners see <a href="/teams">teams</a> and
<a href="/portal">settings</a> that work already.</p>`;

async function row(storage: Storage, { id, name, organizationId }: Directory, baseUrl: string): Promise<string> {
  const scope = { organizationId, directoryId: id };
  const { total: people } = await storage.directoryUsers.query(scope, NOTHING_BUT_THE_COUNT);
  const { total: groups } = await storage.groups.query(scope, NOTHING_BUT_THE_COUNT);
  return `  <tr><td>${escapeHtml(name)}<td><code>${baseUrl}/scim/v2/${id}</code><td data-label="People">${people}<td data-label="Groups">${groups}</tr>`;
}
