import { randomUUID } from 'node:crypto';
import { reaches } from '../../admin/admin-access.js';
import type { AdminContext } from '../../admin/admin-route.js';
import { pathOf, type RouteTable } from '../../admin/route-table.js';
import { SCRIPT_ASSET, STYLESHEET_ASSET } from '../../portal/assets.js';
import type { PageView, SubmittedForm } from '../../portal/page-view.js';
import { PORTAL_PAGES } from '../../portal/portal.js';
import type { Storage } from '../../storage/storage.js';
import type { FormTokens } from './form-token.js';

type Texts = Readonly<Record<string, string>>;

/** What a page shows besides its data. */
export interface PageState {
  /** The address of the page below the mount, with its query. */
  readonly at: string;
  readonly done?: string | undefined;
  readonly submitted?: SubmittedForm;
}

/** Makes what pages are made with. */
interface PageViews {
  readonly assets: PageView['assets'];
  /** The path of a route, for whoever asks. */
  address(context: AdminContext, route: string, params: Texts, query: Texts): string;
  /** Whether there is such a page or form here, and whoever asks may use it. */
  may(context: AdminContext, route: string): boolean;
  make(context: AdminContext, more: PageState): Promise<PageView>;
}

interface PageViewsParts {
  readonly table: RouteTable;
  readonly baseUrl: string;
  readonly homeUrl: string | undefined;
  readonly tokens: FormTokens;
  readonly storage: Pick<Storage, 'organizations'>;
}

export function createPageViews({ table, baseUrl, homeUrl, tokens, storage }: PageViewsParts): PageViews {
  const mount = new URL(baseUrl).pathname.replace(/\/$/, '');
  const assets = {
    stylesheet: `${mount}/assets/${STYLESHEET_ASSET.name}`,
    script: `${mount}/assets/${SCRIPT_ASSET.name}`,
  };

  function address({ organizationId }: AdminContext, id: string, params: Texts, query: Texts): string {
    const route = table.byId(id);
    if (!route) throw new TypeError(`there is no route ${id}`);
    const search = new URLSearchParams(query).toString();
    return `${mount}${pathOf(route, { organizationId, ...params })}${search === '' ? '' : `?${search}`}`;
  }

  function may({ role, features }: AdminContext, id: string): boolean {
    const route = table.byId(id);
    if (!route || !reaches(role, route.role)) return false;
    const isShown = PORTAL_PAGES.has(id) || route.answer === 'csv' || id === 'start-test-sign-in';
    if (route.method === 'GET' && !isShown) return false;
    return route.needs === undefined || role === 'operator' || features.includes(route.needs);
  }

  return {
    assets,
    address,
    may,
    async make(context, { at, done, submitted }) {
      const organization = await storage.organizations.get(context.organizationId);
      let forms = 0;
      return {
        context,
        organizationName: organization?.name ?? context.organizationId,
        homeUrl,
        assets,
        link: (route, params = {}, query = {}) => address(context, route, params, query),
        here: (query) => `${mount}${withQuery(at, query)}`,
        may: (route) => may(context, route),
        formToken: tokens.issue(context),
        formKey: randomUUID,
        formId: () => {
          forms += 1;
          return `form-${forms}`;
        },
        submitted,
        done,
      };
    },
  };
}

/** The address with these parameters in place of its own of that name. What was just done is not told again. */
function withQuery(at: string, query: Texts): string {
  const [path = '', search = ''] = at.split(/\?(.*)/s);
  const parameters = new URLSearchParams(search);
  parameters.delete('done');
  for (const [name, value] of Object.entries(query)) parameters.set(name, value);
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}
