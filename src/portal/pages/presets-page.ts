import type { PresetAnswer, PresetRow, PresetsAnswer } from '../../admin/preset-routes.js';
import type { PresetName } from '../../presets/presets.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { listTable } from '../list-table.js';
import { definePage, type PortalPage } from '../page-view.js';
import { type PointWords, PROVISIONING_POINTS, SCIM_POINTS, valueWords } from '../policy-words.js';
import { name, plainName } from '../text.js';

const PRODUCTS: Readonly<Record<PresetName, readonly [label: string, words: string]>> = {
  'all-quiet': [
    'All Quiet',
    'groups are mapped to teams by hand; people who are there already are converted by a list',
  ],
  'oneuptime-project': ['OneUptime, project', 'people get default teams; accounts outlive the directory'],
  'oneuptime-status-page': ['OneUptime, status page', 'people alone, without groups'],
  torque: ['Torque', 'people alone; spaces and roles come with the sign-in'],
  qualytics: ['Qualytics', 'each group is a team'],
  secoda: ['Secoda', 'invitations; an attribute names the role'],
};

/** The products that a directory can be made to behave as. */
export const presetsPage: PortalPage = definePage<PresetsAnswer>({
  route: 'list-presets',
  title: ({ directory }) => `Presets for ${plainName(directory.name)}`,
  render: (view, { directory, items }) => html`
<p>A preset is a policy that behaves as a product does. You see what it would change before anything is.</p>
<ul>${items.map((preset) => {
    const [label, words] = PRODUCTS[preset];
    return html`<li><a href="${view.link('read-preset', { directoryId: directory.id, preset })}">${label}</a>: ${words}</li>`;
  })}</ul>
<p><a href="${view.link('read-directory-policy', { directoryId: directory.id })}">Back to the policy</a></p>`,
});

/** What a preset would change, and the form that does it. */
export const presetPage: PortalPage = definePage<PresetAnswer>({
  route: 'read-preset',
  title: ({ preset, directory }) => `${PRODUCTS[preset][0]} for ${plainName(directory.name)}`,
  render: (view, { directory, preset, version, rows, elsewhere }) => {
    const params = { directoryId: directory.id, preset };
    return html`
${rows.length === 0 && html`<p>The directory behaves like this already.</p>`}
${listTable(
  'What would change',
  ['Point', 'Now', 'Then'],
  rows.map((row) => [wordsOf(row).question, shown(row, row.now), html`<strong>${shown(row, row.after)}</strong>`]),
)}
${
  elsewhere.length > 0 &&
  html`<section aria-labelledby="elsewhere"><h2 id="elsewhere">What you set elsewhere</h2><ul>${elsewhere.map(
    ({ what, now, after }) =>
      html`<li>${ELSEWHERE[what]} ${name(after)}${now !== undefined && html`; now ${name(now)}`}.${what === 'mapping-mode' && html` <a href="${view.link('list-groups', { directoryId: directory.id })}">Change the mode, with a look at who is concerned</a>`}</li>`,
  )}</ul></section>`
}
${
  rows.length > 0 &&
  form(view, {
    action: 'apply-preset',
    method: 'PUT',
    params,
    hidden: { version: String(version), directoryVersion: directory.version },
    submit: 'Make these changes',
    more: html`<p>They count from the next call and the next sign-in on. People who are there are not looked at again.</p>`,
  })
}
<p><a href="${view.link('list-presets', { directoryId: directory.id })}">Other presets</a></p>`;
  },
});

const ELSEWHERE = {
  'mapping-mode': 'Provisioning mode:',
  kind: 'Kind of directory, which stays what it is made as:',
  'claim-names': 'Names of claims of the OIDC tenant:',
} as const;

const TYPES: PointWords = { question: 'What it takes', values: { null: 'Everything' } };

function wordsOf({ of, point }: PresetRow): PointWords {
  const words: Readonly<Record<string, PointWords>> = of === 'scim' ? SCIM_POINTS : PROVISIONING_POINTS;
  return of === 'directory' ? TYPES : (words[point] ?? { question: point });
}

function shown(row: PresetRow, value: PresetRow['now']): string {
  return Array.isArray(value) ? value.join(', ') : valueWords(wordsOf(row), value);
}
