import type { AdminRoute } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { oidcTenantRoutes } from './oidc-tenant-routes.js';
import { overviewRoutes } from './overview-routes.js';

/** Every operation of the administration. */
export function adminRoutes(site: AdminSite): readonly AdminRoute[] {
  return [...overviewRoutes(site), ...oidcTenantRoutes(site)];
}
