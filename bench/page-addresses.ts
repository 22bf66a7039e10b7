import type { PagePlaces } from './page-organization.js';
import { BUSY_CALL, BUSY_PERSON, callId, pageGroupId, pageTeamId, personId } from './page-population.js';

/** One way of looking at a page. */
export interface PageView {
  /** Of the operation, with what is special about this view. */
  readonly name: string;
  readonly operation: string;
  readonly query: string;
  /** Whether it is the page in the middle of the list. */
  readonly isMiddle: boolean;
  readonly role: 'owner' | 'operator';
  readonly params: Readonly<Record<string, string>>;
}

type ViewWish = Partial<Omit<PageView, 'name' | 'operation'>> & { readonly what?: string };

const MIDDLE: ViewWish = { what: 'in the middle', isMiddle: true };
const BUSY: ViewWish = { what: 'somebody with many entries', params: { userId: BUSY_PERSON, teamId: pageTeamId(0) } };
const asked = (query: string, more: ViewWish = {}): ViewWish => ({ what: query.replaceAll('&', ', '), query, ...more });

/** How each page is looked at. Whatever the route table has and this has not ends the run. */
const VIEWS: Readonly<Record<string, readonly ViewWish[]>> = {
  'read-overview': [{}],
  'list-oidc-tenants': [{}],
  'get-oidc-tenant': [{}],
  'read-oidc-history': [{}, MIDDLE],
  'list-oidc-requests': [{ role: 'operator' }],
  'list-directories': [{}],
  'read-directory-policy': [{}, { what: 'for operators', role: 'operator' }],
  'list-presets': [{ role: 'operator' }],
  'read-preset': [{ role: 'operator' }],
  'get-provisioning': [{}, { what: 'for operators', role: 'operator' }],
  'list-tokens': [{}],
  'list-groups': [{}, MIDDLE],
  'get-group': [{}],
  'list-teams': [{}, MIDDLE],
  'list-conversion': [{ role: 'operator' }],
  'list-conflicts': [{}, MIDDLE],
  'list-holds': [{}],
  'list-people': [
    {},
    MIDDLE,
    ...['manual', 'scim', 'login'].map((source) => asked(`source=${source}`)),
    ...['manual', 'pending', 'active', 'deactivated'].map((state) => asked(`state=${state}`)),
    asked('source=scim&state=pending'),
    asked('source=scim&state=active', { isMiddle: true }),
    asked('source=login&state=deactivated'),
  ],
  'get-person': [{}, BUSY],
  'explain-membership': [{}, BUSY],
  'list-activity': [
    {},
    MIDDLE,
    asked('show=newest&span=day'),
    asked('show=newest&span=month', { isMiddle: true }),
    asked('show=failures'),
  ],
  'get-activity': [
    {},
    { what: 'that set off much', params: { requestId: BUSY_CALL } },
    { what: 'that set off much', isMiddle: true, params: { requestId: BUSY_CALL } },
  ],
  'read-directory-health': [{}],
  'list-setup-guides': [{}],
  'read-setup-guide': [{}],
};

/** Operations without a page: one is data for programs, the next sends the browser away, and the others are files. */
const WITHOUT_PAGE: ReadonlySet<string> = new Set([
  'get-directory',
  'start-test-sign-in',
  'export-people',
  'export-activity',
]);

/** What names in braces stand for, unless a view says otherwise. */
function paramsIn({ organizationId, directoryId, tenantId }: PagePlaces): Readonly<Record<string, string>> {
  return {
    organizationId,
    directoryId,
    tenantId,
    groupId: pageGroupId(1),
    userId: personId(7),
    teamId: pageTeamId(0),
    requestId: callId(20),
    provider: 'entra',
    preset: 'all-quiet',
  };
}

/** All views, in the order of the table above. */
export const PAGE_VIEWS: readonly PageView[] = Object.entries(VIEWS).flatMap(([operation, wishes]) =>
  wishes.map(({ what, query = '', isMiddle = false, role = 'owner', params = {} }) => ({
    name: `page: ${[operation, what, isMiddle && what !== MIDDLE.what && 'in the middle'].filter(Boolean).join(', ')}`,
    operation,
    query,
    isMiddle,
    role,
    params,
  })),
);

/** The paths of the route table's operations of method GET, by their names. */
export type PagePaths = ReadonlyMap<string, string>;

/** Reads them from the description of the API. @throws {Error} where a page is not looked at, or is no more. */
export function readPaths(description: string): PagePaths {
  const { paths } = JSON.parse(description) as {
    readonly paths: Readonly<Record<string, { readonly get?: { readonly operationId: string } }>>;
  };
  const found = new Map(Object.entries(paths).flatMap(([path, { get }]) => (get ? [[get.operationId, path]] : [])));
  const missing = [...found.keys()].filter((name) => !(name in VIEWS) && !WITHOUT_PAGE.has(name));
  const gone = Object.keys(VIEWS).filter((name) => !found.has(name));
  if (missing.length + gone.length === 0) return found;
  throw new Error(
    `bench/page-addresses.ts does not know ${missing.join(', ')}; not there any more: ${gone.join(', ')}`,
  );
}

/** The address of a view in an organization, below the pages or below the API. */
export function addressOf({ operation, params, query }: PageView, paths: PagePaths, places: PagePlaces): string {
  const values = { ...paramsIn(places), ...params };
  const path = (paths.get(operation) ?? '').replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
  return `${path}${query === '' ? '' : `?${query}`}`;
}
