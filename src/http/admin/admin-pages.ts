import type { Request, Response } from 'express';
import { AdminProblem, asProblem } from '../../admin/admin-problem.js';
import type { AdminContext } from '../../admin/admin-route.js';
import type { CsvExport } from '../../admin/csv-export.js';
import { type FoundRoute, pathOf, type RouteTable } from '../../admin/route-table.js';
import type { Html } from '../../portal/html.js';
import { layout, problemPage } from '../../portal/layout.js';
import type { FormOutcome, PortalPage } from '../../portal/page-view.js';
import { FORM_OUTCOMES, PORTAL_PAGES } from '../../portal/portal.js';
import type { Storage } from '../../storage/storage.js';
import { noRoute, nothing } from './admin-api.js';
import { readFormBody } from './admin-body.js';
import { admit } from './admin-gate.js';
import type { AdminRouterOptions } from './admin-router-options.js';
import { refuseOtherSites } from './cross-site-check.js';
import { writeCsv } from './csv-writer.js';
import type { FormTokens } from './form-token.js';
import { type FormValues, formValues, valueFrom } from './form-values.js';
import type { Once } from './once.js';
import { createPageViews, type PageState } from './page-views.js';
import { shownProblem } from './page-words.js';
import { redirect, writePage } from './page-writer.js';
import { queryText } from './path-segments.js';

/** The half of the administration that browsers see. */
interface AdminPages {
  answer(request: Request, response: Response, segments: readonly string[], requestId: string): Promise<void>;
  refuse(response: Response, problem: AdminProblem, requestId: string): void;
}

interface AdminPagesParts {
  readonly table: RouteTable;
  readonly settings: AdminRouterOptions;
  readonly once: Once;
  readonly storage: Storage;
  readonly tokens: FormTokens;
  readonly note: (problem: AdminProblem, requestId: string) => void;
}

/** What the library adds to the fields of a form. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['_token', '_key']);
/** What it adds to the query of a page. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set(['done', 'method']);
/** Where people begin: the first that they may see. */
const HOMES = ['list-oidc-requests', 'read-overview', 'list-people'] as const;
const FORM_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'DELETE']);

