import type { AdminContext } from '../admin/admin-route.js';
import type { ConfigurationFault } from '../core/option-faults.js';
import type { Html } from './html.js';

/** What was sent with a form and could not be carried out; shown again as it was typed. */
export interface SubmittedForm {
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
  /** As sent, by name of the field. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly problem: ShownProblem;
}

/** A problem in words. */
export interface ShownProblem {
  readonly code: string;
  readonly sentence: string;
  /** Who can mend it, in words. */
  readonly mender: string;
  readonly faults: readonly ConfigurationFault[];
  readonly current: unknown;
  readonly requestId: string;
}

/** What a page is made with besides its data. */
export interface PageView {
  readonly context: AdminContext;
  readonly organizationName: string;
  /** The application that the pages are a part of. */
  readonly homeUrl: string | undefined;
  readonly assets: { readonly stylesheet: string; readonly script: string };
  /** The address of a route, for links and forms. Its name stands in for the path, which the route knows. */
  link(route: string, params?: Readonly<Record<string, string>>, query?: Readonly<Record<string, string>>): string;
  /** The address of this very page, with a further or another parameter. */
  here(query: Readonly<Record<string, string>>): string;
  /** Whether there is such a route here, and this person may use it. */
  may(route: string): boolean;
  readonly formToken: string;
  /** A new one for each form, so that one sent twice is carried out once. */
  formKey(): string;
  /** Names the next form of the page. */
  formId(): string;
  readonly submitted: SubmittedForm | undefined;
  /** What has just been done, as a sentence. */
  readonly done: string | undefined;
}

/** A page that shows what a route answers. */
export interface PortalPage {
  /** The name of the route: of method GET, or one whose answer is shown once instead of a redirect. */
  readonly route: string;
  title(data: unknown): string;
  render(view: PageView, data: unknown): Html;
}

/** What becomes of a form that was carried out. */
export interface FormOutcome {
  /** The page that the form is on, which shows it again when something is wrong. */
  readonly page: string;
  /** Where the browser goes on: a route with these parameters. Absent where the answer is shown at once. */
  readonly next?: (
    data: unknown,
    params: Readonly<Record<string, string>>,
  ) => { readonly route: string; readonly params: Readonly<Record<string, string>> };
  /** The page that asks, where somebody has to look at it first: it shows `current` of the problem. */
  readonly confirm?: string;
  /** What was done. */
  readonly done: string;
}

/** Declares a page, with its data in the type that the route answers. */
export function definePage<Data>(page: {
  readonly route: string;
  title(data: Data): string;
  render(view: PageView, data: Data): Html;
}): PortalPage {
  return {
    route: page.route,
    title: (data) => page.title(data as Data),
    render: (view, data) => page.render(view, data as Data),
  };
}
