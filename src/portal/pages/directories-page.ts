import type { DirectoriesAnswer } from '../../admin/directory-routes.js';
import type { FormField } from '../field.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { copied, name, plainName } from '../text.js';

/** The SCIM directories of an organization, and the form for another one. */
export const directoriesPage: PortalPage = definePage<DirectoriesAnswer>({
  route: 'list-directories',
  title: () => 'Provisioning',
  render: (view, { items, kinds, mayCreate, reason, next }) => html`
${
  items.length > 0 &&
  html`<ul class="plain">${items.map(
    (
      directory,
    ) => html`<li><h2><a href="${view.link('get-provisioning', { directoryId: directory.id })}">${name(directory.name)}</a></h2>
<dl><dt>Base URL</dt><dd>${copied(directory.baseUrl)}</dd>${kinds.length > 1 && html`<dt>Kind</dt><dd>${name(kinds.find(({ kind }) => kind === directory.kind)?.label ?? directory.kind)}</dd>`}${directory.disabledAt !== undefined && html`<dt>State</dt><dd>disabled</dd>`}</dl></li>`,
  )}</ul>`
}
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More directories</a></p>`}
${reason !== undefined && html`<p>${reason}</p>`}
${
  mayCreate &&
  html`<section aria-labelledby="create"><h2 id="create">Create a SCIM directory</h2>
${form(view, { action: 'create-directory', submit: 'Create', fields: newDirectoryFields(kinds) })}</section>`
}`,
});

function newDirectoryFields(kinds: DirectoriesAnswer['kinds']): readonly FormField[] {
  const options = kinds.map(({ kind, label }) => ({ value: kind, label: plainName(label) }));
  const hint = 'Part of its address: it stays what it is made as.';
  return [
    {
      kind: 'text',
      name: 'name',
      label: 'Friendly name',
      hint: 'Such as the name of your identity provider.',
      required: true,
    },
    ...(kinds.length > 1 ? [{ kind: 'choice', name: 'kind', label: 'Kind', hint, options } as const] : []),
  ];
}
