import type { Request } from 'express';
import { reaches } from '../../admin/admin-access.js';
import { AdminProblem } from '../../admin/admin-problem.js';
import type { AdminContext, AdminRoute } from '../../admin/admin-route.js';
import type { AdminRouterOptions } from './admin-router-options.js';

/**
 * Finds out who asks, and lets only those through who may use the route in this organization.
 * @throws {AdminProblem} `not_signed_in`, `forbidden`, `not_found`, `feature_missing`
 */
export async function admit(
  request: Request,
  authorize: AdminRouterOptions['authorize'],
  {
    route,
    params,
  }: { readonly route: Pick<AdminRoute, 'role' | 'needs'>; readonly params: Readonly<Record<string, string>> },
  requestId: string,
): Promise<AdminContext> {
  const { organizationId: asked } = params;
  const access = await authorize(request, asked);
  if (!access) throw new AdminProblem('not_signed_in');
  const isOperator = access.role === 'operator';
  if (asked !== undefined && asked !== access.organizationId && !isOperator) throw new AdminProblem('not_found');
  if (!reaches(access.role, route.role)) throw new AdminProblem('forbidden');
  if (route.needs !== undefined && !isOperator && !access.features.includes(route.needs)) {
    throw new AdminProblem('feature_missing');
  }
  return { ...access, organizationId: asked ?? access.organizationId, requestId };
}
