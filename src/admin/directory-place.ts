import type { ProvisioningService } from '../provisioning/provisioning-service.js';
import type { Directory } from '../storage/directory-store.js';
import { StaleVersionError } from '../storage/errors.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminSite } from './admin-site.js';
import { directoryAnswer } from './directory-answer.js';

/** The path of a directory, which those of everything in it go on from. */
export const DIRECTORY = '/organizations/{organizationId}/directories/{directoryId}';

/** What an owner does about directories. */
export const OWNER: { readonly role: 'owner'; readonly needs: 'scim' } = { role: 'owner', needs: 'scim' };

/** What the operator of the application does about them. */
export const OPERATOR: { readonly role: 'operator'; readonly needs: 'scim' } = { role: 'operator', needs: 'scim' };

/** A directory of this very organization. */
export async function directoryOf(
  { storage }: AdminSite,
  organizationId: string,
  directoryId: string,
): Promise<Directory | undefined> {
  const directory = await storage.directories.get(directoryId);
  return directory?.organizationId === organizationId ? directory : undefined;
}

/** The same, as it was seen. @throws {StaleVersionError} where it has been changed meanwhile. */
export async function unchangedDirectory(
  site: AdminSite,
  organizationId: string,
  directoryId: string,
  version: string,
): Promise<Directory | undefined> {
  const directory = await directoryOf(site, organizationId, directoryId);
  if (directory && directoryAnswer(site, directory).version !== version) throw new StaleVersionError(directoryId);
  return directory;
}

/** Provisioning, with a directory of this organization. @throws {AdminProblem} where there is none of it. */
export async function provisioningAt(
  site: AdminSite,
  organizationId: string,
  directoryId: string,
): Promise<{
  readonly scope: { readonly organizationId: string; readonly directoryId: string };
  readonly directory: Directory;
  readonly service: ProvisioningService;
}> {
  const directory = await directoryOf(site, organizationId, directoryId);
  if (!directory) throw new AdminProblem('not_found');
  return { directory, scope: { organizationId, directoryId }, service: provisioningOf(site) };
}

/** @throws {AdminProblem} where the storage keeps the protocol alone. */
export function provisioningOf({ provisioning }: AdminSite): ProvisioningService {
  if (!provisioning)
    throw new AdminProblem('not_now', { sentence: 'This application does not manage people.', mender: 'operator' });
  return provisioning;
}
