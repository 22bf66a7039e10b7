import type { FormOutcome, PortalPage } from './page-view.js';
import { oidcTenantsPage } from './pages/oidc-tenants-page.js';
import { overviewPage } from './pages/overview-page.js';

const PAGES: readonly PortalPage[] = [overviewPage, oidcTenantsPage];

const OUTCOMES: Readonly<Record<string, FormOutcome>> = {
  'submit-oidc-tenant': {
    page: 'list-oidc-tenants',
    next: toPage('list-oidc-tenants'),
    done: 'Your request was submitted.',
  },
};

/** All pages, by the name of the route that they show. */
export const PORTAL_PAGES: ReadonlyMap<string, PortalPage> = new Map(PAGES.map((page) => [page.route, page]));

/** What becomes of forms, by the name of the route that takes them. */
export const FORM_OUTCOMES: ReadonlyMap<string, FormOutcome> = new Map(Object.entries(OUTCOMES));

function toPage(route: string): NonNullable<FormOutcome['next']> {
  return (_data, params) => ({ route, params });
}
