import type { ProvisioningAnswer } from '../../admin/provisioning-routes.js';
import { form } from '../form.js';
import { type Html, html } from '../html.js';
import { definePage, type PageView, type PortalPage } from '../page-view.js';
import { copied, name, plainName, time } from '../text.js';

const SWITCH = [
  { value: 'on', label: 'On' },
  { value: 'refuse', label: 'Off' },
] as const;

/** One SCIM directory: its base URL, its name, and how it provisions. */
export const provisioningPage: PortalPage = definePage<ProvisioningAnswer>({
  route: 'get-provisioning',
  title: ({ directory }) => `Directory: ${plainName(directory.name)}`,
  render: (view, answer) => {
    const { directory, policy, mode, version, mayChangePolicy } = answer;
    const params = { directoryId: directory.id };
    const ofDirectory = { version: directory.version };
    const hidden = { version: String(version) };
    return html`
<dl><dt>Name</dt><dd>${name(directory.name)}</dd><dt>Base URL</dt><dd>${copied(directory.baseUrl)}</dd><dt>Mode</dt><dd>${mode}</dd>
${directory.disabledAt !== undefined && html`<dt>Disabled</dt><dd>${time(directory.disabledAt)}</dd>`}</dl>
<section aria-labelledby="switches"><h2 id="switches">What the identity provider may do</h2>
${form(view, {
  action: 'change-provisioning',
  method: 'PUT',
  params,
  hidden,
  submit: 'Save',
  fields: [
    { kind: 'choice', name: 'autoProvision', label: 'Add people', options: SWITCH, value: policy.autoProvision },
    {
      kind: 'choice',
      name: 'autoDeprovision',
      label: 'Deactivate and delete people',
      options: SWITCH,
      value: policy.autoDeprovision,
    },
  ],
})}</section>
<section aria-labelledby="phones"><h2 id="phones">Phone numbers</h2>
<dl><dt>People may change their own</dt><dd>${policy.phoneChange ? 'yes' : 'no'}</dd><dt>They must confirm it</dt><dd>${policy.phoneConfirmation ? 'yes' : 'no'}</dd></dl>
${mayChangePolicy ? phoneForm(view, answer) : html`<p class="quiet">To change this, please contact support.</p>`}</section>
${mayChangePolicy && conversion(view, answer)}
<section aria-labelledby="rename"><h2 id="rename">Name and state</h2>
${form(view, { action: 'change-directory', method: 'PUT', params, hidden: ofDirectory, submit: 'Rename', fields: [{ kind: 'text', name: 'name', label: 'Friendly name', value: directory.name, required: true }] })}
${directory.disabledAt === undefined ? form(view, { action: 'disable-directory', params, hidden: ofDirectory, submit: 'Disable this directory', danger: true }) : form(view, { action: 'enable-directory', params, hidden: ofDirectory, submit: 'Enable this directory again' })}
</section>`;
  },
});

function phoneForm(view: PageView, { directory, version, policy }: ProvisioningAnswer): Html {
  return form(view, {
    action: 'change-provisioning-policy',
    method: 'PUT',
    params: { directoryId: directory.id },
    hidden: { version: String(version) },
    submit: 'Save phone settings',
    fields: [
      {
        kind: 'yes-no',
        name: 'policy.phoneChange',
        label: 'People may change their own number',
        value: policy.phoneChange,
      },
      {
        kind: 'yes-no',
        name: 'policy.phoneConfirmation',
        label: 'They must confirm it',
        value: policy.phoneConfirmation,
      },
    ],
  });
}

function conversion(view: PageView, { directory, version, convert }: ProvisioningAnswer): Html {
  return html`<section aria-labelledby="convert"><h2 id="convert">Convert people</h2>
<p>Exactly these people become provisioned when the identity provider pushes them. All others stay as they are.</p>
${form(view, {
  action: 'change-conversion',
  method: 'PUT',
  params: { directoryId: directory.id },
  hidden: { version: String(version) },
  submit: 'Save the list',
  fields: [
    { kind: 'long-text', name: 'userIds', label: 'Ids of users, one a line', value: convert.slice(0, 1000).join('\n') },
  ],
})}</section>`;
}
