import type { PageView } from './page-view.js';

/** The address that the address of a page goes on from. */
export function pageAbove(view: PageView): string {
  const [address = ''] = view.here({}).split('?');
  return address.replace(/\/[^/]*$/, '');
}
