import { activityRoutes } from './activity-routes.js';
import type { AdminRoute } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { conversionRoutes } from './conversion-routes.js';
import { directoryPolicyRoutes } from './directory-policy-routes.js';
import { directoryRoutes } from './directory-routes.js';
import { exportRoutes } from './export-routes.js';
import { guideRoutes } from './guide-routes.js';
import { inboxRoutes } from './inbox-routes.js';
import { mappingRoutes } from './mapping-routes.js';
import { oidcReviewRoutes } from './oidc-review-routes.js';
import { oidcSecretRoutes } from './oidc-secret-routes.js';
import { oidcTenantRoutes } from './oidc-tenant-routes.js';
import { overviewRoutes } from './overview-routes.js';
import { peopleRoutes } from './people-routes.js';
import { presetRoutes } from './preset-routes.js';
import { provisioningRoutes } from './provisioning-routes.js';
import { teamRoutes } from './team-routes.js';
import { testSignInRoutes } from './test-sign-in-routes.js';
import { tokenRoutes } from './token-routes.js';

/** Every operation of the administration. */
export function adminRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    ...overviewRoutes(site),
    ...oidcTenantRoutes(site),
    ...oidcSecretRoutes(site),
    ...oidcReviewRoutes(site),
    ...testSignInRoutes(site),
    ...directoryRoutes(site),
    ...tokenRoutes(site),
    ...provisioningRoutes(site),
    ...directoryPolicyRoutes(site),
    ...presetRoutes(site),
    ...conversionRoutes(site),
    ...mappingRoutes(site),
    ...inboxRoutes(site),
    ...peopleRoutes(site),
    ...teamRoutes(site),
    ...exportRoutes(site),
    ...activityRoutes(site),
    ...guideRoutes(site),
  ];
}
