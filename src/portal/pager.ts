import { type Html, html } from './html.js';
import type { PageView } from './page-view.js';

type Texts = Readonly<Record<string, string>>;

/** Links to the next part of a long list, and back to its start. */
export function pager(
  view: PageView,
  route: string,
  {
    next,
    params = {},
    query = {},
  }: { readonly next: string | undefined; readonly params?: Texts; readonly query?: Texts },
): Html | undefined {
  if (next === undefined) return undefined;
  return html`<nav aria-label="Pages"><p><a href="${view.link(route, params, { ...query, after: next })}" rel="next">Next page</a> · <a href="${view.link(route, params, query)}">First page</a></p></nav>`;
}
