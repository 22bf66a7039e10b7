import type { Organization } from 'express-sso-scim';
import type { ConsoleSite } from './console-site.js';

/** Who begins an organization. */
export interface Founder {
  readonly name: string;
  readonly email: string;
}

/**
 * Begins an organization with its first owner, whom no identity provider can change. The same again changes nothing.
 * @throws {Error} when somebody else has begun one of that id.
 */
export async function foundOrganization(
  { storage, provisioning, organizations }: Pick<ConsoleSite, 'storage' | 'provisioning' | 'organizations'>,
  { id, name }: Organization,
  { name: displayName, email }: Founder,
): Promise<{ readonly founderId: string }> {
  const scope = { organizationId: id };
  const { id: founderId } = await storage.users.create(scope, { key: `founder:${email}`, email, displayName });
  const { rootUserId } = await organizations.add({ id, name, rootUserId: founderId });
  if (rootUserId !== founderId) throw new Error(`there is an organization ${id} already`);
  await provisioning.people.grant(scope, { userId: founderId, target: 'organization', role: 'Owner', by: founderId });
  return { founderId };
}
