import type { Directory } from '../storage/directory-store.js';
import { NAME_SCHEMA } from '../tenancy/name-schema.js';
import type { OidcTenantView } from '../tenancy/tenant-view.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite, DirectoryKind } from './admin-site.js';
import { DIRECTORIES_SCHEMA, DIRECTORY_SCHEMA } from './answer-schemas/directory-schemas.js';
import { DIRECTORY_VERSION, type DirectoryAnswer, directoryAnswer } from './directory-answer.js';
import { DIRECTORY, directoryOf, OWNER, unchangedDirectory } from './directory-place.js';
import { PAGE, type PageQuery, pageWithin } from './page-query.js';

const DIRECTORIES = '/organizations/{organizationId}/directories';

/** All directories of an organization, and whether whoever asks may add one. */
export interface DirectoriesAnswer {
  readonly items: readonly DirectoryAnswer[];
  readonly mayCreate: boolean;
  /** The kinds that can be made, the usual one first. */
  readonly kinds: readonly DirectoryKind[];
  /** Why not, in a sentence. */
  readonly reason?: string;
  readonly next?: string;
}

interface NewDirectoryInput {
  readonly name: string;
  /** The usual kind unless told; it is part of the address and stays. */
  readonly kind?: string;
  readonly oidcTenantId?: string;
}

interface DirectoryChangeInput {
  readonly name?: string;
  readonly version: string;
}

/** The SCIM directories of an organization. */
export function directoryRoutes(site: AdminSite): readonly AdminRoute[] {
  const { directories } = site;
  const answered = (directory: Directory | undefined) => directory && directoryAnswer(site, directory);
  const versioned = inputSchema<{ readonly version: string }>({ version: DIRECTORY_VERSION }, ['version']);

  const unchanged = ({ organizationId }: AdminContext, directoryId: string, version: string) =>
    unchangedDirectory(site, organizationId, directoryId, version);

  return [
    defineRoute({
      id: 'list-directories',
      method: 'GET',
      path: DIRECTORIES,
      ...OWNER,
      title: 'SCIM directories of the organization',
      answer: DIRECTORIES_SCHEMA,
      query: inputSchema<PageQuery>(PAGE),
      handle: async (context, { query }): Promise<DirectoriesAnswer> => {
        const { organizationId } = context;
        const reason = whyNotCreated(site, context, await activeTenants(site, organizationId));
        const { items: shown, ...more } = pageWithin(query, await directories.list({ organizationId }));
        const items = shown.map((each) => directoryAnswer(site, each));
        const kinds = site.directoryKinds;
        return { items, ...more, kinds, mayCreate: reason === undefined, ...(reason !== undefined && { reason }) };
      },
    }),
    defineRoute({
      id: 'create-directory',
      method: 'POST',
      path: DIRECTORIES,
      ...OWNER,
      title: 'Create a SCIM directory',
      answer: DIRECTORY_SCHEMA,
      status: 201,
      body: inputSchema<NewDirectoryInput>(
        { name: NAME_SCHEMA, kind: NAME_SCHEMA, oidcTenantId: { type: 'string', maxLength: 100 } },
        ['name'],
      ),
      handle: (context, { body }) => createDirectory(site, context, body),
    }),
    defineRoute({
      id: 'get-directory',
      method: 'GET',
      path: DIRECTORY,
      ...OWNER,
      title: 'One SCIM directory',
      answer: DIRECTORY_SCHEMA,
      handle: async ({ organizationId }, { params }) =>
        answered(await directoryOf(site, organizationId, params.directoryId)),
    }),
    defineRoute({
      id: 'change-directory',
      method: 'PUT',
      path: DIRECTORY,
      ...OWNER,
      title: 'Rename a directory',
      answer: DIRECTORY_SCHEMA,
      body: inputSchema<DirectoryChangeInput>({ name: NAME_SCHEMA, version: DIRECTORY_VERSION }, ['version']),
      async handle(context, { params: { directoryId }, body: { version, ...change } }) {
        const directory = await unchanged(context, directoryId, version);
        return directory && answered(await directories.update(scopeOf(directory), change, directory));
      },
    }),
    defineRoute({
      id: 'disable-directory',
      method: 'POST',
      path: `${DIRECTORY}/disable`,
      ...OWNER,
      title: 'Refuse what a directory is sent',
      answer: DIRECTORY_SCHEMA,
      body: versioned,
      async handle(context, { params: { directoryId }, body: { version } }) {
        const directory = await unchanged(context, directoryId, version);
        return directory && answered(await directories.disable(scopeOf(directory), directory));
      },
    }),
    defineRoute({
      id: 'enable-directory',
      method: 'POST',
      path: `${DIRECTORY}/enable`,
      ...OWNER,
      title: 'Take what a directory is sent again',
      answer: DIRECTORY_SCHEMA,
      body: versioned,
      async handle(context, { params: { directoryId }, body: { version } }) {
        const directory = await unchanged(context, directoryId, version);
        return directory && answered(await directories.enable(scopeOf(directory), directory));
      },
    }),
  ];
}

