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
    `${person ? '' : '<p><a href="/login">Sign in</a>: two organizations have single sign-on. <a href="/me">Who am I?</a></p>'}
<p>${person ? '<a href="/setup">Steps to set an organization up</a> from nothing.' : '<a href="/organizations/new">Begin an organization</a> and set it up from nothing, or <a href="/portal">look at the settings</a> of one that works.'}</p>
<p>Identity providers, to be administrated with a few clicks: add people, move them to groups, deactivate them.</p>
<ul>
${idps.join('\n')}
</ul>
<p>These directories take people and groups over SCIM 2.0. Tokens of the first two are in the terminal that started the
example.</p>
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

async function row(storage: Storage, { id, name, organizationId }: Directory, baseUrl: string): Promise<string> {
  const scope = { organizationId, directoryId: id };
  const { total: people } = await storage.directoryUsers.query(scope, NOTHING_BUT_THE_COUNT);
  const { total: groups } = await storage.groups.query(scope, NOTHING_BUT_THE_COUNT);
  return `  <tr><td>${escapeHtml(name)}<td><code>${baseUrl}/scim/v2/${id}</code><td>${people}<td>${groups}</tr>`;
}
