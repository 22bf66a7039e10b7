import type { ProvisioningAnswer } from '../../admin/provisioning-routes.js';
import type { FormField } from '../field.js';
import { form } from '../form.js';
import { type Html, html } from '../html.js';
import { definePage, type PageView, type PortalPage } from '../page-view.js';
import { PROVISIONING_POINTS, valueOptions, valueWords } from '../policy-words.js';
import { copied, name, plainName, time } from '../text.js';

/** One SCIM directory: its base URL, its name, and how it provisions. */
export const provisioningPage: PortalPage = definePage<ProvisioningAnswer>({
  route: 'get-provisioning',
  title: ({ directory }) => `Directory: ${plainName(directory.name)}`,
  render: (view, answer) => {
    const { directory, kind, policy, mode, version, converts, mayChangePolicy } = answer;
    const params = { directoryId: directory.id };
    const ofDirectory = { version: directory.version };
    const hidden = { version: String(version) };
    return html`
<dl><dt>Name</dt><dd>${name(directory.name)}</dd><dt>Base URL</dt><dd>${copied(directory.baseUrl)}</dd>${kind && html`<dt>Kind</dt><dd>${name(kind.label)}</dd>`}<dt>Mode</dt><dd>${mode}</dd><dt>People to convert</dt><dd>${converts}</dd>
${directory.disabledAt !== undefined && html`<dt>Disabled</dt><dd>${time(directory.disabledAt)}</dd>`}</dl>
<section aria-labelledby="switches"><h2 id="switches">What the identity provider may do</h2>
${form(view, {
  action: 'change-provisioning',
  method: 'PUT',
  params,
  hidden,
  submit: 'Save',
  fields: [choiceOf('autoProvision', policy), choiceOf('autoDeprovision', policy)],
})}</section>
<section aria-labelledby="phones"><h2 id="phones">Phone numbers</h2>
<dl><dt>People may change their own</dt><dd>${policy.phoneChange ? 'yes' : 'no'}</dd><dt>${PROVISIONING_POINTS.phoneConfirmation.question}</dt><dd>${policy.phoneConfirmation ? 'yes' : 'no'}</dd><dt>${PROVISIONING_POINTS.pushedPhones.question}</dt><dd>${valueWords(PROVISIONING_POINTS.pushedPhones, policy.pushedPhones)}</dd></dl>
${mayChangePolicy ? phoneForm(view, answer) : html`<p class="quiet">To change this, please contact support.</p>`}</section>
${attributeRoles(view, answer)}
<section aria-labelledby="rename"><h2 id="rename">Name and state</h2>
${form(view, { action: 'change-directory', method: 'PUT', params, hidden: ofDirectory, submit: 'Rename', fields: [{ kind: 'text', name: 'name', label: 'Friendly name', value: directory.name, required: true }] })}
${directory.disabledAt === undefined ? form(view, { action: 'disable-directory', params, hidden: ofDirectory, submit: 'Disable this directory', danger: true }) : form(view, { action: 'enable-directory', params, hidden: ofDirectory, submit: 'Enable this directory again' })}
</section>`;
  },
});

/** A point of the policy, asked about as on its own page. */
function choiceOf(
  point: 'autoProvision' | 'autoDeprovision' | 'pushedPhones',
  policy: ProvisioningAnswer['policy'],
): FormField {
  const words = PROVISIONING_POINTS[point];
  return { kind: 'choice', name: point, label: words.question, options: valueOptions(words), value: policy[point] };
}

function phoneForm(view: PageView, { directory, version, policy, phoneCountry = '' }: ProvisioningAnswer): Html {
  return form(view, {
    action: 'change-phone-settings',
    method: 'PUT',
    params: { directoryId: directory.id },
    hidden: { version: String(version) },
    submit: 'Save phone settings',
    fields: [
      {
        kind: 'yes-no',
        name: 'phoneChange',
        label: PROVISIONING_POINTS.phoneChange.question,
        value: policy.phoneChange,
      },
      {
        kind: 'yes-no',
        name: 'phoneConfirmation',
        label: PROVISIONING_POINTS.phoneConfirmation.question,
        hint: 'Recommended: a number counts only then.',
        value: policy.phoneConfirmation,
      },
      choiceOf('pushedPhones', policy),
      {
        kind: 'text',
        name: 'phoneCountry',
        label: 'Country of numbers without country code',
        hint: 'Two capital letters, such as DE. Empty: such numbers cannot be read.',
        value: phoneCountry,
      },
    ],
  });
}

/** What only an owner may allow: that an attribute, which the identity provider fills in, makes administrators or owners. */
function attributeRoles(view: PageView, answer: ProvisioningAnswer): Html | false {
  const { directory, policy, roles, attributeRoles: allowed, version } = answer;
  if (policy.roleAttribute === '') return false;
  const privileged = roles.organization.filter((role) => role.privileged).map(({ name: role }) => role);
  return html`<section aria-labelledby="attribute"><h2 id="attribute">Roles by attribute</h2>
<p>The attribute ${copied(policy.roleAttribute)} of a pushed person names a role in the organization. A privileged role counts only where an owner allows it: ${allowed.length === 0 ? 'none is' : allowed.join(', ')}.</p>
${
  view.context.role === 'owner' &&
  form(view, {
    action: 'change-attribute-roles',
    method: 'PUT',
    params: { directoryId: directory.id },
    // Sent along empty, so that nothing ticked means none.
    hidden: { version: String(version), roles: '' },
    submit: 'Save these roles',
    fields: [
      {
        kind: 'several',
        name: 'roles',
        label: 'The attribute may give',
        options: [...new Set([...privileged, ...allowed])].map((value) => ({ value, label: plainName(value) })),
        values: allowed,
      },
    ],
  })
}</section>`;
}