export function createAdminPages({ table, settings, once, storage, tokens, note }: AdminPagesParts): AdminPages {
  const { authorize, baseUrl, signInUrl, homeUrl } = settings;
  const views = createPageViews({ table, baseUrl, homeUrl, tokens, storage });

  async function home(request: Request, response: Response, requestId: string): Promise<void> {
    const context = await admit(request, authorize, { route: { role: 'member' }, params: {} }, requestId);
    const first = HOMES.find((route) => views.may(context, route));
    if (first === undefined) throw new AdminProblem('forbidden');
    redirect(response, views.address(context, first, {}, {}));
  }

  async function show(request: Request, response: Response, found: FoundRoute, requestId: string): Promise<void> {
    if (found.route.id === 'start-test-sign-in') return leave(request, response, found, requestId);
    if (found.route.answer === 'csv') return send(request, response, found, requestId);
    const page = PORTAL_PAGES.get(found.route.id);
    if (!page) throw new AdminProblem('not_found');
    const context = await admit(request, authorize, found, requestId);
    const query = formValues(queryText(request.url));
    const done = FORM_OUTCOMES.get(query.get('done')?.at(-1) ?? '')?.done;
    const data = await read(context, found, without(query, OWN_PARAMETERS));
    writePage(response, 200, await rendered(context, page, data, { at: request.url, done }));
  }

  /** Sends the browser to the identity provider. A link and no form: pages lead forms nowhere else. */
  async function leave(request: Request, response: Response, found: FoundRoute, requestId: string): Promise<void> {
    const context = await admit(request, authorize, found, requestId);
    const site = request.get('sec-fetch-site');
    if (site !== undefined && site !== 'same-origin') throw new AdminProblem('cross_site');
    await read(context, found, new Map());
    await settings.startTestSignIn?.(request, response, found.params['tenantId'] ?? '');
  }

  /** A file: the page that links to it stays where it is. */
  async function send(request: Request, response: Response, found: FoundRoute, requestId: string): Promise<void> {
    const context = await admit(request, authorize, found, requestId);
    const data = await read(context, found, formValues(queryText(request.url)));
    await writeCsv(request, response, data as CsvExport);
  }

  async function read(context: AdminContext, { route, params }: FoundRoute, query: FormValues): Promise<unknown> {
    const input = { params, query: route.query.parse(valueFrom(query, route.query.schema)), body: {} };
    const data = await route.handle(context, input);
    if (data === undefined) throw new AdminProblem('not_found');
    return data;
  }

  async function rendered(context: AdminContext, page: PortalPage, data: unknown, more: PageState): Promise<Html> {
    const view = await views.make(context, more);
    return layout(view, page.title(data), page.render(view, data));
  }

  async function take(request: Request, response: Response, found: FoundRoute, requestId: string): Promise<void> {
    const { route, params } = found;
    const outcome = FORM_OUTCOMES.get(route.id);
    if (!outcome) throw new AdminProblem('not_found');
    const context = await admit(request, authorize, found, requestId);
    refuseOtherSites(request, baseUrl);
    const values = await readFormBody(request);
    const token = tokens.check(context, values.get('_token')?.at(-1) ?? '');
    // What somebody else may have filled in is not shown to this person.
    if (token === 'false') throw new AdminProblem('cross_site');
    try {
      if (token === 'late') throw new AdminProblem('form_expired');
      const data = await carryOut(context, found, values);
      if (outcome.next) return redirect(response, next(context, route.id, outcome.next(data, params)));
      const page = PORTAL_PAGES.get(route.id);
      if (!page) throw new TypeError(`nothing shows what ${route.id} answers`);
      writePage(response, route.status ?? 200, await rendered(context, page, data, { at: request.url }));
    } catch (thrown) {
      const problem = asProblem(thrown);
      note(problem, requestId);
      await showAgain(response, context, found, outcome, { values, problem });
    }
  }

  async function carryOut(context: AdminContext, { route, params }: FoundRoute, values: FormValues): Promise<unknown> {
    const given = without(values, OWN_FIELDS);
    const body = route.body
      ? route.body.parse(valueFrom(given, route.body.schema))
      : nothing(Object.fromEntries(given));
    await once(context, route.id, values.get('_key')?.at(-1) ?? '');
    const data = await route.handle(context, { params, query: {}, body });
    if (data === undefined) throw new AdminProblem('not_found');
    return data;
  }

  /** The page that the form is on, with what was typed and what is wrong with it. */
  async function showAgain(
    response: Response,
    context: AdminContext,
    { route, params }: FoundRoute,
    { page: pageRoute, confirm }: FormOutcome,
    { values, problem }: { readonly values: FormValues; readonly problem: AdminProblem },
  ): Promise<void> {
    const { requestId } = context;
    const isQuestion = problem.code === 'needs_confirmation' && confirm !== undefined;
    const page = PORTAL_PAGES.get(isQuestion ? confirm : pageRoute);
    const reader = table.byId(pageRoute);
    if (!page || !reader) throw problem;
    const shown = shownProblem(problem, requestId);
    const submitted = { action: route.id, params, values: without(values, OWN_FIELDS), problem: shown };
    const data = isQuestion
      ? problem.current
      : await read(context, { route: reader, params }, new Map()).catch(() => {
          // What keeps the page from being shown is most often what kept the form from being carried out.
          throw problem;
        });
    setRetry(response, problem);
    writePage(response, problem.status, await rendered(context, page, data, { at: pathOf(reader, params), submitted }));
  }

  function next(context: AdminContext, done: string, { route, params }: ReturnType<NonNullable<FormOutcome['next']>>) {
    return views.address(context, route, params, { done });
  }

  return {
    async answer(request, response, segments, requestId) {
      if (request.method === 'GET' || request.method === 'HEAD') {
        if (segments.length === 0) return home(request, response, requestId);
        const found = table.find('GET', segments);
        if ('allowed' in found) throw noRoute(response, found.allowed);
        return show(request, response, found, requestId);
      }
      if (request.method !== 'POST') throw new AdminProblem('method_unknown');
      const method = formValues(queryText(request.url)).get('method')?.at(-1) ?? 'POST';
      const found = table.find(FORM_METHODS.has(method) ? method : 'POST', segments);
      if ('allowed' in found) throw noRoute(response, found.allowed);
      return take(request, response, found, requestId);
    },

    refuse(response, problem, requestId) {
      setRetry(response, problem);
      const home = homeUrl === undefined ? [] : [{ label: 'Back to the application', url: homeUrl }];
      const signIn =
        problem.code === 'not_signed_in' && signInUrl !== undefined ? [{ label: 'Sign in', url: signInUrl }] : [];
      const shown = shownProblem(problem, requestId);
      writePage(response, problem.status, problemPage(views.assets, shown, [...signIn, ...home]));
    },
  };
}

function without(values: FormValues, names: ReadonlySet<string>): FormValues {
  return new Map([...values].filter(([name]) => !names.has(name)));
}

function setRetry(response: Response, { retryAfter }: AdminProblem): void {
  if (retryAfter !== undefined) response.set('Retry-After', String(Math.ceil(retryAfter)));
}
