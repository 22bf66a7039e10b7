import type { PageView } from './page-view.js';

/** The address of a page, without its query. */
export function pageAddress(view: PageView): string {
  return view.here({}).split('?')[0] ?? '';
}

/** The address that the address of a page goes on from. */
export function pageAbove(view: PageView): string {
  return pageAddress(view).replace(/\/[^/]*$/, '');
}
