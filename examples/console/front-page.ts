import type { Directory, Storage } from 'express-sso-scim';

const NOTHING_BUT_THE_COUNT = { page: { startIndex: 1, count: 0 } };

/** The page at `/`: what runs, and how much each directory holds. It shows no token and nobody's name. */
export async function frontPage(storage: Storage, directories: readonly Directory[], baseUrl: string): Promise<string> {
  const rows = await Promise.all(directories.map((directory) => row(storage, directory, baseUrl)));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>express-sso-scim example</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: start; padding: .4rem .8rem .4rem 0; border-block-end: 1px solid #8886; }
</style>
<h1>express-sso-scim example</h1>
<p>These directories take people and groups over SCIM 2.0. Their tokens are in the terminal that started the example.</p>
<table>
  <thead><tr><th>Directory<th>SCIM base URL<th>People<th>Groups</tr></thead>
  <tbody>
${rows.join('\n')}
  </tbody>
</table>
<p>Change something with a SCIM client and load this page again: the numbers follow.</p>
</html>
`;
}

async function row(storage: Storage, { id, name, organizationId }: Directory, baseUrl: string): Promise<string> {
  const scope = { organizationId, directoryId: id };
  const { total: people } = await storage.directoryUsers.query(scope, NOTHING_BUT_THE_COUNT);
  const { total: groups } = await storage.groups.query(scope, NOTHING_BUT_THE_COUNT);
  return `  <tr><td>${name}<td><code>${baseUrl}/scim/v2/${id}</code><td>${people}<td>${groups}</tr>`;
}
