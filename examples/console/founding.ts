import type { Organization } from 'express-sso-scim';
import type { ConsoleSite } from './console-site.js';

/** Who begins an organization. */
export interface Founder {
  readonly name: string;
  readonly email: string;
}

/**
 * Begins an organization with its first owner, whom no identity provider can change. The same again, after a failure,
 * goes on where it has stopped.
 */
export async function foundOrganization(
  { storage, provisioning, organizations }: Pick<ConsoleSite, 'storage' | 'provisioning' | 'organizations'>,
  { id, name }: Organization,
  founder: Founder,
): Promise<Required<Pick<Organization, 'id' | 'name' | 'rootUserId'>>> {
  const scope = { organizationId: id };
  const profile = { email: founder.email, displayName: founder.name };
  const { id: userId } = await storage.users.create(scope, { key: 'founder', ...profile });
  await provisioning.people.grant(scope, { userId, target: 'organization', role: 'Owner', by: userId });
  const organization = { id, name, rootUserId: userId };
  await organizations.add(organization);
  return organization;
}
