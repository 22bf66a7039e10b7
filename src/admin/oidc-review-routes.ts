import type { OidcTenantState } from '../storage/oidc-tenant-record.js';
import type { OidcTenantView } from '../tenancy/tenant-view.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { OIDC_REQUESTS_SCHEMA, OIDC_TENANT_SCHEMA } from './answer-schemas/oidc-tenant-schemas.js';
import { answerOf, type OidcTenantAnswer } from './oidc-tenant-answer.js';
import { MESSAGE, VERSION } from './oidc-tenant-input.js';
import { tenantActor } from './oidc-tenant-routes.js';
import { PAGE, PAGE_SIZE, type PageQuery, pageOf } from './page-query.js';

const TENANT = '/organizations/{organizationId}/oidc-tenants/{tenantId}';
const OPERATOR = { role: 'operator', needs: 'oidc' } as const;

interface RequestQuery extends PageQuery {
  readonly state?: OidcTenantState;
}

/** Requests over all organizations, oldest first. */
export interface OidcRequests {
  readonly state: OidcTenantState;
  readonly items: readonly (OidcTenantAnswer & { readonly organizationName: string })[];
  readonly next?: string;
}

/** What operators decide about requests. */
export function oidcReviewRoutes(site: AdminSite): readonly AdminRoute[] {
  const { tenants, storage } = site;
  const answered = (tenant: OidcTenantView | undefined) => tenant && answerOf(site, tenant);
  const scopeOf = ({ organizationId }: AdminContext, { tenantId }: { readonly tenantId: string }) => ({
    organizationId,
    tenantId,
  });

  async function named(tenant: OidcTenantView) {
    const organization = await storage.organizations.get(tenant.organizationId);
    return { ...answerOf(site, tenant), organizationName: organization?.name ?? tenant.organizationId };
  }

  const told = inputSchema<{ readonly message: string; readonly version: number }>(
    { message: { ...MESSAGE, minLength: 1 }, version: VERSION },
    ['message', 'version'],
  );

  return [
    defineRoute({
      id: 'list-oidc-requests',
      method: 'GET',
      path: '/oidc-requests',
      ...OPERATOR,
      title: 'Requests of all organizations',
      answer: OIDC_REQUESTS_SCHEMA,
      query: inputSchema<RequestQuery>({
        ...PAGE,
        state: { enum: ['submitted', 'needs-information', 'active', 'rejected', 'disabled'] },
      }),
      handle: async (_, { query: { state = 'submitted', after = '', limit = PAGE_SIZE } }): Promise<OidcRequests> => {
        const page = await pageOf(() => tenants.listByState(state, { after, limit }));
        return { ...page, state, items: await Promise.all(page.items.map(named)) };
      },
    }),
    defineRoute({
      id: 'approve-oidc-tenant',
      method: 'POST',
      path: `${TENANT}/approve`,
      ...OPERATOR,
      title: 'Approve a request',
      answer: OIDC_TENANT_SCHEMA,
      body: inputSchema<{ readonly version: number }>({ version: VERSION }, ['version']),
      handle: async (context, { params, body: { version } }) =>
        answered(await tenants.approve(scopeOf(context, params), tenantActor(context, version))),
    }),
    defineRoute({
      id: 'ask-about-oidc-tenant',
      method: 'POST',
      path: `${TENANT}/ask`,
      ...OPERATOR,
      title: 'Ask for more information',
      answer: OIDC_TENANT_SCHEMA,
      body: told,
      handle: async (context, { params, body: { message, version } }) =>
        answered(await tenants.askForInformation(scopeOf(context, params), message, tenantActor(context, version))),
    }),
    defineRoute({
      id: 'reject-oidc-tenant',
      method: 'POST',
      path: `${TENANT}/reject`,
      ...OPERATOR,
      title: 'Reject a request for good',
      answer: OIDC_TENANT_SCHEMA,
      body: told,
      handle: async (context, { params, body: { message, version } }) =>
        answered(await tenants.reject(scopeOf(context, params), message, tenantActor(context, version))),
    }),
  ];
}
