import { limitExaminations } from '../tenancy/examination-limit.js';
import type { TenantExamination } from '../tenancy/tenant-examination.js';
import type { TenantActor } from '../tenancy/tenant-history.js';
import type { OidcTenantView } from '../tenancy/tenant-view.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import {
  OIDC_HISTORY_SCHEMA,
  OIDC_REPORT_SCHEMA,
  OIDC_TENANT_PLACE_SCHEMA,
  OIDC_TENANT_SCHEMA,
  OIDC_TENANTS_SCHEMA,
} from './answer-schemas/oidc-tenant-schemas.js';
import { answerOf, type OidcTenantAnswer } from './oidc-tenant-answer.js';
import { MESSAGE, TENANT_CHANGE, TENANT_REQUEST, TENANT_RESUBMISSION, VERSION } from './oidc-tenant-input.js';
import { PAGE, PAGE_SIZE, type PageQuery, pageOf, pageWithin } from './page-query.js';

const TENANTS = '/organizations/{organizationId}/oidc-tenants';
const TENANT = '/organizations/{organizationId}/oidc-tenants/{tenantId}';
const OWNER = { role: 'owner', needs: 'oidc' } as const;

/** All OIDC tenants of an organization. */
export interface OidcTenantsAnswer {
  readonly items: readonly OidcTenantAnswer[];
  readonly approval: 'operator' | 'proved-domains';
  readonly next?: string;
}

/** One OIDC tenant, and which of its domains a page shows. */
export interface OidcTenantPlace extends OidcTenantAnswer {
  readonly domainPage: { readonly shown: readonly string[]; readonly next?: string };
}

/** What came of looking at an identity provider. */
export type TenantReport = TenantExamination;

/** Who acts, as the life of tenants knows them. */
export function tenantActor({ actor, role }: AdminContext, ifVersion?: number): TenantActor {
  return {
    userId: actor.id,
    role: role === 'operator' ? 'operator' : 'organization',
    ...(ifVersion !== undefined && { ifVersion }),
  };
}

