import type { TrialOrganization } from './trial-organizations.js';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/**
 * Pushes the first people and groups into a directory as an identity provider would: over SCIM, here in one bulk
 * request (RFC 7644 section 3.7).
 */
export async function pushPeople(
  scimBaseUrl: string,
  token: string,
  { users, groups }: Pick<TrialOrganization, 'users' | 'groups'>,
): Promise<void> {
  const Operations = [...operations('/Users', users), ...operations('/Groups', groups)];
  const response = await fetch(`${scimBaseUrl}/Bulk`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
    body: JSON.stringify({ schemas: [BULK_REQUEST], Operations }),
  });
  const answer = await response.text();
  const made = response.ok
    ? (JSON.parse(answer) as { readonly Operations: readonly { readonly status: string }[] })
    : undefined;
  if (made?.Operations.every(({ status }) => status === '201')) return;
  throw new Error(`the first people of ${scimBaseUrl} were not accepted: ${answer}`);
}

function operations(path: string, resources: Readonly<Record<string, object>>): readonly object[] {
  return Object.entries(resources).map(([bulkId, data]) => ({ method: 'POST', path, bulkId, data }));
}
