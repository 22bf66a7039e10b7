import type { NewTokenAnswer } from '../../admin/token-routes.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { copied, name } from '../text.js';

const of = (route: string): PortalPage =>
  definePage<NewTokenAnswer>({
    route,
    title: () => 'Your new token',
    render: (view, { directory, token, replaces }) => html`
<p class="notice"><strong>Copy it now.</strong> It is kept nowhere and is not shown again.</p>
<dl><dt>Token</dt><dd>${copied(token)}</dd><dt>Base URL</dt><dd>${copied(directory.baseUrl)}</dd></dl>
${
  replaces &&
  html`<p>${name(replaces.name)} works until you revoke it. Enter the new token at your identity provider first, and let it push once.</p>
${form(view, { action: 'revoke-token', params: { directoryId: directory.id, tokenId: replaces.id }, submit: 'Revoke the old token', danger: true })}`
}
<p><a href="${view.link('list-tokens', { directoryId: directory.id })}">Back to the tokens</a></p>`,
  });

/** The one page that shows a token, in the answer that makes it. */
export const newTokenPage: PortalPage = of('create-token');

/** The same for one that replaces another. */
export const rotatedTokenPage: PortalPage = of('rotate-token');
