import type { RunningConsole } from './console.js';

/** A few lines for whoever has started the example: what runs, and what to try. */
export function greeting({ ready: { baseUrl, directories }, place }: RunningConsole): string {
  const [first] = directories;
  const lines = directories.map(({ organization, scimBaseUrl }) => `  ${organization.padEnd(8)} ${scimBaseUrl}`);
  return `
The example runs at ${baseUrl}. Two organizations have a SCIM directory each:

${lines.join('\n')}

Ask the first one who is in it, as an identity provider would:

  curl -H 'Authorization: Bearer ${first?.token}' '${first?.scimBaseUrl}/Users?count=2'

People and groups are kept in ${place}, and stay over a restart. Stop it with Ctrl+C.
`;
}
