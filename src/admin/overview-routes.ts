import type { Organization } from '../storage/host-storage.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { OVERVIEW_SCHEMA } from './answer-schemas/oidc-tenant-schemas.js';
import { type DirectoryAnswer, directoryAnswer } from './directory-answer.js';
import { answerOf, type OidcTenantAnswer } from './oidc-tenant-answer.js';
import { hintsOf, type SetupHint } from './setup-hint.js';

/** Where an organization stands. Parts that its plan does not include are absent. */
export interface Overview {
  readonly organization: Pick<Organization, 'id' | 'name'>;
  readonly oidcTenants?: readonly OidcTenantAnswer[];
  readonly directories?: readonly DirectoryAnswer[];
  readonly hints: readonly SetupHint[];
}

/** The first page. */
export function overviewRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'read-overview',
      method: 'GET',
      path: '/organizations/{organizationId}',
      role: 'owner',
      title: 'Where the organization stands',
      answer: OVERVIEW_SCHEMA,
      handle: async (context) => readOverview(site, context),
    }),
  ];
}

async function readOverview(site: AdminSite, context: AdminContext): Promise<Overview | undefined> {
  const { organizationId, features } = context;
  const organization = await site.storage.organizations.get(organizationId);
  if (!organization) return undefined;
  const tenants = features.includes('oidc') ? await site.tenants.list({ organizationId }) : undefined;
  const directories = features.includes('scim') ? await site.directories.list({ organizationId }) : undefined;
  return {
    organization: { id: organization.id, name: organization.name },
    ...(tenants && { oidcTenants: tenants.map((tenant) => answerOf(site, tenant)) }),
    ...(directories && { directories: directories.map((directory) => directoryAnswer(site, directory)) }),
    hints: await hintsOf(site, organization, tenants ?? []),
  };
}
