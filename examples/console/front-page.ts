import type { Directory, Storage } from 'express-sso-scim';
import { escapeHtml, page } from './page.js';

const NOTHING_BUT_THE_COUNT = { page: { startIndex: 1, count: 0 } };

/** The page at `/`: what runs, and how much each directory holds. It shows no token and nobody's name. */
export async function frontPage(storage: Storage, directories: readonly Directory[], baseUrl: string): Promise<string> {
  const rows = await Promise.all(directories.map((directory) => row(storage, directory, baseUrl)));
  return page(
    'express-sso-scim example',
    `<p><a href="/login">Sign in</a>: two organizations have single sign-on. <a href="/me">Who am I?</a></p>
<p>These directories take people and groups over SCIM 2.0. Their tokens are in the terminal that started the example.</p>
<table>
  <thead><tr><th>Directory<th>SCIM base URL<th>People<th>Groups</tr></thead>
  <tbody>
${rows.join('\n')}
  </tbody>
</table>
<p>Change something with a SCIM client and load this page again: the numbers follow.</p>`,
  );
}

async function row(storage: Storage, { id, name, organizationId }: Directory, baseUrl: string): Promise<string> {
  const scope = { organizationId, directoryId: id };
  const { total: people } = await storage.directoryUsers.query(scope, NOTHING_BUT_THE_COUNT);
  const { total: groups } = await storage.groups.query(scope, NOTHING_BUT_THE_COUNT);
  return `  <tr><td>${escapeHtml(name)}<td><code>${baseUrl}/scim/v2/${id}</code><td>${people}<td>${groups}</tr>`;
}
