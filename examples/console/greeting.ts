import type { RunningConsole } from './console.js';

/** A few lines for whoever has started the example: what runs, and what to try. */
export function greeting({
  ready: { baseUrl, directories, loginUrl, portalUrl },
  choices,
  place,
}: RunningConsole): string {
  const [first] = directories;
  const lines = directories.map(({ organization, scimBaseUrl }) => `  ${organization.padEnd(8)} ${scimBaseUrl}`);
  const trials = choices.map(
    ({ trialEmail, providerName, issuer }) => `  ${trialEmail.padEnd(24)} ${providerName}, ${issuer}`,
  );
  return `
The example runs at ${baseUrl}. Two organizations have a SCIM directory each:

${lines.join('\n')}

Ask the first one who is in it, as an identity provider would:

  curl -H 'Authorization: Bearer ${first?.token}' '${first?.scimBaseUrl}/Users?count=2'

Sign in at ${loginUrl} with one of these addresses:

${trials.join('\n')}

Both are TRIAL identity providers that run inside the example: they ask which of a few made-up people you are, and for
no password.

Teams, with who is in them and why, are at ${baseUrl}/teams, the settings of owners at ${portalUrl}.
To set an organization up from nothing, begin at ${baseUrl}/setup.

Everything is kept in ${place}, and stays over a restart. Stop it with Ctrl+C.
`;
}
