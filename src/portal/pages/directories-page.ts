import type { DirectoriesAnswer } from '../../admin/directory-routes.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { copied, name } from '../text.js';

/** The SCIM directories of an organization, and the form for another one. */
export const directoriesPage: PortalPage = definePage<DirectoriesAnswer>({
  route: 'list-directories',
  title: () => 'Provisioning',
  render: (view, { items, mayCreate, reason }) => html`
${
  items.length > 0 &&
  html`<ul class="plain">${items.map(
    (
      directory,
    ) => html`<li><h2><a href="${view.link('get-provisioning', { directoryId: directory.id })}">${name(directory.name)}</a></h2>
<dl><dt>Base URL</dt><dd>${copied(directory.baseUrl)}</dd>${directory.disabledAt !== undefined && html`<dt>State</dt><dd>disabled</dd>`}</dl></li>`,
  )}</ul>`
}
${reason !== undefined && html`<p>${reason}</p>`}
${
  mayCreate &&
  html`<section aria-labelledby="create"><h2 id="create">Create a SCIM directory</h2>
${form(view, { action: 'create-directory', submit: 'Create', fields: [{ kind: 'text', name: 'name', label: 'Friendly name', hint: 'Such as the name of your identity provider.', required: true }] })}</section>`
}`,
});