function scopeOf({ organizationId, id: directoryId }: Directory) {
  return { organizationId, directoryId };
}

async function activeTenants({ tenants }: AdminSite, organizationId: string): Promise<readonly OidcTenantView[]> {
  return (await tenants.list({ organizationId })).filter(({ state }) => state === 'active');
}

/** Why whoever asks may not create a directory now; `undefined` when they may. */
function whyNotCreated(
  { rules, directoryCreation }: AdminSite,
  { role }: AdminContext,
  active: readonly OidcTenantView[],
): string | undefined {
  if (rules.policy.scimNeedsOidc && active.length === 0) {
    return 'Provisioning begins with an active OIDC tenant: request one, and have its domains proved.';
  }
  if (directoryCreation === 'operator' && role !== 'operator') {
    return 'We create the base URL once your request is approved.';
  }
  return undefined;
}

async function createDirectory(
  site: AdminSite,
  context: AdminContext,
  { name, kind = site.directoryKinds[0]?.kind, oidcTenantId }: NewDirectoryInput,
): Promise<DirectoryAnswer> {
  const { directories, provisioning, directoryKinds } = site;
  const { organizationId, actor } = context;
  // An operator may name any organization; what names none must not begin to be one.
  if (!(await site.storage.organizations.get(organizationId))) throw new AdminProblem('not_found');
  const active = await activeTenants(site, organizationId);
  const sentence = whyNotCreated(site, context, active);
  if (sentence !== undefined) throw new AdminProblem('not_now', { sentence, mender: 'operator' });
  const tenant = oidcTenantId === undefined ? active[0] : active.find(({ id }) => id === oidcTenantId);
  if (oidcTenantId !== undefined && !tenant) {
    throw new AdminProblem('invalid_input', {
      faults: [{ path: 'oidcTenantId', message: 'names no active OIDC tenant of this organization' }],
    });
  }
  if (kind === undefined || !directoryKinds.some((each) => each.kind === kind)) {
    throw new AdminProblem('invalid_input', { faults: [{ path: 'kind', message: 'is no kind of directory here' }] });
  }
  const directory = await directories.create({ organizationId, name, kind });
  const { preferences } = tenant ?? {};
  // What the organization wished for with its request is what the directory begins with.
  const policy = {
    ...(preferences?.changePhoneNumber !== undefined && { phoneChange: preferences.changePhoneNumber }),
    ...(preferences?.confirmPhoneNumber !== undefined && { phoneConfirmation: preferences.confirmPhoneNumber }),
  };
  if (tenant) await provisioning?.settings.change(scopeOf(directory), { oidcTenantId: tenant.id, policy }, actor.id);
  return directoryAnswer(site, directory);
}
