import { type Html, html } from './html.js';
import { pageAddress } from './page-address.js';
import type { PageView } from './page-view.js';

const PARTS: readonly (readonly [route: string, label: string])[] = [
  ['get-provisioning', 'Settings'],
  ['read-directory-policy', 'Policy'],
  ['list-tokens', 'Tokens'],
  ['list-groups', 'Groups and what they give'],
  ['list-conversion', 'People to convert'],
  ['list-holds', 'Removals that wait'],
  ['list-activity', 'Activity'],
  ['read-directory-health', 'Health'],
];

/** On the pages of a directory, the way to its others. */
export function partsOfDirectory(view: PageView): Html | undefined {
  const address = pageAddress(view);
  const all = `${view.link('list-directories')}/`;
  if (!address.startsWith(all)) return undefined;
  const [segment = ''] = address.slice(all.length).split('/');
  const params = { directoryId: decodeURIComponent(segment) };
  const links = PARTS.filter(([route]) => view.may(route)).map(([route, label]) => {
    const url = view.link(route, params);
    return html`<li><a href="${url}"${`${address}/`.startsWith(`${url}/`) && html` aria-current="true"`}>${label}</a></li>`;
  });
  return html`<nav class="parts" aria-label="Directory"><ul>${links}</ul></nav>`;
}
