import type { DirectoryPolicyAnswer } from '../../admin/directory-policy-routes.js';
import type { FormField } from '../field.js';
import { form } from '../form.js';
import { type Html, html } from '../html.js';
import { definePage, type PageView, type PortalPage } from '../page-view.js';
import { policyFields } from '../policy-fields.js';
import { type PointWords, PROVISIONING_POINTS, SCIM_POINTS, valueWords } from '../policy-words.js';
import { plainName } from '../text.js';

const STANDARD_TYPES = ['User', 'Group'] as const;
const TYPE_LABELS: Readonly<Record<string, string>> = { User: 'People', Group: 'Groups' };

/** How a directory answers, and what follows for people: what it differs in, point by point. */
export const directoryPolicyPage: PortalPage = definePage<DirectoryPolicyAnswer>({
  route: 'read-directory-policy',
  title: ({ directory }) => `Policy of ${plainName(directory.name)}`,
  render: (view, answer) => {
    const { directory, scim, provisioning } = answer;
    const params = { directoryId: directory.id };
    return html`
<p>The application has an answer to each of these. Choose another one where your identity provider, or you, need it.</p>
${view.may('list-presets') && html`<p><a href="${view.link('list-presets', params)}">Behave as a product does</a></p>`}
<section aria-labelledby="scim"><h2 id="scim">What the identity provider is answered</h2>
${form(view, {
  action: 'change-directory-policy',
  method: 'PUT',
  params,
  // Sent along empty, so that nothing ticked means all.
  hidden: { version: directory.version, resourceTypes: '' },
  submit: 'Save these answers',
  label: 'What the identity provider is answered',
  fields: [typesField(directory.resourceTypes), ...policyFields(SCIM_POINTS, scim)],
})}</section>
${provisioning && people(view, params, provisioning)}
<p><a href="${view.link('get-provisioning', params)}">Back to the directory</a></p>`;
  },
});

function typesField(resourceTypes: readonly string[] | undefined): FormField {
  const all = [...new Set([...STANDARD_TYPES, ...(resourceTypes ?? [])])];
  return {
    kind: 'several',
    name: 'resourceTypes',
    label: 'What it takes',
    hint: 'Everything, unless you choose.',
    options: all.map((value) => ({ value, label: TYPE_LABELS[value] ?? plainName(value) })),
    values: resourceTypes ?? [],
  };
}

function people(
  view: PageView,
  params: Readonly<Record<string, string>>,
  provisioning: NonNullable<DirectoryPolicyAnswer['provisioning']>,
): Html {
  const { version, application, differs, mayChange, oidcTenantId = '', oidcTenants } = provisioning;
  if (!mayChange) {
    const counts = { ...application, ...differs };
    const rows = Object.entries<PointWords>(PROVISIONING_POINTS).map(
      ([point, words]) =>
        html`<dt>${words.question}</dt><dd>${valueWords(words, Reflect.get(counts, point))}${Object.hasOwn(differs, point) && html` <em>(this directory alone)</em>`}</dd>`,
    );
    return html`<section aria-labelledby="people"><h2 id="people">What follows for people</h2><dl>${rows}</dl>
<p class="quiet">To change this, please contact support.</p></section>`;
  }
  const tenants = [
    { value: '', label: 'All of the organization' },
    ...oidcTenants.map(({ id, name }) => ({ value: id, label: plainName(name) })),
  ];
  return html`<section aria-labelledby="people"><h2 id="people">What follows for people</h2>
${form(view, {
  action: 'change-provisioning-policy',
  method: 'PUT',
  params,
  hidden: { version: String(version) },
  submit: 'Save what follows',
  label: 'What follows for people',
  fields: [
    {
      kind: 'choice',
      name: 'oidcTenantId',
      label: 'The OIDC tenant that it belongs to',
      options: tenants,
      value: oidcTenantId,
    },
    ...policyFields(PROVISIONING_POINTS, { application, differs }),
  ],
})}</section>`;
}
