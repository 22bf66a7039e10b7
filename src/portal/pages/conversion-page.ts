import type { ConversionAnswer } from '../../admin/conversion-routes.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { listTable } from '../list-table.js';
import { definePage, type PortalPage } from '../page-view.js';
import { count, name, plainName } from '../text.js';

const LINES = 'One a line: ada@acme.example, or Ada Lovelace <ada@acme.example>.';

/** Who is converted from manual to provisioned: exactly these people. */
export const conversionPage: PortalPage = definePage<ConversionAnswer>({
  route: 'list-conversion',
  title: ({ directory }) => `People to convert in ${plainName(directory.name)}`,
  render: (view, { directory, version, count: all, items, next, counts, mayChange }) => {
    const params = { directoryId: directory.id };
    return html`
<p>Exactly these people become provisioned when the identity provider pushes them. All others stay as they are. There ${all === 1 ? 'is' : 'are'} ${count(all, 'person', 'people')} on the list.</p>
${!counts && html`<p class="notice">This directory does not look at the list: by its policy, people of one address are one person.</p>`}
${listTable(
  'People to convert',
  ['Person', 'E-mail', 'State'],
  items.map(({ id, name: who, email, source }) => [
    who === undefined ? name(id) : html`<a href="${view.link('get-person', { userId: id })}">${name(who)}</a>`,
    email === undefined ? 'is here no more' : name(email),
    source === 'scim' ? 'converted' : 'waits for a push',
  ]),
)}
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More people</a></p>`}
${
  mayChange
    ? html`<section aria-labelledby="change"><h2 id="change">Change the list</h2>
${form(view, {
  action: 'change-conversion',
  method: 'PUT',
  params,
  hidden: { version: String(version) },
  submit: 'Save the list',
  fields: [
    { kind: 'long-text', name: 'add', label: 'Put on the list', hint: LINES },
    { kind: 'long-text', name: 'remove', label: 'Take off the list', hint: LINES },
  ],
})}</section>`
    : html`<p class="quiet">To change this, please contact support and name the exact people.</p>`
}
<p><a href="${view.link('get-provisioning', params)}">Back to the directory</a></p>`;
  },
});
