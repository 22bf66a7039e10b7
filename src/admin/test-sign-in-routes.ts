import { AdminProblem } from './admin-problem.js';
import type { AdminRoute } from './admin-route.js';
import { defineRoute } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { TEST_SIGN_IN_SCHEMA } from './answer-schemas/oidc-tenant-schemas.js';

/** The trial of a tenant before it is approved; none where the host offers no test sign-in. */
export function testSignInRoutes({ tenants, testSignInUrl }: AdminSite): readonly AdminRoute[] {
  if (!testSignInUrl) return [];
  return [
    defineRoute({
      id: 'start-test-sign-in',
      method: 'GET',
      path: '/organizations/{organizationId}/oidc-tenants/{tenantId}/test-sign-in',
      role: 'owner',
      needs: 'oidc',
      title: 'Where a browser begins a test sign-in, which signs nobody in',
      answer: TEST_SIGN_IN_SCHEMA,
      async handle({ organizationId }, { params: { tenantId } }) {
        const tenant = await tenants.get({ organizationId, tenantId });
        if (tenant?.state === 'rejected') throw new AdminProblem('not_now', { sentence: 'This request was rejected.' });
        return tenant && { url: testSignInUrl({ organizationId, tenantId }) };
      },
    }),
  ];
}
