import type { TokensAnswer } from '../../admin/token-routes.js';
import type { FormField } from '../field.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { copied, name, plainName, time } from '../text.js';

const SCOPES = [
  { value: 'users', label: 'Users' },
  { value: 'groups', label: 'Groups' },
  { value: 'users:read', label: 'Users, reading only' },
  { value: 'groups:read', label: 'Groups, reading only' },
] as const;

const EXPIRY: FormField = { kind: 'time', name: 'expiresAt', label: 'Expires (UTC)', hint: 'Optional.' };

/** The tokens of a directory, and the form for another one. */
export const tokensPage: PortalPage = definePage<TokensAnswer>({
  route: 'list-tokens',
  title: ({ directory }) => `Tokens of ${plainName(directory.name)}`,
  render: (view, { directory, items, next }) => {
    const directoryId = directory.id;
    return html`
<p>Your identity provider pushes to ${copied(directory.baseUrl)} with one of these tokens. Several may live at once.</p>
<ul class="plain">${items.map(
      ({
        id: tokenId,
        scopes,
        ...token
      }) => html`<li><h2>${name(token.name)} <span class="state state-${token.state}">${token.state}</span></h2>
<dl><dt>Created</dt><dd>${time(token.createdAt)}</dd><dt>Last used</dt><dd>${token.lastUsedAt === undefined ? 'never' : time(token.lastUsedAt)}</dd>
<dt>Expires</dt><dd>${token.expiresAt === undefined ? 'never' : time(token.expiresAt)}</dd><dt>May</dt><dd>${scopes?.join(', ') ?? 'everything'}</dd></dl>
${
  token.state !== 'revoked' &&
  html`<details${view.submitted?.params['tokenId'] === tokenId && html` open`}><summary>Replace or revoke</summary>
${form(view, { action: 'rotate-token', params: { directoryId, tokenId }, submit: 'Create the next token', fields: [{ kind: 'text', name: 'name', label: 'Name of the next token', value: token.name, required: true }, EXPIRY] })}
${form(view, { action: 'revoke-token', params: { directoryId, tokenId }, submit: 'Revoke this token', danger: true })}</details>`
}</li>`,
    )}</ul>
${next !== undefined && html`<p><a href="${view.here({ after: next })}">Older tokens</a></p>`}
<section aria-labelledby="create"><h2 id="create">Create a token</h2>
${form(view, {
  action: 'create-token',
  params: { directoryId },
  submit: '+ Create API Key',
  fields: [
    { kind: 'text', name: 'name', label: 'Friendly name', required: true },
    {
      kind: 'several',
      name: 'scopes',
      label: 'What it may do',
      hint: 'Everything, unless you choose.',
      options: SCOPES,
    },
    EXPIRY,
  ],
})}</section>`;
  },
});