/** What an organization does with its OIDC tenants. */
export function oidcTenantRoutes(site: AdminSite): readonly AdminRoute[] {
  const { tenants } = site;
  const answered = (tenant: OidcTenantView | undefined) => tenant && answerOf(site, tenant);
  const look = site.examine && limitExaminations(site.examine, site.clock);

  async function examined({ id, organizationId, settings, domains }: OidcTenantView): Promise<TenantReport> {
    if (!look) throw new AdminProblem('not_now', { sentence: 'Identity providers are not looked at here.' });
    const provedDomains = domains.filter(({ state }) => state === 'proved').map(({ name }) => name);
    const someKey = { pem: '-----BEGIN PRIVATE KEY-----', algorithm: 'RS256' } as const;
    // Discovery shows no secret to anybody.
    const credentials = { clientSecrets: ['kept'], privateKey: someKey };
    return look({ ...settings, ...credentials, id, organizationId, provedDomains });
  }

  return [
    defineRoute({
      id: 'list-oidc-tenants',
      method: 'GET',
      path: TENANTS,
      ...OWNER,
      title: 'OIDC tenants of the organization',
      answer: OIDC_TENANTS_SCHEMA,
      query: inputSchema<PageQuery>(PAGE),
      async handle({ organizationId }, { query }): Promise<OidcTenantsAnswer> {
        const { items, ...more } = pageWithin(query, await tenants.list({ organizationId }));
        const { approval } = site.tenantPolicy;
        return { items: items.map((tenant) => answerOf(site, tenant)), ...more, approval };
      },
    }),
    defineRoute({
      id: 'submit-oidc-tenant',
      method: 'POST',
      path: TENANTS,
      ...OWNER,
      title: 'Request an OIDC tenant',
      answer: OIDC_TENANT_SCHEMA,
      body: TENANT_REQUEST,
      status: 201,
      handle: async (context, { body }) =>
        answered(await tenants.submit({ ...body, organizationId: context.organizationId }, tenantActor(context))),
    }),
    defineRoute({
      id: 'get-oidc-tenant',
      method: 'GET',
      path: TENANT,
      ...OWNER,
      title: 'One OIDC tenant',
      query: inputSchema<PageQuery>(PAGE),
      answer: OIDC_TENANT_PLACE_SCHEMA,
      async handle({ organizationId }, { params, query }): Promise<OidcTenantPlace | undefined> {
        const tenant = await tenants.get({ organizationId, tenantId: params.tenantId });
        if (!tenant) return undefined;
        const names = tenant.domains.map(({ name: id }) => ({ id }));
        const { items, next } = pageWithin(query, names);
        const shown = items.map(({ id }) => id);
        return { ...answerOf(site, tenant), domainPage: { shown, ...(next !== undefined && { next }) } };
      },
    }),
    defineRoute({
      id: 'change-oidc-tenant',
      method: 'PUT',
      path: TENANT,
      ...OWNER,
      title: 'Change an OIDC tenant',
      answer: OIDC_TENANT_SCHEMA,
      body: TENANT_CHANGE,
      handle: async (context, { params, body: { version, ...change } }) =>
        answered(
          await tenants.change(
            { organizationId: context.organizationId, tenantId: params.tenantId },
            change,
            tenantActor(context, version),
          ),
        ),
    }),
    defineRoute({
      id: 'resubmit-oidc-tenant',
      method: 'POST',
      path: `${TENANT}/resubmit`,
      ...OWNER,
      title: 'Answer what the operator has asked',
      answer: OIDC_TENANT_SCHEMA,
      body: TENANT_RESUBMISSION,
      handle: async (context, { params, body: { version, message, ...change } }) =>
        answered(
          await tenants.resubmit(
            { organizationId: context.organizationId, tenantId: params.tenantId },
            { change, ...(message !== undefined && message.trim() !== '' && { message }) },
            tenantActor(context, version),
          ),
        ),
    }),
    defineRoute({
      id: 'check-oidc-domains',
      method: 'POST',
      path: `${TENANT}/check-domains`,
      ...OWNER,
      title: 'Look the domains up now',
      answer: OIDC_TENANT_SCHEMA,
      handle: async ({ organizationId }, { params }) =>
        answered(await tenants.checkDomains({ organizationId, tenantId: params.tenantId })),
    }),
    defineRoute({
      id: 'renew-oidc-domain',
      method: 'POST',
      path: `${TENANT}/domains/{domain}/renew`,
      ...OWNER,
      title: 'Claim a domain anew',
      answer: OIDC_TENANT_SCHEMA,
      handle: async (context, { params }) =>
        answered(
          await tenants.renewDomain(
            { organizationId: context.organizationId, tenantId: params.tenantId },
            params.domain,
            tenantActor(context),
          ),
        ),
    }),
    defineRoute({
      id: 'examine-oidc-tenant',
      method: 'POST',
      path: `${TENANT}/examine`,
      ...OWNER,
      title: 'Look at the identity provider now',
      answer: OIDC_REPORT_SCHEMA,
      handle: async ({ organizationId }, { params }): Promise<TenantReport | undefined> => {
        const tenant = await tenants.get({ organizationId, tenantId: params.tenantId });
        return tenant && examined(tenant);
      },
    }),
    defineRoute({
      id: 'disable-oidc-tenant',
      method: 'POST',
      path: `${TENANT}/disable`,
      ...OWNER,
      title: 'Disable an OIDC tenant',
      answer: OIDC_TENANT_SCHEMA,
      body: inputSchema<{ readonly version: number; readonly message?: string }>(
        { version: VERSION, message: MESSAGE },
        ['version'],
      ),
      handle: async (context, { params, body: { version, message } }) =>
        answered(
          await tenants.disable(
            { organizationId: context.organizationId, tenantId: params.tenantId },
            tenantActor(context, version),
            message,
          ),
        ),
    }),
    defineRoute({
      id: 'enable-oidc-tenant',
      method: 'POST',
      path: `${TENANT}/enable`,
      ...OWNER,
      title: 'Enable an OIDC tenant again',
      answer: OIDC_TENANT_SCHEMA,
      body: inputSchema<{ readonly version: number }>({ version: VERSION }, ['version']),
      handle: async (context, { params, body: { version } }) =>
        answered(
          await tenants.enable(
            { organizationId: context.organizationId, tenantId: params.tenantId },
            tenantActor(context, version),
          ),
        ),
    }),
    defineRoute({
      id: 'read-oidc-history',
      method: 'GET',
      path: `${TENANT}/history`,
      ...OWNER,
      title: 'What happened to an OIDC tenant',
      answer: OIDC_HISTORY_SCHEMA,
      query: inputSchema<PageQuery>(PAGE),
      handle: async ({ organizationId }, { params, query }) => {
        const scope = { organizationId, tenantId: params.tenantId };
        const tenant = await tenants.get(scope);
        return tenant && pageOf(() => tenants.history(scope, { limit: PAGE_SIZE, ...query }));
      },
    }),
  ];
}
