import type { OidcTenantScope } from '../tenancy/tenant-changes.js';
import type { OidcTenantView } from '../tenancy/tenant-view.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { OIDC_TENANT_SCHEMA } from './answer-schemas/oidc-tenant-schemas.js';
import { answerOf } from './oidc-tenant-answer.js';
import { EXPIRY, VERSION } from './oidc-tenant-input.js';
import { tenantActor } from './oidc-tenant-routes.js';

const SECRETS = '/organizations/{organizationId}/oidc-tenants/{tenantId}/secrets';
const SECRET = '/organizations/{organizationId}/oidc-tenants/{tenantId}/secrets/{secretId}';
const OWNER = { role: 'owner', needs: 'oidc' } as const;
const VERSIONED = inputSchema<{ readonly version: number }>({ version: VERSION }, ['version']);

/** Client secrets: two at most, so that one can replace the other without a gap. None is ever shown. */
export function oidcSecretRoutes(site: AdminSite): readonly AdminRoute[] {
  const { tenants } = site;
  const answered = (tenant: OidcTenantView | undefined) => tenant && answerOf(site, tenant);
  const scopeOf = ({ organizationId }: AdminContext, { tenantId }: { readonly tenantId: string }): OidcTenantScope => ({
    organizationId,
    tenantId,
  });

  return [
    defineRoute({
      id: 'add-oidc-secret',
      method: 'POST',
      path: SECRETS,
      ...OWNER,
      title: 'Add a client secret',
      answer: OIDC_TENANT_SCHEMA,
      status: 201,
      body: inputSchema<{ readonly secret: string; readonly expiresAt?: string; readonly version: number }>(
        {
          secret: {
            type: 'string',
            minLength: 1,
            maxLength: 2048,
            writeOnly: true,
            description: 'a text that is not empty',
          },
          expiresAt: EXPIRY,
          version: VERSION,
        },
        ['secret', 'version'],
      ),
      handle: async (context, { params, body: { version, ...secret } }) =>
        answered(await tenants.addSecret(scopeOf(context, params), secret, tenantActor(context, version))),
    }),
    defineRoute({
      id: 'promote-oidc-secret',
      method: 'POST',
      path: `${SECRET}/promote`,
      ...OWNER,
      title: 'Try a client secret first',
      answer: OIDC_TENANT_SCHEMA,
      body: VERSIONED,
      handle: async (context, { params, body: { version } }) =>
        answered(await tenants.promoteSecret(scopeOf(context, params), params.secretId, tenantActor(context, version))),
    }),
    defineRoute({
      id: 'set-oidc-secret-expiry',
      method: 'PUT',
      path: SECRET,
      ...OWNER,
      title: 'Say when a client secret expires',
      answer: OIDC_TENANT_SCHEMA,
      body: inputSchema<{ readonly expiresAt: string | null; readonly version: number }>(
        { expiresAt: { anyOf: [EXPIRY, { type: 'null' }] }, version: VERSION },
        ['expiresAt', 'version'],
      ),
      handle: async (context, { params, body: { version, expiresAt } }) =>
        answered(
          await tenants.setSecretExpiry(
            scopeOf(context, params),
            params.secretId,
            expiresAt,
            tenantActor(context, version),
          ),
        ),
    }),
    defineRoute({
      id: 'remove-oidc-secret',
      method: 'DELETE',
      path: SECRET,
      ...OWNER,
      title: 'Remove a client secret',
      answer: OIDC_TENANT_SCHEMA,
      body: VERSIONED,
      handle: async (context, { params, body: { version } }) =>
        answered(await tenants.removeSecret(scopeOf(context, params), params.secretId, tenantActor(context, version))),
    }),
  ];
}
