import type { AdminRole, ProvisioningService } from 'express-sso-scim';
import type { Person } from './person.js';

/** What somebody may do now: looked up at each request, so that a change counts at once. */
export async function roleOf({ people }: ProvisioningService, person: Person): Promise<AdminRole> {
  const { organizationId, userId } = person;
  if (organizationId === undefined) return 'operator';
  switch (await people.organizationRole({ organizationId }, userId)) {
    case 'Owner':
      return 'owner';
    case 'Administrator':
      return 'administrator';
    default:
      return 'member';
  }
}
